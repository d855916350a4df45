"""Prompts as a person or a program reads them, and the command that would ask for one, for `show` and dry runs."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from aigc.asking import sample_values
from aigc.cli.echo import echo, in_line
from aigc.cli.readable import WIDTH, counted
from aigc.content.schema import required
from aigc.errors import AigcError
from aigc.writing.preview import WAITS, preview
from aigc.writing.stand_ins import stand_ins

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Brief, Json, Prompt
    from aigc.writing.preview import Preview

SHOWN = 8  # lines of a prompt
PRETENDS = "with examples in place of what earlier stages write"


def example_command(project: Project, content_type: ContentType) -> str:
    """Return a `generate` line to paste, with an example's values where there is one."""
    try:
        values = sample_values(project, content_type)
    except AigcError:
        values = dict.fromkeys(required(content_type.brief), "…")
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


def stage_prompts(project: Project, content_type: ContentType, brief: Brief) -> list[Preview]:
    """Return what each stage asks first; one that builds on others is shown what its example has them write."""
    voice, environment = project.voice(content_type), project.environment
    found = list(preview(content_type, environment, brief, voice=voice, most=1))
    if not any(one.why == WAITS for one in found):
        return found
    others = preview(content_type, environment, brief, voice=voice, stand_ins=stand_ins(content_type), most=1)
    both = zip(found, others, strict=True)
    return [replace(other, why=PRETENDS) if one.why == WAITS and other.prompts else one for one, other in both]


def preview_text(one: Preview) -> str:
    """Return a stage's first prompt as a person reads it, or why there is none."""
    return _prompt_text(one.first) if one.first else one.why


def _prompt_text(prompt: Prompt) -> str:
    """Return each message under its role, or the joined text of a plain prompt."""
    if not prompt.chat:
        return "\n\n".join(message.content for message in prompt.messages)
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in prompt.messages)


def print_beginning(project: Project, content_type: ContentType, brief: Brief, whole: str) -> None:
    """Print where the first prompt of a brief tells its task, a few lines of it, and the command that shows the
    `whole`; nothing where no model is asked."""
    voice = project.voice(content_type)
    asked = preview(content_type, project.environment, brief, voice=voice, most=1)
    first = next((one for one in asked if one.first), None)
    if first is None or first.first is None:
        return
    lines = first.first.messages[-1].content.strip().splitlines()
    echo(f"── {brief.id} ({brief.source}): stage {first.stage.name}, the task in the first prompt ──", bold=True)
    for line in lines[:SHOWN]:
        echo(f"  {in_line(line if len(line) <= WIDTH else line[: WIDTH - 1] + '…')}")
    more = f"  … {counted(len(lines) - SHOWN, 'line')} more; all" if len(lines) > SHOWN else "  All"
    echo(f"{more} of it, and what each stage asks: {whole}", dim=True)


def preview_record(one: Preview) -> dict[str, Json]:
    """Return what a stage asks as JSON: its first prompt's messages, and how many such requests there are."""
    messages = [{"role": each.role, "content": each.content} for each in one.first.messages] if one.first else None
    return {"stage": one.stage.name, "requests": one.requests, "messages": messages, "why": one.why}
