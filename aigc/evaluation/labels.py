"""Labelled lines: what a reader thinks of texts that a stage wrote.

    {"product": "Wool socks", "item": "washable at 40 degrees", "text": "Into the wash at 40", "label": 2}

`label` is 2 for better than the plain fact, 1 for as good, 0 for faulty. `item` (or `fact`) is the stage's foreach
item, `text` (or `line`) the line; `times` and `logprob` are as the writer gave it. Columns that are inputs of the
content type are; a list that is missing is made of the product's items. Other columns do not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aigc.asking import open_rows
from aigc.content import ContentType, Stage, brief_values
from aigc.errors import BriefError, did_you_mean
from aigc.plugs.registry import Registry
from aigc.types import Json, Row

FAULTY, AS_GOOD, BETTER = 0, 1, 2
ITEMS, TEXTS = ("item", "fact"), ("text", "line")
SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """This is a line with its label. `product` is what folds are made of: no product is in two of them."""

    product: str
    values: Mapping[str, Json]
    item: Json
    text: str
    label: int
    times: int = 1
    logprob: float | None = None

    @property
    def fact(self) -> str:
        """Return what the lines of one fact share."""
        return SORTED([self.values, self.item])


def read_labels(path: Path, content_type: ContentType, stage: Stage, registry: Registry) -> list[Labelled]:
    """Read a file of labelled lines of a stage. BriefError says what is wrong in which row."""
    rows = list(open_rows(path, registry))
    if not rows:
        raise BriefError(f"{path}: has no rows")
    items = _items_by_product(rows)
    return [_labelled(row, content_type, stage, items) for row in rows]


def _items_by_product(rows: Sequence[Row]) -> dict[str, list[Json]]:
    items: dict[str, list[Json]] = {}
    for row in rows:
        mine, item = items.setdefault(str(row.values.get("product", "")), []), _first(row, ITEMS)
        if item is not None and item not in mine:
            mine.append(item)
    return items


def _labelled(row: Row, content_type: ContentType, stage: Stage, items: Mapping[str, Sequence[Json]]) -> Labelled:
    if row.error:
        raise BriefError(f"{row.where}: {row.error}")
    text, item, label = _first(row, TEXTS), _first(row, ITEMS), str(row.values.get("label", "")).strip()
    if not text or (stage.foreach and item is None):
        lacks = "item" if text else "text"
        raise BriefError(f"{row.where}: there is no {lacks!r}", hint=did_you_mean(lacks, map(str, row.values)))
    if label not in ("0", "1", "2"):
        raise BriefError(f"{row.where}: label {label!r} is none", hint="2 better than the fact, 1 as good, 0 faulty")
    product = str(row.values.get("product", ""))
    raw = {name: row.values[name] for name in content_type.brief if row.values.get(name) not in (None, "")}
    for name, schema in content_type.brief.items():
        if name not in raw and schema.get("type") == "array" and "default" not in schema:
            raw[name] = list(items[product])
    values = brief_values(content_type, raw, where=row.where)
    logprob = row.values.get("logprob")
    return Labelled(
        product=product or SORTED(values),
        values=values,
        item=item,
        text=str(text),
        label=int(label),
        times=int(row.values.get("times") or 1),
        logprob=None if logprob in (None, "") else float(logprob),
    )


def _first(row: Row, names: Sequence[str]) -> Json:
    return next((row.values[name] for name in names if row.values.get(name) not in (None, "")), None)
