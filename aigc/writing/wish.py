"""What a person said who rejected a text, told to the model that writes the next one.

It is added to the request of a chat, in the brief's language; to a text that is continued nothing can be said, and its
next draw is another one all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from aigc.types import Brief, Prompt

ASKED: Mapping[str, str] = MappingProxyType(
    {"en": "An editor rejected an earlier version: {}", "zh": "编辑退回了上一稿，意见是：{}"}
)


def with_wish(prompt: Prompt, brief: Brief) -> Prompt:
    """Return a prompt that says what the next text should mend; as it is where nobody said anything."""
    wish = " ".join(brief.wish.split())
    if not wish or not prompt.chat or not prompt.messages:
        return prompt
    *before, last = prompt.messages
    told = ASKED.get(str(brief.values.get("language") or "en")[:2], ASKED["en"]).format(wish)
    return replace(prompt, messages=(*before, replace(last, content=f"{last.content}\n\n{told}")))
