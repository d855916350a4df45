"""A GGUF file of one's own, as `aigc models` and `aigc doctor` tell of it: by its header, before and after its copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from gguf import GGMLQuantizationType, GGUFWriter

from aigc.models.user_cache import write_stamp
from aigc.models.weights import resolve

Run = Callable[..., Any]
HIDDEN, VOCAB = 256, 4096
FIRST_USE = "the first use makes a fast copy of about 1.1 MB"


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """This is a Llama of one matrix and two norms, 1.1 MB in 8 bits and 2 KB in 32."""
    path = tmp_path / "mine.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(4)
    blocks = numpy.zeros((VOCAB, HIDDEN // 32 * 34), dtype=numpy.uint8)
    writer.add_tensor("token_embd.weight", blocks, raw_dtype=GGMLQuantizationType.Q8_0)
    for name in ("output_norm.weight", "blk.0.attn_norm.weight"):
        writer.add_tensor(name, numpy.ones(HIDDEN, dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def damaged(gguf: Path, tmp_path: Path) -> Path:
    path = tmp_path / "cut.gguf"
    path.write_bytes(gguf.read_bytes()[:-2000])
    return path


def test_show_says_what_a_file_is_and_what_its_first_use_does(aigc: Run, gguf: Path) -> None:
    ran = aigc("models", "show", str(gguf))
    rows = dict(line.split("  ", 1) for line in ran.out.splitlines())
    told = {name: rows[name].strip() for name in ("file", "family", "parameters", "tensors", "on this machine")}
    assert ran.code == 0 and told == {
        "file": "1.1 MB",
        "family": "llama",
        "parameters": "1 million",
        "tensors": "Q8_0 1, F32 2",
        "on this machine": f"the file is here; {FIRST_USE}, or `aigc models pull {gguf}` now",
    }
    size = gguf.stat().st_size
    assert aigc("models", "show", str(gguf), "--json").json["file"] == {
        "nbytes": size,
        "family": "llama",
        "parameters": HIDDEN * (VOCAB + 2),
        "formats": {"F32": 2, "Q8_0": 1},
        "copy_bytes": size,
    }


def test_a_file_without_kernels_is_copied_in_16_bits(aigc: Run, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.engine.weight_files.load_library", lambda: None)
    assert "fast copy of about 2.1 MB" in aigc("models", "show", str(gguf)).out


def test_a_damaged_file_is_an_error(aigc: Run, damaged: Path) -> None:
    for more in ((), ("--json",)):
        ran = aigc("models", "show", str(damaged), *more)
        assert (ran.code, ran.out) == (3, "") and "cut.gguf: we cannot read this GGUF file" in ran.err
    ran = aigc("doctor", "-m", str(damaged), "--json")
    (model,) = [one for one in ran.json if one["name"] == "model"]
    assert ran.code == 1 and model["state"] == "wrong" and "we cannot read this GGUF file" in model["found"]
    assert model["remedy"] == "fetch the file again"


def test_doctor_knows_that_a_file_is_here(aigc: Run, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def model() -> tuple[str, ...]:
        (found,) = [one for one in aigc("doctor", "-m", str(gguf), "--json").json if one["name"] == "model"]
        return found["state"], found["found"], found["remedy"]

    remedy = f"{FIRST_USE}, or `aigc models pull {gguf}` now"
    assert model() == ("note", f"{gguf}, 1.1 MB", remedy)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1_000_000}))
    state, found, remedy = model()
    assert state == "wrong" and found == f"the fast copy of {gguf}, about 1.1 MB, does not fit on the disk"
    assert remedy.startswith("free about 1.1 MB")


def test_list_has_the_copies_of_ones_own_files(aigc: Run, gguf: Path, tmp_path: Path) -> None:
    assert "yours" not in aigc("models", "list").out
    digest = resolve(str(gguf)).digest
    for name, kept in ((f"local-{digest[:16]}-mine", digest), ("local-0000-cut", "0")):
        folder = tmp_path / "cache" / "models" / name
        folder.mkdir(parents=True)
        (folder / "panels.aigc").write_bytes(bytes(2_000_000))
        write_stamp(folder, name=gguf.name, digest=kept, source=str(gguf))
    (folder / "panels.aigc").write_bytes(b"cut")
    shown = aigc("models", "list").out
    assert shown.endswith(f"\n\nFast copies of .gguf files of yours:\n  2.0 MB  mine.gguf  {gguf}\n")
    listed = aigc("models", "list", "--json").json
    assert [(one["name"], one["default"]) for one in listed if one["installed"]] == [("mine.gguf", False)]
    assert "local-" in aigc("models", "show", str(gguf)).out, "the copy is what is on this machine"
