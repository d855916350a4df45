"""Rows of a file somebody already has → briefs. What is wrong with the file stops at once; what is wrong with one row
makes that row a failed artifact and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

import jinja2

from aigc.content import ContentType, brief_values, evaluate
from aigc.errors import AigcError, BriefError, NotFound, did_you_mean
from aigc.extension import Extension
from aigc.registry import Registry
from aigc.types import Artifact, Brief, Json, Provenance, Row

PEEK = 20  # rows


def open_rows(path: Path, registry: Registry, options: Mapping[str, Json] | None = None) -> Iterator[Row]:
    """This reads `path` with the importer of its suffix. BriefError when there is no file, importer or row."""
    if not path.is_file():
        near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near)
        raise BriefError(f"{path}: no such file", hint=hint if hint.startswith("did") else "")
    importer = _importer(path, registry)
    bound = importer.bind(options or {}, str(path))
    rows: Iterator[Row] = iter(importer(path, **bound.values))
    try:
        first = next(rows)
    except StopIteration:
        raise BriefError(
            f"{path}: has no rows", hint="the first line names the columns, every further line is a brief"
        ) from None
    return chain([first], rows)


def read_briefs(
    rows: Iterable[Row],
    content_type: ContentType,
    environment: jinja2.Environment,
    *,
    mapping: Mapping[str, str] | None = None,
    literals: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Iterator[Brief | Artifact]:
    """This yields a Brief per row, or a failed Artifact for a row that cannot be one.

    `mapping` says which column an input comes from; otherwise the column of its very name feeds an input, else the one
    that differs in case and spaces only. `literals` are values for every row; one holding `{{ }}` is an expression over
    the row's cells, in which an empty cell is none. Other columns are ignored. A column `id` names the brief unless
    `id` is an input. BriefError before the first brief when a needed input has no column, or two could feed it.
    """
    mapping, literals = mapping or {}, literals or {}
    for given, option in ((mapping, "--map"), (literals, "--set")):
        for name in given:
            if name not in content_type.brief:
                raise BriefError(
                    f"{option}: {content_type.name} has no input {name!r}", hint=did_you_mean(name, content_type.brief)
                )
    head, rest = _peek(rows)
    _check_columns(head, content_type, mapping, literals)
    seen: dict[str, str] = {}
    for number, row in enumerate(chain(head, rest), 1):
        if limit is not None and number > limit:
            return
        asked = "" if "id" in content_type.brief else str(row.values.get("id") or "").strip()
        brief_id = (
            asked if asked and asked not in seen else _free_id(f"{asked}@{number}" if asked else f"{number:04d}", seen)
        )
        first, seen[brief_id] = seen.get(asked), row.where
        try:
            if row.error:
                raise BriefError(f"{row.where}: {row.error}")
            if first:
                raise BriefError(f"{row.where}: id {asked!r} is used twice, first at {first}")
            raw: dict[str, Json] = {}
            for name in content_type.brief:
                if name not in literals:
                    raw[name] = row.values.get(mapping.get(name) or _column(name, row.values, row.where))
            for name, text in literals.items():
                raw[name] = _literal(text, row, environment)
            values = brief_values(content_type, raw, where=row.where)
        except AigcError as error:
            yield _failed(brief_id, row, content_type, error)
            continue
        yield Brief(id=brief_id, values=values, source=row.where)


def sample_briefs(content_type: ContentType) -> Path:
    """This is the sample file a content type ships: in `briefs/` beside its YAML, of the same stem."""
    folder = content_type.file.parent / "briefs"
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if file.stem == content_type.file.stem:
            return file
    raise NotFound(f"{content_type.name} ships no sample briefs", hint="give it a CSV, XLSX, JSONL or JSON file")


def _importer(path: Path, registry: Registry) -> Extension:
    importers = [registry.get("importer", name) for name in registry.names("importer")]
    for importer in importers:
        if path.suffix.lower() in importer.suffixes:
            return importer
    known = ", ".join(sorted(suffix for importer in importers for suffix in importer.suffixes))
    raise BriefError(f"{path}: no importer reads {path.suffix or 'files without a suffix'!r}", hint=f"known: {known}")


def _peek(rows: Iterable[Row]) -> tuple[list[Row], Iterator[Row]]:
    """This takes the first rows off, enough to tell what the file holds: JSON rows need not all have the same keys."""
    rest = iter(rows)
    return list(islice(rest, PEEK)), rest


def _check_columns(
    head: Sequence[Row], content_type: ContentType, mapping: Mapping[str, str], literals: Mapping[str, str]
) -> None:
    """This refuses a file whose first readable rows all lack a needed column; a row lacking one alone fails alone."""
    readable = [row for row in head if not row.error]
    if not readable:
        return
    for name in content_type.brief:
        if name not in mapping and name not in literals:
            _column(name, readable[0].values, readable[0].where)
    where = readable[0].where.rpartition(":")[0] or readable[0].where
    known = list(dict.fromkeys(column for row in readable for column in row.values))
    bare = {_bare(column) for column in known}
    missing = []
    for name, schema in content_type.brief.items():
        if name in mapping:
            if mapping[name] not in known:
                hint = did_you_mean(mapping[name], known)
                raise BriefError(f"{where}: --map {name}={mapping[name]}: no such column", hint=hint)
        elif _bare(name) not in bare and "default" not in schema and name not in literals:
            missing.append(name)
    if missing:
        near = did_you_mean(missing[0], known) if len(missing) == 1 else f"columns: {', '.join(known)}"
        needed = ("input " if len(missing) == 1 else "inputs ") + ", ".join(map(repr, missing))
        options = " ".join(f"--map {name}=COLUMN" for name in missing)
        hint = f"add {options}, or --set {missing[0]}=VALUE" + (f" ({near})" if near else "")
        raise BriefError(f"{where}: no column for the needed {needed}", hint=hint)


def _column(name: str, columns: Iterable[str], where: str) -> str:
    """This is the column that feeds an input, empty where there is none. BriefError when two could."""
    alike = [column for column in columns if _bare(column) == _bare(name)]
    if name in alike:
        return name
    if len(alike) > 1:
        shown = " and ".join(map(repr, alike))
        raise BriefError(f"{where}: columns {shown} could both be {name!r}", hint=f"say which with --map {name}=COLUMN")
    return alike[0] if alike else ""


def _literal(text: str, row: Row, environment: jinja2.Environment) -> Json:
    if "{{" not in text:
        return text
    cells = {key: None if value == "" else value for key, value in row.values.items()}
    names = {re.sub(r"\W+", "_", key.strip()): value for key, value in cells.items()} | {"row": cells}
    value = evaluate(environment, text, names)
    return [item for item in value if item not in (None, "")] if isinstance(value, list) else value


def _free_id(wanted: str, taken: Mapping[str, str]) -> str:
    """This is `wanted`, or with a mark where some row was given just that id."""
    while wanted in taken:
        wanted += "'"
    return wanted


def _failed(brief_id: str, row: Row, content_type: ContentType, error: AigcError) -> Artifact:
    return Artifact(
        id=brief_id,
        status="failed",
        fields={},
        brief=Brief(id=brief_id, values=dict(row.values), source=row.where),
        provenance=Provenance(content_type=content_type.name, version=content_type.version),
        reason=str(error),
    )


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
