"""a or an: the model picks by the product's first shot, the ear by its first sound."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from aigc import postprocessor
from aigc.types import Field
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.given_capitals import facts_of, with_given_capitals
from aigc_plugins.ads.word_lists import TAIL, word_lists

ARTICLE = re.compile(r"\b(an?)(\s+)(?=(\w[\w'’.-]*))", re.IGNORECASE)
# Letters whose name begins with a vowel sound: an LED lamp, an SPF 50 cream, an 8 cm tube.
SPELT_WITH_VOWEL = frozenset("AEFHILMNORSX")
LIKE_YOU = re.compile(r"(?:uni(?!n|m)|us[ae]|euro?|one\b|once\b|ubiq|util)", re.IGNORECASE)
SILENT_H = re.compile(r"(?:hour|honest|honou?r|heir)", re.IGNORECASE)
EIGHT = re.compile(r"(?:8|11(?!\d)|18(?!\d))")
BEGINS = re.compile(r"an?\s+", re.IGNORECASE)
EDGE = re.compile(r"\b")
# What is one thing after "with": "with cutting width of 38 cm", "with 1.2-litre glass jug", "with steel base".
MEASURE = "width|height|length|depth|price|capacity|range|diameter|weight|volume|speed|guarantee|warranty"
UNIT = r"(?:[VW]|[kM]?Hz|m?Ah|[TG]B|[cm]?m|m?l|k?g|bar|inch|litre|liter|metre|meter|watt|volt|year|day|month|hour)"
LEADING = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)


@postprocessor
def drop_leading_article(text: str) -> str:
    """Begin a headline the way headlines begin, with a capital and no article: "Non-slip base"."""
    bare = LEADING.sub("", text)
    return capital(bare)


@postprocessor
def mend_articles(text: str, field: Field, *, after_with: bool = False) -> str:
    """Write "an invoice" for "a invoice", no article where the product takes none, and the product as the brief does.

    "A Orthopaedic dog bed…" becomes "An orthopaedic dog bed…", "A trail running shoes…" becomes "Trail running shoes…".
    Names have the capitals that the brief gives them. `after_with` gives what is measured the article that it lacks:
    "with a cutting width of 38 cm".
    """
    if after_with:
        text = _with_one().sub(_with_article, text)
    product = str(field.draft.brief.values.get("product") or "")
    begins = _article_before(product, text) if product else ""
    short = TAIL.sub("", product)
    if not begins and short and takes_no_article(short):  # "A football boots" of football boots for firm ground
        begins = _article_before(short, text)
    if begins and takes_no_article(product):
        text = capital(text[len(begins) :])
    elif begins and " " in product:
        first, *others = product.split(" ")
        named = [word for word in others if word != word.lower() and word not in word_lists()["capitals"]]
        common = first[1:] == first[1:].lower() and first not in word_lists()["capitals"] and not named
        name = product[0].lower() + product[1:] if common else product
        text = begins + name + text[len(begins) + len(product) :]

    def mended(match: re.Match[str]) -> str:
        given, space, word = match.groups()
        article = "an" if _vowel_sound(word) else "a"
        if given != "A" and given.isupper():  # AN is a name here
            return match.group()
        return (article.capitalize() if given[0].isupper() else article) + space

    return with_given_capitals(ARTICLE.sub(mended, text), facts_of(field.draft.brief.values.values()))


def _with_article(found: re.Match[str]) -> str:
    uncounted = found["last"] and found["last"] in word_lists()["mass"]
    return found.group() if uncounted else found.group() + "a "


@cache
def _with_one() -> re.Pattern[str]:
    things = "|".join(word_lists()["countable"])
    begins = (
        rf"(?!(?:an?|the|its|your|our|no|one|two|three|four|five|six|several)\b)(?:\d[\d.,]*[ -]{UNIT}\b[ -]?|(?!\d))"
    )
    ends = r"(?=[.,]|$| (?:for|of|that|which|in|on|to|from)\b)"
    return re.compile(
        rf"\bwith (?=(?:[a-z-]+ )?(?:{MEASURE})\b(?! and\b)|"
        rf"{begins}(?:(?!and\b|with\b)[\w-]+ ){{0,3}}(?:{things})\b{ends}|"
        r"\d[\d.,]*-[a-z]+(?: [a-z]+){0,2} (?P<last>[a-z]+(?<!s))(?:[.,]|$))"
    )


def _article_before(product: str, text: str) -> str:
    """Return the article that a text begins with, and the space after it, where the product follows."""
    found = BEGINS.match(text)
    end = found.end() + len(product) if found else 0
    named = found and text[found.end() : end].lower() == product.lower() and EDGE.match(text, end)
    return found.group() if found and named else ""


def takes_no_article(product: str) -> bool:
    """Tell whether a product's name is a plural or a mass noun, so that no "a" stands before it."""
    return is_plural(product) or _head(product) in word_lists()["mass"]


@lru_cache(maxsize=1 << 10)
def is_plural(product: str) -> bool:
    """Tell whether a product's name looks like a plural: "trail running shoes", "planters"."""
    return bool(re.search(r"[^sui]s$", _head(product)))


def with_a(text: str) -> str:
    """Return a noun with the article that its sound asks for: "an 18 V motor", "a leakproof lid"."""
    return f"{'an' if _vowel_sound(text.split()[0]) else 'a'} {text}"


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
