"""Answers as nothing behind has to fear them, whichever generator gave them.

One whose counts of tokens cannot be, or whose text is none, is an error of its own request; a text has a mark in place
of each half of a character.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from aigc.types import Completion, Delta, Usage
from aigc.types.foreign import encodes, sane_count, without_halves

Event = Completion | Delta


def sound_answers(events: Iterable[Event]) -> Sequence[Event]:
    """Return what a generator gave, each as it can be written down and added up."""
    return [_sound(event) for event in events]


def _sound(event: Event) -> Event:
    if not isinstance(event.text, str):
        return _refused(event, "gave no text") if isinstance(event, Completion) else replace(event, text="")
    if not encodes(event.text):
        event = replace(event, text=without_halves(event.text))
    if isinstance(event, Delta):
        return event
    if not all(map(sane_count, event.usage.counts)):
        return _refused(event, "counted tokens that cannot be")
    if not encodes(event.error):
        event = replace(event, error=without_halves(event.error))
    mean = event.mean_logprob
    if mean is not None and (math.isnan(mean) or mean == math.inf):
        return replace(event, mean_logprob=None)
    return event


def _refused(answer: Completion, reason: str) -> Completion:
    return Completion(
        request_id=answer.request_id,
        index=answer.index,
        text="",
        finish_reason="error",
        usage=Usage(),
        error=f"the generator {reason}",
    )
