"""A job on a Ray cluster, with the same ledger: `aigc batch … --on ray`.

    driver: ledger → blocks ──► foreman ──► writers on every node       one engine per GPU, or per some CPUs
    driver: ledger ◄── finished pieces, a block at a time ◄──┘

A piece is in the ledger as soon as its block is back: a killed driver goes on from there, a killed worker's block is
written again by another one, the same. The driver loads no model and imports no torch. Pieces go nowhere else, such as
into Parquet on every node: one ledger takes some thousands a second, what hundreds of GPUs write, and a million are
0.6 GB (tests/bench/LOG.md).
"""

from __future__ import annotations

import importlib.util
import pickle
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated, Any, Protocol

from aigc.errors import AigcError, UsageError
from aigc.jobs.ray.assignment import Assignment, packed
from aigc.jobs.ray.author import Answered, Work
from aigc.jobs.ray.blocks import block_size, blocks
from aigc.jobs.ray.connection import connect
from aigc.jobs.ray.foreman import Foreman, Share
from aigc.jobs.ray.worker import Block
from aigc.jobs.runner import Task, Took
from aigc.ledger.entry import Finished
from aigc.plugs.options import Range, read_options
from aigc.project import Project
from aigc.settings import Settings

LOT = 50_000  # briefs in the cluster's memory at a time
CORES = 8  # of a CPU node, at most, for one engine
GLANCE = 0.3  # seconds between looks at whether to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """This is `ray` in aigc.yaml. `address` is `local`, `auto` or `host:port`; without one a job runs here.

    `workers` engines (0: as many as fit) take `cpus` and `gpus` each (0 CPUs: some for an engine of ours, one for any
    other; -1 GPUs: one where there are any, for an engine that takes weights). `block` is how many briefs a worker has
    in hand at most.
    """

    address: str = ""
    workers: Annotated[int, Range(0)] = 0
    cpus: Annotated[float, Range(0)] = 0
    gpus: Annotated[float, Range(-1)] = -1
    block: Annotated[int, Range(1)] = 64

    @classmethod
    def of(cls, settings: Settings) -> RayOptions:
        """Read what settings say. UsageError names what is wrong there."""
        read = read_options(cls, settings.ray, section="ray", where=settings.where("ray"))
        return replace(read, address=read.address.removeprefix("ray://"))


def ray_runner(project: Project) -> RayRunner | None:
    """Return the runner that the settings ask for, or None for this process.

    UsageError when Ray is not installed, or when what writes has to stay here.
    """
    options = RayOptions.of(project.settings)
    if not options.address:
        return None
    if not project.source.may_run_on_cluster:
        what = f"{project.source.name} keeps files in the job's folder, which no worker has"
        raise UsageError(f"ray: {what}", hint="leave out --on ray, and `ray` in aigc.yaml")
    if importlib.util.find_spec("ray") is None or importlib.util.find_spec("pyarrow") is None:
        raise UsageError("--on ray needs Ray", hint="pip install 'aigc[ray]'")
    return RayRunner(options)


class RayRunner:
    """This writes on a cluster: one of its own until `close`, or a running one.

    Let an error be said before you close: what Ray left behind may end the process.
    """

    def __init__(self, options: RayOptions) -> None:
        self.took = Took()
        self.awaited: dict[str, None] = {}
        self._options = options
        self._disconnect: Callable[[], None] | None = None

    def close(self) -> None:
        if self._disconnect is not None:
            self._disconnect()
        self._disconnect = None

    def write(self, task: Task) -> Iterator[Finished]:
        began: float | None = time.monotonic()  # until a first block is back
        self._disconnect = self._disconnect or connect(self._options.address)
        share = self._share(task.project)
        held: dict[str, Answered] = {}
        for (brief, request), answers in task.ledger.completions.recall().items():
            held.setdefault(brief, {})[request] = answers
        assignment = packed(task.project, task.content_type, keep_lines=task.keep_lines)
        while not task.stopping() and (lot := list(islice(task.briefs, LOT))):
            size = block_size(len(lot), share.workers, self._options.block)
            cut = [[(brief, held.pop(brief.id, {})) for brief in block] for block in blocks(lot, size)]
            del lot
            for results in self._results(assignment, share, cut, task.stopping):
                for one in map(pickle.loads, results):
                    if isinstance(one, AigcError):
                        raise one
                    if isinstance(one, Block):
                        self.took += one.took
                        if began is not None:
                            self.took += Took(starting=max(0.0, time.monotonic() - began - one.seconds))
                            began = None
                    else:
                        yield one
                task.ledger.commit()
            began = time.monotonic()

    def _results(
        self, assignment: Assignment, share: Share, cut: Sequence[Work], stopping: Callable[[], bool]
    ) -> Iterator[list[bytes]]:
        share = Share(workers=min(share.workers, len(cut)), cpus=share.cpus, gpus=share.gpus)
        with _foreman(assignment, share) as foreman, _bell(stopping, foreman.stop):
            for work in cut:
                foreman.add(work)
            while (results := foreman.results()) is not None:
                yield results

    def _share(self, project: Project) -> Share:
        """Return how many engines fit on the nodes. UsageError when none does."""
        import ray

        options, ours = self._options, project.source.takes_weights
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        cores = [node["CPU"] for node in nodes if node.get("CPU")]
        gpus = options.gpus if options.gpus >= 0 else float(ours and any(node.get("GPU") for node in nodes))
        cpus = options.cpus or (min(CORES, *cores, CORES) if ours and not gpus and cores else 1)
        fit = sum(int(min(_times(node, "CPU", cpus), _times(node, "GPU", gpus))) for node in nodes)
        if not fit:
            raise UsageError(f"ray: no node has {cpus:g} CPUs and {gpus:g} GPUs", hint="-o ray.cpus=N -o ray.gpus=N")
        return Share(workers=options.workers or (fit if ours else min(fit, len(cores))), cpus=cpus, gpus=gpus)


def _times(node: Mapping[str, float], what: str, each: float) -> float:
    return node.get(what, 0.0) // each if each else float(1 << 20)


class _Foreman(Protocol):
    def add(self, work: Work) -> None: ...

    def results(self) -> list[bytes] | None: ...

    def stop(self) -> None: ...


class _Distant:
    """This is a foreman in an actor."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def add(self, work: Work) -> None:
        import ray

        ray.get(self._actor.add.remote(work))

    def results(self) -> list[bytes] | None:
        import ray

        found: list[bytes] | None = ray.get(self._actor.results.remote())
        return found

    def stop(self) -> None:
        self._actor.stop.remote()


@contextmanager
def _foreman(assignment: Assignment, share: Share) -> Iterator[_Foreman]:
    import ray

    if not ray.util.client.ray.is_connected():
        with closing(Foreman(assignment, share)) as foreman:
            yield foreman
        return
    head = {"node:__internal_head__": 0.001}
    actor = ray.remote(Foreman).options(num_cpus=0, max_concurrency=2, resources=head).remote(assignment, share)
    try:
        yield _Distant(actor)
    finally:
        with suppress(Exception):
            ray.kill(actor)


@contextmanager
def _bell(stopping: Callable[[], bool], ring: Callable[[], None]) -> Iterator[None]:
    """Ring once `stopping` says so: the driver itself waits for results."""
    over = threading.Event()

    def listen() -> None:
        while not over.wait(GLANCE):
            if stopping():
                ring()
                return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
