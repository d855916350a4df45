"""Chinese in the characters and words of a market, by OpenCC (Apache-2.0), the extra `opencc`.

The words are those of OpenCC's own lists (软件 → 軟體 in Taiwan); quotation marks become 「」 outside the mainland.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aigc.errors import UsageError

BY = {  # scripts from and to → OpenCC's configurations, one after the other
    ("simplified", "taiwan"): ("s2twp",),
    ("simplified", "hongkong"): ("s2hkp",),
    ("taiwan", "simplified"): ("tw2sp",),
    ("hongkong", "simplified"): ("hk2sp",),
    ("taiwan", "hongkong"): ("tw2sp", "s2hkp"),
    ("hongkong", "taiwan"): ("hk2sp", "s2twp"),
}
TRADITIONAL = str.maketrans("“”‘’", "「」『』")
SIMPLIFIED = str.maketrans("「」『』", "“”‘’")


def in_script(text: str, source: str, target: str) -> str:
    """Return a Chinese text in another script: simplified, taiwan or hongkong. UsageError where OpenCC is missing."""
    for name in BY.get((source, target), ()):
        text = _converter(name).convert(text)
    if source == target or not (source and target):
        return text
    return text.translate(SIMPLIFIED if target == "simplified" else TRADITIONAL)


@cache
def _converter(name: str) -> Any:
    try:
        from opencc import OpenCC
    except ImportError:
        hint = "pip install 'aigc[opencc]'"
        raise UsageError(
            "simplified and traditional Chinese need the package opencc, which is missing", hint=hint
        ) from None
    return OpenCC(name)
