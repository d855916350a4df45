"""What checking a file before a batch costs: every row validated, prompts rendered and counted, nothing written.

    python tests/bench/preflight.py 10000 100000 1000000 [--matrix language=en,zh]

makes a CSV of so many rows (an id, four facts each), gives it to `aigc batch ads/google-search … --dry-run` in a
process of its own, and prints a JSON line per size: rows/s, rows per second of CPU, peak memory, and of how many
briefs the prompts were rendered. With `--register` it does what a real batch does before its model loads instead: look,
register all in a ledger, forecast what waits.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from aigc.asking import Plan, survey_briefs
from aigc.jobs import open_job
from aigc.project import Project

WORDS = ("mug", "kettle", "lamp", "boots", "blanket", "bike", "shoe", "desk", "chair", "steel", "oak", "garden", "tea")
COLUMNS = ("id", "product", "benefits", "url", "brand", "category", "offer", "language")
COMMAND = "import sys; from aigc.cli import main; sys.exit(main(sys.argv[1:]))"


def write_rows(path: Path, count: int) -> None:
    draw = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for at in range(count):
            one, other = draw.sample(WORDS, 2)
            facts = (f"{draw.choice(WORDS)} {draw.choice(WORDS)} holds {draw.randint(1, 90)} litres" for _ in range(4))
            url = f"https://example.com/products/{at}"
            name = f"{one} {other} {at}"
            table.writerow([f"sku-{at}", name, ";".join(facts), url, "Fernway", other, "30-day returns", "en"])


def measure(count: int, options: Sequence[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "products.csv")
        write_rows(path, count)
        command = [sys.executable, "-c", COMMAND, "batch", "ads/google-search", str(path), "--dry-run", "--json"]
        started = time.perf_counter()
        with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, cwd=place) as running:
            assert running.stdout is not None
            said = json.loads(running.stdout.read())
            _, status, spent = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        assert running.returncode == 0 and not said["failed"], said["reasons"]
        return {
            "rows": count,
            "briefs": said["valid"],
            "rendered": said["forecast"]["rendered"],
            "rows_per_s": round(count / seconds),
            "rows_per_cpu_s": round(count / (spent.ru_utime + spent.ru_stime)),
            "seconds": round(seconds, 1),
            "peak_mb": round(spent.ru_maxrss / 1024),
            "file_mb": round(path.stat().st_size / 1e6),
        }


def register(count: int) -> dict[str, float]:
    """This is for a process of its own: its peak memory is measured."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "products.csv")
        write_rows(path, count)
        project = Project.open(Path(place))
        content_type = project.content_type("ads/google-search")
        plan = Plan(type=content_type.name, briefs=str(path))
        marks = [time.process_time()]
        assert survey_briefs(plan.rows(project, content_type), 3).valid == count
        marks.append(time.process_time())
        with open_job(project, content_type, Path(place, "out"), reuse=False) as job:
            job.register(plan.rows(project, content_type))
            marks.append(time.process_time())
            expected = job.forecast(None)
            marks.append(time.process_time())
        spans = [round(count / (after - before)) for before, after in pairwise(marks)]
        return {
            "rows": count,
            **dict(zip(("look_per_cpu_s", "register_per_cpu_s", "forecast_per_cpu_s"), spans, strict=True)),
            "rendered": expected.rendered,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }


if __name__ == "__main__":
    if "--register" in sys.argv[1:]:
        sizes = [word for word in sys.argv[1:] if word.isdecimal()]
        if len(sizes) == 1:
            print(json.dumps(register(int(sizes[0]))))
        for word in sizes if len(sizes) > 1 else ():
            subprocess.run([sys.executable, __file__, word, "--register"], check=True)
        sys.exit()
    for size in [int(word) for word in sys.argv[1:] if word.isdecimal()]:
        print(json.dumps(measure(size, [word for word in sys.argv[1:] if not word.isdecimal()])), flush=True)
