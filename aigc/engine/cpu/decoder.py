"""This is a Llama, Qwen2 or Qwen3 on the CPU, by our kernels alone: two calls a step, and no transformers.

Query, key and value are one product, gate and up another; they share their memory with modules that bear the names of
transformers' layers, which is where `adapters` finds what to wrap. LoRA layers found there add what they have to add.

Every number depends on its own row alone (`step.c`), so a text is the same, to the bit, in any company.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from aigc.engine.adapters import Adapters, Block, Joined, module_at, segments
from aigc.engine.cache import CacheShape
from aigc.engine.checkpoint import Checkpoint, Config, read_checkpoint
from aigc.engine.cpu.kernels import KEY_BLOCK, PANEL, Kernels, Panels, Step, kernels
from aigc.engine.cpu.linear import PackedLinear
from aigc.engine.cpu.program import Program, Shape, lay_out
from aigc.engine.device import pick_device, pick_dtype
from aigc.engine.network import Span
from aigc.engine.options import EngineOptions

EIGHT = 8  # floats a vector has
FEW = 64  # tokens there is memory for to begin with
CPU = torch.device("cpu")


@dataclass(slots=True, kw_only=True)
class Room:
    """This is a model's program over memory for so many tokens; `written` has the last layer's output, normed."""

    tokens: int
    program: Program
    written: torch.Tensor
    keeping: int = 0  # where in the program rows are dropped
    products: list[tuple[int, Joined[PackedLinear], torch.Tensor, torch.Tensor]] = field(default_factory=list)

    def multiply(self, joined: Joined[PackedLinear], x: torch.Tensor, out: torch.Tensor, *, add: bool = False) -> None:
        self.program.multiply(x, joined.whole, out, add=add)
        self.products.append((len(self.program), joined, x, out))


class Decoder:
    """This is a `Network`; `open_decoder` makes it."""

    in_place = True
    asynchronous = False
    steady = True  # a row's numbers depend, to the bit, on nothing else in a step
    device = CPU

    def __init__(self, native: Kernels, read: Checkpoint, context: int) -> None:
        config = read.config
        self.folder = read.folder
        self.ends = read.ends
        self.heads = config.num_attention_heads
        self.context = min(config.max_position_embeddings, context or config.max_position_embeddings)
        self.shape = CacheShape(
            layers=config.num_hidden_layers,
            kv_heads=config.num_key_value_heads,
            head_dim=config.dim,
            dtype=torch.float32,
            device=CPU,
            blank=False,
            block=KEY_BLOCK,
        )
        self._native = native
        self._layout = Shape(
            heads=self.heads,
            kv_heads=config.num_key_value_heads,
            dim=config.dim,
            scale=config.dim**-0.5,
            eps=config.rms_norm_eps,
        )
        self._frequencies = config.frequencies()
        self._rotary: tuple[torch.Tensor, torch.Tensor] = (torch.empty(0), torch.empty(0))
        self._norm = read.tensor("model.norm.weight")
        self._embedding = read.panels(native, "model.embed_tokens.weight")
        tied = config.tie_word_embeddings or "lm_head.weight" not in read
        self._head = self._embedding if tied else read.panels(native, "lm_head.weight")
        tree = torch.nn.Module()
        self._blocks = [_block(native, read, tree, layer) for layer in range(config.num_hidden_layers)]
        products = [
            one.whole for block in self._blocks for one in (block.attended, block.mixed, block.gated, block.lowered)
        ]
        self.vocab = self._head.columns
        self.head = self._head.columns * self._head.depth  # weights multiplied for every sampled token
        self.body = sum(one.out_features * one.in_features for one in products)  # and for every token
        self.weight_bytes = sum(one.numbers.nbytes for one in (self._head, *(product.panels for product in products)))
        self.adapters = Adapters(tree, CPU, torch.float32)
        self._room = self._make_room(FEW)

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """This runs one step and writes its keys and values; it gives float32 logits of the packed tokens `keep`."""
        assert chosen is None, "nothing here is asynchronous"
        tokens, longest = (
            sum(len(span.ids) for span in spans),
            max(one.base + one.start + len(one.ids) for one in spans),
        )
        if tokens > self._room.tokens:
            self._room = self._make_room(1 << (tokens - 1).bit_length())
        if longest > len(self._rotary[0]):
            self._rotary = self._rotations(2 * longest)
        step, room = lay_out(spans, keep, self._layout, self._rotary, self._native.threads), self._room
        with torch.inference_mode():
            if self.adapters.names:
                self._run_adapted(room, step, spans, keep)
            else:
                self._native.run(room.program.array, step, tokens)
            return self._native.multiply(room.written[: len(keep)], self._head, None)

    def _run_adapted(self, room: Room, step: Step, spans: Sequence[Span], keep: Sequence[int]) -> None:
        """This stops after every product for what LoRA layers add to it."""
        route, rows, begin = list(segments(spans)), sum(len(span.ids) for span in spans), 0
        self.adapters.route(route)
        for end, joined, x, out in room.products:
            self._native.run(room.program.array, step, rows, begin, end)
            if begin <= room.keeping < end:
                rows = len(keep)
                left = [(bisect_left(keep, first), bisect_left(keep, last), name) for first, last, name in route]
                self.adapters.route(one for one in left if one[0] < one[1])
            joined.add_adapters(x[:rows], out[:rows])
            begin = end
        self._native.run(room.program.array, step, rows, begin)

    def _make_room(self, tokens: int) -> Room:
        """This lays out a step of at most so many tokens."""
        block, program = self._blocks[0], Program()
        widths = [product.whole.in_features for product in (block.attended, block.attended, block.mixed, block.lowered)]
        x, normed, attended, swished = (torch.empty(tokens, width) for width in widths)
        qkv, gated = (torch.empty(tokens, product.whole.out_features) for product in (block.attended, block.gated))
        room = Room(tokens=tokens, program=program, written=normed)
        program.gather(self._embedding, x)
        for layer, block in enumerate(self._blocks):
            program.norm(x, block.before, normed)
            room.multiply(block.attended, normed, qkv)
            program.rotate(qkv, layer, block.norms)
            program.attend(qkv, layer, block.window, attended)
            if block is self._blocks[-1]:  # nobody looks at the other tokens any more
                room.keeping = len(program)
                program.keep(attended)
                program.keep(x)
            room.multiply(block.mixed, attended, x, add=True)
            program.norm(x, block.between, normed)
            room.multiply(block.gated, normed, gated)
            program.swish(gated, swished)
            room.multiply(block.lowered, swished, x, add=True)
        program.norm(x, self._norm, normed)
        return room

    def _rotations(self, positions: int) -> tuple[torch.Tensor, torch.Tensor]:
        """This is cosines and sines, (positions, dim / 2)."""
        angles = torch.arange(positions, dtype=torch.float32)[:, None] * self._frequencies
        return angles.cos(), angles.sin()

    @cached_property
    def model(self) -> Any:
        """This is transformers' model of the same folder: what the slow reference runs."""
        from aigc.engine.hf.model import load_model

        return load_model(self.folder, CPU, torch.float32)


