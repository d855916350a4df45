"""A second face: two threads ask for pieces and now and then change their minds, a third one writes.

It knows nothing but public names, as a server would.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence

from aigc import Artifact, Brief, Generator, Project


class Face:
    """This is a small service around one session. `written` are the pieces that came back, `dropped` the briefs that
    somebody did not want any more."""

    def __init__(self, project: Project, generator: Generator) -> None:
        self.written: list[Artifact] = []
        self.dropped: set[str] = set()
        self._project = project
        self._session = project.session(generator)
        self._asking = threading.Semaphore(0)  # released by each asker once it is done

    def ask(self, types: Sequence[str], briefs: Sequence[Brief], seed: int) -> None:
        """Ask for a piece per brief, of types in turn, and cancel one of four a moment later."""
        luck = random.Random(seed)
        loaded = [self._project.content_type(name) for name in types]
        for at, brief in enumerate(briefs):
            self._session.submit(loaded[at % len(loaded)], brief)
            if luck.random() < 0.25:
                time.sleep(luck.random() / 1000)
                self.dropped.add(brief.id)
                self._session.cancel(brief.id)
        self._asking.release()

    def serve(self, askers: int) -> None:
        """Write until every asker is done and nothing is left."""
        while askers or self._session.busy:
            askers -= self._asking.acquire(blocking=False)
            self.written += self._session.step()
        self._session.close()


def run(project: Project, generator: Generator, types: Sequence[str], crowds: Sequence[Sequence[Brief]]) -> Face:
    """Serve a thread per crowd of briefs."""
    face = Face(project, generator)
    threads = [threading.Thread(target=face.ask, args=(types, crowd, seed)) for seed, crowd in enumerate(crowds)]
    for thread in threads:
        thread.start()
    face.serve(len(threads))
    for thread in threads:
        thread.join()
    return face
