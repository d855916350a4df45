"""The foreman puts blocks of briefs through a pool of writers with Ray Data, and hands back what comes.

    blocks ──► from_arrow_refs ──► map_batches(Writer, actor pool) ──► results of a block, as blocks finish

It stands in the driver's process, or where that is only a Ray client (`ray://`), in an actor on the head node: Ray Data
does not run in a client.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from aigc.errors import AigcError, EngineError, first_line
from aigc.jobs.ray.assignment import Assignment
from aigc.jobs.ray.author import Work
from aigc.jobs.ray.worker import Watch, Writer

SMALL = 1 << 20  # bytes; Ray Data makes room for that much per block in hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """This is how many writers there are, and what each of them takes of a node."""

    workers: int
    cpus: float
    gpus: float


class Foreman:
    """This is good for one lot of blocks: `add` them all, then ask for `results` until there are none."""

    def __init__(self, assignment: Assignment, share: Share) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        kept = {"max_restarts": -1, "max_task_retries": -1}
        self._watch = ray.remote(Watch).options(num_cpus=0, scheduling_strategy=here, **kept).remote()
        self._assignment = assignment
        self._share = share
        self._blocks: list[Any] = []
        self._results: Generator[list[bytes], None, None] | None = None

    def add(self, work: Work) -> None:
        import pyarrow
        import ray

        rows = [pickle.dumps(one) for one in work]
        ids = [brief.id for brief, _ in work]
        table = pyarrow.table({"id": ids, "brief": pyarrow.array(rows, pyarrow.binary())})
        self._blocks.append(ray.put(table))

    def results(self) -> list[bytes] | None:
        """Return the pickled results of the block that finished next. EngineError when Ray itself fails."""
        if self._results is None:
            self._results = self._run()
        try:
            return next(self._results, None)
        except AigcError:
            raise
        except Exception as error:
            raise EngineError(f"Ray gave up: {type(error).__name__}: {first_line(error)}") from error

    def stop(self) -> None:
        """Let the writers finish the blocks in hand and begin no more."""
        self._watch.stop.remote()

    def close(self) -> None:
        """End the writers, whatever they have in hand."""
        if self._results is not None:
            self._results.close()

    def _run(self) -> Generator[list[bytes], None, None]:
        import ray

        _quiet()
        share, blocks = self._share, self._blocks
        written = ray.data.from_arrow_refs(blocks).map_batches(
            Writer,
            fn_constructor_args=(self._assignment, self._watch),
            batch_size=None,
            batch_format="pyarrow",
            # idle writers leave at the end, so that one whose node is gone finds room; a writer has one block in hand
            compute=ray.data.ActorPoolStrategy(
                min_size=1, max_size=share.workers, initial_size=share.workers, max_tasks_in_flight_per_actor=1
            ),
            num_cpus=share.cpus,
            num_gpus=share.gpus,
        )
        bundles = written.iter_internal_ref_bundles()  # `iter_batches` leaves a thread behind that may outlive Ray
        try:
            for bundle in bundles:
                for table in ray.get(bundle.block_refs):
                    yield table.column("result").to_pylist()
        finally:
            del bundles  # or else its actors live until somebody collects the garbage


def _quiet() -> None:
    """Keep Ray Data from drawing bars and logging more than errors, and make it count with blocks as small as ours."""
    import ray.data
    from ray.data._internal.logging import SessionFileHandler

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.target_max_block_size = SMALL
    for handler in logging.getLogger("ray.data").handlers:
        if not isinstance(handler, SessionFileHandler):
            handler.setLevel(logging.ERROR)
