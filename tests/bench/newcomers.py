"""How long newcomers wait behind a job, and what a chat gets beside one.

    python tests/bench/newcomers.py newcomers                     # a tiny model, 16 rows, texts of 32 to 127 tokens
    python tests/bench/newcomers.py newcomers --urgent
    python tests/bench/newcomers.py chat                          # the default model, 64 rows
    python tests/bench/newcomers.py chat --model FILE.gguf --rows 32 --seconds 60 --shares 1,0.5

`newcomers` has a job keep as many texts in hand as there are rows, sends a newcomer of 24 tokens every few steps, and
prints how many began, after how many steps (median, 95 %, worst), how many rows had begun meanwhile at worst, and the
tokens that the job got per step. `chat` has the job alone, then beside an urgent text that does not end, for each
share, round after round: tokens per CPU second of both, what share of its rate alone in the same round the job keeps,
what share of the time steps of all rows took, and the longest time between two tokens of the chat. Prints a JSON line
each, of medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.engine.engine import Engine
from aigc.models import pull
from aigc.testing.tiny import tiny_gpt
from aigc.types import Completion, Message, Prompt, Request, SamplingParams

DEFAULT = "smollm2-135m"
LENGTHS, CHAT = (600, 900), 1500  # tokens of the texts beside a chat, and of the chat at most
STYLE = "You write short lines for shops. Plain words, no numbers that are not given, one line each. "


def asked(name: str, text: str, tokens: int, **more: Any) -> Request:
    """This is a request of one message."""
    prompt = Prompt(messages=(Message(role="system", content=STYLE), Message(role="user", content=text)))
    return Request(id=name, prompt=prompt, sampling=SamplingParams(max_tokens=tokens, temperature=0.8), **more)


class Job:
    """This keeps so many texts in hand, each of a length drawn from `lengths`, which no end token ends."""

    def __init__(self, engine: Engine, many: int, lengths: tuple[int, int]) -> None:
        self.engine, self.many, self.lengths = engine, many, lengths
        self.draw, self.asked, self.open, self.tokens = random.Random(1), 0, 0, 0
        self.waiting: set[str] = set()

    def step(self) -> None:
        while self.open < self.many:
            name = f"job{self.asked}"
            self.engine.endless |= {name}
            self.engine.submit(asked(name, f"Product no. {self.asked}", self.draw.randint(*self.lengths)))
            self.waiting.add(name)
            self.asked, self.open = self.asked + 1, self.open + 1
        for one in self.engine.step():
            if isinstance(one, Completion) and one.request_id.startswith("job"):
                self.open, self.tokens = self.open - 1, self.tokens + len(one.token_ids)
        self.waiting -= names(self.engine)

    @property
    def written(self) -> int:
        """This counts all its tokens so far."""
        rows = self.engine.loop.rows if self.engine.loop else []
        return self.tokens + sum(len(row.written) for row in rows if row.request.id.startswith("job"))

    @property
    def begun(self) -> int:
        return self.asked - len(self.waiting)


def names(engine: Engine) -> set[str]:
    """This is who is being written."""
    assert engine.loop is not None
    return {row.request.id for row in engine.loop.rows}


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[Engine]:
    engine = open_engine(folder, EngineOptions(**options))
    try:
        yield engine
    finally:
        engine.close()


def newcomers(rows: int, steps: int, count: int, urgent: bool) -> dict[str, Any]:
    """This sends newcomers of 24 tokens to a tiny model that has a job."""
    more: dict[str, Any] = {"urgent": True} if urgent else {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = tiny_gpt("llama", Path(scratch))
        with opened(folder, rows=rows, **({"interactive": True} if urgent else {})) as engine:
            job = Job(engine, rows, (32, 127))
            for _ in range(200):
                job.step()
            sent: dict[str, tuple[int, int]] = {}
            waits, overtaken, before = [], [], job.written
            for step in range(steps):
                if step % (steps // 2 // count) == 0 and len(sent) < count:
                    name = f"new{len(sent)}"
                    sent[name] = (step, job.begun)
                    engine.submit(asked(name, "Hello", 24, **more))
                job.step()
                for name in names(engine) & sent.keys():
                    began, rows_then = sent.pop(name)
                    waits.append(step - began)
                    overtaken.append(job.begun - rows_then)
                    sent[f"done {name}"] = (step, 0)
            return {
                "rows": rows,
                "steps": steps,
                "urgent": urgent,
                "newcomers": count,
                "begun": len(waits),
                "median": statistics.median(waits) if waits else None,
                "p95": sorted(waits)[int(len(waits) * 0.95)] if waits else None,
                "worst": max(waits, default=None),
                "rows_begun_before": max(overtaken, default=None),
                "job_tokens_per_step": round((job.written - before) / steps, 2),
            }


def beside(engine: Engine, job: Job, seconds: float, chat: bool) -> dict[str, float]:
    """This writes for so many CPU seconds and counts the tokens of both."""
    if chat:
        engine.endless |= {"chat"}
        engine.submit(asked("chat", "Hello, who are you?", CHAT, urgent=True))
        while not any(row.urgent and row.written for row in engine.loop.rows):  # type: ignore[union-attr]
            job.step()
    before, began, wall = job.written, time.process_time(), time.perf_counter()
    first = told = _chat_tokens(engine)
    gap, last = 0.0, wall
    times = _Times(engine)
    while time.process_time() - began < seconds:
        job.step()
        if (now := _chat_tokens(engine)) > told:
            told, here = now, time.perf_counter()
            gap, last = max(gap, here - last), here
    taken = time.process_time() - began
    found = {"job": (job.written - before) / taken, "cores": taken / (time.perf_counter() - wall)}
    if chat:
        found |= {"chat": (told - first) / taken, "longest_gap_s": gap, "time_of_all": times.share}
        engine.cancel("chat")
        job.step()
    return {name: round(value, 4) for name, value in found.items()}


class _Times:
    """This adds up the time of an engine's steps by whose they were."""

    def __init__(self, engine: Engine) -> None:
        assert engine.loop is not None
        account = engine.loop.batch_share
        self.taken: Counter[str | None] = Counter()
        self.end = type(account).end.__get__(account)
        self.account, account.end = account, self.count  # type: ignore[method-assign]

    def count(self, seconds: float) -> None:
        self.taken[self.account._running] += seconds  # type: ignore[assignment]
        self.end(seconds)

    @property
    def share(self) -> float:
        return self.taken["all"] / max(self.taken["all"] + self.taken["urgent"], 1e-9)


