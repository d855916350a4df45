"""Scorers that compare words and lengths, and ask no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aigc import scorer
from aigc.content import limit_of, measure
from aigc.types import Candidate, Draft
from aigc_plugins.scorers.candidate_reading import UNKNOWN, fact_of, other_facts, words_of


@scorer
def kept_words(candidates: Sequence[Candidate], *, fact: str = "") -> Sequence[float]:
    """Prefer what keeps its fact's words: the share of the telling ones, 0 to 1."""
    return [_share(fact_of(one, fact), one.text, one) for one in candidates]


@scorer
def novel(
    candidates: Sequence[Candidate], *, fact: str = "", count: Literal["share", "number"] = "share"
) -> Sequence[float]:
    """Prefer what says it in new words: the share, or the number, of telling words that are not the fact's."""
    numbers = []
    for one in candidates:
        known, words = set(words_of(fact_of(one, fact), one)), words_of(one.text, one)
        new = sum(word not in known for word in words)
        numbers.append(float(new) if count == "number" else new / max(1, len(words)))
    return numbers


@scorer
def apart(
    candidates: Sequence[Candidate], *, fact: str = "", facts: Sequence[str] = (), lines: Sequence[str] = ()
) -> Sequence[float]:
    """Prefer what is unlike the prompt's shots, `lines` of a bank, the brief's other facts and the lines of these.

    The number is the distance to the nearest of them, 0 to 1, by the words they share and by their spelling. `facts`
    are the brief's, without a word those of its list that the item is from. Of each other fact that line counts which
    was picked for it, or is its likeliest.
    """
    from rapidfuzz import fuzz

    numbers = []
    for one in candidates:
        shots = [turn.content for turn in one.prompt.messages if turn.role == "assistant"]
        others = [*shots, *lines, *other_facts(one, fact_of(one, fact), facts), *one.beside]
        near = [max(_overlap(one.text, other, one), fuzz.ratio(one.text, other) / 100) for other in others]
        numbers.append(1 - max(near, default=0.0))
    return numbers


@scorer
def times(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer what the writer said often: how many of its texts came out like this."""
    return [float(one.times) for one in candidates]


@scorer
def length(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer the longer of what fits: the share of its limit that a text fills; its words where there is no limit."""
    return [_filled(one.text, one.draft) for one in candidates]


@scorer
def longer(candidates: Sequence[Candidate], *, fact: str = "") -> Sequence[float]:
    """Prefer what says more than its fact does: how many times as long it is, in letters."""
    facts = [fact_of(one, fact) for one in candidates]
    return [len(one.text) / len(own) if own else UNKNOWN for one, own in zip(candidates, facts, strict=True)]


@scorer
def named(candidates: Sequence[Candidate], *, fact: str = "", name: str = "") -> Sequence[float]:
    """Prefer what names its product: the number of telling words that are the name's, and not the fact's.

    `name` is the brief's `product` unless it is given. Weighed against in a mix: a name beside a fact says no more.
    """
    numbers = []
    for one in candidates:
        own = set(words_of(name or str(one.draft.brief.values.get("product") or ""), one))
        own -= set(words_of(fact_of(one, fact), one))
        words = words_of(one.text, one)
        numbers.append(float(sum(word in own for word in words)))
    return numbers


@scorer
def asks(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer a question: 1 where there is one, else 0."""
    return [float("?" in one.text or "？" in one.text) for one in candidates]


def _filled(text: str, draft: Draft) -> float:
    schema = next((draft.schema[name] for name, value in draft.fields.items() if value == text), {})
    limit = limit_of(schema)
    return float(measure(text, "words")) if limit is None else measure(text, limit[0]) / limit[1]


def _share(of: str, text: str, candidate: Candidate) -> float:
    """Return which share of the words of one text stand in another; unknown where it has none."""
    wanted, there = set(words_of(of, candidate)), set(words_of(text, candidate))
    return len(wanted & there) / len(wanted) if wanted else UNKNOWN


def _overlap(first: str, second: str, candidate: Candidate) -> float:
    """Return the words that two texts share, as a share of all words of both."""
    mine, other = set(words_of(first, candidate)), set(words_of(second, candidate))
    return len(mine & other) / len(mine | other) if mine | other else 0.0
