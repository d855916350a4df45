"""Phrases that are worth nothing: stock ones, which could stand anywhere, and promises that the page does not keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from aigc import check
from aigc.types import Draft, Field, Finding, texts_in
from aigc_plugins.rules.words import Term, as_term, listed_term, small_letters, small_values


class Offer(NamedTuple):
    """This is one thing that a page may offer: what promises it, and what in a brief bears the promise out."""

    terms: tuple[Term, ...]
    given_by: tuple[Term, ...]


@check
def no_stock_phrases(draft: Draft, *, at_most: int = 0) -> Iterator[Finding]:
    """A piece has at most `at_most` stock phrases ("on the same page", 总而言之) in all, and none of them twice.

    stock.yaml lists them for each language; those the brief itself uses do not count.
    """
    brief = small_values(draft.brief.values)
    text = small_letters("\n".join(texts_in(draft.fields)))
    found = Counter(stock_phrases(text))
    counted = {phrase: times for phrase, times in found.items() if phrase not in brief}
    if sum(counted.values()) > at_most or max(counted.values(), default=0) > 1:
        listed = ", ".join(phrase + (f" ({times} times)" if times > 1 else "") for phrase, times in counted.items())
        yield Finding(message=f"has stock phrases: {listed}")


@check
def promises_from_brief(text: str, field: Field) -> Iterator[Finding]:
    """What a text promises of a page (reviews, prices, a video, 免费) stands in the brief.

    promises.yaml lists for each language what is promised by which words, and what in a brief vouches for it.
    """
    plain = small_letters(text)
    brief = small_values(field.draft.brief.values)
    for offer in _offers():
        if any(term.pattern.search(brief) for term in (*offer.terms, *offer.given_by)):
            continue
        promised = next((term.plain for term in offer.terms if _stands(term, plain)), "")
        if promised:
            yield Finding(message=f"promises {promised!r}, which the brief does not have")


def stock_phrases(text: str) -> list[str]:
    """Return the stock phrases of a text in small letters, each as often as it stands there."""
    matches = ((match, term) for term in _stock() for match in term.pattern.finditer(text))
    found = [
        (match.span(), term.plain)
        for match, term in matches
        if not (term.unless and term.unless.fullmatch(match.group()))
    ]
    return [
        phrase
        for span, phrase in found
        if not any(other != span and other[0] <= span[0] and span[1] <= other[1] for other, _ in found)
    ]


def _stands(term: Term, plain: str) -> bool:
    spared = [found.span() for found in term.unless.finditer(plain)] if term.unless else []
    places = [found.span() for found in term.pattern.finditer(plain)]
    return any(not any(first <= start and end <= last for first, last in spared) for start, end in places)


@cache
def _stock() -> list[Term]:
    return [listed_term(phrase) for phrases in _listed("stock.yaml").values() for phrase in phrases]


@cache
def _offers() -> list[Offer]:
    return [
        Offer(_terms(entry["terms"], entry.get("unless", ())), _terms(entry.get("given_by", ())))
        for entries in _listed("promises.yaml").values()
        for entry in entries
    ]


def _terms(words: Sequence[str], unless: Sequence[str] = ()) -> tuple[Term, ...]:
    return tuple(as_term(word, unless) for word in words)


def _listed(name: str) -> Mapping[str, Any]:
    import yaml

    lists: Mapping[str, Any] = yaml.safe_load(files("aigc_plugins.rules").joinpath(name).read_text(encoding="utf-8"))
    return lists
