"""`aigc bench`: how fast this machine writes, and how fast it could."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.bench import WORKLOADS, Run, build, median_run, run_workload
from aigc.bench.measure import spread
from aigc.cli.echo import echo_json, echo_text
from aigc.cli.options import Overrides, Pairs, debug_option, model_option, open_project, project_option, settings_option
from aigc.cli.progress import counting, loading
from aigc.cli.readable import table
from aigc.errors import NotFound, UsageError, did_you_mean

if TYPE_CHECKING:
    from aigc.engine.engine import Engine
    from aigc.types import Json

USUAL = ("raw", "ads", "one")
WARM = 4  # requests written before anything is timed
OTHER_SEED = 1 << 20  # of texts no run uses


@click.command("bench")
@click.argument("workloads", metavar="[WORKLOAD]...", nargs=-1)
@click.option("--repeat", type=click.IntRange(1), default=3, show_default=True, help="Runs of each; the median counts.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many requests of each workload.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed makes other texts.")
@click.option("--fresh", is_flag=True, help="A new shared part for every run: nothing is computed already.")
@model_option
@settings_option
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per run on stdout and nothing else.")
@debug_option
def command(
    workloads: tuple[str, ...],
    repeat: int,
    limit: int | None,
    seed: int,
    fresh: bool,
    model: str | None,
    settings: Pairs,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Measure how fast this machine writes.

    WORKLOAD is raw, raw-256, ads, lines, lines-64, lines-64-apart, lines-nested, long, one, prompt, first or mixed;
    without one, raw, ads and one are run.
    Every run writes new texts with a warm engine. `of best` is the share of what the machine could do: the time its
    arithmetic and memory would need for the same work at rates measured on the spot.

    \b
    Examples:
      aigc bench
      aigc bench one --repeat 5
      aigc bench raw lines --limit 200 --json
      aigc bench raw -o engine.rows=32
    """
    for name in workloads:
        if name not in WORKLOADS:
            raise NotFound(f"no workload named {name!r}", hint=did_you_mean(name, WORKLOADS))
    project = open_project(folder, Overrides(model=model, settings=settings))
    with loading(project.settings.model) as report:
        generator = project.generator(report)
    with closing(generator):
        generator = getattr(generator, "inner", generator)  # timed without what bounds it
        if not hasattr(generator, "network"):
            raise UsageError(f"bench measures our own engine, not {project.source.name!r}")
        engine: Engine = generator  # type: ignore[assignment]
        shown: list[list[str]] = []
        for name in workloads or USUAL:
            runs = list(_runs(engine, name, repeat, limit, seed, fresh))
            middle = median_run(runs)
            if as_json:
                for run in runs:
                    echo_json(_json({**run.record(), **_about(engine), "median": run is middle}))
            shown.append(_row(middle, spread(runs)))
    if not as_json:
        head = ["workload", "seconds", "±", "tokens/s", "forced/s", "items/s", "valid/s", "first", "memory", "of best"]
        echo_text(table(shown, head=head))
    return 0


def _runs(engine: Engine, name: str, repeat: int, limit: int | None, seed: int, fresh: bool) -> Iterator[Run]:
    from aigc.engine.ceiling import measure_ceiling

    ceiling = measure_ceiling(engine.network)
    few = min(WARM, limit or WARM)
    run_workload(engine, build(name, engine.count_tokens, seed=OTHER_SEED, shared=seed, limit=few), ceiling)
    for number in range(repeat):
        shared = seed + number + 1 if fresh else seed
        work = build(name, engine.count_tokens, seed=seed + number, shared=shared, limit=limit)
        with counting(f"{name} {number + 1}/{repeat}", len(work.requests)) as told:
            yield run_workload(engine, work, ceiling, told)


def _row(run: Run, width: float) -> list[str]:
    rates = run.record()
    return [
        run.workload,
        f"{run.seconds:.2f}",
        f"{width:.0%}",
        f"{rates['tokens_per_second']:.0f}",
        f"{rates['forced_per_second']:.0f}",
        f"{rates['items_per_second']:.2f}",
        f"{rates['valid_items_per_second']:.2f}",
        f"{run.first_item_seconds:.2f}",
        f"{run.peak_memory_bytes / 1e9:.2f} GB",
        f"{run.roofline:.0%}",
    ]


def _about(engine: Engine) -> dict[str, Json]:
    shape = engine.network.shape
    return {
        "model": engine.model_name,
        "device": str(shape.device),
        "dtype": str(shape.dtype).removeprefix("torch."),
        "rows": engine.capacity,
        "date": datetime.date.today().isoformat(),
    }


def _json(value: Json) -> str:
    import json

    return json.dumps(value)
