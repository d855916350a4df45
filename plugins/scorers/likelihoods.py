"""Scorers that ask how likely a text is: the line after its prompt, after other facts, and the fact after the line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Annotated, Literal, TypeAlias

from aigc import Range, Scoring, scorer
from aigc.types import Ask, Candidate, Likelihood, Message, Prompt
from aigc_plugins.scorers.candidate_reading import (
    UNKNOWN,
    fact_of,
    in_its_language,
    likeliest,
    other_facts,
    spread,
    texts,
)

Take: TypeAlias = Literal["best", "mean"]
Top: TypeAlias = Annotated[int, Range(0)]
TAKES: Mapping[str, Callable[[Sequence[float]], float]] = {"best": max, "mean": fmean}


@scorer
def likely(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer what came likely: the mean log-probability of its tokens as the writer gave it, which costs nothing."""
    return [UNKNOWN if one.mean_logprob is None else one.mean_logprob for one in candidates]


@scorer
def fit(
    candidates: Sequence[Candidate], *, angles: Sequence[str] = (), take: Take = "best", adapter: str | None = None
) -> Scoring:
    """Prefer what the model would write: log-probability per token after the stage's own prompt.

    With `angles`, system texts that stand in place of the prompt's own, the best or the mean over them. `adapter` is
    the one that is asked, empty for the model alone; without a word the one that writes.
    """
    asks = [
        [Ask(prompt=prompt, text=one.text, adapter=adapter) for prompt in _seen_from(one.prompt, angles)]
        for one in candidates
    ]
    return _taken((yield _flat(asks)), asks, take)


@scorer
def specific(
    candidates: Sequence[Candidate],
    *,
    fact: str = "",
    facts: Sequence[str] = (),
    bank: Sequence[str] = (),
    take: Take = "best",
    adapter: str | None = None,
    top: Top = 6,
) -> Scoring:
    """Prefer what is said of this fact and of no other: log-probability per token, less that after other facts.

    `fact` is the item unless it is given, `facts` are the brief's, `bank` others that each line is held against (four
    of everyday things without a word). `take` is what counts of those: the best or the mean. Only the `top` candidates
    by the writer's likelihood are asked about, 0 for all; the others get the least number.
    """
    asked, asks = likeliest(candidates, top), []
    for one in (candidates[place] for place in asked):
        own = fact_of(one, fact)
        others = [*other_facts(one, own, facts), *(bank or in_its_language(texts()["facts"], one))]
        prompts = [found for other in others if (found := _told_of(one.prompt, own, other))]
        asks.append([Ask(prompt=prompt, text=one.text, adapter=adapter) for prompt in (one.prompt, *prompts)])
    told = iter((yield _flat(asks)))
    numbers = []
    for mine in asks:
        means = _means([next(told) for _ in mine])
        numbers.append(means[0] - TAKES[take](means[1:]) if len(means) == len(mine) > 1 else UNKNOWN)
    return spread(dict(zip(asked, numbers, strict=True)), len(candidates))


@scorer
def backward(candidates: Sequence[Candidate], *, fact: str = "", adapter: str | None = "", top: Top = 6) -> Scoring:
    """Prefer the line that its fact can be told from: the fact's log-probability per token after the line.

    The model alone is asked, without the adapter that writes, unless `adapter` names one, and about the `top`
    candidates only, as by `specific`.
    """
    asked, asks = likeliest(candidates, top), []
    for one in (candidates[place] for place in asked):
        question = in_its_language(texts()["backward"], one).format(line=one.text)
        prompt = Prompt(messages=(Message(role="user", content=question),))
        asks.append([Ask(prompt=prompt, text=fact_of(one, fact), adapter=adapter)])
    numbers = _taken((yield _flat(asks)), asks, "best")
    return spread(dict(zip(asked, numbers, strict=True)), len(candidates))


def _seen_from(prompt: Prompt, angles: Sequence[str]) -> list[Prompt]:
    """Return the prompt with each angle as its system text; as it is without angles."""
    rest = tuple(turn for turn in prompt.messages if turn.role != "system")
    seen = [replace(prompt, messages=(Message(role="system", content=angle), *rest)) for angle in angles]
    return seen or [prompt]


def _told_of(prompt: Prompt, fact: str, other: str) -> Prompt | None:
    """Return the prompt with another fact in its last turn; None where the fact is not in there."""
    *before, last = prompt.messages
    if not fact or fact not in last.content:
        return None
    return replace(prompt, messages=(*before, replace(last, content=last.content.replace(fact, other))))


def _flat(asks: Sequence[Sequence[Ask]]) -> list[Ask]:
    return [ask for mine in asks for ask in mine]


def _means(told: Sequence[Likelihood | None]) -> list[float]:
    return [one.mean for one in told if one]


def _taken(told: Sequence[Likelihood | None], asks: Sequence[Sequence[Ask]], take: Take) -> list[float]:
    """Return for each candidate what counts of its answers; unknown where there is none."""
    answers = iter(told)
    found = [_means([next(answers) for _ in mine]) for mine in asks]
    return [TAKES[take](means) if means else UNKNOWN for means in found]
