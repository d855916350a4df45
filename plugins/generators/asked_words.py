"""How likely a word is as the answer, by the list of likeliest tokens that a server tells of its first one.

    max_tokens: 1, logprobs: true, top_logprobs: 20   →   "Yes" -0.2, " yes" -4.1, "No" -1.9, …

So a judge is asked whose answer is one word. All ways to write the word count together; of one that is not in the list
nothing is known but that it is no likelier than the last there, which is taken. Where its other answer is not in the
list either, the model is about to say something else, such as what it thinks, and judges nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from aigc.types import Completion, Json, Request, Usage

LISTED = 20  # tokens; the most that the protocol allows
SPACES = " \t\n\u0120\u2581"  # as tokenizers write them too: Ġ, ▁
SILENT = "no log-probabilities were told, so it cannot judge"
NEITHER = "it would begin with {first!r}, neither {given!r} nor {other!r} is likely, so it cannot judge"


def asking(request: Request) -> dict[str, Json]:
    """Return what is asked besides the prompt: one token, and how likely which were."""
    told: dict[str, Json] = {"logprobs": True, "top_logprobs": LISTED} if request.prompt.chat else {"logprobs": LISTED}
    return {"temperature": 0, "max_tokens": 1, **told}


def word_told(request: Request, answer: Json, usage: Usage) -> Completion:
    """Return how likely the given word is by a server's answer. KeyError, TypeError where that is none."""
    return word_among(request, _listed(answer["choices"][0].get("logprobs") or {}), usage)


def word_among(request: Request, listed: Sequence[tuple[str, float]], usage: Usage) -> Completion:
    """Return how likely the given word is by the likeliest first tokens; an error where they are no answer."""
    given = request.given or ""
    own = [logprob for token, logprob in listed if _bare(token) == _bare(given)]
    if error := "" if own else _no_answer(request, listed):
        return Completion(request_id=request.id, text="", finish_reason="error", usage=usage, error=error)
    logprob = math.log(sum(map(math.exp, own))) if own else min(logprob for _, logprob in listed)
    counted = Usage(prompt=usage.prompt, cached=usage.cached, forced=1)
    return Completion(request_id=request.id, text=given, usage=counted, mean_logprob=min(logprob, 0.0))


def _no_answer(request: Request, listed: Sequence[tuple[str, float]]) -> str:
    """Return why a list without the given word tells nothing of it; empty where the other answer is there."""
    if not listed:
        return SILENT
    if not request.other or any(_bare(token) == _bare(request.other) for token, _ in listed):
        return ""
    first, _ = max(listed, key=lambda one: one[1])
    return NEITHER.format(first=first, given=request.given, other=request.other)


def _listed(told: Json) -> Sequence[tuple[str, float]]:
    """Return the likeliest first tokens, each once."""
    if "content" in told:
        first = (told["content"] or [{}])[0]
        return list({one["token"]: float(one["logprob"]) for one in first.get("top_logprobs") or ()}.items())
    return [(token, float(logprob)) for token, logprob in ((told.get("top_logprobs") or [{}])[0] or {}).items()]


def _bare(token: str) -> str:
    return token.strip(SPACES).casefold()
