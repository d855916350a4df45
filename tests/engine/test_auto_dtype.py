"""What is told of the engine's numbers without torch is what the engine does."""

from __future__ import annotations

import pytest

from aigc.engine import EngineOptions
from aigc.engine.device import pick_device, pick_dtype


@pytest.mark.parametrize("options", [{}, {"device": "cpu"}, {"dtype": "bfloat16"}, {"device": "cpu", "dtype": "auto"}])
def test_the_dtype_is_what_was_told_beforehand(options: dict[str, str]) -> None:
    picked = pick_dtype(options.get("dtype", "auto"), pick_device(options.get("device", "auto")))
    assert str(picked) == f"torch.{EngineOptions(**options).numbers(quantised=False).split()[0]}"
