"""Trains in one of several processes. Run by `test_processes.py` under torchrun.

    torchrun --nproc-per-node 2 shared_run.py BASE FOLDER

Each process prints, as JSON, what it was told of each of two runs: one of batches of 4, one of batches of 1, in which
one of two processes has nothing of its own; and how often it was asked whether to stop.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import torch
from training_rows import OPTIONS, PLAIN_STEPS, rows

from aigc.learner.learn import learn


def main() -> None:
    torch.set_num_threads(1)
    base, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for batch in (4, 1):
        heard: list[float] = []
        options = replace(OPTIONS, batch=batch, dropout=0.0, learning_rate=0.1, extra=PLAIN_STEPS)
        run = folder / str(batch)
        learned = learn(
            base, rows(), rows(5, 2), options, run, heard=lambda told: heard.append(told.loss),  # noqa: B023
            stopping=lambda: len(heard) == 4,  # noqa: B023
        )  # fmt: skip
        assert learned.stopped
        assert [one.name for one in learned.checkpoints] == ["checkpoint-000002", "checkpoint-000004"]
        learned = learn(
            base,
            rows(),
            rows(5, 2),
            options,
            run,
            resume=True,
            heard=lambda told: heard.append(told.loss),  # noqa: B023
        )
        assert len(learned.checkpoints) == 3
        losses = [one.loss for one in learned.told]
        line = {"batch": batch, "main": os.environ["RANK"] == "0", "heard": heard, "losses": losses}
        (folder / f"{batch}-{os.environ['RANK']}.json").write_text(json.dumps(line))


if __name__ == "__main__":
    main()
