"""What is shown while a person waits: a model being fetched and loaded, and a batch being written. All on stderr.

On a terminal these are rich's live bars; elsewhere (a log file, CI) a line about every ten seconds, and none for what
is over sooner.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aigc.cli.echo import echo, in_line
from aigc.cli.readable import duration
from aigc.errors import megabytes
from aigc.types import STATUSES, Artifact

if TYPE_CHECKING:
    import rich.progress

    from aigc.models import Progress

EACH = 500  # rows between looks at the clock
SURE = 5.0  # seconds before which nobody can say how long it takes
FEW = 8  # answers, by which nobody can say how fast they come
EVERY = 10.0  # seconds between lines where there is no terminal
DOING = {"download": "Downloading", "verify": "Checking", "unpack": "Unpacking", "convert": "Converting"}


@contextmanager
def loading(model: str) -> Iterator[Callable[[Progress], None]]:
    """Show a model being fetched and loaded while this is open; what it gives takes the fetching's reports. Without a
    name there is none."""
    model = in_line(model)
    if not model:
        yield lambda progress: None
        return
    if not sys.stderr.isatty():
        yield _Lines(model).fetched
        return
    with bar_of("{task.fields[amount]}") as bar:
        tasks = {"load": bar.add_task(f"Loading {model}", total=None, amount="")}

        def report(progress: Progress) -> None:
            if progress.stage not in tasks:
                bar.update(tasks["load"], visible=False)
                tasks[progress.stage] = bar.add_task(f"{DOING[progress.stage]} {model}", amount="")
            over = progress.total > 0 and progress.done >= progress.total
            amount = f"{megabytes(progress.done)} / {megabytes(progress.total)}" if progress.total else ""
            bar.update(tasks[progress.stage], completed=progress.done, total=progress.total or None, amount=amount)
            bar.update(tasks["load"], visible=over)

        yield report


class Writing:
    """This is the display of a batch of `total` briefs: how many are written, how fast, how long yet, how good; and of
    what is written again, each time. Once it is `stopping`, only those in hand are still to come. `to_come` is how many
    requests were answered in this run, and how many are expected yet."""

    def __init__(
        self,
        total: int,
        in_hand: Callable[[], int],
        bar: rich.progress.Progress | None,
        stopping: Callable[[], bool] = lambda: False,
        to_come: Callable[[], tuple[int, int]] = lambda: (0, 0),
    ) -> None:
        self._total = total
        self._to_come = to_come
        self._in_hand = in_hand
        self._stopping = stopping
        self._label = "Writing"
        self._bar = bar
        self._lines = _Lines("")
        self._tasks: list[rich.progress.TaskID] = []
        self._begin()

    def again(self, many: int) -> None:
        """Take note that so many pieces are about to be written again."""
        self._label, self._total, self._to_come = "Writing again", many, lambda: (0, 0)
        for task in self._tasks:
            assert self._bar is not None
            self._bar.update(task, visible=False)
        self._begin()

    def heard(self, artifact: Artifact) -> None:
        """Count a piece that is finished."""
        self._counts[artifact.status] += 1
        done, in_hand = self._counts.total(), self._in_hand()
        total = min(self._total, done + in_hand) if self._stopping() else self._total
        seconds = time.monotonic() - self._started
        left = time_left(done, in_hand, total, seconds)
        if left is None and total == self._total:
            left = time_for_answers(*self._to_come(), seconds)
        parts = [_rate(self._counts, self._started), _told(self._counts)]
        parts += [f"about {duration(left)} left"] if left is not None and done < total else []
        if self._bar is None:
            self._lines.wrote(f"{self._label}: {done}/{total} · {' · '.join(parts)}")
        else:
            self._bar.update(self._tasks[-1], completed=done, total=total, told=" · ".join(parts))

    def _begin(self) -> None:
        self._counts: Counter[str] = Counter()
        self._started = time.monotonic()
        if self._bar is not None:
            self._tasks.append(self._bar.add_task(self._label, total=self._total, told=""))


def time_left(done: int, in_hand: int, total: int, seconds: float) -> float | None:
    """Return about how long the rest takes, or nothing before that can be told.

    Many pieces are begun at once and none is finished for a while; a piece in hand counts as half done. That is off by
    half at most once as many are finished as are in hand, and tells nothing before.
    """
    if done < max(in_hand, 1) or seconds < SURE:
        return None
    worked = done + in_hand / 2
    return seconds * max(total - worked, 0) / worked


def time_for_answers(answered: int, to_come: int, seconds: float) -> float | None:
    """Return about how long the rest takes, by how fast requests are answered in this run, or nothing where few were:
    how many are to come is a guess, how fast is none."""
    if answered < FEW or to_come <= 0 or seconds < SURE:
        return None
    return seconds * to_come / answered


@contextmanager
def writing(
    total: int,
    in_hand: Callable[[], int],
    stopping: Callable[[], bool] = lambda: False,
    to_come: Callable[[], tuple[int, int]] = lambda: (0, 0),
) -> Iterator[Writing]:
    """Show a batch of `total` briefs while this is open; `in_hand` of them are begun and not finished, and once it
    is `stopping` no more will be. `to_come` is how many requests were answered, and how many are expected yet."""
    if not sys.stderr.isatty():
        yield Writing(total, in_hand, None, stopping, to_come)
        return
    with bar_of("{task.completed}/{task.total} · {task.fields[told]}", remaining=False) as bar:
        yield Writing(total, in_hand, bar, stopping, to_come)


@contextmanager
def counting(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done, on a terminal only, while this is open."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with bar_of("{task.completed:.0f} / {task.total:.0f}") as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def checking(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many rows of about `total` (0: nobody knows) are done while this is open; it may be told often."""
    lines = None if sys.stderr.isatty() else _Lines("")
    if lines is not None:
        yield lambda done: lines.checked(label, done, total) if not done % EACH else None
        return
    of = f" of about {total:,}" if total else ""
    with bar_of("{task.completed:,.0f}" + of + " rows") as bar:
        task = bar.add_task(label, total=total or None)
        yield lambda done: bar.update(task, completed=done, total=max(total, done) or None) if not done % EACH else None


def bar_of(amount: str, *, remaining: bool = True) -> rich.progress.Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn(amount, markup=False),
        *([TimeRemainingColumn(compact=True)] if remaining else []),
        console=Console(stderr=True),
        transient=True,
    )


class _Lines:
    """This is what tells a log file now and then."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._said = time.monotonic()
        self._stage = ""

    def fetched(self, progress: Progress) -> None:
        new = progress.stage != self._stage
        if new or self._due():
            of = f" {megabytes(progress.done)} of {megabytes(progress.total)}" if progress.total else ""
            echo(f"{DOING[progress.stage]} {self._model}{'' if new else of}", err=True)
            self._stage, self._said = progress.stage, time.monotonic()

    def checked(self, label: str, done: int, total: int) -> None:
        if self._due():
            self._said = time.monotonic()
            echo(f"{label}: {done:,} rows" + (f" of about {total:,}" if total else ""), err=True)

    def wrote(self, told: str) -> None:
        if self._due():
            self._said = time.monotonic()
            echo(told, err=True)

    def _due(self) -> bool:
        return time.monotonic() - self._said >= EVERY


def _rate(counts: Counter[str], started: float) -> str:
    per_second = counts.total() / max(time.monotonic() - started, 1e-9)
    return f"{per_second:.1f}/s" if per_second >= 1 else f"{per_second * 60:.1f}/min"


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
