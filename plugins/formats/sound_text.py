"""Texts as every format takes them: no controls, no halves of a character, one kind of line break."""

from __future__ import annotations

import re

from aigc.types import Json

# What XML 1.0 has no place for, and C1 controls, which no text needs; halves of characters outside of the basic plane.
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def sound(value: Json) -> str:
    """Return a value as text that XML, HTML, a workbook and a calendar can hold; None is no text."""
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def sound_line(value: Json) -> str:
    """Return a value as such a text in one line."""
    return " ".join(sound(value).split())
