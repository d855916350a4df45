"""Tools: what a model may call, held by a grammar, and its calls read back while they are written.

A call is written as the chat templates of the Hermes and Qwen families show it, one after the other:

    <tool_call>
    {"name": "weather", "arguments": {"city": "Oslo"}}
    </tool_call>

The grammar lets a call be of a tool that there is, with arguments by its schema; which of text and calls comes is
`tool_choice`'s to say, and where both may, the model's. So a call that is read can always be made.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from aigc.errors import did_you_mean
from aigc.serving.wire import Body, Leniency
from aigc.types import Grammar, Json

OPEN, CLOSE = "<tool_call>\n", "\n</tool_call>"
ANY = {"type": "object"}
SPACED = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}
NAMED = "named"


class Function(Body):
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(Body):
    type: str = "function"
    function: Function | None = None


Chosen: TypeAlias = Literal["none", "auto", "required"] | dict[str, Any]  # `tool_choice`


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """This is what may come: `text`, `calls`, of which tools, and whether several."""

    tools: tuple[Function, ...] = ()
    text: bool = True
    calls: bool = False
    several: bool = True

    def grammar(self) -> Grammar | None:
        """Return what holds an answer to it; None where any text will do."""
        if not self.calls:
            return None
        more = ' ("\\n" call)*' if self.several else ""
        start = f"start: text | call{more}" if self.text else f"start: call{more}"
        lines = [
            start,
            *(["text: /[^<](.|\\n)*/"] if self.text else []),
            f'call: open "\\n" ({_alternatives(self.tools)}) "\\n" close',
            f"open: {quoted(OPEN.strip())}",  # the model's own tokens where it has them
            f"close: {quoted(CLOSE.strip())}",
        ]
        for number, tool in enumerate(self.tools):
            schema = json.dumps({**(tool.parameters or {}), **ANY, **SPACED}, sort_keys=True)
            lines += [
                f'tool{number}: {quoted(_beginning(tool.name))} args{number} "}}"',
                f"args{number}: %json {schema}",
            ]
        return Grammar(kind="lark", source="\n".join(lines) + "\n")

    def shown(self) -> tuple[str, ...]:
        """Return the tools as a prompt shows them."""
        told = (one.model_dump(exclude_none=True, include={"name", "description", "parameters"}) for one in self.tools)
        return tuple(json.dumps({"type": "function", "function": one}, ensure_ascii=False) for one in told)


def choice_of(
    asked: Leniency, tools: Sequence[Function], choice: Json, *, several: bool, param: str = "tool_choice"
) -> ToolChoice:
    """Return what may come of tools and a `tool_choice`. Refusal for a tool that is none."""
    if not tools:
        if choice not in (None, "none", "auto"):
            asked.cannot(param, "there are no tools")
        return ToolChoice()
    if choice == "none":
        return ToolChoice()
    for tool in tools:
        if (tool.parameters or ANY).get("type", "object") != "object":
            asked.cannot("tools", f"the parameters of {tool.name!r} are no object")
    mode, names = _wanted(asked, choice, param)
    known = {tool.name: tool for tool in tools}
    if unknown := [name for name in names if name not in known]:
        asked.cannot(param, f"no tool is called {unknown[0]!r}; {did_you_mean(unknown[0], known)}")
        mode, names = "auto", []
    found = tuple(known[name] for name in names or known)
    if mode == NAMED:
        return ToolChoice(tools=found, text=False, calls=True, several=False)
    return ToolChoice(tools=found, text=mode != "required", calls=True, several=several)


def _wanted(asked: Leniency, choice: Json, param: str) -> tuple[str, list[str]]:
    """Return how tools are to be called, and which, none for any of them."""
    if not isinstance(choice, Mapping):
        return str(choice or "auto"), []
    kind = choice.get("type", "function")
    if kind == "allowed_tools":
        inner = choice.get("allowed_tools", choice)
        inner = inner if isinstance(inner, Mapping) else {}
        entries = inner.get("tools")
        names = [_name(entry) for entry in entries] if isinstance(entries, list) else []
        if inner.get("mode", "auto") in ("auto", "required") and names:
            return str(inner.get("mode", "auto")), names
    elif kind == "function":
        return NAMED, [_name(choice)]
    asked.cannot(param, f"of a type {kind!r} that is not as OpenAI has it")
    return "auto", []


def _name(entry: Json) -> str:
    """Return the name in a choice, which chats have one level deeper than responses."""
    inner = entry.get("function", entry) if isinstance(entry, Mapping) else {}
    return str(inner.get("name", "")) if isinstance(inner, Mapping) else ""


def _alternatives(tools: Sequence[Function]) -> str:
    return " | ".join(f"tool{number}" for number in range(len(tools)))


def _beginning(name: str) -> str:
    return f'{{"name": {json.dumps(name)}, "arguments": '


def quoted(text: str) -> str:
    """Return a text as a Lark grammar has it."""
    return json.dumps(text, ensure_ascii=False)


@dataclass(slots=True)
class Called:
    """This is one call: its own id, the tool's name, its arguments as far as they are written."""

    name: str
    arguments: str = ""
    id: str = field(default_factory=lambda: f"call_{secrets.token_hex(12)}")


Part = tuple[Literal["text", "call", "arguments"], int, str]  # of which call, and what is new


@dataclass(slots=True)
class CallReader:
    """This reads an answer while it is written: text, or calls. `feed` returns what is new."""

    calls: list[Called] = field(default_factory=list)
    text: str = ""
    _held: str = ""
    _inside: bool = False
    _plain: bool = False  # it is text, whatever stands in it

    def feed(self, text: str) -> list[Part]:
        """Take the next part of an answer."""
        self._held += text
        parts: list[Part] = []
        while self._step(parts):
            pass
        return parts

    def end(self) -> list[Part]:
        """Return what was held back, since it might have become a call, when no more comes."""
        held, self._held = self._held, ""
        if self._inside:  # cut off by max_tokens: the arguments that there are
            return self._arguments(held) if held else []
        return self._told(held) if held.strip() or (held and self._plain) else []

    def _step(self, parts: list[Part]) -> bool:
        if self._plain:
            parts += self._told(self._held) if self._held else []
            self._held = ""
            return False
        return self._within(parts) if self._inside else self._between(parts)

    def _between(self, parts: list[Part]) -> bool:
        held = self._held.lstrip("\n") if self.calls else self._held
        if OPEN.startswith(held[: len(OPEN)]) and len(held) < len(OPEN):
            return False
        if not held.startswith(OPEN):
            self._plain = True
            return True
        head, found, rest = held[len(OPEN) :].partition('", "arguments": ')
        if not found:
            return False
        self.calls.append(Called(head.removeprefix('{"name": "')))  # a name that needs no escapes: `choice_of`
        parts.append(("call", len(self.calls) - 1, self.calls[-1].name))
        self._held, self._inside = rest, True
        return True

    def _within(self, parts: list[Part]) -> bool:
        last = "}" + CLOSE
        body, closed, rest = self._held.partition(last)
        if closed:
            parts += self._arguments(body) if body else []
            self._held, self._inside = rest, False
            return bool(rest)
        keep = max((size for size in range(1, len(last)) if self._held.endswith(last[:size])), default=0)
        body = self._held[: len(self._held) - keep]
        parts += self._arguments(body) if body else []
        self._held = self._held[len(body) :]
        return False

    def _arguments(self, text: str) -> list[Part]:
        self.calls[-1].arguments += text
        return [("arguments", len(self.calls) - 1, text)]

    def _told(self, text: str) -> list[Part]:
        self.text += text
        return [("text", 0, text)]
