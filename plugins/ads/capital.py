"""The capital that a line begins with, unless a name begins it that has none: iPhone, eBay, i7, e.l.f., or a link."""

from __future__ import annotations

import re

BEGUN = re.compile(r"([?!]\s+)([a-z]\S*)")
NAME = re.compile(r"[a-zà-ɏ]{1,3}[A-Z0-9]|https?://|www\.|\S+@\S+\.|(?!e\.g|i\.e)(?:[a-z]\.){2,}")


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text if NAME.match(text) else text[:1].upper() + text[1:]


def after_marks(text: str) -> str:
    """Return a text in which each sentence has its capital: "Cancelled? You get your money back."."""
    return BEGUN.sub(lambda found: found[1] + capital(found[2]), text)
