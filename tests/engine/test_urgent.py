"""Urgent requests go first, by rows that are kept and steps of their own; nobody starves, and no text changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from aigc.engine.batch_share import BatchShare, Whose
from aigc.errors import UsageError
from aigc.types import Completion, Delta, Request

from .test_admission import open_within
from .test_ahead import Device, all_kinds
from .test_out_of_memory import Scarce, texts_of
from .test_same_tokens import STYLE

__all__ = ["open_within"]  # a fixture


class Job:
    """A job that keeps `many` texts in hand, of lengths drawn at random; no end token ends them."""

    def __init__(self, engine: Any, asking: Any, many: int, lengths: tuple[int, int]) -> None:
        self.engine, self.asking, self.many, self.lengths = engine, asking, many, lengths
        self.draw, self.asked, self.open = random.Random(1), 0, 0

    def step(self) -> list[Completion]:
        while self.open < self.many:
            name, length = f"job{self.asked}", self.draw.randint(*self.lengths)
            self.engine.endless |= {name}
            self.engine.submit(self.asking(name, f"a mug, no. {self.asked}", max_tokens=length, seed=self.asked))
            self.asked, self.open = self.asked + 1, self.open + 1
        done = [one for one in self.engine.step() if isinstance(one, Completion)]
        self.open -= sum(one.request_id.startswith("job") for one in done)
        self.engine.check_integrity()
        return done


def begun(engine: Any) -> set[str]:
    return {row.request.id for row in engine.loop.rows}


@pytest.mark.parametrize(("rows", "kept"), [(128, 8), (32, 8), (16, 4), (5, 1), (2, 1), (1, 0)])
def test_rows_are_kept_while_urgent_ones_may_come(rows: int, kept: int, open_tiny: Any, asking: Any) -> None:
    requests = [asking(str(number), f"a mug {number}", max_tokens=30) for number in range(2 * rows)]
    for interactive, most in ((True, rows - kept), (False, rows)):
        engine = open_tiny(rows=rows, interactive=interactive)
        for request in requests:
            engine.submit(request)
        engine.step()
        assert len(engine.loop.rows) == most and engine.loop.kept == rows - most


def test_an_urgent_request_begins_with_the_next_step(open_tiny: Any, asking: Any) -> None:
    engine = open_tiny(rows=16, interactive=True)
    job = Job(engine, asking, 40, (32, 127))
    for _ in range(30):
        job.step()
    assert len(engine.loop.rows) == 12
    for number in range(6):
        engine.submit(asking(f"urgent{number}", "Hi", urgent=True, max_tokens=60))
    job.step()
    assert {f"urgent{number}" for number in range(4)} <= begun(engine), "four rows are kept, the first four have them"
    assert all(row.written for row in engine.loop.rows if row.urgent)
    seen = begun(engine)
    while "urgent5" not in seen:
        before, room = begun(engine), 16 - len(engine.loop.rows)
        job.step()
        new = {row.request.id for row in engine.loop.rows} - before
        assert not any(name.startswith("job") for name in new), "others begin after them"
        assert "urgent4" in seen | new or not room, "each has the first row that there is"
        seen |= new


def test_candidates_of_an_urgent_request_begin_as_there_are_rows(open_tiny: Any, asking: Any, running: Any) -> None:
    urgent = asking("urgent", "Hi", urgent=True, temperature=1.0, n=4, max_tokens=40)
    alone = texts_of(running(open_tiny(rows=8), [urgent]))
    engine = open_tiny(rows=8, interactive=True)
    job = Job(engine, asking, 12, (20, 50))
    for _ in range(9):
        job.step()
    engine.submit(urgent)
    done = {(one.request_id, one.index): one for one in job.step()}
    assert sum(row.urgent for row in engine.loop.rows) == 2, "two rows are kept"
    while sum(name == "urgent" for name, _ in done) < 4:
        done |= {(one.request_id, one.index): one for one in job.step()}
    assert texts_of({key: one for key, one in done.items() if key[0] == "urgent"}) == alone


@pytest.mark.parametrize("many", [16, 18, 24])
def test_a_short_newcomer_behind_long_texts_begins_within_a_turn(many: int, open_tiny: Any, asking: Any) -> None:
    """Longest first alone let none of them begin, ever."""
    engine = open_tiny(rows=16)
    job = Job(engine, asking, many, (32, 127))
    for _ in range(150):
        job.step()
    for number in range(16):
        newcomer = f"newcomer{number}"
        before = job.asked - job.open + len(engine.loop.rows)
        engine.submit(asking(newcomer, "Hi", max_tokens=24))
        while newcomer not in begun(engine):
            job.step()
        begun_since = job.asked - job.open + len(engine.loop.rows) - 1 - before
        assert begun_since <= 16 + (many - 16) + 2, "of those that came later no more than there are rows"
        engine.cancel(newcomer)
        for _ in range(13 + number):
            job.step()


def test_those_that_come_together_begin_longest_first(open_tiny: Any, asking: Any) -> None:
    engine = open_tiny(rows=4)
    lengths = {"short": 3, "long": 100, "middle": 30}
    for number in range(24):
        for name, length in lengths.items():
            engine.submit(asking(f"{name}{number}", f"{name} {number}", max_tokens=length))
    seen: list[str] = []
    while engine.busy:
        seen += begun(engine) - {*seen}
        engine.step()
    assert [name.rstrip("0123456789") for name in seen] == [*["long"] * 24, *["middle"] * 24, *["short"] * 24]


def count(share: BatchShare, whose: Whose | None, seconds: float) -> None:
    share.begin(whose)
    share.end(seconds)


def test_a_share_of_the_time_is_for_all_rows() -> None:
    for wanted in (0.3, 0.5, 0.9):
        share, taken = BatchShare(wanted), {"all": 0.0, "urgent": 0.0}
        for _ in range(5):
            count(share, "others", 9.0)  # long before: urgent texts are owed for one such step only
        assert share.urgent_next and share.owed == pytest.approx(-9 * (1 - wanted))
        count(share, None, 99.0)
        assert share.owed == pytest.approx(-9 * (1 - wanted)), "urgent ones that are alone owe nothing"
        draw = random.Random(2)
        for _ in range(3000):
            whose: Whose = "urgent" if share.urgent_next else "all"
            seconds = draw.uniform(6, 10) if whose == "all" else draw.uniform(0.2, 1.5)
            count(share, whose, seconds)
            taken[whose] += seconds
        assert taken["all"] / sum(taken.values()) == pytest.approx(wanted, abs=0.01)
    share = BatchShare(1.0)
    for _ in range(9):
        count(share, "all", 9.0)
        assert not share.urgent_next


class Clocked(Device):
    """A device on which a step takes as long as it has rows, by a clock of its own; it keeps whose rows they were."""

    def __init__(self, runner: Any, asynchronous: bool) -> None:
        super().__init__(runner)
        self.asynchronous, self.now, self.steps = asynchronous, 0.0, list[int]()
        self.torch_threads, self.before = runner.torch_threads, 0

    def forward(self, spans: Any, keep: Any, *chosen: Any) -> Any:
        self.now += self.before if self.asynchronous else len(spans)  # the host waits for the one before
        self.before = len(spans)
        self.steps.append(len(spans))
        return super().forward(spans, keep, *chosen)


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("wanted", [0.3, 0.5, 1.0])
def test_steps_of_urgent_texts_alone_come_in_between(
    ahead: bool, wanted: float, open_tiny: Any, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_tiny(rows=40, interactive=True, batch_share=wanted)
    clock = engine.loop.runner = Clocked(engine.loop.runner, ahead)
    monkeypatch.setattr("aigc.engine.loop.time", SimpleNamespace(perf_counter=lambda: clock.now))
    job = Job(engine, asking, 32, (300, 400))
    for _ in range(5):
        job.step()
    engine.endless |= {"chat"}
    engine.submit(asking("chat", "Hi", urgent=True, max_tokens=200))
    clock.steps.clear()
    rows = [row for row in engine.loop.rows if not row.urgent]
    before = sum(len(row.written) for row in rows)
    while not any(one.request_id == "chat" for one in job.step()):
        pass
    assert sorted({*clock.steps} - {32}) == ([33] if wanted == 1 else [1, 33]), "a step is everybody's or hers alone"
    share = sum(one for one in clock.steps if one > 1) / sum(clock.steps)
    assert share == pytest.approx(wanted, abs=0.15 if wanted < 1 else 0)
    pairs = pairwise(clock.steps[60:-4])
    assert wanted == 1 or not any(one > 1 and other > 1 for one, other in pairs), "each is counted before the next"
    own = sum(len(row.written) for row in rows) - before
    assert own >= 32 * (sum(one > 1 for one in clock.steps) - 2), "others lose nothing but their turns"


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("prefix_cache", [True, False])
def test_no_text_changes(
    ahead: bool, prefix_cache: bool, open_tiny: Any, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [replace(one, stream=number % 2 == 0) for number, one in enumerate(all_kinds(asking))]
    expected = texts_of(running(open_tiny(rows=64, prefix_cache=prefix_cache), requests))
    draw = random.Random(prefix_cache)
    monkeypatch.setattr("aigc.engine.batch_share.BatchShare.urgent_next", property(lambda _: draw.random() < 0.5))
    for rows in (4, 40):
        engine = open_tiny(rows=rows, prefix_cache=prefix_cache, interactive=rows == 4)
        engine.loop.runner = Clocked(engine.loop.runner, ahead)
        mixed = [replace(one, urgent=draw.random() < 0.3) for one in requests]
        draw.shuffle(mixed)
        done: dict[Any, Any] = {}
        while mixed or engine.busy:
            for _ in range(min(len(mixed), draw.randint(0, 5))):
                engine.submit(mixed.pop())
            for one in engine.step():
                if isinstance(one, Completion):
                    done[one.request_id, one.index] = one
            engine.check_integrity()
        assert texts_of(done) == expected
        alone = sum(one < max(engine.loop.runner.steps) for one in engine.loop.runner.steps)
        assert alone > 10


def test_memory_is_kept_too(open_within: Any, asking: Any) -> None:
    """A quarter of the rows are kept, so other texts have three quarters of what all may come to hold."""
    requests = [asking(str(number), f"{number} a mug", max_tokens=40) for number in range(16)]
    for interactive, share in ((False, 1.0), (True, 0.75)):
        engine = open_within(16, 600, 1, interactive=interactive)
        for request in requests:
            engine.submit(request)
        engine.step()
        each = engine.loop.rows[0].needed
        assert len(engine.loop.rows) == int(600 * share) // each < 12
        engine.submit(asking("urgent", "Hi", urgent=True, max_tokens=40))
        engine.step()
        assert ("urgent" in begun(engine)) == interactive


def test_nobody_begins_while_an_urgent_request_waits_for_memory(open_within: Any, asking: Any) -> None:
    engine = open_within(16, 300, 1)
    for number in range(9):
        engine.submit(asking(str(number), f"{number} a mug", max_tokens=20 + number))
    engine.step()
    first = begun(engine)
    engine.submit(asking("urgent", "Hi" * 40, urgent=True, max_tokens=100))
    while "urgent" not in begun(engine):
        assert begun(engine) <= first
        engine.step()
    assert len(first) > 3


def test_an_urgent_text_waits_for_no_prompt_of_another(
    open_tiny: Any, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", 16)  # nobody has read a prompt after one step
    engine = open_tiny(rows=16, interactive=True)
    for number in range(3):
        engine.submit(asking(str(number), f"a mug with a lid, no. {number}"))
    engine.step()
    engine.submit(asking("urgent", "a mug with a lid, no. 5", urgent=True))
    engine.step()
    engine.check_integrity()
    (row,) = (row for row in engine.loop.rows if row.urgent)
    assert row not in engine.loop.sources and row.copied == 0
    while not row.read:
        engine.step()
    engine.submit(asking("next", "a mug with a lid, no. 6", urgent=True))
    engine.step()
    (row,) = (row for row in engine.loop.rows if row.request.id == "next")
    assert row.copied > 16, "what is there already it takes at once"


def test_urgent_texts_go_on_first_when_memory_runs_out(open_tiny: Any, asking: Any, running: Any) -> None:
    requests = [asking(f"{number}", f"a mug {number}", temperature=1.0, max_tokens=30) for number in range(8)]
    urgent = [asking(f"urgent{number}", "Hi", urgent=True, temperature=1.0, max_tokens=30) for number in range(3)]
    expected = texts_of(running(open_tiny(rows=16), [*requests, *urgent]))
    engine = open_tiny(rows=16, interactive=True)
    for asked in (requests, urgent):
        for request in asked:
            engine.submit(request)
        for _ in range(3):
            engine.step()
    Scarce(engine, at=(1,))
    engine.step()
    engine.check_integrity()
    assert engine.loop.resting and all(row.urgent for row in engine.loop.rows[:3])
    assert not any(row.urgent for row in engine.loop.resting)
    engine.submit(replace(urgent[0], id="late"))
    engine.loop.most = 8
    engine.step()
    assert "late" in begun(engine)
    engine.cancel("late")
    done = {key: one for key, one in running(engine).items() if key[0] != "late"}
    assert texts_of(done) == expected


def test_given_texts_are_scored_a_few_at_a_time_while_somebody_waits(open_tiny: Any, asking: Any) -> None:
    def judged(number: int) -> Request:
        return replace(asking(f"given{number}", "a mug"), given="blue")

    engine = open_tiny(rows=4, interactive=True)
    for number in range(20):
        engine.submit(judged(number))
    assert len(engine.step()) == 20
    engine.submit(asking("urgent", "Hi", urgent=True, max_tokens=50))
    for number in range(20):
        engine.submit(judged(number))
    counts = [sum(isinstance(one, Completion) for one in engine.step()) for _ in range(4)]
    assert counts == [8, 8, 4, 0]


def drop(engine: Any, name: str) -> None:
    """Cancels a request: after two steps nothing of it is in hand."""
    engine.cancel(name)
    for _ in range(2):
        engine.step()
        engine.check_integrity()
    loop = engine.loop
    assert not any(row.request.id == name for row in (*loop.rows, *loop.resting, *loop.sources, *loop.sources.values()))
    assert not any(one.id == name for one in loop.admission.everyone)
    assert loop.flight is None or all(loop.flight.rows[place].request.id != name for place in loop.flight.places)
    assert name not in engine._in_hand and not any(key[0] == name for key in engine._streams._open)


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize("n", [1, 4])
def test_a_cancelled_request_lets_go_of_its_rows_in_every_state(
    ahead: bool, urgent: bool, n: int, open_tiny: Any, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", 24)
    long = STYLE * 3
    request = asking("gone", f"{long} x", urgent=urgent, stream=True, temperature=1.0, n=n, max_tokens=40, logprobs=2)
    for steps in (0, 1, 2, 14, 25):
        for company in (0, 5, 20):
            engine = open_tiny(rows=12, interactive=True)
            engine.loop.runner = Clocked(engine.loop.runner, ahead)
            for number in range(company):
                engine.submit(asking(str(number), f"{long} {number}", max_tokens=30))
            for _ in range(2 if company else 0):
                engine.step()
            engine.submit(request)
            for _ in range(steps):
                engine.step()
            drop(engine, "gone")
            while engine.busy:
                engine.step()
            assert not engine.loop.slots.banks and not any(prefix.users for prefix in engine.loop.prefixes.kept)


def test_a_cancelled_request_that_rests_or_waits_to_be_scored_is_gone(open_tiny: Any, asking: Any) -> None:
    engine = open_tiny(rows=8)
    for number in range(8):
        engine.submit(asking(str(number), f"a mug {number}", max_tokens=30))
    engine.step()
    Scarce(engine, at=(1,))
    engine.step()
    drop(engine, engine.loop.resting[0].request.id)
    engine.submit(replace(asking("given", "a mug"), given="blue"))
    drop(engine, "given")


def test_an_urgent_stream_is_shown_as_it_grows(open_tiny: Any, asking: Any) -> None:
    engine = open_tiny(rows=8, interactive=True)
    engine.submit(asking("urgent", "Hi", urgent=True, stream=True, temperature=1.0))
    engine.submit(asking("other", "Hi", temperature=1.0))
    parts: list[Any] = []
    while engine.busy:
        parts += [one for one in engine.step() if isinstance(one, Delta)]
    assert len(parts) > 5 and {one.request_id for one in parts} == {"urgent"}


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(share: float, open_tiny: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match=r"^engine\.batch_share: .* is not above 0 and at most 1"):
        open_tiny(batch_share=share)
