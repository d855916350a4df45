"""A generator that answers by what is asked alone, counts what it was asked, and misbehaves where a fault says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aigc.testing import ScriptedGenerator
from aigc.types import Completion, Delta, Request
from aigc.writing.line_log import request_digest

if TYPE_CHECKING:
    from .seams import Seams


def moody(request: Request, index: int) -> str:
    """This answers by what is asked alone; every fourth answer is too long at first."""
    draw = request.sampling.seed + index
    return f"Buy {draw % 991}" + " far too long for it" * (draw % 4 == 0)


class Diary(ScriptedGenerator):
    """This keeps what it was asked, by brief and by what was asked, and fails as its seams say."""

    def __init__(self, seams: Seams) -> None:
        super().__init__(moody, capacity=5, lump=2)
        self.seams = seams
        self.asked: list[tuple[str, str]] = []
        self._late: list[Completion | Delta] = []

    def submit(self, request: Request) -> None:
        assert request.about is not None
        self.asked.append((request.about.brief, request_digest(request)))
        self.seams.hit("generator")
        super().submit(request)

    def step(self) -> Sequence[Completion | Delta]:
        how = self.seams.hit("generator")
        events = [*super().step()]
        if how == "late":  # and out of order
            self._late, events = events, []
        elif self._late:
            events, self._late = [*events, *reversed(self._late)], []
        if how == "lost":
            self.seams.monotonic += 1000  # nobody waits so long
            return []
        if how == "twice":
            return [*events, *events]
        if how == "strange":
            return [Completion(request_id="nobody's", text="What?"), *reversed(events)]
        if how == "error" and events:
            return [failed(one) if one.request_id == events[0].request_id else one for one in events]
        return events


def failed(one: Completion | Delta) -> Completion:
    """Return an error in the place of an answer; were one of two candidates good, the piece would be made of that."""
    return Completion(request_id=one.request_id, index=one.index, text="", finish_reason="error", error="no")
