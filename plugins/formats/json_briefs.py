"""JSON lines and JSON files as briefs. Numbers know how they are written: 29.90 is that where a text is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aigc import importer
from aigc.errors import BriefError, describe, did_you_mean, megabytes
from aigc.types import Json, Row, WrittenFloat
from aigc.types.foreign import DEEP, LONGEST_LINE, flaw, lines_of
from aigc_plugins.formats.json_tables import tables

BRIEFS = "briefs"  # the key of a list that is read without being named
WHOLE = "."  # the object itself, which may be one brief
NODE, WRAPPED = "node", {"node", "cursor"}  # what GraphQL puts around each
DEEPEST_LIST = 4  # keys
BEGINNING = 1024  # bytes


@importer(name="jsonl", suffixes=(".jsonl", ".ndjson"))
def jsonl_briefs(path: Path) -> Iterator[Row]:
    """One JSON object per line, one brief each; a broken line fails alone, an empty one is skipped."""
    found = False
    try:
        with path.open("rb") as file:
            for number, (_, line) in enumerate(lines_of(file), 1):
                where = f"{path.name}:{number}"
                if line is None:
                    found = True
                    yield Row(values={}, where=where, error=f"is longer than {megabytes(LONGEST_LINE)}")
                    continue
                line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if line.strip():
                    found = True
                    yield _line(line, where)
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not found:
        raise BriefError(f"{path.name}: the file is empty")


def lists_of(path: Path) -> Sequence[str]:
    """Return what a file's rows may be: the whole of it, and each list of objects in it by its keys."""
    try:
        with path.open("rb") as file:
            if file.read(BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
                return ()
        value = _whole(path)
    except (OSError, BriefError):  # which is told when its rows are read
        return ()
    if BRIEFS in value:
        return ()
    found = tuple(name for name, _ in _lists(value))
    if len(found) != 1 and (others := tables(value)):
        return (*others, *found)
    return (WHOLE, *found) if found else ()


@importer(name="json", suffixes=(".json",), sheets=lists_of)
def json_briefs(path: Path, *, sheet: str = "") -> Iterator[Row]:
    """A list of objects, an object that holds one, or one object that is one brief.

    The list may be under any key, `{"products": […]}`, `{"data": {"items": […]}}`, and `sheet` names it where there are
    several, `products` or `data.items`; `.` is the whole object. What each of them holds under `node` alone is the row.
    An object of columns, as pandas writes them, or of rows by their ids is read as a table, `by-column` or `by-id`.
    """
    value = _whole(path)
    whole_list = not isinstance(value, dict) or BRIEFS in value
    lists = {} if whole_list else dict(_lists(value))
    others = {} if whole_list or len(lists) == 1 else tables(value)
    if sheet and sheet not in (WHOLE, *lists, *others):
        raise BriefError(f"{path.name}: no list {sheet!r}", hint=did_you_mean(sheet, [*lists, *others]))
    chosen = sheet or next(iter(others), next(iter(lists)) if len(lists) == 1 else WHOLE)
    noun = "brief" if chosen == WHOLE else chosen
    whole = value.get(BRIEFS, [value]) if isinstance(value, dict) else value
    briefs = {**others, **lists}.get(chosen, whole)
    if not isinstance(briefs, list) or not briefs:
        raise BriefError(f"{path.name}: has no briefs", hint='write a list of objects, or {"briefs": […]}')
    done = (f"read {chosen}",) if chosen in others and chosen not in lists else ()
    for number, brief in enumerate(briefs, 1):
        row = _row(brief, f"{path.name}: {noun} {number}")
        yield replace(row, cleaned=dict.fromkeys(row.values, done)) if done else row


def _whole(path: Path) -> Json:
    """Return what a file holds. BriefError says where it is no JSON."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{path.name}: byte at offset {error.start} is not UTF-8", hint="save it as UTF-8") from error
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not text.strip():
        raise BriefError(f"{path.name}: the file is empty")
    try:
        return READER.decode(text)
    except json.JSONDecodeError as error:
        hint = "where each line is an object the file is called .jsonl" if error.msg == "Extra data" else ""
        raise BriefError(f"{path.name}:{error.lineno}: {error.msg} (column {error.colno})", hint=hint) from error
    except ValueError as error:
        raise BriefError(f"{path.name}: {error}") from error


def _lists(value: Mapping[str, Json], above: tuple[str, ...] = ()) -> Iterator[tuple[str, list[Json]]]:
    """Yield the lists of objects in an object, by their keys; those within other lists belong to these."""
    for key, inside in value.items():
        keys = (*above, key)
        if isinstance(inside, list) and inside and all(isinstance(one, dict) for one in inside):
            unwrapped = all(isinstance(one.get(NODE), dict) and one.keys() <= WRAPPED for one in inside)
            yield ".".join(keys), [one[NODE] for one in inside] if unwrapped else inside
        elif isinstance(inside, dict) and len(keys) < DEEPEST_LIST:
            yield from _lists(inside, keys)


def _line(line: bytes, where: str) -> Row:
    try:
        return _row(READER.decode(line.decode("utf-8")), where)
    except UnicodeDecodeError as error:
        return Row(values={}, where=where, error=f"byte {line[error.start]:#04x} is not UTF-8")
    except json.JSONDecodeError as error:
        return Row(values={}, where=where, error=f"is not JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        return Row(values={}, where=where, error=DEEP)
    except ValueError as error:
        return Row(values={}, where=where, error=f"is not JSON: {error}")


def _row(value: Json, where: str) -> Row:
    if not isinstance(value, dict):
        shown = describe(value) if flaw(value) else json.dumps(value, ensure_ascii=False)[:40]
        return Row(values={}, where=where, error=f"is not an object but {shown}")
    return Row(values=value, where=where)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


READER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=float, parse_float=WrittenFloat)  # made once for all
