"""Rows of a content type: its examples, and the lines that people wrote for its stages into `training/` beside it.

A row of a line file answers one request: `stage` (where a type has several), `item` (of a stage with `foreach`),
`output`, and what of the brief's inputs its prompt needs, flat or under `brief`; `type` where a file is for several.
Every one is judged as a model's answer would be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aigc.asking import Needed, open_sheet
from aigc.content import ContentType, Example, Schema, Stage
from aigc.content.brief import read_values
from aigc.content.prompt import answer_text
from aigc.errors import UsageError, did_you_mean
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.training.account import Gathering
from aigc.training.judging import Answered, judge
from aigc.training.one_stage import stage_named
from aigc.training.row_files import read_rows
from aigc.training.sample import Sample
from aigc.types import Json, Row, texts_in
from aigc.types.foreign import read_json

FOLDER = "training"  # beside the content type's file
OF_ROWS = ("item", "output", "stage", "type")  # what a row has beside inputs
NAMED = ("type", "output")  # of rows that say which type they are for
LINE_FILES = (".jsonl", ".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWords:
    """This is how rows of line files are read: the type and stage of those that name none, columns by what they are
    for, and whether prompts show examples."""

    stage: str = ""
    columns: Mapping[str, str]
    shots: bool


def gather_type(project: Project, name: str, found: Gathering, lines: LineWords) -> None:
    """Add the rows of a content type, by its name. NotFound, ContentTypeError, BriefError of what is wrong there."""
    content_type = project.content_type(name)
    _gather_examples(project, content_type, found, shots=lines.shots)
    if lines.stage:
        stage_named(content_type, lines.stage)
    for path in line_files(content_type.file):
        rows = read_rows(path, project.registry, {}, _answering(content_type))
        _gather_rows(project, content_type, list(_rows_for(content_type, path, rows)), found, lines)


def gather_lines(project: Project, path: Path, name: str, found: Gathering, lines: LineWords) -> None:
    """Add the rows of one line file for the content type of that name, or the one that each row names."""
    given = project.content_type(name) if name else None
    if given is not None and lines.stage:
        stage_named(given, lines.stage)
    known = [*given.brief, *OF_ROWS] if given is not None else list(lines.columns)
    for column in lines.columns:
        if column not in known:
            raise UsageError(f"--map {column}: {name} has no such input", hint=did_you_mean(column, known))
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in read_rows(path, project.registry, lines.columns, _answering(given) if given else [NAMED]):
        by_type[name or _named(project, path, row)].append(row)
    for named, rows in by_type.items():
        try:
            content_type = given or project.content_type(named)
        except UsageError as error:
            told = str(error) if named else "names no `type`"
            for row in rows:
                found.leave(row.where, "cannot be decoded", row.error or told)
        else:
            _gather_rows(project, content_type, rows, found, lines)


def line_files(file: Path) -> list[Path]:
    """Return the files with lines that people wrote for the content types in `file`'s folder."""
    folder = file.parent / FOLDER
    return sorted(path for path in folder.iterdir() if path.suffix in LINE_FILES) if folder.is_dir() else []


def type_of_file(project: Project, path: Path) -> str:
    """Return the content type that a line file is for by its place and name, or nothing."""
    whole = path.resolve()
    name = f"{whole.parent.parent.name}/{whole.stem}"
    files = project.content_files()
    return name if whole.parent.name == FOLDER and name in files else ""


def has_type(path: Path, registry: Registry) -> bool:
    """Say whether the rows of a file name their content types, by the first that can be read."""
    try:
        rows = open_sheet(path, registry, {}, Needed(names=NAMED)).rows
        first = next((row for row in rows if not row.error), None)
    except UsageError:  # told when all of it is read
        return False
    return first is not None and first.values.keys() >= {*NAMED}


def _answering(content_type: ContentType) -> list[Sequence[str]]:
    """Return the columns that a row answers in: one for all, or one for each field of a stage."""
    return [("output",), *(tuple(stage.output) for stage in content_type.stages if not stage.single)]


