"""Whose step is next while urgent texts are written beside others: everybody's, or that of the urgent ones alone.

    everybody ███████████████ urgent █ █ █ █ █ █ █ █ █ █ everybody ███████████████ urgent …

A step of a few rows takes a fraction of one of many, so in the time of one step of all rows an urgent text gets many
tokens. Time is measured, not steps: what all rows together have is the share that was asked for, to within one step.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Whose: TypeAlias = Literal["all", "urgent"]


class BatchShare:
    """This keeps account of the time of steps. `share` of it, above 0, is for those of all rows."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.owed = 0.0  # seconds that steps of all rows are behind; below 0, that urgent ones are

    @property
    def whose(self) -> Whose:
        """Say whose step is next."""
        return "all" if self.owed >= 0 else "urgent"

    def count(self, whose: Whose, seconds: float) -> None:
        """Count a step. Urgent ones are owed for one step of all rows at most, however many there were before."""
        if whose == "urgent":
            self.owed += self.share * seconds
        else:
            self.owed = max(self.owed, 0.0) - (1 - self.share) * seconds
