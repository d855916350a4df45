"""This is what a GPU does for a step beside matrix products, in Triton: norms, rotation, attention, the gated swish.

All sums are in float32. What a step is about stands in `words`, a matrix of int64 on the device with a column per token
or tile of the step's `size` (`layout`): a launch depends on the size alone, loops end where the words say, and pointers
to slots are read from them. A place without a token has no address, and is in no tile, so nothing of it is kept.

    tile     neighbouring tokens that look at the same keys: of one prefix, or of one slot
    query    each token of a tile has `group` of them, those of the heads that share a head of keys

`block`, `wide` and the like are powers of two, as Triton's shapes must be; what they have too much is masked.
"""

from __future__ import annotations

import triton
import triton.language as tl

# Rows of `words`. A token's: its id, its position, the addresses of its key and value in the first layer and head, and
# how many numbers further the next head and the next layer lie.
ID, POSITION, KEY, VALUE, TO_HEAD, TO_LAYER = (tl.constexpr(row) for row in range(6))
# A tile's, counted from its own first row: its first token, tokens, the addresses of the keys and values it sees, to
# the next head, to the next layer, the position of the first key, and how many keys there are.
OF_TILE = 8
OWN, SHARED = tl.constexpr(6), tl.constexpr(6 + OF_TILE)  # first rows of tiles that see a slot, or a prefix
KEEP = tl.constexpr(SHARED.value + OF_TILE)  # the tokens that are kept
OWN_TILES, SHARED_TILES = tl.constexpr(KEEP.value + 1), tl.constexpr(KEEP.value + 2)  # how many, in the first column
ROWS = KEEP.value + 3

