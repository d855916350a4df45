"""Fitting a mix: what scorers' numbers are worth, and from where on a line may stand by itself.

Two logistic regressions over standardised numbers: one tells lines that are better than the plain fact from the rest,
by which candidates are ranked, the other usable lines from faulty ones, on which the floor lies. Both are judged out of
fold: every line by what was fitted on other products.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from aigc.content.mix import Mix
from aigc.content.mix_keys import BIAS
from aigc.errors import UsageError
from aigc.evaluation.labels import BETTER, FAULTY, Labelled
from aigc.evaluation.logistic import Logistic, Scale, auc_within, fit_logistic
from aigc.evaluation.proportion import Proportion

FOLDS = 8
MOST_FAULTY = 0.05  # of first choices above the floor, as the rule of succession expects it of new ones
FEWEST = 60  # first choices that a floor is taken from: fewer tell nothing of one in twenty


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """This is how well numbers tell lines of one fact apart: better ones from the rest, usable from faulty ones."""

    better: float | None
    usable: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """This is a floor: how many of the first choices above it are `faulty`, and which share of facts have one."""

    value: float
    faulty: Proportion
    covered: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedMix:
    """This is a mix as it was fitted, of which model nobody has said yet, and how it fared out of fold. `unknown` lines
    had no part in it: a scorer could tell nothing of them."""

    mix: Mix
    scorers: Mapping[str, Telling]
    mixed: Telling
    floor: Floor | None
    labels: int
    facts: int
    unknown: int = 0

    def of(self, *, model: str, sha256: str, adapter: str, date: str) -> Mix:
        """Return the mix as an entry of its file."""
        fitted = {"labels": self.labels, "facts": self.facts, "auc": self.mixed.better, "sure_auc": self.mixed.usable}
        if self.floor is not None:
            faulty = self.floor.faulty
            fitted |= {"precision": 1 - (faulty.share or 0.0), "at_least": 1 - (faulty.at_most or 0.0)}
            fitted |= {"coverage": self.floor.covered.share}
        rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in fitted.items()}
        return replace(self.mix, model=model, sha256=sha256, adapter=adapter, fitted={**rounded, "date": date})


def fit_mix(labels: Sequence[Labelled], numbers: Sequence[Mapping[str, float]], scorers: Sequence[str]) -> FittedMix:
    """Return the mix of scorers' numbers for the labelled lines that have all of them: one that a judge failed to judge
    says nothing of what its numbers are worth. UsageError where the labels are of too few products, or of one kind."""
    given, known = len(labels), [all(math.isfinite(mine[name]) for name in scorers) for mine in numbers]
    labels, numbers = list(compress(labels, known)), list(compress(numbers, known))
    if given and not labels:
        raise UsageError("no line has a number by every scorer", hint=f"leave one out of {', '.join(scorers)}")
    rows = [[mine[name] for name in scorers] for mine in numbers]
    folds = _folds([one.product for one in labels])
    better, usable = [one.label == BETTER for one in labels], [one.label != FAULTY for one in labels]
    facts = [one.fact for one in labels]
    ranks, sures = _out_of_fold(rows, better, folds, "better"), _out_of_fold(rows, usable, folds, "usable")

    def telling(rank: Sequence[float], sure: Sequence[float]) -> Telling:
        return Telling(better=auc_within(facts, rank, better), usable=auc_within(facts, sure, usable))

    columns = {name: [row[at] for row in rows] for at, name in enumerate(scorers)}
    floor = _floor(facts, ranks, sures, usable)
    worth, scales = _fitted(rows, better, "better")
    sure, _ = _fitted(rows, usable, "usable")
    mix = Mix(
        weights=_named(scorers, worth.weights),
        means=_named(scorers, [scale.mean for scale in scales]),
        scales=_named(scorers, [scale.deviation for scale in scales]),
        bias=round(worth.bias, 4),
        sure={BIAS: round(sure.bias, 4), **_named(scorers, sure.weights)},
        floor=floor.value if floor else None,
    )
    return FittedMix(
        mix=mix,
        scorers={name: telling(column, column) for name, column in columns.items()},
        mixed=telling(ranks, sures),
        floor=floor,
        labels=len(labels),
        facts=len(set(facts)),
        unknown=given - len(labels),
    )


def _named(scorers: Sequence[str], numbers: Sequence[float]) -> dict[str, float]:
    return {name: float(f"{number:.5g}") for name, number in zip(scorers, numbers, strict=True)}


def _folds(products: Sequence[str]) -> list[int]:
    """Return the fold of each line; which product is in which depends on nothing but the products."""
    known = sorted(set(products), key=lambda product: hashlib.sha256(product.encode()).digest())
    if len(known) < 2:
        raise UsageError("labels of one product cannot be fitted", hint="label lines of twenty products or more")
    return [{product: at % FOLDS for at, product in enumerate(known)}[product] for product in products]


def _fitted(rows: Sequence[Sequence[float]], wanted: Sequence[bool], kind: str) -> tuple[Logistic, list[Scale]]:
    scales = [Scale.of(column) for column in zip(*rows, strict=True)]
    try:
        return fit_logistic([_standard(row, scales) for row in rows], wanted), scales
    except ValueError as error:
        raise UsageError(f"too few labels: all lines, or none, are {kind}", hint="label 0, 1 and 2") from error


def _standard(row: Sequence[float], scales: Sequence[Callable[[float], float]]) -> list[float]:
    return [scale(number) for number, scale in zip(row, scales, strict=True)]


def _out_of_fold(
    rows: Sequence[Sequence[float]], wanted: Sequence[bool], folds: Sequence[int], kind: str
) -> list[float]:
    """Return each row's chance by what was fitted on the other folds."""
    chances = [0.0] * len(rows)
    for fold in set(folds):
        others = [at for at, mine in enumerate(folds) if mine != fold]
        model, scales = _fitted([rows[at] for at in others], [wanted[at] for at in others], kind)
        for at, mine in enumerate(folds):
            if mine == fold:
                chances[at] = model.chance(_standard(rows[at], scales))
    return chances


def _floor(
    facts: Sequence[str], ranks: Sequence[float], sures: Sequence[float], usable: Sequence[bool]
) -> Floor | None:
    """Return the least floor above which enough first choices are right, as they are above every greater one that
    has enough of them; None where there is none. A lucky dip between two that fail is no floor. Right is what lets
    expect few faulty ones among new ones too: (faulty + 1) of (all + 2), Laplace's rule of succession.

    The first choice of a fact is the line of the greatest rank among those as sure as the floor, as in writing.
    """
    by_fact: dict[str, list[int]] = {}
    for at in sorted(range(len(facts)), key=lambda at: -ranks[at]):
        by_fact.setdefault(facts[at], []).append(at)
    least = None
    for value in sorted(set(sures), reverse=True):
        first = [next((at for at in mine if sures[at] >= value), None) for mine in by_fact.values()]
        chosen = [usable[at] for at in first if at is not None]
        if len(chosen) < FEWEST:
            continue
        faulty = Proportion(chosen.count(False), len(chosen))
        if faulty.part + 1 > MOST_FAULTY * (faulty.whole + 2):
            break
        least = Floor(value=round(value, 4), faulty=faulty, covered=Proportion(len(chosen), len(by_fact)))
    return least
