"""This is a Llama, Qwen2 or Qwen3 on a GPU: torch multiplies by the weights, our kernels do the rest (`workspace`).

A step has two halves, so that what nobody looks at is not computed, and each half is a graph per size (`graphs`):

    body  all tokens      embedding, the layers, the last of them up to its attention
    tail  those kept      the last layer's products, the norm, the head

Query, key and value are one product, gate and up another; modules with the names of transformers' layers share their
memory, which is where `adapters` finds what to wrap. While an adapter is loaded, nothing is a graph.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial

import torch

from aigc.engine.adapters import Adapters
from aigc.engine.cache import CacheShape
from aigc.engine.checkpoint import Checkpoint
from aigc.engine.cpu.library import Narrow
from aigc.engine.device import current
from aigc.engine.gpu import kernels
from aigc.engine.gpu.graphs import SIZES, Graphs, size_for
from aigc.engine.gpu.workspace import Kept, ModelShape, Stream, Workspace
from aigc.engine.layers import DecoderLayer, FusedLinear, Segment, read_layer
from aigc.engine.network import Span, segments

ROUND = 64  # steps too large for a graph are of a multiple of so many tokens


class Matrix(torch.nn.Module):
    """This is a weight (out_features, in_features) and maybe a bias, in the model's dtype, without autograd."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.out_features, self.in_features = weight.shape
        # Plain attributes: no state dict has them, and `Module.to` would part what shares memory.
        self.weight, self.bias = weight, bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x, self.weight, self.bias)

    def into(self, x: torch.Tensor, out: torch.Tensor) -> None:
        """Do what `forward` does, but write to `out`: no memory is asked for."""
        if self.bias is None:
            torch.mm(x, self.weight.t(), out=out)
        else:
            torch.addmm(self.bias, x, self.weight.t(), out=out)

    def part(self, begin: int, end: int) -> Matrix:
        """Return some of the outputs, sharing memory."""
        return Matrix(self.weight[begin:end], None if self.bias is None else self.bias[begin:end])


