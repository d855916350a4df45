"""Packed weights give a linear layer's numbers, and a row's numbers do not depend on its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_a_packed_model_gives_the_loaded_models_logits(kind: str, tiny_folder: Callable[..., Path]) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from aigc.engine.cpu.kernels import kernels
    from aigc.engine.cpu.linear import PackedLinear, can_pack
    from aigc.engine.hf.packing import pack_model

    ids = torch.tensor([[5, 80, 33, 200, 7]])
    model = AutoModelForCausalLM.from_pretrained(tiny_folder(kind)).eval()
    with torch.inference_mode():
        expected = model(ids).logits
        assert can_pack(model.device, model.dtype, kernels())
        pack_model(model, kernels())
        found = model(ids).logits
    packed = [module for module in model.modules() if isinstance(module, PackedLinear)]
    assert len(packed) == {"gpt2": 2 * 4 + 1, "llama": 2 * 7 + 1}[kind]
    assert torch.allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_a_row_comes_out_the_same_to_the_bit_in_any_company(threads: int) -> None:
    import torch

    from aigc.engine.cpu.kernels import kernels
    from aigc.engine.cpu.linear import packed

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layer = packed(torch.randn(576, 1536) / 40, torch.randn(576), kernels(threads) if threads else None)
        x = torch.randn(300, 1536)
    whole = layer(x)
    assert torch.allclose(whole, layer(x.view(3, 100, 1536)).view(300, 576), rtol=0, atol=0)
    for rows in (1, 2, 7, 64, 299):
        assert torch.equal(layer(x[:rows]), whole[:rows]), rows
