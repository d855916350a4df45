"""This is a CPU's matrix products: weights laid out once the way they are read, instead of again for every call.

By our own kernels where there are any (`kernels`), else by oneDNN: full precision either way, half again as fast as
plain `torch.nn.Linear` at 64 rows and several times at 4–16 (`tests/bench/LOG.md`). A row's numbers do not, to the
bit, depend on how many rows there are, which plain `torch.nn.Linear` does not promise.
"""

from __future__ import annotations

import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from aigc.engine.kernels import PANEL, Panels, kernels

TYPICAL_ROWS = 64  # what oneDNN's layout is chosen for; measured as good for 4 to 1,024


class PackedLinear(torch.nn.Module):
    """This is `torch.nn.Linear` without autograd, by our kernels."""

    def __init__(self, panels: Panels, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.out_features, self.in_features = panels.columns, panels.depth
        # Plain attributes: no state dict and no `Module.to` could handle panels.
        self.panels = panels
        self.bias = bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        native = kernels()
        assert native is not None
        rows = x.reshape(-1, self.in_features).contiguous()
        return native.multiply(rows, self.panels, self.bias).view(*x.shape[:-1], self.out_features)

    def part(self, begin: int, end: int) -> PackedLinear:
        """This is some of the outputs, sharing memory."""
        return PackedLinear(self.panels.part(begin, end), None if self.bias is None else self.bias[begin:end])


class PackedEmbedding(torch.nn.Module):
    """This is an embedding read from the head that it is tied to."""

    def __init__(self, head: PackedLinear) -> None:
        super().__init__()
        self.panels = head.panels

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        native = kernels()
        assert native is not None
        return native.gather(self.panels, ids.contiguous()).view(*ids.shape, self.panels.depth)


class OnednnLinear(torch.nn.Module):
    """This is `torch.nn.Linear` without autograd, its weight in oneDNN's blocked layout."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        """`weight` is (out_features, in_features)."""
        super().__init__()
        self.out_features, self.in_features = weight.shape
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), TYPICAL_ROWS)
        self._bias = None if bias is None else bias.detach().clone()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self.in_features)
        alone = rows.shape[0] == 1
        if alone:  # a single row goes another way inside oneDNN, with other rounding
            rows = rows.expand(2, -1).contiguous()
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, self._packed, self._bias, "none", [], "")
        return (out[:1] if alone else out).view(*x.shape[:-1], self.out_features)


def packed(weight: torch.Tensor, bias: torch.Tensor | None) -> PackedLinear | OnednnLinear:
    """`weight` is (out_features, in_features); it is copied."""
    native = kernels()
    if native is None:
        return OnednnLinear(weight, bias)
    return PackedLinear(native.pack(weight), None if bias is None else bias.detach().clone())


def can_pack(model: PreTrainedModel) -> bool:
    """This says whether there are kernels for this CPU and dtype."""
    on_cpu = model.device.type == "cpu" and model.dtype == torch.float32
    return on_cpu and (kernels() is not None or _has_onednn())


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]


def linears(model: PreTrainedModel) -> dict[str, torch.nn.Linear | Conv1D]:
    """This is every linear layer by its path, the head among them."""
    return {path: module for path, module in model.named_modules() if isinstance(module, torch.nn.Linear | Conv1D)}


def pack_linears(model: PreTrainedModel) -> None:
    """This replaces every linear layer of `model`, and an embedding tied to its head, and frees what they had."""
    embedding: torch.nn.Module = model.get_input_embeddings()
    head: torch.nn.Module = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    plain = type(embedding) is torch.nn.Embedding  # Gemma's scales what it reads
    tied = plain and embedding.weight is head.weight
    for path, module in linears(model).items():
        # GPT-2's Conv1D keeps (in_features, out_features)
        weight = module.weight.t() if isinstance(module, Conv1D) else module.weight
        parent, _, name = path.rpartition(".")
        new = packed(weight, module.bias)
        setattr(model.get_submodule(parent), name, new)
        if module is head and tied and isinstance(new, PackedLinear):
            model.set_input_embeddings(PackedEmbedding(new))
    for parameter in model.parameters():  # as views, norms and embeddings would keep the whole mapped file in memory
        parameter.data = parameter.data.clone()


def join_linears(parent: torch.nn.Module, names: tuple[str, ...]) -> PackedLinear | None:
    """This makes one layer of several packed ones that read the same input; these stay, as parts of it.

    None where their outputs do not fill whole panels.
    """
    parts: list[PackedLinear] = [getattr(parent, name) for name in names]
    if any(part.out_features % PANEL for part in parts):
        return None
    numbers = torch.cat([part.panels.numbers for part in parts])
    columns = sum(part.out_features for part in parts)
    biases = [torch.zeros(part.out_features) if part.bias is None else part.bias for part in parts]
    bias = torch.cat(biases) if any(part.bias is not None for part in parts) else None
    joined = PackedLinear(Panels(numbers, columns, parts[0].in_features), bias)
    begin = 0
    for name, part in zip(names, parts, strict=True):
        setattr(parent, name, joined.part(begin, begin + part.out_features))
        begin += part.out_features
    return joined
