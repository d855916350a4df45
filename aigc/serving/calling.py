"""Tools: what a model may call, held by a grammar, and its calls read back while they are written.

A call is written as the chat templates of the Hermes and Qwen families show it, one after the other:

    <tool_call>
    {"name": "weather", "arguments": {"city": "Oslo"}}
    </tool_call>

The grammar lets a call be of a tool that there is, with arguments by its schema; which of text and calls comes is
`tool_choice`'s to say, and where both may, the model's. So a call that is read can always be made. Where both may, one
call may stand bare, or in a fence, as models write it that were not trained on the form above.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from aigc.errors import did_you_mean
from aigc.serving.call_reader import BARE_TAIL, CLOSE, OPEN, CallReader, bare_head
from aigc.serving.wire import Body, Leniency
from aigc.types import Grammar, Json

ANY = {"type": "object"}
SPACED = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}
LOOSE = {"x-guidance": {"whitespace_pattern": r"[ \n]{0,20}"}}
NAMED = "named"
MOST_CALLS = 16  # of an answer: a small model may not find an end


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
        more = f' ("\\n" call){{0,{MOST_CALLS - 1}}}' if self.several else ""
        lines = [
            f"start: TEXT | bare | call{more}" if self.text else f"start: call{more}",
            *(self._text_or_bare() if self.text else ()),
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

    def _text_or_bare(self) -> Iterator[str]:
        """Yield rules for what may come beside calls in form: any text, or a bare call, as which no text may begin."""
        yield f"TEXT: /[^<](.|\\n)*/ & ~/{bare_head(self.names)}(.|\\n)*/"
        yield "bare: " + " | ".join(f"HEAD{number} bare{number} TAIL" for number in range(len(self.tools)))
        yield f"TAIL: /{BARE_TAIL}/"
        for number, tool in enumerate(self.tools):
            yield f"HEAD{number}: /{bare_head([tool.name])}/"
            yield f"bare{number}: %json {json.dumps({**(tool.parameters or {}), **ANY, **LOOSE}, sort_keys=True)}"

    @property
    def names(self) -> list[str]:
        """The names of the tools."""
        return [tool.name for tool in self.tools]

    def reader(self) -> CallReader:
        """Return what reads an answer."""
        return CallReader(self.names if self.text else [])

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
