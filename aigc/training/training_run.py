"""A training, from rows to a folder that the engine serves. The page that tells the story.

    rows = read_rows(project, wanted, base)              no torch: every row, accounted for
    prepared = prepare(wanted, rows, base=…, digest=…)   the split, and how to learn
    outcome = train(project, prepared, folder)           learns, looks at each checkpoint, takes the best

`folder` becomes the result: an adapter as PEFT saves it (or whole weights), `card.json`, `README.md`, `report.html`.
What the run needs while it is at work lies in `folder/run`: checkpoints, what was looked at, TensorBoard's files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.errors import JobError, ModelError, UsageError
from aigc.generating.trained import CARD
from aigc.jobs.lock import only_run
from aigc.learner import Told
from aigc.learner.whole_saves import checkpoint_step as step_of
from aigc.project import Project
from aigc.training.checkpoint_choice import (
    GATED,
    LEAST_GAIN,
    Chooser,
    Look,
    best_look,
    held_out_briefs,
    keep_look,
    kept_looks,
    write_json,
)
from aigc.training.preparing import Prepared
from aigc.types import Json
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.learner.learn import Learned

RUN = "run"  # in the result's folder
PLAN = "plan.json"
LEARNER = "learner.json"  # the learner's own record of a run
MADE_BEFORE = ("base-", "teacher-", "tensorboard", "look-", ".")  # in a run's folder before it has a plan
OWN = (
    "trainer_state.json",
    "digests.json",
    "told.json",
    "card.json",
    "README.md",
    "report.html",
)  # stay where they are
WHOLE = ("full", "scratch")  # methods whose checkpoints are models by themselves
LEAST_CHANGE = 0.02  # of a share: smaller ones are chance, and so is one piece
FEW = 5  # pieces: so few say little, and the held-out loss has to agree
KEPT = 0.9  # of quality, which a result must keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """This is how a training ended. `looks` are at the base (step 0) and each checkpoint, on few held-out briefs;
    `before` and `after` are the base and the `best` on more of them. `stopped` says that somebody stopped it: nothing
    is chosen then."""

    folder: Path
    prepared: Prepared
    told: Sequence[Told]
    looks: Sequence[Look]
    best: int = 0
    before: Look | None = None
    after: Look | None = None
    stopped: bool = False

    @property
    def adopted(self) -> bool:
        """Say whether the result is no worse than the model as it was."""
        return not self.worse

    @property
    def worse(self) -> str:
        """Say in what the result is worse than the model as it was; nothing where it is not."""
        if self.stopped or self.after is None:
            return "it has not come to an end"
        if self.after.quality is not None and self.before is not None and self.before.quality is not None:
            return _written_worse(self.before, self.after)
        if self.before is None or self.before.loss is None or self.after.loss is None:
            return "" if self.prepared.options.method == "scratch" else "nothing was held out that could say so"
        if not self.after.loss <= self.before.loss:  # nor is what is no number
            return f"held-out answers cost it {self.after.loss:.3f} nats a token, {self.before.loss:.3f} before"
        return _preferred_worse(self.after)


def _written_worse(before: Look, after: Look) -> str:
    """Say in what the pieces of one look are worse than those of another: a share of them by more than one piece."""
    if not after.quality:
        return "nothing that it writes is accepted"
    chance = max(LEAST_CHANGE, 1.01 / max(float(after.figures.get("pieces") or 1), 1.0))
    for name, words, sign in (("accepted", "accepted", 1), ("fallbacks", "fallbacks", -1), ("names_kept", "names", 1)):
        old, new = before.figures.get(name), after.figures.get(name)
        if old is not None and new is not None and sign * (new - old) < -chance:
            return f"{words}: {new:.0%}, {old:.0%} before"
    few = float(after.figures.get("pieces") or 0) < FEW
    if few and before.loss is not None and after.loss is not None and not after.loss <= before.loss:
        return f"held-out answers cost it {after.loss:.3f} nats a token, {before.loss:.3f} before"
    if before.quality and after.quality < KEPT * before.quality:
        return f"quality: {after.quality:.2f}, {before.quality:.2f} before"
    return _preferred_worse(after)


def _preferred_worse(after: Look) -> str:
    """Say whether the better answers of pairs are preferred less than before, or have become unlikely."""
    above, change = after.figures.get("margin_above_0"), after.figures.get("chosen_change")
    if above is not None and above < 0.5:
        return f"of held-out pairs it prefers {above:.0%} more than before"
    if change is not None and change < -LEAST_GAIN:
        return f"the better answers of pairs lost {-change:.2f} nats"
    return ""


def begun(folder: Path) -> bool:
    """Say whether there is a run in the folder to go on with."""
    return (folder / RUN / PLAN).is_file()


def check_rounds(folder: Path, *, resume: bool) -> None:
    """Refuse a folder for rounds that holds something already; with `resume` one that holds no rounds. UsageError."""
    there = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    if CARD in there:
        raise UsageError(f"{folder}: is finished already", hint="choose another NAME")
    if resume and "round-1" not in there:
        raise UsageError(f"{folder}: no rounds are there to go on with", hint="without --resume they begin")
    if there and not resume:
        hint = "--resume goes on, another NAME begins anew" if "round-1" in there else "choose another NAME"
        raise UsageError(f"{folder}: something is there already", hint=hint)


def check_folder(folder: Path, *, resume: bool) -> None:
    """Refuse a folder that holds something already, UsageError; with `resume` one that holds no run to go on with.

    What lies in `folder/run` before a run has a plan was made for it, and does not count.
    """
    if not leads():
        return
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file", hint="choose another NAME")
    there = {one.name for one in folder.iterdir()} - {RUN} if folder.is_dir() else set()
    started = begun(folder)
    if not started and (folder / RUN).is_dir():
        there |= {one.name for one in (folder / RUN).iterdir() if not one.name.startswith(MADE_BEFORE)}
    if CARD in there:
        raise UsageError(f"{folder}: is finished already", hint="choose another NAME")
    if resume and not started:
        raise UsageError(f"{folder}: no run is there to go on with", hint="without --resume it begins")
    if started and not resume:
        raise UsageError(
            f"{folder}: a run that did not end is there", hint="--resume goes on with it, another NAME begins anew"
        )
    if there and not started:
        raise UsageError(f"{folder}: something is there already", hint="choose another NAME")


def train(
    project: Project,
    prepared: Prepared,
    folder: Path,
    *,
    resume: bool = False,
    heard: Callable[[Told], None] = lambda told: None,
    looked: Callable[[Look], None] = lambda look: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Learn, look at each checkpoint, and leave the best in `folder`.

    `heard` is told of each step, `looked` of what a checkpoint writes; once `stopping` says so the run ends with a
    checkpoint, and `resume` goes on with it later to the same bytes. ModelError, one sentence, for what the machine
    cannot do; UsageError where rows, settings or model are not those of the run that is to go on.
    """
    from aigc.learner.learn import check_options
    from aigc.learner.training_arguments import training_arguments

    check_folder(folder, resume=resume)
    check_options(prepared.options, prepared.learnt)
    training_arguments(prepared.options, folder / RUN)
    run = folder / RUN
    fresh = leads() and not begun(folder)
    with _held(folder, run):
        if leads():
            _hold_to_plan(run, prepared.record())
        held_out = held_out_briefs(project, prepared.rows.samples(prepared.held_out), shots=prepared.wanted.shots)
        whole = prepared.options.method in WHOLE
        pairs = prepared.rows.samples(prepared.held_out) if prepared.options.objective == "dpo" else ()
        chooser = Chooser(project, held_out, whole=whole, pairs=pairs)
        looking = _Looking(chooser, run, looked)
        try:
            learned = _learn(prepared, run, looking, heard, stopping, resume=resume)
        except (UsageError, ModelError):  # what could not be begun here, or so: the name is free again
            if fresh and not any(run.glob("checkpoint-*")):
                for name in (PLAN, LEARNER):
                    (run / name).unlink(missing_ok=True)
            raise
        outcome = Outcome(
            folder=folder,
            prepared=prepared,
            told=learned.told,
            looks=[looking.looks[step] for step in sorted(looking.looks)],
            stopped=learned.stopped or not leads(),
        )
        if outcome.stopped:
            return outcome
        return _finish(outcome, chooser, {step_of(one): one for one in learned.checkpoints})


