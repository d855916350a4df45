from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.errors import ModelError, NotFound
from aigc.models import Catalogue, cache_folder, resolve
from aigc.models import files as files_module

Fill = Callable[..., Path]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def test_a_catalogue_name_that_was_not_pulled(cache: Path, catalogue: Catalogue) -> None:
    weights = resolve("smollm2-135m", catalogue=catalogue)
    assert not weights.installed
    assert weights.folder is None
    assert weights.model == catalogue.get("smollm2-135m")
    assert weights.digest.startswith("b179c952")
    assert not cache.exists()  # looking writes nothing


def test_a_folder_is_ready(tmp_path: Path, catalogue: Catalogue, model_files: Fill) -> None:
    folder = model_files(tmp_path / "mine")
    weights = resolve(f"{folder}/", catalogue=catalogue)
    assert weights.installed
    assert weights.folder == folder
    assert len(weights.digest) == 64


def test_a_folder_with_weights_in_panels_is_ready(tmp_path: Path, catalogue: Catalogue, model_files: Fill) -> None:
    folder = model_files(tmp_path / "mine", weights=False)
    (folder / "panels.aigc").write_bytes(b"w" * 100)
    before = resolve(str(folder), catalogue=catalogue)
    assert before.installed
    (folder / "panels.aigc").write_bytes(b"W" * 100)
    assert resolve(str(folder), catalogue=catalogue).digest != before.digest


def test_a_relative_folder_becomes_absolute(
    tmp_path: Path, catalogue: Catalogue, model_files: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_files(tmp_path / "org" / "mine")
    monkeypatch.chdir(tmp_path)
    assert resolve("org/mine", catalogue=catalogue).folder == tmp_path / "org" / "mine"


def test_the_catalogue_wins_over_a_folder_of_the_same_name(
    tmp_path: Path, cache: Path, catalogue: Catalogue, model_files: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_files(tmp_path / "smollm2-135m")
    monkeypatch.chdir(tmp_path)
    assert resolve("smollm2-135m", catalogue=catalogue).folder is None
    assert resolve("./smollm2-135m", catalogue=catalogue).installed


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"config": False}, "mine: has no config.json, so it is not a model folder"),
        ({"weights": False}, "mine: has no model.safetensors"),
        ({"tokenizer": False}, "mine: has no tokenizer; copy tokenizer.json into it"),
    ],
)
def test_an_incomplete_folder_says_what_is_missing(
    tmp_path: Path, catalogue: Catalogue, model_files: Fill, parts: dict[str, bool], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        resolve(str(model_files(tmp_path / "mine", **parts)), catalogue=catalogue)


def test_folders_of_another_kind_get_a_fitting_remedy(tmp_path: Path, catalogue: Catalogue, model_files: Fill) -> None:
    adapter = model_files(tmp_path / "adapter", config=False)
    (adapter / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match="has an adapter, not a model"):
        resolve(str(adapter), catalogue=catalogue)
    pickled = model_files(tmp_path / "pickled", weights=False)
    (pickled / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelError, match=r"pickled \*.bin weights are not loaded; save it with safetensors"):
        resolve(str(pickled), catalogue=catalogue)
    holder = model_files(tmp_path / "holder", config=False)
    (holder / "x.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"name the \.gguf file itself"):
        resolve(str(holder), catalogue=catalogue)


def test_a_sharded_folder_needs_every_shard(tmp_path: Path, catalogue: Catalogue, model_files: Fill) -> None:
    folder = model_files(tmp_path / "big", weights=False)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"x": "one.safetensors", "y": "two.safetensors"}}))
    (folder / "one.safetensors").write_bytes(b"1")
    with pytest.raises(ModelError, match=r"has no two\.safetensors"):
        resolve(str(folder), catalogue=catalogue)
    (folder / "two.safetensors").write_bytes(b"2")
    assert resolve(str(folder), catalogue=catalogue).installed
    index.write_text("[]")
    with pytest.raises(ModelError, match=r"index\.json: not an index of weight files"):
        resolve(str(folder), catalogue=catalogue)


