"""How strong an ad is, counted the way Google does, and what its headlines are: fresh, plain, a name or a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations

from aigc import check
from aigc.content import measure, once_per_brief
from aigc.types import Draft, Json
from aigc_plugins.ads.fact_forms import short_names
from aigc_plugins.ads.faithful import by_beginning, same_word, words_of
from aigc_plugins.ads.headline_set import KEYWORDS, WIDTH, is_searched
from aigc_plugins.ads.same_lines import has_phrase
from aigc_plugins.ads.word_lists import neutral, occasions, word_lists
from aigc_plugins.claims import only_calls
from aigc_plugins.rules.numerals import ENGLISH

HEADLINES, DESCRIPTIONS = 11, 4  # that an ad should have
ROOM = 12  # characters that a fact beside a keyword needs
DIVERSE = 0.7  # of the words of two headlines are in one of them only, on average
GRADES = ("poor", "average", "good", "excellent")
KINDS = ("fresh", "plain", "name", "call")
FACTUAL = ("benefits", "offer", "price", "keyword", "product", "brand", "category")
NAMING = ("product", "brand", "keyword", "category")
WHOSE = "by number and diversity (our count, as Google describes it)"
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
    lacks = f"; wanting: {', '.join(wanting)}" if wanting else ""
    yield f"strength {grade} {WHOSE}: {', '.join(found)}{lacks}; {shares}"


def headline_kind(line: str, brief: Mapping[str, Json]) -> str:
    """Return what a headline is: fresh, plain, a name or a call."""
    if _is_call(line, str(brief.get("product") or ""), str(brief.get("keyword") or "")):
        return "call"
    if not _new_words(line, _naming_words(brief)):
        return "name"
    if not _new_words(line, _factual_words(brief)):
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


def _new_words(line: str, given: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the words of a headline that are not among those given, in whatever form."""
    telling = [word for word in words_of(line) if word not in neutral() and word != "by"]
    return [word for word in telling if not any(same_word(word, one) for one in given.get(word[:3], ()))]


@once_per_brief
def _naming_words(brief: Mapping[str, Json]) -> Mapping[str, Sequence[str]]:
    return _words_in(brief, NAMING)


@once_per_brief
def _factual_words(brief: Mapping[str, Json]) -> Mapping[str, Sequence[str]]:
    return _words_in(brief, FACTUAL)


def _words_in(brief: Mapping[str, Json], inputs: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the words of some inputs, and what stands for them in a headline, by their beginnings."""
    texts = [str(one) for name in inputs for one in _listed(brief.get(name))]
    given = {*words_of(" ".join([*texts, *word_lists()["price"].values()] if brief.get("price") else texts))}
    given |= {str(ENGLISH[word]) for word in given if word in ENGLISH}
    return by_beginning(given | {short for unit, short in word_lists()["short_units"].items() if unit in given})


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_call(line: str, product: str, keyword: str) -> bool:
    plain, named = _calls()
    small = line.casefold()
    names = (name.casefold() for name in [*short_names(product), *([keyword] if keyword else [])])
    return small in plain or any(one in named for name in names for one in _slotted(small, name))


def _slotted(line: str, name: str) -> Iterator[str]:
    """Yield a line with a slot for each place where a name stands."""
    at = line.find(name)
    while at >= 0:
        yield line[:at] + SLOT + line[at + len(name) :]
        at = line.find(name, at + 1)


@cache
def _calls() -> tuple[frozenset[str], frozenset[str]]:
    """Return the calls in small letters, and those that name the product, with a slot for it."""
    lists = word_lists()
    plain = {
        line.casefold()
        for part in ("calls", "drawn")
        for kinds in lists[part].values()
        for lines in kinds.values()
        for line in lines
    }
    parts = [lists[part] for part in ("named_calls", "keyword_calls", "further_keyword_calls")]
    named = {line.casefold() for part in parts for kinds in part.values() for lines in kinds.values() for line in lines}
    named |= {line.casefold() for lines in lists["one_thing_calls"].values() for line in lines}
    plain |= {line.casefold() for lines in lists["neutral_calls"].values() for line in lines}
    for kind in occasions().values():
        plain |= {line.casefold() for line in kind["calls"]}
        named |= {line.casefold() for line in kind["named"]}
    return frozenset(plain), frozenset(named)
