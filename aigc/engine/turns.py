"""The turns of a prompt for models that have none, and for chat templates without a system role.

Joined to one text, an assistant turn follows its task after one line break, everything else after a blank line, and
where the prompt shows such answered tasks the last task ends with a line break too. Imports no torch: whoever only
counts tokens uses it too.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc.types import Message


def join_plain(messages: Sequence[Message]) -> str:
    """Join a prompt for a model without turns."""
    filled = [message for message in messages if message.content]
    text = ""
    for message in filled:
        if text:
            text += "\n" if message.role == "assistant" else "\n\n"
        text += message.content
    if any(message.role == "assistant" for message in filled) and filled[-1].role == "user":
        text += "\n"
    return text


def fold_system(messages: Sequence[Message]) -> list[Message]:
    """Put system text before the first user turn, for templates without a system role."""
    system = "\n\n".join(message.content for message in messages if message.role == "system" and message.content)
    turns = [message for message in messages if message.role != "system"]
    first = next((place for place, message in enumerate(turns) if message.role == "user"), None)
    if first is None:
        return [Message(role="user", content=system), *turns]
    turns[first] = Message(
        role="user", content=f"{system}\n\n{turns[first].content}" if system else turns[first].content
    )
    return turns
