"""JSON lines and JSON files as briefs, in UTF-8 or UTF-16.

Numbers know how they are written: 29.90 is that where a text is asked for.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aigc import importer
from aigc.errors import BriefError, describe, did_you_mean, megabytes
from aigc.types import Json, Row, WrittenFloat
from aigc.types.foreign import DEEP, LONGEST_LINE, flaw, lines_of
from aigc_plugins.formats.encodings import BEGINNING, STAND_IN, broken_byte, encoding_of, shown_encoding
from aigc_plugins.formats.json_tables import tables

BRIEFS = "briefs"  # the key of a list that is read without being named
WHOLE = "."  # the object itself, which may be one brief
NODE, WRAPPED = "node", {"node", "cursor"}  # what GraphQL puts around each
DEEPEST_LIST = 4  # keys
HEAD = 1024  # bytes


@importer(name="jsonl", suffixes=(".jsonl", ".ndjson"))
def jsonl_briefs(path: Path) -> Iterator[Row]:
    """One JSON object per line, one brief each; a broken line fails alone, an empty one is skipped."""
    found = False
    try:
        with path.open("rb") as file:
            encoding = encoding_of(file.read(BEGINNING))
        for number, line in enumerate(_lines(path, encoding), 1):
            if line is None or line.strip():
                found = True
                yield _line(line, f"{path.name}:{number}", shown_encoding(encoding))
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not found:
        raise BriefError(f"{path.name}: the file is empty")


def lists_of(path: Path) -> Sequence[str]:
    """Return what a file's rows may be: the whole of it, and each list of objects in it by its keys."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not head.decode(encoding_of(head), "replace").lstrip().startswith("{"):
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
        written = path.read_bytes()
        text = written.decode(encoding := encoding_of(written[:BEGINNING]))
    except UnicodeDecodeError as error:
        at = error.start + len(written) - len(error.object)  # which lacks the mark of UTF-8
        line = written[:at].decode(encoding, "replace").count("\n") + 1
        told = f"byte {written[at]:#04x} at offset {at} is not {shown_encoding(encoding)}"
        raise BriefError(f"{path.name}:{line}: {told}", hint="save it as UTF-8") from error
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


def _lines(path: Path, encoding: str) -> Iterator[bytes | str | None]:
    """Yield a file's lines: UTF-8 as it is, which is the fastest, others as texts; None for one that is too long."""
    if encoding in ("utf-8", "utf-8-sig"):
        with path.open("rb") as file:
            file.seek(len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
            yield from (line for _, line in lines_of(file))
        return
    with path.open(encoding=encoding, errors=STAND_IN, newline="\n") as texts:
        while line := texts.readline(LONGEST_LINE + 1):
            yield line if len(line) <= LONGEST_LINE else None
            while len(line) > LONGEST_LINE and not line.endswith("\n"):
                line = texts.readline(LONGEST_LINE + 1)


def _line(line: bytes | str | None, where: str, encoding: str) -> Row:
    if line is None:
        return Row(values={}, where=where, error=f"is longer than {megabytes(LONGEST_LINE)}")
    if isinstance(line, str) and (byte := broken_byte(line)) is not None:
        return Row(values={}, where=where, error=f"byte {byte:#04x} is not {encoding}")
    try:
        return _row(READER.decode(line if isinstance(line, str) else line.decode("utf-8")), where)
    except UnicodeDecodeError as error:
        return Row(values={}, where=where, error=f"byte {error.object[error.start]:#04x} is not {encoding}")
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
