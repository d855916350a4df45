"""Headings that say what their section says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import trim
from aigc_plugins.articles.stretches import PREPOSITIONS, SUBORDINATE, misleads
from aigc_plugins.rules.broken_titles import left_hanging, misformed
from aigc_plugins.rules.content_words import stem, strange

MOST_CHARS = 60
HAN = re.compile(r"[\u3400-\u9fff]")
CLAUSE_END = re.compile(r"[,;:，；：。]|\s(?:so that|so|because|since|which|and)\s")
CONDITION = re.compile(r"\s(?:unless|until|before|while|but|when|if)\s")  # a heading that fits has what follows them
LEADS = re.compile(rf"(?:{'|'.join((*SUBORDINATE, *PREPOSITIONS))})\s", re.IGNORECASE)  # and no clause yet
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_SMALL = """
    about above after again all also and any are because been before being below between both but can could did
    does doing down during each even ever every few for from further get gets had has have having her here his
    how into its just like made make makes many may more most much must not now off once only other our out over
    own per same she should some such than that the their them then there these they this those through too
    under until use used very was way ways were what when where which while who why will with without you your
"""
SMALL = frozenset(_SMALL.split())
_PLAIN = """
    guide tips practical short simple easy beginner's how to
"""
PLAIN = frozenset(_PLAIN.split())  # a title may always say these
LEAST_WORDS, MOST_WORDS = 2, 12
STRANGE_HAN = 1  # Chinese characters that a heading or title may add
LEAST_SHARED = 3  # content words a heading has from its section, where that has as many


def point_heading(paragraphs: Sequence[str] | str) -> str:
    """Return a heading made of a section's first statement: its first clause, with capitals where it is English.

    What makes the clause true stays, "when the connection is slow", where there is room.
    """
    first = paragraphs if isinstance(paragraphs, str) else (list(paragraphs) or [""])[0]
    sentence = first_sentence(first).rstrip(".!?。！？")
    clauses = [clause.strip() for clause in CLAUSE_END.split(sentence)]
    clause = clauses[0]
    if LEADS.match(sentence):
        clause = sentence if len(sentence) <= MOST_CHARS else clauses[-1]
    if len(clause) > MOST_CHARS:
        clause = CONDITION.split(clause)[0].strip()
    text = clause if HAN.search(clause) or len(heading_words(clause)) >= LEAST_SHARED else sentence
    short = trim(text, MOST_CHARS, "chars")
    return short if HAN.search(short) else " ".join(_capital(word, at) for at, word in enumerate(short.split()))


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, with its final mark."""
    return re.split(r"(?<=[a-z0-9)][.!?])(?:\s|$)|(?<=[。！？])", text.strip(), maxsplit=1)[0].strip()


@check
def heads_its_points(text: str, *, points: list[str], new_words: int = 0, also: Sequence[str] = ()) -> Iterator[str]:
    """A heading says what its section's first sentence says: all but `new_words` of its content words stand there.

    The words of `also` may stand in it too. Without new words it is a stretch of that sentence, and whole: no word is
    lost inside, nor what makes it true.
    """
    first = first_sentence(points[0]) if points else ""
    if points and text.casefold() == point_heading(points).casefold():
        return
    if not new_words:
        yield from misleads(text, first)
    if HAN.search(text):
        brought = strange(text, " ".join((first, *also)))
        if len(brought) > STRANGE_HAN:
            yield f"brings in {''.join(brought)!r}"
        return
    yield from left_hanging(text, " ".join(points))
    yield from misformed(text, " ".join(points))
    words = WORD.findall(text)
    if not LEAST_WORDS <= len(words) <= MOST_WORDS:
        yield f"has {len(words)} words, {LEAST_WORDS} to {MOST_WORDS} are wanted"
    known = {stem(word) for word in WORD.findall(" ".join((first, *also)))}
    content = heading_words(text)
    brought = [word for word in content if word not in known]
    if len(brought) > new_words:
        yield f"brings in {', '.join(map(repr, brought))}"
    given = heading_words(first)
    wanted = min(LEAST_SHARED, len(set(given)))
    if len(content) - len(brought) < wanted:
        yield f"has fewer than {wanted} words of its section"
    twice = next(
        (word for word in content if content.count(word) > max(1, (given + heading_words(" ".join(also))).count(word))),
        "",
    )
    if twice:
        yield f"says {twice!r} twice"


def heading_words(text: str) -> list[str]:
    """Return the stems of a heading's words but the small ones, and those that any title may have."""
    return [stem(word) for word in WORD.findall(text) if len(word) > 2 and word.casefold() not in SMALL | PLAIN]


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
