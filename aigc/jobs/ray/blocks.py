"""Briefs cut into blocks for several engines, so that what is written together shares as much of its prompt as it can.

Inputs that take few values (a language, a market, a category) are what many briefs have in common: they sort first,
fewest values before, and a block ends where such a group does. What is left stays in the briefs' order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from aigc.types import Brief

FEW = 64  # values that an input may take to be what briefs have in common
LEAST = 16  # briefs worth a block of their own


def block_size(briefs: int, workers: int, most: int) -> int:
    """Let each worker have about four blocks, so that none waits long for the last one, but none very small."""
    return max(1, min(most, max(-(-briefs // (4 * workers)), min(LEAST, -(-briefs // workers)))))


def blocks(briefs: Sequence[Brief], size: int) -> Iterator[list[Brief]]:
    """Yield the briefs in blocks of at most `size`; one at least half full ends with its group."""
    names = _shared(briefs)
    block: list[Brief] = []
    last: tuple[str, ...] = ()
    for group, brief in sorted(((_said(brief, names), brief) for brief in briefs), key=lambda one: one[0]):
        if block and (len(block) == size or (group != last and 2 * len(block) >= size)):
            yield block
            block = []
        block.append(brief)
        last = group
    if block:
        yield block


def _shared(briefs: Sequence[Brief]) -> list[str]:
    """Return the inputs that take few values, those with the fewest first."""
    values: dict[str, Counter[str]] = {}
    for brief in briefs:
        for name in brief.values:
            seen = values.setdefault(name, Counter())
            if len(seen) <= FEW:
                seen[_text(brief, name)] += 1
    few = [name for name, seen in values.items() if 1 < len(seen) <= min(FEW, len(briefs) // 2)]
    return sorted(few, key=lambda name: len(values[name]))


def _said(brief: Brief, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_text(brief, name) for name in names)


def _text(brief: Brief, name: str) -> str:
    return json.dumps(brief.values.get(name), ensure_ascii=False, sort_keys=True, default=str)