# splitmix64, as in `sampler`; products wrap, and shifts are made logical by a mask.
GOLDEN, FIRST, SECOND = (
    tl.constexpr(number - (1 << 64)) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
STEP = ("size", "layer")  # numbers that no kernel is compiled anew for
NOTHING = tl.constexpr(-1e30)  # below every score; not -inf, whose difference from itself is no number


@triton.jit
def norm_rows(x, more, weight, out, eps, columns: tl.constexpr, wide: tl.constexpr, first: tl.constexpr):
    """Add `more` to x (tokens, columns), float32, or start x with it; out is x over its root mean square, weighted."""
    token, at = tl.program_id(0).to(tl.int64), tl.arange(0, wide)
    inside = at < columns
    place = token * columns + at
    row = tl.load(more + place, mask=inside, other=0.0).to(tl.float32)
    if not first:
        row += tl.load(x + place, mask=inside, other=0.0)
    tl.store(x + place, row, mask=inside)
    row *= tl.rsqrt(tl.sum(row * row, axis=0) / columns + eps)
    row *= tl.load(weight + at, mask=inside, other=0.0)
    tl.store(out + place, row.to(out.dtype.element_ty), mask=inside)


@triton.jit
def multiply_gates(x, out, columns: tl.constexpr, block: tl.constexpr):
    """Write swish(gate) · up to out (tokens, columns); x (tokens, 2 · columns) has all gates before all ups."""
    token, at = tl.program_id(0).to(tl.int64), tl.program_id(1) * block + tl.arange(0, block)
    inside = at < columns
    gate = tl.load(x + token * 2 * columns + at, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(x + token * 2 * columns + columns + at, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + token * columns + at, (gate / (1 + tl.exp(-gate)) * up).to(out.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=STEP)
def rotate_and_keep(
    qkv, words, size, cosine, sine, query_norm, key_norm, layer, eps,
    heads: tl.constexpr, kv_heads: tl.constexpr, dim: tl.constexpr,
    turned: tl.constexpr, kept: tl.constexpr, half: tl.constexpr, normed: tl.constexpr,
):  # fmt: skip
    """Norm and rotate qkv (tokens, heads + 2 · kv_heads, dim): queries in place, keys on their way to the slot.

    Cosines and sines are (tokens, dim / 2), float32.
    """
    token = tl.program_id(0)
    row = qkv + token.to(tl.int64) * ((heads + 2 * kv_heads) * dim)
    head, at = tl.arange(0, turned)[:, None], tl.arange(0, half)[None, :]
    inside = (head < heads + kv_heads) & (at < dim // 2)
    a = tl.load(row + head * dim + at, mask=inside, other=0.0).to(tl.float32)
    b = tl.load(row + head * dim + dim // 2 + at, mask=inside, other=0.0).to(tl.float32)
    asks = head < heads
    if normed:
        scale = tl.rsqrt(tl.sum(a * a + b * b, axis=1) / dim + eps)[:, None]
        part = at < dim // 2
        a *= scale * tl.where(
            asks, tl.load(query_norm + at, mask=part, other=0.0), tl.load(key_norm + at, mask=part, other=0.0)
        )
        at_b = at + dim // 2
        b *= scale * tl.where(
            asks, tl.load(query_norm + at_b, mask=part, other=0.0), tl.load(key_norm + at_b, mask=part, other=0.0)
        )
    c = tl.load(cosine + token * (dim // 2) + at, mask=at < dim // 2, other=0.0)
    s = tl.load(sine + token * (dim // 2) + at, mask=at < dim // 2, other=0.0)
    kind = qkv.dtype.element_ty
    a, b = (a * c - b * s).to(kind), (b * c + a * s).to(kind)
    tl.store(row + head * dim + at, a, mask=inside & asks)
    tl.store(row + head * dim + dim // 2 + at, b, mask=inside & asks)
    address = tl.load(words + KEY * size + token)
    if address != 0:
        to_head = tl.load(words + TO_HEAD * size + token)
        ahead = layer * tl.load(words + TO_LAYER * size + token)
        key = tl.multiple_of(address.to(tl.pointer_type(kind)) + ahead + (head - heads) * to_head + at, [16, 16])
        tl.store(key, a, mask=inside & (head >= heads))
        tl.store(tl.multiple_of(key + dim // 2, [16, 16]), b, mask=inside & (head >= heads))
        of, wide = tl.arange(0, kept)[:, None], tl.arange(0, 2 * half)[None, :]
        there = (of < kv_heads) & (wide < dim)
        value = tl.load(row + (heads + kv_heads + of) * dim + wide, mask=there, other=0.0)
        slot = tl.load(words + VALUE * size + token).to(tl.pointer_type(kind)) + ahead + of * to_head + wide
        tl.store(tl.multiple_of(slot, [16, 16]), value, mask=there)


@triton.jit
def look(
    asked, keys, values, begin, end, position, offset, scale, window: tl.constexpr,
    dim: tl.constexpr, queries: tl.constexpr, wide: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Return what queries see of keys begin..end, the first of all at position `offset`: the sum of values (queries,
    wide), weighed by 2 ** (score - peak), the sum of those weights, and the peak, (queries,)."""
    at = tl.arange(0, wide)
    peak = tl.full([queries], NOTHING, tl.float32)
    mass = tl.zeros([queries], tl.float32)
    sum_of = tl.zeros([queries, wide], tl.float32)
    for start in range(begin, end, block):
        key = start + tl.arange(0, block)
        there = key < end
        places = tl.multiple_of(keys + key[None, :] * dim + at[:, None], [16, 16])
        columns = tl.load(places, mask=there[None, :] & (at < dim)[:, None], other=0.0)
        scores = tl.dot(asked, columns, input_precision="ieee") * scale
        seen = there[None, :] & (key[None, :] + offset <= position[:, None])
        if window > 0:
            seen = seen & (key[None, :] + offset > position[:, None] - window)
        scores = tl.where(seen, scores, float("-inf"))
        higher = tl.maximum(peak, tl.max(scores, axis=1))
        weights, shrink = tl.exp2(scores - higher[:, None]), tl.exp2(peak - higher)
        places = tl.multiple_of(values + key[:, None] * dim + at[None, :], [16, 16])
        rows = tl.load(places, mask=there[:, None] & (at < dim)[None, :], other=0.0)
        sum_of = sum_of * shrink[:, None] + tl.dot(weights.to(rows.dtype), rows, input_precision="ieee")
        mass = mass * shrink + tl.sum(weights, axis=1)
        peak = higher
    return sum_of, mass, peak


@triton.jit
def add_parts(
    sum_of, mass, peak, parts, sums, query, queries, real, dim: tl.constexpr, wide: tl.constexpr, splits: tl.constexpr
):
    """Add to the sums of values and of weights what other programs have seen for the same queries."""
    at = tl.arange(0, wide)
    for split in tl.static_range(splits):
        place = split * queries + query
        weighs = tl.load(sums + place, mask=real, other=float("-inf"))
        part = tl.load(parts + place[:, None] * dim + at[None, :], mask=real[:, None] & (at < dim)[None, :], other=0.0)
        higher = tl.maximum(peak, weighs)
        shrink, weight = tl.exp2(peak - higher), tl.exp2(weighs - higher)
        sum_of = sum_of * shrink[:, None] + part * weight[:, None]
        mass = mass * shrink + weight
        peak = higher
    return sum_of, mass


@triton.jit(do_not_specialize=STEP)
def attend(
    qkv, words, size, parts, sums, out, layer, scale,
    first_row: tl.constexpr, counted: tl.constexpr, window: tl.constexpr,
    heads: tl.constexpr, kv_heads: tl.constexpr, dim: tl.constexpr,
    tile: tl.constexpr, group: tl.constexpr, wide: tl.constexpr, block: tl.constexpr,
    splits: tl.constexpr, last: tl.constexpr,
):  # fmt: skip
    """Let tiles, the ones listed from `first_row` on, attend to what they look at.

    Tiles that see prefixes leave a part for each of `splits` shares of the keys: parts (splits, size, heads, dim), and
    sums (splits, size, heads), the binary logarithm of what the part weighs. Tiles that see slots come `last`, take
    each part for one more key, and write out (size, heads, dim). `scale` has log2(e) in it.
    """
    of = tl.program_id(1)  # which head of keys
    each: tl.constexpr = heads // kv_heads
    slot = tl.arange(0, tile * group)  # of a query in its tile
    at = tl.arange(0, wide)
    for number in range(tl.program_id(0), tl.load(words + counted * size).to(tl.int32), tl.num_programs(0)):
        cell = words + first_row * size + number
        token, offset, limit = tl.load(cell), tl.load(cell + 6 * size).to(tl.int32), tl.load(cell + 7 * size)
        real = (slot // group < tl.load(cell + size)) & (slot % group < each)
        token += slot // group
        position = tl.load(words + POSITION * size + token, mask=real, other=-1).to(tl.int32)
        query = token * heads + of * each + slot % group  # in parts, sums and out
        inside = real[:, None] & (at < dim)[None, :]
        row = (token * (heads + 2 * kv_heads) + of * each + slot % group)[:, None] * dim + at[None, :]
        asked = tl.load(qkv + row, mask=inside, other=0.0)

        ahead = of * tl.load(cell + 4 * size) + layer * tl.load(cell + 5 * size)
        keys = tl.load(cell + 2 * size).to(tl.pointer_type(qkv.dtype.element_ty)) + ahead
        values = tl.load(cell + 3 * size).to(tl.pointer_type(qkv.dtype.element_ty)) + ahead
        begin, end = 0, tl.minimum(limit.to(tl.int32), tl.max(position, axis=0) + 1 - offset)
        if window > 0:
            earliest = tl.min(tl.where(real, position, 1 << 30), axis=0) + 1 - window - offset
            begin = tl.maximum(earliest, 0) // block * block
        if not last:
            share = tl.cdiv(tl.cdiv(tl.maximum(end - begin, 0), block), splits) * block
            begin += tl.program_id(2) * share
            end = tl.minimum(end, begin + share)

        sum_of, mass, peak = look(
            asked, keys, values, begin, end, position, offset, scale, window, dim, tile * group, wide, block
        )
        if last:
            if offset > 0:  # there is a prefix before the slot
                sum_of, mass = add_parts(sum_of, mass, peak, parts, sums, query, size * heads, real, dim, wide, splits)
            result = sum_of / tl.where(real, mass, 1.0)[:, None]
            tl.store(out + query[:, None] * dim + at[None, :], result.to(out.dtype.element_ty), mask=inside)
        else:
            some = mass > 0
            place = tl.program_id(2) * size * heads + query
            whole = tl.where(some, mass, 1.0)
            tl.store(parts + place[:, None] * dim + at[None, :], sum_of / whole[:, None], mask=inside)
            tl.store(sums + place, tl.where(some, peak + tl.log2(whole), float("-inf")), mask=real)


@triton.jit
def draw_tokens(
    scores, keys, heats, floors, levels, lasts, best, chosen, vocab, block: tl.constexpr, cut: tl.constexpr
):
    """Find each block's largest score / heat + noise in scores (rows, vocab): best (rows, blocks), float64,
    and whose it is, chosen. The noise is `sampler`'s, of key and token; blocks that are all below the floor have none.
    If `cut`, nothing below the row's level wins, nor on it after its last token.
    """
    row, at = tl.program_id(0), tl.program_id(1) * block + tl.arange(0, block)
    place = row * tl.num_programs(1) + tl.program_id(1)
    score = tl.load(scores + row.to(tl.int64) * vocab + at, mask=at < vocab, other=float("-inf"))
    possible = (score >= tl.load(floors + row)) & (at < vocab)
    if cut:
        level = tl.load(levels + row)
        possible = possible & ((score > level) | ((score == level) & (at <= tl.load(lasts + row))))
    if tl.max(possible.to(tl.int32), axis=0) > 0:
        bits = tl.load(keys + row) + at.to(tl.int64) * GOLDEN
        bits = (bits ^ ((bits >> 30) & 0x3FFFFFFFF)) * FIRST
        bits = (bits ^ ((bits >> 27) & 0x1FFFFFFFFF)) * SECOND
        bits = bits ^ ((bits >> 31) & 0x1FFFFFFFF)
        uniform = (((bits >> 40) & 0xFFFFFF).to(tl.float64) + 0.5) / 16777216.0
        noisy = tl.div_rn(score, tl.load(heats + row)).to(tl.float64) - tl.log(-tl.log(uniform))
        most, which = tl.max(tl.where(possible, noisy, float("-inf")), axis=0, return_indices=True)
        tl.store(best + place, most)
        tl.store(chosen + place, tl.program_id(1) * block + which)
    else:
        tl.store(best + place, float("-inf"))
        tl.store(chosen + place, 0)


@triton.jit
def rank_of(score):
    """Return an integer for each float32; they are in the same order, and 0 and -0 are one."""
    bits = tl.where(score == 0.0, 0.0, score).to(tl.int32, bitcast=True)
    return tl.where(bits < 0, bits ^ 0x7FFFFFFF, bits).to(tl.int64)


@triton.jit
def score_of(rank):
    bits = rank.to(tl.int32)
    return tl.where(bits < 0, bits ^ 0x7FFFFFFF, bits).to(tl.float32, bitcast=True)


@triton.jit
def mass_of(score, peak, heat):
    """Return a token's chance as a share of the likeliest one's, in float64 so that sums have no order."""
    return tl.exp(tl.div_rn(score - peak, heat)).to(tl.float64)


@triton.jit
def list_tokens(
    scores, peaks, heats, floors, top_ks, top_ps, listed, tokens, counts, masses, vocab, room, block: tl.constexpr
):
    """List a row's tokens at or above its floor, in their order: scores and tokens (rows, room), as many as there
    is room for, and how many there are. `masses` is that of the whole row. Rows that ask for no filter are left out."""
    row = tl.program_id(0).to(tl.int64)
    if (tl.load(top_ks + row) < vocab) | (tl.load(top_ps + row) < 1):
        peak, heat, floor = tl.load(peaks + row), tl.load(heats + row), tl.load(floors + row)
        found, mass = tl.full([], 0, tl.int32), tl.full([], 0.0, tl.float64)
        for start in range(0, vocab, block):
            at = start + tl.arange(0, block)
            score = tl.load(scores + row * vocab + at, mask=at < vocab, other=float("-inf"))
            mass += tl.sum(mass_of(score, peak, heat), axis=0)
            high = ((score >= floor) & (at < vocab)).to(tl.int32)
            if tl.max(high, axis=0) > 0:
                place = found + tl.cumsum(high, axis=0) - 1
                kept = (high > 0) & (place < room)
                tl.store(listed + row * room + place, score, mask=kept)
                tl.store(tokens + row * room + place, at, mask=kept)
                found += tl.sum(high, axis=0)
        tl.store(counts + row, found)
        tl.store(masses + row, mass)


@triton.jit
def find_rank(
    scores, size, low, high, target, peak, heat, weigh: tl.constexpr, block: tl.constexpr, ways: tl.constexpr
):
    """Find the highest rank such that the tokens at or above it are `target`, or weigh as much, and what those above
    it are, or weigh; `low` if there is none that high. Each pass looks at `ways` ranks of low..high, evenly apart."""
    way = tl.arange(0, ways)
    above = tl.full([], 0.0, tl.float64)
    while high - low > 1:
        step = (high - low + ways - 1) // ways
        ranks = low + way * step
        sums = tl.zeros([ways, block], tl.float64)
        for start in range(0, size, block):
            at = start + tl.arange(0, block)
            score = tl.load(scores + at, mask=at < size, other=float("-inf"))
            amount = mass_of(score, peak, heat) if weigh else (at < size).to(tl.float64)
            sums += tl.where(rank_of(score)[None, :] >= ranks[:, None], amount[None, :], 0.0)
        sum_at = tl.sum(sums, axis=1)
        low = tl.maximum(low, tl.max(tl.where(sum_at >= target, ranks, low), axis=0))
        high = tl.minimum(high, low + step)
        above = tl.maximum(above, tl.max(tl.where(ranks >= high, sum_at, 0.0), axis=0))
    return low, above


@triton.jit
def cut_rows(
    scores, peaks, heats, floors, top_ks, top_ps, listed, tokens, counts, masses, levels, lasts, vocab, room,
    block: tl.constexpr, ways: tl.constexpr,
):  # fmt: skip
    """Find where top-k and then top-p, of what top-k keeps, cut a row: at a level, the lowest score kept, and on it
    after the last token kept. A cut below the row's floor is at the floor. Looks at `list_tokens`' list, or, where that
    had no room for all, at the whole row."""
    row = tl.program_id(0).to(tl.int64)
    top_k, top_p, level = tl.load(top_ks + row), tl.load(top_ps + row), tl.load(floors + row)
    last = tl.full([], 0, tl.int32) + vocab
    if (top_k < vocab) | (top_p < 1):
        peak, heat, total = tl.load(peaks + row), tl.load(heats + row), tl.load(masses + row)
        size, some = tl.load(counts + row), listed + row * room
        listed_all = size <= room
        if not listed_all:
            size, some = vocab, scores + row * vocab
        low, high = rank_of(level), rank_of(peak) + 1
        room_left = tl.full([], 0.0, tl.float64) + vocab  # for tokens on the level
        if top_k < vocab:
            low, above = find_rank(some, size, low, high, top_k.to(tl.float64), peak, heat, False, block, ways)
            room_left = top_k - above
            total = room_left * mass_of(score_of(low), peak, heat)
            for start in range(0, size, block):
                at = start + tl.arange(0, block)
                score = tl.load(some + at, mask=at < size, other=float("-inf"))
                total += tl.sum(tl.where(rank_of(score) > low, mass_of(score, peak, heat), 0.0), axis=0)
        if top_p < 1:
            target = top_p.to(tl.float64) * total
            low, above = find_rank(some, size, low, high, target, peak, heat, True, block, ways)
            room_left = tl.ceil((target - above) / tl.maximum(mass_of(score_of(low), peak, heat), 1e-30))
        level = score_of(low)
        passed = tl.full([], 0.0, tl.float64)
        for start in range(0, size, block):
            at = start + tl.arange(0, block)
            score = tl.load(some + at, mask=at < size, other=float("-inf"))
            tied = (rank_of(score) == low) & (at < size)
            place = passed + tl.cumsum(tied.to(tl.int32), axis=0)
            over = tied & (place == tl.maximum(room_left, 1.0))
            token = tl.load(tokens + row * room + at, mask=over, other=0) if listed_all else at
            last = tl.minimum(last, tl.min(tl.where(over, token, vocab), axis=0))
            passed += tl.sum(tied.to(tl.int32), axis=0)
    tl.store(levels + row, level)
    tl.store(lasts + row, last)
