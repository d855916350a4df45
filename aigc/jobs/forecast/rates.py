"""What this machine, or a cluster asked from it, did in earlier runs: how fast, how much and in how much memory.

By model, engine, cluster and content type, in one small JSON file in the user's cache, beside the models. Runs of one
kind are added up, the earlier ones counting half each time, so that a new driver or a busier machine shows soon.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from aigc.errors import JobError, ModelError
from aigc.models import cache_folder
from aigc.plugs.whole_file import whole_file
from aigc.project import Project
from aigc.types.foreign import file_bytes, read_json

RATES_FILE = "rates.json"
FORMAT = 2
KEPT = 500  # kinds of runs
MOST_LOAD = 9.0  # past that nobody can tell anything
LEAST, MOST = 1e-9, 1e18  # of what is counted or measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """This is what runs of one kind came to, each piece written once. `planned` requests are those before anything was
    asked again; `memory` is the most that a process which writes ever had, in bytes, 0 where the system does not tell;
    `load` is how many other programs wanted each core when the last of them began.
    """

    writer: str  # generator, model, engine options, cluster
    content_type: str
    pieces: float
    planned: float
    requests: float
    completions: float
    written_tokens: float
    seconds: float
    memory: int = 0
    load: float = 0.0

    @property
    def speed(self) -> float:
        """Return written tokens per second."""
        return self.written_tokens / self.seconds

    def after(self, earlier: Rate) -> Rate:
        """Return this run with half of what was before."""
        sums = {name: getattr(self, name) + getattr(earlier, name) / 2 for name in SUMS}
        return replace(self, **sums, memory=self.memory or earlier.memory)


SUMS = ("pieces", "planned", "requests", "completions", "written_tokens", "seconds")


def writer_of(project: Project) -> str:
    """Name what writes: runs of another model, on another device, elsewhere or with other options go at another
    speed."""
    settings = project.settings
    words = [f"{name}={value}" for name, value in sorted(settings.engine.items())]
    if address := str(settings.ray.get("address", "")):
        cluster = {**settings.ray, "address": address.removeprefix("ray://")}
        words += [f"ray.{name}={value}" for name, value in sorted(cluster.items())]
    return " ".join([project.source.name, settings.model, *words])


def rates_file() -> Path | None:
    """Return where what this machine did is kept; None for a user without a home."""
    try:
        return cache_folder() / RATES_FILE
    except ModelError:
        return None


def read_rates(file: Path | None) -> list[Rate]:
    """Return every kind of run, the last one first; nothing where there is no file, or it cannot be read or is of
    another version."""
    if file is None:
        return []
    try:
        record = read_json(file_bytes(file))
        known = {one.name for one in fields(Rate)}
        if record["format"] != FORMAT:
            return []
        rates = [Rate(**{name: one[name] for name in known if name in one}) for one in record["runs"]]
        return [rate for rate in rates if _is_one(rate)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def record_rate(file: Path, run: Rate) -> None:
    """Add a run. A cache that cannot be written is no reason to fail a job."""
    kept = []
    for rate in read_rates(file):
        if (rate.writer, rate.content_type) == (run.writer, run.content_type):
            run = run.after(rate)
        else:
            kept.append(rate)
    record = {"format": FORMAT, "runs": [asdict(one) for one in [run, *kept][:KEPT]]}
    with suppress(OSError, JobError), whole_file(file) as written:
        written.write(json.dumps(record, indent=1) + "\n")


def _is_one(rate: Rate) -> bool:
    """Say whether what a file says can be a run: more than nothing, and what is worked out of it stays finite."""
    sums = [getattr(rate, name) for name in SUMS]
    if not all(isinstance(one, int | float) and 0 <= one <= MOST for one in (*sums, rate.memory, rate.load)):
        return False
    named = isinstance(rate.writer, str) and isinstance(rate.content_type, str) and isinstance(rate.memory, int)
    return named and min(rate.seconds, rate.pieces, rate.completions) >= LEAST


def of_writer(rates: Sequence[Rate], writer: str, content_type: str) -> Rate | None:
    """Return what a writer did of a content type, else of all others together."""
    mine = [rate for rate in rates if rate.writer == writer]
    for rate in mine:
        if rate.content_type == content_type:
            return rate
    if not mine:
        return None
    sums: Mapping[str, float] = {name: sum(getattr(rate, name) for rate in mine) for name in SUMS}
    load = sum(rate.load for rate in mine) / len(mine)
    return Rate(writer=writer, content_type="", memory=max(rate.memory for rate in mine), load=load, **sums)


def load_of_each_core() -> float:
    """Return how many programs wanted each core in the last minute; 0 where the system does not tell (Windows)."""
    try:
        return round(min(os.getloadavg()[0] / (os.cpu_count() or 1), MOST_LOAD), 2)
    except (AttributeError, OSError):
        return 0.0


def peak_memory() -> int:
    """Return the most memory this process ever had, in bytes; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
