"""Which requests begin next, and what each of them shares with others; the loop asks before it packs a step.

    waiting ──lot──▶ prefixes found or computed ──▶ rows, a request's candidates together ──▶ sources to copy from

Requests begin in lots: a step with a few new prompts costs about as much as one with many. Those that may write longest
come first, so that no long one is left to be written alone at the end, but only among those that came in the same turn:
once as many rows have begun as there are, a turn is over, and nobody who comes later goes before those who wait. Urgent
requests begin before all others, each as soon as there is a row, in the order in which they came. `sharing` says who
shares what.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from aigc.engine.cache import Prefix, Prefixes
from aigc.engine.rows import BatchRow, EncodedRequest
from aigc.engine.sharing import SHORTEST, even_out, plan_copies, plan_prefixes

Compute: TypeAlias = Callable[[EncodedRequest, Sequence[int]], Prefix]  # of the first tokens, named by their key
Place: TypeAlias = tuple[Prefix | None, int]  # where a request's first tokens are read, and how many


class Admission:
    """These are the requests that wait, and the rules by which they become rows."""

    def __init__(self, prefixes: Prefixes, *, slot_tokens: int, in_place: bool) -> None:
        """Begin with nobody waiting. `in_place` says whether rows may read a prefix where it lies, beside other rows.

        `slot_tokens` bounds what all rows together may come to hold; one request is taken on whatever it needs.
        """
        self.urgent: deque[EncodedRequest] = deque()  # wait too
        self.waiting: deque[EncodedRequest] = deque()
        self._turn = 0
        self._begun = 0  # rows in this turn
        self.prefixes = prefixes
        self.slot_tokens = slot_tokens
        self.in_place = in_place
        self.sharing = prefixes.budget > 0

    @property
    def everyone(self) -> list[EncodedRequest]:
        """All requests that wait."""
        return [*self.urgent, *self.waiting]

    def add(self, request: EncodedRequest) -> None:
        """Let a request wait."""
        request.turn = self._turn
        self._queue(request).append(request)

    def _queue(self, request: EncodedRequest) -> deque[EncodedRequest]:
        return self.urgent if request.urgent else self.waiting

    def drop(self, request_id: str) -> bool:
        """Forget what waits of a request, and say whether something did."""
        mine = [request for request in self.everyone if request.id == request_id]
        for request in mine:
            self._queue(request).remove(request)
        return bool(mine)

    def begin_urgent(self, rows: Sequence[BatchRow], most: int, compute: Compute) -> list[BatchRow]:
        """Begin urgent requests, as `begin` does others, but each at once, and of its candidates as many as can."""
        lot: list[tuple[EncodedRequest, list[int]]] = []
        free, room = most - len(rows), self._room(rows)
        while self.urgent and free > 0:
            room -= self._needed(self.urgent[0], free, room)
            if room < 0 and (lot or rows):
                break
            lot.append(self._take(self.urgent, free))
            free -= len(lot[-1][1])
        return self._begin_lot(lot, rows, compute)

    def begin(self, rows: Sequence[BatchRow], most: int, kept: int, compute: Compute) -> list[BatchRow]:
        """Begin a lot of the waiting requests where there is room beside `rows`, `most` rows in all.

        Of those `kept` are for urgent requests, and of the memory as large a share; while one waits, no other begins.
        Returns a row for each request, which the rows of its other candidates follow. Requests whose prefix cannot be
        computed wait on.
        """
        urgent = sum(row.urgent for row in rows)
        own = most - max(kept, urgent)
        free = own - (len(rows) - urgent)
        if self.urgent or free < 1 or (free < own and free < own // 8):
            return []
        self.waiting = deque(sorted(self.waiting, key=lambda one: (one.turn, -one.limit.bit_length())))
        room = self._room(rows) - self.slot_tokens * max(0, kept - urgent) // most
        begun = self._begin_lot(self._take_lot(rows, free, own, room), rows, compute)
        self._begun += sum(1 + len(first.followers) for first in begun)
        if self._begun >= own:
            self._turn, self._begun = self._turn + 1, 0
        return begun

    def _begin_lot(
        self, lot: Sequence[tuple[EncodedRequest, list[int]]], rows: Sequence[BatchRow], compute: Compute
    ) -> list[BatchRow]:
        """Begin a lot that was taken; where that fails it waits on."""
        try:
            placed = self._place([request for request, _ in lot], compute, alone=not rows)
        except BaseException:  # out of memory, say: nobody gets lost
            for request, taken in reversed(lot):
                queue = self._queue(request)
                if request.left:
                    queue.remove(request)
                request.left = taken + request.left
                queue.appendleft(request)
            raise
        return [self._begin(*one, *place) for one, place in zip(lot, placed, strict=True)]

    def _room(self, rows: Sequence[BatchRow]) -> int:
        """Count the tokens that there is memory for beside `rows`."""
        shared = {row.prefix: len(row.prefix.ids) for row in rows if row.prefix is not None}
        return self.slot_tokens - sum(row.needed for row in rows) - sum(shared.values())

    def _take_lot(
        self, rows: Sequence[BatchRow], free: int, most: int, room: int
    ) -> list[tuple[EncodedRequest, list[int]]]:
        """Take requests, with the candidates of each that begin now; of one with more than `most`, some wait on."""
        lot: list[tuple[EncodedRequest, list[int]]] = []
        while self.waiting and free >= min(len(self.waiting[0].left), most):
            room -= self._needed(self.waiting[0], most, room)
            if room < 0 and (lot or rows):
                break
            lot.append(self._take(self.waiting, most))
            free -= len(lot[-1][1])
        return lot

    def _needed(self, request: EncodedRequest, most: int, room: int) -> int:
        """Count the tokens that so many of a request's candidates may come to hold; what others have, only at need."""
        many, needed = len(request.left[:most]), len(request.ids) + request.limit
        return many * (needed if room >= many * needed else needed - self._shared_by(request))

    def _take(self, queue: deque[EncodedRequest], most: int) -> tuple[EncodedRequest, list[int]]:
        """Take the first request of a queue with so many candidates; where it has more, it waits on."""
        request = queue.popleft()
        taken, request.left = request.left[:most], request.left[most:]
        if request.left:
            queue.appendleft(request)
        return request, taken

    def _shared_by(self, request: EncodedRequest) -> int:
        """Count the first tokens of a request that some kept prefix has already."""
        return self.prefixes.longest(request.key[:-1])[1] if self.sharing and self.in_place else 0

    def _place(self, lot: Sequence[EncodedRequest], compute: Compute, *, alone: bool) -> list[Place]:
        """Find or compute a prefix for each request of a lot, and say how much of it the request reads."""
        if not self.sharing or not self.in_place or not lot:
            return [(None, 0)] * len(lot)
        prompts = [request.key for request in lot]
        found = [self.prefixes.longest(ids[:-1]) for ids in prompts]
        lengths = plan_prefixes(prompts, [length for _, length in found])
        if len(prompts) == 1 and alone and found[0][1] < len(prompts[0]) // 2:
            lengths = [len(prompts[0]) - 1]  # a lone request leaves its prompt behind for those that follow
        new: dict[tuple[int, ...], Prefix] = {}
        for request, ids, length in zip(lot, prompts, lengths, strict=True):
            key = tuple(ids[:length])
            if length >= SHORTEST and key not in new:
                new[key] = compute(request, key)
        placed: list[Place] = [(None, 0)] * len(prompts)
        for place, (ids, length) in enumerate(zip(prompts, lengths, strict=True)):
            if length >= SHORTEST:
                placed[place] = (new[tuple(ids[:length])], length)
        for prefix in self.prefixes.kept:
            places = [p for p, (other, _) in enumerate(found) if other is prefix and lengths[p] < SHORTEST]
            for place, length in zip(places, even_out([found[place][1] for place in places]), strict=True):
                placed[place] = (prefix, length) if length else (None, 0)
        return placed

    def _begin(self, request: EncodedRequest, indexes: Sequence[int], prefix: Prefix | None, base: int) -> BatchRow:
        """Make a row for each candidate; all but the first follow it, and copy its slot once its prompt is in."""
        rows: list[BatchRow] = []
        for index in indexes:
            row = BatchRow(
                request=request,
                index=index,
                ending=request.ending(index),
                constraint=request.constraint.copy() if request.constraint else None,
                pending=request.ids[base:] if not rows else [],
                prefix=prefix,
                base=base,
            )
            row.write_forced()
            if prefix is not None:
                self.prefixes.hold(prefix)
            rows.append(row)
        # All candidates begin with the same forced tokens, so the leader's slot has them for everyone.
        for follower in rows[1:]:
            follower.pending.clear()
        rows[0].followers = rows[1:]
        return rows[0]

    def find_sources(self, begun: Sequence[BatchRow], new: Sequence[BatchRow]) -> dict[BatchRow, BatchRow]:
        """Return whose tokens each new row copies, and set how many: of a row that reads the same prefix equally far.

        `begun` are rows with a slot. An urgent row waits for nobody: it copies what is there.
        """
        sources: dict[BatchRow, BatchRow] = {}
        if not self.sharing:
            return sources
        there = [row for row in begun if row.read]
        for row in new:
            if row.urgent:
                old = [one for one in there if (one.prefix, one.base) == (row.prefix, row.base)]
                ((place, length),) = plan_copies([*(one.own for one in old), row.own], len(old))
                if length:
                    sources[row], row.copied = old[place], length
        new = [row for row in new if not row.urgent]
        for group in {(row.prefix, row.base) for row in new}:
            old = [row for row in begun if (row.prefix, row.base) == group]
            ours = [row for row in new if (row.prefix, row.base) == group]
            rows = [*old, *ours]
            for row, (place, length) in zip(ours, plan_copies([row.own for row in rows], len(old)), strict=True):
                if length:
                    sources[row], row.copied = rows[place], length
        return sources
