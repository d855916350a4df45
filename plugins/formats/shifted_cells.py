"""Cells that a comma within a number has pushed to the right: `Mug,2,1 kg,light,` for `Mug,"2,1 kg",light`.

Whether a row is such a one its neighbours tell, the first lines of the file: they have fewer cells, or the unit stands
in the column before. A file in which every line ends with a comma has none, and none whose columns are `pieces` and
`weight`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import pairwise

WHOLE = re.compile(r"\s*(?:[$€£¥]\s?)?\d{1,4}\s*")  # what stands before the comma
MEASURED = re.compile(r"\s*[\d.]+\s?([^\W\d_]{1,4}|[%€$£¥°])\b.*|\s*[\d.]+\s?([%€$£¥°]).*")
LEAST = 2  # neighbours that tell


class Neighbours:
    """These are the first lines of a table whose cells commas part, its header among them."""

    def __init__(self, lines: Sequence[str], delimiter: str) -> None:
        try:
            self._rows = list(csv.reader(lines, delimiter=delimiter)) if delimiter == "," else []
        except csv.Error:
            self._rows = []

    def shifted(self, cells: Sequence[str], columns: int) -> str:
        """Return what one cell of a row was, `2,1 kg`, where a comma in it parted it; else nothing."""
        for at, (first, second) in enumerate(pairwise(cells)) if self._rows else ():
            if WHOLE.fullmatch(first) and (unit := _unit(second)) and self._tell(cells, at, unit, columns):
                return f"{first.strip()},{second.strip()}"
        return ""

    def _tell(self, cells: Sequence[str], at: int, unit: str, columns: int) -> bool:
        """Say whether other rows tell that a cell and the next, an amount of this unit, were one."""
        others = [row for row in self._rows[1:] if row != list(cells) and any(row)]
        before, behind = ([row[place] for row in others if len(row) > place and row[place]] for place in (at, at + 1))
        longer = len(cells) > columns and 2 * sum(len(row) > columns for row in others) < len(others)
        stray = 2 * sum(bool(_unit(cell)) for cell in behind) < len(behind)
        own = sum(_unit(cell) == unit for cell in before)
        usual = own >= LEAST and 2 * own >= len(before) and unit not in map(_unit, behind)
        return (longer and stray) or usual


def _unit(cell: str) -> str:
    """Return the unit of a cell that is an amount, else nothing."""
    found = MEASURED.fullmatch(cell)
    return (found[1] or found[2]).casefold() if found else ""
