"""Bullets and numbers before facts. Whether one is a bullet, the facts beside it tell: `- 5 °C` alone is cold. Where a
line begins with one, the same within it parts facts too: `• warm • light`."""

from __future__ import annotations

import re
from collections.abc import Sequence

BULLETS = "bullets"  # what was done, in a word
SYMBOLS = "•‣◦▪▫●○■□◆◇◼◾▸►▶➤➢❖✦✧✱✶✷❯➽✓✔☑✅·∙⁃\uf0b7\uf0a7\uf0fc\uf0d8🔹🔸👉➡→➔➜➝➞⇒①-⑳⒈-⒛❶-➓⓵-⓾"
STARS, ANGLES = "★☆⭐🌟", "›»"  # a bullet before a word; behind a space
SIGNS = f"{SYMBOLS}{STARS}{ANGLES}"  # of a class of characters
DASHES = "-–—*+"
PARTED = re.compile(r"([;；\r\n]+)")

_FACT = r"[^\W_]|[\"'“„‘«‹(\[（「《【$€£¥¡¿#@&~≈±]"  # begins with it; `• = bullet` is a fact itself
_SUM = r"[a-zA-Z]\s*[-+*/=^]"  # `- x + 5 = 0`
_SYMBOL = re.compile(
    rf"\s*(?:(?:[{SYMBOLS}]\ufe0f?\s*)+(?={_FACT}|[-+]\d)|[{STARS}]\ufe0f?\s*(?=[^\W\d_])|[{ANGLES}]+\s+(?={_FACT}))"
)
_ALONE = re.compile(rf"[{SYMBOLS}]\ufe0f?")
_DASH = re.compile(rf"\s*([{DASHES}])\s+(?={_FACT})(?!{_SUM}|[$€£¥]\s*\Z)")
_TIGHT_DASH = re.compile(r"\s*[-–](?=[^\W\d_])")
_NUMBER = re.compile(r"\s*(?:(\d{1,2})[.．、)）]|[(（](\d{1,2})[)）]|(\d)\ufe0f?\u20e3)(?:\s+(?=\S)|(?=[^\W\d_]))")
_LONE_NUMBER = re.compile(
    r"\s*(?:\d{1,2}[)）]\s+|[(（]\d{1,2}[)）]\s*|1[.．]\s+(?=[a-z\u4e00-\u9fff])|1、\s*)(?=[^\W\d_])"
)
_FIRST = re.compile(
    rf"\s*(?:([{SYMBOLS}]|[{STARS}](?=\ufe0f?\s*[^\W\d_]))\ufe0f?|([{DASHES}{ANGLES}])(?=\s)|([(（]?)1([.．、)）]))"
)
_MORE_DASHES = 2  # within a line, for a dash to be no hyphen
_MORE_NUMBERS = {".": 2, "．": 2}  # within a line, for a number to be no ordinal; of others one


def without_bullets(text: str) -> str:
    """Return a text without the bullets and numbers before its facts, which `;` and line breaks part."""
    text = "".join(part if at % 2 else _apart(part) for at, part in enumerate(PARTED.split(text)))
    parts = PARTED.split(text)  # fact, what parts it from the next, fact …
    parts[::2] = facts_without_bullets(parts[::2])
    return "".join(parts)


def facts_without_bullets(facts: Sequence[str]) -> list[str]:
    """Return facts that belong together without bullets and numbers."""
    written = [fact for fact in facts if fact.strip()]
    several = len(written) > 1
    tight = several and all(map(_TIGHT_DASH.match, written))
    dashes = [found[1] for fact in written if (found := _DASH.match(fact))]
    counted = _counted(facts)
    return [
        fact[len(found[0]) :]
        if (found := counted.get(at) or _mark(fact, dashes, tight=tight, several=several))
        else fact
        for at, fact in enumerate(facts)
    ]


def _apart(line: str) -> str:
    """Return a line that begins with a bullet, or with the number 1, with a line break before each further one."""
    first = _FIRST.match(line)
    if first is None:
        return line
    if sign := first[1] or first[2]:
        close = rf"|(?={re.escape(sign)}\ufe0f?\s+[^\W\d_])" if first[1] else ""  # • warm• light
        inner = re.compile(rf"(?<=\S)(?:\s+(?={re.escape(sign)}\ufe0f?\s*[^\W\d_]){close})")
        return inner.sub("\n", line) if len(inner.findall(line)) >= (_MORE_DASHES if first[2] else 1) else line
    opened, closed = map(re.escape, (first[3], first[4]))
    parts, number = [line], 2
    while found := re.search(rf"(?<=\S)\s+(?={opened}{number}{closed}\s*[^\W\d_])", parts[-1]):
        parts[-1:] = [parts[-1][: found.start()], parts[-1][found.end() :]]
        number += 1
    return "\n".join(parts) if len(parts) > _MORE_NUMBERS.get(first[4], 1) else line


def _mark(fact: str, dashes: Sequence[str], *, tight: bool, several: bool) -> re.Match[str] | None:
    """Return the bullet before a fact, if there is one."""
    if found := _SYMBOL.match(fact) or _LONE_NUMBER.match(fact):
        return found
    if several and (found := _ALONE.fullmatch(fact.strip())):
        return re.match(r".*", fact, re.DOTALL)
    if found := _DASH.match(fact):
        number = fact[found.end()].isdigit()
        return None if number and dashes.count(found[1]) < 2 else found
    return _TIGHT_DASH.match(fact) if tight else None


def _counted(facts: Sequence[str]) -> dict[int, re.Match[str]]:
    """Return the numbers of facts that are counted from 1, two at the least, by the facts' places."""
    found: dict[int, re.Match[str]] = {}
    for at, fact in enumerate(facts):
        number = _NUMBER.match(fact)
        if number and int(number[1] or number[2] or number[3]) == len(found) + 1:
            found[at] = number
    return found if len(found) > 1 else {}
