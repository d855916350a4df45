from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Generator
from tests.serving.listening import FILES, Listening


@pytest.fixture
def listen(make_project: Callable[..., Project], tmp_path: Path) -> Iterator[Callable[..., Listening]]:
    """Return a function that serves a generator, else one that buys, on a real socket."""
    servers: list[Listening] = []

    def make(generator: Generator | None = None, jobs: Sequence[Path] = ()) -> Listening:
        script = ScriptedGenerator(lambda request, index: f"Buy {request.prompt.messages[-1].content}", capacity=4)
        servers.append(Listening(make_project(FILES), generator or script, tmp_path, jobs))
        return servers[-1]

    yield make
    for one in servers:
        one.close()
