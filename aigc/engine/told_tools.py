"""Tools for models whose chat template has no place for them, or that have no turns: told in the system's words, calls
and what they gave as text, in the form of the Hermes and Qwen families, which others follow too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from aigc.types import Message, Prompt
from aigc.types.foreign import read_json

TOLD = """You can use these tools, each a function with its parameters as JSON Schema:
<tools>
{tools}
</tools>
To use one, answer with its name and its arguments, nothing else:
<tool_call>
{{"name": "…", "arguments": {{…}}}}
</tool_call>"""


def tools_told(prompt: Prompt) -> Prompt:
    """Return a prompt whose tools, calls and answers of tools are text."""
    messages: list[Message] = []
    for message in prompt.messages:
        turn = _as_text(message)
        if message.role == "tool" and messages and messages[-1].role == "user":  # of several calls, or its question
            messages[-1] = replace(messages[-1], content=f"{messages[-1].content}\n{turn.content}")
        else:
            messages.append(turn)
    return replace(prompt, messages=tuple(_with_tools(messages, prompt.tools)), tools=())


def _as_text(message: Message) -> Message:
    if message.role == "tool":
        return Message(role="user", content=f"<tool_response>\n{message.content}\n</tool_response>")
    calls = [
        f"<tool_call>\n{json.dumps({'name': call.name, 'arguments': read_json(call.arguments)}, ensure_ascii=False)}"
        "\n</tool_call>"
        for call in message.calls
    ]
    return Message(role=message.role, content="\n".join([*([message.content] if message.content else []), *calls]))


def _with_tools(messages: Sequence[Message], tools: Sequence[str]) -> list[Message]:
    """Tell the tools behind the first system text, or in one of their own."""
    if not tools:
        return list(messages)
    told = TOLD.format(tools="\n".join(tools))
    if messages and messages[0].role == "system":
        return [replace(messages[0], content=f"{messages[0].content}\n\n{told}"), *messages[1:]]
    return [Message(role="system", content=told), *messages]
