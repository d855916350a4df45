"""Trains the same run twice: once straight, once killed over and over. Run by `test_kill_training.py`.

    python killed_runs.py BASE FOLDER KILLS

Prints, as JSON, the digests of both adapters, how many kills there were, and how many of them fell into a saving.
Every run is a fork of this process, which has imported all there is and computed nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch
from training_rows import OPTIONS, rows

from aigc.learner.learn import learn
from aigc.learner.whole_saves import newest_whole

LONG = replace(OPTIONS, steps=60, save=4)


def fork(base: Path, run: Path) -> int:
    child = os.fork()
    if child:
        return child
    torch.set_num_threads(1)
    learn(base, rows(), [], LONG, run, resume=True)
    os._exit(0)


def ended(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG)[0] == child


def kill_in_time(child: int, run: Path, drawn: random.Random, *, saving: bool) -> bool:
    """Kill at a random moment, or while a checkpoint is written; say whether it was still there to be killed."""
    until = time.monotonic() + drawn.uniform(0.2, 1.0)
    seen = {path.name for path in run.glob("checkpoint-*")}
    while True:
        if ended(child):
            return False
        if saving and any(run.glob(".unfinished-checkpoint-*")):
            break
        further = any(path.name not in seen for path in run.glob("checkpoint-*"))  # so that ten kills fit into a run
        if not saving and (further or time.monotonic() >= until):
            time.sleep(drawn.uniform(0, 0.01))
            break
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def digest(run: Path) -> str:
    newest = newest_whole(run)
    assert newest is not None
    return newest.name + " " + hashlib.sha256((newest / "adapter_model.safetensors").read_bytes()).hexdigest()


def main() -> None:
    base, folder, kills = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    os.waitpid(fork(base, folder / "straight"), 0)
    drawn, run, done, saving = random.Random(5), folder / "killed", 0, 0
    while done < kills:
        if not kill_in_time(fork(base, run), run, drawn, saving=done % 2 == 0):
            break
        done += 1
        saving += any(run.glob(".unfinished-checkpoint-*"))
    os.waitpid(fork(base, run), 0)
    left = [path.name for path in run.glob(".unfinished-*")]
    found = {"straight": digest(folder / "straight"), "killed": digest(run)}
    print(json.dumps(found | {"kills": done, "saving": saving, "left": left}))


if __name__ == "__main__":
    main()
