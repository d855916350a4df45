"""a or an: the model picks by the product's first shot, the ear by its first sound."""

from __future__ import annotations

import re

from aigc import postprocessor
from aigc.types import Field
from aigc_plugins.ads.word_lists import TAIL, word_lists

ARTICLE = re.compile(r"\b(an?)(\s+)(?=(\w[\w'’.-]*))", re.IGNORECASE)
# Letters whose name begins with a vowel sound: an LED lamp, an SPF 50 cream, an 8 cm tube.
SPELT_WITH_VOWEL = frozenset("AEFHILMNORSX")
LIKE_YOU = re.compile(r"(?:uni(?!n|m)|us[ae]|euro?|one\b|once\b|ubiq|util)", re.IGNORECASE)
SILENT_H = re.compile(r"(?:hour|honest|honou?r|heir)", re.IGNORECASE)
EIGHT = re.compile(r"(?:8|11(?!\d)|18(?!\d))")
LEADING = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)


@postprocessor
def drop_leading_article(text: str) -> str:
    """Begin a headline the way headlines begin, with a capital and no article: "Non-slip base"."""
    bare = LEADING.sub("", text)
    return bare[:1].upper() + bare[1:]


@postprocessor
def mend_articles(text: str, field: Field) -> str:
    """Write "an invoice" for "a invoice", no article where the product takes none, and the product as the brief does.

    "A Orthopaedic dog bed…" becomes "An orthopaedic dog bed…", "A trail running shoes…" becomes "Trail running shoes…".
    """
    product = str(field.draft.brief.values.get("product") or "")
    named = re.match(rf"(an?\s+)({re.escape(product)})\b", text, re.IGNORECASE) if product else None
    if named and takes_no_article(product):
        text = text[len(named[1]) :]
        text = text[:1].upper() + text[1:]
    elif named and " " in product:
        common = product[1:] == product[1:].lower()
        name = product[0].lower() + product[1:] if common else product
        text = named[1] + name + text[named.end() :]

    def mended(match: re.Match[str]) -> str:
        given, space, word = match.groups()
        article = "an" if _vowel_sound(word) else "a"
        if given != "A" and given.isupper():  # AN is a name here
            return match.group()
        return (article.capitalize() if given[0].isupper() else article) + space

    return ARTICLE.sub(mended, text)


def takes_no_article(product: str) -> bool:
    """Tell whether a product's name is a plural or a mass noun, so that no "a" stands before it."""
    return is_plural(product) or _head(product) in word_lists()["mass"]


def is_plural(product: str) -> bool:
    """Tell whether a product's name looks like a plural: "trail running shoes", "planters"."""
    return bool(re.search(r"[^sui]s$", _head(product)))


def _head(product: str) -> str:
    return str(TAIL.sub("", product.lower()).rpartition(" ")[2])


def _vowel_sound(word: str) -> bool:
    if word[0].isdigit():
        return bool(EIGHT.match(word))
    head = re.split(r"[-'’.]", word)[0]
    if len(head) == 1 or head == "LED" or (head.isupper() and len(head) <= 3 and not re.search(r"[AEIOU]", head[1:])):
        return head[0].upper() in SPELT_WITH_VOWEL
    if LIKE_YOU.match(word):
        return False
    return word[0].lower() in "aeiou" or bool(SILENT_H.match(word))
