"""Numbers stay what they are: the amount, its unit, the thing counted and the limit ("up to") of the fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from aigc import check
from aigc.types import Field, Finding
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK, given_to, root, words_in
from aigc_plugins.rules.fact_reading import facts_in
from aigc_plugins.rules.units import canonical_unit, unit_symbol

PHRASE = re.compile(r"^[^,;:.?!()，；：。？！、（）\u2013\u2014]*")
CLOCK = ("am", "pm")


@dataclass(frozen=True, slots=True)
class Amount:
    """This is a number as a text has it: with its unit, its limit, the word before it and the words after it."""

    number: Decimal
    unit: str
    text: str
    span: tuple[int, int]
    limit: str
    before: str
    after: tuple[str, ...]

    def counts_as(self, other: Amount) -> bool:
        """Tell whether the units are one, also where one text has a word between the number and its unit."""
        return self.unit == other.unit or self.unit in other.units_after or other.unit in self.units_after

    @property
    def units_after(self) -> set[str]:
        return {unit for word in self.after if (unit := canonical_unit(word))}


@check
def same_numbers(text: str, field: Field) -> Iterator[Finding]:
    """A number is the fact's or the product's, with its unit, the thing it counts and its limit; a fact's one number
    stays.

    Number words count as numbers (two, 两); "one" and 一 alone do not, nor what `no_numbers` of the lists names.
    """
    given = given_to(field)
    known = [amount for part in (*given.facts, *given.names) for amount in amounts_in(part, given.language)]
    written = amounts_in(text, given.language)
    for amount in written:
        same = [other for other in known if other.number == amount.number]
        if message := _objection(amount, same, given.language):
            yield Finding(message=message, span=amount.span)
    yield from _unknown_codes(text, given.text)
    numbers = {amount.number for amount in written}
    for fact in given.facts:
        stated = amounts_in(fact, given.language)
        if len(stated) == 1 and stated[0].number not in numbers:
            yield Finding(message=f"leaves out {stated[0].text!r} of its fact")


@lru_cache(maxsize=1 << 12)
def amounts_in(text: str, language: str) -> tuple[Amount, ...]:
    """Return the numbers of a text, those in words too."""
    lists = lists_for(language)
    readable = lists.idioms.sub(lambda found: "\0" * len(found.group()), text)
    found = []
    for fact in facts_in(readable, words="any"):
        in_words = not any(char.isdigit() for char in fact.text)
        if fact.kind != "number" or (in_words and fact.number == 1 and not _real_unit(fact.text, fact.unit)):
            continue
        start, end = fact.span
        rest = PHRASE.match(text[_digits_end(text, start, end) :])
        after = words_in(rest.group() if rest else "")[:4]
        found.append(
            Amount(
                number=abs(fact.number),
                unit="" if fact.unit in CLOCK else fact.unit,
                text=text[start:end].strip(),
                span=fact.span,
                limit=_limit(text[:start], text[end:], language),
                before=(words_in(text[:start]) or ("",))[-1],
                after=after,
            )
        )
    return tuple(found)


def _objection(amount: Amount, same: list[Amount], language: str) -> str:
    """Return what is wrong with a number of a line, given the brief's equal ones; nothing where one of them fits."""
    if not same:
        return f"{amount.text!r} is not in the fact"
    fitting = [other for other in same if amount.counts_as(other)]
    if not fitting:
        units = ", ".join(sorted({f"{one.number.normalize():f} {unit_symbol(one.unit)}".strip() for one in same}))
        return f"{amount.text!r}: the fact has {units}"
    if not any(_same_thing(amount, other, language) for other in fitting):
        return f"counts {_thing(amount, language)[0]!r}; the fact counts {' '.join(_thing(fitting[0], language))!r}"
    if not any(amount.limit == other.limit for other in fitting):
        limit = amount.limit or fitting[0].limit
        return f"{'adds' if amount.limit else 'drops'} a limit ({limit.replace('_', ' ')}) at {amount.text!r}"
    opposed = lists_for(language).opposed
    if all(amount.before in opposed.get(other.before, ()) for other in fitting):
        return f"{amount.before} {amount.text}: the fact has {fitting[0].before!r} there"
    return ""


def _same_thing(amount: Amount, other: Amount, language: str) -> bool:
    """Tell whether two equal numbers count one thing, as far as both name it."""
    mine, theirs = _thing(amount, language), _thing(other, language)
    return not (mine and theirs) or bool(
        {root(word, language) for word in mine} & {root(word, language) for word in theirs}
    )


def _thing(amount: Amount, language: str) -> list[str]:
    """Return the words for what is counted, nothing where a unit is all there is: "half pans" of "24 half pans"."""
    if amount.unit or any(map(canonical_unit, amount.after[:1])):
        return []
    phrase = []
    for word in amount.after:
        if word in lists_for(language).function or word[0].isdigit():
            break
        phrase.append(word)
    return phrase[:1] if phrase and CJK.match(phrase[0]) else phrase


def _limit(before: str, after: str, language: str) -> str:
    """Return which limit a number has: `at_most`, `over`, ...; '' for none."""
    following = PHRASE.match(after)
    rest = " ".join(following.group().split()[:3]) if following else ""
    for name, (leading, trailing) in lists_for(language).limits.items():
        if leading.search(before) or any(found["found"] for found in trailing.finditer(rest)):
            return name
    return ""


def _unknown_codes(text: str, given: str) -> Iterator[Finding]:
    """Yield times, ratios and model names that the brief does not have."""
    codes = {fact.key for fact in facts_in(given) if fact.kind == "word"}
    for fact in facts_in(text):
        if fact.kind == "word" and fact.key not in codes:
            yield Finding(message=f"{fact.text!r} is not in the fact", span=fact.span)


def _digits_end(text: str, start: int, end: int) -> int:
    """Return where the number itself ends and its unit begins."""
    digits = re.match(r"\D?[\d.,]*\d", text[start:end])
    if digits:
        return start + digits.end()
    words = re.match(r"[^\W\d_]+(?=\W)|[零〇一二两三四五六七八九十百千]+", text[start:end])
    return start + words.end() if words else end


def _real_unit(text: str, unit: str) -> bool:
    return bool(unit) and text.isascii() is False and text[:1] not in "一"
