"""What others' code makes of a draft: nothing too large comes back."""

from __future__ import annotations

from aigc.bounds.sizes import PER_STEP, measured
from aigc.types import Draft

LARGEST = 1 << 23  # characters of all that a post-processor gives back, and 64 of them for each value


def refuse_large(draft: Draft) -> None:
    """Refuse, with a ValueError, what no check could go over and no file is meant to hold."""
    many, chars = measured(draft.fields, LARGEST // PER_STEP)
    if many * PER_STEP + chars > LARGEST:
        raise ValueError(f"made over {LARGEST >> 20} million characters of a piece")
