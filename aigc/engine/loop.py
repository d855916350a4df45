"""This is the token loop: admit, feed, sample, retire. It knows token ids only.

    submit → waiting ──admit──▶ rows: prompt's own part, forced tokens or one sampled token per step ──▶ finished

A row always has tokens *pending*: written or prompted, but not yet in its slot. A step feeds them, for all rows in one
forward, and samples a token for each row that has none left. What a prompt shares with another row's, beyond their
prefix, is fed once: the row waits until the other has it and copies it. Candidates of one request start as one row;
when its prompt is in, the others copy its slot and sample from the same logits.

Where the device works on its own, a step looks ahead: its tokens are chosen, the next forward is enqueued with them as
they lie on the device, and only then does the host read them, and see to texts, ends and grammars:

    device   forward n │ choose n │ forward n+1 ────────────────────────│ choose n+1 │
    host         enqueue both ───┘  read n, take, retire, callers │ masks, enqueue …

What has ended with token n, or has been given more than it by a grammar, has no use for its logits of n+1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

import torch

from aigc.engine.cache import Prefix, Prefixes, Slot, Slots
from aigc.engine.device import sent
from aigc.engine.grammar import Matcher
from aigc.engine.network import Runner, Span
from aigc.engine.plan import SHORTEST, even_out, plan_copies, plan_prefixes
from aigc.engine.rows import Flight, Row, Work
from aigc.engine.sampler import Bans, Choice, Draw, choose, choose_apart
from aigc.types import TokenLogprob

STEP_TOKENS = 1024  # most tokens fed by one step; longer prompts take several


class Loop:
    """This writes many texts at once."""

    def __init__(
        self,
        runner: Runner,
        bias: Callable[[Sequence[Matcher]], Callable[[], torch.Tensor]],
        *,
        vocab: int,
        rows: int,
        slot_tokens: int,
        prefix_budget: int,
        apart: bool = False,
    ) -> None:
        """`slot_tokens` bounds what all rows together may come to hold; one request is taken on whatever it needs.

        `apart` has every row sampled alone.
        """
        self.runner = runner
        self.bias = bias
        self.vocab = vocab
        self.most = rows
        self.slot_tokens = slot_tokens
        self.sharing = prefix_budget > 0
        self.apart = apart
        self.waiting: deque[Work] = deque()
        self.resting: deque[Row] = deque()  # begun, and set back when memory ran out
        self.rows: list[Row] = []  # in slots, or followers about to be
        self.sources: dict[Row, Row] = {}  # whose slot has, or soon will have, a new row's first tokens
        self.flight: Flight | None = None  # the next step's forward, where the last step has looked ahead
        self.slots = Slots(runner.shape, slot_tokens)
        self.prefixes = Prefixes(runner.shape, prefix_budget)

    def submit(self, work: Work) -> None:
        self.waiting.append(work)

    def step(self) -> list[Row]:
        """This advances every row by what is pending and at most one sampled token; it gives the finished rows."""
        flight, self.flight = self.flight or self._launch(), None
        if flight is not None:
            rows, logits = self._with_followers(flight)
            if rows:
                self._take(rows, self._sample(rows, logits, flight.bias or self._fill(rows)))
        return self._retire()

    def _launch(self, unread: Mapping[Row, list[int]] = {}, chosen: torch.Tensor | None = None) -> Flight | None:
        """This begins what may begin, and enqueues a forward of all that is pending or, as yet, `unread`."""
        self._admit()
        self.slots.rows = len(self.rows)
        self._copy()
        fed, spans, keep, ready = self._gather(unread)
        if not spans:
            return None
        # Filled while the model runs; matchers that have not heard of the tokens before are asked later.
        bias = self._fill([one for row in ready for one in (row, *row.followers)]) if chosen is None else None
        try:
            logits = self.runner.forward(spans, keep, *([] if chosen is None else [chosen]))
        except BaseException:
            if bias:
                bias()  # nobody may look at a matcher whose mask is being filled
            raise
        for row, count in fed:
            if row not in unread:
                row.feed(count)
        self._copy()
        return Flight(ready, logits, bias, [row for row, _ in fed if row in unread])

    def cancel(self, request: str) -> list[Row] | None:
        """This drops a request and gives its unfinished rows; None where it is not here."""
        mine = [row for row in (*self.rows, *self.resting) if row.work.id == request]
        waiting = [work for work in self.waiting if work.id == request]
        if not mine and not waiting:
            return None
        for work in waiting:
            self.waiting.remove(work)
        for row in mine:
            row.finish = "cancelled"
        self._retire()
        return mine

    def back_off(self) -> list[Row]:
        """This goes on with half as many rows after memory ran out, whatever the step had done by then.

        All keys and values but those of prefixes in use are forgotten. A row that is too much alone ends, in error.
        """
        done = self._retire()  # a step that looked ahead has taken its tokens
        if len(self.rows) == 1 and not done:
            self.rows[0].finish = "error"
        elif not self.rows and self.most == 1 and not done:
            self.sharing = False  # not even a prefix fits
        self.most = max(1, min(self.most, len(self.rows)) // 2)
        self.slots = Slots(self.runner.shape, self.slot_tokens)
        self.sources.clear()
        self.prefixes.evict(0)
        for row in self.rows:
            row.start_over()
        self.resting.extendleft(reversed(self.rows[self.most :]))
        del self.rows[self.most :]
        return done + self._retire()

    def _admit(self) -> None:
        """This begins waiting requests, in lumps: a step with a few new prompts costs about as much as with many.

        Those that may write longest come first, so that no long one is left to be written alone at the end.
        """
        while self.resting and len(self.rows) < self.most:
            self.rows.append(self.resting.popleft())
        free = self.most - len(self.rows)
        if not self.waiting or self.resting or (self.rows and free < max(1, self.most // 8)):
            return
        self.waiting = deque(sorted(self.waiting, key=lambda work: -work.limit.bit_length()))
        lot: list[tuple[Work, list[int]]] = []
        room = self.slot_tokens - sum(row.needed for row in self.rows)
        while self.waiting and free >= min(len(self.waiting[0].left), self.most):
            work = self.waiting[0]
            taken = work.left[: self.most]
            room -= len(taken) * (len(work.ids) + work.limit)
            if room < 0 and (lot or self.rows):
                break
            self.waiting.popleft()
            work.left = work.left[self.most :]
            if work.left:
                self.waiting.appendleft(work)
            lot.append((work, taken))
            free -= len(taken)
        try:
            placed = self._place([work for work, _ in lot])
        except BaseException:  # out of memory, say: nobody gets lost
            for work, taken in reversed(lot):
                if work.left:
                    self.waiting.remove(work)
                work.left = taken + work.left
                self.waiting.appendleft(work)
            raise
        begun = [row for row in self.rows if row.slot is not None]
        new = [self._begin(*one, *place) for one, place in zip(lot, placed, strict=True)]
        self._find_sources(begun, new)

    def _find_sources(self, begun: Sequence[Row], new: Sequence[Row]) -> None:
        """This says whose tokens each new row copies, among rows that read the same prefix equally far."""
        if not self.sharing:
            return
        for group in {(row.prefix, row.base) for row in new}:
            old = [row for row in begun if (row.prefix, row.base) == group]
            ours = [row for row in new if (row.prefix, row.base) == group]
            rows = [*old, *ours]
            for row, (place, length) in zip(ours, plan_copies([row.own for row in rows], len(old)), strict=True):
                if length:
                    self.sources[row], row.copied = rows[place], length

    def _copy(self) -> None:
        """This gives waiting rows what their sources have by now."""
        for row, source in list(self.sources.items()):
            if source.slot is None or source.length < row.copied:
                continue
            row.slot = self.slots.take(len(row.pending), row.needed)
            self.slots.copy(source.slot, row.slot, row.copied)
            row.length = row.copied
            del row.pending[: row.copied]
            del self.sources[row]

    def _begin(self, work: Work, indexes: Sequence[int], prefix: Prefix | None, base: int) -> Row:
        rows: list[Row] = []
        for index in indexes:
            row = Row(
                work=work,
                index=index,
                ending=work.ending(index),
                constraint=work.constraint.copy() if work.constraint else None,
                pending=work.ids[base:] if not rows else [],
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
        self.rows.extend(rows)
        return rows[0]

    def _place(self, lot: Sequence[Work]) -> list[tuple[Prefix | None, int]]:
        """This finds or computes a prefix for each request of a lot."""
        if not self.sharing or not self.runner.in_place or not lot:
            return [(None, 0)] * len(lot)
        prompts = [work.key for work in lot]
        found = [self.prefixes.longest(ids[:-1]) for ids in prompts]
        lengths = plan_prefixes(prompts, [length for _, length in found])
        if len(prompts) == 1 and not self.rows and found[0][1] < len(prompts[0]) // 2:
            lengths = [len(prompts[0]) - 1]  # a lone request leaves its prompt behind for those that follow
        new: dict[tuple[int, ...], Prefix] = {}
        for work, ids, length in zip(lot, prompts, lengths, strict=True):
            key = tuple(ids[:length])
            if length >= SHORTEST and key not in new:
                new[key] = self._compute_prefix(work, key)
        placed: list[tuple[Prefix | None, int]] = [(None, 0)] * len(prompts)
        for place, (ids, length) in enumerate(zip(prompts, lengths, strict=True)):
            if length >= SHORTEST:
                placed[place] = (new[tuple(ids[:length])], length)
        for prefix in self.prefixes.kept:
            places = [p for p, (other, _) in enumerate(found) if other is prefix and lengths[p] < SHORTEST]
            for place, length in zip(places, even_out([found[place][1] for place in places]), strict=True):
                placed[place] = (prefix, length) if length else (None, 0)
        return placed

    def _compute_prefix(self, work: Work, key: Sequence[int]) -> Prefix:
        """This computes the first tokens of a request, for all whose keys begin like this."""
        known, common = self.prefixes.longest(key)
        prefix = self.prefixes.add(key)
        ids = work.ids[: len(key)]
        try:
            if known is not None:
                self.slots.copy(Slot(known.bank, 0), Slot(prefix.bank, 0), common)
            for start in range(common, len(ids), STEP_TOKENS):
                part = ids[start : start + STEP_TOKENS]
                self.runner.forward([Span(prefix.bank, 0, start, part, adapter=work.adapter)], [])
        except BaseException:
            self.prefixes.kept.remove(prefix)  # nobody may read what is not there
            raise
        return prefix

    def _gather(
        self, unread: Mapping[Row, list[int]]
    ) -> tuple[list[tuple[Row, int]], list[Span], list[int], list[Row]]:
        """This packs a step: what each row is fed, the spans, whose packed places need logits, and for which rows."""
        order = sorted(
            (
                row
                for row in self.rows
                if (row.pending or row in unread) and row.finish is None and row not in self.sources
            ),
            key=lambda row: (row.work.adapter, id(row.prefix), row.base),
        )
        room = max(STEP_TOKENS, len(order))
        fed: list[tuple[Row, int]] = []
        spans: list[Span] = []
        keep: list[int] = []
        ready: list[Row] = []
        packed = 0
        for row in order:
            pending = row.pending or unread[row]
            count = min(len(pending), room)
            if not count:
                continue
            self._make_room(row, count)
            assert row.slot is not None
            part, slot = pending[:count], row.slot
            spans.append(Span(slot.bank, slot.lane, row.length, part, row.prefix, row.base, row.work.adapter))
            fed.append((row, count))
            room -= count
            packed += count
            if count == len(pending):
                keep.append(packed - 1)
                ready.append(row)
        return fed, spans, keep, ready

    def _make_room(self, row: Row, count: int) -> None:
        if row.slot is None:
            row.slot = self.slots.take(max(count, len(row.pending)), row.needed)
        elif row.length + count > row.slot.bank.capacity:
            larger = self.slots.take(row.length + count, row.needed)
            self.slots.copy(row.slot, larger, row.length)
            self.slots.release(row.slot)
            row.slot = larger

    def _with_followers(self, flight: Flight) -> tuple[list[Row], torch.Tensor]:
        """This lets followers copy the slot of a row whose prompt is in; it gives all rows to sample, with logits."""
        rows: list[Row] = []
        places: list[int] = []
        for place in flight.places:
            row = flight.rows[place]
            for follower in row.followers:
                assert row.slot is not None
                follower.slot = self.slots.take(row.length, row.needed)
                self.slots.copy(row.slot, follower.slot, row.length)
                follower.length = row.length
            group = [row, *row.followers]
            rows += group
            places += [place] * len(group)
            row.followers = []
        logits = flight.logits
        if places != list(range(len(logits))):
            logits = logits[sent(torch.tensor(places, dtype=torch.long), logits.device)]
        return rows, logits

    def _fill(self, rows: Sequence[Row]) -> Callable[[], torch.Tensor] | None:
        """This starts to fill the masks of rows that have a grammar."""
        bound = [row.constraint for row in rows if row.constraint is not None]
        return self.bias(bound) if bound else None

    def _sample(self, rows: Sequence[Row], logits: torch.Tensor, bias: Callable[[], torch.Tensor] | None) -> Choice:
        draws = [Draw(row.work.params, row.stream, len(row.written), row.work.ids, row.written) for row in rows]
        bound = [place for place, row in enumerate(rows) if row.constraint is not None]
        bans = Bans(bound, bias()) if bias else None
        return (choose_apart if self.apart else choose)(logits, draws, bans, self.vocab)

    def _take(self, rows: Sequence[Row], choice: Choice) -> None:
        """This looks ahead where that pays, and gives rows their tokens. Those that end with them are not fed again."""
        try:
            if self.runner.asynchronous:
                places = [place for place, row in enumerate(rows) if len(row.written) + 1 < row.work.limit]
                self.flight = self._launch({rows[place]: [-1 - place] for place in places}, choice.tokens)
        finally:  # whatever went wrong, out of memory, say: what was chosen counts
            picks = choice.read()
            fed = {*self.flight.unread} if self.flight else set()
            for row, token, logprob, top in zip(rows, picks.tokens, picks.logprobs, picks.top, strict=True):
                length = row.length
                row.take(TokenLogprob(token=token, logprob=logprob, top=top))
                if row in fed and (row.length, row.pending[:1]) == (length, [token]):  # not taken back
                    row.feed(1)

    def _retire(self) -> list[Row]:
        done = [row for row in (*self.rows, *self.resting) if row.finish is not None]
        for row in done:
            if row.slot is not None:
                self.slots.release(row.slot)
            if row.prefix is not None:
                self.prefixes.release(row.prefix)
            for follower in row.followers:
                assert follower.finish is not None, "a follower outlived its leader"
        self.rows = [row for row in self.rows if row.finish is None]
        self.resting = deque(row for row in self.resting if row.finish is None)
        for row, source in list(self.sources.items()):
            if row.finish is not None or source.finish is not None:  # cancelled, either of them
                del self.sources[row]
                row.copied = 0
        if self.flight is not None and not self.flight.places:
            self.flight = None
        return done

    def check_integrity(self) -> None:
        """This asserts what must hold between steps."""
        self.slots.check_integrity([row.slot for row in self.rows if row.slot is not None])
        held = [row.prefix for row in (*self.rows, *self.resting) if row.prefix is not None]
        self.prefixes.check_integrity(held)
        assert len(self.rows) <= self.most, "more rows than allowed"
        assert all(row.slot is None and row.finish is None for row in self.resting), "a resting row is not at rest"
        assert {*self.sources, *self.sources.values()} <= {*self.rows}, "a row waits for one that is gone"
        led = [follower for row in self.rows for follower in row.followers]
        coming = [self.flight.rows[place] for place in self.flight.places] if self.flight else []
        assert coming or self.flight is None, "a forward is kept for nobody"
        assert {*coming} <= {*self.rows}, "logits are on their way for a row that is gone"
        for row in self.rows:
            assert row.finish is None
            assert (row.slot is None) == (row.length == 0 and (not row.pending or row.length == 0))
            whole = len(row.work.ids) + len(row.written)
            if row in led:
                continue
            assert row.base + row.length + len(row.pending) == whole, "a row lost or repeated a token"
            assert row.pending or row in coming, "a row has nothing to do"
            assert row.slot is None or row.length <= row.slot.bank.capacity, "a row outgrew its slot"