class _Looking:
    """This looks at checkpoints as they are written, once each, also over a run that was interrupted."""

    def __init__(self, chooser: Chooser, run: Path, looked: Callable[[Look], None]) -> None:
        self._chooser = chooser
        self._run = run
        self._looked = looked
        self.looks = kept_looks(run)

    def at(self, step: int, checkpoint: Path | None, loss: float | None) -> None:
        if step not in self.looks:
            self.looks[step] = look = self._chooser.look(step, checkpoint, loss=loss)
            keep_look(look, self._run)
        self._looked(self.looks[step])


def _learn(
    prepared: Prepared,
    run: Path,
    looking: _Looking,
    heard: Callable[[Told], None],
    stopping: Callable[[], bool],
    *,
    resume: bool,
) -> Learned:
    """Run the steps and look at every checkpoint; in the end at those that an interruption left without a look."""
    from aigc.learner.learn import learn

    def step_heard(one: Told) -> None:
        heard(one)
        if one.step == 0 or (one.checkpoint is not None and _planned(one.step, prepared)):
            looking.at(one.step, one.checkpoint, one.held_out)

    learned = learn(
        prepared.base,
        prepared.learnt,
        prepared.held_out,
        prepared.options,
        run,
        heard=step_heard if leads() else lambda one: None,
        stopping=stopping,
        resume=resume,
    )
    losses = {one.step: one.held_out for one in learned.told}
    for checkpoint in [] if learned.stopped or not leads() else learned.checkpoints:
        if step_of(checkpoint) not in looking.looks and _planned(step_of(checkpoint), prepared):
            looking.at(step_of(checkpoint), checkpoint, losses.get(step_of(checkpoint)))
    return learned


