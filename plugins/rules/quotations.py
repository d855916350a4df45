"""What stands in quotation marks is somebody's words: they are the brief's, word for word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

LEAST_WORDS, LEAST_HAN = 4, 8  # of a quotation; shorter ones are names, labels and words in a doubtful sense
QUOTED = re.compile(
    r"[“„]([^“”„\n]{8,1000}?)[”“]|[「『]([^「」『』\n]{8,1000}?)[」』]|«([^«»\n]{8,1000}?)»"
    r"|(?<![\w\"])\"(?=\S)([^\"\n]{8,1000}?)\"(?!\w)|(?<!\w)‘(?=\S)([^‘\n]{8,1000}?)’(?!\w)"
)
GAP = re.compile(r"\s*(?:\[?(?:…|\.\.\.|⋯)\]?)+\s*")
HAN = re.compile(r"[\u3400-\u9fff]")


def quotations_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where quotations of more than a few words stand, without their marks."""
    for found in QUOTED.finditer(text):
        at = next(number for number in range(1, 6) if found[number] is not None)
        if len(HAN.findall(found[at])) >= LEAST_HAN or len(re.findall(r"\w+", found[at])) >= LEAST_WORDS:
            yield found.span(at)


@lru_cache(maxsize=1 << 12)
def wording_of(text: str) -> str:
    """Return the words of a text alone, to compare: no marks, small letters, one blank between any two."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    return " " + " ".join(re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:'[^\W\u3400-\u9fff]+)*", plain)) + " "


def is_quoted_from(quotation: str, wordings: set[str]) -> bool:
    """Tell whether one of some texts, each by its `wording_of`, has a quotation, in its order where it leaves out."""
    parts = [wording for part in GAP.split(quotation) if (wording := wording_of(part)).strip()]
    return any(_has_in_order(parts, wording) for wording in wordings)


def _has_in_order(parts: list[str], wording: str) -> bool:
    at = 0
    for part in parts:
        at = wording.find(part, at)
        if at < 0:
            return False
        at += len(part) - 1
    return True
