"""What stays as it is in every market: addresses, codes, fields that a program fills in, names, quotations."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from aigc_plugins.rules.fact_reading import EMAIL, LINK

FILLED_IN = r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\*\|[^|]*\|\*|%%[^%]*%%"
CODES = r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Z0-9]{2,}(?:-[A-Z0-9]+)+(?![\w-])|#\w+|@\w+"  # AB-1234, #tag, @name
QUOTED = r"“[^“”]{2,}”|(?<![\w\"])\"[^\"\n]{2,}\"(?!\w)|«[^«»]{2,}»"


def changed_between(
    text: str, change: Callable[[str], str], keep: Sequence[str] = (), *, quotations: bool = True
) -> str:
    """Return a text changed everywhere but in what stays: addresses, codes, fields to fill in, quotations unless they
    are to change too, and the terms to `keep`, whole words in any capitals."""
    pattern = _kept(tuple(sorted({term for term in keep if term.strip()}, key=len, reverse=True)), quotations)
    parts, at = [], 0
    for found in pattern.finditer(text):
        parts += [change(text[at : found.start()]), found.group()]
        at = found.end()
    return "".join((*parts, change(text[at:])))


@lru_cache(maxsize=256)
def _kept(keep: tuple[str, ...], quotations: bool) -> re.Pattern[str]:
    terms = [rf"(?<!\w)(?i:{re.escape(term)})(?!\w)" if term.isascii() else re.escape(term) for term in keep]
    return re.compile("|".join([FILLED_IN, EMAIL, LINK, CODES, *([QUOTED] if quotations else []), *terms]))
