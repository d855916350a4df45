"""transformers' Trainer over a plan of steps: one item of its data is one step, computed part by part.

    Trainer (optimizer, schedule, clipping, several processes)
      └─ step ──► parts of this process ──► loss, backward ──► … ──► gradients averaged at the last one

Averaged over processes, gradients would be too small by their number, so each part's loss is multiplied by it.
What happens after a step (held-out loss, checkpoint, telling) is `AfterSteps`. The main process alone writes and tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import broadcast_object_list, gather_object
from torch.utils.data import DataLoader, Dataset
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from aigc.learner.learner_options import LearnerOptions
from aigc.learner.losses import StepLosses, held_out_loss
from aigc.learner.steps_plan import PlannedStep
from aigc.learner.target import Target, Told
from aigc.learner.told_steps import Curves, write_told
from aigc.learner.trained_model import load_learnt, save_learnt
from aigc.learner.whole_saves import RESUME, write_whole

STATE = "trainer_state.json"
OPTIMIZER = "optimizer.pt"
SCHEDULE = "scheduler.pt"
RANDOM = "random.pt"


class PlannedSteps(Dataset[dict[str, PlannedStep]]):
    """This is the Trainer's data: the steps of a plan."""

    def __init__(self, steps: Sequence[PlannedStep]) -> None:
        self._steps = steps

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, place: int) -> dict[str, PlannedStep]:
        return {"step": self._steps[place]}


