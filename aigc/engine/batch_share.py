"""Whose step is next while urgent texts are written beside others: everybody's, or that of the urgent ones alone.

    everybody ███████████████ urgent █ █ █ █ █ █ █ █ █ █ everybody ███████████████ urgent …

A step of a few rows takes a fraction of one of many, so in the time of one step of all rows an urgent text gets many
tokens. Time is measured, not steps: what all rows together have is the share that was asked for, to within one step.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Whose: TypeAlias = Literal["all", "urgent", "others"]


class BatchShare:
    """This keeps account of the time of steps. `share` of it, above 0, is for those of all rows."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.owed = 0.0  # seconds that steps of all rows are behind; below 0, that urgent ones are
        self._running: Whose | None = None
        self._last: dict[bool, float] = {}  # seconds that the last step took: one of urgent rows alone, another

    @property
    def urgent_next(self) -> bool:
        """Say whether a step of urgent rows alone is due. One that runs still takes, it is assumed, as long as the one
        before."""
        running = self._running
        return (self.owed if running is None else self._after(running, self._last.get(running == "urgent", 0.0))) < 0

    def begin(self, whose: Whose | None) -> None:
        """Note that a step runs: of urgent rows while others wait, of all, of others alone, or one that counts not."""
        self._running = whose

    def end(self, seconds: float) -> None:
        """Count the step that ran."""
        if self._running is not None:
            self.owed = self._after(self._running, seconds)
            self._last[self._running == "urgent"] = seconds
        self._running = None

    def _after(self, whose: Whose, seconds: float) -> float:
        """Return what is owed after a step. When urgent ones come, they are owed for the last step before at most."""
        if whose == "urgent":
            return self.owed + self.share * seconds
        return (max(self.owed, 0.0) if whose == "others" else self.owed) - (1 - self.share) * seconds
