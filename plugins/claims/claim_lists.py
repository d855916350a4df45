"""The word lists of a language, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = ("verbs", "times", "places", "people", "things")  # of words that add no property


@dataclass(frozen=True, slots=True)
class ClaimLists:
    """This is one language's words: `function` words say nothing, `everyday` ones no property.

    Those of `asked` may stand in a question that opens the line. `alike` maps an irregular form or a synonym to its
    plain word, `related` a word to its topics, `opposed` a word before a number to those that must not take its place;
    `limits` are phrases before and after a number by what they mean.
    """

    function: frozenset[str]
    everyday: frozenset[str]
    properties: frozenset[str]
    asked: frozenset[str]
    negations: re.Pattern[str]
    instead: re.Pattern[str]
    limits: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]
    idioms: re.Pattern[str]
    comparatives: re.Pattern[str]
    names: frozenset[str]
    fillers: re.Pattern[str]
    alike: Mapping[str, str]
    related: Mapping[str, frozenset[str]]
    opposed: Mapping[str, frozenset[str]]
    sizes: frozenset[str]


def languages() -> list[str]:
    """Return the languages that have lists."""
    return sorted(
        one.name.removesuffix(".yaml") for one in files("aigc_plugins.claims").iterdir() if _is_list(one.name)
    )


@cache
def lists_for(language: str) -> ClaimLists:
    """Return a language's lists; English ones where it has none."""
    import yaml

    code = language.split("-")[0]
    source = files("aigc_plugins.claims").joinpath(f"{code if code in languages() else 'en'}.yaml")
    read = yaml.safe_load(source.read_text(encoding="utf-8"))
    same = {word: group.split()[0] for group in read["same"] for word in group.split()}
    topics = {name: frozenset(words.split()) for name, words in read["related"].items()}
    return ClaimLists(
        function=_words(read["function"]),
        everyday=frozenset().union(*(_words(read[kind]) for kind in KINDS)),
        properties=_words(read["properties"]),
        asked=_words(read["asked"]),
        negations=phrases(read["negations"], besides=read["no_negations"], also=read["negative_forms"]),
        instead=phrases(read["instead_of_negations"]),
        limits={
            name: (_at_end(found.get("before", [])), phrases(found.get("after", [])))
            for name, found in read["limits"].items()
        },
        idioms=phrases(read["no_numbers"]),
        comparatives=phrases(read["comparatives"], besides=read["no_comparatives"], also=_graded(read["gradable"])),
        names=_words(read["names"]),
        fillers=phrases(read["fillers"]),
        alike=same | {form: same.get(word, word) for form, word in read["forms"].items()},
        related=_by_word(topics),
        opposed={word: _words(others) for word, others in read["opposed"].items()},
        sizes=_words(read["sizes"]),
    )


def phrases(listed: Iterable[str], *, besides: Iterable[str] = (), also: str = "") -> re.Pattern[str]:
    """Return a pattern of phrases: Latin ones as whole words, Chinese ones anywhere; not within those of `besides`.

    What it finds has the group `found`; a phrase of `besides` is passed over as a match without it.
    """
    ordered = sorted(map(str, listed), key=len, reverse=True)
    found = "|".join([*map(_whole, ordered), *([also] if also else [])]) or r"(?!)"
    passed = "|".join(map(_whole, sorted(map(str, besides), key=len, reverse=True))) or r"(?!)"
    return re.compile(rf"{passed}|(?P<found>{found})", re.IGNORECASE)


def found_in(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return what a pattern of `phrases` finds, in small letters."""
    return [match["found"].lower() for match in pattern.finditer(text) if match["found"]]


def _whole(phrase: str) -> str:
    return rf"(?<![\w]){re.escape(phrase)}(?![\w])" if phrase.isascii() else re.escape(phrase)


def _at_end(listed: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of phrases that stand right before a number."""
    found = "|".join(map(_whole, sorted(map(str, listed), key=len, reverse=True))) or r"(?!)"
    return re.compile(rf"(?P<found>{found})\s*(?:an?\s|the\s|[$€£¥可达能为到]+)?\s*$", re.IGNORECASE)


def _graded(adjectives: str) -> str:
    """Return a pattern of the forms that compare: quicker, easiest, bigger."""
    found = []
    for word in adjectives.split():
        root = word[:-1] if word[-1] == "e" else word[:-1] + "i" if word[-1] == "y" else word
        found.append(f"{root}{root[-1] if len(word) == 3 and word[-1] in 'tgdn' else ''}(?:er|est)")
    return rf"\b(?:{'|'.join(found)})\b" if found else ""


def _by_word(topics: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    words = {word for found in topics.values() for word in found}
    return {word: frozenset(name for name, found in topics.items() if word in found) for word in words}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _is_list(name: str) -> bool:
    return name.endswith(".yaml")
