"""What a search asks for – a price, how often, how long, when, where – and which sentence of a brief tells it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from aigc_plugins.rules.content_words import HAN, content, telling

NUMBER = (
    r"(?:\b\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+)?"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|ninety))"
)
# What it weighs that a sentence tells what is asked, that both have an everyday word, that only the heading has one.
ANSWERS, EVERYDAY, STRANGE = 2.0, 0.5, 0.01
HALF = 0.5  # of the characters of a heading, and what words weigh where another thing is asked
FEW = 2  # words, or Chinese characters, of a heading that names hardly anything
LEAST = 0.3  # of a fact that stands a second time
PLAIN = frozenset(("price", "often", "long"))  # what is told of the keyword where nothing else is named
GIVEN, GIVEN_LOCALLY = frozenset(("price",)), frozenset(("price", "where", "when"))  # what has a heading unasked
LOOSE = frozenset("的了在和与或要能可以会是有到得吗呢用做个我你想才最多一几次")
LOOSE_WORDS = re.compile(
    "为什么|什么样|什么|怎么样|怎么|怎样|如何|哪[些种个家款里]|推荐|应该|自己|一般|大概|需要|请问|好不好|选购|选择|注意"
)


class SearchAsked(NamedTuple):
    """This is one thing that may be asked for: how one sees that a text asks for it, or tells it, and what it is."""

    ask: re.Pattern[str]
    tell: re.Pattern[str]
    unless: re.Pattern[str] | None
    heading: Mapping[str, str]
    wanted: Mapping[str, str]


@lru_cache(maxsize=1 << 12)
def asked_for(search: str) -> frozenset[str]:
    """Return what a search asks for, by the names of answers.yaml: `price` for "piano tuning cost"."""
    return frozenset(name for name, one in _asked().items() if one.ask.search(search))


@lru_cache(maxsize=1 << 12)
def told_by(fact: str) -> frozenset[str]:
    """Return what a sentence tells, by the names of answers.yaml: `often` for "It is tuned twice a year."."""
    return frozenset(
        name for name, one in _asked().items() if one.tell.search(fact) and not (one.unless and one.unless.search(fact))
    )


@lru_cache(maxsize=1 << 12)
def subject_words(search: str, keyword: str) -> frozenset[str]:
    """Return what a search is about beside the keyword and what it asks for: "tandem" of "tandem kayak hire cost"."""
    return telling(_unasked(re.sub(re.escape(keyword), " ", search, flags=re.IGNORECASE))) - telling(keyword)


@lru_cache(maxsize=1 << 12)
def characters(heading: str, keyword: str) -> frozenset[str]:
    """Return the Chinese characters that tell what a heading is about beside the keyword and what it asks for.

    Those of 草莓几天浇一次水 are 浇 and 水 for the keyword 种草莓.
    """
    rest = LOOSE_WORDS.sub(" ", _unasked(heading)) if HAN.search(heading) else ""
    for length in range(len(keyword), 1, -1):
        for at in range(len(keyword) - length + 1):
            rest = rest.replace(keyword[at : at + length], " ")
    found = frozenset(HAN.findall(rest)) - LOOSE
    return found - set(keyword) or found


def to_find_out(heading: str, language: str = "en") -> str:
    """Return what a heading asks for of which no fact tells: "how long", or the whole heading."""
    kinds = asked_for(heading)
    named = [one.wanted["zh" if language == "zh" else "en"] for name, one in _asked().items() if name in kinds]
    return ("、" if language == "zh" else ", ").join(named)


def heading_of(fact: str, language: str = "en", *, local: bool = False) -> str:
    """Return the heading above a sentence that no search asks for: "Prices"; of what is had somewhere (`local`), where
    and when too. It is empty where the sentence tells no such thing."""
    kinds = told_by(fact) & (GIVEN_LOCALLY if local else GIVEN)
    named = (one.heading["zh" if language == "zh" else "en"] for name, one in _asked().items() if name in kinds)
    return next(named, "")


def shared_out(facts: Sequence[str], headings: Sequence[str], keyword: str) -> tuple[list[list[str]], list[str]]:
    """Return the facts of each heading, and those that answer none.

    A fact stands where it tells what is asked of the same; else where it shares most words, of which one that few facts
    have tells most. Of what is left, what tells a price, how often or how long stands under a heading without any that
    asks just that, as all does where the heading names hardly anything; and there stand again facts that answer it too.
    """
    told: list[list[str]] = [[] for _ in headings]
    left: list[str] = []
    counted = Counter(word for fact in facts for word in content(fact))
    weights = [[_answers(fact, heading, keyword, counted) for heading in headings] for fact in facts]
    for fact, scores in zip(facts, weights, strict=True):
        if max(scores, default=0) > 0:
            told[scores.index(max(scores))].append(fact)
        else:
            left.append(fact)
    for mine, heading in zip(told, headings, strict=True):
        if not mine:
            bare = len(subject_words(heading, keyword)) < FEW and len(characters(heading, keyword)) <= FEW
            asked = asked_for(heading) if bare else asked_for(heading) & PLAIN
            mine += [fact for fact in left if asked & told_by(fact)]
    for at, mine in enumerate(told):
        if not mine:
            mine += [fact for fact, scores in zip(facts, weights, strict=True) if scores[at] >= LEAST]
    return told, [fact for fact in left if not any(fact in mine for mine in told)]


def _answers(fact: str, heading: str, keyword: str, counted: Mapping[str, int]) -> float:
    """Return how well a fact goes with a heading, 0 where it does not: what it tells of the same, and the words of
    both."""
    asked, mine = asked_for(heading), content(fact)
    own, about = subject_words(heading, keyword), characters(heading, keyword)
    shared = sum(1 / counted[word] for word in sorted(mine & own))
    alike = len(about & set(fact)) / len(about) if about else 0.0
    if not asked and not shared:
        everyday = set() if own else (content(heading) - content(keyword)) & (mine - telling(fact))
        shared += sum(EVERYDAY / counted[word] for word in sorted(everyday))
        shared += EVERYDAY * alike if alike >= HALF else 0.0
    told = asked & told_by(fact)
    same = alike > 0 or (not about and (bool(own & mine) or not own))
    if told and same:
        answers = ANSWERS * len(told) + alike
    else:
        answers = EVERYDAY if "price" in told else 0.0
        shared *= HALF if asked else 1
    return answers + shared - STRANGE * len(own - mine) if answers + shared else 0.0


def _unasked(search: str) -> str:
    """Return a search without the words by which it asks."""
    for name in asked_for(search):
        search = _asked()[name].ask.sub(" ", search)
    return search


@cache
def _asked() -> Mapping[str, SearchAsked]:
    written = yaml.safe_load(files("aigc_plugins.seo").joinpath("answers.yaml").read_text(encoding="utf-8"))
    return {
        name: SearchAsked(
            _pattern(one["ask"]),
            _pattern(one["tell"]),
            _pattern(one["unless"]) if "unless" in one else None,
            one["heading"],
            one["wanted"],
        )
        for name, one in written.items()
    }


def _pattern(parts: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(part.replace("{n}", NUMBER) for part in parts), re.IGNORECASE)
