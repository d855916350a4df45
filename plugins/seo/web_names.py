"""Names for pages and pictures as addresses have them: small ASCII letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.seo.title_words import SMALL

LONGEST, MOST_WORDS, MOST_SYLLABLES = 75, 6, 12
MORE_WORDS = 2  # beyond six, where a group of words ends there
_PLACING = """
    without into onto over under above below behind beside between near next through along across against around before
    after while where during until among inside outside upon
"""
# What a name that is cut does not end with: it leads on to something.
_LEADING = """
    one two three four five six seven eight nine ten some any each every both other another more most very all few many
    his her their its my old new young big small little large long short tall red blue green white black yellow grey
    gray brown pink orange purple golden silver wooden
"""
PLACING = frozenset(_PLACING.split())
LEADING = PLACING | frozenset(_LEADING.split())
HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[a-z0-9]+")
# Letters that no decomposition takes apart.
SPELLED: Mapping[int, str] = MappingProxyType(
    str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
)
OF_OTHERS = re.compile(r"['’](?=s\b|t\b)")


def web_name(*texts: str | None) -> str:
    """Return the first of some texts as an address has it: about six words, 75 letters, without small words.

    A longer text is cut where a group of its words ends, up to two words later, and never before what they lead on to.

    Chinese is written in pinyin, up to twelve syllables, where the extra `pinyin` is installed, else left out; a text
    of which nothing is left gives way to the next, and without any the name is empty.
    """
    return next((name for text in texts if text and (name := _name(text))), "")


@check(severity="note")
def has_web_name(draft: Draft, *, field: str) -> Iterator[Finding]:
    """A page has a name for its address; where none could be made, it is said how to get one."""
    if not draft.fields.get(field):
        told = (
            "no address could be made of what is written; give `name` in Latin letters, or pip install 'aigc[pinyin]'"
        )
        yield Finding(message=told, field=field)


def _name(text: str) -> str:
    found = list(_words(text))
    telling = [word for word in found if word not in SMALL] or found
    syllables = bool(HAN_RUN.search(text))
    kept = telling[:MOST_SYLLABLES] if syllables else _whole(telling, _ends(text))
    name = ""
    for word in kept:
        longer = f"{name}-{word}" if name else word[:LONGEST]
        if len(longer) > LONGEST:
            break
        name = longer
    return name


def _whole(words: Sequence[str], ends: Collection[int]) -> Sequence[str]:
    """Return about six of some words, up to where a group of words `ends`, and none that leads on to another."""
    if len(words) <= MOST_WORDS:
        return words
    many = next((at for at in range(MOST_WORDS, MOST_WORDS + MORE_WORDS + 1) if at in ends), MOST_WORDS)
    kept = [*words[:many]]
    while len(kept) > 1 and kept[-1] in LEADING:
        kept.pop()
    return kept


def _ends(text: str) -> Collection[int]:
    """Return after how many telling words of a text a small word, a mark or its end follows."""
    ends, many = set[int](), 0
    for part in re.split(r"[,;:.!?()–—]\s|\s[–—-]\s", text):
        for word in _words(part):
            if word in SMALL or word in PLACING:
                ends.add(many)
            many += word not in SMALL
        ends.add(many)
    return ends


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text in ASCII: accents are taken off, Chinese is one word for each character."""
    plain = OF_OTHERS.sub("", unicodedata.normalize("NFKC", text).casefold()).translate(SPELLED)
    at = 0
    for run in HAN_RUN.finditer(plain):
        yield from _latin(plain[at : run.start()])
        yield from _pinyin(run.group())
        at = run.end()
    yield from _latin(plain[at:])


def _latin(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text)
    return WORD.findall("".join(char for char in letters if not unicodedata.combining(char)))


def _pinyin(run: str) -> list[str]:
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        return []
    return [syllable for syllable in lazy_pinyin(run) if WORD.fullmatch(syllable)]
