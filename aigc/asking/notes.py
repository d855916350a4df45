"""What was done to a row's values, as it is told of a brief's inputs, and of a whole file in a table.

brand      unknown    2    #N/A 1, nan 1
benefits   cleaned    1    tags 1, entities 1
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from aigc.asking.cells import folded, names_asked_for
from aigc.types import UNKNOWN, Brief

What: TypeAlias = Literal["cleaned", "unknown", "left out", "passed over"]


class ReadInput(NamedTuple):
    """This is what was done to an input: in how many rows, and how often what. A row is passed over for a column."""

    input: str
    what: What
    rows: int
    terms: Mapping[str, int]


class Tally:
    """This counts what was done to the inputs of briefs, in constant memory."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[str, What]] = Counter()
        self._terms: dict[tuple[str, What], Counter[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, brief: Brief) -> None:
        """Count what was done to one brief."""
        if not brief.cleaned and not brief.left_out:
            return
        found: dict[tuple[str, What], list[str]] = {(name, "left out"): ["over the limit"] for name in brief.left_out}
        for name, terms in brief.cleaned.items():
            for term in terms:
                unknown = term.startswith(UNKNOWN)
                found.setdefault((name, "unknown" if unknown else "cleaned"), []).append(term.removeprefix(UNKNOWN))
        for place, terms in found.items():
            self._rows[place] += 1
            self._terms.setdefault(place, Counter()).update(terms)

    def pass_over(self, column: str, why: str) -> None:
        """Count a row that is no brief, for what it says in a column."""
        self._rows[column, "passed over"] += 1
        self._terms.setdefault((column, "passed over"), Counter())[why] += 1

    def told(self) -> list[ReadInput]:
        """Return what was counted, inputs in the order in which they came, with what was most often done first."""
        order = list(dict.fromkeys(name for name, _ in self._rows))
        places = sorted(self._rows, key=lambda place: order.index(place[0]))
        return [ReadInput(*place, self._rows[place], dict(self._terms[place].most_common())) for place in places]


def done_to_inputs(
    cleaned: Mapping[str, Sequence[str]], feeding: Mapping[str, str], expressions: Mapping[str, str]
) -> dict[str, Sequence[str]]:
    """Return input → what was done to the columns that feed it, or that its expression names."""
    if not cleaned:
        return {}
    done = {name: cleaned[column] for name, column in feeding.items() if column in cleaned}
    for name, text in expressions.items():
        terms = [term for column, terms in cleaned.items() if stands_in(column, text) for term in terms]
        done |= {name: tuple(dict.fromkeys(terms))} if terms else {}
    return done


def with_done(done: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return input → what was done to it, with what was done `more`."""
    return {**done, **{name: (*done.get(name, ()), *terms) for name, terms in more.items()}}


def stands_in(column: str, expression: str) -> bool:
    """Say whether an expression names a column, as it is or as a name that can stand there, or asks for its `cell`."""
    named = (column, re.sub(r"\W+", "_", column.strip()))
    if any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", expression) for one in named):
        return True
    return "cell" in expression and folded(column) in map(folded, names_asked_for(expression))
