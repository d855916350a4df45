"""What a stage's candidates are worth: scorers' numbers, what these come to, and whether that is enough to stand.

Scorers are functions, or generator functions that ask how likely texts are. All scorers of an item, and all items of a
stage, ask `together`, so that what their prompts share is computed once. What a candidate is worth depends on its own
piece, on the scorers' options and on the mix: on no other piece.
"""

from __future__ import annotations

import json
import math
from collections.abc import Generator as Coroutine
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, pstdev
from types import GeneratorType
from typing import Any, TypeAlias, TypeVar

from aigc.content.content_type import Pick
from aigc.content.mix import Mix, log_odds, probability
from aigc.plugs.copied import copied
from aigc.plugs.extension import Bound, Render, Scoring
from aigc.types import About, Ask, Candidate, Draft, Finding, Json, Prompt, Request
from aigc.writing.drafting import plain
from aigc.writing.duty import Duty, Patience
from aigc.writing.line_log import Judged
from aigc.writing.severity import severity_rank

T = TypeVar("T")
Asking: TypeAlias = Coroutine[Sequence[Ask], Any, T]  # is sent a `Likelihood` or None for each text it asks about

MOST_ROUNDS = 1000  # that a scorer may ask
SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


@dataclass(slots=True, kw_only=True)
class Contender:
    """This is a draft that passed the checks, with its findings, and how often the same came. `asked` are the fields
    that were written then, `source` is the answer as it is kept. Once scorers have seen it, it is ranked by `worth`
    and stands by itself where it is `sure` enough."""

    draft: Draft
    findings: list[Finding]
    logprob: float
    prompt: Prompt
    asked: frozenset[str]
    source: Judged | None = None
    times: int = 1
    worth: float = math.nan
    sure: float = math.nan

    def candidate(self, name: str, beside: Sequence[str] = ()) -> Candidate:
        """Return it as scorers see it, judged by the text of one field, with the lines `beside` it."""
        return Candidate(
            text=str(self.draft.fields[name]),
            draft=self.draft,
            prompt=self.prompt,
            mean_logprob=self.logprob if math.isfinite(self.logprob) else None,
            times=self.times,
            beside=tuple(beside),
        )


@dataclass(slots=True)
class Pool:
    """This is every different draft that may stand for an item, and the prompt that asked for the last ones."""

    prompt: Prompt | None = None
    _contenders: dict[str, Contender] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._contenders)

    def __iter__(self) -> Iterator[Contender]:
        return iter(self._contenders.values())

    def add(self, contender: Contender) -> None:
        """Take a draft in, or count it once more."""
        held = self._contenders.setdefault(_key(contender.draft), contender)
        held.times += held is not contender

    def refuse(self, draft: Draft) -> None:
        """Forget a draft that the whole piece's checks reject."""
        self._contenders.pop(_key(draft), None)

    def ranked(self) -> list[Contender]:
        """Return them by their worth, the best first, and of equal ones the one that came first."""
        return sorted(self, key=lambda one: -one.worth)

    def leading(self, name: str) -> str:
        """Return the text of one field of who leads: of those that scorers have seen the worthiest, else the likeliest;
        nothing where there is none."""
        weighed = [one for one in self.ranked() if not math.isnan(one.worth)]
        lead = weighed[0] if weighed else max(self, key=lambda one: one.logprob, default=None)
        return str(lead.draft.fields.get(name) or "") if lead else ""

    def best(self, floor: float) -> Contender | None:
        """Return who stands: of those as sure as the floor the one with the mildest findings, then of the greatest
        worth."""
        enough = [one for one in self.ranked() if one.sure >= floor]
        return min(enough, key=lambda one: severity_rank(one.findings), default=None)


def floor_of(pick: Pick, mix: Mix | None, language: str = "") -> float:
    """Return how sure a candidate has to be to stand: infinitely where none was fitted for the model, or none that
    holds in a `language`."""
    if pick.mix and mix is None:
        return math.inf
    if pick.floor is not None:
        return pick.floor
    if mix is None:
        return -math.inf
    elsewhere = bool(language and mix.floor_languages) and language not in mix.floor_languages
    return math.inf if mix.floor is None or elsewhere else mix.floor


