"""Names of people, companies and places in a text, read without a dictionary of the language.

An English one is a word with a capital where none is due: inside a sentence that is no heading. What has its capital
by habit (months, weekdays, languages, holidays, acronyms everybody knows) stands in `names.yaml`, and so do Chinese
places and companies; a Chinese person is told by a title behind a surname.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeAlias

from aigc_plugins.rules.content_words import HAN, is_chinese, plain_words
from aigc_plugins.rules.units import canonical_unit

WORD = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ]*(?:[-'’&.][A-Za-zÀ-ɏ]+)*", re.ASCII)
BEGINS = re.compile(
    r"(?:^|[.?!:;。？！：；—–|•…\n/]\s*|^\s*(?:[-*#>]+|\d+[.)])\s*|[\"“‘「『《(（\[]\s*)[\"“‘「『《(（\[*_]*$"
)
ADDRESSED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sir|Madam)\.? $")
POSSESSIVE = re.compile(r"['’]s?$")
UNBROKEN = re.compile(r"[!-~]+")  # read one by one, so that a long one costs no more than its length
WEB = re.compile(r"://|www\.|@|\w\.\w|^#\w")
FILLED_IN = re.compile(r"\{[^{}]*\}+|\*\|[^|]*\|\*|%\w+%|\[\[[^\[\]]*\]\]")
GIVEN_NAME = 2  # characters, at most
SHORT_ACRONYM = 2

_Name: TypeAlias = tuple[int, int, tuple[str, ...]]  # where it stands, and what it may be known by


def names_in(text: str, is_known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield where names stand that are not known, each name once."""
    told: set[str] = set()
    for start, end, names in _named(text):
        name = text[start:end].casefold()
        if name not in told and not any(map(is_known, names)):
            told.add(name)
            yield start, end


@lru_cache(maxsize=1 << 12)
def _named(text: str) -> tuple[_Name, ...]:
    """Return the names of a text, read once for the many briefs and checks that it is held against."""
    return tuple(sorted((*_latin(text), *_han(text))))


def _latin(text: str) -> Iterator[_Name]:
    start = 0
    for line in text.split("\n"):
        words = [] if not re.search(r"[A-Z]", line) else list(WORD.finditer(_without_web(line)))
        chinese = is_chinese(line)
        headed = not chinese and _is_heading(line, [one.group() for one in words])
        for found in words:
            if _is_name(found, line, chinese=chinese, headed=headed):
                yield start + found.start(), start + found.end(), (_plain(found.group()),)
        start += len(line) + 1


def _is_name(found: re.Match[str], line: str, *, chinese: bool, headed: bool) -> bool:
    word, plain, before = found.group(), _plain(found.group()).casefold(), line[: found.start()]
    parts = plain.split("-")
    if (
        plain in _habitual()
        or canonical_unit(word)
        or (len(parts) > 1 and all(one in _habitual() | plain_words() for one in parts))
    ):
        return False
    if chinese:
        return word != word.lower() and len(plain) > 1 and plain not in _listed("latin_in_chinese")
    if plain in _listed("english"):
        return word[0].isupper()
    if ADDRESSED.search(before) and word[0].isupper():
        return True
    if headed or len(plain) < SHORT_ACRONYM or plain in plain_words() | _listed("small"):
        return False
    if word.isupper():
        return not _shouts(line, found)
    if word[1:] != word[1:].lower() and not word.isupper():  # PayPal, iRobot
        return plain.removesuffix("s") not in _habitual()
    return word[0].isupper() and not BEGINS.search(before)


def _is_heading(line: str, words: Sequence[str]) -> bool:
    """Tell whether a line without a full stop has Every Word Capitalised but the small ones."""
    telling = [word for word in words if word.casefold() not in _listed("small")]
    return len(telling) > 1 and line.rstrip()[-1:] not in ".。," and all(not word[0].islower() for word in telling)


def _shouts(line: str, found: re.Match[str]) -> bool:
    """Tell whether another word in capitals stands beside one: BUY MORE PAY LESS."""
    before, behind = line[: found.start()], line[found.end() :]
    return bool(re.search(r"\b[A-Z]{2,}\W{1,3}$", before) or re.match(r"\W{1,3}[A-Z]{2,}\b", behind))


def _han(text: str) -> Iterator[_Name]:
    if not HAN.search(text):
        return
    persons, places = _han_patterns()
    for found in persons.finditer(text):
        yield *found.span(), (found.group(), found["surname"] + found["given"])
    for found in places.finditer(text):
        if found["name"]:
            yield *found.span("name"), (found["name"],)


def person_pattern() -> str:
    """Return a regular expression of a Chinese person: a surname, perhaps a given name, and a title behind them."""
    lists = _lists()
    titles = "|".join(lists["titles"])
    given = rf"(?:(?!{titles})[\u4e00-\u9fff]){{0,{GIVEN_NAME}}}?"
    return (
        rf"(?<![{''.join(lists['no_surname_after'])}])(?!{'|'.join(lists['no_persons'])})"
        rf"(?P<surname>[{lists['surnames']}])(?P<given>{given})(?:{titles})"
    )


@cache
def _han_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted(_listed("chinese"), key=len, reverse=True))
    return re.compile(person_pattern()), re.compile(rf"(?:{'|'.join(_lists()['no_places'])})|(?P<name>{names})")


def _plain(word: str) -> str:
    return POSSESSIVE.sub("", word)


def _without_web(line: str) -> str:
    """Return a line with blanks for addresses, hashtags and what a mailing program fills in."""
    plain = FILLED_IN.sub(_blank, line)
    return UNBROKEN.sub(lambda found: _blank(found) if WEB.search(found.group()) else found.group(), plain)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


@cache
def _habitual() -> frozenset[str]:
    return _listed("common") | _listed("platforms")


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(word for line in _lists()[name] for word in line.split())


@cache
def _lists() -> Mapping[str, Any]:
    import yaml

    text = files("aigc_plugins.rules").joinpath("names.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read
