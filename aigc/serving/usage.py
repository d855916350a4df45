"""What a call took, in OpenAI's words."""

from __future__ import annotations

from collections.abc import Sequence

from aigc.types import Completion, Json, Usage, taken

FINISHED = {"stop": "stop", "length": "length", "cancelled": "stop", "error": "stop", "deferred": "stop"}


def tokens_of(told: Sequence[Sequence[Completion]]) -> Usage:
    """Return the tokens of the requests of a call; each one's prompt counts once."""
    return sum((taken(answers) for answers in told), Usage())


def usage_of(told: Sequence[Sequence[Completion]]) -> dict[str, Json]:
    """Return the tokens as chats and completions tell them."""
    usage = tokens_of(told)
    written = usage.sampled + usage.forced
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": written,
        "total_tokens": usage.prompt + written,
        "prompt_tokens_details": {"cached_tokens": min(usage.cached, usage.prompt), "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