def _rows_for(content_type: ContentType, path: Path, rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows beside several types that are for this one, as they say or as their file is called. One of which
    nobody says it comes with an error."""
    stem, stems = content_type.file.stem, sorted(one.stem for one in content_type.file.parent.glob("*.yaml"))
    for row in rows:
        if row.error:
            yield row
        elif named := row.values.get("type"):
            if named in (content_type.name, stem):
                yield row
        elif path.stem == stem or len(stems) == 1:
            yield row
        elif path.stem not in stems:
            yield replace(row, error=f"names no `type`, of which there are several here: {', '.join(stems)}")


def _named(project: Project, path: Path, row: Row) -> str:
    """Return the content type that a row names, in whole or as it is called in the folder."""
    named, family = str(row.values.get("type") or ""), path.resolve().parent.parent.name
    return f"{family}/{named}" if f"{family}/{named}" in project.content_files() else named


# -- lines that people wrote ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """This is a row that says what it answers."""

    stage: Stage
    answered: Answered
    group: str


def _gather_rows(
    project: Project, content_type: ContentType, rows: Sequence[Row], found: Gathering, lines: LineWords
) -> None:
    """Add rows for one content type."""
    if not lines.shots:
        content_type = content_type.without_shots()
    by_stage: dict[str, list[_Asked]] = defaultdict(list)
    for row in rows:
        try:
            if row.error:
                raise UsageError(row.error)
            asked = _asked(content_type, row, lines.stage)
        except UsageError as error:
            found.leave(row.where, "cannot be decoded", str(error))
        else:
            by_stage[asked.stage.name].append(asked)
    for name, answers in by_stage.items():
        _gather_judged(project, content_type, name, answers, found)


def _gather_judged(
    project: Project,
    content_type: ContentType,
    stage: str,
    rows: Sequence[_Asked],
    found: Gathering,
    *,
    trusted: bool = False,
) -> None:
    """Add rows of one stage: each that its pipeline takes, or with `trusted` each that can be asked for."""
    try:
        verdicts = judge(project, content_type, stage, [row.answered for row in rows])
    except UsageError as error:
        for row in rows:
            found.leave(row.answered.where, "cannot be decoded", str(error))
        return
    for row, verdict in zip(rows, verdicts, strict=True):
        where = row.answered.where
        if not row.answered.text.strip():
            found.leave(where, "empty", "there is no answer")
        elif verdict.prompt is None:
            found.leave(where, "cannot be decoded", verdict.refusal)
        elif verdict.refusal and not trusted:
            found.leave(where, "breaks its type's limits", verdict.refusal)
        else:
            found.kept.append(
                Sample(
                    where=where,
                    prompt=verdict.prompt,
                    answer=row.answered.text,
                    group=f"{content_type.name}: {row.group}",
                    subject=row.group,
                    content_type=content_type.name,
                    stage=stage,
                    values=row.answered.values,
                    item=row.answered.item,
                    by="person",
                )
            )


def _asked(content_type: ContentType, row: Row, default: str) -> _Asked:
    """Return what a row answers. UsageError says what it lacks."""
    values = {str(name).strip(): value for name, value in row.values.items()}
    stage = _stage(content_type, str(values.get("stage") or default))
    output = _output(stage, values)
    item = _parsed(values.get("item"))
    if stage.foreach and item in (None, ""):
        raise UsageError(f"has no `item`: the stage {stage.name!r} is asked for each one", hint=_near("item", values))
    within = _parsed(values.get("brief"))
    flat = {name: value for name, value in values.items() if name in content_type.brief}
    inputs, problems = read_values(
        content_type.brief, {**flat, **(within if isinstance(within, dict) else {})}, complete=False
    )
    if problems:
        raise UsageError(problems[0])
    return _Asked(
        stage=stage,
        answered=Answered(
            where=row.where,
            values={**_defaults(content_type.brief), **inputs},
            item=item if stage.foreach else None,
            text=answer_text(stage, output),
        ),
        group=_about(content_type.brief, inputs, item if stage.foreach else None),
    )


def _stage(content_type: ContentType, name: str) -> Stage:
    if name:
        return stage_named(content_type, name)
    if len(content_type.stages) > 1:
        names = ", ".join(stage.name for stage in content_type.stages)
        raise UsageError(f"names no `stage` of {content_type.name}", hint=f"one of {names}")
    if not content_type.stages:
        raise UsageError(f"{content_type.name} asks no model, so there is nothing to learn")
    return content_type.stages[0]


def _output(stage: Stage, values: Mapping[str, Json]) -> Json:
    """Return the answer that a row gives: its `output`, or a column for each field."""
    output = values.get("output")
    if not stage.single:
        parts = {name: _parsed(values[name]) for name in stage.output if name in values}
        output = _parsed(output) if output is not None else parts or None
    if output is None and "output" not in values:
        raise UsageError(f"has no `output` but {', '.join(values) or 'nothing'}", hint=_near("output", values))
    if output is None:
        return ""
    if not isinstance(output, str | dict | int | float):
        raise UsageError("its output is neither a text nor an object")
    return output


def _near(name: str, columns: Mapping[str, Json]) -> str:
    near = did_you_mean(name, columns)
    return f"--map {name}=COLUMN says which it is" + (f" ({near})" if near.startswith("did you mean") else "")


def _parsed(value: Json) -> Json:
    """Return the list or object that a cell of a table spells as JSON, any other value as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return read_json(value)
        except ValueError:
            return value
    return value


def _defaults(inputs: Mapping[str, Schema]) -> dict[str, Json]:
    return {name: schema["default"] for name, schema in inputs.items() if "default" in schema}


def _about(inputs: Mapping[str, Schema], given: Mapping[str, Json], item: Json) -> str:
    """Return the text that tells what a row is about: the inputs that it gives, choices apart, else its item."""
    free = [value for name, value in given.items() if "enum" not in inputs[name] and inputs[name]["type"] != "boolean"]
    return " ".join(texts_in(free)) or " ".join(texts_in(item if isinstance(item, list | dict) else [str(item)]))


# -- examples ---------------------------------------------------------------------------------------------------------


def _gather_examples(project: Project, content_type: ContentType, found: Gathering, *, shots: bool) -> None:
    """Add what the content type shows. Its author wants it so: it is held against no check."""
    bare = content_type if shots else content_type.without_shots()
    for stage, examples in _examples(content_type):
        rows: list[_Asked] = []
        for example in examples:
            where = f"{content_type.name}: {stage.name} {example.name!r}"
            if example.shot and shots:
                found.leave(where, "in the prompt", "is shown to the model already")
            elif example.status not in (None, "accepted") or example.findings:
                found.leave(where, "rejected", "is an example of what is refused")
            else:
                rows.append(_shown(content_type, stage, example, where))
        _gather_judged(project, bare, stage.name, rows, found, trusted=True)
    if content_type.composed:
        for example in content_type.examples:
            where = f"{content_type.name}: {example.name!r}"
            found.leave(where, "no model text", "is a whole piece, and models write its stages")


def _examples(content_type: ContentType) -> Iterator[tuple[Stage, Sequence[Example]]]:
    for stage in content_type.stages:
        yield stage, stage.shots if content_type.composed else content_type.examples


def _shown(content_type: ContentType, stage: Stage, example: Example, where: str) -> _Asked:
    answered = example.completion if isinstance(example.completion, str) else ""
    text = answered if example.output is None else answer_text(stage, example.output)
    values = {**dict.fromkeys(content_type.brief), **_defaults(content_type.brief), **example.brief}
    return _Asked(
        stage=stage,
        answered=Answered(where=where, values=values, item=example.item, text=text),
        group=_about(content_type.brief, example.brief, example.item),
    )
