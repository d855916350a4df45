"""Sentence case and title case that leave brands, abbreviations and model names alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from aigc import postprocessor
from aigc.types import Field, texts_in

WORD = r"[A-Za-zÀ-ɏ][\wÀ-ɏ'’.&-]*"
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
LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*", re.IGNORECASE)
UNIT = r"\d\s?(?:[kmµ]?g|[cmk]?m|m?l|k?[wv]h?|[kmg]b|mah|lbs?|oz|ft|hp|mph|km/h|mpg|kcal|min|hr?s?|x)$"  # "28 mg"
SENTENCE_BREAK = r"[.!?:]\s+[\"'“(]*$"


@postprocessor
def sentence_case(text: str, field: Field, *, keep: Sequence[str] = ()) -> str:
    """Write a headline like a sentence: a capital at the start, small letters after.

    Kept as they are: words in capitals, words with a digit or an inner capital, `keep`, the brief's brand, and the
    names that the brief itself capitalises in the middle of a sentence. A text already mostly in small letters stays.
    """
    words = list(re.finditer(WORD, text))
    if not _title_like([match.group() for match in words[1:]]):
        return _capitalised(text)
    kept = _kept(field, keep)
    shouted = text.upper() == text

    def change(match: re.Match[str]) -> str:
        word = match.group()
        if word.lower() in kept:
            return kept[word.lower()]
        if _special(word, shouted=shouted):
            return word
        return word.lower()

    return _capitalised(_branded(_sentences(re.sub(WORD, change, text)), field))


@postprocessor
def title_case(text: str, field: Field, *, keep: Sequence[str] = ()) -> str:
    """Write a headline In Title Case: capitals but for the small words inside.

    Kept as they are: words in capitals, words with a digit or an inner capital, units after a number, `keep` and the
    brief's brand.
    """
    kept = _kept(field, keep)
    shouted = text.upper() == text

    def change(match: re.Match[str]) -> str:
        word = match.group()
        if word.lower() in kept:
            return kept[word.lower()]
        if _special(word, shouted=shouted):
            return word
        before = text[: match.start()]
        if word.islower() and re.search(UNIT, before + word):
            return word
        inside = re.search(r"\w", before) and re.search(r"\w", text[match.end() :])  # between words or numbers
        edge = not inside or re.search(SENTENCE_BREAK, before)
        if word.lower() in SMALL and not edge:
            return word.lower()
        return "-".join(
            part if part.lower() in SMALL and number else _capitalised(part.lower())
            for number, part in enumerate(word.split("-"))
        )

    return _branded(re.sub(WORD, change, text), field)


def _special(word: str, *, shouted: bool) -> bool:
    """Tell whether the spelling of a word means something: ABC, iPhone, X200, I."""
    if any(char.isdigit() for char in word) or word in ("I", "I'm", "I'll", "I've", "I’m"):
        return True
    parts = [part for part in re.split(r"[-'’.&]", word) if part]
    inner = any(char.isupper() for part in parts for char in part[1:])
    return inner and not shouted


def _title_like(words: Sequence[str]) -> bool:
    counted = [word for word in words if word.lower() not in SMALL]
    return bool(counted) and sum(word[0].isupper() for word in counted) >= 0.6 * len(counted)


def _capitalised(text: str) -> str:
    first = re.search(WORD, text)
    if not first or _special(first.group(), shouted=False) or re.search(r"\w", text[: first.start()]):
        return text
    return text[: first.start()] + text[first.start()].upper() + text[first.start() + 1 :]


def _sentences(text: str) -> str:
    return re.sub(r"([.!?]\s+[\"'“(]*)([a-zà-ɏ])", lambda found: found[1] + found[2].upper(), text)


def _kept(field: Field, keep: Sequence[str]) -> dict[str, str]:
    """Return small-letter form → spelling for the words whose spelling stays as the brief or `keep` has it.

    Only names teach: a word that the brief also has in small letters is none, nor is a small word in capitals, a part
    of a link, what stands in an input of codes, or in a text that is all in capitals, which one that begins small is
    not. A brand's small words are its own only within the brand.
    """
    values = field.draft.brief.values
    texts = [(name, LINK.sub(" ", text)) for name, value in values.items() for text in texts_in(value)]
    plain = {word for name, text in texts if name != "brand" for word in re.findall(WORD, text) if word.islower()}
    kept: dict[str, str] = {}
    for name, text in texts:
        words = [match.group() for match in re.finditer(WORD, text)]
        if name == "brand":
            alone = len(words) == 1 and words[0].lower() not in SMALL
            kept |= {word.lower(): word for word in words if alone or _may_be_name(word, plain)}
        elif not CODES.fullmatch(name) and _is_sentence(words):
            taught = [
                match.group() for match in re.finditer(WORD, text) if re.search(r"\w[^.!?:]*$", text[: match.start()])
            ]
            kept |= {word.lower(): word for word in taught if word[0].isupper() and _may_be_name(word, plain)}
    for phrase in keep:
        kept |= {match.group().lower(): match.group() for match in re.finditer(WORD, phrase)}
    return kept


def _is_sentence(words: Sequence[str]) -> bool:
    """Say whether words are written as in a sentence: some are small, and the first is, or most behind it."""
    return any(map(str.islower, words)) and (words[0].islower() or not _title_like(words[1:]))


def _may_be_name(word: str, plain: Collection[str]) -> bool:
    return word.lower() not in SMALL and word.lower() not in ORDINARY and word.lower() not in plain


def _branded(text: str, field: Field) -> str:
    """Write a brand of several words as the brief does wherever it stands; one whose words the brief also has in small
    letters is no more than these: "in the sun" has nothing to do with The Sun."""
    values = field.draft.brief.values
    brand = str(values.get("brand") or "").strip()
    others = " ".join(text for name, value in values.items() if name != "brand" for text in texts_in(value))
    if " " not in brand or brand.lower() in others:
        return text
    return re.sub(rf"(?<!\w){re.escape(brand)}(?!\w)", lambda found: brand, text, flags=re.IGNORECASE)
