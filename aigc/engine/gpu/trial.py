"""This tries a GPU's numbers before anybody gets text from them: our kernels and graphs against plain torch.

`plain_logits` is the same model from the same weights, a whole text at once: what everything here must come out as.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn.functional import embedding, linear, silu

from aigc.engine.cache import Bank, Prefix, Slot, Slots
from aigc.engine.gpu.decoder import GpuDecoder
from aigc.engine.network import Span

TOLERANCE = {torch.float32: 1e-3, torch.float16: 0.02, torch.bfloat16: 0.05}  # of logits, by the model's dtype
LONG = 300  # tokens; more than any graph takes
SHARED = 200  # tokens; more than are read at once, so that every share of a prefix has some


def plain_logits(network: GpuDecoder, ids: Sequence[int]) -> torch.Tensor:
    """Return logits, (tokens, vocab); products have the model's dtype, all else is float32 as in the kernels."""
    shape, dtype, device = network.sizes, network.shape.dtype, network.device

    def normed(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + shape.eps) * weight

    def turned(x: torch.Tensor) -> torch.Tensor:  # (tokens, heads, dim)
        angle = position[:, None, None] * network.frequencies
        (a, b), c, s = x.chunk(2, dim=-1), angle.cos(), angle.sin()
        return torch.cat([a * c - b * s, b * c + a * s], dim=-1).to(dtype).float()

    position = torch.arange(len(ids), device=device)
    back = position[:, None] - position
    x = embedding(torch.tensor(ids, device=device), network.embedding).float()
    for layer in network.layers:
        qkv = layer.qkv.product(normed(x, layer.input_norm).to(dtype)).float().unflatten(1, (-1, shape.dim))
        queries, keys, values = qkv.split([shape.heads, shape.kv_heads, shape.kv_heads], dim=1)
        if layer.qk_norms is not None:
            queries, keys = normed(queries, layer.qk_norms[0]), normed(keys, layer.qk_norms[1])
        keys, values = (one.repeat_interleave(shape.heads // shape.kv_heads, 1) for one in (turned(keys), values))
        scores = torch.einsum("qhd,khd->hqk", turned(queries), keys) * shape.scale
        hidden = (back < 0) | (back >= layer.window) if layer.window else back < 0
        attended = torch.einsum("hqk,khd->qhd", scores.masked_fill(hidden, -torch.inf).softmax(-1), values)
        x = x + layer.out.product(attended.flatten(1).to(dtype)).float()
        gate, up = layer.gate_up.product(normed(x, layer.mlp_norm).to(dtype)).float().chunk(2, dim=-1)
        x = x + layer.down.product((silu(gate) * up).to(dtype)).float()
    return linear(normed(x, network.norm).to(dtype), network.head_weight).float()


def try_out(network: GpuDecoder) -> float:
    """Return how far a few steps come out from plain torch, as a share of the logits; not a number where they break.

    There are prompts in pieces, alone and behind a prefix, rows that read different lengths of it, slots that move
    between two steps of one size, the second of which a graph replays and which has a token that lies on the device,
    and a step too large for graphs.
    """
    vocab = min(network.vocab, 1000)
    shared = min(SHARED, network.context - 24)
    lengths = min(LONG, network.context), shared + 24, 28
    texts = [[(7 * place + 3 + 11 * row) % vocab for place in range(length)] for row, length in enumerate(lengths)]
    texts[2][:16] = texts[1][:16]
    prefix, bank = Prefix(network.shape, texts[1][:shared]), Bank(network.shape, 4, 64)
    network.forward([Span(prefix.bank, 0, 0, prefix.ids)], [])
    found = network.forward(
        [
            Span(bank, 1, 0, texts[0][:9]),
            Span(bank, 2, 0, texts[1][shared : shared + 5], prefix, shared),
            Span(bank, 0, 0, texts[2][16:27], prefix, 16),
        ],
        [8, 13, 24],
    )
    moved = Bank(network.shape, 8, 128)
    for old, new, tokens in ((1, 6, 9), (2, 3, 5), (0, 7, 11)):
        Slots(network.shape, 0).copy(Slot(bank, old), Slot(moved, new), tokens)
    spans = [
        Span(moved, 6, 9, texts[0][9:11]),
        Span(moved, 3, 5, texts[1][shared + 5 :], prefix, shared),
        Span(moved, 7, 11, [-1], prefix, 16),
    ]
    again = network.forward(spans, [1, 20, 21], torch.tensor(texts[2][27:28], device=network.device))
    alone = Bank(network.shape, 1, len(texts[0]))
    long = network.forward([Span(alone, 0, 0, texts[0])], [len(texts[0]) - 1])
    with torch.inference_mode():
        plain = [plain_logits(network, text) for text in texts]
        expected = [
            plain[0][8],
            plain[1][shared + 4],
            plain[2][26],
            plain[0][10],
            plain[1][-1],
            plain[2][27],
            plain[0][-1],
        ]
        pairs = zip(torch.cat([found, again, long]), expected, strict=True)
        shares = torch.stack([(one - two).norm() / (two - two.mean()).norm() for one, two in pairs])
        return float(shares.max())  # a NaN is the largest