def _chat_tokens(engine: Engine) -> int:
    assert engine.loop is not None
    return sum(len(row.written) for row in engine.loop.rows if row.request.id == "chat")


def chats(model: str, rows: int, seconds: float, shares: Sequence[float], rounds: int) -> Iterator[dict[str, Any]]:
    """This has a job of as many rows alone, and a chat beside it with each share; medians of rounds."""
    folder = pull(model, convert=convert_gguf).folder
    assert folder is not None
    with opened(folder, rows=rows + 8, interactive=True) as engine:
        assert engine.loop is not None
        job = Job(engine, rows, LENGTHS)
        while len(engine.loop.rows) < rows or any(len(row.written) < 4 for row in engine.loop.rows):
            job.step()
        kinds: list[float | None] = [None, *shares]
        every: dict[float | None, list[dict[str, float]]] = {kind: [] for kind in kinds}
        for _ in range(rounds):
            for kind in kinds:
                engine.loop.batch_share.share = kind or 1.0
                found = beside(engine, job, seconds, kind is not None)
                alone = every[None][-1] if kind else found
                every[kind].append(found | {"kept": round(found["job"] / alone["job"], 2)})
        for kind in kinds:
            middle = {name: statistics.median(one[name] for one in every[kind]) for name in every[kind][0]}
            yield {"model": model, "rows": rows, "rounds": rounds, "share": kind, **middle}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["newcomers", "chat"])
    parser.add_argument("--urgent", action="store_true")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--model", default=DEFAULT)
    parser.add_argument("--rows", type=int, default=0, help="16 for newcomers, 64 for a chat")
    parser.add_argument("--seconds", type=float, default=6, help="of CPU time, for each share in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shares", default="1,0.5,0.3")
    given = parser.parse_args(words)
    if given.what == "newcomers":
        print(json.dumps(newcomers(given.rows or 16, given.steps, given.count, given.urgent)), flush=True)
        return
    shares = [float(one) for one in given.shares.split(",")]
    for found in chats(given.model, given.rows or 64, given.seconds, shares, given.rounds):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
