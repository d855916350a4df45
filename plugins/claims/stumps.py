"""Chinese facts that lost their last character: 杯盖防 of 杯盖防漏."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.line_words import given_to

CLAUSE = re.compile(r"[^,;:!?()，。；：、！？（）]+")
HAN_END = re.compile(r"[\u3400-\u9fff]$")
OPTIONAL = "的了吗呢吧啊呀嘛啦哦着过"  # particles: a clause stands without them
LEAST = 3  # characters of a clause
ON = "(?:和|与|且|并|也|还|又|$|[,;:!?()，。；：、！？（）])"  # what may follow where a clause is at its end


@check
def no_stump(text: str, field: Field) -> Iterator[str]:
    """No clause of a Chinese fact stands there without its last character, which is half a word: 杯盖防 of 杯盖防漏.

    A particle may go (可折叠的), and a character that stands elsewhere in the line: 刀钝了？终身免费磨 of 终身免费磨刀.
    """
    text = _unspaced(text)
    for fact in given_to(field).facts:
        for clause, stump in _stumps(fact):
            if clause not in text and stump.search(text) and clause[-1] not in text.replace(clause[:-1], " "):
                yield f"{clause[:-1]!r} is cut off from {clause!r}"


@lru_cache(maxsize=1 << 10)
def _stumps(fact: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return a fact's Chinese clauses, each with a pattern of what it is without its last character."""
    clauses = (part for part in CLAUSE.findall(_unspaced(fact)) if len(part) >= LEAST and HAN_END.search(part))
    return tuple((one, re.compile(re.escape(one[:-1]) + ON)) for one in clauses if one[-1] not in OPTIONAL)


def _unspaced(text: str) -> str:
    """Return a text as it reads with or without spaces around numbers."""
    return "".join(text.split())
