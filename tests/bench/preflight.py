"""What checking a file before a batch costs: every row validated, prompts rendered and counted, nothing written.

    python tests/bench/preflight.py 10000 100000 1000000 [--matrix language=en,zh]

makes a CSV of so many rows (an id, four facts each), gives it to `aigc batch ads/google-search … --dry-run` in a
process of its own, and prints a JSON line per size: rows/s, rows per second of CPU, peak memory, and of how many
briefs the prompts were rendered.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

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


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    for size in sizes:
        print(json.dumps(measure(size, [word for word in sys.argv[1:] if not word.isdecimal()])), flush=True)
