"""What a person watching a pull is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

LONGEST_SILENCE = 900.0  # seconds; the Hub's client tells of each 10 MB, on slow networks too
PullStage: TypeAlias = Literal["download", "verify", "unpack", "convert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """This is how far one stage of a pull is, in bytes. `done` equals `total` when the stage is over.

    `total` may be an estimate while downloading from the Hub, and when converting. 0 means not known yet.
    """

    stage: PullStage
    done: int
    total: int


Report: TypeAlias = Callable[[Progress], None]


def silent(server: str, seconds: float) -> str:
    """Say that nothing comes from a server any more."""
    return f"{server} has sent nothing for {seconds:g} seconds"
