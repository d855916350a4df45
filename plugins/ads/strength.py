"""How strong an ad is, counted the way Google does, and what its headlines are: fresh, plain, a name or a call."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Json
from aigc_plugins.ads.fact_forms import short_names
from aigc_plugins.ads.faithful import same_word, words_of
from aigc_plugins.ads.headline_set import KEYWORDS, WIDTH, has_phrase, is_searched
from aigc_plugins.ads.word_lists import word_lists
from aigc_plugins.claims import only_calls

HEADLINES, DESCRIPTIONS = 11, 4  # that an ad should have
ROOM = 12  # characters that a fact beside a keyword needs
DIVERSE = 0.7  # of the words of two headlines are in one of them only, on average
GRADES = ("poor", "average", "good", "excellent")
KINDS = ("fresh", "plain", "name", "call")
FACTUAL = ("benefits", "offer", "price", "keyword", "product", "brand")
NAMING = ("product", "brand", "keyword")
SLOT = "{name}"


@check(severity="note")
def ad_strength(draft: Draft, *, told: bool = True) -> Iterator[str]:
    """Say how strong a search ad is: how many headlines and descriptions, how different, how many with the keyword.

    Then come the shares of its headlines: `fresh` has words that the brief does not have, `plain` none, `name` says
    only what is sold and by whom, `call` asks for a click, listed or not. Nothing is said unless `told`.
    """
    headlines = [str(text) for text in draft.fields.get("headlines") or ()]
    if not told or not headlines:
        return
    wanting, found = _strength(draft, headlines)
    counted = Counter(headline_kind(text, draft.brief.values) for text in headlines)
    shares = ", ".join(f"{kind} {counted[kind] / len(headlines):.0%}" for kind in KINDS)
    grade = GRADES[max(0, len(GRADES) - 1 - len(wanting))]
    yield f"strength {grade}: {', '.join(found)}{'; wanting: ' + ', '.join(wanting) if wanting else ''}; {shares}"


def headline_kind(line: str, brief: Mapping[str, Json]) -> str:
    """Return what a headline is: fresh, plain, a name or a call."""
    if _is_call(line, str(brief.get("product") or ""), str(brief.get("keyword") or "")):
        return "call"
    if not _new_words(line, brief, NAMING):
        return "name"
    if not _new_words(line, brief, FACTUAL):
        return "plain"
    return "call" if only_calls(line) else "fresh"


def diversity(headlines: Sequence[str]) -> float:
    """Return how different headlines are: the share of the words of two that only one of them has, on average."""
    bags = [set(words_of(text)) for text in headlines]
    apart = [1 - len(one & other) / (len(one | other) or 1) for one, other in combinations(bags, 2)]
    return sum(apart) / len(apart) if apart else 0.0


def _strength(draft: Draft, headlines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what an ad wants, and what it has."""
    descriptions = draft.fields.get("descriptions") or ()
    keyword = str(draft.brief.values.get("keyword") or "")
    named = keyword or short_names(str(draft.brief.values.get("product") or ""))[-1]
    having, apart = sum(has_phrase(text, named) for text in headlines), diversity(headlines)
    wishes = {
        f"{HEADLINES} headlines": len(headlines) >= HEADLINES,
        f"{DESCRIPTIONS} descriptions": len(descriptions) >= DESCRIPTIONS,
        "headlines that differ more": apart >= DIVERSE,
        f"{named!r} in {KEYWORDS} headlines{_hindrance(keyword)}": having >= KEYWORDS,
    }
    found = [f"{len(headlines)} headlines", f"{len(descriptions)} descriptions", f"{apart:.0%} different"]
    return [wish for wish, met in wishes.items() if not met], [*found, f"{named!r} in {having}"]


def _hindrance(keyword: str) -> str:
    """Return why a keyword can hardly stand in more headlines, in brackets; nothing where it could."""
    if is_searched(keyword):
        return " (worded as a search)"
    left = WIDTH - measure(keyword, "width")
    if keyword and left < ROOM:
        return f" (it leaves {left} of {WIDTH} characters)" if left >= 0 else f" (wider than {WIDTH} characters)"
    return ""


def _new_words(line: str, brief: Mapping[str, Json], inputs: Sequence[str]) -> list[str]:
    """Return the words of a headline that those inputs do not have, in whatever form."""
    free = word_lists()["neutral"]
    texts = [str(one) for name in inputs for one in _listed(brief.get(name))]
    given = words_of(" ".join([*texts, *word_lists()["price"].values()] if brief.get("price") else texts))
    given += [short for unit, short in word_lists()["short_units"].items() if unit in given]
    return [w for w in words_of(line) if w not in free and w != "by" and not any(same_word(w, one) for one in given)]


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_call(line: str, product: str, keyword: str) -> bool:
    plain, patterns = _calls()
    names = "|".join(re.escape(name) for name in [*short_names(product), *([keyword] if keyword else [])])
    return line.casefold() in plain or any(re.fullmatch(one.replace("NAME", names), line, re.I) for one in patterns)


@cache
def _calls() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the calls in small letters, and patterns of those that name the product, as NAME."""
    lists = word_lists()
    plain = {line.casefold() for kinds in lists["calls"].values() for lines in kinds.values() for line in lines}
    parts = [lists[part] for part in ("named_calls", "keyword_calls")]
    named = [line for part in parts for kinds in part.values() for lines in kinds.values() for line in lines]
    patterns = (re.escape(line.replace(SLOT, "\0")).replace(re.escape("\0"), "(?:NAME)") for line in named)
    return frozenset(plain), tuple(patterns)
