"""Which encoding a text is in by its first bytes; and which one bytes that are not UTF-8 are likely in: that is told to
people, never taken for granted.

What the bytes of one encoding look like in another one is text as well, so a wrong guess would be read without a word.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # which begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BEGINNING = 4  # bytes that tell
STAND_IN = "aigc.stand_in"  # what `errors` of a decoder may be
BROKEN = re.compile("[\udc00-\udcff]")  # what stands for a byte that is no character
BASE = 0xDC00
KNOWN = ("cp1252", "cp1250", "cp1251", "cp932", "gb18030")  # the likeliest first, where nothing tells
SAMPLE = 1 << 16  # bytes
FEW = 4  # characters; fewer tell nothing
MOST = 0.7  # of the characters that are not ASCII
PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
HAN = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]")  # the usual ones in GB, with punctuation
KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]|\x81[\x41-\x5b]")
WORD = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")  # of Cyrillic letters
HIGH = re.compile(rb"[\x80-\xff]")
CENTRAL = re.compile(rb"[a-zA-Z\x80-\xff][\x8d\x9d\x9f\xb3\xb9\xbe\xbf](?![\d%])|[\xa3\xa5\xaf\x8c][a-z]")  # Polish ł


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text that begins so: by its mark, or UTF-16 by its zeros; else UTF-8."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) >= 2 and (head[0] == 0) != (head[1] == 0):  # UTF-16 without its mark: every other byte is 0
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return "utf-8"


def shown_encoding(name: str) -> str:
    """Return an encoding's name as people know it."""
    return name.removesuffix("-sig").upper()


def broken_byte(text: str) -> int | None:
    """Return the first byte of a text that was no character of its encoding, if it was read with STAND_IN."""
    found = None if text.isascii() else BROKEN.search(text)
    return found and ord(found[0]) - BASE


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """Put half a character, which no text has, in the place of each byte that is none."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(BASE + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(STAND_IN, _stand_in)


def encoding_option(path: Path) -> str:
    """Return the option that says how a file is encoded, the likeliest encoding first."""
    try:
        with path.open("rb") as file:
            likely = likely_encoding(file.read(SAMPLE))
    except OSError:
        likely = KNOWN[0]
    *others, last = [name for name in KNOWN if name != likely]
    return f"--input encoding={likely}, or such as {', '.join(others)} or {last}"


def likely_encoding(sample: bytes) -> str:
    """Return which of the known encodings a text that is not UTF-8 looks most like."""
    high = len(HIGH.findall(sample))
    pairs = PAIR.findall(sample)
    if len(pairs) >= FEW:
        for name, usual in (("gb18030", HAN), ("cp932", KANA)):
            if sum(map(bool, map(usual.fullmatch, pairs))) >= MOST * len(pairs) / (1 if name == "gb18030" else 2):
                return name
    if high >= FEW and sum(map(len, WORD.findall(sample))) >= MOST * high:
        return "cp1251"
    return "cp1250" if CENTRAL.search(sample) else KNOWN[0]
