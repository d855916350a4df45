"""This runs a workload and says what came of it."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aigc.bench.workloads import Workload, is_valid
from aigc.types import Completion, Json

if TYPE_CHECKING:
    from aigc.engine.ceiling import Ceiling
    from aigc.engine.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """This is one run of one workload. `roofline` is the least time the machine could take, over the time taken."""

    workload: str
    requests: int
    valid: int
    prompt_tokens: int
    cached_tokens: int
    sampled: int
    forced: int
    steps: int
    seconds: float
    first_item_seconds: float
    peak_memory_bytes: int
    roofline: float

    def record(self) -> dict[str, Json]:
        """Return the run with its rates, ready for JSON."""
        rates = {
            "tokens_per_second": self.sampled + self.forced,
            "sampled_per_second": self.sampled,
            "forced_per_second": self.forced,
            "items_per_second": self.requests,
            "valid_items_per_second": self.valid,
        }
        return {**asdict(self), **{name: round(count / self.seconds, 2) for name, count in rates.items()}}


def run_workload(
    engine: Engine, workload: Workload, ceiling: Ceiling, told: Callable[[int], None] = lambda done: None
) -> Run:
    """Write everything the workload asks for; `told` hears after each step how many are finished."""
    from aigc.engine.ceiling import tokens_read

    with _endless(engine, workload):
        began = time.perf_counter()
        done: list[Completion] = []
        steps, read, first = 0, 0, 0.0
        for turn in workload.turns:
            for request in turn:
                engine.submit(request)
            while engine.busy:
                read += tokens_read(engine.loop.rows) if engine.loop else 0
                done += [result for result in engine.step() if isinstance(result, Completion)]
                steps += 1
                first = first or (time.perf_counter() - began if done else 0.0)
                told(len(done))
        seconds = time.perf_counter() - began
    usage = [one.usage for one in done]
    written = sum(one.sampled + one.forced for one in usage)
    fresh = sum(one.prompt - one.cached for one in usage)
    seen = sum(
        (one.prompt + one.cached) / 2 * (one.prompt - one.cached)
        + (one.prompt + (one.sampled + one.forced) / 2) * (one.sampled + one.forced)
        for one in usage
    )
    heads = sum(one.sampled for one in usage)
    least = ceiling.seconds(tokens=fresh + written, heads=heads, seen=seen, steps=steps, read=read)
    return Run(
        workload=workload.name,
        requests=len(done),
        valid=sum(_valid(one, workload) for one in done),
        prompt_tokens=sum(one.prompt for one in usage),
        cached_tokens=sum(one.cached for one in usage),
        sampled=heads,
        forced=sum(one.forced for one in usage),
        steps=steps,
        seconds=round(seconds, 4),
        first_item_seconds=round(first, 4),
        peak_memory_bytes=max(peak_memory(), ceiling.device_peak()),
        roofline=round(least / seconds, 3),
    )


def _valid(one: Completion, workload: Workload) -> bool:
    return one.finish_reason in ("stop", "length") and is_valid(one.text, workload.schemas.get(one.request_id))


def median_run(runs: Sequence[Run]) -> Run:
    """Return the run of median duration; of an even number the slower of the middle two."""
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def spread(runs: Sequence[Run]) -> float:
    """Return (slowest - fastest) / median duration."""
    seconds = [run.seconds for run in runs]
    return (max(seconds) - min(seconds)) / statistics.median(seconds)


@contextmanager
def _endless(engine: Engine, workload: Workload) -> Iterator[None]:
    """Keep end tokens from ending the texts that are to have an exact length."""
    engine.endless = workload.endless
    try:
        yield
    finally:
        engine.endless = frozenset()


def peak_memory() -> int:
    """Return the most memory the process has held so far, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
