"""English as a market spells it: whole words of `spelling.yaml`, capitals as they were."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from aigc_plugins.localise.market_lists import market_list

WORD = re.compile(r"[A-Za-z]+")


def spelt_for(text: str, market: str) -> str:
    """Return an English text with the words of the list as a market spells them; other words stay."""
    words = _words(market)

    def changed(found: re.Match[str]) -> str:
        word = found.group()
        other = words.get(word.lower())
        return word if other is None else _as(word, other)

    return WORD.sub(changed, text)


def _as(word: str, other: str) -> str:
    """Return a word with the capitals of another."""
    if word.isupper() and len(word) > 1:
        return other.upper()
    return other[0].upper() + other[1:] if word[0].isupper() else other


@cache
def _words(market: str) -> Mapping[str, str]:
    """Return the words that a market spells in another way, in small letters → as it spells them."""
    found: dict[str, str] = {}
    for group in market_list("spelling")["groups"]:
        american = market in group["american"]
        only = group.get("only")
        pairs = dict(group.get("pairs", {})) | _made(group)
        if only == "american":  # the first of these pairs is the British word
            found |= pairs if american else {}
        else:
            found |= {british: us for us, british in pairs.items()} if american else pairs
    return found


def _made(group: Mapping[str, Any]) -> dict[str, str]:
    """Return the words that stems and endings make, American → British."""
    made: dict[str, str] = {}
    for american, british in group.get("ends", {}).items():
        for stem in group["stems"]:
            made |= {f"{stem}{american}{end}": f"{stem}{british}{end}" for end in group["suffixes"]}
    return made
