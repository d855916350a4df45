"""Saying something once: within a text, and across the items of a list."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from aigc import check
from aigc.types import Draft, Finding, Json

HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:['’][a-z]+)?")
SMALL = frozenset(
    {
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "as",
        "is",
        "are",
        "be",
        "it",
        "its",
        "this",
        "that",
        "you",
        "your",
        "we",
        "our",
        "not",
        "no",
        "so",
        "if",
        "i",
    }
)
SUBSET_WORDS = 3  # "Trail Mug" inside "Trail Mug 350 ml" is fine; three words inside another line say nothing new


class Units(NamedTuple):
    """This is a line as it is compared: its words and Chinese characters, in small letters, and its numbers."""

    plain: str
    words: frozenset[str]
    numbers: list[str]
    han: bool


@check
def no_near_duplicates(draft: Draft, *, field: str, threshold: float = 0.85, inside: bool = True) -> Iterator[Finding]:
    """No two items of a list say the same: same words in another order, one inside the other, or spelling alike.

    `field` may go into objects (`questions.stem`). `threshold` is the likeness, 0 to 1, from which two are twins;
    lines with different numbers never are, nor without `inside` lines of which one adds words to those they share. The
    later twin is reported.
    """
    seen: list[tuple[str, str, Units]] = []
    for path, text in _items(draft, field):
        plain = _units(text)
        for other_path, other, other_plain in seen:
            if _alike(plain, other_plain, threshold, inside):
                yield Finding(message=f"says the same as {other_path} ({other!r})", field=path)
                break
        seen.append((path, text, plain))


def near_duplicates(one: str, other: str, threshold: float = 0.85) -> bool:
    """Tell whether two lines say the same, as `no_near_duplicates` has it."""
    return _alike(_units(one), _units(other), threshold, inside=True)


@check(severity="warn")
def distinct_openings(draft: Draft, *, field: str, words: int = 2, at_most: int = 2) -> Iterator[Finding]:
    """No more than `at_most` items of a list begin with the same `words` words (Chinese: characters)."""
    counted: Counter[str] = Counter()
    for path, text in _items(draft, field):
        opening = " ".join(UNIT.findall(text.casefold())[:words])
        counted[opening] += 1
        if counted[opening] > at_most:
            yield Finding(message=f"is item {counted[opening]} that begins {opening!r}, at most {at_most}", field=path)


@check
def no_repetition(text: str, *, loop: int = 3) -> Iterator[str]:
    """A text does not go round in circles: a word or phrase `loop` times running, or a sentence twice.

    In a text of up to twelve words no word but the small ones stands `loop` times at all.
    """
    units = UNIT.findall(unicodedata.normalize("NFKC", text).casefold())
    chinese = bool(HAN.search(text))
    if phrase := _looped(units, loop):
        yield f"repeats {(' ' if not chinese else '').join(phrase)!r} {loop} times running"
    elif not chinese and len(units) <= 12:
        word, times = next(iter(Counter(unit for unit in units if unit not in SMALL).most_common(1)), ("", 0))
        if times >= loop:
            yield f"has the word {word!r} {times} times"
    sentences = Counter(_sentences(text))
    for sentence, times in sentences.items():
        if times > 1:
            yield f"has the sentence {sentence!r} {times} times"
    if not chinese and (grams := _frequent(units, size=5, times=loop)):
        yield f"repeats {' '.join(grams)!r}"
    if chinese and (grams := _frequent(units, size=10, times=loop)):
        yield f"repeats {''.join(grams)!r}"


@lru_cache(maxsize=1 << 10)
def _units(text: str) -> Units:
    words = UNIT.findall(unicodedata.normalize("NFKC", text).casefold())
    plain = " ".join(words)
    return Units(plain, frozenset(plain.split()), sorted(re.findall(r"\d+", plain)), HAN.search(plain) is not None)


def _alike(one: Units, other: Units, threshold: float, inside: bool) -> bool:
    from rapidfuzz import fuzz

    if one.plain == other.plain:
        return True
    if one.numbers != other.numbers or (not inside and (one.words < other.words or other.words < one.words)):
        return False
    cut = threshold * 100
    if fuzz.ratio(one.plain, other.plain, score_cutoff=cut) >= cut:
        return True
    if one.han or min(len(one.words), len(other.words)) < SUBSET_WORDS:
        return False
    if fuzz.token_sort_ratio(one.plain, other.plain, score_cutoff=cut) >= cut:
        return True
    return inside and fuzz.token_set_ratio(one.plain, other.plain, score_cutoff=cut) >= cut


def _looped(units: list[str], times: int) -> list[str]:
    """Return the first run of up to eight words that stands `times` times in a row, or nothing."""
    for size in range(1, 9):
        for start in range(len(units) - size * times + 1):
            run = units[start : start + size]
            if all(units[start + turn * size : start + (turn + 1) * size] == run for turn in range(1, times)):
                return run
    return []


def _frequent(units: list[str], *, size: int, times: int) -> tuple[str, ...]:
    counted = Counter(tuple(units[at : at + size]) for at in range(len(units) - size + 1))
    gram, count = next(iter(counted.most_common(1)), ((), 0))
    return gram if count >= times else ()


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\n+", text):
        units = UNIT.findall(sentence.casefold())
        if len(units) >= 4:
            yield " ".join(units)


def _items(draft: Draft, field: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of a list field's texts, or of one property of its objects (`questions.stem`)."""
    name, _, inner = field.partition(".")
    yield from _walk(draft.fields.get(name), name, inner)


def _walk(value: Json, path: str, inner: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and not inner:
        yield path, value
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]", inner)
    elif isinstance(value, dict) and inner:
        name, _, rest = inner.partition(".")
        yield from _walk(value.get(name), f"{path}.{name}", rest)
