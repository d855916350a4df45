"""Calls to action: composed, never written by a model, which would promise what nobody offers."""

from __future__ import annotations

import re
import zlib
from typing import Literal, TypeAlias

from aigc_plugins.ads.words import said_in, words

Kind: TypeAlias = Literal["goods", "service", "software"]


def calls_to_action(language: str = "en", product: str = "", category: str | None = None, count: int = 3) -> list[str]:
    """This is `count` headlines that ask for a click; which ones depends on the product, so a batch varies."""
    return _turned(said_in(words()["calls"], language)[kind_of(product, category)], product)[:count]


def closings(language: str, product: str, category: str | None) -> list[str]:
    """This is the sentences a description may end with, in this product's order."""
    return _turned(said_in(words()["closings"], language)[kind_of(product, category)], product)


def kind_of(product: str, category: str | None) -> Kind:
    """This is what is sold, by its category's and its name's words: nobody orders a tutor or books a kettle."""
    kinds: tuple[Kind, ...] = ("software", "service")
    for text in (category or "", product):
        said = set(re.findall(r"\w+", text.lower()))
        for kind in kinds:
            if any(word in said or (not word.isascii() and word in text) for word in words()["kinds"][kind]):
                return kind
    return "goods"


def _turned(lines: list[str], product: str) -> list[str]:
    start = zlib.crc32(product.encode()) % len(lines)
    return lines[start:] + lines[:start]
