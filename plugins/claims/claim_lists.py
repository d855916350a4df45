"""The word lists of a language, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

EVERYDAY = ("verbs", "times", "places", "people", "things")  # the lists of words that add no property


class Limit(NamedTuple):
    """This is how a language says one limit of a number ("up to"); `weak` words may stand for it, but do not say it.
    What follows the number and has one of `unless` is no such limit: "from 2 to 6". A line may say one that is `free`
    where the fact has none: "choose from 12"."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    weak: frozenset[str]
    unless: re.Pattern[str]
    free: bool


class Condition(NamedTuple):
    """This is how a language says when, for whom or for how much of it a fact holds ("only"), and what may stand for
    it."""

    stated: re.Pattern[str]
    kept: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ClaimPhrases:
    """This is one language's phrases, as patterns for texts in small letters; see `phrases`."""

    negations: re.Pattern[str]
    instead: re.Pattern[str]
    limits: Mapping[str, Limit]
    no_numbers: re.Pattern[str]
    comparatives: re.Pattern[str]
    fillers: re.Pattern[str]
    conclusions: re.Pattern[str]
    sequels: re.Pattern[str]
    conditions: Mapping[str, Condition]
    rivals: Sequence[Mapping[str, re.Pattern[str]]]
    components: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWords:
    """This is what calls are of: words that ask for a click, and what one is asked to look at, where and when."""

    asking: frozenset[str]
    sought: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLists:
    """This is one language's words: `function` words say nothing, `everyday` ones no property, `promises` one.

    Those of `asked` may stand in a question that opens the line, `dimensions` behind a number and its unit; a fact's
    `attributes` need not be kept, its `sizes` must. `alike` maps an irregular form or a synonym to its plain word,
    `related` a word to its topics, `opposed` a word before a number to those that must not take its place. `verbs` are
    among the everyday words; `doers` names who may do what they say.
    """

    function: frozenset[str]
    everyday: frozenset[str]
    verbs: frozenset[str]
    promises: frozenset[str]
    asked: frozenset[str]
    dimensions: frozenset[str]
    attributes: frozenset[str]
    sizes: frozenset[str]
    names: frozenset[str]
    alike: Mapping[str, str]
    related: Mapping[str, frozenset[str]]
    opposed: Mapping[str, frozenset[str]]
    calls: CallWords
    doers: Mapping[str, frozenset[str]]
    phrases: ClaimPhrases


@cache
def languages() -> frozenset[str]:
    """Return the languages that have lists."""
    found = (one.name for one in files("aigc_plugins.claims").iterdir())
    return frozenset(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


@cache
def lists_for(language: str) -> ClaimLists:
    """Return a language's lists; English ones where it has none."""
    import yaml

    code = language.split("-")[0]
    source = files("aigc_plugins.claims").joinpath(f"{code if code in languages() else 'en'}.yaml")
    read = yaml.safe_load(source.read_text(encoding="utf-8"))
    alike = {word: group.split()[0] for group in read["same"] for word in group.split()}
    return ClaimLists(
        function=_words(read["function"]),
        everyday=frozenset().union(*(_words(read[kind]) for kind in EVERYDAY)),
        verbs=_words(read["verbs"]),
        promises=_words(read["promises"]),
        asked=_words(read["asked"]),
        dimensions=_words(read["dimensions"]),
        attributes=_words(read["attributes"]),
        sizes=_words(read["sizes"]),
        names=_words(read["names"]),
        alike=alike | {form: alike.get(word, word) for form, word in read["forms"].items()},
        related=_by_word({topic: _words(words) for topic, words in read["related"].items()}),
        opposed={word: _words(others) for word, others in read["opposed"].items()},
        calls=CallWords(asking=_words(read["asking"]), sought=_words(read["sought"])),
        doers={name: _words(words) for name, words in read["doers"].items()},
        phrases=_phrases_of(read),
    )


@lru_cache(maxsize=1 << 12)
def found_in(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """Return what a pattern of `phrases` finds."""
    return tuple(match["found"] for match in pattern.finditer(text.lower()) if match["found"])


def phrases(listed: Iterable[str], *, besides: Iterable[str] = (), also: str = "", end: str = "") -> re.Pattern[str]:
    """Return a pattern of phrases: Latin ones as whole words, Chinese ones anywhere, `also` a pattern of its own.

    What it finds is the group `found`; a phrase of `besides` matches without it, so that "不" is not found in 不锈钢.
    """
    found = "|".join(filter(None, (_any_of(listed), also)))
    return re.compile(rf"(?:{_any_of(besides) or '(?!)'})|(?P<found>{found or '(?!)'}){end}")


def _phrases_of(read: Mapping[str, Any]) -> ClaimPhrases:
    before_number = r"\s*(?:an?\s|the\s|[$€£¥]|[\u3400-\u9fff]{1,2})?\s*$"
    return ClaimPhrases(
        negations=phrases(read["negations"], besides=read["no_negations"], also=read["negative_forms"]),
        instead=phrases(read["instead_of_negations"]),
        limits={
            name: Limit(
                before=phrases(found.get("before", ()), besides=found.get("besides", ()), end=before_number),
                after=phrases(found.get("after", ())),
                weak=_words(found.get("weak", "")),
                unless=phrases(found.get("unless", ())),
                free=bool(found.get("free")),
            )
            for name, found in read["limits"].items()
        },
        no_numbers=phrases(read["no_numbers"]),
        comparatives=phrases(read["comparatives"], besides=read["no_comparatives"], also=_graded(read["gradable"])),
        fillers=phrases(read["fillers"]),
        conclusions=phrases((), also=_joints(read["conclusions"])),
        sequels=phrases((), also=_joints(read["sequels"])),
        conditions={name: _condition(found) for name, found in read["conditions"].items()},
        rivals=[{name: phrases(words) for name, words in group.items()} for group in read["rivals"]],
        components=phrases(read["components"], besides=read["no_components"]),
    )


def _condition(found: Mapping[str, Any]) -> Condition:
    end = rf"(?!{found['unless']})" if "unless" in found else ""
    stated = phrases(found["stated"], besides=found.get("besides", ()), end=end)
    return Condition(stated=stated, kept=phrases((*found["stated"], *found.get("or", ())), also=found.get("signs", "")))


def _joints(listed: Iterable[str]) -> str:
    """Return a pattern of words right after a comma or another mark."""
    words = _any_of(listed)
    return rf"(?:(?<=[,:;] )|(?<=[,:;，：；]))(?:{words})" if words else ""


def _any_of(listed: Iterable[str]) -> str:
    ordered = sorted(map(str.lower, listed), key=len, reverse=True)
    latin = "|".join(re.escape(one) for one in ordered if one.isascii())
    other = "|".join(re.escape(one) for one in ordered if not one.isascii())
    return "|".join(filter(None, (rf"(?<!\w)(?:{latin})(?!\w)" if latin else "", other)))


def _graded(adjectives: str) -> str:
    """Return a pattern of the forms that compare: quicker, easiest, bigger."""
    found = []
    for word in adjectives.split():
        root = word[:-1] if word[-1] == "e" else word[:-1] + "i" if word[-1] == "y" else word
        found.append(root + (root[-1] if len(word) == 3 and word[-1] in "tgdn" else ""))
    return rf"\b(?:{'|'.join(found)})(?:er|est)\b" if found else ""


def _by_word(topics: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    words = {word for found in topics.values() for word in found}
    return {word: frozenset(name for name, found in topics.items() if word in found) for word in words}


def _words(listed: str) -> frozenset[str]:
    return frozenset(str(listed).split())
