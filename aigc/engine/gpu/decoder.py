"""This is a Llama, Qwen2 or Qwen3 on a GPU: torch multiplies by the weights, our kernels do the rest (`room`).

A step has two halves, so that what nobody looks at is not computed, and each half is a graph per size (`graphs`):

    body  all tokens      embedding, the layers, the last of them up to its attention
    tail  those kept      the last layer's products, the norm, the head

Query, key and value are one product, gate and up another; modules with the names of transformers' layers share their
memory, which is where `adapters` finds what to wrap. While an adapter is loaded, nothing is a graph.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import torch

from aigc.engine.adapters import Adapters, Block, Joined, Segment, module_at, segments
from aigc.engine.cache import CacheShape
from aigc.engine.checkpoint import Checkpoint
from aigc.engine.device import current
from aigc.engine.gpu import kernels
from aigc.engine.gpu.graphs import SIZES, Graphs, size_for
from aigc.engine.gpu.room import Kept, Room, Shape, Stream
from aigc.engine.network import Span

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
        """This is `forward`, written to `out`: no memory is asked for."""
        if self.bias is None:
            torch.mm(x, self.weight.t(), out=out)
        else:
            torch.addmm(self.bias, x, self.weight.t(), out=out)

    def part(self, begin: int, end: int) -> Matrix:
        """This is some of the outputs, sharing memory."""
        return Matrix(self.weight[begin:end], None if self.bias is None else self.bias[begin:end])


class GpuDecoder:
    """This is a `Network`. On a CPU it needs Triton's interpreter, and is for tests."""

    in_place = True
    steady = False  # matrix products choose the order of their sums by the number of tokens

    def __init__(self, read: Checkpoint, context: int, device: torch.device, dtype: torch.dtype) -> None:
        """Raises KeyError where a weight is missing."""
        config = read.config
        self.device, self._dtype, self._folder = device, dtype, read.folder
        self.asynchronous = device.type == "cuda"
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
        self.norm = read.tensor("model.norm.weight").to(device)
        tied = config.tie_word_embeddings or "lm_head.weight" not in read
        self.head_weight = self.embedding if tied else self._read(read, "lm_head.weight")
        tree = torch.nn.Module()
        self.blocks = [self._block(read, tree, layer) for layer in range(config.num_hidden_layers)]
        self.vocab = len(self.head_weight)
        self.head = self.head_weight.numel()
        products = [one.whole for b in self.blocks for one in (b.attended, b.mixed, b.gated, b.lowered)]
        self.body = sum(product.weight.numel() for product in products)
        self.weight_bytes = (self.head + self.body) * dtype.itemsize
        self.adapters = Adapters(tree, device, dtype)
        self.sizes = Shape(
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
            self._room = Room(self.sizes, SIZES[-1], dtype, device)
            self._kept = Kept(self.sizes, SIZES[-1], dtype, device)

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """This runs one step and writes its keys and values; it gives float32 logits of the packed tokens `keep`."""
        tokens, route = sum(len(span.ids) for span in spans), list(segments(spans))
        with torch.inference_mode(), current(self.device):
            room, size = self._room, size_for(tokens)
            if size is None:
                size = -(-tokens // ROUND) * ROUND
                room = Room(self.sizes, size, self._dtype, self.device)
            room.say(spans, keep, size, chosen)
            self._route(route)
            self._run("body", size, partial(self._body, room, size), graph=room is self._room)
            left = [(bisect_left(keep, first), bisect_left(keep, end), name) for first, end, name in route]
            self._route([one for one in left if one[0] < one[1]])
            return self._tail(room, size, len(keep))

    def _tail(self, room: Room, size: int, count: int) -> torch.Tensor:
        kept, padded = self._kept, size_for(count)
        if padded is None:
            padded = count
            kept = Kept(self.sizes, padded, self._dtype, self.device)
        if count:
            places = room.told(kernels.KEEP.value, size)[:padded]
            torch.index_select(room.x, 0, places, out=kept.x[:padded])
            torch.index_select(room.attended, 0, places, out=kept.attended[:padded])
            self._run("tail", padded, partial(self._head, kept, padded), graph=kept is self._kept)
        return kept.logits[:count].to(torch.float32, copy=True)

    def _run(self, half: str, size: int, launch: Callable[[], None], *, graph: bool) -> None:
        if graph and not self.adapters.names:
            self._graphs.run((half, size), launch)
        else:
            launch()

    def _body(self, room: Room, size: int) -> None:
        room.turn(self.frequencies, size)
        torch.index_select(self.embedding, 0, room.told(kernels.ID.value, size), out=room.more[:size])
        for layer, block in enumerate(self.blocks):
            normed = room.norm(block.before, size, first=layer == 0)
            self._multiply(block.attended, normed, room.qkv[:size])
            room.rotate_and_keep(layer, block.norms, size)
            room.attend(layer, block.window, size)
            if block is not self.blocks[-1]:
                self._finish(block, room, size)

    def _head(self, kept: Kept, size: int) -> None:
        self._finish(self.blocks[-1], kept, size)
        torch.mm(kept.norm(self.norm, size), self.head_weight.t(), out=kept.logits[:size])

    def _finish(self, block: Block[Matrix], stream: Stream, size: int) -> None:
        """This is what comes after a layer's attention, but for the last sum."""
        self._multiply(block.mixed, stream.attended[:size], stream.more[:size])
        normed = stream.norm(block.between, size)
        self._multiply(block.gated, normed, stream.gated[:size])
        self._multiply(block.lowered, stream.multiply_gates(size), stream.more[:size])

    def _multiply(self, joined: Joined[Matrix], x: torch.Tensor, out: torch.Tensor) -> None:
        joined.whole.into(x, out)
        if self.adapters.names:
            joined.add_adapters(x, out)

    def _route(self, route: Sequence[Segment]) -> None:
        if self.adapters.names:
            self.adapters.route(route)

    @cached_property
    def model(self) -> Any:
        """This is transformers' model of the same folder: what the slow reference runs."""
        from aigc.engine.hf.model import load_model

        return load_model(self._folder, self.device, self._dtype)

    def _read(self, read: Checkpoint, name: str) -> torch.Tensor:
        return read.stored(name).to(self.device, self._dtype, copy=True)

    def _block(self, read: Checkpoint, tree: torch.nn.Module, layer: int) -> Block[Matrix]:
        path = f"model.layers.{layer}"

        def joined(within: str, *names: str) -> Joined[Matrix]:
            parent = module_at(tree, f"{path}.{within}")
            return Joined(whole=self._join(read, f"{path}.{within}", parent, names), parent=parent, names=names)

        def norm(name: str) -> torch.Tensor:
            return read.tensor(f"{path}.{name}.weight").to(self.device)

        normed = read.config.model_type == "qwen3"
        return Block(
            before=norm("input_layernorm"),
            attended=joined("self_attn", "q_proj", "k_proj", "v_proj"),
            norms=(norm("self_attn.q_norm"), norm("self_attn.k_norm")) if normed else None,
            mixed=joined("self_attn", "o_proj"),
            between=norm("post_attention_layernorm"),
            gated=joined("mlp", "gate_proj", "up_proj"),
            lowered=joined("mlp", "down_proj"),
            window=read.config.window(layer),
        )

    def _join(self, read: Checkpoint, path: str, parent: torch.nn.Module, names: Sequence[str]) -> Matrix:
        """This makes one layer of several that read the same input; each stands in `parent` too, as a part of it."""
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
