"""What ad platforms refuse to print, after Google Ads' editorial policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from aigc import check
from aigc.types import Draft, Field, Finding, texts_in

HEADLINE = r"(?i)(?:headline|title)"
REPEATED = r"([!?！？,;:，；：、])\1+|\.{2,}|…+|[!?！？]{2,}|([*#~=_|/\\^<>«»•★☆-])\2+"
ADORNING = "[•‣◦⁃\u2190-\u21ff\u25a0-\u25ff➔➜✓✔✗✘★☆♥❤♡✦✧]"
SYMBOLS = rf"{ADORNING}|[\^<>{{}}\\]|(?<!\d)\*|\*(?!\s*(?:hotel|酒店))"
SPACED_LETTERS = r"\b(?:[A-Za-z][.\-_* ]){3,}[A-Za-z]\b"
LEET = r"(?i)\b[a-z]+[01345@$][a-z]+\b|\b[2-4] (?:u|sale)\b"
BAD_SPACING = r"[a-z]{2}[.!?,;][A-Z][a-z]|\w +[,;!?](?:\s|$)|\s{2,}"
CAPITALS = r"\b[A-Z][A-Z'’-]*[A-Z]\b"
MIXED = r"\b[A-Z]{2,}[a-z]+[A-Z]\w*|\b[a-z]+[A-Z]+[a-z]+[A-Z]\w*"
PHONE = (
    r"(?<![\w.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,4}\)[\s.-]?|\d{2,4}[\s.-])\d{3,4}[\s.-]\d{3,4}(?!\w)"
    r"|(?<![\w.])\+\d(?:[ ./()-]{0,2}\d){7,14}(?!\d)|(?<![\w.])0\d{10}(?!\d)"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)[48]00[- ]?\d{3}[- ]?\d{4}(?!\d)"
)
STYLED = "[\U0001d400-\U0001d7ff\u249c-\u24e9\u02b0-\u02b8\u1d2c-\u1d6a\u0335-\u0338]+"  # 𝐁𝐨𝐥𝐝, ⓒⓘⓡⓒⓛⓔ, ˢᵘᵖᵉʳ, s̶t̶r̶u̶c̶k̶
CROSS = "[❌❎✗✘✕✖🚫⛔👎🙅]\ufe0f?"
CROSSED = rf"(?<!\d)(?<!\d ){CROSS}|{CROSS}(?!\s?\d)"  # 10✕20 is a size
AS_EMOJI = "\u203c\u2049\u2139"  # ‼ ⁉ ℹ
EMOJI = f"[{AS_EMOJI}\U0001f000-\U0001faff\u2600-\u2604\u2607-\u26ff\u2702-\u2712\u2728-\u27bf\u2b50\u2b55\ufe0f\u20e3]"
SIGNS = rf"(?:{EMOJI}|{ADORNING}|\u200d|[*~=|^]{{2,}})+"
HALF_WIDTH_KANA = "[\uff66-\uff9f]"
CLICK = r"(?i)\bclick (?:here|below|this|now)\b|点击(?:这里|此处|下方|链接)"


@check
def editorial(text: str, field: Field, *, exclamations: int | None = None, capitals: int = 4) -> Iterator[Finding]:
    """A line reads like print: no shouting, gimmicks, emoji, phone number or "click here".

    `exclamations` is how many marks are allowed; by default none in a field called headline or title, one elsewhere.
    A word of more than `capitals` capitals, or two words in capitals in a row, is shouting unless the brief writes it
    so. Emoji, bullets, arrows, ticks, runs such as *** and ??, signs such as < and ^ and letters in disguise are
    refused even where the brief has them, as a phone number is.
    """
    allowed = (0 if re.search(HEADLINE, field.path) else 1) if exclamations is None else exclamations
    marks = [found.span() for found in re.finditer("[!！]", text)]
    if len(marks) > allowed:
        yield Finding(message=f"has {len(marks)} exclamation marks, at most {allowed}", span=marks[allowed])
    brief = " ".join(texts_in(field.draft.brief.values))
    for pattern, what in (
        (REPEATED, "repeated punctuation"),
        (EMOJI, "emoji"),
        (SYMBOLS, "symbol"),
        (STYLED, "styled letters"),
        (HALF_WIDTH_KANA, "half-width kana"),
        (SPACED_LETTERS, "spelt-out word"),
        (LEET, "gimmick spelling"),
        (BAD_SPACING, "bad spacing"),
        (MIXED, "gimmick capitals"),
        (PHONE, "phone number"),
        (CLICK, "call to click"),
    ):
        found = re.search(pattern, text)
        if found and (_never(what, found.group()) or not _as_in(brief, found.group())):
            yield Finding(message=f"has {found.group().strip()!r} ({what})", span=found.span())
    yield from _shouting(text, brief, capitals)


@check(severity="note")
def signs_left_out(draft: Draft) -> Iterator[str]:
    """Emoji and signs that only adorn, which the brief has and no text may show, are named."""
    found = {name: re.findall(SIGNS, " ".join(texts_in(value))) for name, value in draft.brief.values.items()}
    for name, signs in found.items():
        shown = " ".join(sign for sign in dict.fromkeys(signs) if sign.strip("\ufe0e\ufe0f\u200d"))
        if shown and not any(sign in text for text in texts_in(draft.fields) for sign in signs):
            yield f"left out of the brief's {name}: {shown}, which search ads do not print"


@check
def no_lost_cross(draft: Draft) -> Iterator[str]:
    """What the brief crosses out ("❌ BPA", "Gluten: ✗") is told as no fact: without its sign it says the opposite."""
    if any(re.search(CROSS, text) for text in texts_in(draft.fields)):
        return
    for name, value in draft.brief.values.items():
        for text in texts_in(value):
            if re.search(CROSSED, text):
                yield f"the brief's {name} says {text!r}; no text shows the cross, so write in words what it means"


def _never(what: str, part: str) -> bool:
    """Say whether the brief's having a part is no excuse: the platform prints it for nobody."""
    if what == "repeated punctuation":
        return part[0] not in "./-_…"  # links, and names that have them
    return what in ("phone number", "emoji", "styled letters") or bool(re.fullmatch(rf"{ADORNING}|[\^<>\\]", part))


def _shouting(text: str, brief: str, capitals: int) -> Iterator[Finding]:
    shouted = [found for found in re.finditer(CAPITALS, text) if not _as_in(brief, found.group())]
    long = [found for found in shouted if sum(map(str.isupper, found.group())) > capitals]
    pairs = pairwise(shouted)
    in_a_row = [one for one, other in pairs if not text[one.end() : other.start()].strip()]
    for found in long or in_a_row:
        yield Finding(message=f"has {found.group()!r} in capitals", span=found.span())


def _as_in(brief: str, part: str) -> bool:
    """Tell whether the brief writes a part of a text so too, as a word of its own."""
    part = unicodedata.normalize("NFKC", part.strip())
    edges = r"(?<!\w)", r"(?!\w)"
    before, after = (edge if char.isalnum() else "" for edge, char in zip(edges, (part[:1], part[-1:]), strict=True))
    return bool(part) and bool(re.search(before + re.escape(part) + after, unicodedata.normalize("NFKC", brief)))