class StepTrainer(Trainer):
    """This is a Trainer whose steps are planned and whose loss is ours."""

    loss_is_scaled_for_ga = True

    def __init__(self, model: Any, arguments: TrainingArguments, steps: Sequence[PlannedStep], **optional: Any) -> None:
        super().__init__(model=model, args=arguments, train_dataset=PlannedSteps(steps), **optional)
        self.remove_callback(PrinterCallback)
        self.losses: StepLosses | None = None
        self.options = LearnerOptions()
        self.step_loss = torch.zeros(())

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the steps in their order; every process gets all of them and takes its share of each."""
        return DataLoader(self.train_dataset, batch_size=1, collate_fn=_only)  # type: ignore[arg-type]

    def training_step(self, model: torch.nn.Module, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """Compute one step's parts; return this process's share of its loss."""
        assert self.losses is not None, "what is learnt was not given"
        model.train()
        step: PlannedStep = inputs["step"]
        self.losses.begin_step(self.model, step)
        parts, weight = step.share(self.args.process_index)
        total = torch.zeros((), device=self.args.device)
        for number, part in enumerate(parts, start=1):
            with nullcontext() if number == len(parts) else self.accelerator.no_sync(model):
                with self.compute_loss_context_manager():
                    loss = self.losses.of_part(model, part, step) * weight
                self.accelerator.backward(loss * self.args.world_size)
            total += loss.detach()
        self.step_loss = total
        return total

    def floating_point_ops(self, inputs: Any) -> int:
        """Count nothing: what the Trainer counts by, a batch of ids, is not there."""
        return 0

    def random_states(self) -> list[dict[str, torch.Tensor]]:
        """Return where each process's random numbers are. All processes ask."""
        drawn = {"cpu": torch.random.get_rng_state()}
        if self.args.device.type == "cuda":
            drawn["cuda"] = torch.cuda.random.get_rng_state(self.args.device)
        return list(gather_object([drawn]))

    def write_state(self, folder: Path, randoms: Sequence[Any]) -> None:
        """Write what going on needs beside the weights."""
        torch.save(list(randoms), folder / RESUME / RANDOM)
        assert self.optimizer is not None and self.lr_scheduler is not None, "there are none before the first step"
        torch.save(self.optimizer.state_dict(), folder / RESUME / OPTIMIZER)
        torch.save(self.lr_scheduler.state_dict(), folder / RESUME / SCHEDULE)
        self.state.save_to_json(str(folder / STATE))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        load_learnt(self.model, self.options, Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is not None and self.optimizer is not None and self.lr_scheduler is not None:
            folder = Path(checkpoint) / RESUME
            self.optimizer.load_state_dict(torch.load(folder / OPTIMIZER, map_location="cpu", weights_only=True))
            self.lr_scheduler.load_state_dict(torch.load(folder / SCHEDULE, weights_only=True))

    def _load_rng_state(self, checkpoint: str | None) -> None:
        if checkpoint is not None:
            everyones = torch.load(Path(checkpoint) / RESUME / RANDOM, weights_only=True)
            if self.args.process_index < len(everyones):
                drawn = everyones[self.args.process_index]
                torch.random.set_rng_state(drawn["cpu"])
                if "cuda" in drawn and self.args.device.type == "cuda":
                    torch.cuda.random.set_rng_state(drawn["cuda"], self.args.device)


@dataclass(slots=True)
class Surroundings:
    """This is where a run is: its base and folder, what it is held against, whom it tells, and who may stop it."""

    base: Path
    run: Path
    held_out: Sequence[Target]
    tokens: int
    heard: Callable[[Told], None]
    stopping: Callable[[], bool]
    told: list[Told] = field(default_factory=list)
    stopped: bool = False


class AfterSteps(TrainerCallback):
    """This is what happens after a step: looking at held-out targets, a checkpoint, telling, and stopping if asked."""

    def __init__(self, trainer: StepTrainer, around: Surroundings) -> None:
        self._trainer, self._around = trainer, around
        self._main = trainer.args.process_index == 0
        self._curves = Curves(around.run, len(around.told)) if self._main else None
        self._began = time.perf_counter()

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, *_: Any, **__: Any) -> None:
        """Look at held-out targets before anything is learnt."""
        trainer, around = self._trainer, self._around
        if state.global_step or not around.held_out or not self._main:
            return
        assert trainer.model is not None
        held_out = held_out_loss(trainer.model, around.held_out, around.tokens, args.device)
        if held_out is None:
            return
        told = Told(step=0, steps=trainer.options.steps, loss=held_out, seconds=0.0, tokens=0, held_out=held_out)
        around.told.append(told)
        around.heard(told)

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Look at the clock."""
        self._began = time.perf_counter()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Do all that is due after this step."""
        trainer, around, options = self._trainer, self._around, self._trainer.options
        loss = float(trainer.accelerator.reduce(trainer.step_loss.clone(), "sum"))
        seconds = time.perf_counter() - self._began
        step, last = state.global_step, state.global_step == options.steps
        around.stopped = self._asked_to_stop() and not last
        due = last or around.stopped or step % options.save == 0
        held_out = None
        if due and around.held_out and self._main:
            assert trainer.model is not None, "a step is taken with it"
            held_out = held_out_loss(trainer.model, around.held_out, around.tokens, args.device)
        planned: PlannedStep = trainer.train_dataset[step - 1]["step"]  # type: ignore[index]
        told = Told(
            step=step, steps=options.steps, loss=loss, seconds=seconds, tokens=planned.tokens, held_out=held_out,
            checkpoint=around.run / f"checkpoint-{step:06d}" if due else None,
        )  # fmt: skip
        around.told.append(told)
        if due:
            self._save(step)
        if self._main:
            assert self._curves is not None and trainer.lr_scheduler is not None, (
                "these are made before a step is taken"
            )
            self._curves.draw(told, float(trainer.lr_scheduler.get_last_lr()[0]))
            around.heard(told)
        control.should_training_stop = control.should_training_stop or around.stopped or last
        return control

    def close(self) -> None:
        """Write the last of the curves."""
        if self._curves is not None:
            self._curves.close()

    def _asked_to_stop(self) -> bool:
        asked = [self._main and self._around.stopping()]
        broadcast_object_list(asked)
        return asked[0]

    def _save(self, step: int) -> None:
        trainer, around = self._trainer, self._around
        randoms = trainer.random_states()

        def write(folder: Path) -> None:
            save_learnt(trainer.model, around.base, trainer.options, folder)
            trainer.write_state(folder, randoms)
            write_told(folder, around.told)

        if self._main:
            write_whole(around.run, step, write)
        trainer.accelerator.wait_for_everyone()


def _only(items: list[Any]) -> Any:
    return items[0]
