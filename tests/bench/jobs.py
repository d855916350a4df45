"""What the job layer itself costs: a scripted generator, so that pipeline, checks and ledger are all there is to time.

    python tests/bench/jobs.py 10000 100000 1000000
    python tests/bench/jobs.py --keep taken 10000

prints a JSON line per size: pieces/s of registering, writing and finishing, of all together, the same of CPU seconds,
and the peak memory of a process that did nothing else. `--keep` says which lines are kept (`keep_lines`: none, taken,
all).
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
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from aigc.jobs import open_job
from aigc.project import Project
from aigc.types import Brief, Completion, Delta, Request, Usage

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
prompt: item.j2
output: {type: string, minLength: 3, limit: {chars: 60}}
postprocess: [normalise_quotes]
checks: [limits, no_placeholder]
repair: {attempts: 0}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


class Instant:
    """This answers 128 requests a step and keeps none of them."""

    capacity = 128

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()

    def submit(self, request: Request) -> None:
        self._waiting.append(request)

    def step(self) -> Sequence[Completion | Delta]:
        asked = [self._waiting.popleft() for _ in range(len(self._waiting))]
        usage = Usage(prompt=40, sampled=8)
        return [
            Completion(
                request_id=one.id, text=f"Buy {one.prompt.messages[-1].content}", usage=usage, mean_logprob=-1.25
            )
            for one in asked
        ]

    def cancel(self, request_id: str) -> None:
        pass

    def close(self) -> None:
        pass


def briefs(count: int) -> Iterator[Brief]:
    for at in range(count):
        yield Brief(id=f"{at:07}", values={"product": f"mug number {at}"}, source=f"products.csv:{at + 2}")


def measure(count: int, keep: str) -> dict[str, float | str]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "templates/shop").mkdir(parents=True)
        (folder / "templates/shop/item.yaml").write_text(ITEM)
        (folder / "templates/shop/item.j2").write_text(TASK)
        (folder / "aigc.yaml").write_text("")
        project = Project.open(folder, options={"keep_lines": keep} if keep else {})
        cpu, marks = time.process_time(), [time.perf_counter()]
        with open_job(project, project.content_type("shop/item"), folder / "out", reuse=False) as job:
            job.register(briefs(count))
            marks.append(time.perf_counter())
            job.write(Instant())
            marks.append(time.perf_counter())
            report = job.finish(["csv"])
            marks.append(time.perf_counter())
        assert report.counts["accepted"] == count
        cpu = time.process_time() - cpu
        spans = [count / (after - before) for before, after in pairwise(marks)]
        return {
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
    parser.add_argument("sizes", type=int, nargs="+")
    asked = parser.parse_args()
    if len(asked.sizes) == 1:
        print(json.dumps(measure(asked.sizes[0], asked.keep)))
    for size in asked.sizes if len(asked.sizes) > 1 else ():
        kept = ["--keep", asked.keep] if asked.keep else []
        subprocess.run([sys.executable, __file__, *kept, str(size)], check=True)
