"""What the job layer itself costs: a scripted generator, so that pipeline, checks and ledger are all there is to time.

    python tests/bench/jobs.py 10000 100000 1000000
    python tests/bench/jobs.py --keep taken 10000
    python tests/bench/jobs.py --type shop/ad 100000
    python tests/bench/jobs.py --type ads/google-search --voice joined 10000

prints a JSON line per size: pieces/s of registering, writing and finishing, of all together, the same of CPU seconds,
and the peak memory of a process that did nothing else. `--keep` says which lines are kept (`keep_lines`: none, taken,
all). `--type` says what is written: `shop/item`, one text a piece, `shop/ad`, fifteen or so in one answer, checked and
exported as those of a real ad, or `ads/google-search` itself, in a `--voice` of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from job_types import SHAPES, write_types

from aigc.jobs import open_job
from aigc.project import Project
from aigc.types import Completion, Delta, Request, Usage


class Instant:
    """This answers 128 requests a step and keeps none of them."""

    capacity = 128

    def __init__(self, answer: Callable[[Request], str]) -> None:
        self._answer = answer
        self._waiting: deque[Request] = deque()

    def submit(self, request: Request) -> None:
        self._waiting.append(request)

    def step(self) -> Sequence[Completion | Delta]:
        asked = [self._waiting.popleft() for _ in range(len(self._waiting))]
        usage = Usage(prompt=40, sampled=8)
        return [
            Completion(request_id=one.id, index=index, text=self._answer(one), usage=usage, mean_logprob=-1.25)
            for one in asked
            for index in range(one.sampling.n)
        ]

    def cancel(self, request_id: str) -> None:
        pass

    def close(self) -> None:
        pass


def measure(count: int, keep: str = "", name: str = "shop/item", voice: str = "") -> dict[str, float | str]:
    shape = SHAPES[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_types(folder)
        options = {"keep_lines": keep, "voice": voice}
        project = Project.open(folder, options={name: value for name, value in options.items() if value})
        content_type = project.content_type(name)
        cpu, marks = time.process_time(), [time.perf_counter()]
        with open_job(project, content_type, folder / "out", reuse=False) as job:
            job.register(shape.briefs(count))
            marks.append(time.perf_counter())
            job.write(Instant(shape.answer))
            marks.append(time.perf_counter())
            report = job.finish(shape.exports)
            marks.append(time.perf_counter())
        assert report.counts["accepted"] == count
        cpu = time.process_time() - cpu
        spans = [count / (after - before) for before, after in pairwise(marks)]
        return {
            "type": name,
            "voice": voice,
            "pieces": count,
            "keep_lines": keep,
            "register_per_s": round(spans[0]),
            "write_per_s": round(spans[1]),
            "finish_per_s": round(spans[2]),
            "pieces_per_s": round(count / (marks[-1] - marks[0])),
            "pieces_per_cpu_s": round(count / cpu),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "ledger_bytes_per_piece": round((folder / "out/job.sqlite").stat().st_size / count),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", default="", choices=["none", "taken", "all"])
    parser.add_argument("--type", default="shop/item", choices=SHAPES)
    parser.add_argument("--voice", default="")
    parser.add_argument("sizes", type=int, nargs="+")
    asked = parser.parse_args()
    if len(asked.sizes) == 1:
        print(json.dumps(measure(asked.sizes[0], asked.keep, asked.type, asked.voice)))
    for size in asked.sizes if len(asked.sizes) > 1 else ():
        kept = ["--keep", asked.keep] if asked.keep else []
        written = ["--type", asked.type, "--voice", asked.voice]
        subprocess.run([sys.executable, __file__, *kept, *written, str(size)], check=True)
