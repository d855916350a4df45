"""Characters that nobody sees and somebody's program wrote: marks without width, spaces that are none, escapes; and
letters as wide as Chinese ones.

A joiner stays where an emoji is made of several or a script needs it: Persian, Hindi and their neighbours.
"""

from __future__ import annotations

import re

MARKS, SPACES, BREAKS = "invisible marks", "spaces", "line breaks"  # what was done, in a word
APOSTROPHES, WIDE_LETTERS = "apostrophes", "full-width letters"

_WITHOUT_WIDTH = (
    "\x00-\x08\x0e-\x1f\x7f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffc"
)
_TAG_LETTERS = "\U000e0000-\U000e007f"  # of the flags of England, Scotland, Wales
_JOINERS = "\u200c\u200d"
_JOINED = (  # Arabic to Sinhala, Tibetan to Mongolian, their supplements; symbols and emoji
    "\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\u1b00-\u1bff\ua840-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff"
    "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff\u00a9\u00ae"
)
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_ENDS = "\x0b\x0c\u0085\u2028\u2029"
SUSPECT = f"{_WITHOUT_WIDTH}{_TAG_LETTERS}{_JOINERS}{_SPACES}{_LINE_ENDS}"  # of a class of characters

WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"  # letters and digits, of a class of characters
_PLAIN = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_ANY_WIDE = re.compile(f"[{WIDE}]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]")

_DROPPED = re.compile(
    f"[{_WITHOUT_WIDTH}]|(?<![{_JOINED}{_JOINERS}])[{_JOINERS}]|^[{_JOINERS}]"
    f"|(?<![\U0001f3f4{_TAG_LETTERS}])[{_TAG_LETTERS}]+"
)
_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")  # a terminal takes one for an escape; the others are dropped as marks
_SPACE = re.compile(f"(?<! ) *+[{_SPACES}][ {_SPACES}]*")
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_ESCAPE = re.compile(r"_x(00[01][0-9A-Fa-f]|00(?:7[Ff]|85|[Aa][0Dd])|20(?:0[BbEeFf]|2[89])|[Ff][Ee][Ff][Ff])_")
_APOSTROPHE = re.compile(r"'(?:[=+@-][^']*|[$€£¥]?\s?\d[\d.,\s]*(?:[%$€£¥]|[A-Z]{3})?)", re.DOTALL)
_CARRIAGE = re.compile(r"\r+\n?")
# The two letters; where other letters have a backslash it is a path, a formula or a program.
_TWO_LETTERS = re.compile(r"(?:\\r)?\\n")
_PROGRAM = re.compile(
    r"\\(?!n|r\\n)|[a-zA-Z]:\\|\w\([`'\"]|(?:^|[\s(=,])[`'\"](?:\\r)?\\n|\\n[`'\"]\s*(?:[),;+.=→]|\Z)|\\n/"
    r"|[=→]\s*\\n|\\n\s*[=→]|\\n(?:abla|eq?|eg|ot|otin|u|i)\b"
)


def without_marks(text: str) -> str:
    """Return a text without marks of no width, of direction, and soft hyphens."""
    return _DROPPED.sub("", text)


def visible(name: str) -> str:
    """Return a name, such as an id, without what nobody sees of it and terminals and editors act upon: controls, marks
    of no width and of direction; a line break of another kind is a space."""
    return _LINE_END.sub(" ", _CONTROLS.sub("", without_marks(name))).strip()


def without_apostrophe(text: str) -> str:
    """Return a text without the apostrophe that tells a spreadsheet to take a number or formula for a text: `'00417`,
    `'=A1`. That of `'90s style` stays."""
    return text[1:] if _APOSTROPHE.fullmatch(text) else text


def with_plain_letters(text: str, row: str) -> str:
    """Return a text whose full-width letters, digits and marks are plain ones, ＦＵＬＬ as FULL, unless its `row` is in
    a language that has them."""
    return text if not _ANY_WIDE.search(text) or _EAST_ASIAN.search(row) else text.translate(_PLAIN)


def with_plain_spaces(text: str) -> str:
    """Return a text whose spaces are all of the plain kind."""
    return _SPACE.sub(" ", text)


def with_line_breaks(text: str) -> str:
    """Return a text with line breaks for what stands for them: `_x000D_`, the letters `\\n`, other line ends."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), unescaped := text)
        if text != unescaped:
            text = _CARRIAGE.sub("\n", text)
    if "\\n" in text and not _PROGRAM.search(text):
        text = _TWO_LETTERS.sub("\n", text)
    return _LINE_END.sub("\n", text)
