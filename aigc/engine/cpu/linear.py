"""This is a CPU's matrix products: weights laid out once the way they are read, instead of again for every call.

By our own kernels where there are any (`kernels`), else by oneDNN: full precision either way, half again as fast as
plain `torch.nn.Linear` at 64 rows and several times at 4–16 (`tests/bench/LOG.md`). A row's numbers do not, to the
bit, depend on how many rows there are, which plain `torch.nn.Linear` does not promise.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from aigc.engine.cpu.kernels import Kernels, Panels
from aigc.engine.cpu.library import Narrow

TYPICAL_ROWS = 64  # what oneDNN's layout is chosen for; measured as good for 4 to 1,024


class PackedLinear(torch.nn.Module):
    """This is `torch.nn.Linear` without autograd, by our kernels.

    Its outputs are those of `parts`, one after the other: a layer's weights may come in several formats. `narrow` says
    what activations are rounded to where the weights are of that kind.
    """

    def __init__(
        self, native: Kernels, parts: Sequence[Panels], bias: torch.Tensor | None, *, narrow: Narrow = Narrow.WIDE
    ) -> None:
        super().__init__()
        self.native = native
        self.out_features, self.in_features = sum(part.columns for part in parts), parts[0].depth
        # Plain attributes: no state dict and no `Module.to` could handle panels.
        self.parts = tuple(parts)
        self.bias = bias
        self.narrow = narrow

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, biases = x.reshape(-1, self.in_features).contiguous(), self.biases()
        out = [self.native.multiply(rows, *one, narrow=self.narrow) for one in zip(self.parts, biases, strict=True)]
        return (out[0] if len(out) == 1 else torch.cat(out, dim=1)).view(*x.shape[:-1], self.out_features)

    def biases(self) -> list[torch.Tensor | None]:
        """Return each part's bias."""
        if self.bias is None:
            return [None] * len(self.parts)
        return list(torch.split(self.bias, [part.columns for part in self.parts]))

    def part(self, begin: int, end: int) -> PackedLinear:
        """Return some of the outputs, sharing memory: of whole parts, or of one."""
        parts, at = [], 0
        for one in self.parts:
            first, last = max(begin - at, 0), min(end - at, one.columns)
            if first < last:
                parts.append(one.part(first, last))
            at += one.columns
        bias = None if self.bias is None else self.bias[begin:end]
        return PackedLinear(self.native, parts, bias, narrow=self.narrow)

    @property
    def nbytes(self) -> int:
        """Count the bytes that a product reads of the weight."""
        return sum(part.numbers.nbytes for part in self.parts)


class PackedEmbedding(torch.nn.Module):
    """This is an embedding read from the head that it is tied to, times `scale`."""

    def __init__(self, head: PackedLinear, scale: float = 1.0) -> None:
        super().__init__()
        self.native, (self.panels,) = head.native, head.parts
        self.scale = scale

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        rows = self.native.gather(self.panels, ids.contiguous()).view(*ids.shape, self.panels.depth)
        return rows if self.scale == 1 else rows.mul_(self.scale)


class OnednnLinear(torch.nn.Module):
    """This is `torch.nn.Linear` without autograd, its weight in oneDNN's blocked layout."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        """Lay the weight out; `weight` is (out_features, in_features)."""
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


def packed(weight: torch.Tensor, bias: torch.Tensor | None, native: Kernels | None) -> PackedLinear | OnednnLinear:
    """Pack a layer, by oneDNN where there are no kernels. `weight` is (out_features, in_features); it is copied."""
    if native is None:
        return OnednnLinear(weight, bias)
    return PackedLinear(native, [native.pack(weight)], None if bias is None else bias.detach().clone())


def can_pack(device: torch.device, dtype: torch.dtype, native: Kernels | None) -> bool:
    """Say whether layers on that device, in that dtype, can be packed."""
    return device.type == "cpu" and dtype == torch.float32 and (native is not None or _has_onednn())


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
