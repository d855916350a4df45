"""Token buckets on a clock of the test's own."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc_plugins.generators.pace import LONGEST_BACKOFF, Bucket, backoff, retry_after


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(
    per_minute=st.integers(1, 6000),
    takings=st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 400)), min_size=1, max_size=60),
)
def test_no_minute_sees_more_than_its_limit(per_minute: int, takings: list[tuple[float, float]]) -> None:
    clock = Clock()
    bucket = Bucket(per_minute, clock)
    sent = []
    for pause, amount in takings:
        clock.now += pause
        clock.now += bucket.take(amount)
        sent.append((clock.now, amount))
    held = max(per_minute / 60, 1)
    for start, _ in sent:  # the last of a window may go into debt; what follows pays for it
        within = [amount for at, amount in sent if start <= at < start + 60]
        assert sum(within) - max(within[-1] - held, 0) <= per_minute + held + 1e-6 * per_minute


def test_no_limit_is_no_wait() -> None:
    bucket = Bucket(0)
    assert [bucket.take(1e9) for _ in range(3)] == [0, 0, 0]


def test_a_debt_is_paid_by_the_next_and_what_is_given_back_is_there() -> None:
    clock = Clock()
    bucket = Bucket(600, clock)  # ten a second
    assert bucket.take(60) == 0
    assert bucket.take(1) == pytest.approx(5.1)
    bucket.give_back(51)
    assert bucket.take(1) == pytest.approx(0.1)


def test_backoff_doubles_and_ends() -> None:
    for attempt in range(12):
        for _ in range(20):
            most = min(LONGEST_BACKOFF, 0.5 * 2**attempt)
            assert most / 2 <= backoff(attempt, 0.5) <= most
    assert len({backoff(3, 1) for _ in range(9)}) > 1, "nobody comes back together"


def test_what_a_server_asks_for() -> None:
    assert retry_after({"retry-after": "1.5"}) == 1.5
    assert retry_after({"retry-after-ms": "250", "retry-after": "1"}) == 0.25
    assert retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)}) == pytest.approx(30, abs=2)
    assert retry_after({"retry-after": formatdate(time.time() - 30, usegmt=True)}) == 0
    assert retry_after({"retry-after": "soon"}) is None
    date, then = (formatdate(time.time() + later, usegmt=True) for later in (9_000_000, 9_000_030))
    assert retry_after({"retry-after": then, "date": date}) == 30, "our clock was set back"
    assert retry_after({}) is None


def test_however_often_it_failed_the_wait_has_an_end() -> None:
    assert all(backoff(attempt, first) <= LONGEST_BACKOFF for attempt in (0, 1100, 10**9) for first in (0, 1.0, 1e300))
