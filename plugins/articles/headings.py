"""Headings that say what their section says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import trim
from aigc_plugins.articles.paragraphs import SMALL, stem

MOST_CHARS = 60
HAN = re.compile(r"[\u3400-\u9fff]")
CLAUSE_END = re.compile(
    r"[,;:，；：。]|\s(?:so that|so|because|since|which|unless|until|before|while|and|but|when|if)\s"
)
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_PLAIN = """
    guide tips practical short simple easy beginner's how to
"""
PLAIN = frozenset(_PLAIN.split())  # a title may always say these
LEAST_WORDS, MOST_WORDS = 2, 12
LEAST_SHARED = 3  # content words a heading has from its section, where that has as many


def point_heading(paragraphs: Sequence[str] | str) -> str:
    """Return a heading made of a section's first statement: its first clause, with capitals where it is English."""
    first = paragraphs if isinstance(paragraphs, str) else (list(paragraphs) or [""])[0]
    sentence = first_sentence(first).rstrip(".!?。！？")
    clause = CLAUSE_END.split(sentence)[0].strip()
    text = clause if len(clause.split()) > LEAST_WORDS or HAN.search(clause) else sentence
    short = trim(text, MOST_CHARS, "chars")
    return short if HAN.search(short) else " ".join(_capital(word, at) for at, word in enumerate(short.split()))


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, with its final mark."""
    return re.split(r"(?<=[a-z0-9)][.!?])(?:\s|$)|(?<=[。！？])", text.strip(), maxsplit=1)[0].strip()


@check
def heads_its_points(text: str, *, points: list[str], new_words: int = 0) -> Iterator[str]:
    """A heading says what its section's first sentence says: all but `new_words` of its content words stand there."""
    if HAN.search(text):
        return
    words = WORD.findall(text)
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        yield f"has {len(words)} words, {LEAST_WORDS} to {MOST_WORDS} are wanted"
    first = first_sentence(points[0]) if points else ""
    known = {stem(word) for word in WORD.findall(first)}
    content = [stem(word) for word in words if len(word) > 2 and word.casefold() not in SMALL | PLAIN]
    strange = [word for word in content if word not in known]
    if len(strange) > new_words:
        yield f"brings in {', '.join(map(repr, strange))}"
    given = [stem(word) for word in WORD.findall(first) if len(word) > 2 and word.casefold() not in SMALL | PLAIN]
    wanted = min(LEAST_SHARED, len(set(given)))
    if len(content) - len(strange) < wanted:
        yield f"has fewer than {wanted} words of its section"
    twice = next((word for word in content if content.count(word) > max(1, given.count(word))), "")
    if twice:
        yield f"says {twice!r} twice"


def _capital(word: str, at: int) -> str:
    small = word in (
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "but",
        "by",
        "with",
        "from",
        "as",
    )
    return word if (small and at) or not word[:1].islower() else word[:1].upper() + word[1:]
