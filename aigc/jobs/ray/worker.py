"""What runs in a cluster: writers (actors of a Ray Data pool, one engine each) and the watch they share.

Retries, restarts of actors and their places are Ray's; who is to blame is an `Author`'s. Nothing here imports ray until
it is used, and only a writer ever loads a model.
"""

from __future__ import annotations

import pickle
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from aigc.errors import AigcError
from aigc.jobs.ray.assignment import Assignment
from aigc.jobs.ray.author import Author, Work
from aigc.jobs.runner import Took
from aigc.ledger.entry import Finished

Table: TypeAlias = Any  # pyarrow.Table

PATIENCE = 2  # times a block may be begun before its briefs are written one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """This is what a block took, in so many seconds once there was a generator."""

    took: Took
    seconds: float


Result: TypeAlias = Finished | Block | AigcError


class Watch:
    """This is one small actor. It knows what a worker that died cannot tell, and whether to begin no more."""

    def __init__(self) -> None:
        self._stopped = False
        self._begun: Counter[str] = Counter()
        self._alone: dict[str, str] = {}  # block → the brief that is being written by itself
        self._deaths: dict[str, Counter[str]] = {}

    def stop(self) -> None:
        self._stopped = True

    def begin(self, block: str) -> tuple[bool, int, dict[str, int]]:
        """Return (whether to stop, how often the block was begun before, deaths by brief)."""
        before, self._begun[block] = self._begun[block], self._begun[block] + 1
        if suspect := self._alone.pop(block, ""):
            self._deaths.setdefault(block, Counter())[suspect] += 1
        return self._stopped, before, dict(self._deaths.get(block, {}))

    def alone(self, block: str, brief: str) -> None:
        """Say what is being written by itself now, or with no brief that the block is done."""
        self._alone[block] = brief


class Writer:
    """This is an author in an actor. It is called with a block of briefs and gives its results."""

    def __init__(self, assignment: Assignment, watch: Any) -> None:
        self._author = Author(assignment)
        self._watch = watch

    def __del__(self) -> None:
        self._author.close()  # Ray Data drops a writer before it ends its process

    def __call__(self, table: Table) -> Table:
        import pyarrow

        work = [pickle.loads(row) for row in table.column("brief").to_pylist()]
        rows = [pickle.dumps(one) for one in self._results(work)]
        return pyarrow.table({"result": pyarrow.array(rows, pyarrow.binary())})

    def _results(self, work: Work) -> Iterator[Result]:
        """Yield finished pieces, an error that ends the job, and what was generated."""
        import ray

        block, author, watch = work[0][0].id, self._author, self._watch
        stopped, before, deaths = ray.get(watch.begin.remote(block))
        if stopped:
            return
        started, author.took, author.opening = time.monotonic(), Took(), 0.0
        try:
            if before < PATIENCE:
                yield from author.block(work)
            else:
                yield from author.warily(work, deaths, lambda brief: ray.get(watch.alone.remote(block, brief)))
                ray.get(watch.alone.remote(block, ""))
        except AigcError as error:
            yield error
        yield Block(took=author.took, seconds=time.monotonic() - started - author.opening)
