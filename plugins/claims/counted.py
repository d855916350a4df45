"""Numbers stay what they are: the amount, its unit, the thing counted and the limit ("up to") of the fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile

from aigc import check
from aigc.types import Field, Finding
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK, Grounds, given_to, root, roots_of, words_in
from aigc_plugins.rules.fact_reading import facts_in
from aigc_plugins.rules.units import canonical_unit, unit_symbol
from aigc_plugins.rules.worded_shares import lost_share

PHRASE = re.compile(r"^[^,;:.?!()，；：。？！、（）\u2013\u2014]*")
JOINT = re.compile(r"\s*(?:[x×乘和或到至~,、/–-]|to|and|or)?\s*")
CLOCK = frozenset(["am", "pm"])
COUNTS = ("way", "ways", "thing", "things", "times", "of")
LOOSE = ("piece", "times", "cup", "fold")  # units that are as good as words


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
        """Tell whether the units are one, also where one text has words between the number and its unit ("day 3")."""
        loose = {self.unit, other.unit} <= {"", *LOOSE}
        return loose or self.unit == other.unit or self.unit in other.units_near or other.unit in self.units_near

    @property
    def units_near(self) -> set[str]:
        return {unit for word in (self.before, *self.after) if (unit := canonical_unit(word))}


@check
def same_numbers(text: str, field: Field) -> Iterator[Finding]:
    """A number is the fact's or the product's, with its unit, the thing it counts and its limit; a fact's one number
    stays, and so does a share or a multiple in words (by a third, twice).

    Number words count as numbers (two, 两); "one" and 一 alone do not, nor what `no_numbers` of the lists names.
    """
    given = given_to(field)
    known = [amount for part in (*given.facts, *given.names) for amount in amounts_in(part, given.language)]
    written = amounts_in(text, given.language)
    for amount in written:
        same = [other for other in known if other.number == amount.number]
        if message := _objection(amount, same, text, given):
            yield Finding(message=message, span=amount.span)
    yield from _unknown_codes(text, given.text)
    numbers = {amount.number for amount in written}
    for fact in given.facts:
        stated = amounts_in(fact, given.language)
        if len(stated) == 1 and stated[0].number not in numbers:
            yield Finding(message=f"leaves out {stated[0].text!r} of its fact")
        elif lost := lost_share(text, fact):
            yield Finding(message=f"leaves out {lost!r} of its fact")


@lru_cache(maxsize=1 << 12)
def amounts_in(text: str, language: str) -> tuple[Amount, ...]:
    """Return the numbers of a text, those in words too."""
    lists = lists_for(language)
    readable = lists.phrases.no_numbers.sub(lambda found: "\0" * len(found.group()), text.lower())
    if len(readable) != len(text):  # a capital that has no small letter of its own
        readable = text
    found: list[Amount] = []
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
                unit="clock" if CLOCK & {fact.unit, *after[:1]} else fact.unit,
                text=text[start:end].strip(),
                span=fact.span,
                limit=_limit(readable[:start], readable[end:], language),
                before=(words_in(text[:start]) or ("",))[-1],
                after=after,
            )
        )
    return _paired(found, text)


def _paired(found: list[Amount], text: str) -> tuple[Amount, ...]:
    """Return the numbers, each of a pair or range ("45 x 30 cm", "8 or 11 mm") with the unit of its last."""
    for at in range(len(found) - 2, -1, -1):
        one, after = found[at], found[at + 1]
        if one.unit in ("", "times") and JOINT.fullmatch(text[one.span[1] : after.span[0]]):
            found[at] = replace(one, unit=after.unit)
    return tuple(found)


def _objection(amount: Amount, same: list[Amount], text: str, given: Grounds) -> str:
    """Return what is wrong with a number of a line, given the brief's equal ones; nothing where one of them fits."""
    if not same:
        return f"{amount.text!r} is not in the fact"
    fitting = [other for other in same if amount.counts_as(other)]
    if not fitting:
        units = ", ".join(sorted({f"{one.number.normalize():f} {unit_symbol(one.unit)}".strip() for one in same}))
        return f"{amount.text!r}: the fact has {units}"
    if message := _other_thing(amount, fitting, text, given):
        return message
    limits = given.lists.phrases.limits
    if not any(
        amount.limit == other.limit
        or (other.limit and not amount.limit and amount.before in limits[other.limit].weak)
        or (amount.limit and not other.limit and limits[amount.limit].free)
        for other in fitting
    ):
        limit = amount.limit or fitting[0].limit
        return f"{'adds' if amount.limit else 'drops'} a limit ({limit.replace('_', ' ')}) at {amount.text!r}"
    if all(amount.before in given.lists.opposed.get(other.before, ()) for other in fitting):
        return f"{amount.before} {amount.text}: the fact has {fitting[0].before!r} there"
    return ""


def _other_thing(amount: Amount, fitting: list[Amount], text: str, given: Grounds) -> str:
    """Return a message where a number counts what neither the fact nor the names have, or another thing of the fact."""
    language = given.language
    things = [thing for other in fitting if (thing := _thing(other, given))]
    counted = {root(word, language) for word in _thing(amount, given)}
    meant = {root(word, language) for thing in things for word in thing}
    known = not counted or counted & {*roots_of(given.text, language), *COUNTS}
    heads = {root(thing[-1], language) for thing in things}
    turned = counted and not counted & meant and heads & roots_of(text, language)
    if not things or (known and not turned):
        return ""
    return f"counts {_thing(amount, given)[0]!r}; the fact counts {' '.join(things[0])!r}"


def _thing(amount: Amount, given: Grounds) -> list[str]:
    """Return the words for what is counted, nothing where a unit is all there is: "half pans" of "24 half pans"."""
    if amount.unit not in ("", *LOOSE) or any(map(canonical_unit, amount.after[:1])):
        return []
    phrase = list(takewhile(lambda word: word not in given.lists.function and not word[0].isdigit(), amount.after))
    return phrase[:1] if phrase and CJK.match(phrase[0]) else phrase


def _limit(before: str, after: str, language: str) -> str:
    """Return which limit a number has: `at_most`, `over`, ...; '' for none."""
    following = PHRASE.match(after)
    rest = " ".join(following.group().split()[:3])[:16] if following else ""
    for name, limit in lists_for(language).phrases.limits.items():
        near = rest if rest.isascii() else rest[:3]
        found = limit.before.search(before)
        if ((found and found["found"]) or limit.after.search(near)) and not limit.unless.search(near):
            return name
    return ""


def _unknown_codes(text: str, given: str) -> Iterator[Finding]:
    """Yield times, ratios and model names that the brief does not have."""
    codes = _codes_in(given)
    for fact in facts_in(text, words="none"):
        if fact.kind == "word" and fact.key not in codes and not canonical_unit(fact.key):
            yield Finding(message=f"{fact.text!r} is not in the fact", span=fact.span)


@lru_cache(maxsize=1 << 10)
def _codes_in(text: str) -> frozenset[str]:
    return frozenset(fact.key for fact in facts_in(text, words="none") if fact.kind == "word")


def _digits_end(text: str, start: int, end: int) -> int:
    """Return where the number itself ends and its unit begins."""
    digits = re.match(r"\D?[\d.,]*\d", text[start:end])
    if digits:
        return start + digits.end()
    words = re.match(r"[^\W\d_]+(?=\W)|[零〇一二两三四五六七八九十百千]+", text[start:end])
    return start + words.end() if words else end


def _real_unit(text: str, unit: str) -> bool:
    return bool(unit) and text.isascii() is False and text[:1] not in "一"
