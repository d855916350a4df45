"""A plugin's generator behind a boundary: whatever it raises, or gives in place of answers, is an EngineError that
names it, and one that answers nothing for too long is given up. What it does to the process is put back after each
call."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, get_args

from aigc.bounds.boundary import Boundary, Contained
from aigc.bounds.undisturbed import undisturbed_by
from aigc.errors import AigcError, EngineError, PluginError, describe
from aigc.types import Completion, Delta, FinishReason, Generator, Request, Usage

CLOSING = 60  # seconds
REASONS = frozenset(get_args(FinishReason))


class BoundedGenerator:
    """This is a Generator of another one. `seconds` is how long that may leave everything unanswered, 0 for ever.
    Of one that is `others`' nobody knows what it does to the process."""

    def __init__(self, inner: Any, name: str, seconds: float, *, others: bool = False) -> None:
        self.inner = inner
        self._name = f"generator {name!r}"
        self._seconds, self._others = seconds, others
        self._in_hand: dict[str, set[int]] = {}  # request id → places of the answers to come
        self._heard = time.monotonic()
        with self._boundary():
            if missing := [word for word in ("submit", "step", "cancel", "close") if not hasattr(inner, word)]:
                raise TypeError(f"gave {describe(inner)}, which is no generator: it has no {missing[0]!r}")
            if not isinstance(inner.capacity, int) or inner.capacity < 1:
                raise ValueError(f"has room for {describe(inner.capacity)} requests, at least 1")
            self.capacity: int = inner.capacity
            if hasattr(inner, "score"):  # how likely whole texts are, where it knows
                self.score = inner.score
            self.vocab = int(getattr(inner, "vocab", 0))  # how many tokens it knows, where it says so

    def submit(self, request: Request) -> None:
        with self._boundary():
            self.inner.submit(request)
        if not self._in_hand:
            self._heard = time.monotonic()
        self._in_hand[request.id] = set(range(request.sampling.n))

    def step(self) -> Sequence[Completion | Delta]:
        with self._boundary():
            events = list(self.inner.step())
            for event in events:
                _check(event)
        heard = [self._answers(event) for event in events]  # of each, for it is counted
        now = time.monotonic()
        if any(heard) or not self._in_hand:
            self._heard = now
        elif self._seconds and now - self._heard > self._seconds:
            many = f"{len(self._in_hand)} requests in hand"
            raise EngineError(f"{self._name} has not answered for {self._seconds:g} s, with {many}")
        return events

    def _answers(self, event: Completion | Delta) -> bool:
        """Count an event; say whether it is of a request in hand, and none that was answered before."""
        left = self._in_hand.get(event.request_id)
        if left is None or event.index not in left:
            return False
        if isinstance(event, Completion):
            left.discard(event.index)
            if not left or event.finish_reason == "cancelled":
                del self._in_hand[event.request_id]
        return True

    def cancel(self, request_id: str) -> None:
        self._in_hand.pop(request_id, None)
        with self._boundary():
            self.inner.cancel(request_id)

    def close(self) -> None:
        """Close it; what goes wrong then costs nothing any more."""
        with Contained(self._name, CLOSING), undisturbed_by(self._name, self._others):
            self.inner.close()

    def _boundary(self) -> AbstractContextManager[object]:
        return calling(self._name, self._seconds, others=self._others, kind=EngineError)


@contextmanager
def calling(name: str, seconds: float, *, others: bool, kind: type[AigcError] = PluginError) -> Iterator[None]:
    """Call a generator's own code: what it raises is a `kind` of error that has its name, and what it does to the
    process is put back where it is `others`'."""
    with Boundary(name, seconds, kind=kind), undisturbed_by(name, others):
        yield


def opened(make: Any, name: str, seconds: float, *, others: bool = False) -> Generator:
    """Return what `make` opens, behind a boundary. EngineError where it breaks or does not come back."""
    with calling(f"generator {name!r}", seconds, others=others, kind=EngineError):
        inner = make()
    return BoundedGenerator(inner, name, seconds, others=others)


def _check(event: object) -> None:
    if isinstance(event, Delta):
        good = isinstance(event.text, str) and isinstance(event.request_id, str) and isinstance(event.index, int)
    elif isinstance(event, Completion):
        good = isinstance(event.text, str) and isinstance(event.request_id, str) and isinstance(event.index, int)
        good = good and event.finish_reason in REASONS and isinstance(event.usage, Usage)
    else:
        raise TypeError(f"gave {describe(event)} in place of a completion")
    if not good:
        raise TypeError(f"gave a completion that is none: {describe(event)}")