def _planned(step: int, prepared: Prepared) -> bool:
    """Say whether a checkpoint is one of a run that nobody stopped: only those are chosen from."""
    return step == prepared.options.steps or step % prepared.options.save == 0


def _finish(outcome: Outcome, chooser: Chooser, checkpoints: dict[int, Path]) -> Outcome:
    """Take the best checkpoint, compare it with the base on more briefs, and put it into the result's folder."""
    candidates = [look for look in outcome.looks if look.step in checkpoints and _planned(look.step, outcome.prepared)]
    if not candidates:
        raise ModelError(f"{outcome.folder}: no checkpoint is whole", hint="--resume goes on from the beginning")
    best = best_look(candidates)
    first = next((look for look in outcome.looks if look.step == 0), None)
    before, after = first, best
    if best.quality is not None:
        before = chooser.look(0, None, most=GATED, loss=first.loss if first else None)
        after = chooser.look(best.step, checkpoints[best.step], most=GATED, loss=best.loss)
    take_result(checkpoints[best.step], outcome.folder)
    return replace(outcome, best=best.step, before=before, after=after)


def take_result(checkpoint: Path, folder: Path) -> None:
    """Copy what is served of a checkpoint into the result's folder; its last file is the one that makes it whole."""
    mine = [file for file in sorted(checkpoint.iterdir()) if file.is_file() and file.name not in OWN]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(mine, key=lambda file: file.name.endswith("config.json")):
            shutil.copyfile(file, folder / file.name)
    except OSError as error:
        message = f"{folder}: cannot be written to ({error.strerror or error})"
        raise JobError(message, hint="with room on the disk --resume goes on") from error


@contextmanager
def _held(folder: Path, run: Path) -> Iterator[None]:
    """Make a run's folder and hold it for this process; processes that learn along leave that to the first."""
    if not leads():
        yield
        return
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written to ({error.strerror or error})") from error
    with only_run(run):
        yield


def leads() -> bool:
    """Say whether this is the process that writes and talks, of those that `accelerate launch` began."""
    return os.environ.get("RANK", "0") == "0"


def _hold_to_plan(run: Path, record: dict[str, Json]) -> None:
    """Write down what decides the result, or hold it against what an earlier run wrote down."""
    plan = run / PLAN
    if not plan.is_file():
        write_json(plan, record)
        return
    try:
        before = read_json(file_bytes(plan))
    except (OSError, ValueError) as error:
        raise ModelError(f"{plan}: cannot be read", hint="another NAME begins anew") from error
    for name, words in (("base", "the model"), ("rows", "the rows"), ("options", "settings"), ("shots", "--no-shots")):
        if before.get(name) != json.loads(json.dumps(record))[name]:
            raise UsageError(f"{run.parent}: {words} changed since this run began", hint="another NAME begins anew")
