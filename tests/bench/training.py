"""Rows a second and memory of our learner and of TRL's SFTTrainer, on the same token ids.

    python tests/bench/training.py --peer PYTHON [--steps 5] [--repeat 3] [--model NAME] [--cases shots,plain]

PYTHON is that of an environment with trl, transformers, torch and peft. Two cases, both batches of 16, LoRA of rank 16
on all linear layers, AdamW, float32, no packing, no recomputing of activations:

    shots   a prompt of 223 tokens, of which 218 are the same in all rows, and an answer of 14
    plain   a prompt of 27 tokens, of which 12 are the same, and an answer of 20

Each side trains in a process of its own, all cores, one after the other, `--repeat` times in turn; the first step is
not timed. Printed are medians: rows a second by the clock and by CPU seconds, the peak of resident memory; and what
both make of the first batch, which no step has touched: these must be the same to four digits.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

BATCH, RANK, RATE = 16, 16, 1e-4
CASES = {"shots": (218, 5, 14), "plain": (12, 15, 20)}  # tokens: of the shared beginning, of the prompt's rest, answer
HERE = Path(__file__).parent


def rows_of(case: str, words: list[int], end: int) -> list[dict[str, Any]]:
    """Cut rows out of a text's tokens."""
    shared, rest, answer = CASES[case]
    drawn = random.Random(case)

    def cut(length: int) -> list[int]:
        begin = drawn.randrange(len(words) - length)
        return words[begin : begin + length]

    beginning = cut(shared)
    return [{"ids": [*beginning, *cut(rest), *cut(answer - 1), end], "begin": shared + rest} for _ in range(BATCH)]


def ours(work: dict[str, Any]) -> dict[str, Any]:
    """Train with `aigc.learner`."""
    from aigc.learner import LearnerOptions, Target
    from aigc.learner.learn import learn

    targets = [Target(ids=tuple(row["ids"]), begin=row["begin"]) for row in work["rows"]]
    steps = work["steps"] + 1
    options = LearnerOptions(
        rank=RANK, alpha=2 * RANK, learning_rate=RATE, steps=steps, batch=BATCH, save=steps, tokens=work["tokens"]
    )
    clocks = [(time.perf_counter(), time.process_time())]
    with tempfile.TemporaryDirectory() as folder:
        learned = learn(
            Path(work["model"]), targets, [], options, Path(folder) / "run",
            heard=lambda _: clocks.append((time.perf_counter(), time.process_time())),
        )  # fmt: skip
    seconds = [one.seconds for one in learned.told][1:]
    # The last step writes a checkpoint before it is heard of.
    spent = [after[1] - before[1] for before, after in pairwise(clocks[1:])]
    return {"loss": learned.told[0].loss, "seconds": seconds, "spent": spent[:-1] or spent}


def peer(work: dict[str, Any]) -> dict[str, Any]:
    """Train with TRL."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    class Clock(TrainerCallback):
        def __init__(self) -> None:
            self.began, self.seconds, self.spent = (0.0, 0.0), list[float](), list[float]()

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = (time.perf_counter(), time.process_time())

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.seconds.append(time.perf_counter() - self.began[0])
            self.spent.append(time.process_time() - self.began[1])

    clock, steps = Clock(), work["steps"] + 1
    model = AutoModelForCausalLM.from_pretrained(work["model"], dtype=torch.float32, attn_implementation="sdpa")
    columns = {
        "input_ids": [row["ids"] for row in work["rows"]],
        "completion_mask": [[0] * row["begin"] + [1] * (len(row["ids"]) - row["begin"]) for row in work["rows"]],
    }
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder, max_steps=steps, per_device_train_batch_size=BATCH, learning_rate=RATE, bf16=False,
            gradient_checkpointing=False, completion_only_loss=True, max_length=None, report_to="none", use_cpu=True,
            logging_steps=1, save_strategy="no", disable_tqdm=True, packing=False, lr_scheduler_type="constant",
        )  # fmt: skip
        trainer = SFTTrainer(
            model=model,
            args=config,
            train_dataset=Dataset.from_dict(columns),
            processing_class=AutoTokenizer.from_pretrained(work["model"]),
            peft_config=LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM"),
            callbacks=[clock],
        )
        trainer.train()
    losses = [one["loss"] for one in trainer.state.log_history if "loss" in one]
    return {"loss": losses[0], "seconds": clock.seconds[1:], "spent": clock.spent[1:]}


def run(side: str, python: str, work: Path) -> dict[str, Any]:
    """Train one side in a process of its own; return what it says, with its peak of resident memory in bytes."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TRL_EXPERIMENTAL_SILENCE": "1"}
    path = os.pathsep.join(sys.path) if side == "ours" else ""
    done = subprocess.run(
        [python, str(Path(__file__)), "--side", side, "--work", str(work)],
        env={**os.environ, **offline, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{side} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak() -> int:
    """Return the most memory that this process had resident, in bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def plain_folder(model: str, folder: Path) -> Path:
    """Write a model of ours as transformers reads it everywhere: all weights in 32-bit floats."""
    import torch

    from aigc.engine import convert_gguf
    from aigc.engine.hf.model import load_model
    from aigc.learner.learner_options import LearnerOptions
    from aigc.learner.trained_model import save_learnt
    from aigc.models import pull

    source = Path(model) if Path(model).is_dir() else pull(model, convert=convert_gguf).folder
    assert source is not None, f"{model} has no folder"
    loaded = load_model(source, torch.device("cpu"), torch.float32)
    save_learnt(loaded, source, LearnerOptions(method="full"), folder)
    return folder


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    """Run both sides in turn and print a table."""
    from transformers import AutoTokenizer

    model = plain_folder(arguments.model, folder)
    tokenizer = AutoTokenizer.from_pretrained(model)
    words = tokenizer((HERE / "english.txt").read_text(encoding="utf-8"))["input_ids"]
    sides = {"ours": sys.executable} | ({"trl": arguments.peer} if arguments.peer else {})
    print(f"{'case':6} {'side':5} {'rows/s':>8} {'rows/CPU s':>11} {'peak GB':>8} {'first loss':>11}")
    for case in arguments.cases.split(","):
        rows = rows_of(case, words, int(tokenizer.eos_token_id))
        work = folder / "work.json"
        work.write_text(
            json.dumps({"model": str(model), "rows": rows, "steps": arguments.steps, "tokens": arguments.tokens})
        )
        told: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
        for _ in range(arguments.repeat):
            for side, python in sides.items():
                told[side].append(run(side, python, work))
        for side, runs in told.items():
            wall, spent = (
                BATCH / statistics.median(second for one in runs for second in one[name])
                for name in ("seconds", "spent")
            )
            memory = statistics.median(one["peak"] for one in runs) / 1e9
            print(f"{case:6} {side:5} {wall:8.2f} {spent:11.2f} {memory:8.2f} {runs[0]['loss']:11.5f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", default="", help="the python of an environment that has TRL")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--steps", type=int, default=5, help="that are timed, after one that is not")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--tokens", type=int, default=0, help="that our side computes at once; 0: by the free memory")
    parser.add_argument("--side", default="", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        work = json.loads(arguments.work.read_text())
        found = ours(work) if arguments.side == "ours" else peer(work)
        print(json.dumps(found | {"peak": peak()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(arguments, Path(folder))


if __name__ == "__main__":
    main()
