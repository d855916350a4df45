"""Pieces that programs stumble over, and changes that damage a text: all from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

HOSTILE = (
    *("", " ", "\t", "\n", "\r", "\0", "\x1b[31m", "\x7f", "\ufeff", "\u200b", "\u2028", "\u202e", "\ufffe", "\uffff"),
    *("é", "e\u0301", "茶", "🫖", "👩‍👩‍👧‍👦", "ﷺ", "İ", "ß", "ǆ", "٣", "²", "½", "Ⅷ", "a\u0300" * 40),
    *("0", "-0", "1e400", "-1e400", "nan", ".nan", ".inf", "inf", "1" * 400, "1" * 5000, "0x1F", "1_000", "1,5", "01"),
    *("2026-13-45", "2026-11-30", "12:60", "0000-00-00", "=1+1", "@SUM(A1)", "#REF!", "#N/A", "N/A", "null", "~"),
    *("true", "yes", "{{ x }}", "{% include 'x' %}", "{{", "}}", "{%", "%}", "{#", "${x}", "%s", "%(a)s", "\\", "\\u"),
    *("'", '"', '""', "`", "<b>", "</item>", "<!--", "&amp;", "&nbsp;", "]]>", "<|im_start|>", "<think>", "</think>"),
    *(
        "../../etc/passwd",
        "/dev/zero",
        "C:\\con",
        "file:///",
        "http://[",
        "a" * 3000,
        "a " * 3000,
        "(" * 200,
        "[" * 500,
    ),
    *("{" * 500, "[[" * 60 + "]]" * 60, "- " * 300, "&a [*a]", "!!python/object:os.system", "<<: *a", "? ", "|", ">-"),
)
SPLITS = ("\n", ",", " ", ":", '"', "{", "[", "}", "]")


def word(random: Random) -> str:
    """A text of one or a few pieces, plain more often than not."""
    plain = ("Mug", "keeps coffee warm", "Enamel mug", "29.90", "en", "headline", "Best price today", "https://a.b/c")
    return "".join(random.choice(plain if random.random() < 0.5 else HOSTILE) for _ in range(random.randint(1, 3)))


def value(random: Random, depth: int = 3) -> Any:
    """Anything that YAML or JSON holds."""
    kind = random.randint(0, 9 if depth else 6)
    if kind <= 2:
        return word(random)
    if kind == 3:
        return random.choice((0, 1, -1, 7, 40, 2**31, 2**63, -(2**63) - 1, 10**30, 10**320))
    if kind == 4:
        return random.choice((0.0, -0.5, 0.7, 1e308, -1e308, float("inf"), float("-inf"), float("nan")))
    if kind == 5:
        return random.choice((None, True, False))
    if kind == 6:
        return random.choice(([], {}, "", [None], [[]], {"": ""}))
    if kind == 7:
        inner: Any = word(random)
        for _ in range(random.choice((3, 30, 99, 101, 400))):
            inner = random.choice(([inner], {"a": inner}))
        return inner
    if kind == 8:
        return [value(random, depth - 1) for _ in range(random.randint(0, 4))]
    return {word(random): value(random, depth - 1) for _ in range(random.randint(0, 4))}


def damaged(text: str, random: Random) -> str:
    """A text with a few pieces cut out, doubled, moved, or put in."""
    for _ in range(random.choice((1, 1, 1, 2, 4, 9))):
        at, to = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
        to = min(to, at + random.choice((1, 1, 5, 40, 400)))
        kind = random.randint(0, 6)
        if kind == 0:
            text = text[:at] + text[to:]
        elif kind == 1:
            text = text[:at] + text[at:to] * random.choice((2, 2, 3, 50)) + text[to:]
        elif kind == 2:
            text = text[:at] + random.choice(HOSTILE) + text[at:]
        elif kind == 3:
            text = text[:at] + word(random) + text[to:]
        elif kind == 4:
            split = random.choice(SPLITS)
            parts = text.split(split)
            first, second = random.randrange(len(parts)), random.randrange(len(parts))
            parts[first], parts[second] = parts[second], parts[first]
            text = split.join(parts)
        elif kind == 5:
            text = text[:at]
        else:
            text = text[:at] + random.choice(SPLITS) + text[at:]
    return text[:200_000]


def changed(tree: Any, random: Random, others: Sequence[Any] = ()) -> Any:
    """A value of YAML with one of its parts replaced, left out or renamed."""
    if random.random() < 0.15 or not isinstance(tree, dict | list) or not tree:
        return random.choice(others) if others and random.random() < 0.4 else value(random)
    if isinstance(tree, list):
        at = random.randrange(len(tree))
        if random.random() < 0.1:
            return tree[:at] + tree[at + 1 :]
        return [*tree[:at], changed(tree[at], random, others), *tree[at + 1 :]]
    name = random.choice(list(tree))
    if random.random() < 0.1:
        return {key: one for key, one in tree.items() if key != name}
    if random.random() < 0.1:
        return {(word(random) if key == name else key): one for key, one in tree.items()}
    return {**tree, name: changed(tree[name], random, others)}


def as_bytes(text: str, random: Random) -> bytes:
    """A text in some encoding, now and then with bytes that are none."""
    coding = random.choice(("utf-8",) * 8 + ("utf-16", "latin-1", "utf-8-sig"))
    raw = bytearray(text.encode(coding, "replace" if coding == "latin-1" else "surrogatepass"))
    if raw and random.random() < 0.15:
        raw[random.randrange(len(raw))] = random.choice((0, 0x80, 0xC3, 0xED, 0xFF))
    return bytes(raw)
