"""Sentence case and title case that leave brands, abbreviations and model names alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping, Sequence
from functools import lru_cache

from aigc import postprocessor
from aigc.content import once_per_brief
from aigc.content.numbers import is_currency
from aigc.types import Field, Json, texts_in

WORD = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ'’.&-]*")
SMALL = frozenset(
    {
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "nor",
        "for",
        "of",
        "in",
        "on",
        "to",
        "at",
        "by",
        "with",
        "from",
        "as",
        "into",
        "onto",
        "over",
        "per",
        "via",
        "vs",
        "than",
    }
)
# Words that shops write in capitals without making names of them.
_ORDINARY = """
    all any best big buy day do free get go great hot is it its low more most new no not now off only or our out sale
    set so the this top up we with you your
"""
ORDINARY = frozenset(_ORDINARY.split())
CODES = re.compile(r"(?i)(?:.*_)?(?:sku|id|ids|ean|gtin|upc|isbn|mpn|code|codes|ref|url|link|path|slug)")
LINKING = re.compile("[/@.]")
LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<!\S)\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*"
    r"|(?<![\w.])[\w-]{2,}(?:\.[\w-]+)*\.(?:com|org|net|info|biz|shop|store|online|app|io|co|eu|uk|de|fr|es|nl|cn)(?![\w.]*\w)",
    re.IGNORECASE,
)
UNIT = re.compile(  # "28 mg", "25th"
    r"\d\s?(?:[kmµ]?g|[cmk]?m|m?l|k?[wv]h?|[kmg]b|mah|lbs?|oz|ft|hp|mph|km/h|mpg|kcal|min|hr?s?|sec|x)$"
    r"|\d(?:st|nd|rd|th)$"
)
NUMBER_BEFORE = re.compile(r"\d\s?(?:km/|µ)?$")  # what stands before a unit
PRICED_BEFORE, PRICED_BEHIND = re.compile(r"\d[.,:]?[-–—]*\s?$"), re.compile(r"\s?\d")  # "49,- kr", "kr 49"
PER_UNIT, SHORT_UNIT = re.compile(r"\d\s?/\s?$"), 3  # "$12.99/pc"
SHORT_CURRENCY = 3  # letters: "kr" is a sign, "euros" a word
COUNTED = ("s", "st", "nd", "rd", "th")  # under-16s, the 3rd
SPECIFIED = re.compile(r"\d+[A-Z]{1,3}(?: [A-Z0-9]{1,3})*")  # 16GB RAM
SENTENCE_BREAK = re.compile(r"[.!?:]\s+[\"'“(]*$")


@postprocessor
def sentence_case(text: str, field: Field, *, keep: Sequence[str] = ()) -> str:
    """Write a headline like a sentence: a capital at the start, small letters after.

    Kept as they are: words in capitals, words with a digit or an inner capital, `keep`, the brief's brand, and the
    names that the brief itself capitalises in the middle of a sentence. A text already mostly in small letters stays.
    """
    words = list(WORD.finditer(text))
    if not _title_like([match.group() for match in words[1:]]):
        return _capitalised(text)
    links = _links(text)
    kept, shouted = _kept(field, keep), text.upper() == text

    def change(match: re.Match[str]) -> str:
        word = match.group()
        if match.start() in links:
            return word
        if word.lower() in kept:
            return kept[word.lower()]
        if _special(word, shouted) or _measures(match) or (not shouted and _is_letter(match)):
            return word
        return word.lower()

    return _capitalised(_branded(_sentences(WORD.sub(change, text)), text, field))


@postprocessor
def title_case(text: str, field: Field, *, keep: Sequence[str] = ()) -> str:
    """Write a headline In Title Case: capitals but for the small words inside.

    Kept as they are: words in capitals, words with a digit or an inner capital, units after a number, short currencies
    beside one (kr, zł), `keep` and the brief's brand.
    """
    kept, links = _kept(field, keep), _links(text)
    shouted = text.upper() == text and not SPECIFIED.fullmatch(text)

    def change(match: re.Match[str]) -> str:
        word, small = match.group(), match.group().lower()
        if match.start() in links:
            return word
        if small in kept:
            return kept[small]
        if _special(word, shouted) or _measures(match):
            return word
        before = text[: match.start()]
        if small in COUNTED and before[-1:].isdigit():
            return word
        if word.islower() and PER_UNIT.search(before) and len(word.rstrip(".")) <= SHORT_UNIT:
            return word
        if word.islower() and NUMBER_BEFORE.search(before) and UNIT.search(before + word):
            return word
        if _is_money(word, before, text[match.end() :]):
            return word
        if small in SMALL and _is_inside(before, text[match.end() :]):
            return small
        return _with_capitals(word)

    return _branded(WORD.sub(change, text), text, field)


def _links(text: str) -> Container[int]:
    """Return the places of a text that lie in its links, in which capitals mean something."""
    if not LINKING.search(text):
        return ()
    return {at for found in LINK.finditer(text) for at in range(*found.span())}


def _is_money(word: str, before: str, behind: str) -> bool:
    """Tell whether a word is a short currency beside its amount: "49 kr", "zł 49"."""
    beside = PRICED_BEFORE.search(before) or PRICED_BEHIND.match(behind)
    return beside is not None and len(word.strip(".")) <= SHORT_CURRENCY and is_currency(word)


def _is_inside(before: str, after: str) -> bool:
    """Tell whether a word stands between words or numbers of one sentence."""
    between = re.search(r"\w", before) and re.search(r"\w", after)
    return bool(between) and not SENTENCE_BREAK.search(before)


@lru_cache(maxsize=1 << 12)
def _with_capitals(word: str) -> str:
    return "-".join(
        part if part.lower() in SMALL and number else _capitalised(part.lower())
        for number, part in enumerate(word.split("-"))
    )


@lru_cache(maxsize=1 << 12)
def _special(word: str, shouted: bool) -> bool:
    """Tell whether the spelling of a word means something: ABC, iPhone, X200, I."""
    if any(char.isdigit() for char in word) or word in ("I", "I'm", "I'll", "I've", "I’m"):
        return True
    parts = [part for part in re.split(r"[-'’.&]", word) if part]
    inner = any(char.isupper() for part in parts for char in part[1:])
    return inner and not shouted


def _is_letter(word: re.Match[str]) -> bool:
    """Tell whether a word is a single capital that is a size or a kind: M, "in M or F."; not the article."""
    return word.group().rstrip(".").isupper() and len(word.group().rstrip(".")) == 1 and word.group() != "A"


def _measures(word: re.Match[str]) -> bool:
    """Tell whether a word is a unit in capitals right behind its number or the sign of degrees, 16GB or 260 °C, or one
    of a single letter behind its number: 1.5 L."""
    unit, before = word.group().rstrip("."), word.string[: word.start()]
    behind = r"\d\s?$|[°º]\s?$" if unit in ("L", "V", "W", "N", "J", "C", "F") else r"\d$"
    return unit.isupper() and bool(re.search(behind, before))


def _title_like(words: Sequence[str]) -> bool:
    counted = [word for word in words if word.lower() not in SMALL]
    return bool(counted) and sum(word[0].isupper() for word in counted) >= 0.6 * len(counted)


def _capitalised(text: str) -> str:
    first = WORD.search(text)
    if (
        not first
        or LINK.match(text, first.start())
        or _special(first.group(), False)
        or re.search(r"\w", text[: first.start()])
    ):
        return text
    return text[: first.start()] + text[first.start()].upper() + text[first.start() + 1 :]


def _sentences(text: str) -> str:
    return re.sub(r"([.!?]\s+[\"'“(]*)([a-zà-ɏ])", lambda found: found[1] + found[2].upper(), text)


def _kept(field: Field, keep: Sequence[str]) -> Mapping[str, str]:
    """Return small-letter form → spelling for the words whose spelling stays as the brief or `keep` has it."""
    taught = _taught(field.draft.brief.values)
    own = _spelt(tuple(keep))
    return {**taught, **own} if taught and own else taught or own


@lru_cache(maxsize=1 << 10)
def _spelt(phrases: tuple[str, ...]) -> Mapping[str, str]:
    return {match.group().lower(): match.group() for phrase in phrases for match in WORD.finditer(phrase)}


@once_per_brief
def _taught(values: Mapping[str, Json]) -> Mapping[str, str]:
    """Return small-letter form → spelling for the words whose spelling stays as the brief has it.

    Only names teach: a word that the brief also has in small letters is none, nor is a small word in capitals, a part
    of a link, what stands in an input of codes, or in a text that is all in capitals, which one that begins small is
    not. A brand's small words are its own only within the brand.
    """
    texts = [(name, LINK.sub(" ", text)) for name, value in values.items() for text in texts_in(value)]
    plain = {word for name, text in texts if name != "brand" for word in WORD.findall(text) if word.islower()}
    kept: dict[str, str] = {}
    for name, text in texts:
        words = [match.group() for match in WORD.finditer(text)]
        if name == "brand":
            alone = len(words) == 1 and words[0].lower() not in SMALL
            kept |= {word.lower(): word for word in words if alone or _may_be_name(word, plain)}
        elif not CODES.fullmatch(name) and _is_sentence(words):
            taught = [
                match.group() for match in WORD.finditer(text) if re.search(r"\w[^.!?:]*$", text[: match.start()])
            ]
            kept |= {word.lower(): word for word in taught if word[0].isupper() and _may_be_name(word, plain)}
    return kept


def _is_sentence(words: Sequence[str]) -> bool:
    """Say whether words are written as in a sentence: some are small, and the first is, or most behind it."""
    return any(map(str.islower, words)) and (words[0].islower() or not _title_like(words[1:]))


def _may_be_name(word: str, plain: Collection[str]) -> bool:
    return word.lower() not in SMALL and word.lower() not in ORDINARY and word.lower() not in plain


def _branded(text: str, written: str, field: Field) -> str:
    """Write a brand of several words, or with marks in it, as the brief does wherever it stands.

    One whose words the brief also has in small letters is the brand only where it was `written` so amid small letters:
    "Chair by The Sun" tells of The Sun, "in the sun" and "Dry In The Sun" of the sun.
    """
    brand, alone = _long_brand(field.draft.brief.values)
    if not brand:
        return text
    found = re.compile(rf"(?<!\w){re.escape(brand)}(?!\w)", re.IGNORECASE)

    def change(match: re.Match[str]) -> str:
        start, end = match.span()
        others = written[:start].split() + written[end:].split()
        meant = written[start:end] == brand and any(word[0].islower() for word in others)
        return brand if alone or meant else match.group()

    return found.sub(change, text)


@once_per_brief
def _long_brand(values: Mapping[str, Json]) -> tuple[str, bool]:
    """Return the brief's brand where it is of several words or has marks, and whether the brief has these words nowhere
    else otherwise."""
    brand = str(values.get("brand") or "").strip()
    others = " ".join(text for name, value in values.items() if name != "brand" for text in texts_in(value))
    marked = " " in brand or re.search(r"[^\W\d_][^\w\s]+[^\W\d_]", brand)
    return (brand, brand.islower() or brand.lower() not in others.replace(brand, "").lower()) if marked else ("", True)
