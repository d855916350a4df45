"""A draft that others' code may change as it likes: nothing of ours changes with it, nothing too large comes back."""

from __future__ import annotations

from dataclasses import replace

from aigc.bounds.sizes import PER_STEP, measured
from aigc.types import Draft, Json

LARGEST = 1 << 23  # characters of all that a post-processor gives back, and 64 of them for each value


def apart(draft: Draft) -> Draft:
    """Return a draft of which nothing is the other one's to change: its fields, its brief's values and what earlier
    stages gave."""
    brief = replace(draft.brief, values=_copied(draft.brief.values))
    copied = {name: _copied(getattr(draft, name)) for name in ("fields", "stages", "item")}
    return replace(draft, brief=brief, **copied)


def refuse_large(draft: Draft) -> None:
    """Refuse, with a ValueError, what no check could go over and no file is meant to hold."""
    many, chars = measured(draft.fields, LARGEST // PER_STEP)
    if many * PER_STEP + chars > LARGEST:
        raise ValueError(f"made over {LARGEST >> 20} million characters of a piece")


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value
