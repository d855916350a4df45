"""What a model goes by: the catalogue's name, and the digest of its file, which is read once."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from aigc.models import Catalogue, marks, resolve, spoken_name

from .conftest import GGUF


def test_a_name_of_the_catalogue_goes_by_its_files_digest_too(cache: Path) -> None:
    weights = resolve("smollm2-135m")
    assert marks(weights) == {"smollm2-135m", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"}
    assert marks(resolve("gpt2")) == {"gpt2"}, "a repository of many files has no digest"


def test_a_file_that_is_the_catalogues_byte_for_byte_counts_as_it(tmp_path: Path, cache: Path, index: Any) -> None:
    digest = hashlib.sha256(GGUF).hexdigest()
    assert index.source.file_sha256 == digest
    file = tmp_path / "mine.gguf"
    file.write_bytes(GGUF)
    assert marks(resolve(str(file)), index.catalogue) == {"tiny", digest}
    file.write_bytes(GGUF + b"more")
    assert marks(resolve(str(file)), index.catalogue) == {hashlib.sha256(GGUF + b"more").hexdigest()}


def test_others_read_no_path_of_this_machine(tmp_path: Path, cache: Path, index: Any) -> None:
    file = tmp_path / "of a user" / "mine.gguf"
    file.parent.mkdir()
    file.write_bytes(GGUF)
    assert spoken_name(str(file), index.catalogue) == "tiny", "byte for byte the catalogue's"
    file.write_bytes(GGUF + b"more")
    assert spoken_name(str(file)) == f"mine.gguf {hashlib.sha256(GGUF + b'more').hexdigest()[:12]}"
    (tmp_path / "own" / "house").mkdir(parents=True)
    (tmp_path / "own" / "house" / "config.json").write_text("{}")
    assert re.fullmatch(r"house [0-9a-f]{12}", spoken_name(str(tmp_path / "own" / "house")))
    assert spoken_name(str(tmp_path / "gone.gguf")) == "gone.gguf"
    for name in ("smollm2-135m", "Qwen/Qwen3-4B", "gpt-x", ""):
        assert spoken_name(name) == name


def test_a_file_is_read_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(GGUF)
    weights = resolve(str(file))
    first = marks(weights)
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert marks(weights) == first
    (kept,) = (cache / "digests").iterdir()
    kept.write_text("broken")
    with pytest.raises(TypeError):
        marks(weights)


def test_a_folder_goes_by_its_weights(tmp_path: Path, cache: Path, model_files: Any) -> None:
    folder = model_files(tmp_path / "mine")
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert marks(resolve(str(folder)), Catalogue.load()) == {digest}
