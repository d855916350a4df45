"""What a stream is shown while its text grows: the next characters, and the figures of the tokens behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aigc.engine.front import Front, Transcript
from aigc.engine.rows import BatchRow
from aigc.types import Delta, TokenLogprob


@dataclass(slots=True)
class _Stream:
    """This is one candidate's stream; of its scores so many have been told."""

    transcript: Transcript
    told: int = 0


class Streams:
    """These are the candidates whose texts somebody watches."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self._open: dict[tuple[str, int], _Stream] = {}

    def open(self, request: str, index: int, transcript: Transcript) -> None:
        """Watch a candidate from its beginning."""
        self._open[request, index] = _Stream(transcript)

    def drop(self, request: str, index: int) -> None:
        """Watch it no more; nothing where nobody did."""
        self._open.pop((request, index), None)

    def clear(self) -> None:
        """Watch nothing any more."""
        self._open.clear()

    def parts(self, rows: Iterable[BatchRow]) -> Iterator[Delta]:
        """Yield what has been written of rows that go on, as far as it stands."""
        for row in rows if self._open else ():
            stream = self._open.get((row.request.id, row.index))
            if stream is not None and (text := stream.transcript.delta(final=False)):
                yield self._delta(row, stream, text, _standing(row, stream.transcript))

    def rest(self, row: BatchRow) -> Delta | None:
        """Return what a finished row's stream was not shown yet, and watch it no more."""
        stream = self._open.pop((row.request.id, row.index), None)
        if stream is None:
            return None
        delta = self._delta(row, stream, stream.transcript.delta(final=True), len(row.scores))
        return delta if delta.text or delta.logprobs else None

    def _delta(self, row: BatchRow, stream: _Stream, text: str, scores: int) -> Delta:
        told: tuple[TokenLogprob, ...] = ()
        if row.request.params.logprobs:
            told = self.front.spelled(row.scores[stream.told : scores])
            stream.told = max(stream.told, scores)
        return Delta(request_id=row.request.id, index=row.index, text=text, logprobs=told)


def _standing(row: BatchRow, transcript: Transcript) -> int:
    """Count the scores that will not be taken back: only tokens after the last forced one may be, all of them
    sampled."""
    after = len(row.written) - max(row.free, min(transcript.standing, len(row.written)))
    return len(row.scores) - after
