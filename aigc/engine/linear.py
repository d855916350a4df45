"""This is a CPU's matrix products: weights laid out once the way oneDNN reads them, instead of again for every call.

Full precision, 1.3 times as fast at 64 rows and 3–4 times at 4–16 (`tests/bench/LOG.md`). From two rows on a row's
numbers do not depend, to the bit, on how many rows there are, which plain `torch.nn.Linear` does not promise.
"""

from __future__ import annotations

import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

TYPICAL_ROWS = 64  # what the layout is chosen for; measured as good for 4 to 1,024


class PackedLinear(torch.nn.Module):
    """This is `torch.nn.Linear` without autograd, its weight in oneDNN's blocked layout."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        """`weight` is (out_features, in_features)."""
        super().__init__()
        self.out_features, self.in_features = weight.shape
        # Plain attributes: an opaque tensor is nothing a state dict or `Module.to` could handle.
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), TYPICAL_ROWS)
        self._bias = None if bias is None else bias.detach().clone()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self.in_features)
        alone = rows.shape[0] == 1
        if alone:  # a single row goes another way inside oneDNN, with other rounding
            rows = rows.expand(2, -1).contiguous()
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, self._packed, self._bias, "none", [], "")
        return (out[:1] if alone else out).view(*x.shape[:-1], self.out_features)


def can_pack(model: PreTrainedModel) -> bool:
    """This says whether oneDNN has this CPU's and dtype's kernels."""
    return model.device.type == "cpu" and model.dtype == torch.float32 and _has_onednn()


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]


def linears(model: PreTrainedModel) -> dict[str, torch.nn.Linear | Conv1D]:
    """This is every linear layer by its path, the head among them."""
    return {path: module for path, module in model.named_modules() if isinstance(module, torch.nn.Linear | Conv1D)}


def pack_linears(model: PreTrainedModel) -> None:
    """This replaces every linear layer of `model` and frees what it replaces."""
    for path, module in linears(model).items():
        # GPT-2's Conv1D keeps (in_features, out_features)
        weight = module.weight.t() if isinstance(module, Conv1D) else module.weight
        parent, _, name = path.rpartition(".")
        setattr(model.get_submodule(parent), name, PackedLinear(weight, module.bias))
    for (
        parameter
    ) in model.parameters():  # embeddings and norms; as views they would keep the whole mapped file in memory
        parameter.data = parameter.data.clone()
