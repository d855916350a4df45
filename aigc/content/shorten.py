"""Shortening a text to a limit so that what is left still reads as written on purpose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import accumulate
from typing import Literal, TypeAlias

from aigc.content.measures import CJK, clusters, measure

At: TypeAlias = Literal["word", "sentence", "char"]

# Words that promise something after them: a text cut there reads as cut. Kept small on purpose; en and zh.
_ENGLISH = """
    a an the and or but nor with without for of to in on at by from as into onto over under per via than that which
    your our its their & +
"""
DANGLING = frozenset(_ENGLISH.split())
DANGLING_ZH = tuple("的地得和与及或在是把被让为从对向并而")

SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$)|[。！？]+[”’」』）]*")
_LOOSE = " \t\r\n,;:-–—/|\\&+(\\[{<，、；：（【「『《·~～"
_OPENING = {"(": ")", "[": "]", "（": "）", "【": "】", "「": "」", "『": "』", "《": "》", "“": "”"}
_CLAUSE = frozenset("，。！？；：、,;:!?… ")
KATAKANA = re.compile("[\u30a0-\u30ff]")
_NUMBER = re.compile(rf"[\d.,]*\d[.,]*{CJK.pattern}?$")  # with the first half of a CJK unit


def trim(text: str, limit: int, counter: str, at: At = "word") -> str:
    """Return the longest beginning of `text` within `limit` that ends cleanly; the text itself where it fits.

    `word` never cuts a word and leaves no loose punctuation, function word, open bracket or number without its unit;
    it is empty when not even the first word fits. Text without spaces (CJK) is cut at a clause mark in its last half,
    else between characters. `sentence` keeps whole sentences and falls back on `word` when the first is too long.
    `char` cuts anywhere but inside a grapheme cluster.
    """
    text = text.strip()
    if measure(text, counter) <= limit:
        return text
    if at == "sentence":
        kept = _fitting(text, limit, counter, [match.end() for match in SENTENCE_END.finditer(text)])
        if kept:
            return kept
    ends = list(accumulate(map(len, clusters(text))))
    if at == "char":
        return _fitting(text, limit, counter, ends)
    ends = [end for end in ends if _breakable(text, end)]
    return _fitting(text, limit, counter, ends, tidy=lambda kept: _tidy(_at_clause(kept, text), text))


def drop_dangling(text: str) -> str:
    """Return the text without loose punctuation, function words and unclosed brackets at its end."""
    before, opening = None, not _OPENING.keys().isdisjoint(text)
    while before != text:
        before = text
        text = _close(text.rstrip(_LOOSE)) if opening else text.rstrip(_LOOSE)
        last = text.rsplit(maxsplit=1)[-1:]
        if last and last[0].lower() in DANGLING and text.endswith(last[0]):
            text = text.removesuffix(last[0])
        elif text.endswith(DANGLING_ZH) and len(text) > 1 and CJK.match(text[-2]):
            text = text[:-1]
    return text


def ends_dangling(text: str) -> bool:
    """Say whether the text ends in a word or mark that promises more."""
    text = text.rstrip()
    return drop_dangling(text) != text


def drop_cut_word(text: str) -> str:
    """Return a text that stopped somewhere without the word it may have stopped in."""
    text = text.rstrip()
    ended = [match.end() for match in SENTENCE_END.finditer(text)]
    if not text or (ended and ended[-1] == len(text)):
        return text
    if CJK.match(text[-1]):
        marks = [index for index, char in enumerate(text) if char in _CLAUSE]
        return drop_dangling(text[: marks[-1] + 1] if marks else text[:-1])
    start = len(text)
    while start and not text[start - 1].isspace() and not CJK.match(text[start - 1]):
        start -= 1
    return drop_dangling(text[:start])


def _fitting(text: str, limit: int, counter: str, ends: list[int], tidy: Callable[[str], str] = str.rstrip) -> str:
    low, high = 0, len(ends)
    while low < high:  # counters grow with the text, save for a link completed on the way: hence the walk back below
        middle = (low + high) // 2
        if measure(text[: ends[middle]].rstrip(), counter) <= limit:
            low = middle + 1
        else:
            high = middle
    for end in reversed(ends[:low]):
        kept = tidy(text[:end])
        if measure(kept, counter) <= limit:
            return kept
    return ""


def _breakable(text: str, end: int) -> bool:
    """Say whether a word ends at `end`: at a space, or between characters of a script without spaces."""
    if end == len(text):
        return True
    left, right = text[end - 1], text[end]
    if right.isspace() or left.isspace():
        return True
    if right in "，。！？；：、":
        return True
    if KATAKANA.match(left) and KATAKANA.match(right):  # a word of its own script, longer than a character
        return False
    return bool(CJK.match(left) or CJK.match(right)) and not (left.isdigit() or right in "%％")


def _at_clause(kept: str, text: str) -> str:
    """End CJK text at a clause mark of its second half: without a segmenter, the only sure word boundary."""
    kept = kept.rstrip()
    follows = text[len(kept) : len(kept) + 1]
    if not CJK.match(kept[-1:]) or not follows or follows in _CLAUSE:
        return kept
    marks = [index for index, char in enumerate(kept) if char in _CLAUSE and index >= len(kept) / 2]
    return kept[: marks[-1]] if marks else kept


def _tidy(kept: str, text: str) -> str:
    kept = drop_dangling(kept)
    number = _NUMBER.search(kept)
    follows = text[len(kept) :].lstrip()
    if number and follows and unicodedata.category(follows[0])[0] == "L":  # "40" of "40 km" says something else
        kept = drop_dangling(kept[: number.start()])
    return kept


def _close(text: str) -> str:
    if _OPENING.keys().isdisjoint(text):
        return text
    for opening, closing in _OPENING.items():
        at = text.rfind(opening)
        if at >= 0 and closing not in text[at:]:
            text = text[:at].rstrip(_LOOSE)
    return text
