"""This is a Llama, Qwen2, Qwen3 or Gemma 3 on the CPU, by our kernels alone: two calls a step, and no transformers.

Query, key and value are one product, gate and up another; they share their memory with modules that bear the names of
transformers' layers, which is where `adapters` finds what to wrap. LoRA layers found there add what they have to add.

Every number depends on its own row alone (`step.c`), so a text is the same, to the bit, in any company.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch

from aigc.engine.adapters import Adapters
from aigc.engine.cache import CacheShape
from aigc.engine.checkpoint import Checkpoint, Config, read_checkpoint
from aigc.engine.cpu.formats import BF16, FORMATS, PANEL, fill_panels
from aigc.engine.cpu.kernels import Kernels, Panels, kernels
from aigc.engine.cpu.library import KEY_BLOCK, Narrow, Step, multiplies_bfloat16
from aigc.engine.cpu.linear import PackedLinear
from aigc.engine.cpu.program import AttentionShape, Program, lay_out
from aigc.engine.device import pick_device
from aigc.engine.layers import FusedLinear, read_layer
from aigc.engine.network import Span, segments
from aigc.engine.options import EngineOptions

FEW = 64  # tokens there is memory for to begin with
CPU = torch.device("cpu")
WIDE = dict.fromkeys(("float32", "float16"), Narrow.WIDE)
NARROW = WIDE | {"auto": Narrow.INT8, "int8": Narrow.INT8, "bfloat16": Narrow.BFLOAT16}  # of activations


@dataclass(slots=True, kw_only=True)
class StepMemory:
    """This is a model's program over memory for so many tokens; `written` has the last layer's output, normed."""

    tokens: int
    program: Program
    written: torch.Tensor
    keeping: int = 0  # where in the program rows are dropped
    products: list[tuple[int, FusedLinear[PackedLinear], torch.Tensor, torch.Tensor]] = field(default_factory=list)

    def multiply(
        self, fused: FusedLinear[PackedLinear], x: torch.Tensor, out: torch.Tensor, *, add: bool = False
    ) -> None:
        """Put a product into the program, and note where it ends: adapters add there what they have to add."""
        self.program.multiply(x, fused.product, out, add=add)
        self.products.append((len(self.program), fused, x, out))

    def add(
        self,
        fused: FusedLinear[PackedLinear],
        x: torch.Tensor,
        out: torch.Tensor,
        between: torch.Tensor,
        norm: torch.Tensor | None,
    ) -> None:
        """Put a product that is added to `out` into the program; one that is normed first goes by way of `between`."""
        self.multiply(fused, x, out if norm is None else between, add=norm is None)
        if norm is not None:
            self.program.norm(between, norm, out, add=True)


class Decoder:
    """This is a `Network`; `open_decoder` makes it."""

    in_place = True
    asynchronous = False
    steady = True  # a row's numbers depend, to the bit, on nothing else in a step
    torch_threads = 1  # torch has little left to do, and its threads, waiting for more, would be in the way of ours
    device = CPU

    def __init__(self, native: Kernels, read: Checkpoint, context: int, *, narrow: Narrow) -> None:
        """Take the weights. `narrow` says what activations are rounded to where weights are of that kind."""
        config = read.config
        self.narrow = narrow
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
        self.native = native
        kinds = (False, True) if config.local_rotary else (False,)
        self._layout = AttentionShape(
            heads=self.heads,
            kv_heads=config.num_key_value_heads,
            dim=config.dim,
            scale=config.scale,
            eps=config.rms_norm_eps,
            tables=len(kinds),
        )
        self._frequencies = torch.stack([config.frequencies(local=local) for local in kinds])  # (tables, dim / 2)
        self._embedding_scale = config.hidden_size**0.5 if config.is_gemma else 1.0
        self._gelu = config.hidden_act == "gelu_pytorch_tanh"
        self._rotary: tuple[torch.Tensor, torch.Tensor] = (torch.empty(0), torch.empty(0))
        norm = partial(_norm, read)
        self._norm = norm("model.norm.weight")
        self._embedding = read.panels(native, "model.embed_tokens.weight")
        tied = config.tie_word_embeddings or "lm_head.weight" not in read
        self._head = self._embedding if tied else read.panels(native, "lm_head.weight")
        tree = torch.nn.Module()
        join = partial(_join, native, read, narrow)
        self._layers = [
            read_layer(read, tree, number, join=join, norm=norm) for number in range(config.num_hidden_layers)
        ]
        products = [product for layer in self._layers for product in layer.products]
        self.vocab = self._head.columns
        self.head = self._head.columns * self._head.depth  # weights multiplied for every sampled token
        self.body = sum(one.out_features * one.in_features for one in products)  # and for every token
        self.weight_bytes = self._head.numbers.nbytes + sum(product.nbytes for product in products)
        self.arithmetic = _most([self._head, *(part for product in products for part in product.parts)], narrow)
        self.adapters = Adapters(tree, CPU, torch.float32, native)
        self._memory = self._make_memory(FEW)

    def forward(self, spans: Sequence[Span], keep: Sequence[int], chosen: torch.Tensor | None = None) -> torch.Tensor:
        """Run one step and write its keys and values; return float32 logits of the packed tokens `keep`."""
        assert chosen is None, "nothing here is asynchronous"
        tokens, longest = (
            sum(len(span.ids) for span in spans),
            max(one.base + one.start + len(one.ids) for one in spans),
        )
        if tokens > self._memory.tokens:
            self._memory = self._make_memory(1 << (tokens - 1).bit_length())
        if longest > len(self._rotary[0]):
            self._rotary = self._rotations(2 * longest)
        step, memory = lay_out(spans, keep, self._layout, self._rotary, self.native.threads), self._memory
        with torch.inference_mode():
            if self.adapters.names:
                self._run_adapted(memory, step, spans, keep)
            else:
                self.native.run(memory.program.array, step, tokens)
            return self.native.multiply(memory.written[: len(keep)], self._head, None, narrow=self.narrow)

    def _run_adapted(self, memory: StepMemory, step: Step, spans: Sequence[Span], keep: Sequence[int]) -> None:
        """Run a step, stopping after every product for what LoRA layers add to it."""
        route, rows, begin = list(segments(spans)), sum(len(span.ids) for span in spans), 0
        self.adapters.route(route)
        for end, fused, x, out in memory.products:
            self.native.run(memory.program.array, step, rows, begin, end)
            if begin <= memory.keeping < end:
                rows = len(keep)
                left = [(bisect_left(keep, first), bisect_left(keep, last), name) for first, last, name in route]
                self.adapters.route(one for one in left if one[0] < one[1])
            fused.add_adapters(x[:rows], out[:rows])
            begin = end
        self.native.run(memory.program.array, step, rows, begin)

    def _make_memory(self, tokens: int) -> StepMemory:
        """Lay out a step of at most so many tokens."""
        first, last, program = self._layers[0], self._layers[-1], Program()
        widths = [one.product.in_features for one in (first.qkv, first.qkv, first.out, first.down)]
        x, normed, attended, activated = (torch.empty(tokens, width) for width in widths)
        qkv, gated = (torch.empty(tokens, one.product.out_features) for one in (first.qkv, first.gate_up))
        memory = StepMemory(tokens=tokens, program=program, written=normed)
        program.gather(self._embedding, x)
        if self._embedding_scale != 1:
            program.scale(x, self._embedding_scale)
        for number, layer in enumerate(self._layers):
            program.norm(x, layer.input_norm, normed)
            memory.multiply(layer.qkv, normed, qkv)
            program.rotate(qkv, number, layer.qk_norms, layer.local)
            program.attend(qkv, number, layer.window, attended)
            if layer is last:  # nobody looks at the other tokens any more
                memory.keeping = len(program)
                program.keep(attended)
                program.keep(x)
            memory.add(layer.out, attended, x, normed, layer.out_norms and layer.out_norms[0])
            program.norm(x, layer.mlp_norm, normed)
            memory.multiply(layer.gate_up, normed, gated)
            (program.gelu if self._gelu else program.swish)(gated, activated)
            memory.add(layer.down, activated, x, normed, layer.out_norms and layer.out_norms[1])
        program.norm(x, self._norm, normed)
        return memory

    def _rotations(self, positions: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return cosines and sines, (positions, tables, dim / 2)."""
        angles = torch.arange(positions, dtype=torch.float32)[:, None, None] * self._frequencies
        return angles.cos(), angles.sin()


