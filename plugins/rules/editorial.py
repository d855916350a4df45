"""What ad platforms refuse to print, after Google Ads' editorial policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from aigc import check
from aigc.content import once_per_brief
from aigc.types import Draft, Field, Finding, Json, texts_in
from aigc_plugins.rules.gimmicks import EAST_ASIAN, FULL_WIDTH, names_of, printable, told_names

HEADLINE = re.compile(r"(?i)(?:headline|title)")
REPEATED = r"([!?！？,;:，；：、])\1+|\.{2,}|…+|[!?！？]{2,}|([*#~=_|/\\^<>«»•★☆-])\2+"
ADORNING = "[•‣◦⁃›‹\u2190-\u21ff\u25a0-\u25ff➔➜✓✔✗✘★☆♥❤♡✦✧]"
SYMBOLS = rf"{ADORNING}|[\^<>{{}}\\~]|(?<!\d)\*|\*(?!\s*(?:hotel|酒店))|(?<![\w/])_+(?=\w)|(?<=\w)_+(?![\w/])"
SPACED_LETTERS = r"\b(?:[A-Za-z][.\-_* ]){3,}[A-Za-z]\b"
LEET = r"(?i)\b[a-z]+[01345@$][a-z]+\b|\b[2-4] (?:u|sale)\b"
BAD_SPACING = r"[a-z]{2}[.!?,;][A-Z][a-z]|\w +[,;!?](?:\s|$)|\s{2,}"
CAPITALS = re.compile(r"\b[A-Z][A-Z'’-]*[A-Z]\b")
MIXED = r"\b[A-Z]{2,}[a-z]+[A-Z]\w*|\b[a-z]+[A-Z]+[a-z]+[A-Z]\w*"
PHONE = (
    r"(?<![\w.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,4}\)[\s.-]?|\d{2,4}[\s.-])\d{3,4}[\s.-]\d{3,4}(?!\w)"
    r"|(?<![\w.])\+\d(?:[ ./()-]{0,2}\d){7,14}(?!\d)|(?<![\w.])0\d{10}(?!\d)"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)[48]00[- ]?\d{3}[- ]?\d{4}(?!\d)"
)
STYLED = "[\U0001d400-\U0001d7ff\u249c-\u24e9\u02b0-\u02b8\u1d2c-\u1d6a\u0335-\u0338]+"  # 𝐁𝐨𝐥𝐝, ⓒⓘⓡⓒⓛⓔ, ˢᵘᵖᵉʳ, s̶t̶r̶u̶c̶k̶
CROSS = re.compile("[❌❎✗✘✕✖🚫⛔👎🙅]\ufe0f?")
CROSSED = re.compile(rf"(?<!\d)(?<!\d ){CROSS.pattern}|{CROSS.pattern}(?!\s?\d)")  # 10✕20 is a size
AS_EMOJI = "\u203c\u2049\u2139"  # ‼ ⁉ ℹ
EMOJI = f"[{AS_EMOJI}\U0001f000-\U0001faff\u2600-\u2604\u2607-\u26ff\u2702-\u2712\u2728-\u27bf\u2b50\u2b55\ufe0f\u20e3]"
SIGNS = re.compile(rf"(?:{EMOJI}|{ADORNING}|\u200d|[*~=|^]{{2,}})+")
HALF_WIDTH_KANA = "[\uff66-\uff9f]"
WORDLY = re.compile(r"\w")
UNPRINTED = rf"{ADORNING}|[\^<>\\]"
CLICK = r"(?i)\bclick (?:here|below|this|now)\b|点击(?:这里|此处|下方|链接)"

GIMMICKS = {
    "repeated punctuation": re.compile(REPEATED),
    "emoji": re.compile(EMOJI),
    "symbol": re.compile(SYMBOLS),
    "styled letters": re.compile(STYLED),
    "half-width kana": re.compile(HALF_WIDTH_KANA),
    "full-width letters": FULL_WIDTH,
    "spelt-out word": re.compile(SPACED_LETTERS),
    "gimmick spelling": re.compile(LEET),
    "bad spacing": re.compile(BAD_SPACING),
    "gimmick capitals": re.compile(MIXED),
    "phone number": re.compile(PHONE),
    "call to click": re.compile(CLICK),
}
# Most lines of print are words of small letters after the first, and numbers not side by side: nothing of the above is
# in these, "click" and "sale" apart.
_WORD = "[A-Z]?[a-z]{2,}(?:-[A-Z]?[a-z]{2,})*|[Aa](?! [Aa] )|[0-9]{1,3}(?![,.]? [0-9])|&"
PRINTED = re.compile(rf"(?:{_WORD})(?:[,.]? (?:{_WORD}))*\.?")


@check
def editorial(text: str, field: Field, *, exclamations: int | None = None, capitals: int = 4) -> Iterator[Finding]:
    """A line reads like print: no shouting, gimmicks, emoji, phone number or "click here".

    `exclamations` is how many marks are allowed; by default none in a field called headline or title, one elsewhere.
    A word of more than `capitals` capitals, or two words in capitals in a row, is shouting unless the brief writes it
    so. Emoji, bullets, arrows, ticks, runs such as *** and ??, signs such as < and ~, letters in disguise and words
    such as F-R-E-E and fl0wers are refused even where the brief has them, as a phone number is; a brand that is written
    so, and a product's name, is not.
    """
    if PRINTED.fullmatch(text) and not re.search("click|sale", text.lower()):
        return
    names = names_of(field.draft)
    allowed = (0 if HEADLINE.search(field.path) else 1) if exclamations is None else exclamations
    marks = [found.span() for found in re.finditer("[!！]", _without_named_marks(text, *names))]
    if len(marks) > allowed:
        yield Finding(message=f"has {len(marks)} exclamation marks, at most {allowed}", span=marks[allowed])
    brief, east_asian = _as_written(field.draft.brief.values), field.draft.language[:2] in EAST_ASIAN
    for what, pattern in GIMMICKS.items():
        if what == "full-width letters" and east_asian:
            continue
        for found in pattern.finditer(text):
            if not _is_excused(what, found, brief, names):
                yield Finding(message=f"has {found.group().strip()!r} ({what})", span=found.span())
                break
    yield from _shouting(text, brief, capitals)


@check(severity="note")
def signs_left_out(draft: Draft) -> Iterator[str]:
    """Emoji and signs that only adorn, which the brief has and no text may show, are named."""
    found = {name: SIGNS.findall(" ".join(texts_in(value))) for name, value in draft.brief.values.items()}
    for name, signs in found.items():
        shown = " ".join(sign for sign in dict.fromkeys(signs) if sign.strip("\ufe0e\ufe0f\u200d"))
        if shown and not any(sign in text for text in texts_in(draft.fields) for sign in signs):
            yield f"left out of the brief's {name}: {shown}, which search ads do not print"
    yield from (f"written as search ads print it: {told}" for told in told_names(draft))


@check
def no_lost_cross(draft: Draft) -> Iterator[str]:
    """What the brief crosses out ("❌ BPA", "Gluten: ✗") is told as no fact: without its sign it says the opposite."""
    if any(CROSS.search(text) for text in texts_in(draft.fields)):
        return
    for name, value in draft.brief.values.items():
        for text in texts_in(value):
            if not text.isascii() and CROSSED.search(text):
                yield f"the brief's {name} says {text!r}; no text shows the cross, so write in words what it means"


def _is_excused(what: str, found: re.Match[str], brief: str, names: Sequence[str]) -> bool:
    """Say whether a part of a text may stand since it is the brand, what the product is called, or, where the platform
    prints such at all, anywhere in the brief."""
    part = found.group()
    if what == "repeated punctuation":
        return part[0] in "./-_…" and _as_in(brief, part)  # links, and names that have them
    if what in ("phone number", "emoji", "styled letters", "full-width letters") or re.fullmatch(UNPRINTED, part):
        return False
    if what not in ("symbol", "spelt-out word", "gimmick spelling"):
        return _as_in(brief, part)
    word = _word_around(found)
    if any(word in name for name in names if name) and printable(word, "en", *names) == word:
        return True
    return what != "symbol" and not _is_spelt_out(part) and printable(word) == word and _as_in(brief, part)


def _word_around(found: re.Match[str]) -> str:
    """Return what stands between the spaces around a part of a text."""
    text, (start, end) = found.string, found.span()
    return text[text.rfind(" ", 0, start) + 1 : max(text.find(" ", end), 0) or len(text)].strip(".,:;!?")


def _is_spelt_out(part: str) -> bool:
    """Say whether hyphens part the letters of a word, w-i-d-e: not those of a row such as A-B-C-D."""
    letters = re.sub(r"[^a-z]", "", part.lower())
    return "-" in part and bool(re.search("[aeiou]", letters)) and list(letters) != sorted(letters)


def _without_named_marks(text: str, brand: str, product: str) -> str:
    """Return a text with other characters for exclamation marks of a name: Yahoo!, P!nk."""
    for name in filter(None, [brand, *(word for word in product.split() if re.search(r"\w!\w", word))]):
        text = text.replace(name, "." * len(name)) if "!" in name else text
    return text


def _shouting(text: str, brief: str, capitals: int) -> Iterator[Finding]:
    shouted = [found for found in CAPITALS.finditer(text) if not _as_in(brief, found.group())]
    long = [found for found in shouted if sum(map(str.isupper, found.group())) > capitals]
    pairs = pairwise(shouted)
    in_a_row = [one for one, other in pairs if not text[one.end() : other.start()].strip()]
    for found in long or in_a_row:
        yield Finding(message=f"has {found.group()!r} in capitals", span=found.span())


@once_per_brief
def _as_written(values: Mapping[str, Json]) -> str:
    return unicodedata.normalize("NFKC", " ".join(texts_in(values)))


def _as_in(brief: str, part: str) -> bool:
    """Tell whether the brief writes a part of a text so too, as a word of its own."""
    part = unicodedata.normalize("NFKC", part.strip())
    at = brief.find(part) if part else -1
    while at >= 0:
        before, after = brief[max(0, at - 1) : at], brief[at + len(part) : at + len(part) + 1]
        if not (part[0].isalnum() and WORDLY.match(before)) and not (part[-1].isalnum() and WORDLY.match(after)):
            return True
        at = brief.find(part, at + 1)
    return False