def weigh(
    pool: Pool, pick: Pick, mix: Mix | None, render: Render, patience: Patience, beside: Sequence[str] = ()
) -> Asking[None]:
    """Ask the scorers, and note what each contender of a pool is worth, with the lines `beside` it; what a judge says
    is added to its log-odds, and a line that it refuses is not sure. PluginError names a scorer that broke."""
    contenders = list(pool)
    candidates = [one.candidate(pick.field, beside) for one in contenders]
    columns = yield from together([scored(bound, candidates, render, patience) for bound in pick.by])
    names = [bound.name for bound in pick.by]
    told = yield from together([scored(bound, candidates, render, patience) for bound in pick.judge])
    verdicts = [fmean(numbers) for numbers in zip(*told, strict=True)] if told else []
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    worths = [mix.worth(row) for row in rows] if mix else _worths(columns)
    for one, row, worth in zip(contenders, rows, worths, strict=True):
        one.worth, one.sure = worth, mix.surety(row) if mix else worth
    for one, verdict in zip(contenders, verdicts, strict=False):
        if math.isfinite(verdict):
            one.worth = probability(log_odds(one.worth) + verdict) if mix else one.worth + verdict
            one.sure = one.sure if verdict >= 0 else -math.inf


def scored(bound: Bound, candidates: Sequence[Candidate], render: Render, patience: Patience) -> Asking[list[float]]:
    """Return a scorer's numbers for candidates. PluginError names it where it broke, did not answer, or gave too few.

    Nothing is yielded while the scorer is at work: who closes this is no scorer.
    """
    with Duty(patience, bound) as duty:
        given = [*map(copied, candidates)] if bound.extension.of_others else candidates
        told: Any = bound.extension(given, **bound.resolve(render))
        duty.end_turn()
    if isinstance(told, GeneratorType):
        told = yield from _asked(bound, told, patience)
    with Duty(patience, bound) as duty:
        numbers = [float(number) for number in told]
        if len(numbers) != len(candidates):
            raise TypeError(f"gave {len(numbers)} numbers for {len(candidates)} candidates")
        duty.end_turn()
    return numbers


def _asked(bound: Bound, scoring: Scoring, patience: Patience) -> Asking[Sequence[float]]:
    """Ask what a scorer asks, and return what it returns."""
    answers: Any = None
    for _ in range(MOST_ROUNDS):
        with Duty(patience, bound) as duty:
            try:
                asks = list(scoring.send(answers))
            except StopIteration as done:
                numbers: Sequence[float] = done.value
                return numbers
            if not all(isinstance(ask, Ask) for ask in asks):
                raise TypeError("asks for something that is no Ask")
            duty.end_turn()
        answers = yield asks
    with Duty(patience, bound):
        scoring.close()
        raise ValueError(f"asks over {MOST_ROUNDS} times for one item")


def _worths(columns: Sequence[Sequence[float]]) -> list[float]:
    """Return what numbers come to without a mix: those of one scorer as they are, of several the mean."""
    if len(columns) == 1:
        return [number if math.isfinite(number) else -math.inf for number in columns[0]]
    return [fmean(row) for row in zip(*map(_standardised, columns), strict=True)]


def _standardised(column: Sequence[float]) -> list[float]:
    """Return numbers as so many deviations from their mean; one that is not finite counts as the mean."""
    finite = [number for number in column if math.isfinite(number)]
    mean, deviation = (fmean(finite), pstdev(finite)) if finite else (0.0, 0.0)
    return [(number - mean) / deviation if deviation and math.isfinite(number) else 0.0 for number in column]


def unjudged(asking: Asking[T]) -> Asking[T]:
    """Have somebody ask without a judge, who is taken not to know."""
    told: list[Any] | None = None
    while True:
        try:
            asks = asking.send(told)
        except StopIteration as done:
            found: T = done.value
            return found
        answers = iter((yield [ask for ask in asks if not ask.judge]))
        told = [None if ask.judge else next(answers) for ask in asks]


def given_request(name: str, ask: Ask, adapter: str | None, about: About | None = None) -> Request:
    """Return what a scorer asks as a request; `adapter` is the one that writes the piece."""
    named = adapter if ask.adapter is None else ask.adapter or None
    asked = Request(id=name, prompt=ask.prompt, given=ask.text, adapter=named, about=about)
    return replace(asked, judge=True, other=ask.other) if ask.judge else asked


def together(askers: Sequence[Asking[T]]) -> Asking[list[T]]:
    """Let several ask side by side, and return what each returns, in their order."""
    results: dict[int, T] = {}
    answers: dict[int, Any] = dict.fromkeys(range(len(askers)))  # None begins
    while answers:
        asked: dict[int, list[Ask]] = {}
        for place, answer in answers.items():
            try:
                asked[place] = list(askers[place].send(answer))
            except StopIteration as done:
                results[place] = done.value
        if not asked:
            break
        told = iter((yield [ask for asks in asked.values() for ask in asks]))
        answers = {place: [next(told) for _ in asks] for place, asks in asked.items()}
    return [results[place] for place in range(len(askers))]


def _key(draft: Draft) -> str:
    fields: Json = plain(draft.fields)
    return SORTED(fields)