class GpuDecoder:
    """This is a `Network`. On a CPU it needs Triton's interpreter, and is for tests."""

    in_place = True
    native = None
    arithmetic = Narrow.WIDE
    steady = False  # matrix products choose the order of their sums by the number of tokens

    def __init__(self, read: Checkpoint, context: int, device: torch.device, dtype: torch.dtype) -> None:
        """Read the weights. Raises KeyError where one is missing."""
        config = read.config
        self.device, self._dtype = device, dtype
        self.asynchronous = device.type == "cuda"
        self.torch_threads = torch.get_num_threads()
        self.ends = read.ends
        self.heads = config.num_attention_heads
        self.context = min(config.max_position_embeddings, context or config.max_position_embeddings)
        self.shape = CacheShape(
            layers=config.num_hidden_layers,
            kv_heads=config.num_key_value_heads,
            head_dim=config.dim,
            dtype=dtype,
            device=device,
        )
        self.frequencies = config.frequencies().to(device)
        self.embedding = self._read(read, "model.embed_tokens.weight")
        self.norm = self._read_norm(read, "model.norm.weight")
        tied = config.tie_word_embeddings or "lm_head.weight" not in read
        self.head_weight = self.embedding if tied else self._read(read, "lm_head.weight")
        tree = torch.nn.Module()
        self.layers = [
            read_layer(read, tree, number, join=partial(self._join, read), norm=partial(self._read_norm, read))
            for number in range(config.num_hidden_layers)
        ]
        self.vocab = len(self.head_weight)
        self.head = self.head_weight.numel()
        self.body = sum(product.weight.numel() for layer in self.layers for product in layer.products)
        self.weight_bytes = (self.head + self.body) * dtype.itemsize
        self.adapters = Adapters(tree, device, dtype)
        self.sizes = ModelShape(
            hidden=config.hidden_size,
            gates=config.intermediate_size,
            vocab=self.vocab,
            heads=self.heads,
            kv_heads=config.num_key_value_heads,
            dim=config.dim,
            scale=config.dim**-0.5,
            eps=config.rms_norm_eps,
        )
        with current(self.device):
            self._graphs = Graphs(device)
            self._workspace = Workspace(self.sizes, SIZES[-1], dtype, device)
            self._kept = Kept(self.sizes, SIZES[-1], dtype, device)

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """Run one step and write its keys and values; return float32 logits of the packed tokens `keep`."""
        tokens, route = sum(len(span.ids) for span in spans), list(segments(spans))
        with torch.inference_mode(), current(self.device):
            workspace, size = self._workspace, size_for(tokens)
            if size is None:
                size = -(-tokens // ROUND) * ROUND
                workspace = Workspace(self.sizes, size, self._dtype, self.device)
            workspace.upload(spans, keep, size, chosen)
            self._route(route)
            self._run("body", size, partial(self._body, workspace, size), graph=workspace is self._workspace)
            left = [(bisect_left(keep, first), bisect_left(keep, end), name) for first, end, name in route]
            self._route([one for one in left if one[0] < one[1]])
            return self._tail(workspace, size, len(keep))

    def _tail(self, workspace: Workspace, size: int, count: int) -> torch.Tensor:
        kept, padded = self._kept, size_for(count)
        if padded is None:
            padded = count
            kept = Kept(self.sizes, padded, self._dtype, self.device)
        if count:
            places = workspace.words(kernels.KEEP.value, size)[:padded]
            torch.index_select(workspace.x, 0, places, out=kept.x[:padded])
            torch.index_select(workspace.attended, 0, places, out=kept.attended[:padded])
            self._run("tail", padded, partial(self._head, kept, padded), graph=kept is self._kept)
        return kept.logits[:count].to(torch.float32, copy=True)

    def _run(self, half: str, size: int, launch: Callable[[], None], *, graph: bool) -> None:
        if graph and not self.adapters.names:
            self._graphs.run((half, size), launch)
        else:
            launch()

    def _body(self, workspace: Workspace, size: int) -> None:
        workspace.turn(self.frequencies, size)
        torch.index_select(self.embedding, 0, workspace.words(kernels.ID.value, size), out=workspace.more[:size])
        for number, layer in enumerate(self.layers):
            normed = workspace.norm(layer.input_norm, size, first=number == 0)
            self._multiply(layer.qkv, normed, workspace.qkv[:size])
            workspace.rotate_and_keep(number, layer.qk_norms, size)
            workspace.attend(number, layer.window, size)
            if layer is not self.layers[-1]:
                self._finish(layer, workspace, size)

    def _head(self, kept: Kept, size: int) -> None:
        self._finish(self.layers[-1], kept, size)
        torch.mm(kept.norm(self.norm, size), self.head_weight.t(), out=kept.logits[:size])

    def _finish(self, layer: DecoderLayer[Matrix], stream: Stream, size: int) -> None:
        """Do what comes after a layer's attention, but for the last sum."""
        self._multiply(layer.out, stream.attended[:size], stream.more[:size])
        normed = stream.norm(layer.mlp_norm, size)
        self._multiply(layer.gate_up, normed, stream.gated[:size])
        self._multiply(layer.down, stream.multiply_gates(size), stream.more[:size])

    def _multiply(self, fused: FusedLinear[Matrix], x: torch.Tensor, out: torch.Tensor) -> None:
        fused.product.into(x, out)
        if self.adapters.names:
            fused.add_adapters(x, out)

    def _route(self, route: Sequence[Segment]) -> None:
        if self.adapters.names:
            self.adapters.route(route)

    def _read(self, read: Checkpoint, name: str) -> torch.Tensor:
        return read.stored(name).to(self.device, self._dtype, copy=True)

    def _read_norm(self, read: Checkpoint, name: str) -> torch.Tensor:
        return read.tensor(name).to(self.device)

    def _join(self, read: Checkpoint, path: str, parent: torch.nn.Module, names: Sequence[str]) -> Matrix:
        """Make one layer of several that read the same input; each stands in `parent` too, as a part of it."""
        shapes = [read.shape(f"{path}.{name}.weight") for name in names]
        rows, biased = sum(shape[0] for shape in shapes), any(f"{path}.{name}.bias" in read for name in names)
        weight = torch.empty(rows, shapes[0][1], dtype=self._dtype, device=self.device)
        whole = Matrix(weight, torch.zeros(rows, dtype=self._dtype, device=self.device) if biased else None)
        begin = 0
        for name, (width, _) in zip(names, shapes, strict=True):
            part = whole.part(begin, begin + width)
            part.weight.copy_(read.stored(f"{path}.{name}.weight"))
            if part.bias is not None and f"{path}.{name}.bias" in read:
                part.bias.copy_(read.stored(f"{path}.{name}.bias"))
            setattr(parent, name, part)
            begin += width
        return whole
