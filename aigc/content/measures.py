"""How long a text is the way a platform counts, and how to shorten it without leaving a stump.

Counters, all over the NFC form of the text:

    chars       code points
    width       East Asian Wide and Fullwidth count 2, all else 1 (ambiguous characters too), in any language.
                Ad platforms count every character typed, so combining marks and joiners left after NFC count 1 too.
    x_weighted  the twitter-text v3 configuration: code points of its Latin ranges 1, others 2, an emoji 2, a link 23
    xhs         as Xiaohongshu counts: UTF-16 units, of ASCII 1 and of others 2, halved and rounded up
    graphemes   what a reader sees as one character (UAX 29), as Bluesky counts
    bytes       UTF-8
    words       whitespace-separated; every CJK character is a word of its own
    pixels      Arial at 20 px, rounded up: the AFM advance widths Helvetica shares with Arial, 1 em for wide characters
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, TypeAlias, cast, get_args

from aigc.types import Json

Counter: TypeAlias = Literal["chars", "width", "x_weighted", "xhs", "graphemes", "bytes", "words", "pixels"]

COUNTERS: tuple[Counter, ...] = get_args(Counter)

SIMPLE = ("width", "chars", "bytes")  # by which any ASCII character counts 1
X_LINK = 23
X_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))  # weight 1; the rest weighs 2
_PATH = r"a-z0-9!*';:=+,.$/%#\[\]_~&|@\-\u00c0-\u024f\u0400-\u04ff"  # what twitter-text lets a path have
LINK = re.compile(
    r"(?<![a-z0-9@$#＠＃])(?:https?://|(?<![-_./]))"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?\.){1,10}(?P<top>[a-z]{2,24}))(?![a-z0-9@+-])(?::\d{1,5})?"
    rf"(?:/(?:[{_PATH}]|\([{_PATH}]+\))*(?<![!*';:,.$%\[\]~&|@]))?(?:\?[{_PATH}?()]*(?<=[a-z0-9_&=#/-]))?",
    re.IGNORECASE | re.ASCII,
)
EMOJI = re.compile(
    r"[\U0001f1e6-\U0001f1ff]{2}|[#*0-9]\ufe0f?\u20e3|[©®]\ufe0f"
    r"|{one}(?:[\ufe0f\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f]+)*(?:\u200d{one}[\ufe0f\U0001f3fb-\U0001f3ff]*)*".replace(
        "{one}", r"[\u203c-\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
    )
)

PIXELS_PER_EM = 20
# Advance widths in 1/1000 em of U+0020…U+007E, from the Helvetica AFM file; Arial was drawn to the same widths.
ASCII_ADVANCES = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
OTHER_ADVANCES: Mapping[str, int] = MappingProxyType(
    {"–": 556, "—": 1000, "‘": 222, "’": 222, "“": 333, "”": 333, "…": 1000, "•": 350, "·": 333, "€": 556}
    | {"£": 556, "¥": 556, "©": 737, "®": 737, "™": 1000, "°": 400, "×": 584, "«": 556, "»": 556, "\u00a0": 278}
)
USUAL_ADVANCE = 556

_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
CJK = re.compile(f"[{_CJK}]")  # ideographs and kana: written without spaces
_WORDS = re.compile(
    rf"[{_CJK}]|(?<![^\s\w{_CJK}])[^\s{_CJK}]*(?![{_CJK}])\w[^\s{_CJK}]*"
)  # tried once where marks begin


def measure(text: str, counter: str) -> int:
    """Return the length of `text` by one of COUNTERS; KeyError for another name."""
    if text.isascii():
        return len(text) if counter in SIMPLE else _MEASURES[cast(Counter, counter)](text)
    return _MEASURES[cast(Counter, counter)](unicodedata.normalize("NFC", text))


def limit_of(schema: Mapping[str, Json]) -> tuple[Counter, int] | None:
    """Return the upper bound of a text by its schema: `limit`, else `maxLength` in characters."""
    limit = schema.get("limit")
    if isinstance(limit, Mapping):
        for counter, most in limit.items():
            return cast(Counter, counter), int(most)
    if "maxLength" in schema:
        return "chars", int(schema["maxLength"])
    return None


def clusters(text: str) -> list[str]:
    """Split a text into what a reader sees as single characters (UAX 29 grapheme clusters)."""
    if text.isascii() and "\r" not in text:
        return list(text)
    import regex  # type: ignore[import-untyped]

    return cast("list[str]", regex.findall(r"\X", text))


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _width(text: str) -> int:
    return len(text) + sum(map(_wide, text))


def links_in(text: str) -> list[str]:
    """Return the links in a text as X sees them: with https:// or without, but for an e-mail address."""
    return [found.group() for found in LINK.finditer(text) if found["top"].lower() in _top_level()]


@cache
def _top_level() -> frozenset[str]:
    import yaml

    file = files("aigc.content").joinpath("top_level.yaml")
    return frozenset(yaml.safe_load(file.read_text(encoding="utf-8"))["domains"].split())


def _x_weighted(text: str) -> int:
    found = links_in(text) if "." in text else []
    bare = LINK.sub(lambda one: "" if one.group() in found else one.group(), text) if found else text
    rest, emoji = (bare, 0) if bare.isascii() else EMOJI.subn("", bare)
    return X_LINK * len(found) + 2 * emoji + sum(map(_x_weight, rest))


@lru_cache(maxsize=1 << 12)
def _x_weight(char: str) -> int:
    return 1 if any(low <= ord(char) <= high for low, high in X_LIGHT) else 2


def _xhs(text: str) -> int:
    units = sum(1 if char < "\x80" else 2 if char < "\U00010000" else 4 for char in text)
    return -(-units // 2)


def _graphemes(text: str) -> int:
    return len(clusters(text))


def _words(text: str) -> int:
    return len(_WORDS.findall(text))


def _pixels(text: str) -> int:
    return -(-sum(map(_advance, text)) * PIXELS_PER_EM // 1000)


def _advance(char: str) -> int:
    if " " <= char <= "~":
        return ASCII_ADVANCES[ord(char) - 32]
    if char in OTHER_ADVANCES:
        return OTHER_ADVANCES[char]
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Cc", "Mn"):
        return 0
    if _wide(char):
        return 1000
    base = unicodedata.normalize("NFD", char)[0]  # é is as wide as e
    return ASCII_ADVANCES[ord(base) - 32] if " " <= base <= "~" else USUAL_ADVANCE


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


_MEASURES: Mapping[Counter, Callable[[str], int]] = MappingProxyType(
    {
        "chars": len,
        "width": _width,
        "x_weighted": _x_weighted,
        "xhs": _xhs,
        "graphemes": _graphemes,
        "bytes": _bytes,
        "words": _words,
        "pixels": _pixels,
    }
)
