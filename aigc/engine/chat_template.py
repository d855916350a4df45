"""This is a model's chat template, rendered as transformers renders it, without importing that or torch. It came with
the weights, from anybody: what it may take is metered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from aigc.bounds.metered import MeteredEnvironment
from aigc.engine.tool_calls import turns_of
from aigc.engine.turns import fold_system
from aigc.errors import first_line
from aigc.types import Message
from aigc.types.foreign import file_bytes, read_json

DEEPEST = 32  # characters that a level of JSON is indented by
FAILURES = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


class Chat:
    """This renders messages with one template. Raises jinja2's TemplateError for a source that is none."""

    def __init__(self, source: str, tokens: Mapping[str, str]) -> None:
        """Compile the template; `tokens` are the tokenizer's special tokens by their names, such as `bos_token`."""
        self.source = source
        self._tokens = dict(tokens)
        self._environment = _environment()
        self._template = self._environment.from_string(source)

    def render(self, messages: Sequence[Message], tools: Sequence[str] = ()) -> str:
        """Render the prompt up to where the model's turn begins; system text moves where a template refuses it.

        Raises TemplateError where the template refuses the turns all the same, or fails in any other way, and where it
        has no place for the tools, or for a call of one: it would leave them out.
        """
        if tools and "tools" not in self.source:
            raise TemplateError("it has no place for tools")
        if any(message.calls for message in messages) and "tool_calls" not in self.source:
            raise TemplateError("it has no place for the calls of tools")
        try:
            return self._render(messages, tools)
        except TemplateError:
            if not any(message.role == "system" for message in messages):
                raise
        return self._render(fold_system(messages), tools)

    def _render(self, messages: Sequence[Message], tools: Sequence[str]) -> str:
        turns = turns_of(messages)
        self._environment.refill()
        try:
            return self._template.render(
                messages=turns,
                add_generation_prompt=True,
                enable_thinking=False,
                tools=[read_json(tool) for tool in tools] or None,
                documents=None,
                **self._tokens,
            )
        except FAILURES as error:  # whatever the code of somebody's template ends as
            raise TemplateError(first_line(error)) from error


def read_chat(folder: Path) -> Chat | None:
    """Read the template of the model in `folder`; None where it has none. Raises TemplateError for a broken one."""
    config = read_tokenizer_config(folder)
    source = config.get("chat_template")
    if isinstance(source, list):
        source = {one.get("name"): one.get("template") for one in source}.get("default")
    if (folder / "chat_template.jinja").is_file():
        source = (folder / "chat_template.jinja").read_text(encoding="utf-8")
    if not isinstance(source, str) or not source:
        return None
    return Chat(
        source, {name: content_of(token) for name, token in config.items() if name.endswith("_token") and token}
    )


def read_tokenizer_config(folder: Path) -> dict[str, Any]:
    """Read `tokenizer_config.json`; empty where there is none that can be read."""
    try:
        config = read_json(file_bytes(folder / "tokenizer_config.json"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def content_of(token: Any) -> str:
    """Return a special token's text, however the config spells it."""
    return str(token.get("content", "")) if isinstance(token, dict) else str(token or "")


class _Generation(Extension):
    """This takes the tag `generation`, which marks what a model wrote, as transformers' training code wants it."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _ChatEnvironment(MeteredEnvironment, ImmutableSandboxedEnvironment):
    """This is the sandbox of chat templates: metered, and nothing is changed in it."""


@cache
def _environment() -> MeteredEnvironment:
    def refuse(message: str) -> None:
        raise TemplateError(message)

    def dump(value: Any, ensure_ascii: bool = False, **options: Any) -> str:
        if isinstance(indent := options.get("indent"), int) and indent > DEEPEST:
            raise TemplateError(f"JSON is indented by {indent}, at most {DEEPEST}")
        return json.dumps(value, ensure_ascii=ensure_ascii, **options)

    environment = _ChatEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation]
    )
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    environment.filters["tojson"] = dump
    return environment
