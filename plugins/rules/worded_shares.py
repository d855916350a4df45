"""Amounts in words that a fact may not lose: a third, half, twice, 一半, 三分之一, 两倍."""

from __future__ import annotations

import re
from functools import lru_cache

SHARE = re.compile(
    r"(?<![\w-])(?:half|halves|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?|twice|thrice|double|triple|treble|"
    r"quadruple|(?:two|three|four|five|ten)fold)(?![\w-])"
    r"|[一二三四五六七八九十两百\d]+分之[一二三四五六七八九十两百\d]+|[一二三四五六七八九十两几数\d]+倍|一半|半价"
    r"|[一二三四五六七八九两]成(?![不为长功员立本都人年分品果就语])",
    re.IGNORECASE,
)
PARTED = re.compile(r"[,;:–—，；：。]|\s(?:and|but|or)\s", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{4,}|[\u3400-\u9fff]{2}")
SAME = (  # ways to say one amount
    re.compile(r"(?<![\w-])(?:half|halves|halved|halving)(?![\w-])|一半|半价|减半|五成|二分之一|两分之一"),
    re.compile(r"(?<![\w-])(?:twice|doubles?|doubled|doubling|twofold|two times)(?![\w-])|[两二2]倍|翻倍|加倍"),
    re.compile(r"(?<![\w-])(?:thrice|triples?|tripled|treble|threefold|three times)(?![\w-])|[三3]倍"),
    re.compile(r"(?<![\w-])thirds?(?![\w-])"),
    re.compile(r"(?<![\w-])quarters?(?![\w-])"),
)


@lru_cache(maxsize=1 << 12)
def lost_share(line: str, fact: str) -> str:
    """Return the amount in words without which a line says another thing than its fact, as "cuts heat loss" of one that
    "cuts heat loss by a third"; nothing where there is none. With the whole of its clause an amount may go."""
    if not SHARE.search(fact):
        return ""
    small = line.casefold()
    for clause in PARTED.split(fact.casefold()):
        for share in SHARE.findall(clause):
            beside = WORD.findall(clause.replace(share, " "))
            if not _tells(small, share) and any(_has(small, word) for word in beside):
                return str(share)
    return ""


def _tells(text: str, share: str) -> bool:
    """Tell whether a text has an amount, in whichever way."""
    ways = next((one for one in SAME if one.fullmatch(share)), None)
    return ways.search(text) is not None if ways else _has(text, share)


def _has(text: str, word: str) -> bool:
    bound = "" if not word.isascii() else r"\b"
    return re.search(rf"{bound}{re.escape(word)}{bound}", text) is not None
