"""The options of the uniqueness guard: `unique` in aigc.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aigc.plugs.options import Range, read_options
from aigc.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """This says how alike two pieces may be.

    `threshold` is the share of shingles (Jaccard) from which they repeat each other, `opening` how many first words may
    not be the same (0: those of a whole first field alone), `attempts` how often one is written again; `earlier` counts
    the project's other jobs too. Where a model writes several texts to a piece, none of 40 characters or more may be
    another piece's: two pages do not have one description.
    """

    threshold: Annotated[float, Range(0.5, 1)] = 0.8
    opening: Annotated[int, Range(0)] = 0
    attempts: Annotated[int, Range(0)] = 2
    earlier: bool = False

    @classmethod
    def of(cls, settings: Settings, *, on: bool = False) -> Unique | None:
        """Read what settings say, or return None where nobody asked for it. UsageError names what is wrong there."""
        read = read_options(cls, settings.unique, section="unique", where=settings.where("unique"))
        return read if settings.unique or on else None
