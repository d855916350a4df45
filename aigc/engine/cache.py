"""This is where keys and values live: slots for rows and prefixes shared by rows.

A Bank is one tensor pair of (layers, lanes, kv_heads, capacity, head_dim). A row owns one lane of a bank, its slot; a
prefix is a bank of one lane that many rows read. Banks come in a few capacities; a row that outgrows its slot moves to
the next larger one. Nothing here knows what the numbers mean, or in what order a block of tokens keeps them.
"""

from __future__ import annotations

import heapq
import math
import mmap
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import torch

from aigc.engine.memory import slot_capacity

FEWEST_LANES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheShape:
    """This is what one token costs to keep."""

    layers: int
    kv_heads: int
    head_dim: int
    dtype: torch.dtype
    device: torch.device
    blank: bool = True  # whether memory must hold zeros where nothing was written yet
    block: int = 1  # tokens that are kept together, and copied together

    @property
    def token_bytes(self) -> int:
        """Count the bytes of one token's keys and values over all layers."""
        return 2 * self.layers * self.kv_heads * self.head_dim * self.dtype.itemsize

    def whole(self, tokens: int) -> int:
        """Round a number of tokens up to whole blocks, which are kept together."""
        return -(-tokens // self.block) * self.block


class Bank:
    """This holds keys and values of `lanes` sequences of up to `capacity` tokens."""

    def __init__(self, shape: CacheShape, lanes: int, capacity: int) -> None:
        self.shape = shape
        self.capacity = shape.whole(capacity)
        self.keys = self._make(lanes)
        self.values = self._make(lanes)
        self.free: list[int] = list(range(lanes))

    def _make(self, lanes: int) -> torch.Tensor:
        """Return memory for so many lanes, of which the system gives what is really written to: in pages, so a block of
        tokens begins with one."""
        shape = self.shape
        size = (shape.layers, lanes, shape.kv_heads, self.capacity, shape.head_dim)
        if shape.blank:  # where masked lanes are multiplied nevertheless, they are zeros: 0 · NaN would be NaN
            return torch.zeros(size, dtype=shape.dtype, device=shape.device)
        return _pages(math.prod(size), shape.dtype).view(size)

    def _doubled(self, lanes: torch.Tensor) -> torch.Tensor:
        """Return a copy with twice the lanes. Keys come first, then values, so that only one of them is there twice."""
        count = lanes.shape[1]
        larger = self._make(2 * count)
        larger[:, :count] = lanes
        return larger

    @property
    def lanes(self) -> int:
        return self.keys.shape[1]

    def copy(self, source: Bank, tokens: int) -> None:
        """Copy the first tokens of another bank's first lane to this one's."""
        tokens = self.shape.whole(tokens)
        self.keys[:, 0, :, :tokens] = source.keys[:, 0, :, :tokens]
        self.values[:, 0, :, :tokens] = source.values[:, 0, :, :tokens]

    def take(self) -> int:
        """Take the lowest free lane, so that lanes in use stay close together; double the bank when it is full."""
        if not self.free:
            lanes = self.lanes
            self.keys = self._doubled(self.keys)
            self.values = self._doubled(self.values)
            self.free = list(range(lanes, 2 * lanes))
        return heapq.heappop(self.free)

    def release(self, lane: int) -> None:
        heapq.heappush(self.free, lane)


def _pages(numbers: int, dtype: torch.dtype) -> torch.Tensor:
    """Return memory that the system has back as soon as nobody has it: of an allocator it would stay in pieces, and
    addresses run out under `ulimit -v`. Pages are small: of huge ones a few short texts would have a whole bank.

    Raises MemoryError where there is none.
    """
    if not hasattr(mmap, "MAP_ANONYMOUS"):  # Windows
        return torch.empty(numbers, dtype=dtype)
    try:
        pages = mmap.mmap(-1, numbers * dtype.itemsize, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"no {numbers * dtype.itemsize} bytes for keys and values") from error
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        with suppress(OSError):  # of no harm where it fails
            pages.madvise(mmap.MADV_NOHUGEPAGE)
    return torch.frombuffer(pages, dtype=dtype)


@dataclass(frozen=True, slots=True)
class Slot:
    """This is one lane of one bank, owned by one row."""

    bank: Bank
    lane: int


class Slots:
    """This hands out slots by size."""

    def __init__(self, shape: CacheShape, tokens: int) -> None:
        """Begin without a bank. `tokens` is what all rows together may come to hold, roughly."""
        self.shape = shape
        self.tokens = tokens
        self.banks: dict[int, Bank] = {}
        self.rows = 0  # that there are: how many slots may soon be wanted

    def take(self, tokens: int, limit: int) -> Slot:
        """Take a slot for `tokens` now and, with some headroom, up to `limit` in the end."""
        capacity = slot_capacity(tokens, limit)
        bank = self.banks.get(capacity)
        if bank is None:
            most = max(self.tokens // capacity, 1)
            many = 0 if self.shape.blank else min(self.rows, most)  # unused, they cost nothing
            lanes = max(min(FEWEST_LANES, most), many)
            bank = self.banks[capacity] = Bank(self.shape, lanes, capacity)
        return Slot(bank, bank.take())

    def copy(self, source: Slot, target: Slot, tokens: int) -> None:
        """Copy the first `tokens` of `source` to `target`."""
        tokens = self.shape.whole(tokens)
        target.bank.keys[:, target.lane, :, :tokens] = source.bank.keys[:, source.lane, :, :tokens]
        target.bank.values[:, target.lane, :, :tokens] = source.bank.values[:, source.lane, :, :tokens]

    def release(self, slot: Slot) -> None:
        """Free the slot, and the memory of a bank nobody uses any more."""
        slot.bank.release(slot.lane)
        if len(slot.bank.free) == slot.bank.lanes:
            del self.banks[slot.bank.capacity]

    def check_integrity(self, held: Sequence[Slot]) -> None:
        """Assert that exactly the `held` slots are taken, each once."""
        taken = sorted((capacity, lane) for capacity, bank in self.banks.items() for lane in _taken(bank))
        assert taken == sorted((slot.bank.capacity, slot.lane) for slot in held), "slots taken and slots held differ"
        assert all(self.banks.get(slot.bank.capacity) is slot.bank for slot in held), "a held slot's bank is gone"


def _taken(bank: Bank) -> set[int]:
    free = set(bank.free)
    assert len(free) == len(bank.free), "a slot was released twice"
    return set(range(bank.lanes)) - free


class Prefix:
    """This is the computed start of many prompts. Rows may read any first part of it."""

    def __init__(self, shape: CacheShape, ids: Sequence[int]) -> None:
        self.ids = tuple(ids)
        self.bank = Bank(shape, 1, len(self.ids))
        self.users = 0
        self.used_at = 0


class Prefixes:
    """This keeps the prefixes used last, at most `budget` tokens of them besides those in use."""

    def __init__(self, shape: CacheShape, budget: int) -> None:
        self.shape = shape
        self.budget = budget
        self.kept: list[Prefix] = []
        self._clock = 0

    def longest(self, ids: Sequence[int]) -> tuple[Prefix | None, int]:
        """Find the kept prefix that shares most first tokens with `ids`, and how many those are."""
        best: tuple[Prefix | None, int] = (None, 0)
        for prefix in self.kept:
            common = shared_length(prefix.ids, ids)
            if common > best[1]:
                best = (prefix, common)
        return best

    def add(self, ids: Sequence[int]) -> Prefix:
        """Keep a new prefix, whose keys and values the caller computes next."""
        prefix = Prefix(self.shape, ids)
        self.kept.append(prefix)
        return prefix

    def hold(self, prefix: Prefix) -> None:
        """Note that a row reads `prefix`."""
        self._clock += 1
        prefix.users += 1
        prefix.used_at = self._clock

    def release(self, prefix: Prefix) -> None:
        """Note that a row no longer reads `prefix`; the longest unused go when there are too many."""
        prefix.users -= 1
        self.evict(self.budget)

    def evict(self, budget: int) -> None:
        """Drop unused prefixes, the longest unused first, until the rest fit the budget."""
        tokens = sum(len(prefix.ids) for prefix in self.kept)
        for prefix in sorted(self.kept, key=lambda prefix: prefix.used_at):
            if tokens <= budget:
                return
            if not prefix.users:
                self.kept.remove(prefix)
                tokens -= len(prefix.ids)

    def check_integrity(self, held: Sequence[Prefix]) -> None:
        """Assert that every prefix counts its readers rightly."""
        for prefix in self.kept:
            assert prefix.users == sum(other is prefix for other in held), "a prefix miscounts its readers"
        assert all(any(other is prefix for other in self.kept) for prefix in held), "a prefix in use was dropped"
        unused = sum(len(prefix.ids) for prefix in self.kept if not prefix.users)
        assert unused <= self.budget, "unused prefixes exceed their budget"


def shared_length(first: Sequence[int], second: Sequence[int]) -> int:
    """Count the tokens two prompts share from the start."""
    bound = min(len(first), len(second))
    low, high = 0, bound  # bisect on slices: comparing slices runs in C
    while low < high:
        middle = (low + high + 1) // 2
        if tuple(first[low:middle]) == tuple(second[low:middle]):
            low = middle
        else:
            high = middle - 1
    return low
