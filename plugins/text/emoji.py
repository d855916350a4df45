"""Emoji out of places that refuse them."""

from __future__ import annotations

import re

from aigc import postprocessor

EMOJI = (
    "[0-9#*]\ufe0f?\u20e3"  # keycaps
    "|[\U0001f000-\U0001faff\U000e0020-\U000e007f"
    "\u2600-\u2604\u2607-\u26ff\u2700-\u2712\u2715-\u2716\u2718-\u27bf"  # not ★ ☆ ✓ ✔ ✗, which are text
    "\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\ufe0e\ufe0f\u200d]+"
)


@postprocessor
def strip_emoji(text: str) -> str:
    """Take out emoji, and the space one leaves behind."""
    bare = re.sub(EMOJI, "\x00", text)
    bare = re.sub(r"[ \t]*\x00(?=[ \t]*(?:\n|$|[,.;:!?，。！？；：、]))", "", bare)
    bare = re.sub(r"\x00[ \t]*(?:\x00[ \t]*)*", "", bare)
    return "\n".join(line.rstrip() if line != old else line for line, old in _pairs(bare, text)).strip()


def _pairs(new: str, old: str) -> list[tuple[str, str]]:
    return list(zip(new.split("\n"), old.split("\n"), strict=True))
