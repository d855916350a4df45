"""This is a CPU's matrix products: weights laid out once the way they are read, instead of again for every call.

By our own kernels where there are any (`kernels`), else by oneDNN: full precision either way, half again as fast as
plain `torch.nn.Linear` at 64 rows and several times at 4–16 (`tests/bench/LOG.md`). A row's numbers do not, to the
bit, depend on how many rows there are, which plain `torch.nn.Linear` does not promise.
"""

from __future__ import annotations

import torch

from aigc.engine.cpu.kernels import Kernels, Panels

TYPICAL_ROWS = 64  # what oneDNN's layout is chosen for; measured as good for 4 to 1,024


class PackedLinear(torch.nn.Module):
    """This is `torch.nn.Linear` without autograd, by our kernels."""

    def __init__(self, native: Kernels, panels: Panels, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.native = native
        self.out_features, self.in_features = panels.columns, panels.depth
        # Plain attributes: no state dict and no `Module.to` could handle panels.
        self.panels = panels
        self.bias = bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self.in_features).contiguous()
        return self.native.multiply(rows, self.panels, self.bias).view(*x.shape[:-1], self.out_features)

    def part(self, begin: int, end: int) -> PackedLinear:
        """Return some of the outputs, sharing memory."""
        return PackedLinear(
            self.native, self.panels.part(begin, end), None if self.bias is None else self.bias[begin:end]
        )


class PackedEmbedding(torch.nn.Module):
    """This is an embedding read from the head that it is tied to."""

    def __init__(self, head: PackedLinear) -> None:
        super().__init__()
        self.native, self.panels = head.native, head.panels

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.native.gather(self.panels, ids.contiguous()).view(*ids.shape, self.panels.depth)


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
    return PackedLinear(native, native.pack(weight), None if bias is None else bias.detach().clone())


def can_pack(device: torch.device, dtype: torch.dtype, native: Kernels | None) -> bool:
    """Say whether layers on that device, in that dtype, can be packed."""
    return device.type == "cpu" and dtype == torch.float32 and (native is not None or _has_onednn())


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
