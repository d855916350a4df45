"""What no headline may be: a fact with words missing within it, as a telegram has it, or a scrap of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from aigc.content import measure
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.faithful import words_of
from aigc_plugins.ads.word_lists import CJK, word_lists
from aigc_plugins.rules.numerals import ENGLISH

WORD = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
WIDTH = 30
ARTICLES = ("a", "an", "the")
LEADING = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)
NAMED = re.compile(r"^[^:]+:\s+(?=\S)")
PASSED = frozenset(["and", "or", "from", "also", "online", "again", "easily", "quickly", "simply", "automatically"])
OBJECT = re.compile(r", .*\b(?:it|them|us|him|her)$", re.IGNORECASE)  # "sets naturally, stand it"
WHO = re.compile(r",? (?:who|whose|which|where)\b")
SCRAP = re.compile(  # "10 to 5" of a day, "nothing else" of a list, "order before noon" of when to collect
    r"^(?:from )?\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm)?\s?(?:to|until|till|[-–—])\s?\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm)?$"
    r"|^(?:and )?(?:nothing|no one|none|no) (?:else|more|other|others)$"
    r"|^(?:please )?(?:order|book|call|buy|ring|reply|apply|pay) (?:it )?"
    r"(?:before|by|until|after) (?:\S+|\d+ ?[ap]m)$",
    re.IGNORECASE,
)


def misses_words(line: str, facts: Iterable[str]) -> bool:
    """Tell whether a line is a fact from which words are gone between others: "Folds to size of fist" of what folds
    "to the size of a fist". What is left off at either end is none of this, nor what a line has from several facts."""
    if CJK.search(line):
        return False
    told = NAMED.sub("", line)
    return _any_gap(told, tuple(facts)) or (told != line and _any_gap(line, tuple(facts)))


def is_scrap(line: str, facts: Sequence[str]) -> bool:
    """Tell whether a line says nothing by itself, as it is the end or the beginning of a longer fact."""
    told = NAMED.sub("", line).strip(" .!")
    begun = [fact[len(told) :] for fact in facts if fact.casefold().startswith(told.casefold())]
    if any(WHO.match(rest) or (OBJECT.search(told) and rest.strip(" .!")) for rest in begun):
        return True  # "Taught by Rosa" of "taught by Rosa, who ran a bakery"
    return SCRAP.match(told) is not None and all(told.casefold() != fact.strip(" .!").casefold() for fact in facts)


@lru_cache(maxsize=1 << 12)
def _any_gap(line: str, facts: tuple[str, ...]) -> bool:
    mine = _words(line)
    return len(mine) > 1 and any(_gap(mine, fact) for fact in facts) and not any(_runs(mine, fact) for fact in facts)


def _gap(mine: Sequence[str], fact: str) -> bool:
    """Tell whether a fact has the words in their order, with others between them."""
    theirs = _words(fact)
    for start, word in enumerate(theirs):
        if word != mine[0]:
            continue
        places, at = [start], start
        for wanted in mine[1:]:
            at = next((place for place in range(at + 1, len(theirs)) if theirs[place] == wanted), -1)
            if at < 0:
                break
            places.append(at)
        if len(places) == len(mine):
            return True
    return False


def _runs(mine: Sequence[str], fact: str) -> bool:
    """Tell whether a fact has the words side by side, or would without one thing joined to another by "and"."""
    wanted = [word for word in mine if word not in PASSED]
    words = _words(fact)
    joints = [at for at, word in enumerate(words) if word in ("and", "or")]
    ways: list[Sequence[str]] = [words, *([*words[:at], *words[at + 2 :]] for at in joints)]
    ways += [[*words[: at - 1], *words[at + 1 :]] for at in joints if at]
    for kept in ways:
        theirs = [word for word in kept if word not in PASSED]
        if any(theirs[at : at + len(wanted)] == wanted for at in range(len(theirs) - len(wanted) + 1)):
            return True
    return False


@lru_cache(maxsize=1 << 12)
def _words(text: str) -> tuple[str, ...]:
    words = (word.casefold() for word in WORD.findall(text))
    return tuple(_same().get(word, word) for word in words)


@cache
def _same() -> dict[str, str]:
    """Return words → the one they are counted as: "five" and "5", "minutes" and "min"."""
    numbers = {word: str(number) for word, number in ENGLISH.items()}
    return {**word_lists()["short_units"], **numbers}


def with_articles(line: str, facts: Sequence[str]) -> str:
    """Return a line with the articles of its fact, where it lost no more than them and there is room."""
    for fact in facts:
        whole = LEADING.sub("", fact.strip(".。 "))
        if line != whole and words_of(line) == words_of(whole):  # "MIG, TIG, and stick" of a fact without that comma
            return capital(whole)
        bare = [word for word in whole.lower().split() if word not in ARTICLES]
        if whole.lower() == line.lower() and line not in (whole, capital(whole)):  # "UKulele to borrow"
            return capital(whole)
        if bare == line.lower().split() != whole.lower().split() and measure(whole, "width") <= WIDTH:
            return capital(whole)
    return line
