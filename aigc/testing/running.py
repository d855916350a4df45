"""An `aigc` command run in this process, through the outermost frame, as a terminal would see it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aigc.cli import main
from aigc.project import Project
from aigc.types import Generator, Json
from aigc.types.foreign import read_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """This is how a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Json:
        """What it printed, as JSON. ValueError where it is none."""
        return read_json(self.out)


def run_cli(
    *argv: str,
    cwd: Path | None = None,
    generator: Generator | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ran:
    """Run `aigc` with these words, in the folder `cwd`, and return how it ended.

    `generator` writes in place of a model, whatever the project says; it is not closed, so that a script's requests
    can be looked at, and no forecast is made of how fast it was. `environment` is laid over the process's own for
    the time.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    places = redirect_stdout(out), redirect_stderr(err)
    with _standing(cwd), patch.dict(os.environ, environment or {}), _writing_with(generator), places[0], places[1]:
        code = main(argv)
    return Ran(code=code, out=_text(out), err=_text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _standing(folder: Path | None) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder or before)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _writing_with(generator: Generator | None) -> Iterator[None]:
    if generator is None:
        yield
        return
    lent = _Lent(generator)

    def opened(project: Project, progress: object = None, **again: bool) -> Any:
        return lent

    def kept(rates: Path, took: object) -> None:
        """Keep nothing: a script's speed would stand under the model's name."""

    with patch.object(Project, "generator", opened), patch("aigc.jobs.run.record_rate", kept):
        yield


class _Lent:
    """This is a generator that a command may use, and not close."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._generator, name)

    def close(self) -> None: ...
