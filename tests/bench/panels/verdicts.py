"""What readers mark, how their sheets are read, and how far they agree."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

YES_NO = {
    **dict.fromkeys(("yes", "y", "1", "true", "是"), "yes"),
    **dict.fromkeys(("no", "n", "0", "false", "否"), "no"),
}
SIDES = {"a": "A", "b": "B", "same": "same", "s": "same", "=": "same", "一样": "same"}
WORTH = {
    **dict.fromkeys(("better", "b", "更好"), "better"),
    **dict.fromkeys(("as good", "a", "一样"), "as good"),
    **dict.fromkeys(("worse", "w", "更差"), "worse"),
    **dict.fromkeys(("faulty", "f", "有错"), "faulty"),
}
ALONE = ("unsupported", "contradiction", "no_language")
PAIR = {"A_faulty": YES_NO, "B_faulty": YES_NO, "better": SIDES}
MARKS = {
    "lines": PAIR,
    "descriptions": PAIR,
    "suggestions": {"mark": WORTH},
    "pieces": dict.fromkeys(ALONE, YES_NO),
}
OPTIONAL = {"pieces": {"publish": YES_NO}}  # older sheets did not ask it: where it is missing nothing is wrong
WHY = {"pieces": ("why",)}  # in the reader's own words; counts for nothing
Key: TypeAlias = dict[str, Any]  # an item's row of the key
Verdict: TypeAlias = dict[str, dict[str, str]]  # one reader's marks by item


def read_verdict(path: Path, design: str, items: Iterable[str]) -> tuple[Verdict, list[str]]:
    """Return a reader's marks, and a sentence for each that is missing or none of its words."""
    found: Verdict = {}
    wrong, asked = [], list(items)
    for where, row in _rows(path):
        item = str(row.get("item", "")).strip()
        where = f"{path}: {where} (item {item or '?'})"
        if item not in asked or item in found:
            wrong.append(f"{where}: {'stands there twice' if item in found else 'no such item'}")
            continue
        found[item] = {}
        for mark, words in {**MARKS[design], **OPTIONAL.get(design, {})}.items():
            told = str("" if row.get(mark) is None else row[mark]).strip()
            if told.casefold() in words:
                found[item][mark] = words[told.casefold()]
            elif told or mark in MARKS[design]:
                wrong.append(f"{where}: {mark} is {told!r}; one of {', '.join(dict.fromkeys(words.values()))}")
    wrong += [f"{path}: item {item} is missing" for item in asked if item not in found]
    return found, wrong


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of a filled sheet with their places; a line that is no JSON object is an empty row."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        head = text.partition("\n")[0]
        delimiter = ";" if head.count(";") > head.count(",") else ","  # as some spreadsheets save it
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        yield from ((f"row {at}", row) for at, row in enumerate(rows, 2))
        return
    for at, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            yield f"line {at}", row if isinstance(row, dict) else {}


def votes(row: Key, mark: str, verdicts: Sequence[Verdict]) -> list[str]:
    """Return all readers' marks of an item, none where one reader's is missing."""
    found = [one[row["item"]][mark] for one in verdicts if mark in one.get(row["item"], {})]
    return found if len(found) == len(verdicts) else []


def kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Return Cohen's kappa of two readers; None where both gave one and the same mark throughout, or none."""
    many = len(first)
    by_chance = sum(first.count(one) * second.count(one) for one in set(first)) / many**2 if many else 1.0
    same = sum(one == other for one, other in zip(first, second, strict=True)) / many if many else 1.0
    return (same - by_chance) / (1 - by_chance) if by_chance < 1 else None


def agreement(design: str, rows: Sequence[Key], verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    """Return kappa of each mark, the mean over all pairs of readers; `faulty` is of both sides."""
    names: dict[str, list[str]] = {}
    for mark in (*MARKS[design], *OPTIONAL.get(design, ())):
        names.setdefault("faulty" if mark.endswith("_faulty") else mark, []).append(mark)
    found: dict[str, float | None] = {}
    for name, marks in names.items():
        told = [given for mark in marks for row in rows if (given := votes(row, mark, verdicts))]
        columns = [list(column) for column in zip(*told, strict=True)]
        values = [value for one, other in combinations(columns, 2) if (value := kappa(one, other)) is not None]
        found[name] = sum(values) / len(values) if values else None
    return found
