"""What a searcher wants, read from the words of the search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import yaml

Intent: TypeAlias = Literal["informational", "commercial", "transactional", "navigational"]
ASKS_HOW = re.compile(r"^(?:how|why|can|should|when|what)\b|怎么|如何|怎样|为什么|能不能|吗$", re.IGNORECASE)
MONEY = re.compile(r"[$€£¥￥]\s?\d|\d\s?(?:[$€£¥￥元]|(?:usd|eur|gbp|dollars?|euros?|pounds?)\b)", re.IGNORECASE)
PRECEDENCE: tuple[Intent, ...] = ("navigational", "transactional", "commercial", "informational")  # the first that fits


def search_intent(keyword: str, brands: Sequence[str] = (), topic: str = "") -> Intent:
    """Return what somebody who searches for `keyword` wants; a search for one of `brands` looks for its site.

    It is read from the marker words in intent.yaml, English and Chinese. "how to buy a tent" asks how, so a question
    word at the start wins over any marker. A phrase without a marker that narrows a choice down ("for small rooms",
    "with drawers", or words before the `topic`) is commercial, any other one informational.
    """
    text = " ".join(keyword.casefold().split())
    patterns = _patterns()
    if patterns["question"].search(text):
        return "informational"
    for intent in PRECEDENCE:
        if patterns[intent].search(text):
            return intent
        if intent == "navigational" and text in {" ".join(brand.casefold().split()) for brand in brands}:
            return intent
    subject = " ".join(topic.casefold().split())
    narrows = patterns["narrowing"].search(text) or (subject and text != subject and text.endswith(subject))
    return "commercial" if narrows else "informational"


def plan_intent(
    keyword: str, brands: Sequence[str] = (), facts: Sequence[str] = (), questions: Sequence[str] = ()
) -> Intent:
    """Return what somebody wants who is to read an article: advice, where nothing of a commercial search but "for" says
    that it is to choose, people ask how, and no fact has a price."""
    intent, patterns = search_intent(keyword, brands), _patterns()
    if intent != "commercial" or patterns["commercial"].search(keyword.casefold()):
        return intent
    asked = any(ASKS_HOW.search(one) for one in questions) or not questions
    return "informational" if asked and not any(MONEY.search(fact) for fact in facts) else intent


def marks_reading(keyword: str) -> bool:
    """Tell whether a search has a word, or begins as a question, by which one sees that somebody wants to read."""
    text = " ".join(keyword.casefold().split())
    return bool(_patterns()["question"].search(text) or _patterns()["informational"].search(text))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: _pattern(words) for name, words in intent_words().items()}


@cache
def intent_words() -> Mapping[str, Sequence[str]]:
    """Return intent.yaml: the marker words by intent, and under `question` those that count at the start."""
    words: Mapping[str, Sequence[str]] = yaml.safe_load(
        files("aigc_plugins.seo").joinpath("intent.yaml").read_text(encoding="utf-8")
    )
    return words


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds Latin markers as whole words and Chinese ones anywhere.

    A marker that begins with `^` counts only at the start.
    """
    parts = []
    for word in words:
        bare = re.escape(word.removeprefix("^")).replace(r"\ ", r"\s+")
        start = "^" if word.startswith("^") else ""
        parts.append(rf"{start}(?<![a-z0-9]){bare}(?![a-z0-9])" if word.isascii() else start + bare)
    return re.compile("|".join(parts))
