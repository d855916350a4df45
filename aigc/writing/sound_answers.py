"""Answers as nothing behind has to fear them, whichever generator gave them.

One whose counts of tokens cannot be, whose text is none, or far longer than was asked for, is an error of its own
request; a text has a mark in place of each half of a character, and no control characters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from aigc.types import Completion, Delta, Request, Usage
from aigc.types.foreign import encodes, sane_count, without_controls, without_halves

Event = Completion | Delta
LONGEST_ERROR = 1000  # characters
LEAST, EACH = 4096, 256  # characters of the longest answer: to any request, and for each token it asks for more


def sound_answers(events: Iterable[Event], asked: Callable[[str], Request | None]) -> Sequence[Event]:
    """Return what a generator gave, each as it can be written down and added up; `asked` knows requests by their id."""
    return [_sound(event, asked(event.request_id)) for event in events]


def _sound(event: Event, request: Request | None) -> Event:
    if not isinstance(event.text, str):
        return _refused(event, "gave no text") if isinstance(event, Completion) else replace(event, text="")
    if not encodes(event.text):
        event = replace(event, text=without_halves(event.text))
    if request is None or request.given is None:
        text = without_controls(event.text)
        event = event if text == event.text else replace(event, text=text)
    if isinstance(event, Delta):
        return event
    if not all(map(sane_count, event.usage.counts)):
        return _refused(event, "counted tokens that cannot be")
    if request is not None and request.given is None and len(event.text) > _room(request):
        reason = f"answered {request.sampling.max_tokens:,} tokens with {len(event.text):,} characters"
        return replace(_refused(event, reason), usage=event.usage)
    if not encodes(event.error):
        event = replace(event, error=without_halves(event.error))
    if len(event.error) > LONGEST_ERROR:
        event = replace(event, error=f"{event.error[:LONGEST_ERROR]}…")
    mean = event.mean_logprob
    if mean is not None and (math.isnan(mean) or mean == math.inf):
        return replace(event, mean_logprob=None)
    return event


def _room(request: Request) -> int:
    """Return how many characters the longest answer may have: what checks go over in seconds, not in minutes."""
    return LEAST + EACH * request.sampling.max_tokens


def _refused(answer: Completion, reason: str) -> Completion:
    return Completion(
        request_id=answer.request_id,
        index=answer.index,
        text="",
        finish_reason="error",
        usage=Usage(),
        error=f"the generator {reason}",
    )
