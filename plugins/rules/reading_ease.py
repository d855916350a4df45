"""How hard a text reads: school grades of English, lengths of Chinese sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check

SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
HAN = re.compile(r"[\u3400-\u9fff]+")
SHORTEST = 30  # words, or Chinese characters: of less no formula tells anything


@check(severity="warn")
def readability(text: str, *, most: float = 12, least: float | None = None, sentence: int = 40) -> Iterator[str]:
    """A text of 30 words or more reads as a school grade of at most `most`, and at least `least`.

    Of English that is the mean of the formulas of Flesch and Kincaid and of ARI, in years of a US school; syllables are
    estimated. Chinese has no such formula: its sentences have at most `sentence` characters on average.
    """
    han = sum(map(len, HAN.findall(text)))
    if han > len(WORD.findall(text)):
        if han >= SHORTEST and (size := sentence_length(text, "zh")) > sentence:
            yield f"its sentences have {size:.0f} characters on average, at most {sentence} are wanted"
    elif len(WORD.findall(text)) >= SHORTEST:
        grade = (reading_grade(text) + automated_grade(text)) / 2
        if grade > most:
            yield f"reads as grade {grade:.0f}, at most {most:g} is wanted: shorter sentences and words"
        elif least is not None and grade < least:
            yield f"reads as grade {grade:.0f}, at least {least:g} is wanted"


def reading_grade(text: str) -> float:
    """Return the US school grade of an English text by the formula of Flesch and Kincaid; syllables are estimated."""
    words, many = WORD.findall(text), _sentences(text)
    if not words or not many:
        return 0.0
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / many + 11.8 * syllables / len(words) - 15.59


def automated_grade(text: str) -> float:
    """Return the US school grade of an English text by the Automated Readability Index: letters and words alone."""
    words, many = WORD.findall(text), _sentences(text)
    if not words or not many:
        return 0.0
    return 4.71 * sum(map(len, words)) / len(words) + 0.5 * len(words) / many - 21.43


def sentence_length(text: str, language: str) -> float:
    """Return how long a text's sentences are on average, in words, of Chinese in characters."""
    sentences = [one for one in SENTENCE.split(text) if one.strip()]
    sizes = [len("".join(HAN.findall(one))) if language == "zh" else len(WORD.findall(one)) for one in sentences]
    return sum(sizes) / len(sizes) if sizes else 0.0


def _sentences(text: str) -> int:
    return sum(bool(WORD.search(one)) for one in SENTENCE.split(text))


def _syllables(word: str) -> int:
    plain = re.sub(r"(?:(?<![aeiouy])e|(?<=[^td])ed|es)$", "", word.casefold()) or word.casefold()
    return max(1, len(re.findall(r"[aeiouy]+", plain)))
