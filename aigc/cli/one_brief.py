"""The brief of one piece, from key=value on the command line and a file or stdin below it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.content import brief_values
from aigc.content.languages import with_language
from aigc.content.schema import required
from aigc.content.yaml_lines import read_yaml
from aigc.errors import BriefError, no_file, shell_command, sought
from aigc.types import Brief, WrittenFloat
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Json

LOOKED = 20  # rows
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl")

brief_option = click.option(
    "--brief", "brief_file", metavar="FILE", help="Inputs from a JSON or YAML file, or JSON on stdin (-)."
)


def read_brief(content_type: ContentType, file: str | None, inputs: Mapping[str, str]) -> Brief:
    """Return the brief of a file, with what the command line gives over it. BriefError for a file that is none; of a
    table, with the batch that writes it."""
    if file and is_table(Path(file)):
        hint = f"`{shell_command('batch', content_type.name, file)}` writes a piece for each row"
        raise BriefError(f"{file}: is a table, not one brief", hint=hint)
    given = _read(file) if file else {}
    where = "inputs" if file is None else "stdin" if file == "-" else file
    try:
        values = brief_values(content_type, with_language(content_type.brief, {**given, **inputs}), where=where)
    except BriefError as error:
        raise BriefError(error.message, hint=error.hint or _how_to_give(content_type, {**given, **inputs})) from None
    return Brief(id="1", values=values, source=where)


def _how_to_give(content_type: ContentType, given: Mapping[str, Json]) -> str:
    """Return how the inputs are given that are missing; nothing where none is."""
    missing = [name for name in required(content_type.brief) if name not in given]
    added = f"add {' '.join(f'{name}=…' for name in missing)}; `{shell_command('show', content_type.name)}` says more"
    return added if missing else ""


def first_brief(project: Project, content_type: ContentType, file: str, inputs: Mapping[str, str]) -> Brief:
    """Return the brief of the first row of a table that is one, with what the command line gives over it. BriefError
    where a column is missing, or no row can be used."""
    from aigc.asking import Plan

    rows = Plan(type=content_type.name, briefs=file, literals=inputs).rows(project, content_type)
    try:
        found = list(islice(rows, LOOKED))
    except BriefError as error:
        batch = shell_command("batch", content_type.name, file)
        hint = f"give what is missing as INPUT=VALUE, or look with `{batch} --map INPUT=COLUMN --dry-run`"
        raise BriefError(error.message, hint=hint) from None
    brief = next((one for one in found if isinstance(one, Brief)), None)
    if brief is None:
        reason = next((one.reason for one in found if not isinstance(one, Brief)), "has no rows")
        raise BriefError(f"{file}: none of its first rows can be used; {reason}")
    return brief


def is_table(path: Path) -> bool:
    """Say whether a file holds rows; of JSON lines a single one is a brief."""
    if path.suffix.lower() not in TABLES or not path.is_file():
        return False
    return path.suffix.lower() != ".jsonl" or b"\n" in file_bytes(path).strip()


def _read(file: str) -> Mapping[str, Json]:
    path = Path(file)
    if file != "-" and not path.is_file():
        raise BriefError(no_file(path), hint=sought(path))
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
