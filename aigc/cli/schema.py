"""`aigc schema`: the JSON Schema of every YAML format, for editors that check while one writes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.echo import echo, echo_json, echo_text, print_json
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import table
from aigc.cli.yaml_schemas import FORMATS, schema_of, schemas
from aigc.errors import NotFound, UsageError, did_you_mean
from aigc.plugs.whole_file import whole_file
from aigc.types.foreign import file_bytes

if TYPE_CHECKING:
    from aigc.plugs.registry import Registry
    from aigc.types import Json

MODELINE = "# yaml-language-server:"
FOLDER = ".schemas"  # of a project, beside its aigc.yaml
MARK = "Written by aigc schema; written anew by it too."


@click.command("schema")
@click.argument(
    "kind", metavar="[FORMAT]", required=False, shell_complete=completing.offering(lambda ctx, typed: FORMATS.items())
)
@click.option(
    "--write", "into", metavar="DIR", type=click.Path(path_type=Path), help="Write all of them into a folder."
)
@looking_options
def command(kind: str | None, into: Path | None, folder: Path | None, as_json: bool) -> int:
    """Print the JSON Schema of a YAML format, or what formats there are.

    Editors complete and check by it: in VS Code with the extension for YAML, in any other with its language server.
    What the plugins installed here and the project's own declare stands in it: checks, exporters, their options. A
    file names its schema in its first line, as `aigc new` writes it:

    \b
      # yaml-language-server: $schema=../../.schemas/type.schema.json

    \b
    Examples:
      aigc schema
      aigc schema type
      aigc schema --write .schemas
      aigc schema --json
    """
    registry = open_project(folder).registry
    if kind is not None and kind not in FORMATS:
        raise NotFound(f"no YAML format is called {kind!r}", hint=did_you_mean(kind, FORMATS))
    if into is not None:
        written = write_schemas(registry, into)
        print_json({"files": [str(path) for path in written]}) if as_json else echo_text("\n".join(map(str, written)))
    elif kind is not None:
        echo_json(schema_text(kind, registry))
    elif as_json:
        echo_json(json.dumps(schemas(registry), ensure_ascii=False, indent=2, sort_keys=True))
    else:
        echo("Formats", bold=True)
        echo_text(table([(f"  {name}", about) for name, about in FORMATS.items()]))
        echo_text("\nPrint one: aigc schema type\nWrite all for your editor: aigc schema --write .schemas")
    return 0


def schema_text(kind: str, registry: Registry) -> str:
    """Return the schema of a format as JSON, its keys sorted."""
    document: dict[str, Json] = {**schema_of(kind, registry), "$comment": MARK}
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)


def file_name(kind: str) -> str:
    """Return how the file of a format's schema is called."""
    return f"{kind}.schema.json"


def write_schemas(registry: Registry, folder: Path) -> list[Path]:
    """Write the schemas into a folder, over earlier ones. UsageError where a file is in the way that is none."""
    files = {folder / file_name(kind): schema_text(kind, registry) + "\n" for kind in FORMATS}
    for path in foreign(folder):
        raise UsageError(
            f"{path}: is in the way, and no schema of ours", hint="nothing was written; take another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with whole_file(path) as file:
                file.write(text)
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: cannot be written ({error.strerror})") from None
    return list(files)


def with_schema(text: str, file: Path, schemas: Path, kind: str) -> str:
    """Return the text of a YAML file with its schema in the first line, in place of the one it named."""
    kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(MODELINE))
    there = Path(os.path.relpath(schemas / file_name(kind), file.parent)).as_posix()
    return f"{MODELINE} $schema={there}\n{kept}"


def are_written(folder: Path) -> bool:
    """Say whether a schema of every format is in a folder."""
    return all((folder / file_name(kind)).is_file() for kind in FORMATS)


def foreign(folder: Path) -> Iterator[Path]:
    """Yield what stands in the places of schemas and was not written by this command."""
    for kind in FORMATS:
        path = folder / file_name(kind)
        if path.is_symlink() or (path.exists() and not (path.is_file() and MARK.encode() in file_bytes(path))):
            yield path
