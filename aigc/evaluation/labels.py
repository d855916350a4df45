"""Labelled lines: what a reader thinks of texts that a stage wrote.

    {"product": "Wool socks", "item": "washable at 40 degrees", "text": "Into the wash at 40", "label": 2}

`label` is 2 for better than the plain fact, 1 for as good, 0 for faulty. `item` (or `fact`) is the stage's foreach
item, `text` (or `line`) the line; `times` and `logprob` are as the writer gave it, `by` names the model that wrote it,
before a comma. A row whose `stage` is another is passed over. What of the content type's inputs the stage's prompt
needs stands flat or under `brief`, which is where one belongs that is called like a column; a list that is missing is
made of the product's items. Other columns do not count.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aigc.asking import Needed, open_sheet
from aigc.content import ContentType, Stage
from aigc.content.brief import read_values
from aigc.errors import BriefError, did_you_mean
from aigc.jobs import LABEL_COLUMNS
from aigc.plugs.registry import Registry
from aigc.types import Json, Row
from aigc.types.foreign import read_json

FAULTY, AS_GOOD, BETTER = 0, 1, 2
ITEMS, TEXTS = ("item", "fact"), ("text", "line")
SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """This is a line with its label. `product` is what folds are made of: no product is in two of them."""

    where: str = ""
    product: str
    values: Mapping[str, Json]
    item: Json
    text: str
    label: int
    times: int = 1
    logprob: float | None = None
    by: str = ""

    @property
    def fact(self) -> str:
        """Return what the lines of one fact share."""
        return SORTED([self.values, self.item])


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """This is what a file says of one stage's lines, and how many of its rows are of other stages."""

    labels: Sequence[Labelled]
    others: int = 0


def read_labels(path: Path, content_type: ContentType, stage: Stage, registry: Registry) -> LabelFile:
    """Read a file of labelled lines of a stage. BriefError says what is wrong in which row."""
    items: list[tuple[str, ...]] = [(name,) for name in ITEMS] if stage.foreach else [()]
    needed = Needed(names=["label"], either=[(name, *item) for name in TEXTS for item in items])
    rows = list(open_sheet(path, registry, {}, needed).rows)
    mine = [row for row in rows if str(row.values.get("stage") or stage.name).strip() == stage.name]
    if not mine:
        raise BriefError(f"{path}: has no rows" + (f" of the stage {stage.name!r}" if rows else ""))
    by_product = _items_by_product(mine)
    labels = [_labelled(row, content_type, stage, by_product) for row in mine]
    return LabelFile(labels=labels, others=len(rows) - len(mine))


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
    text, item = _first(row, TEXTS), _first(row, ITEMS)
    if not text or (stage.foreach and item is None):
        lacks = "item" if text else "text"
        raise BriefError(f"{row.where}: there is no {lacks!r}", hint=did_you_mean(lacks, map(str, row.values)))
    label, times, logprob = (_number(row, name) for name in ("label", "times", "logprob"))
    if label not in (FAULTY, AS_GOOD, BETTER):
        shown = row.values.get("label", "")
        raise BriefError(f"{row.where}: label {shown!r} is none", hint="2 better than the fact, 1 as good, 0 faulty")
    if times is not None and (times < 1 or not times.is_integer()):
        raise BriefError(f"{row.where}: times {row.values['times']!r} is no count")
    product = str(row.values.get("product") or "")
    values = _inputs(row, content_type, items[product] if product else [] if item is None else [item])
    return Labelled(
        where=row.where,
        product=product or SORTED(values),
        values=values,
        item=item,
        text=str(text),
        label=int(label),
        times=int(times or 1),
        logprob=logprob,
        by=str(row.values.get("by") or "").partition(",")[0].strip(),
    )


def _inputs(row: Row, content_type: ContentType, items: Sequence[Json]) -> dict[str, Json]:
    """Return the inputs that a row gives, with lists that are made of `items`, and the defaults of the others."""
    within = row.values.get("brief")
    if isinstance(within, str):
        with suppress(ValueError):  # a cell of a table
            within = read_json(within)
    flat = {name: row.values[name] for name in content_type.brief if name in row.values and name not in LABEL_COLUMNS}
    given = {**flat, **(within if isinstance(within, Mapping) else {})}
    raw = {name: value for name, value in given.items() if value not in (None, "")}
    for name, schema in content_type.brief.items():
        if name not in raw and schema.get("type") == "array" and "default" not in schema:
            raw[name] = list(items)
    values, wrong = read_values(content_type.brief, raw, complete=False)
    if wrong:
        raise BriefError(f"{row.where}: {wrong[0]}")
    return {name: schema["default"] for name, schema in content_type.brief.items() if "default" in schema} | values


def _number(row: Row, name: str) -> float | None:
    """Return a column's number, None where it is empty. BriefError where it is none."""
    value = row.values.get(name)
    if value in (None, ""):
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BriefError(f"{row.where}: {name} {value!r} is no number")
    return number


def _first(row: Row, names: Sequence[str]) -> Json:
    return next((row.values[name] for name in names if row.values.get(name) not in (None, "")), None)
