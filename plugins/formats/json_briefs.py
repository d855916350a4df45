"""JSON lines and JSON files as briefs. Numbers know how they are written: 29.90 is that where a text is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from aigc import importer
from aigc.errors import BriefError, describe, megabytes
from aigc.types import Json, Row, WrittenFloat
from aigc.types.foreign import DEEP, LONGEST_LINE, flaw, lines_of


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


@importer(name="json", suffixes=(".json",))
def json_briefs(path: Path) -> Iterator[Row]:
    """A list of objects, an object `{"briefs": […]}`, or one object that is one brief."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{path.name}: byte at offset {error.start} is not UTF-8") from error
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not text.strip():
        raise BriefError(f"{path.name}: the file is empty")
    try:
        value = READER.decode(text)
    except json.JSONDecodeError as error:
        raise BriefError(f"{path.name}:{error.lineno}: {error.msg} (column {error.colno})") from error
    except ValueError as error:
        raise BriefError(f"{path.name}: {error}") from error
    briefs = value.get("briefs", [value]) if isinstance(value, dict) else value
    if not isinstance(briefs, list) or not briefs:
        raise BriefError(f"{path.name}: has no briefs", hint='write a list of objects, or {"briefs": […]}')
    for number, brief in enumerate(briefs, 1):
        yield _row(brief, f"{path.name}: brief {number}")


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
