"""What `auto` comes to before torch is there to say it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.engine import EngineOptions, precision
from aigc.project import Project


@pytest.mark.parametrize(
    ("version", "devices", "driver", "found"),
    [
        ("2.9.0", None, True, True),
        ("2.9.0", None, False, False),
        ("2.9.0+cpu", None, True, False),
        ("2.9.0", "", True, False),
        ("2.9.0", "-1", True, False),
        ("2.9.0", "1,2", True, True),
    ],
)
def test_a_device_counts_where_torch_will_find_it(
    version: str, devices: str | None, driver: bool, found: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: version)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if devices is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", devices)
    monkeypatch.setattr(precision, "DRIVER", tmp_path / "none")
    monkeypatch.setattr(precision.shutil, "which", lambda name: "/bin/nvidia-smi" if driver else None)
    assert precision.has_cuda() is found
    assert EngineOptions().numbers(quantised=False) == ("bfloat16" if found else "float32")
    assert EngineOptions(device="cpu").numbers(quantised=False) == "float32"
    assert EngineOptions(device="cuda:1").numbers(quantised=True) == "bfloat16"


def test_a_gguf_is_multiplied_in_whole_numbers_where_there_are_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    for found, expected in ((object(), "int8"), (None, "float32")):
        monkeypatch.setattr(precision, "load_library", lambda found=found: found)
        for dtype in ("auto", "int8"):
            assert EngineOptions(device="cpu", dtype=dtype).numbers(quantised=True) == expected
            assert EngineOptions(device="cpu", dtype=dtype).numbers(quantised=False) == "float32"
        assert EngineOptions(device="cpu", dtype="float32").numbers(quantised=True) == "float32"


@pytest.mark.parametrize("here", [False, True])
def test_products_of_bfloat16_by_the_processor_are_told_from_torchs(
    here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "multiplies_bfloat16", lambda: here)
    expected = "bfloat16 avx512" if here else "bfloat16 widened"
    assert EngineOptions(device="cpu", dtype="bfloat16").numbers(quantised=False) == expected
    assert EngineOptions(device="cuda", dtype="bfloat16").numbers(quantised=False) == "bfloat16"


@pytest.mark.parametrize(("cuda", "default", "other"), [(False, "int8", "bfloat16"), (True, "bfloat16", "float32")])
def test_finished_work_is_kept_unless_the_numbers_change(
    make_project: Callable[..., Project], cuda: bool, default: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "has_cuda", lambda: cuda)
    monkeypatch.setattr(precision, "load_library", object)

    def identity(**options: str) -> str:
        return make_project({}, **options).model_identity("shop/line")

    same = [identity(**{"engine.dtype": said}) for said in ("auto", default)]
    assert {identity(), *same, identity(**{"engine.rows": "4"})} == {identity()}
    assert identity(**{"engine.dtype": other}) != identity()
    assert identity(**{"engine.dtype": "float16"}) not in (identity(), identity(**{"engine.dtype": other}))
    on_cpu = {"engine.device": "cpu"}
    assert identity(**on_cpu) == identity(**on_cpu, **{"engine.dtype": "int8"})
    assert identity(**on_cpu) != identity(**on_cpu, **{"engine.dtype": "float32"})
