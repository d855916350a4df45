"""A training as a person sees it: rows, forecast, steps going by, what a checkpoint writes, and how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aigc.cli.echo import echo, in_line
from aigc.cli.progress import bar_of
from aigc.cli.readable import counted, duration, table
from aigc.errors import megabytes
from aigc.evaluation.writer_figures import KINDS
from aigc.training.sample import Account
from aigc.types import Json

if TYPE_CHECKING:
    import rich.progress

    from aigc.learner import Told
    from aigc.training.checkpoint_choice import Look
    from aigc.training.improving import Round
    from aigc.training.preparing import Prepared
    from aigc.training.result import Result

EVERY = 10.0  # seconds between lines where there is no terminal
FEW = 5  # pieces: they say little
FIRST = 3  # rows named of each reason
SHOWN = (
    "pieces",
    "accepted",
    "fallbacks",
    "repaired",
    "fresh",
    "names_kept",
    "distinct_2",
    "quality",
)
PAIRED = ("margin", "margin_above_0", "chosen_change")  # of pairs
ROUND = ("accepted", "fallbacks", "fresh", "names_kept", "distinct_2")


def account_lines(account: Account, *, every: bool = False) -> Iterator[str]:
    """Say how many rows are learnt from and why others are not, naming the first of each reason, or `every` one."""
    paired = f", {len(account.paired):,} the better answers of pairs" if account.paired else ""
    yield f"{counted(account.rows, 'row')}: {len(account.kept):,} kept{paired}, {len(account.left_out):,} left out"
    if account.reviewed:
        told = ", ".join(f"{many:,} {name}" for name, many in sorted(account.reviewed.items()))
        yield f"  reviewed by people: {told}"
    for reason, many in account.reasons().items():
        named = [one for one in account.left_out if one.reason == reason]
        yield f"  {many:>5,} {reason}"
        for one in named if every else named[:FIRST]:
            yield in_line(f"        {one.where}" + (f": {one.told}" if one.told else ""))
        if not every and many > FIRST:
            yield f"        … --check names all {many:,}"


class Learning:
    """This is the display of a run: how far it is, its losses, how long yet; and what each checkpoint writes."""

    def __init__(self, steps: int, bar: rich.progress.Progress | None) -> None:
        self._steps = steps
        self._bar = bar
        self._task = bar.add_task("Learning", total=steps, told="") if bar else None
        self._last = time.monotonic()
        self._seconds: list[float] = []
        self._held_out: float | None = None

    def heard(self, told: Told) -> None:
        """Take note of a step."""
        if told.held_out is not None:
            self._held_out = told.held_out
        if not told.step:
            return
        self._seconds.append(told.seconds)
        recent = sorted(self._seconds[-9:])
        left = recent[len(recent) // 2] * (told.steps - told.step)
        parts = [f"loss {told.loss:.3f}"]
        parts += [f"held out {self._held_out:.3f}"] if self._held_out is not None else []
        parts += [f"about {duration(left)} left"] if told.step < told.steps else []
        words = " · ".join(parts)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=told.step, total=told.steps, told=words)
        elif time.monotonic() - self._last >= EVERY or told.step == told.steps:
            self._last = time.monotonic()
            echo(f"Learning: {told.step}/{told.steps} · {words}", err=True)

    def looked(self, look: Look) -> None:
        """Show what a checkpoint writes."""
        if line := look_line(look):
            if self._bar is not None:
                self._bar.console.print(line, markup=False, highlight=False)
            else:
                echo(line, err=True)


def look_line(look: Look) -> str:
    """Return a checkpoint's figures and the first text it wrote, in a line; nothing where it wrote nothing."""
    if look.quality is None:
        return ""
    when = f"step {look.step}" if look.step else "before"
    first = next((text for fields in look.texts.values() for text in _texts(fields)), "")
    shown = f" · {first[:60]!r}" if first else ""
    accepted = look.figures.get("accepted")
    told = f"accepted {100 * accepted:.0f} %, " if isinstance(accepted, float | int) else ""
    return in_line(f"  {when}: {told}quality {look.quality:.2f}{shown}")


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)


@contextmanager
def learning(prepared: Prepared) -> Iterator[Learning]:
    """Show a run while this is open."""
    if not sys.stderr.isatty():
        yield Learning(prepared.options.steps, None)
        return
    with bar_of("{task.completed}/{task.total} · {task.fields[told]}", remaining=False) as bar:
        yield Learning(prepared.options.steps, bar)


def trial_lines(told: Mapping[str, Json]) -> Iterator[str]:
    """Say what a run will take, by two steps that were timed."""
    texts = f"{counted(told['texts'], 'text')} to learn, {told['held_out']:,} held out"
    tokens = f"{told['labelled_tokens']:,} tokens learnt in a pass, {told['tokens_per_step']:,} computed in a step"
    yield f"{texts}; {tokens}"
    each = f"{told['seconds_per_step']:.2f} s each"
    steps = f"{counted(told['steps'], 'step')} of {told['batch']}"
    yield f"{steps}, {each}: about {duration(told['seconds'])}, and the looks at checkpoints"
    yield f"Memory: about {megabytes(told['memory'])}"


def result_lines(result: Result) -> Iterator[str]:
    """Say how a training ended."""
    outcome = result.outcome
    before, after = outcome.before, outcome.after
    labels = {one.name: one.label for one in KINDS}
    if before is not None and after is not None:
        rows = [
            [labels[name], _figure(before.figures.get(name)), _figure(after.figures[name])]
            for name in (*SHOWN, *PAIRED)
            if name in after.figures
        ]
        if after.loss is not None:
            rows.append(["held-out loss", _figure(before.loss), _figure(after.loss)])
        yield table(rows, head=["", "before", "after"])
    yield f"Step {outcome.best} of {outcome.prepared.options.steps} was chosen: {outcome.folder}"
    yield f"Report: {result.page}"
    if not outcome.adopted:
        yield f"Not adopted: it is worse than the model as it was ({outcome.worse}). aigc.yaml stays as it is."
    for name in result.named:
        yield f"aigc.yaml names it for {name} from now on"
        if outcome.adopted and after is not None and (after.figures.get("pieces") or FEW) < FEW:
            yield "So few briefs were held out that this says little: more rows say more."
    for name in result.unnamed:
        yield f'For {name} aigc.yaml names none or another; to write with it: adapters: {{"{name}": {outcome.folder}}}'
    if outcome.adopted and not result.card.types and outcome.prepared.options.method in ("lora", "4bit"):
        yield f'To write with it, in aigc.yaml: adapters: {{"family/type": {outcome.folder}}}'
    if outcome.prepared.options.method in ("full", "scratch"):
        yield f"Write with it: -m {outcome.folder}"


def round_lines(one: Round) -> Iterator[str]:
    """Say how a round went."""
    figures = one.record()["figures"]
    labels = {kind.name: kind.label.lower() for kind in KINDS}
    told = ", ".join(f"{labels[name]} {_figure(figures[name])}" for name in ROUND if name in figures)
    yield f"Round {one.number}: {told}" if one.number else f"As it is: {told}"
    if one.stopped_for:
        yield f"No further round: {one.stopped_for}"


def _figure(value: Json) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
