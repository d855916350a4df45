"""The brief of one piece, from key=value on the command line and a file or stdin below it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.content import brief_values
from aigc.content.languages import with_language
from aigc.content.yaml_lines import read_yaml
from aigc.errors import BriefError, nearest, no_file, shell_command
from aigc.types import Brief, WrittenFloat
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.types import Json

TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl")

brief_option = click.option(
    "--brief", "brief_file", metavar="FILE", help="Inputs from a JSON or YAML file, or JSON on stdin (-)."
)


def read_brief(content_type: ContentType, file: str | None, inputs: Mapping[str, str], *, looks: bool = False) -> Brief:
    """Return the brief of a file, with what the command line gives over it. BriefError for a file that is none; of a
    table, with the batch that writes it, or with `looks` the one that only looks at it."""
    if file and _is_table(Path(file)):
        batch = shell_command("batch", content_type.name, file)
        hint = f"`{batch} --dry-run` shows three rows" if looks else f"`{batch}` writes a piece for each row"
        raise BriefError(f"{file}: is a table, not one brief", hint=hint)
    given = _read(file) if file else {}
    where = "inputs" if file is None else "stdin" if file == "-" else file
    values = brief_values(content_type, with_language(content_type.brief, {**given, **inputs}), where=where)
    return Brief(id="1", values=values, source=where)


def _is_table(path: Path) -> bool:
    """Say whether a file holds rows; of JSON lines a single one is a brief."""
    if path.suffix.lower() not in TABLES or not path.is_file():
        return False
    return path.suffix.lower() != ".jsonl" or b"\n" in file_bytes(path).strip()


def _read(file: str) -> Mapping[str, Json]:
    path = Path(file)
    if file != "-" and not path.is_file():
        raise BriefError(no_file(path), hint=nearest(path))
    if path.suffix.lower() in (".yaml", ".yml"):
        given = read_yaml(path, as_written=True).value
    else:
        name = "stdin" if file == "-" else file
        try:
            raw = sys.stdin.buffer.read() if file == "-" else file_bytes(path)
            given = read_json(raw.decode("utf-8-sig"), number=WrittenFloat)
        except json.JSONDecodeError as error:
            raise BriefError(f"{name}:{error.lineno}: is not JSON: {error.msg}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise BriefError(f"{name}: cannot be read as UTF-8 text: {error}") from error
        except ValueError as error:
            raise BriefError(f"{name}: {error}") from error
    if not isinstance(given, Mapping):
        raise BriefError(f"{file}: must be one object of inputs", hint="for several, use `aigc batch`")
    return given
