"""A first reading of all rows, before a folder is made or a model loaded: which can be used, and why others cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from aigc.asking.notes import Tally
from aigc.asking.passing import KEEP_ALL
from aigc.errors import AigcError
from aigc.types import Artifact, Brief, Json

SHOWN = 10  # reasons kept
KINDS = 1000  # kinds of reasons that are counted
KNOWN = 2000  # ids that a misspelt one is held against
Before: TypeAlias = Literal["stands", "changed", "new"]  # what a run comes upon where a brief's piece is to be


class Forecasting(Protocol):
    """This is whoever adds up what briefs will take, told of each one that is to be written."""

    def add(self, brief: Brief) -> None:
        """Take a brief into account. AigcError where nothing can be asked for it."""


class Reasons(list[str]):
    """These are the first few reasons, each with its row's place; `unshown` counts the others without."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        super().__init__(first)
        self.unshown: Counter[str] = Counter()

    def add(self, reason: str, place: str) -> None:
        """Keep a reason, or count it without its place."""
        kind = reason.removeprefix(f"{place}: ")
        if len(self) < SHOWN:
            self.append(reason)
        elif kind in self.unshown or len(self.unshown) < KINDS:
            self.unshown[kind] += 1


@dataclass(slots=True, kw_only=True)
class Survey:
    """This is what a first reading of all rows found. Reasons keep the row's place; only the first few are kept.

    `made` of the valid ones are written already, `changed` ones are written again since what makes them is another
    now. `apart` are not among the ids asked for, of which no row has the `missing` ones. `first` are to be written;
    `ids` are some that rows have; `tally` is what was done to values on reading. `rejected` of those to be written will
    be rejected whatever is written, the first of them `doomed`, by place and reason; `needs` are what the type needs
    and the model has not, `flagged` why how many briefs will be for their language.
    """

    valid: int = 0
    failed: int = 0
    made: int = 0
    changed: int = 0
    apart: int = 0
    missing: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    noun: str = "rows"
    reasons: Reasons = field(default_factory=Reasons)
    first: list[Brief] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally, compare=False)
    rejected: int = 0
    doomed: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    flagged: list[dict[str, Json]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.valid + self.failed

    @property
    def none_usable(self) -> str:
        """What to tell where no row is valid, with the first reason."""
        if not self.total:
            return f"all its rows are passed over; {KEEP_ALL} reads them"
        return f"none of its {self.total} {self.noun} can be used; {self.reasons[0] if self.reasons else ''}"


def survey_briefs(
    briefs: Iterable[Brief | Artifact],
    first: int,
    *,
    tally: Tally | None = None,
    forecaster: Forecasting | None = None,
    before: Callable[[Brief], Before] = lambda brief: "new",
    wanted: Callable[[Brief], None] = lambda brief: None,
    only: Collection[str] = (),
    heard: Callable[[int], None] = lambda done: None,
    noun: str = "rows",
) -> Survey:
    """Read every row once, in constant memory, and keep the `first` few that are to be written.

    `tally` goes on counting; `only` names the ids that are asked for, if not all are; `before` says of a brief whether
    it is written already. The forecaster looks at those that are not, and `wanted` is told of them; `heard` is told how
    many rows have been read.
    """
    found = Survey(noun=noun, missing=list(dict.fromkeys(only)), tally=tally if tally is not None else Tally())
    for brief in briefs:
        if only and brief.id in found.missing:
            found.missing.remove(brief.id)
        if only and len(found.ids) < KNOWN:
            found.ids.append(brief.id)
        asked = brief.brief if isinstance(brief, Artifact) else brief
        found.tally.add(asked)
        reason = brief.reason if isinstance(brief, Artifact) else ""
        if isinstance(brief, Brief):
            reason = _sort_in(found, brief, first, forecaster, before, wanted, only)
        if reason:
            found.failed += 1
            found.reasons.add(reason, asked.source or asked.id)
        else:
            found.valid += 1
        heard(found.total)
    return found


def _sort_in(
    found: Survey,
    brief: Brief,
    first: int,
    forecaster: Forecasting | None,
    before: Callable[[Brief], Before],
    wanted: Callable[[Brief], None],
    only: Collection[str],
) -> str:
    """Count a brief among those that are to be written, or not; return the reason where it cannot be."""
    if only and brief.id not in only:
        found.apart += 1
        return ""
    earlier = before(brief)
    if earlier == "stands":
        found.made += 1
        return ""
    found.changed += earlier == "changed"
    if forecaster is not None:
        try:
            forecaster.add(brief)
        except AigcError as error:
            return f"{brief.source or brief.id}: {error}"
    wanted(brief)
    if len(found.first) < first:
        found.first.append(brief)
    return ""
