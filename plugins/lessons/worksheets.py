"""Facts → a worksheet: sentences with gaps and their words, pairs to match, questions, and the key to all of them."""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.taught_facts import TaughtFact, taught_facts

LEAST_PAIRS, MOST_PAIRS = 3, 12  # that are matched; others are gaps
ARTICLE = re.compile(r"(?:The|An?)\s(?=\S)")
SECTIONS = ("gaps", "questions")


def worksheet(
    facts: Sequence[str], relation: str | None = None, language: str | None = None, *, written: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the fields of a worksheet: `gaps`, `word_bank`, `left`, `right`, `questions` and the `key`.

    Sentences are gaps, or questions where a model wrote one: `written` has one for each that may be asked, in order,
    the sentence itself for none. Pairs of which no side comes twice are matched, three at the least; the others are
    gaps, and so are expressions. One gap alone has no bank.
    """
    taught = taught_facts(facts, relation, language)
    waiting = iter(written)
    gaps: list[tuple[str, str]] = []
    asked: list[tuple[str, str]] = []
    matched = _matched(taught)
    for one in taught:
        question = next(waiting, "") if one.kind == "sentence" and one.gap else ""
        if one.kind == "question":
            asked.append((one.left, one.answer))
        elif question and question != one.gap:
            asked.append((question, one.answer))
        elif one.gap and one not in matched:
            gaps.append((one.gap, one.answer))
    right = mixed([one.answer for one in matched])
    return {
        "gaps": [gap for gap, _ in gaps],
        "word_bank": mixed([as_listed(answer) for _, answer in gaps]) if len(gaps) > 1 else [],
        "left": [one.left for one in matched],
        "right": right,
        "questions": [question for question, _ in asked],
        "key": {
            "gaps": [answer for _, answer in gaps],
            "matching": [chr(ord("A") + right.index(one.answer)) for one in matched],
            "questions": [answer for _, answer in asked],
        },
    }


@check
def key_answers_sheet(draft: Draft) -> Iterator[Finding]:
    """A worksheet has something to do, every gap one word of its bank, every task one answer in the key."""
    fields: Mapping[str, Any] = draft.fields
    key = fields.get("key") or {}
    if not any(fields.get(name) for name in (*SECTIONS, "left")):
        yield Finding(
            message="no fact is a pair, a question, or a sentence with a gap that one answer fits", field="gaps"
        )
        return
    for name in SECTIONS:
        if len(fields.get(name) or []) != len(key.get(name) or []):
            yield Finding(message="the key has not one answer for each", field=f"key.{name}")
    for at, gap in enumerate(fields.get("gaps") or []):
        if gap.count(GAP) != 1:
            yield Finding(message=f"has {gap.count(GAP)} gaps", field=f"gaps[{at}]")
    wanted = Counter(as_listed(answer).casefold() for answer in key.get("gaps") or [])
    alone = sum(wanted.values()) == 1 and not fields.get("word_bank")  # a bank of one word would tell it
    if not alone and wanted != Counter(word.casefold() for word in fields.get("word_bank") or []):
        yield Finding(message="has not the words that the key has", field="word_bank")
    right, letters = fields.get("right") or [], key.get("matching") or []
    known = [chr(ord("A") + at) for at in range(len(right))]
    if sorted(letters) != known or len(letters) != len(fields.get("left") or []):
        yield Finding(message="gives not each letter to one", field="key.matching")
    if len(set(right)) < len(right):
        yield Finding(message="has one thing twice, so that two letters fit", field="right")


def _matched(taught: Sequence[TaughtFact]) -> list[TaughtFact]:
    """Return the pairs to match: each side comes once only, so that one letter fits."""
    pairs = [one for one in taught if one.kind == "pair" and not one.sums]
    left, right = Counter(_bare(one.left) for one in pairs), Counter(_bare(one.answer) for one in pairs)
    alone = [one for one in pairs if left[_bare(one.left)] == right[_bare(one.answer)] == 1]
    return alone[:MOST_PAIRS] if len(alone) >= LEAST_PAIRS else []


def _bare(side: str) -> str:
    """Return a side of a pair without its article and what stands in brackets: "the cat" is "cat"."""
    bare = re.sub(r"\s*[(（].*?[)）]", "", side.casefold())
    return re.sub(r"^(?:the|an?|to)\s+", "", bare).strip() or side.casefold()


def mixed(texts: Sequence[str]) -> list[str]:
    """Return texts in an order that depends on them alone, and is not the one that they came in."""
    mixed = sorted(texts)
    random.Random(hashlib.sha256("\n".join(mixed).encode()).digest()).shuffle(mixed)
    if mixed == list(texts) and len(set(mixed)) > 1:
        mixed = [*mixed[1:], mixed[0]]
    return mixed


def as_listed(answer: str) -> str:
    """Return an answer as a list of words has it: a capital article would tell that it begins its sentence."""
    return answer[0].lower() + answer[1:] if ARTICLE.match(answer) else answer
