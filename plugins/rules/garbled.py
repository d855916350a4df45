"""What is no language: letters that make no word, text read in the wrong encoding, bytes cut in two, stray markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from aigc import check
from aigc.types import Field, Finding, texts_in

WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
INNER = re.compile(r"[A-Z]{2}[a-z]|^[a-z]{1,2}[A-Z]|^[A-Z][a-z]+[A-Z]")
LATIN = re.compile(r"[a-z]+")
JOINED = re.compile(
    r"\b[a-z]{3,}[A-Z][a-z]{2,}\w*|[a-z]{2}[.!?,;:][A-Z][a-z]|[a-z]{3,}[,;!?][a-z]{3,}"
    r"|[。！？]{2,}|[，、；]{2,}|[，、；：][。！？]"
)
DOUBLED = re.compile(r"(?i)\b([a-z]+) \1\b|(的|了|是|和|在|不|也|都)\2(?!确|士|解)")
DOUBLED_FINE = frozenset(("that", "had", "bye", "very", "so", "no", "ha", "now", "there", "night", "long"))
NOT_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
HAN = re.compile(r"[\u3400-\u9fff]")
MARKUP = re.compile(
    r"\*\*|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)|^[ \t]*(?:#{1,6}(?=[ \t]|$)|[-*•][ \t]|>[ \t])|`"
    r"|\[[^\]\n]+\]\([^)\n]*\)|</?[a-z][a-z0-9]*(?: [^<>\n]*)?/?>"
    r"|(?<![\w*])\*(?=\w)|(?<=[\w.!?。！？])\*(?![\w*])",
    re.MULTILINE,
)
LABEL = re.compile(
    r"(?i)^[ \t]*(?:introduction|intro|conclusion|summary|title|heading|subtitle|paragraph(?: \d)?|section(?: \d)?|"
    r"meta description|description|body|引言|简介|前言|结论|总结|标题|正文|描述|段落)(?:[ \t]*[:：]|[ \t]*$)",
    re.MULTILINE,
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2700-\u2712\u2714-\u27bf\u2b50\u2b55\ufe0f\u20e3]")
RESAVED = (
    "; so has the brief: open the first, sound file with its right encoding (in Excel: Data, From Text/CSV, 65001: "
    "UTF-8) and save it as UTF-8 (CSV UTF-8)"
)
QUOTED = re.compile(r"^\s*(?:\"[^\"]+\"|“[^”]+”|「[^」]+」|『[^』]+』|《[^》]+》|'[^']+')\s*$")


@check
def real_words(text: str, field: Field) -> Iterator[Finding]:
    """A text is made of words: no "asdf", "x7k9q", "growsWell", "lalalala", 的的; words of the brief are words.

    Chinese characters outside GB 2312 are none in simplified Chinese, unless the brief writes such characters.
    """
    brief = " ".join(texts_in([field.draft.brief.values, field.draft.item]))
    known = {word.casefold() for word in WORD.findall(brief)}
    for found in WORD.finditer(text):
        if found.group().casefold() not in known and (why := _no_word(found.group())):
            yield Finding(message=f"has {found.group()!r}, which is no word: {why}", span=found.span())
    for found in JOINED.finditer(text):
        if found.group() not in brief:
            yield Finding(message=f"has {found.group()!r}, glued together", span=found.span())
    for found in DOUBLED.finditer(text):
        if (found[1] or "").casefold() not in DOUBLED_FINE and found.group() not in brief:
            yield Finding(message=f"has {found.group()!r}, the same word twice", span=found.span())
    if not _rare(brief) and (rare := _rare(text)):
        yield Finding(
            message=f"has {rare[0]!r}, a character outside simplified Chinese", span=(at := text.find(rare[0]), at + 1)
        )


@check
def no_mojibake(text: str, field: Field) -> Iterator[Finding]:
    """No character was read in the wrong encoding (Ã©, â€™, 锟斤拷), cut in two (U+FFFD) or left as a code.

    Nothing is mended by a guess. Where the brief has the same, the message says how its file is saved anew.
    """
    given = [field.draft.brief.values, field.draft.item]
    wrong, cut = (_signs()[name].search(text) for name in ("wrong_encoding", "cut_bytes"))
    found = wrong or next((run for run in NOT_ASCII.finditer(text) if _misread(run.group())), None)
    if found:
        remedy = _remedy(found.group(), texts_in(given))
        yield Finding(message=f"has {found.group()!r}: read in the wrong encoding{remedy}", span=found.span())
    if cut:
        remedy = _remedy(cut.group(), texts_in(given))
        yield Finding(message=f"has {cut.group()!r}: cut bytes or a code{remedy}", span=cut.span())


@check
def no_markup(text: str, field: Field) -> Iterator[Finding]:
    """No markup stands in a text: `**`, `## Intro`, "Introduction:", links, tags, emoji, quotation marks round it all.

    In a Markdown field headings, lists and emphasis that closes are what it asks for.
    """
    brief = " ".join(texts_in(field.draft.brief.values))
    markdown = field.schema.get("contentMediaType") == "text/markdown"
    signs = [
        (LABEL, "a label"),
        (EMOJI, "emoji"),
        *([] if markdown else [(MARKUP, "markup"), (QUOTED, "quoted whole")]),
    ]
    for pattern, what in signs:
        found = pattern.search(text)
        if found and found.group().strip() not in brief:
            yield Finding(message=f"has {found.group().strip()[:40]!r} ({what})", span=found.span())
    if markdown and text.count("**") % 2:
        yield Finding(message="has '**' without its partner (markup)")


def _remedy(garbled: str, given: Iterable[str]) -> str:
    """Return what to do about a file that was garbled before it was read; nothing where it was not."""
    return RESAVED if any(garbled.casefold() in text.casefold() for text in given) else ""


def _misread(run: str) -> bool:
    """Tell whether characters are the bytes of UTF-8, each read as one of Windows-1252."""
    try:
        b"".join(char.encode("latin-1" if char < "\u0100" else "windows-1252") for char in run).decode()
    except UnicodeError:
        return False
    return True


def _no_word(word: str) -> str:
    """Return why letters make no English word, or nothing. Capitals, as in NASA or SQLite, may stand for anything."""
    signs, plain = _signs(), word.casefold()
    if (word.isupper() and len(word) <= 5) or HAN.search(word) or not plain.isascii():
        return ""
    if signs["salad"].search(plain):
        return "letters and digits in turns"
    if not LATIN.fullmatch(plain):
        return ""
    for name, why in (
        ("keyboard", "keys side by side"),
        ("repeated", "the same letters again and again"),
        ("vowelless", "no vowel"),
        ("letter_pairs", "letters that never meet"),
    ):
        if signs[name].search(plain):
            return why
    found = signs["consonants"].search(plain)
    return "a row of consonants" if found and not signs["consonants_unless"].search(plain) else ""


def _rare(text: str) -> list[str]:
    """Return the Chinese characters that GB 2312, the 6,763 of everyday print, does not have."""
    return [char for char in HAN.findall(text) if not char.encode("gb2312", "ignore")]


@cache
def _signs() -> Mapping[str, re.Pattern[str]]:
    import yaml

    text = files("aigc_plugins.rules").joinpath("garbled.yaml").read_text(encoding="utf-8")
    return {name: re.compile(pattern) for name, pattern in yaml.safe_load(text).items()}
