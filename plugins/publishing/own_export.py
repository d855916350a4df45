"""A file that the user's own account or shop exported, to be filled in: columns differ from one to the next, and what
an import leaves out may be lost, so that only their own will do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from aigc import whole_file
from aigc.errors import JobError
from aigc.types.foreign import file_bytes

BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
LARGEST = 1 << 28  # bytes of a file; it is read at once
MOST_COLUMNS = 5_000  # ten times what any account has
Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class OwnExport:
    """This is such a file: its columns, its rows, and how it was written."""

    path: Path
    columns: Sequence[str]
    rows: Sequence[Row]
    encoding: str
    delimiter: str
    _found: dict[str, dict[str, list[Row]]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> OwnExport:
        """Read it; what was read is kept as long as the file stays as it is. JobError where it is no such table."""
        try:
            there = path.stat()
        except OSError as error:
            raise JobError(f"{path}: cannot be read ({error.strerror or error})") from error
        return _read(path, there.st_mtime_ns, there.st_size)

    def column(self, name: str) -> str:
        """Return what the file calls a column, whatever its capitals; the name itself where it has none."""
        return next((one for one in self.columns if one.strip().casefold() == name.casefold()), name)

    def named(self, column: str, name: str) -> Sequence[Row]:
        """Return the rows with a name in a column."""
        if column not in self._found:
            there, found = self.column(column), self._found.setdefault(column, {})
            for row in self.rows:
                found.setdefault(row.get(there, "").strip(), []).append(row)
        return self._found[column].get(name, ())

    def write(self, path: Path, rows: Iterable[Row], added: Sequence[str]) -> None:
        """Write rows as this file is written, with the columns that are added to its own."""
        with whole_file(path, encoding=self.encoding, newline="") as file:
            table = csv.DictWriter(file, [*self.columns, *added], restval="", delimiter=self.delimiter)
            table.writeheader()
            table.writerows(rows)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int, size: int) -> OwnExport:
    if size > LARGEST:
        raise JobError(f"{path}: is larger than {LARGEST >> 20} MB", hint="export fewer products or ads at a time")
    try:
        content = file_bytes(path)
    except OSError as error:
        raise JobError(f"{path}: cannot be read ({error.strerror or error})") from error
    encoding = next((name for bom, name in BOMS.items() if content.startswith(bom)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise JobError(f"{path}: is no text in UTF-8 or UTF-16", hint="export it again as CSV, not as Excel") from error
    head = text.partition("\n")[0]
    delimiter = max("\t,;", key=head.count)
    columns, *rows = list(_lines(text, delimiter, path)) or [[]]
    if not rows or len(set(columns)) < len(columns):
        what = "has no rows" if len(set(columns)) == len(columns) else "has a column twice"
        raise JobError(f"{path}: {what}", hint="export it again, with one ad or product at least")
    if len(columns) > MOST_COLUMNS:
        raise JobError(f"{path}: has {len(columns)} columns, at most {MOST_COLUMNS} are read")
    told = [dict(zip(columns, [*row, *[""] * (len(columns) - len(row))], strict=False)) for row in rows]
    return OwnExport(path=path, columns=columns, rows=told, encoding=encoding, delimiter=delimiter)


def _lines(text: str, delimiter: str, path: Path) -> Iterator[list[str]]:
    try:
        yield from (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row))
    except csv.Error as error:
        raise JobError(f"{path}: is no CSV ({error})") from error
