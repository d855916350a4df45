"""How fast a server may be asked: token buckets, pauses it asks for, and back-off between attempts.

A bucket fills at the allowed rate and holds one second's worth, so no minute sees more than its limit and that second.
What is taken may exceed it: the debt is waited for by those who come next, in order. Back-off doubles, with jitter, so
that many who failed together do not come back together (Brooker, "Exponential Backoff And Jitter", AWS 2015).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

LONGEST_BACKOFF = 30.0  # seconds
DOUBLED = 64  # times at most
Clock = Callable[[], float]


class Bucket:
    """This allows `per_minute` of something; 0 allows any amount."""

    def __init__(self, per_minute: float, clock: Clock = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._most = max(self._rate, 1.0)
        self._level = self._most
        self._clock = clock
        self._filled = clock()

    def take(self, amount: float) -> float:
        """Take `amount` and say how many seconds to wait first."""
        if not self._rate:
            return 0.0
        self._fill()
        lacking = min(amount, self._most) - self._level
        self._level -= amount
        return max(0.0, lacking / self._rate)

    def give_back(self, amount: float) -> None:
        """Return what was taken and not used; a negative amount is used on top."""
        self._fill()
        self._level = min(self._most, self._level + amount)

    def _fill(self) -> None:
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._filled) * self._rate)
        self._filled = now


class Pace:
    """This is the pace towards one server, kept by all its requests together. It lives in one event loop."""

    def __init__(self, requests_per_minute: int, tokens_per_minute: int, clock: Clock = time.monotonic) -> None:
        self._requests = Bucket(requests_per_minute, clock)
        self._tokens = Bucket(tokens_per_minute, clock)
        self._clock = clock
        self._paused = 0.0  # until then, on the clock

    async def turn(self, tokens: int) -> None:
        """Wait until a request of so many tokens (prompt and output, estimated) may be sent."""
        await asyncio.sleep(max(self._requests.take(1), self._tokens.take(tokens)))
        while (left := self._paused - self._clock()) > 0:
            await asyncio.sleep(left)

    def used(self, estimated: int, tokens: int) -> None:
        """Correct an estimate by what the server counted."""
        self._tokens.give_back(estimated - tokens)

    def pause(self, seconds: float) -> None:
        """Hold everybody back for so long."""
        self._paused = max(self._paused, self._clock() + seconds)


def backoff(attempt: int, first: float) -> float:
    """Return how many seconds to wait after failing for the `attempt`-th time (0 for the first)."""
    return random.uniform(0.5, 1.0) * min(LONGEST_BACKOFF, first * 2.0 ** min(attempt, DOUBLED))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a server asks to wait: a number or a date (RFC 9110, 10.2.3), None where it names none. A date
    is held against the server's own clock, which may not be ours."""
    text = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000 if "retry-after-ms" in headers else float(text))
    except ValueError:
        pass
    then = _moment(text)
    return None if then is None else max(0.0, then - (_moment(headers.get("date", "")) or time.time()))


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, ArithmeticError, OSError):  # a year that no clock has
        return None
