"""Which ids are taken, for files of any length in constant memory.

A file without an id column needs nothing: its rows are counted. As soon as one row names its brief, ids go into a
`Scratch` of the ledger's room.
"""

from __future__ import annotations

from types import TracebackType

from aigc.ledger.scratch import Scratch

LONGEST = 1_000  # characters of an id: it is a cell of every file that is exported


class Ids:
    """This is the ids taken so far, from which every row gets one of its own."""

    def __init__(self) -> None:
        self._rows = Scratch()  # id → where its row stands
        self._named = False  # whether any row had an id
        self._counted = 0  # rows before the first with an id: 0001 to this one

    def __enter__(self) -> Ids:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rows.close()

    def take(self, asked: str, number: int, where: str) -> tuple[str, str]:
        """Return the id of a row, and why it does not get the one that it asked for: empty where it does.

        A row that asks for no id gets its number; one that is taken is told from the first by its line.
        """
        if len(asked) > LONGEST:
            name, _ = self.take("", number, where)
            return name, f"the id has {len(asked):,} characters, at most {LONGEST:,}"
        if not asked and not self._named:
            self._counted = number
            return f"{number:04d}", ""
        self._named = True
        first = ""
        if asked:
            first = self._before(asked)
            if not first and self._rows.add(asked, where):
                return asked, ""
            first = first or self._rows.get(asked)
        line = where.rpartition(":")[2]
        name = f"{asked}@{line if line.isdecimal() else number}" if asked else f"{number:04d}"
        while self._before(name) or not self._rows.add(name, where):
            name += "'"
        return name, f"id {asked!r} is used twice, first at {first}" if first else ""

    def _before(self, name: str) -> str:
        """Say which earlier row, without an id of its own, was given this name as its number; empty for none."""
        if name.isdecimal() and name.isascii() and len(name) <= 18:
            number = int(name)
            if 0 < number <= self._counted and name == f"{number:04d}":
                return f"row {number}, which has no id and is counted"
        return ""
