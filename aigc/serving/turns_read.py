"""The turns of a chat, read into messages: texts, calls of tools, and what these answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from aigc.serving.wire import Body, Leniency
from aigc.types import Message, Role, ToolCall
from aigc.types.foreign import read_json

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


class ContentPart(Body):
    type: str
    text: str | None = None
    refusal: str | None = None


class MadeFunction(Body):
    name: str
    arguments: str = "{}"


class MadeCall(Body):
    id: str = ""
    function: MadeFunction


class Turn(Body):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[MadeCall] | None = None
    function_call: MadeFunction | None = None
    tool_call_id: str | None = None


def read_turns(asked: Leniency, turns: Sequence[Turn]) -> tuple[Message, ...]:
    """Return turns as models know them. Refusal for what is no text, and for a tool's answer to no call."""
    messages: list[Message] = []
    for place, turn in enumerate(turns):
        messages.append(_read_turn(asked, turn, f"messages.{place}", messages))
    return tuple(messages)


def _read_turn(asked: Leniency, turn: Turn, where: str, before: Sequence[Message]) -> Message:
    content = text_of(asked, turn.content, f"{where}.content") or turn.refusal or ""
    calls = [(one.id, one.function, f"{where}.tool_calls.{at}") for at, one in enumerate(turn.tool_calls or ())]
    if turn.function_call is not None:
        calls.append((turn.function_call.name, turn.function_call, f"{where}.function_call"))
    answers = (turn.name if turn.role == "function" else turn.tool_call_id) or ""
    if turn.role == "tool" and answers not in made(before):
        asked.cannot(f"{where}.tool_call_id", f"no call before it has the id {answers!r}")
        answers = ""
    return Message(
        role=ROLES[turn.role],
        content=content,
        calls=tuple(
            ToolCall(name=one.name, arguments=checked(asked, one.arguments, f"{at}.arguments"), id=own)
            for own, one, at in calls
        ),
        answers=answers,
    )


def made(messages: Sequence[Message]) -> set[str]:
    """Return the ids of the calls that turns make."""
    return {call.id for message in messages for call in message.calls}


def checked(asked: Leniency, arguments: str, where: str) -> str:
    """Return a call's arguments; in place of what is no JSON object, none."""
    try:
        good = isinstance(read_json(arguments), dict)
    except ValueError:
        good = False
    if not good:
        asked.cannot(where, "are no JSON object")
    return arguments if good else "{}"


def text_of(asked: Leniency, content: str | Sequence[ContentPart] | None, where: str) -> str:
    """Return the text of a turn that may come in parts."""
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(_parts(asked, content, where))


def _parts(asked: Leniency, content: Sequence[ContentPart], where: str) -> Iterator[str]:
    for place, part in enumerate(content):
        text = part.text if part.text is not None else part.refusal
        if text is None:
            asked.cannot(f"{where}.{place}", f"a part of type {part.type!r} is no text")
        else:
            yield text
