"""Calls to action: chosen from lists, never written by a model, which would promise what nobody offers."""

from __future__ import annotations

import re
import zlib
from typing import Literal, TypeAlias

from aigc_plugins.ads.word_lists import TAIL, in_language, word_lists

WHERE = frozenset(["online", "nearby", "local"])

Offering: TypeAlias = Literal["goods", "service", "software"]


def calls_to_action(language: str = "en", product: str = "", category: str | None = None, count: int = 3) -> list[str]:
    """Return `count` headlines that ask for a click; which ones depends on the product, so a batch varies."""
    return _rotated(in_language(word_lists()["calls"], language)[offering(product, category)], product)[:count]


def closings(language: str, product: str, category: str | None) -> list[str]:
    """Return the sentences a description may end with; which one comes first depends on the product."""
    return _rotated(in_language(word_lists()["closings"], language)[offering(product, category)], product)


def offering(product: str, category: str | None) -> Offering:
    """Return what is sold, read from its category and its name: nobody orders a tutor or books a kettle.

    Of Latin words only the last one before a "for" or "in" counts (a travel mug is no travel), leaving out those that
    say where, such as "online".
    """
    kinds: tuple[Offering, ...] = ("software", "service")
    for text in (category or "", product):
        named = [word for word in re.findall(r"\w+", TAIL.sub("", text).lower()) if word not in WHERE]
        for kind in kinds:
            if any(word in named[-1:] or (not word.isascii() and word in text) for word in word_lists()["kinds"][kind]):
                return kind
    return "goods"


def _rotated(lines: list[str], product: str) -> list[str]:
    start = zlib.crc32(product.encode()) % len(lines)
    return lines[start:] + lines[:start]
