"""What the ledger knows of one brief once its piece is finished."""

from __future__ import annotations

from dataclasses import dataclass

from aigc.types import Artifact, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """This is a finished piece with what it took to write it.

    `place` counts briefs from 0 in their file's order. `requests` are model calls, `seconds` from the first of them
    to the last answer, so pieces of one batch overlap; both are 0 for a piece that was reused. `draw` counts how often
    the piece was asked for anew. `twin` is the id of the piece that this one repeats, where the guard found one.
    """

    place: int
    artifact: Artifact
    key: str = ""
    requests: int = 0
    seconds: float = 0.0
    usage: Usage = Usage()
    draw: int = 0
    twin: str = ""
