"""What comes from elsewhere and may be anything: JSON that others wrote, values, texts, counts.

    read_json("[[[[…")           ValueError: is nested more than 100 deep
    flaw(10**400)                is a number of more than 300 digits
    without_halves("x\\ud83d")    "x\\ufffd"

What is refused here nothing behind can walk, write or add up: a stack holds a thousand calls, files are UTF-8, numbers
are floats or SQLite's 64 bits. So what we did not write ourselves is read by these; one bad piece fails where it is
read, in plain words, and nobody behind needs an `except` of its own. A text that is only shown is spelled out.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from aigc.types.asked import Json

DEEPEST = 100  # lists and objects within each other
MOST_BITS = 1000  # of a whole number: about 300 digits, which a float still takes
MOST_TOKENS = 1 << 40  # of one answer; millions of such counts add up within 64 bits
LARGEST_FILE = 1 << 28  # bytes of one that is read at once
LONGEST_LINE = 1 << 26  # bytes of JSON on one line
DEEP = f"is nested more than {DEEPEST} deep"
LONG = "is a number of more than 300 digits"
HALVED = "has half a character"
# C0 but for tab and line break, DEL, C1, and what turns the direction of all that follows
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85]")
SUSPECT = re.compile(r"\\u[dD][89a-fA-F]|\d{300}|[\ud800-\udfff]")


def read_json(
    text: str | bytes,
    *,
    pairs: Callable[[list[tuple[str, Json]]], Json] | None = None,
    number: Callable[[str], float] | None = None,
    marked: bool = False,
) -> Json:
    """Read JSON from elsewhere. ValueError says what is wrong with it; it is a JSONDecodeError where that is its form.

    `pairs` makes an object of its members, `number` a number of one with a point, as in `json.loads`. A text cut in the
    middle of a character is refused, or with `marked` has a mark there.
    """
    text = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_constant=float)
    except RecursionError:
        raise ValueError(DEEP) from None
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        raise ValueError(LONG if "set_int_max_str_digits" in str(error) else str(error)) from None
    suspect = text.count("[") + text.count("{") > DEEPEST or SUSPECT.search(text)
    wrong = flaw(value) if suspect else ""
    if wrong == HALVED and marked:
        return with_marks(value)
    if wrong:
        raise ValueError(wrong)
    return value


def with_marks(value: Json) -> Json:
    """Return a value as JSON has it, with a mark for each half of a character. ValueError for what cannot be held."""
    try:
        value = json.loads(without_halves(json.dumps(value, ensure_ascii=False)))
    except RecursionError:
        raise ValueError(DEEP) from None
    if wrong := flaw(value):
        raise ValueError(wrong)
    return value


def flaw(value: Json) -> str:
    """Say what about a value nothing here can hold; nothing where all can be held."""
    level = [value]
    for _ in range(DEEPEST + 1):
        below: list[Json] = []
        for one in level:
            if isinstance(one, str):
                if not encodes(one):
                    return HALVED
            elif isinstance(one, int):
                if one.bit_length() > MOST_BITS:
                    return LONG
            elif isinstance(one, Mapping):
                below += one.keys()
                below += one.values()
            elif isinstance(one, list | tuple):
                below += one
        if not below:
            return ""
        level = below
    return DEEP


def encodes(text: str) -> bool:
    """Say whether UTF-8 can write a text: it has no half of a character, which JSON and odd file names may hold."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_text(text: str) -> str:
    """Return `text` with halves of characters spelled out as escapes, so that no two become the same."""
    return text if encodes(text) else text.encode("utf-8", "backslashreplace").decode()


def without_halves(text: str) -> str:
    """Return a text with a mark, U+FFFD, in place of each half of a character; two halves side by side are one."""
    return text if encodes(text) else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def has_controls(text: str) -> bool:
    """Say whether a text has control characters beyond tabs and line ends."""
    return bool(CONTROLS.search(text) and CONTROLS.search(LINE_ENDS.sub("\n", text)))


def without_controls(value: Json) -> Json:
    """Return a value whose texts drive no terminal and turn no line round: without control characters but tabs and line
    breaks, and without those that turn the direction of what follows. Other line ends are line breaks."""
    if isinstance(value, str):
        return CONTROLS.sub("", LINE_ENDS.sub("\n", value)) if CONTROLS.search(value) else value
    if isinstance(value, dict):
        return {name: without_controls(one) for name, one in value.items()}
    return [without_controls(one) for one in value] if isinstance(value, list) else value


def file_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Return what a file holds. OSError where it cannot be read, has more than so many bytes, or is none: a named pipe
    would keep us waiting, and a device has no end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(path))
    with path.open("rb") as file:
        content = file.read(most + 1) if path.stat().st_size <= most else None
    if content is None or len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MB", str(path))
    return content


def lines_of(file: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with the place in bytes where it begins, None for one that is too long to be kept in memory."""
    at = 0
    while line := file.readline(longest + 1):
        begin, at = at, at + len(line)
        if len(line) <= longest or line.endswith(b"\n"):
            yield begin, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(longest)
            at += len(line)
        yield begin, None


def sane_count(count: Json) -> bool:
    """Say whether something can be a number of tokens."""
    return isinstance(count, int) and 0 <= count <= MOST_TOKENS
