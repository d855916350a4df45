"""Whether a sentence speaks of what a search asks for, in its very words, or of another deed: sun, not water."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from aigc_plugins.rules.content_words import HAN, content

ALIKE, ALIKE_HAN = 3, 4  # words, or Chinese characters, in a row
OF_PLANTS = 5  # deeds of which a keyword may be one: "tomato watering"
WHEN = re.compile(r"spring|summer|autumn|winter|(?:hot|cold) weather", re.IGNORECASE)
WORD = re.compile(r"[a-z0-9]+(?:['’-][a-z]+)*", re.IGNORECASE)
# What one does with a thing, or what is had of it: a sentence of one does not tell how often another is done.
DEEDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bwater(?:s|ed|ing)?\b|\bpour\w*\b|浇|淋水",
        r"\bsun(?:light|ny)?\b|\bshade\b|\b(?:bright|direct) light\b|晒|阳光|光照|日照|遮阴",
        r"\bfertili[sz]\w+\b|\bfeed(?:s|ing)?\b|\bfed\b|\bfood\b|\beats?\b|施肥|追肥|喂",
        r"\bprun\w+\b|\btrim\w*\b|\bcuts?\b|修剪|剪",
        r"\brepot\w*\b|换盆|换土",
        r"\bwash\w*\b|\bclean\w*\b|\brins\w+\b|洗|擦|清洁",
        r"\bcancel\w*\b|\brefund\w*\b|\breschedul\w*\b|取消|退款|退费|改期",
        r"\bdeliver\w*\b|\bship(?:s|ped|ping)?\b|送货|配送|快递|邮寄|发货",
        r"\bwarrant\w+\b|\bguarantee\w*\b|\brepair\w*\b|保修|质保|维修|返工|返修",
        r"\bfreez\w+\b|\bfrozen\b|冷冻|冻",
        r"\bfridge\b|\brefrigerat\w+\b|冷藏|冰箱",
        r"\bsleep\w*\b|睡",
    )
)


@lru_cache(maxsize=1 << 12)
def speaks_of_another(fact: str, search: str, keyword: str) -> bool:
    """Tell whether a search asks for a deed, or its keyword names one, and a sentence speaks of others alone."""
    asked = {at for at, one in enumerate(DEEDS) if one.search(search)}
    asked = asked or {at for at, one in enumerate(DEEDS[:OF_PLANTS]) if one.search(keyword)}
    told = {at for at, one in enumerate(DEEDS) if one.search(fact)}
    return bool(asked and told and not asked & told)


@lru_cache(maxsize=1 << 12)
def says_alike(fact: str, search: str, keyword: str) -> bool:
    """Tell whether a sentence has three words of a search in a row, "too much water", or four Chinese characters, and
    they are not those of the keyword alone."""
    if HAN.search(search):
        runs = (search[at : at + ALIKE_HAN] for at in range(len(search) - ALIKE_HAN + 1))
        return any(run in fact and not re.search(r"[^\u3400-\u9fff]", run) and not _in(run, keyword) for run in runs)
    words, told = WORD.findall(search.casefold()), f" {' '.join(WORD.findall(fact.casefold()))} "
    runs = (" ".join(words[at : at + ALIKE]) for at in range(len(words) - ALIKE + 1))
    return any(f" {run} " in told and content(run) and run not in keyword.casefold() for run in runs)


def _in(run: str, keyword: str) -> bool:
    """Tell whether a run of Chinese characters has hardly any that its keyword has not."""
    return sum(char not in keyword for char in run) < ALIKE_HAN // 2


def as_heading(search: str, keyword: str, facts: Sequence[str]) -> str:
    """Return a search of words in a row as a heading has it: "hiking" of "dog paw care hiking", "in winter", or the
    words that it has of its first fact, "yellow leaves"; what has a small word between stays."""
    words = search.split()
    if HAN.search(search) or len(words) < 2 or any(not content(word) for word in words):
        return search
    rest = " ".join(re.sub(rf"\b{re.escape(keyword)}\b", " ", search, flags=re.IGNORECASE).split())
    if rest == search:
        return _shared_words(facts[0], search) or search
    return f"in {rest}" if WHEN.fullmatch(rest) else rest if rest.endswith("ing") and " " not in rest else search


def _shared_words(fact: str, search: str) -> str:
    """Return the longest run of two words or more that a search and a sentence have, none of a single content word."""
    words, told = search.split(), f" {' '.join(WORD.findall(fact.casefold()))} "
    runs = [words[at:end] for at in range(len(words)) for end in range(at + 2, len(words) + 1)]
    found = [" ".join(run) for run in runs if f" {' '.join(run).casefold()} " in told and content(" ".join(run))]
    return max(found, key=len, default="")
