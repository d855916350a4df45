"""Spelling that ad platforms print for nobody, written as print has it.

    F-R-E-E, F.R.E.E, A*Maz*Ing, fl0wers     free, Amazing, flowers
    _Strong_, 5~6 hours, ~500 g              Strong, 5-6 hours, about 500 g
    10*15 cm, 5* rating, 20 % off*           10×15 cm, 5-star rating, 20 % off
    ＦＵＬＬ (in no Chinese or Japanese)       FULL

The brand is written as it writes itself, and so is a product's name, but for a word that shops disguise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import files
from itertools import islice, product

from aigc import postprocessor
from aigc.types import Draft, Field, Json, texts_in

MAY_HAVE = re.compile(r"[»›«‹*_~～〜$@\uff01-\uff5e]|[A-Za-z][.\- ][A-Za-z][.\- ]|[A-Za-z]\d|\d[A-Za-z]{2}|[a-z]![a-z]")
SPELT = re.compile(r"(?<![\w.*-])[A-Za-z]([.\-_* ])(?:[A-Za-z]\1){2,}[A-Za-z](?:\1(?=\s*\w))?(?![\w*-])")
STARRED = re.compile(r"(?<![\w*])[A-Za-z]+(?:\*+[A-Za-z]+)+(?![\w*])")
TOKEN = re.compile(r"(?<![\w$@.#/-])(?=\S*[A-Za-z])(?=\S*[\d$@!])[\w$@!]*[A-Za-z0-9@$](?![\w$@/-])")
UNDERSCORED = re.compile(r"(?<![\w/.])_+([^\W_](?:[^_\n]*[^\W_])?)_+(?![\w/])")
TILDES = "~～〜"
RANGE = re.compile(rf"(?<=\d)(\s?)[{TILDES}](\s?)(?=\d)")
RANGE_OF_ASCII = re.compile(r"(?<=\d)(\s?)~(\s?)(?=\d)")  # the wide one is Chinese itself
ABOUT = re.compile(rf"(?:^|(?<=[\s(（，、：:]))[{TILDES}]\s?(?=[$€£¥]?\d)")
TIMES = re.compile(r"(?<=\d)(\s?)\*(\s?)(?=\d)")
ANGLED = re.compile("[»«›‹]\\s?(\\w[^»«›‹]*?)\\s?[»«›‹](?!\\w)")  # »quoted«, « quoted »
STARS = re.compile(r"(?<![\d.,])([1-5])\*(?!\s*(?:hotel|酒店))(?=\s+[a-z]|\s*[\u3400-\u9fff])")
NOTE = re.compile(r"(?<![1-5\s])\*+(?=$|[\s.,;!?])|(?:^|(?<=\s))\*+(?=\w)|\s\*+(?=\s|$)")  # 20 % off*
MARKED = re.compile(r"[^\W\d_][^\w\s]+[^\W\d_]|[^\W\d_]!$")  # e.l.f., P!nk, Toys-R-Us, Yahoo!
FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
PLAIN = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
DISGUISED = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
MOST_READINGS = 64
EAST_ASIAN = ("zh", "ja")


def printable(text: Json, language: str = "en", *names: str | None) -> Json:
    """Return a text, or a list of them, in the spelling of print: the filter `printable(language, brand, product)`. The
    first of `names` is the brand's."""
    if isinstance(text, list):
        return [printable(one, language, *names) for one in text]
    return _written_out(text, language, names) if isinstance(text, str) and MAY_HAVE.search(text) else text


@postprocessor
def plain_spelling(text: str, field: Field) -> str:
    """Write F-R-E-E, A*Maz*Ing, fl0wers, _Strong_, ~ and full-width letters as print has them.

    What the brief's `brand` is, or what its `product` is called, stays as it is written; a word that shops disguise
    does not: free, sale. A brand with marks in it (e.l.f., Yahoo!) is written so wherever it stands.
    """
    names = names_of(field.draft)
    return _as_branded(str(printable(text, field.draft.language, *names)), names[0].strip())


def _as_branded(text: str, brand: str) -> str:
    if not MARKED.search(brand):
        return text
    stop = re.escape(brand.removesuffix(".")) + (r"\.?" if brand.endswith(".") else "")
    return re.sub(rf"(?<!\w){stop}(?!\w)", lambda found: brand, text, flags=re.IGNORECASE)