def test_a_gguf_file_waits_for_its_fast_copy(tmp_path: Path, cache: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "mine.GGUF"
    path.write_bytes(b"GGUF....")
    weights = resolve(str(path), catalogue=catalogue)
    assert (weights.gguf, weights.folder, weights.installed) == (path, None, False)


def test_a_file_that_only_claims_to_be_gguf(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match=r"mine\.gguf: is not a GGUF file"):
        resolve(str(path), catalogue=catalogue)
    (tmp_path / "x.txt").write_text("")
    with pytest.raises(ModelError, match=r"neither a model folder nor a \.gguf file"):
        resolve(str(tmp_path / "x.txt"), catalogue=catalogue)
    with pytest.raises(NotFound, match=r"mime\.gguf: no such file; did you mean 'mine.gguf'\?"):
        resolve(str(tmp_path / "mime.gguf"), catalogue=catalogue)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("smolm2-135m", r"there is no model 'smolm2-135m'; did you mean 'smollm2-135m'\?"),
        ("banana", "there is no model 'banana'; known: .*or name a folder, a .gguf file or a Hub id"),
        ("./banana", "./banana: no such folder or file"),
        ("a/b/c", "a/b/c: no such folder or file; a Hugging Face id has the form ORG/NAME"),
        ("", "there is no model ''"),
    ],
)
def test_unknown_names(catalogue: Catalogue, hub_cache: Path, name: str, message: str) -> None:
    with pytest.raises(NotFound, match=message):
        resolve(name, catalogue=catalogue)


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


def put_in_hub_cache(hub_cache: Path, repo: str, commit: str, model_files: Fill) -> Path:
    root = hub_cache / ("models--" + repo.replace("/", "--"))
    (root / "refs").mkdir(parents=True, exist_ok=True)
    (root / "refs" / "main").write_text(commit)
    return model_files(root / "snapshots" / commit)


def test_hub_ids_come_from_the_hubs_cache(hub_cache: Path, catalogue: Catalogue, model_files: Fill) -> None:
    before = resolve("org/mine", catalogue=catalogue)
    assert (before.installed, before.digest) == (False, "")
    snapshot = put_in_hub_cache(hub_cache, "org/mine", "a" * 40, model_files)
    first = resolve("org/mine", catalogue=catalogue)
    assert (first.folder, first.installed) == (snapshot, True)
    put_in_hub_cache(hub_cache, "org/mine", "b" * 40, model_files)
    assert resolve("org/mine", catalogue=catalogue).digest != first.digest
    (snapshot.parent / ("b" * 40) / "model.safetensors").unlink()
    assert not resolve("org/mine", catalogue=catalogue).installed


def test_names_of_the_catalogue_and_bare_ids_on_the_hub(
    hub_cache: Path, catalogue: Catalogue, model_files: Fill
) -> None:
    snapshot = put_in_hub_cache(hub_cache, "openai-community/gpt2", "c" * 40, model_files)
    assert resolve("gpt2", catalogue=catalogue).folder == snapshot
    by_id = resolve("openai-community/gpt2", catalogue=catalogue)
    assert (by_id.folder, by_id.model) == (snapshot, catalogue.get("gpt2"))
    bare = put_in_hub_cache(hub_cache, "distilgpt2", "d" * 40, model_files)
    assert resolve("distilgpt2", catalogue=catalogue).folder == bare


def test_a_folders_digest_follows_what_loading_reads(tmp_path: Path, model_files: Fill) -> None:
    folder = model_files(tmp_path / "mine")
    first = files_module.folder_digest(folder)
    (folder / "README.md").write_text("words")
    os.utime(folder / "model.safetensors", (1, 1))
    assert files_module.folder_digest(folder.rename(tmp_path / "moved")) == first
    (tmp_path / "moved" / "config.json").write_text("{}")
    assert files_module.folder_digest(tmp_path / "moved") != first


def test_a_large_files_digest_follows_its_size_time_and_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "_WHOLE", 8)
    monkeypatch.setattr(files_module, "_HEAD", 4)
    path = tmp_path / "x.gguf"

    def digest(content: bytes, time: int) -> str:
        path.write_bytes(content)
        os.utime(path, ns=(time, time))
        return files_module.file_digest(path)

    first = digest(b"0123456789", 5)
    assert digest(b"0123456789", 5) == first
    assert digest(b"0123456789", 6) != first
    assert digest(b"X123456789", 5) != first
    assert digest(b"0123456789A", 5) != first


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("AIGC_CACHE")
    monkeypatch.setattr("aigc.models.user_cache.Path.home", lambda: tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "aigc"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == tmp_path / ".cache" / "aigc"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder() == tmp_path / "Library" / "Caches" / "aigc"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache_folder() == tmp_path / "local" / "aigc"
