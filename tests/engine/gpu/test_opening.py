"""A machine nobody has tried never gets wrong text: what a trial finds, and what happens then."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions

from .conftest import read

pytestmark = pytest.mark.triton


def test_the_trial_passes(tiny_folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from aigc.engine.gpu import trial
    from aigc.engine.gpu.opening import read_decoder

    monkeypatch.setattr(trial, "LONG", 260)
    assert read_decoder(tiny_folder("qwen3"), 0, torch.device("cpu"), torch.float32) is not None


@pytest.mark.parametrize("broken", ["prefix", "mask", "rotation", "slot", "chosen"])
def test_the_trial_finds(broken: str, tiny_folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.engine.gpu import trial, workspace

    monkeypatch.setattr(trial, "LONG", 60)
    upload = workspace.Workspace.upload

    def uploaded(self: Any, spans: Any, keep: Any, size: int, chosen: Any) -> None:
        upload(self, spans, keep, size, chosen + 1 if broken == "chosen" and chosen is not None else chosen)
        k = workspace.kernels
        if broken == "prefix":  # one tile fewer sees it
            self.words(k.SHARED_TILES.value, size)[0] -= 1
        elif broken == "mask":  # rows behind a prefix see what comes after them
            self.words(k.OWN.value + 6, size)[:] = 0
        elif broken == "rotation":
            self.words(k.POSITION.value, size)[1] += 1
        elif broken == "slot":
            self.words(k.VALUE.value, size)[0] = self.words(k.KEY.value, size)[0]

    monkeypatch.setattr(workspace.Workspace, "upload", uploaded)
    assert not trial.try_out(read(tiny_folder("llama"))) < max(trial.TOLERANCE.values())


@pytest.mark.parametrize("fault", [RuntimeError("no kernel image is available"), None])
def test_what_does_not_run_is_left_to_transformers(
    fault: Any, tiny_folder: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import torch

    from aigc.engine.gpu import opening

    def decoder(*_: Any) -> Any:
        if fault:
            raise fault

    monkeypatch.setattr(opening, "pick_device", lambda name: torch.device("cuda"))
    monkeypatch.setattr(opening, "read_decoder", decoder)
    with caplog.at_level(logging.WARNING):
        assert opening.open_gpu(tiny_folder("llama"), EngineOptions()) is None
    assert len(caplog.messages) == bool(fault)
    assert all("no kernel image is available" in line and "transformers" in line for line in caplog.messages)
    monkeypatch.setattr(opening, "read_decoder", lambda *_: "a network")
    assert opening.open_gpu(tiny_folder("llama"), EngineOptions()) == "a network"
    assert opening.open_gpu(tiny_folder("llama"), EngineOptions(deterministic=True)) is None


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("gemma3", {}),
        ("llama", {"hidden_act": "gelu_pytorch_tanh"}),
        ("llama", {"head_dim": 24}),
        ("llama", {"num_key_value_heads": 3}),
    ],
)
def test_what_does_not_fit_is_left_to_transformers(kind: str, changes: Any, tiny_folder: Any, tmp_path: Path) -> None:
    import shutil

    import torch

    from aigc.engine.gpu.opening import read_decoder

    shutil.copytree(tiny_folder(kind), tmp_path / "new")
    file = tmp_path / "new" / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    assert read_decoder(tmp_path / "new", 0, torch.device("cpu"), torch.float32) is None


@pytest.mark.parametrize("capability", [80, 90])
def test_launches_compile_for_gpus_that_are_not_here(capability: int, tmp_path: Path) -> None:
    """What an engine would launch, in bfloat16, with the shared memory that the smallest of them has."""
    here = Path(__file__).parent
    plain = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(here / "compiling.py"), str(capability)],
        env=plain | {"TRITON_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shared = json.loads(done.stdout)
    kernels = {"norm_rows", "multiply_gates", "rotate_and_keep", "attend", "draw_tokens", "list_tokens", "cut_rows"}
    assert {name for name, _ in shared} == kernels
    assert max(size for _, size in shared) <= 99 * 1024
