"""Things that the facts of a lesson put into groups, so that a class can sort them and find the odd one out.

Lemon juice = acid. Soap = base. …               pairs of which several have the same right side
“Time is money” is a metaphor. …                 sentences that say of several things that they are the same
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aigc_plugins.lessons.fact_kinds import LEANING
from aigc_plugins.lessons.taught_facts import TaughtFact

LEAST_GROUPS, MOST_GROUPS = 2, 4
LEAST_IN_GROUP = 2
MOST_IN_GROUP = 4
IS_A = (
    re.compile(r"(?P<thing>[^,;:]{2,60}|[\"“][^\"”]{2,60}[\"”]) (?:is|was) (?P<group>an? [\w-]+(?: [\w-]+)?)"),
    re.compile(r"(?P<thing>[A-Z][^,;:]{1,40}) (?:are|were) (?P<group>[a-z][\w-]+s)"),
    re.compile(r"(?P<thing>[“《]?[^，。；：是]{1,16}[”》]?)(?:是|属于)(?P<group>[^，。；：的一是]{1,8})"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedFacts:
    """This is what facts say belongs together: the things of each group, and the facts that say it."""

    groups: Mapping[str, tuple[str, ...]]
    told: tuple[str, ...]

    @property
    def of_pairs(self) -> bool:
        """Tell whether pairs say it, "soap = base"."""
        return bool(self.told) and all(" = " in one for one in self.told)


def sorted_facts(taught: Sequence[TaughtFact], told: Sequence[str]) -> SortedFacts | None:
    """Return two groups and more of two things and more each; None where the facts surely make none.

    A thing that stands in two groups makes none of them sure, and neither does a pair that is in none: all pairs of the
    brief are of one kind.
    """
    pairs = [one for one in taught if one.kind == "pair" and not one.sums]
    shown = {one.left: one.answer for one in pairs}
    if len(shown) == len(pairs) and (found := _grouped(list(shown.items()), every=True)):
        return SortedFacts(groups=found, told=tuple(one for one in told if _is_of(one, pairs)))
    classed: list[tuple[str, str]] = []
    of: dict[str, str] = {}
    for fact in told:
        bare = fact.strip().rstrip(".。")
        shape = next((one for shape in IS_A if (one := shape.fullmatch(bare))), None)
        if shape and not LEANING.match(bare) and shape["thing"] not in of:
            classed.append((shape["thing"], shape["group"]))
            of[shape["thing"]] = fact
    if found := _grouped(classed, every=False):
        inside = {thing for things in found.values() for thing in things}
        return SortedFacts(groups=found, told=tuple(fact for thing, fact in of.items() if thing in inside))
    return None


def _grouped(pairs: Sequence[tuple[str, str]], *, every: bool) -> dict[str, tuple[str, ...]]:
    """Return things by their groups, none where there are too few or too many; `every` pair has to be in one."""
    found: dict[str, list[str]] = {}
    for thing, group in pairs:
        found.setdefault(group, []).append(thing)
    full = {group: tuple(things) for group, things in found.items() if len(things) >= LEAST_IN_GROUP}
    whole = not every or len(full) == len(found)
    things = [thing for its in full.values() for thing in its]
    apart = not any(thing in full for thing in things)
    return full if whole and apart and LEAST_GROUPS <= len(full) <= MOST_GROUPS else {}


def _is_of(fact: str, pairs: Sequence[TaughtFact]) -> bool:
    return any(fact in (one.material["statement"], f"{one.left} = {one.answer}") for one in pairs)
