"""What is asked for: a brief, and the prompt that is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any  # None, bool, int, float, str, list[Json], dict[str, Json]
Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """This is the validated input of one piece. `source` says where it came from, such as `products.csv:3`.

    `draw` counts other texts of the same values: each draws from a seed of its own. `avoid` is the beginning of a text
    that the piece must not repeat; `nudges` counts how often it was written again for repeating one, a little warmer
    (at a higher temperature) each time. `language` is that of its file's other rows, where its own texts are too short
    to tell one, and they are not in English. `wish` is what a person said who rejected the text before. `cleaned` says
    of inputs what was done to their values on reading (`tags`, `unknown #N/A`), and makes no other piece; `left_out`
    why an optional one is not all in `values`.
    """

    id: str
    values: Mapping[str, Json]
    source: str = ""
    draw: int = 0
    avoid: str = ""
    nudges: int = 0
    language: str = ""
    wish: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    cleaned: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """This is a call that a model made: of which tool, its `arguments` as a JSON object, and the call's own `id`."""

    name: str
    arguments: str = "{}"
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """This is one turn of a prompt. An assistant's may make `calls`; a tool's has what the call `answers` gave."""

    role: Role
    content: str
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """This is what a template rendered to. `chat=False` asks for plain joined text even from a chat model.

    `tools` are those that the model may call, each a JSON object as the chat template takes it:
    `{"type": "function", "function": {"name": …, "description": …, "parameters": …}}`. `ids` are the model's own
    tokens, from a program that has its tokenizer: they stand before the messages' texts, which follow as plain text.
    """

    messages: tuple[Message, ...]
    chat: bool = True
    tools: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """This is what a request is for: which brief's piece, stage, item of it (from 0) and attempt (from 0)."""

    brief: str
    stage: str
    item: int = 0
    attempt: int = 0
