"""JSON in a ledger that was changed by hand or by a failing disk, in a file that is whole to SQLite.

What is damaged is told and passed over, so that the rest can be shown and exported: once for each place, as often as it
is read. Pieces that are written again are those of which no sound JSON is there (`sound`); what a brief says is taken
from its file again. What people decided cannot be made again: there nothing is written over the artifacts that have it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from aigc.errors import JobError, describe
from aigc.ledger.record import NO_ARTIFACT
from aigc.types import STATUSES, Json

log = logging.getLogger(__name__)
T = TypeVar("T")

AGAIN = "the same `aigc batch` writes it again"
FACTS: Mapping[str, type | tuple[type, ...]] = {  # of a job; others are not looked at
    **dict.fromkeys(("content_type", "model", "command", "voice"), str),
    **dict.fromkeys(("version", "written"), int),
    "seconds": (int, float),
    "awaited": list,
    **dict.fromkeys(("forecast", "exports", "exported", "deaths"), dict),
    "took": (dict, type(None)),
}
PARTS = {"forecast": ("seconds",), "took": ("requests", "prompt_tokens", "memory", "written_tokens", "seconds")}
ASKED = dict.fromkeys(("exports", "exported"), ("options", "with_flagged", "approved_only"))  # of formats

_told: set[tuple[Path, str]] = set()  # what was said of which file


class Damaged(JobError):
    """This is what the ledger holds of one piece, where that is no JSON or says something else than it should."""


@contextmanager
def read_as(path: Path, what: str, *, hint: str = AGAIN) -> Iterator[None]:
    """Read what a ledger holds: whatever is wrong with it is Damaged, which says of `what` in the file."""
    try:
        yield
    except (*NO_ARTIFACT, RecursionError) as error:
        raise Damaged(f"{path}: {what} is damaged ({error})", hint=hint) from error


def passing_over(read: Callable[[], T], path: Path) -> T | None:
    """Return what `read` does, or None where that is damaged, which is told once."""
    try:
        return read()
    except Damaged as error:
        if (path.absolute(), error.message) not in _told:
            _told.add((path.absolute(), error.message))
            log.warning("left out: %s", error)
        return None


def fact_of(path: Path, name: str, text: str) -> Json:
    """Read a fact about the job as a whole."""
    with read_as(path, f"what it says of the job's {name!r}", hint="the next run says it again"):
        value = json.loads(text)
        right = isinstance(value, FACTS.get(name, object))
        if not right:
            raise TypeError(f"it is {describe(value)}")
        for key in PARTS.get(name, ()) if value else ():
            value[key]  # else it says which is wanting
        if name in ASKED and not all(isinstance(one, dict) and {*one} <= {*ASKED[name]} for one in value.values()):
            raise TypeError("it holds something else")
        if name == "deaths":
            for many, _ in value.values():
                int(many)
    return value


def known(column: str) -> str:
    """Return the condition in SQL that a column holds a status that there is."""
    states = ", ".join(map(repr, ("waiting", *STATUSES)))
    return f"{column} in ({states})"


def sound(column: str) -> str:
    """Return the condition in SQL that a column holds a piece's JSON; it never fails."""
    kinds = {"fields": "object", "findings": "array", "provenance": "object"}
    has = " and ".join(f"coalesce(json_type({column}, '$.{name}'), '') = '{kind}'" for name, kind in kinds.items())
    return f"iif(json_valid({column}), {has}, 0)"