def open_decoder(folder: Path, options: EngineOptions) -> Decoder | None:
    """Read a folder; None for one that is not plainly a Llama, Qwen or Gemma 3, or where there are no kernels.

    Raises ModelError where the folder's files do not agree about a shape, or one with panels is damaged.
    """
    native, device = kernels(), pick_device(options.device)
    if native is None or device.type != "cpu" or options.dtype not in NARROW:
        return None
    with ExitStack() as stack:
        read = read_checkpoint(folder, stack)
        if read is None or not (read.in_panels or fits(read.config)):
            return None
        read.check_shapes()
        if not fits(read.config) or not _keeps(options.dtype, read):
            return None
        narrow = NARROW[options.dtype]
        if narrow is Narrow.BFLOAT16 and not multiplies_bfloat16():
            narrow = Narrow.WIDE
        try:
            return Decoder(native, read, options.context, narrow=narrow)
        except KeyError:  # a weight is missing: transformers says which
            return None


def _most(parts: Sequence[Panels], narrow: Narrow) -> Narrow:
    """Return what activations are rounded to where most of the weights are multiplied."""
    narrowed = sum(part.columns * part.depth for part in parts if narrow.of(part.format))
    return narrow if 2 * narrowed > sum(part.columns * part.depth for part in parts) else Narrow.WIDE


