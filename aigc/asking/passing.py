"""Rows of a file that are no briefs: the header once more, sums and notes below a table, and what an export's tool
shows nobody: drafts, pages that are gone. They are passed over and told of, unless `importers: {all_rows: true}`.

A row is a sum only where it begins with a word for one and has nothing but numbers beside it, and a note only where it
is all that its row holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TypeAlias

from aigc.asking.cells import by_folded, folded
from aigc.asking.notes import Tally
from aigc.types import Json, Row, without_number

Shown: TypeAlias = Mapping[str, Sequence[str]]  # column → what it says of a row to pass over; `*` is anything

KEEP_ALL = "-o importers.all_rows=true"
ROW = "a row"  # what is told of, where that is no column
_SUMS = """
    total totals subtotal sub-total summe zwischensumme gesamtsumme gesamt gesamtergebnis ergebnis insgesamt somme
    sous-total totale subtotale totaal subtotaal suma razem summa toplam итого всего 合計 小計 総計 合计 小计 总计
    المجموع الإجمالي
"""
SUM = re.compile(
    rf"(?:(?:grand|column|overall) )?(?:{'|'.join(_SUMS.split())})(?: (?:general|général))?(?:\s*[:：].*)?"
)
WORD = re.compile(r"[^\W\d_]{4}")  # a currency is none
NOTE = re.compile(
    r"#.*|©.*|(?:(?:this )?(?:report|data|file|list) )?(?:was )?(?:generated|exported|downloaded) "
    r"(?:by|on|at|from|with)\b.*"
    r"|(?:erstellt|exportiert|generiert) (?:am|von|mit)\b.*|(?:généré|exporté) (?:par|le)\b.*"
    r"|\(?\d[\d.,]* (?:rows?|records?|results?|zeilen|einträge|datensätze|lignes|filas|wierszy)\.?\)?",
    re.IGNORECASE,
)


def kept_rows(rows: Iterable[Row], shown: Shown | None = None, tally: Tally | None = None) -> Iterator[Row]:
    """Yield the rows that are briefs; `shown` says which the tool that exported them shows nobody, and `tally` counts
    those that are passed over."""
    for row in rows:
        column, why = _passed(row, shown or {}) if not row.error else ("", "")
        if not column:
            yield row
        elif tally is not None:
            tally.pass_over(column, why)


def _passed(row: Row, shown: Shown) -> tuple[str, str]:
    """Return in which column a row says that it is no brief, or `ROW`, and why; nothing for one that is."""
    for name, value in row.values.items():
        if isinstance(value, str) and value.strip():
            if why := _no_row(name, value.strip(), row.values):
                return ROW, why
            break
    known = by_folded(tuple(row.values)) if shown else {}
    for name, patterns in shown.items():
        column = known.get(folded(name))
        cell = _plain(str(row.values[column])) if column and row.values[column] is not None else ""
        if column and any(fnmatchcase(cell, pattern) for pattern in map(folded, patterns)):
            return column, repr(cell)
    return "", ""


def _no_row(name: str, text: str, values: Mapping[str, Json]) -> str:
    """Return what a row is that begins with this text, where that is no brief."""
    if len(text) <= len(name) and _plain(text) == folded(without_number(name)):
        names = {folded(without_number(one)) for one in values}
        cells = _filled(values)
        return "the header again" if len(cells) > 1 and all(_plain(cell) in names for cell in cells) else ""
    if not text[0].islower() and SUM.fullmatch(text.casefold()):
        beside = _filled(values)[1:]
        summed = any(map(str.isdigit, "".join(beside))) and not any(map(WORD.search, beside))
        return "a sum" if summed else ""
    return "a note" if len(values) > 1 and NOTE.fullmatch(text) and len(_filled(values)) == 1 else ""


def _plain(text: str) -> str:
    """Return a cell as names are compared; `folded` remembers what it is asked about, and cells are many."""
    return " ".join(text.replace("_", " ").split()).casefold()


def _filled(values: Mapping[str, Json]) -> list[str]:
    """Return what cells hold, each once: an origin has the cell that names a row twice."""
    return list(dict.fromkeys(text for one in values.values() if one is not None and (text := str(one).strip())))
