"""Tools and their calls in a prompt, as chat templates take them: transformers' convention.

    {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "id": "a1", "function":
        {"name": "stock", "arguments": {"of": "mug"}}}]}
    {"role": "tool", "content": "12", "tool_call_id": "a1", "name": "stock"}

Arguments are an object there and JSON text in our nouns. Imports no torch: whoever only counts tokens uses it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from aigc.errors import EngineError
from aigc.types import Message, Prompt
from aigc.types.foreign import read_json


def turns_of(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Return turns as templates know them; an answer has the name of the tool that was called."""
    called = {call.id: call.name for message in messages for call in message.calls if call.id}
    return [_turn(message, called.get(message.answers, "")) for message in messages]


def _turn(message: Message, name: str) -> dict[str, Any]:
    """Return one turn; what it has none of is left out."""
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        turn["tool_calls"] = [
            {
                "type": "function",
                **({"id": call.id} if call.id else {}),
                "function": {"name": call.name, "arguments": read_json(call.arguments)},
            }
            for call in message.calls
        ]
    if message.answers:
        turn["tool_call_id"] = message.answers
    if name:
        turn["name"] = name
    return turn


def uses_tools(prompt: Prompt) -> bool:
    """Say whether a prompt has what only a chat template can show."""
    return bool(prompt.tools) or any(message.calls or message.role == "tool" for message in prompt.messages)


def check_tools(prompt: Prompt) -> None:
    """Refuse tools and arguments that are no JSON objects: EngineError, one sentence."""
    for place, tool in enumerate(prompt.tools, 1):
        _object(tool, f"tool {place}")
    for message in prompt.messages:
        for call in message.calls:
            _object(call.arguments, f"the arguments of a call of {call.name!r}")


def _object(text: str, what: str) -> None:
    try:
        value = read_json(text)
    except ValueError as error:
        raise EngineError(f"{what}: no JSON: {error}") from error
    if not isinstance(value, dict):
        raise EngineError(f"{what}: no JSON object")


def texts_of(prompt: Prompt) -> Iterator[str]:
    """Yield every text of a prompt that is not ours, which a template may show."""
    for message in prompt.messages:
        yield message.content
        yield message.answers
        for call in message.calls:
            yield from (call.name, call.id, *_texts(read_json(call.arguments)))
    for tool in prompt.tools:
        yield from _texts(read_json(tool))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def with_texts_changed(prompt: Prompt, change: Callable[[str], str]) -> Prompt:
    """Return a prompt with each of its texts changed."""

    def changed(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, dict):
            return {change(name): changed(inner) for name, inner in value.items()}
        return [changed(inner) for inner in value] if isinstance(value, list) else value

    def rewritten(text: str) -> str:
        return json.dumps(changed(read_json(text)), ensure_ascii=False)

    messages = [
        replace(
            message,
            content=change(message.content),
            answers=change(message.answers),
            calls=tuple(
                replace(call, name=change(call.name), id=change(call.id), arguments=rewritten(call.arguments))
                for call in message.calls
            ),
        )
        for message in prompt.messages
    ]
    return replace(prompt, messages=tuple(messages), tools=tuple(map(rewritten, prompt.tools)))