def names_of(draft: Draft) -> tuple[str, str]:
    """Return the brief's brand and product."""
    values = draft.brief.values
    return str(values.get("brand") or ""), str(values.get("product") or "")


def respelt(text: str, language: str, names: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    """Yield the words of a text that print spells otherwise, each with how."""
    for word in dict.fromkeys(SPELT.sub("", text).split() + [found.group() for found in SPELT.finditer(text)]):
        if re.search(r"\w", word) and (plain := printable(word, language, *names)) != word:
            yield word, str(plain)


def told_names(draft: Draft) -> Iterator[str]:
    """Yield what of the brief's texts a search ad spells otherwise."""
    names = names_of(draft)
    for name, value in draft.brief.values.items():
        told = [
            f"{word} as {plain}" for text in texts_in(value) for word, plain in respelt(text, draft.language, names)
        ]
        if told and name not in ("brand", "url"):
            yield f"the brief's {name}: {', '.join(dict.fromkeys(told))}"


def _written_out(text: str, language: str, names: Sequence[str | None]) -> str:
    if FULL_WIDTH.search(text) and language[:2] not in EAST_ASIAN:
        text = text.translate(PLAIN)
    for pattern, read in ((SPELT, _joined), (STARRED, _joined), (TOKEN, _undisguised)):
        text = pattern.sub(partial(_unless_named, read=read, names=names), text)
    text = UNDERSCORED.sub(lambda found: found[0] if _is_named(found[0], names) else found[1], text)
    chinese = language[:2] in EAST_ASIAN
    text = text if chinese else ANGLED.sub(r'"\1"', text)
    text = (RANGE if not chinese else RANGE_OF_ASCII).sub(r"\1-\2", text)
    text = ABOUT.sub("约" if chinese else "about ", text)
    text = STARS.sub(r"\1星" if chinese else r"\1-star", TIMES.sub(r"\1×\2", text))
    return re.sub(r"\s*(?<!/)~\s*", " ", NOTE.sub("", text)).strip()


def _unless_named(found: re.Match[str], *, read: Callable[[str], str], names: Sequence[str | None]) -> str:
    """Return a part of a text as it is read, unless it is a name; with a capital where it begins the text."""
    part = found.group()
    word = read(part)
    brand, *others = [*names, ""]
    if _is_named(part, [brand]) or (word.lower() not in _words() and _is_named(part, others)):
        return part
    begins = not found.string[: found.start()].strip()
    return word[:1].upper() + word[1:] if begins and word != part else word


def _is_named(part: str, names: Sequence[str | None]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", name) for name in names if name and part in name)


def _joined(part: str) -> str:
    """Return the word that single letters spell; part itself where points, hyphens or spaces part no known word."""
    letters = re.sub(r"[^A-Za-z]", "", part)
    if letters.lower() in _words():
        return letters.capitalize() if letters[0].isupper() and not letters.isupper() else letters.lower()
    if "*" not in part and "_" not in part:
        return part
    return letters if letters.isupper() else letters.capitalize() if letters[0].isupper() else letters.lower()


@cache
def _undisguised(word: str) -> str:
    """Return the word whose letters digits and signs stand for; the word itself where they stand for none."""
    low = word.lower()
    if low in _sounds():
        return _sounds()[low]
    if sum(map(str.isalpha, word)) < 2 or (word[0].isdigit() and not re.match(r"\d[a-z]{3}|0[a-z]{2}", low)):
        return word
    readings = product(*(DISGUISED.get(letter, letter) for letter in low))
    plain = next((one for reading in islice(readings, MOST_READINGS) if (one := "".join(reading)) in _words()), "")
    return (plain.capitalize() if word[0].isupper() else plain) if plain else word


@cache
def _told() -> tuple[frozenset[str], dict[str, str]]:
    import yaml

    told = yaml.safe_load(files("aigc_plugins.rules").joinpath("gimmick_words.yaml").read_text(encoding="utf-8"))
    return frozenset(told["words"].split()), told["sounds"]


def _words() -> frozenset[str]:
    return _told()[0]


def _sounds() -> dict[str, str]:
    return _told()[1]
