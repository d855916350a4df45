"""Rendering what a content type would ask, without a model: for `show --prompt` and `batch --dry-run`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aigc.asking import open_rows, read_briefs, sample_briefs
from aigc.cli.readable import printable
from aigc.content import brief_values, evaluate, render_prompt
from aigc.errors import AigcError, NotFound
from aigc.types import Brief, Json, Prompt

if TYPE_CHECKING:
    from aigc.content import ContentType, Stage
    from aigc.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """This is one request a brief leads to. `prompt` is None when `why` says what it has to wait for."""

    stage: str
    of: int = 1  # how many such requests the brief leads to
    prompt: Prompt | None = None
    why: str = ""


def asked(project: Project, content_type: ContentType, values: Mapping[str, Json]) -> Iterator[Asked]:
    """This yields, per stage, the first request. Only a stage after the first may have to wait."""
    for number, stage in enumerate(content_type.stages):
        try:
            yield _first(project, stage, values)
        except AigcError:
            if number == 0:
                raise
            yield Asked(stage=stage.name, why="needs what earlier stages write, so it has no prompt before they ran")


def _first(project: Project, stage: Stage, values: Mapping[str, Json]) -> Asked:
    names = {**values, "stages": {}}
    items = evaluate(project.environment, stage.foreach, names) if stage.foreach else [None]
    if not items:
        return Asked(stage=stage.name, of=0, why=f"asks nothing: {stage.foreach} is empty")
    index = 0 if stage.foreach else None
    prompt = render_prompt(project.environment, stage, values, item=items[0], index=index, stages={})
    return Asked(stage=stage.name, of=len(items), prompt=prompt)


def sample_values(project: Project, content_type: ContentType) -> dict[str, Json]:
    """This is the values of the type's first example, or of its first good sample brief. NotFound without either."""
    for example in content_type.examples:
        return brief_values(content_type, example.brief, where=f"example {example.name!r}")
    try:
        rows = open_rows(sample_briefs(content_type), project.registry)
        briefs = read_briefs(rows, content_type, project.environment)
        return next(dict(brief.values) for brief in briefs if isinstance(brief, Brief))
    except (AigcError, StopIteration) as error:  # without samples, or with another type's
        raise NotFound(f"{content_type.name} has no example to take", hint="give its inputs as key=value") from error


def example_command(project: Project, content_type: ContentType) -> str:
    """This is a `generate` line to paste, with an example's values where there is one."""
    try:
        values = sample_values(project, content_type)
    except AigcError:
        values = {name: "…" for name, schema in content_type.brief.items() if "default" not in schema}
    defaults = {name: schema.get("default") for name, schema in content_type.brief.items()}
    given = [
        f"{name}={shlex.quote(_as_argument(value))}"
        for name, value in values.items()
        if value is not None and value != defaults[name]
    ]
    return " ".join(["aigc generate", content_type.name, *given])


def _as_argument(value: Json) -> str:
    if isinstance(value, list):
        return ";".join(_as_argument(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def prompt_text(prompt: Prompt) -> str:
    """This is a prompt as a person reads it: each message under its role, or the joined text of a plain one."""
    if not prompt.chat:
        return printable("\n\n".join(message.content for message in prompt.messages))
    return printable("\n\n".join(f"[{message.role}]\n{message.content}" for message in prompt.messages))


def prompt_record(one: Asked) -> dict[str, Json]:
    """This is a request as JSON."""
    messages = [{"role": m.role, "content": m.content} for m in one.prompt.messages] if one.prompt else None
    return {"stage": one.stage, "requests": one.of, "messages": messages, "why": one.why}
