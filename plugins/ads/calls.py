"""Calls to action: composed, never written by a model, which would promise what nobody offers."""

from __future__ import annotations

import re
import zlib
from typing import Literal, TypeAlias

from aigc_plugins.ads.words import TAIL, said_in, words

WHERE = frozenset(["online", "nearby", "local"])

Kind: TypeAlias = Literal["goods", "service", "software"]


def calls_to_action(language: str = "en", product: str = "", category: str | None = None, count: int = 3) -> list[str]:
    """This is `count` headlines that ask for a click; which ones depends on the product, so a batch varies."""
    return _turned(said_in(words()["calls"], language)[kind_of(product, category)], product)[:count]


def closings(language: str, product: str, category: str | None) -> list[str]:
    """This is the sentences a description may end with, in this product's order."""
    return _turned(said_in(words()["closings"], language)[kind_of(product, category)], product)


def kind_of(product: str, category: str | None) -> Kind:
    """This is what is sold, by its category and its name: nobody orders a tutor or books a kettle. Of Latin words only
    the last before a "for" or "in" tells, but one that says where: a travel mug is no travel."""
    kinds: tuple[Kind, ...] = ("software", "service")
    for text in (category or "", product):
        said = [word for word in re.findall(r"\w+", TAIL.sub("", text).lower()) if word not in WHERE]
        for kind in kinds:
            if any(word in said[-1:] or (not word.isascii() and word in text) for word in words()["kinds"][kind]):
                return kind
    return "goods"


def _turned(lines: list[str], product: str) -> list[str]:
    start = zlib.crc32(product.encode()) % len(lines)
    return lines[start:] + lines[:start]
