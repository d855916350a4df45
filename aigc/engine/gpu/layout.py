"""This lays a step out for the kernels: which tokens, where their keys and values go, and which tiles look at what.

`words` is (ROWS, size) of int64, one column per token, and per tile in the rows that tiles have; `kernels` names the
rows. All of a step's addresses are in it and nowhere else, so slots may move between two steps of the same size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy

from aigc.engine.cache import Bank
from aigc.engine.gpu import kernels as rows
from aigc.engine.network import Span

Array: TypeAlias = numpy.ndarray[Any, Any]
FIRST, TOKENS, KEYS, VALUES, TO_HEAD, TO_LAYER, OFFSET, LIMIT = range(rows.OF_TILE)  # columns of a list of tiles


def lay_out(words: Array, spans: Sequence[Span], keep: Sequence[int], own_tile: int, shared_tile: int) -> None:
    """Fill `words` for spans whose tokens fit into it. Tiles have so many tokens at most.

    Spans that see the same prefix equally far share its tiles where they stand together.
    """
    size = words.shape[1]
    words[...] = 0
    looks: list[tuple[int, ...]] = []  # what each span sees of its slot, as one tile of any length
    shared: list[list[int]] = []  # and neighbours of the same prefix
    banks: dict[int, tuple[int, ...]] = {}
    begin = 0
    for span in spans:
        count = len(span.ids)
        keys, values, lane, *further = _place(span.bank, banks)
        ahead = lane * span.lane
        looks.append((begin, count, keys + ahead, values + ahead, *further, span.base, span.start + count))
        if span.prefix is not None and span.base:
            keys, values, _, *further = _place(span.prefix.bank, banks)
            last = shared[-1] if shared else None
            if last and last[FIRST] + last[TOKENS] == begin and (last[KEYS], last[LIMIT]) == (keys, span.base):
                last[TOKENS] += count
            else:
                shared.append([begin, count, keys, values, *further, 0, span.base])
        begin += count
    own = numpy.array(looks, dtype=numpy.int64)
    bank = spans[0].bank
    _write_tokens(words[:, :begin], own, bank.keys.shape[-1] * bank.keys.itemsize)
    words[rows.ID.value, :begin] = [token for span in spans for token in span.ids]
    words[rows.KEEP.value, : len(keep)] = keep
    groups = numpy.array(shared, dtype=numpy.int64).reshape(-1, rows.OF_TILE)
    for tiles, row, counted in (
        (_cut(own, own_tile), rows.OWN.value, rows.OWN_TILES.value),
        (_cut(groups, shared_tile), rows.SHARED.value, rows.SHARED_TILES.value),
    ):
        assert len(tiles) <= size, "more tiles than tokens"
        words[row : row + rows.OF_TILE, : len(tiles)] = tiles.T
        words[counted, 0] = len(tiles)


def _place(bank: Bank, known: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """Return a bank's keys and values, bytes to the next lane, and numbers to the next head and the next layer."""
    found = known.get(id(bank))
    if found is None:
        layer, lane, head, *_ = bank.keys.stride()
        addresses = bank.keys.data_ptr(), bank.values.data_ptr()
        found = known[id(bank)] = (*addresses, lane * bank.keys.itemsize, head, layer)
    return found


def _write_tokens(words: Array, own: Array, token_bytes: int) -> None:
    """Write of every token where it stands and where its key and value go."""
    each = numpy.repeat(own, own[:, TOKENS], axis=0)  # of every token, its span
    within = numpy.arange(len(each)) - each[:, FIRST]
    place = each[:, LIMIT] - each[:, TOKENS] + within  # in its slot
    words[rows.POSITION.value] = each[:, OFFSET] + place
    words[rows.KEY.value] = each[:, KEYS] + place * token_bytes
    words[rows.VALUE.value] = each[:, VALUES] + place * token_bytes
    words[rows.TO_HEAD.value] = each[:, TO_HEAD]
    words[rows.TO_LAYER.value] = each[:, TO_LAYER]


def _cut(tiles: Array, most: int) -> Array:
    """Make several tiles of every one with more than `most` tokens."""
    pieces = -(-tiles[:, TOKENS] // most)
    cut = numpy.repeat(tiles, pieces, axis=0)
    begin = (numpy.arange(len(cut)) - numpy.repeat(numpy.cumsum(pieces) - pieces, pieces)) * most
    cut[:, FIRST] += begin
    cut[:, TOKENS] = numpy.minimum(cut[:, TOKENS] - begin, most)
    return cut
