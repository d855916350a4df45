"""Gemma 3 by our kernels: what it does otherwise than Llama and Qwen, and the ways in which its config is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.engine import EngineOptions
from aigc.testing.tiny import WINDOW

from .test_checkpoint import _native, changed, check_numbers
from .test_kernels import native, nothing

TinyFolder = Callable[..., Path]
__all__ = ["_native", "native"]  # fixtures

FULL, SLIDING = "full_attention", "sliding_attention"
PLAIN = {"rope_type": "default", "rope_theta": 300.0}
CONFIGS: dict[str, dict[str, Any]] = {
    "as of transformers 5": {"rope_parameters": {FULL: {**PLAIN, "rope_theta": 9000.0}, SLIDING: PLAIN}},
    "one kind of rotation left out": {"rope_parameters": {SLIDING: PLAIN}},
    "as before": {
        "rope_parameters": None,
        "rope_theta": 9000.0,
        "rope_local_base_freq": 300.0,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0},
        "layer_types": None,
        "sliding_window_pattern": 2,
    },
    "mostly left out": dict.fromkeys(
        ("rope_parameters", "layer_types", "_sliding_window_pattern", "hidden_activation", "rms_norm_eps")
    ),
    "all layers full": {"layer_types": [FULL, FULL]},
    "scores scaled otherwise": {"query_pre_attn_scalar": 50},
    "a longer window": {"sliding_window": 37},
}
ODD: dict[str, dict[str, Any]] = {
    "logits capped": {"final_logit_softcapping": 30.0},
    "scores capped": {"attn_logit_softcapping": 50.0},
    "looks ahead": {"use_bidirectional_attention": True},
    "another activation": {"hidden_activation": "gelu"},
    "rotations not by layer": {"rope_parameters": PLAIN},
    "an unknown stretching": {"rope_parameters": {FULL: {**PLAIN, "rope_type": "yarn", "factor": 2.0}}},
    "kinds of other layers": {"layer_types": [SLIDING, SLIDING, FULL]},
    "heads that fill no vector": {"head_dim": 24},
}


@pytest.mark.parametrize("config", CONFIGS)
def test_configs_mean_what_they_mean_to_transformers(config: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    check_numbers(changed(tiny_folder("gemma3"), tmp_path / "new", **CONFIGS[config]))


@pytest.mark.parametrize("config", ODD)
def test_what_is_not_known_is_left_to_transformers(config: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from aigc.engine.cpu.decoder import open_decoder

    folder = changed(tiny_folder("gemma3"), tmp_path / "odd", **ODD[config])
    assert open_decoder(folder, EngineOptions(device="cpu")) is None
    assert open_decoder(tiny_folder("gemma3"), EngineOptions(device="cpu")) is not None


@pytest.mark.parametrize("tokens", [1, 2, 3, 20])
@pytest.mark.parametrize("base", [WINDOW - 2, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW])
def test_a_window_hides_what_is_behind_it_in_prefix_and_slot(
    base: int, tokens: int, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    import torch

    from aigc.engine.cache import Bank, Prefix
    from aigc.engine.cpu.decoder import open_decoder
    from aigc.engine.hf.model import load_model
    from aigc.engine.network import Span

    folder = changed(tiny_folder("gemma3"), tmp_path / "sliding", layer_types=[SLIDING, SLIDING])
    network = open_decoder(folder, EngineOptions(device="cpu"))
    assert network is not None
    ids = [(7 * place + 3) % 200 for place in range(base + tokens)]
    prefix, bank = Prefix(network.shape, ids[:base]), Bank(network.shape, 2, 32)
    network.forward([Span(prefix.bank, 0, 0, prefix.ids)], [])
    found = network.forward([Span(bank, 1, 0, ids[base:], prefix, base)], list(range(tokens)))
    model = load_model(folder, torch.device("cpu"), torch.float32)
    with torch.inference_mode():
        expected = model(torch.tensor([ids])).logits[0, base:]
    assert torch.allclose(found, expected, atol=1e-4)


def test_a_full_model_looks_further_back_than_its_window(tiny_folder: TinyFolder, tmp_path: Path) -> None:
    """One layer of each kind: without the full one, nothing would be seen of the first token."""
    import torch

    from aigc.engine.cache import Bank
    from aigc.engine.cpu.decoder import open_decoder
    from aigc.engine.network import Span

    for kinds, seen in (([SLIDING, FULL], True), ([SLIDING, SLIDING], False)):
        folder = changed(tiny_folder("gemma3"), tmp_path / str(seen), layer_types=kinds)
        network = open_decoder(folder, EngineOptions(device="cpu"))
        assert network is not None
        last = [
            network.forward([Span(Bank(network.shape, 1, 64), 0, 0, [first, *range(60)])], [60]) for first in (200, 90)
        ]
        assert torch.equal(*last) is not seen


def test_operations(native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import Program

    x, weight = torch.randn(9, 48) * 6, torch.randn(48)
    x[0, :3] = torch.tensor([-200.0, 200.0, 0.0])  # far beyond what e^x can be of
    added, gated, scaled, program = torch.randn(9, 48), torch.empty(9, 24), x.clone(), Program()
    expected = added + torch.nn.functional.rms_norm(x, (48,), weight, 1e-5)
    program.norm(x, weight, added, add=True)
    program.gelu(x, gated)
    program.scale(scaled, 25.298221)
    native.run(program.array, nothing(), 9)
    assert torch.allclose(added, expected, atol=1e-5)
    activated = torch.nn.functional.gelu(x[:, :24].double(), approximate="tanh") * x[:, 24:]
    assert torch.allclose(gated.double(), activated, rtol=1e-5, atol=1e-6)
    assert torch.equal(scaled, x * 25.298221)


def test_a_layer_may_turn_by_a_table_of_its_own(native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import AttentionShape, Program, laid_out

    shape = AttentionShape(heads=1, kv_heads=1, dim=16, scale=1, eps=1e-5, tables=2)
    angles = torch.randn(20, 2, 8)
    start, x = 11, torch.randn(5, 48)
    slot = torch.zeros(2, 1, 32, 16)
    span = (0, 5, 0, start, 0, 0, 0, 0, slot[0].data_ptr(), slot[1].data_ptr(), 0, 0)
    for table in (0, 1):
        program, turned = Program(), x.clone()
        program.rotate(turned, 0, None, table)
        native.run(program.array, laid_out([span], [], [], shape, (angles.cos(), angles.sin()), 1), 5)
        here = angles[start : start + 5, table]
        plain = torch.complex(x[:, :8], x[:, 8:16]) * torch.polar(torch.ones_like(here), here)
        assert torch.allclose(turned[:, :8], plain.real, atol=1e-6)
        assert torch.allclose(turned[:, 8:16], plain.imag, atol=1e-6)


def test_gpus_leave_it_to_transformers(tiny_folder: TinyFolder) -> None:
    from contextlib import ExitStack

    from aigc.engine.checkpoint import read_checkpoint
    from aigc.engine.gpu.opening import _fits

    with ExitStack() as stack:
        gemma, llama = (read_checkpoint(tiny_folder(kind), stack) for kind in ("gemma3", "llama"))
    assert gemma is not None and not _fits(gemma.config)
    assert llama is not None and _fits(llama.config)
    assert not _fits(llama.config.model_copy(update={"hidden_act": "gelu_pytorch_tanh"}))
