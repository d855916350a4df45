"""This is attention over slots and shared prefixes, plugged into any Hugging Face model.

A step is one forward of packed tokens, (1, tokens), from many rows. Each token attends to its row's slot and, where the
row has one, to a prefix it shares with other rows; the two results are merged by their log-sum-exp.

    tokens of a step, ordered by prefix:   a a a b b b b c      a, b, c are rows
    shared part, once per prefix           └─ P ─┘ └ Q ┘ –      one matrix product for all tokens of a prefix
    own part, once per slot size and width  rows padded to a common number of tokens
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from aigc.engine.cache import Bank
from aigc.engine.device import sent
from aigc.engine.network import Span

NAME = "aigc_slots"  # transformers changes behaviour for names containing flash, sdpa or flex_attention


@dataclass(slots=True)
class SharedPart:
    """This is one prefix, cut to `length` tokens, and the packed tokens `begin:end` that attend to it."""

    bank: Bank
    length: int
    begin: int
    end: int
    furthest: int  # position of these tokens
    masks: dict[int, torch.Tensor | None] = field(default_factory=dict)

    def mask(self, window: int, positions: torch.Tensor) -> torch.Tensor | None:
        """Hide keys further back than the window, (tokens, length); None where nothing is hidden."""
        if window not in self.masks:
            self.masks[window] = None
            if 0 < window <= self.furthest:
                back = positions[self.begin : self.end, None] - torch.arange(self.length, device=positions.device)
                none = torch.zeros(back.shape, device=back.device)
                self.masks[window] = none.masked_fill_(back >= window, -torch.inf)
        return self.masks[window]


@dataclass(slots=True)
class OwnPart:
    """This is a class of rows of one bank with one padded width."""

    bank: Bank
    lanes: torch.Tensor | None  # (rows,); None means the first `rows` lanes, read in place
    rows: int
    width: int
    length: int  # keys looked at
    tokens: torch.Tensor  # (rows · width,) packed index of each query; padding repeats token 0
    offsets: torch.Tensor  # (rows, width) each query's own offset in its slot
    masks: dict[int, torch.Tensor] = field(default_factory=dict)

    def mask(self, window: int) -> torch.Tensor:
        """Return 0 where a query may look and -inf elsewhere, (rows, 1, 1, width, length)."""
        if window not in self.masks:
            back = self.offsets.unsqueeze(-1) - torch.arange(self.length, device=self.offsets.device)
            hidden = (back < 0) | (back >= window) if window else back < 0
            mask = torch.zeros(hidden.shape, device=hidden.device).masked_fill_(hidden, -torch.inf)
            self.masks[window] = mask[:, None, None]
        return self.masks[window]


@dataclass(slots=True)
class AttentionLayout:
    """This carries one forward's arrangement to every layer's attention."""

    positions: torch.Tensor  # (1, tokens)
    shared: list[SharedPart]
    own: list[OwnPart]
    scatter: torch.Tensor  # (tokens,) each packed token's place in the own parts' results, laid end to end
    writes: list[tuple[Bank, torch.Tensor, torch.Tensor, torch.Tensor]]  # bank, packed tokens, lanes, offsets


@dataclass(frozen=True, slots=True)
class Layer:
    """This is what one attention layer says of itself. A `window` of 0 sees everything."""

    index: int
    scale: float
    window: int
    softcap: float | None


def lay_out(spans: Sequence[Span], device: torch.device) -> AttentionLayout:
    """Arrange spans, already ordered so that those sharing (prefix, base) stand together."""
    positions: list[int] = []
    shared: list[SharedPart] = []
    classes: dict[tuple[int, int], list[tuple[Span, int]]] = {}
    begin = 0
    for span in spans:
        count, furthest = len(span.ids), span.base + span.start + len(span.ids) - 1
        positions.extend(range(span.base + span.start, furthest + 1))
        if span.prefix is not None:
            last = shared[-1] if shared else None
            if last is not None and last.bank is span.prefix.bank and last.length == span.base and last.end == begin:
                last.end, last.furthest = begin + count, max(last.furthest, furthest)
            else:
                shared.append(SharedPart(span.prefix.bank, span.base, begin, begin + count, furthest))
        width = 1 if count == 1 else 1 << (count - 1).bit_length()
        classes.setdefault((id(span.bank), width), []).append((span, begin))
        begin += count
    scatter = torch.zeros(begin, dtype=torch.long)
    own, done = [], 0
    for (_, width), members in classes.items():
        part, places = _own_part(members, width, device)
        scatter[places[0]] = places[1] + done
        done += part.rows * width
        own.append(part)
    return AttentionLayout(
        positions=sent(torch.tensor([positions]), device),
        shared=shared,
        own=own,
        scatter=sent(scatter, device),
        writes=_writes(spans, device),
    )


def _own_part(
    members: list[tuple[Span, int]], width: int, device: torch.device
) -> tuple[OwnPart, tuple[torch.Tensor, torch.Tensor]]:
    """Lay out one class and say, per real token, (its packed index, its place in the class)."""
    bank = members[0][0].bank
    highest = max(span.lane for span, _ in members) + 1
    # One token each and few holes: read the bank in place; otherwise gather the lanes in question.
    in_place = width == 1 and highest <= 2 * len(members)
    rows = highest if in_place else len(members)
    tokens = torch.zeros((rows, width), dtype=torch.long)
    offsets = torch.zeros((rows, width), dtype=torch.long)
    packed: list[int] = []
    places: list[int] = []
    for row, (span, begin) in enumerate(members):
        row, count = (span.lane if in_place else row), len(span.ids)
        tokens[row, :count] = torch.arange(begin, begin + count)
        offsets[row] = torch.arange(span.start, span.start + width).clamp_(max=span.start + count - 1)
        packed.extend(range(begin, begin + count))
        places.extend(range(row * width, row * width + count))
    part = OwnPart(
        bank=bank,
        lanes=None if in_place else sent(torch.tensor([span.lane for span, _ in members]), device),
        rows=rows,
        width=width,
        length=max(span.start + len(span.ids) for span, _ in members),
        tokens=sent(tokens.view(-1), device),
        offsets=sent(offsets, device),
    )
    return part, (torch.tensor(packed), torch.tensor(places))


def _writes(spans: Sequence[Span], device: torch.device) -> list[tuple[Bank, torch.Tensor, torch.Tensor, torch.Tensor]]:
    found: dict[int, tuple[Bank, list[int], list[int], list[int]]] = {}
    begin = 0
    for span in spans:
        _, tokens, lanes, offsets = found.setdefault(id(span.bank), (span.bank, [], [], []))
        count = len(span.ids)
        tokens.extend(range(begin, begin + count))
        lanes.extend([span.lane] * count)
        offsets.extend(range(span.start, span.start + count))
        begin += count
    return [
        (bank, sent(torch.tensor(a), device), sent(torch.tensor(b), device), sent(torch.tensor(c), device))
        for bank, a, b, c in found.values()
    ]


def slot_attention(
    module: torch.nn.Module,
    query: torch.Tensor,  # (1, heads, tokens, head_dim)
    key: torch.Tensor,  # (1, kv_heads, tokens, head_dim)
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    layout: AttentionLayout,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    **_: Any,  # dropout and whatever else a family passes; `layout` is all we need
) -> tuple[torch.Tensor, None]:
    """Attend, as every attention layer asks. Positions are already in query and key."""
    assert isinstance(module.layer_idx, int)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    layer = Layer(module.layer_idx, scale, sliding_window or 0, softcap)
    keys, values = key[0].transpose(0, 1), value[0].transpose(0, 1)  # (tokens, kv_heads, head_dim)
    for bank, tokens, lanes, offsets in layout.writes:
        bank.keys[layer.index, lanes, :, offsets] = keys[tokens]
        bank.values[layer.index, lanes, :, offsets] = values[tokens]
    queries = query[0].transpose(0, 1)  # (tokens, heads, head_dim)
    own = [_attend_own(part, queries, layer) for part in layout.own]
    out = torch.cat([part for part, _ in own])[layout.scatter]  # (tokens, heads, head_dim)
    lse = torch.cat([part for _, part in own])[layout.scatter]  # (tokens, heads)
    for part in layout.shared:
        mine = slice(part.begin, part.end)
        other, other_lse = _attend_shared(part, queries[mine], layer, part.mask(layer.window, layout.positions[0]))
        # softmax over both parts = a weighted mean of the two, by how much mass each saw
        weight = torch.sigmoid(other_lse - lse[mine]).unsqueeze(-1)
        out[mine] = torch.lerp(out[mine], other, weight)
    return out.to(query.dtype).unsqueeze(0), None


def _attend_own(part: OwnPart, queries: torch.Tensor, layer: Layer) -> tuple[torch.Tensor, torch.Tensor]:
    """Attend within slots; return (rows · width, heads, head_dim) and its log-sum-exp."""
    lanes = slice(0, part.rows) if part.lanes is None else part.lanes
    keys = part.bank.keys[layer.index][lanes, :, : part.length]  # (rows, kv_heads, length, head_dim)
    values = part.bank.values[layer.index][lanes, :, : part.length]
    heads, dim, kv_heads = queries.shape[1], queries.shape[2], keys.shape[1]
    groups = heads // kv_heads
    # Heads that read the same keys stand beside each other as more queries: nothing is repeated.
    folded = queries[part.tokens].view(part.rows, part.width, kv_heads, groups, dim).permute(0, 2, 3, 1, 4)
    folded = folded.reshape(part.rows, kv_heads, groups * part.width, dim)
    if part.width > 1 and not layer.softcap and queries.device.type == "cpu":
        mask = part.mask(layer.window).expand(-1, 1, groups, -1, -1).reshape(part.rows, 1, -1, part.length)
        out, lse = _flash(folded, keys, values, mask, layer.scale)
        out = out.view(part.rows, kv_heads, groups, part.width, dim).permute(0, 3, 1, 2, 4)
        lse = lse.view(part.rows, kv_heads, groups, part.width).permute(0, 3, 1, 2)
        return out.reshape(-1, heads, dim), lse.reshape(-1, heads)
    scores = _scores(folded, keys, layer).view(part.rows, kv_heads, groups, part.width, part.length)
    scores = scores.add_(part.mask(layer.window)).view(part.rows, kv_heads, groups * part.width, part.length)
    out, lse = _weigh(scores, values)
    out = out.view(part.rows, kv_heads, groups, part.width, dim).permute(0, 3, 1, 2, 4)
    lse = lse.view(part.rows, kv_heads, groups, part.width).permute(0, 3, 1, 2)
    return out.reshape(-1, heads, dim), lse.reshape(-1, heads)


def _attend_shared(
    part: SharedPart, queries: torch.Tensor, layer: Layer, mask: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Let `queries` (tokens, heads, head_dim) attend to one prefix; return as many numbers and their log-sum-exp."""
    keys = part.bank.keys[layer.index, 0, :, : part.length]  # (kv_heads, length, head_dim)
    values = part.bank.values[layer.index, 0, :, : part.length]
    tokens, heads, dim = queries.shape
    kv_heads = keys.shape[0]
    folded = queries.view(tokens, kv_heads, heads // kv_heads, dim).permute(1, 2, 0, 3).reshape(kv_heads, -1, dim)
    if mask is None and not layer.softcap and queries.device.type == "cpu":
        out, lse = _flash(folded[None], keys[None], values[None], None, layer.scale)
    else:
        scores = _scores(folded, keys, layer)
        if mask is not None:
            scores = scores.view(kv_heads, -1, tokens, part.length).add_(mask).view(kv_heads, -1, part.length)
        out, lse = _weigh(scores, values)
    out = out.view(kv_heads, -1, tokens, dim).permute(2, 0, 1, 3)
    lse = lse.view(kv_heads, -1, tokens).permute(2, 0, 1)
    return out.reshape(tokens, heads, dim), lse.reshape(tokens, heads)


def _flash(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Run torch's blocked CPU kernel over (rows, kv_heads, queries, head_dim). Every query must see something:
    for one that sees nothing the kernel says a log-sum-exp of 0."""
    out, lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        queries, keys, values, 0.0, False, attn_mask=mask, scale=scale
    )
    return out.float(), lse  # merged in float32, whatever the model's dtype


def _scores(queries: torch.Tensor, keys: torch.Tensor, layer: Layer) -> torch.Tensor:
    scores = torch.matmul(queries, keys.transpose(-1, -2)).float().mul_(layer.scale)
    if layer.softcap:
        scores = torch.tanh(scores / layer.softcap) * layer.softcap
    return scores


def _weigh(scores: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return softmax(scores) · values and the log-sum-exp; a query that sees nothing gets 0 and -inf."""
    peak = scores.amax(dim=-1, keepdim=True).clamp_(min=-1e30)  # all -inf: exp(-inf + 1e30) = 0, not NaN
    weights = scores.sub_(peak).exp_()
    mass = weights.sum(dim=-1, keepdim=True)
    out = torch.matmul(weights.to(values.dtype), values).float() / mass.clamp(min=1e-30)
    return out, (peak + torch.log(mass)).squeeze(-1)
