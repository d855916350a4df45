"""This is the token loop: admit, feed, sample, retire. It knows token ids only.

    submit → waiting ──admit──▶ rows: prompt's own part, forced tokens or one sampled token per step ──▶ finished

What the loop has others do for it:

    rows       a `BatchRow` is one text on its way; its `pending` tokens are not in its slot yet, prompted or written
    cache      keys and values lie in slots, one a row, and in prefixes, which many rows read where they lie
    admission  which waiting requests begin, with which prefix (`sharing` says what prompts have in common)
    network    `forward` takes spans, a row's next tokens and its slot, writes keys and values, and returns logits
    sampler    `choose` takes logits and gives each row its next token

A step feeds what is pending, for all rows in one forward, and samples a token for each row that has none left. What a
prompt shares with another row's, beyond their prefix, is fed once: the row waits until the other has it and copies it.
Candidates of one request start as one row; when its prompt is in, the others copy its slot and share its logits.

Where the device works on its own, a step looks ahead: its tokens are chosen, the next forward is enqueued with them as
they lie on the device, and only then does the host read them, and see to texts, ends and grammars:

    device   forward n │ choose n │ forward n+1 ────────────────────────│ choose n+1 │
    host         enqueue both ───┘  read n, take, retire, callers │ masks, enqueue …

What has ended with token n, or has been given more than it by a grammar, has no use for its logits of n+1.

While urgent texts are written beside others, some steps are theirs alone (`batch_share`); other rows are as they were.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import torch

from aigc.engine.admission import Admission
from aigc.engine.batch_share import BatchShare, Whose
from aigc.engine.cache import Prefix, Prefixes, Slot, Slots
from aigc.engine.cpu.kernels import Kernels
from aigc.engine.device import sent
from aigc.engine.masks import Matcher
from aigc.engine.memory import STEP_TOKENS
from aigc.engine.network import ModelRunner, Span
from aigc.engine.rows import BatchRow, EncodedRequest, Flight
from aigc.engine.sampler import Bans, Choice, Draw, choose, choose_apart
from aigc.engine.threads import torch_threads
from aigc.types import TokenLogprob

KEPT = 8  # rows, for urgent requests, or a quarter of fewer than four times as many


class Loop:
    """This writes many texts at once."""

    def __init__(
        self,
        runner: ModelRunner,
        bias: Callable[[Sequence[Matcher]], Callable[[], torch.Tensor]],
        *,
        vocab: int,
        rows: int,
        slot_tokens: int,
        prefix_budget: int,
        native: Kernels | None = None,
        apart: bool = False,
        interactive: bool = False,
        batch_share: float = 1.0,
    ) -> None:
        """Begin with nothing to write. `rows` bounds how many rows there are, `slot_tokens` what all may come to hold.

        `bias` starts to fill the masks of grammars. `native` samples on a CPU. `apart` has every row sampled alone.
        `interactive` keeps rows for urgent requests, beside which all rows have `batch_share` of the time.
        """
        self.runner = runner
        self.bias = bias
        self.vocab = vocab
        self.most = rows
        self.threads = runner.torch_threads
        self.native = native
        self.apart = apart
        self.interactive = interactive
        self.batch_share = BatchShare(batch_share)
        self.rows: list[BatchRow] = []  # in slots, or followers about to be
        self.resting: deque[BatchRow] = deque()  # begun, and set back when memory ran out
        self.sources: dict[BatchRow, BatchRow] = {}  # whose slot has, or soon will have, a new row's first tokens
        self.flight: Flight | None = None  # the next step's forward, where the last step has looked ahead
        self.slots = Slots(runner.shape, slot_tokens)
        self.prefixes = Prefixes(runner.shape, prefix_budget)
        self.admission = Admission(self.prefixes, slot_tokens=slot_tokens, in_place=runner.in_place)

    def submit(self, request: EncodedRequest) -> None:
        """Let a request wait for a step to begin it."""
        self.admission.add(request)

    @property
    def kept(self) -> int:
        """Count the rows that are kept for urgent requests; of one row none can be."""
        return min(KEPT, max(self.most // 4, 1), self.most - 1) if self.interactive else 0

    def step(self) -> list[BatchRow]:
        """Advance every row by what is pending and at most one sampled token, and return the finished rows."""
        began = time.perf_counter()
        with torch_threads(self.threads):
            flight, self.flight = self.flight or self._launch(), None
            self.batch_share.begin(flight.whose if flight else None)
            if flight is not None:
                rows, logits = self._with_followers(flight)
                if rows:
                    self._take(rows, self._sample(rows, logits, flight.bias or self._fill(rows)))
        done = self._retire()
        self.batch_share.end(time.perf_counter() - began)
        return done

    def _launch(self, unread: Mapping[BatchRow, list[int]] = {}, chosen: torch.Tensor | None = None) -> Flight | None:
        """Begin what may begin, and enqueue a forward of all that is pending or, as yet, `unread`."""
        self._admit_urgent()
        apart = self.batch_share.urgent_next and self._urgent_can_go(unread)
        if not apart:
            self._admit()
            self.slots.rows = len(self.rows)
            self._copy()
        fed, spans, keep, ready = self._gather(unread, apart)
        if not spans:
            return None
        kinds = {row.urgent for row, _ in fed}
        whose: Whose | None = "urgent" if apart else "all" if len(kinds) == 2 else None if True in kinds else "others"
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
        return Flight(ready, logits, bias, [row for row, _ in fed if row in unread], whose)

    def _admit_urgent(self) -> None:
        """Begin urgent requests, before rows that rest, if none of these is urgent too: such rows are the first."""
        while self.resting and self.resting[0].urgent and len(self.rows) < self.most:
            self.rows.append(self.resting.popleft())
        if self.admission.urgent and not (self.resting and self.resting[0].urgent):
            self._begin(self.admission.begin_urgent(self.rows, self.most, self._compute_prefix))
            self.slots.rows = len(self.rows)
            self._copy()

    def _admit(self) -> None:
        """Go on with rows that rest, and begin waiting requests once none does."""
        while self.resting and len(self.rows) < self.most:
            self.rows.append(self.resting.popleft())
        if not self.resting and self.admission.waiting:
            self._begin(self.admission.begin(self.rows, self.most, self.kept, self._compute_prefix))

    def _begin(self, new: Sequence[BatchRow]) -> None:
        """Take in the first rows of requests, and those that follow them."""
        begun = [row for row in self.rows if row.slot is not None]
        self.rows += [row for first in new for row in (first, *first.followers)]
        self.sources |= self.admission.find_sources(begun, new)

    def _can_go(self, row: BatchRow, unread: Mapping[BatchRow, list[int]]) -> bool:
        """Say whether a row has something to be fed, and need not wait for another's."""
        return row.finish is None and row not in self.sources and bool(row.pending or row in unread)

    def _urgent_can_go(self, unread: Mapping[BatchRow, list[int]]) -> bool:
        """Say whether an urgent row could be fed now and another that is not urgent, too."""
        going = {row.urgent for row in self.rows if self._can_go(row, unread)}
        return len(going) == 2

    def _compute_prefix(self, request: EncodedRequest, key: Sequence[int]) -> Prefix:
        """Compute the first tokens of a request, for all whose keys begin with `key`."""
        known, common = self.prefixes.longest(key)
        prefix = self.prefixes.add(key)
        ids = request.ids[: len(key)]
        try:
            if known is not None:
                self.slots.copy(Slot(known.bank, 0), Slot(prefix.bank, 0), common)
            for start in range(common, len(ids), STEP_TOKENS):
                part = ids[start : start + STEP_TOKENS]
                self.runner.forward([Span(prefix.bank, 0, start, part, adapter=request.adapter)], [])
        except BaseException:
            self.prefixes.kept.remove(prefix)  # nobody may read what is not there
            raise
        return prefix

    def _copy(self) -> None:
        """Give waiting rows what their sources have by now."""
        for row, source in list(self.sources.items()):
            if source.slot is None or source.length < row.copied:
                continue
            row.slot = self.slots.take(len(row.pending), row.needed)
            self.slots.copy(source.slot, row.slot, row.copied)
            row.length = row.copied
            del row.pending[: row.copied]
            del self.sources[row]

    def _gather(
        self, unread: Mapping[BatchRow, list[int]], apart: bool
    ) -> tuple[list[tuple[BatchRow, int]], list[Span], list[int], list[BatchRow]]:
        """Pack a step: what each row is fed, the spans, whose packed places need logits, and for which rows.

        `apart` has none but urgent rows.
        """
        going = [row for row in self.rows if self._can_go(row, unread) and (row.urgent or not apart)]
        order = sorted(going, key=lambda row: (row.request.adapter, id(row.prefix), row.base))
        room = max(STEP_TOKENS, len(order))
        fed: list[tuple[BatchRow, int]] = []
        spans: list[Span] = []
        keep: list[int] = []
        ready: list[BatchRow] = []
        packed = 0
        for row in order:
            pending = row.pending or unread[row]
            count = min(len(pending), room)
            if not count:
                continue
            self._make_room(row, count)
            assert row.slot is not None
            part, slot = pending[:count], row.slot
            spans.append(Span(slot.bank, slot.lane, row.length, part, row.prefix, row.base, row.request.adapter))
            fed.append((row, count))
            room -= count
            packed += count
            if count == len(pending):
                keep.append(packed - 1)
                ready.append(row)
        return fed, spans, keep, ready

    def _make_room(self, row: BatchRow, count: int) -> None:
        """See that a row's slot can take `count` more tokens."""
        if row.slot is None:
            row.slot = self.slots.take(max(count, len(row.pending)), row.needed)
        elif row.length + count > row.slot.bank.capacity:
            larger = self.slots.take(row.length + count, row.needed)
            self.slots.copy(row.slot, larger, row.length)
            self.slots.release(row.slot)
            row.slot = larger

    def _with_followers(self, flight: Flight) -> tuple[list[BatchRow], torch.Tensor]:
        """Let followers copy the slot of a row whose prompt is in; return all rows to sample, with their logits."""
        rows: list[BatchRow] = []
        places: list[int] = []
        for place in flight.places:
            row = flight.rows[place]
            for follower in row.followers:
                assert row.slot is not None
                follower.slot = self.slots.take(row.length, row.needed)
                self.slots.copy(row.slot, follower.slot, row.length)
                follower.length = row.length
            rows += [row, *row.followers]
            places += [place] * (1 + len(row.followers))
            row.followers = []
        logits = flight.logits
        if places != list(range(len(logits))):
            logits = logits[sent(torch.tensor(places, dtype=torch.long), logits.device)]
        return rows, logits

    def _fill(self, rows: Sequence[BatchRow]) -> Callable[[], torch.Tensor] | None:
        """Start to fill the masks of rows that have a grammar."""
        bound = [row.constraint for row in rows if row.constraint is not None]
        return self.bias(bound) if bound else None

    def _sample(
        self, rows: Sequence[BatchRow], logits: torch.Tensor, bias: Callable[[], torch.Tensor] | None
    ) -> Choice:
        draws = [Draw(row.request.params, row.stream, len(row.written), row.request.ids, row.written) for row in rows]
        bound = [place for place, row in enumerate(rows) if row.constraint is not None]
        bans = Bans(bound, bias()) if bias else None
        return (choose_apart if self.apart else choose)(logits, draws, bans, self.vocab, self.native)

    def _take(self, rows: Sequence[BatchRow], choice: Choice) -> None:
        """Look ahead where that pays, and give rows their tokens. Those that end with them are not fed again."""
        try:
            if self.runner.asynchronous:
                places = [place for place, row in enumerate(rows) if len(row.written) + 1 < row.request.limit]
                self.flight = self._launch({rows[place]: [-1 - place] for place in places}, choice.tokens)
        finally:  # whatever went wrong, out of memory, say: what was chosen counts
            picks = choice.read()
            fed = {*self.flight.unread} if self.flight else set()
            for row, token, logprob, top in zip(rows, picks.tokens, picks.logprobs, picks.top, strict=True):
                length = row.length
                row.take(TokenLogprob(token=token, logprob=logprob, top=top))
                if row in fed and (row.length, row.pending[:1]) == (length, [token]):  # not taken back
                    row.feed(1)

    def _retire(self) -> list[BatchRow]:
        """Let go of the rows that have ended, and return them."""
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

    def cancel(self, request_id: str) -> list[BatchRow] | None:
        """Drop a request and return its unfinished rows; None where it is not here."""
        mine = [row for row in (*self.rows, *self.resting) if row.request.id == request_id]
        waits = self.admission.drop(request_id)
        if not mine and not waits:
            return None
        for row in mine:
            row.finish = "cancelled"
        self._retire()
        return mine

    def back_off(self) -> list[BatchRow]:
        """Go on with half as many rows after memory ran out, whatever the step had done by then; return the finished.

        All keys and values but those of prefixes in use are forgotten. A row that is too much alone ends, in error.
        """
        done = self._retire()  # a step that looked ahead has taken its tokens
        if len(self.rows) == 1 and not done:
            self.rows[0].finish = "error"
        elif not self.rows and self.most == 1 and not done:
            self.admission.sharing = False  # not even a prefix fits
        self.most = max(1, min(self.most, len(self.rows)) // 2)
        self.rows.sort(key=lambda row: not row.urgent)
        self.slots = Slots(self.slots.shape, self.slots.tokens)
        self.sources.clear()
        self.prefixes.evict(0)
        for row in self.rows:
            row.start_over()
        self.resting = deque(sorted([*self.rows[self.most :], *self.resting], key=lambda row: not row.urgent))
        del self.rows[self.most :]
        return done + self._retire()