def fits(config: Config) -> bool:
    """Say whether all shapes fill whole vectors and panels."""
    return fill_panels(
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        dim=config.dim,
        hidden=config.hidden_size,
        inner=config.intermediate_size,
    )


def _keeps(dtype: str, read: Checkpoint) -> bool:
    """Say whether weights stay what they are in that dtype: floats become those of 16 bits that it names, by torch."""
    name = "model.layers.0.mlp.gate_proj.weight"
    if name not in read or dtype not in ("bfloat16", "float16"):
        return True
    format = FORMATS.get(read.format(name))
    return format is not None and (format.whole or (dtype == "bfloat16" and format == BF16))


def _norm(read: Checkpoint, name: str) -> torch.Tensor:
    """Read what a norm multiplies by, of which Gemma's weights say how far it is from 1."""
    return read.tensor(name) + 1.0 if read.config.is_gemma else read.tensor(name)


def _join(
    native: Kernels, read: Checkpoint, narrow: Narrow, path: str, parent: torch.nn.Module, names: Sequence[str]
) -> PackedLinear:
    """Make one layer of several that read the same input; each stands in `parent` too, as a part of it."""
    parts = [read.panels(native, f"{path}.{name}.weight") for name in names]
    columns = [part.columns for part in parts]
    biases = [f"{path}.{name}.bias" for name in names]
    bias = None
    if any(name in read for name in biases):
        bias = torch.cat(
            [read.tensor(n) if n in read else torch.zeros(c) for n, c in zip(biases, columns, strict=True)]
        )
    whole = PackedLinear(native, _united(parts), bias, narrow=narrow)
    begin = 0
    for name, width in zip(names, columns, strict=True):
        setattr(parent, name, whole.part(begin, begin + width))
        begin += width
    return whole


def _united(parts: Sequence[Panels]) -> list[Panels]:
    """Return the same outputs in as few parts as there are formats side by side; without a copy where memory allows."""
    united: list[Panels] = []
    for part in parts:
        last = united[-1] if united else None
        if last is None or last.format != part.format or last.columns % PANEL:
            united.append(part)
            continue
        united[-1] = Panels(
            _end_to_end(last.numbers, part.numbers), last.columns + part.columns, part.depth, part.format
        )
    return united


def _end_to_end(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return both as one: a view where the second follows the first in memory."""
    same = first.untyped_storage().data_ptr() == second.untyped_storage().data_ptr()
    if same and first.data_ptr() + first.nbytes == second.data_ptr():
        return first.as_strided((len(first) + len(second), *first.shape[1:]), first.stride())
    return torch.cat([first, second])
