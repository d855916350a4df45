"""Emoji, and signs that only adorn, out of places that refuse them."""

from __future__ import annotations

import re

from aigc import postprocessor

EMOJI = (
    "[0-9#*]\ufe0f?\u20e3"  # keycaps
    "|[\U0001f000-\U0001faff\U000e0020-\U000e007f"
    "\u2600-\u2604\u2607-\u26ff\u2700-\u2712\u2715-\u2716\u2718-\u27bf"  # not ★ ☆ ✓ ✔ ✗, which are text
    "\u203c\u2049\u2139\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\ufe0e\ufe0f\u200d]+"
)


BULLETS = "•‣◦⁃\u25a0-\u25ff"  # and all geometric shapes
ADORNING = f"[{BULLETS}›‹\u2190-\u21ff➔➜➤✓✔✗✘★☆♥❤♡♦♣♠❖✦✧♪♫\ufe0e\ufe0f]+"
RUNS = r"([*~=|^])\1+"  # *** Sale ***
PICTURES, SIGNS = re.compile(EMOJI), re.compile(f"{EMOJI}|{ADORNING}|{RUNS}")
ANY = re.compile(rf"[^\x01-\x7f]|[!?]{{2}}|{RUNS}")  # a text without has nothing to be taken out
MARKS = re.compile("([!?！？])[!?！？]+")
TIMES = re.compile(r"(?<=\d)(\s?)[✕✖]\ufe0f?(\s?)(?=\d)")
AFTER_WORD = re.compile(r"(?<=[^\s\x00])\x00+(?=[ \t]+[^\s\x00])")  # the space behind it stays
BETWEEN_WORDS = re.compile(r"(?<=\w)\x00+(?=\w)")
BETWEEN = re.compile(rf"(?<=[\w%)])(?:[ \t]*[{BULLETS}]+[ \t]*|[ \t]+[›»]+[ \t]+)(?=\w)")  # facts that a bullet parts
BEGUN = re.compile(r"(^|[.!?]\s+)\x00[\s\x00]*([a-zà-ÿ])")


@postprocessor
def strip_emoji(text: str, *, symbols: bool = False) -> str:
    """Take out emoji, and the space one leaves behind.

    With `symbols` bullets, arrows, stars, ticks, hearts and runs such as *** go too, as search ads want it: a bullet
    between words becomes a comma, a sentence that one stood before begins with a capital, 10✕20 is 10×20, and of ??
    one mark is left.
    """
    if not ANY.search(text):
        return text.strip()
    if symbols:
        text = MARKS.sub(r"\1", TIMES.sub(r"\1×\2", BETWEEN.sub(", ", text)))
    bare = (SIGNS if symbols else PICTURES).sub("\x00", text)
    bare = BETWEEN_WORDS.sub(" ", AFTER_WORD.sub("", bare))
    if symbols:
        bare = BEGUN.sub(lambda found: f"{found[1]}\x00{found[2].upper()}", bare)
    bare = re.sub(r"[ \t]*\x00(?=[ \t]*(?:\n|$|[,.;:!?，。！？；：、]))", "", bare)
    bare = re.sub(r"\x00[ \t]*(?:\x00[ \t]*)*", "", bare)
    return "\n".join(line.rstrip() if line != old else line for line, old in _pairs(bare, text)).strip()


def _pairs(new: str, old: str) -> list[tuple[str, str]]:
    return list(zip(new.split("\n"), old.split("\n"), strict=True))