def open_decoder(folder: Path, options: EngineOptions) -> Decoder | None:
    """This reads a folder; None for one that is not plainly a Llama or Qwen, or where there are no kernels."""
    native, device = kernels(), pick_device(options.device)
    if native is None or device.type != "cpu" or pick_dtype(options.dtype, device) != torch.float32:
        return None
    with ExitStack() as stack:
        read = read_checkpoint(folder, stack)
        if read is None or not _fits(read.config):
            return None
        try:
            decoder = Decoder(native, read, options.context)
        except KeyError:  # a weight is missing: transformers says which
            return None
    torch.set_num_threads(1)  # torch has little left to do, and its threads, waiting for more, would be in the way
    return decoder


def _fits(config: Config) -> bool:
    """This says that all shapes fill whole vectors and panels."""
    panels = [config.num_attention_heads * config.dim, config.num_key_value_heads * config.dim]
    whole = not any(size % PANEL for size in (*panels, config.intermediate_size))
    return whole and config.hidden_size % EIGHT == 0 and config.dim % (2 * EIGHT) == 0


def _block(native: Kernels, read: Checkpoint, tree: torch.nn.Module, layer: int) -> Block[PackedLinear]:
    path = f"model.layers.{layer}"

    def joined(within: str, *names: str) -> Joined[PackedLinear]:
        parent = module_at(tree, f"{path}.{within}")
        return Joined(whole=_join(native, read, f"{path}.{within}", parent, names), parent=parent, names=names)

    norms = [f"{path}.self_attn.{name}_norm.weight" for name in "qk"]
    return Block(
        before=read.tensor(f"{path}.input_layernorm.weight"),
        attended=joined("self_attn", "q_proj", "k_proj", "v_proj"),
        norms=(read.tensor(norms[0]), read.tensor(norms[1])) if read.config.model_type == "qwen3" else None,
        mixed=joined("self_attn", "o_proj"),
        between=read.tensor(f"{path}.post_attention_layernorm.weight"),
        gated=joined("mlp", "gate_proj", "up_proj"),
        lowered=joined("mlp", "down_proj"),
        window=read.config.window(layer),
    )


def _join(native: Kernels, read: Checkpoint, path: str, parent: torch.nn.Module, names: Sequence[str]) -> PackedLinear:
    """This makes one layer of several that read the same input; each stands in `parent` too, as a part of it."""
    parts = [read.panels(native, f"{path}.{name}.weight") for name in names]
    if len({part.bits for part in parts}) > 1:
        parts = [native.widen(part) for part in parts]
    columns = [part.columns for part in parts]
    numbers = torch.cat([part.numbers for part in parts])
    biases = [f"{path}.{name}.bias" for name in names]
    bias = None
    if any(name in read for name in biases):
        bias = torch.cat(
            [read.tensor(n) if n in read else torch.zeros(c) for n, c in zip(biases, columns, strict=True)]
        )
    whole = PackedLinear(Panels(numbers, sum(columns), parts[0].depth, parts[0].bits), bias)
    begin = 0
    for name, width in zip(names, columns, strict=True):
        setattr(parent, name, whole.part(begin, begin + width))
        begin += width
    return whole
