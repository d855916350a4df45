"""Prompts as a person or a program reads them, and the command that would ask for one, for `show` and dry runs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aigc.asking import sample_values
from aigc.content.schema import required
from aigc.errors import AigcError

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.types import Json, Prompt
    from aigc.writing.preview import Preview


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


def preview_text(preview: Preview) -> str:
    """Return a stage's first prompt as a person reads it, or why there is none."""
    return _prompt_text(preview.first) if preview.first else preview.why


def _prompt_text(prompt: Prompt) -> str:
    """Return each message under its role, or the joined text of a plain prompt."""
    if not prompt.chat:
        return "\n\n".join(message.content for message in prompt.messages)
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in prompt.messages)


def preview_record(preview: Preview) -> dict[str, Json]:
    """Return what a stage asks as JSON: its first prompt's messages, and how many such requests there are."""
    messages = [{"role": one.role, "content": one.content} for one in preview.first.messages] if preview.first else None
    return {"stage": preview.stage.name, "requests": preview.requests, "messages": messages, "why": preview.why}
