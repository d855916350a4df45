"""How the columns of a table are called, whatever program wrote it."""

from __future__ import annotations

import re
import unicodedata

UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # marks that nobody sees
NUMBERED = re.compile(r"(.*) \(column \d+\)")


def column_name(text: str) -> str:
    """Return a column's name: white space of any kind, line breaks too, is one space, and marks that nobody sees are
    dropped."""
    text = " ".join(text.split())
    return text if text.isascii() else " ".join(UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def numbered(name: str, number: int) -> str:
    """Return how the column of that number, from 1, is called where its name is not its own, or is none."""
    return f"{name} (column {number})" if name else f"column {number}"


def without_number(name: str) -> str:
    """Return the name that a column shares with others, that of any other column as it is."""
    found = NUMBERED.fullmatch(name)
    return found[1] if found else name
