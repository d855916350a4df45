"""The headlines of an ad as a set: so many of each kind, all different, none that adds nothing.

What a model wrote are the `lines`; everything else is made here of the brief's own words. How many of which kind, in
which order, is the content type's `mix`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aigc.content import measure
from aigc_plugins.ads.calls import drawn_calls
from aigc_plugins.ads.fact_forms import beside, clauses, short_names, two_in_one
from aigc_plugins.ads.fact_lines import ad_line
from aigc_plugins.ads.word_lists import CJK, in_language, word_lists

MOST, WIDTH = 15, 30
KEYWORDS = 3  # headlines with the keyword
ALIKE = 80  # of 100, letter by letter: below where the check that looks for twins finds one
SHARED = 0.75  # of all words of two lines
UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")

Mix: TypeAlias = Mapping[str, int | Sequence[int]]  # kind → at most so many, or (so many, while fewer than)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """This is what an ad can be made of: a brief, and the `lines` written from its facts."""

    lines: Sequence[str]
    facts: Sequence[str]
    product: str
    language: str = "en"
    brand: str | None = None
    category: str | None = None
    keyword: str | None = None
    offer: str | None = None
    price: str | None = None

    @property
    def names(self) -> list[str]:
        """The product and its shorter forms, and at last who sells it."""
        return [*short_names(self.product), *([self.brand] if self.brand else [])]


def headline_set(mix: Mix, lines: Sequence[str], facts: Sequence[str], **brief: str | None) -> list[str]:
    """Return an ad's headlines: of each kind in `mix`, in its order, at most so many, and no more than fifteen in all.

    `name` is the product with its brand, `keyword` what has the keyword until three lines have it, `lines` what was
    written, `plain` the facts as they are, `clauses` the second halves of facts, `joined` name and fact, `paired` two
    facts, `brand` who sells it, `offer` and `price`, `calls` what asks for a click. A line that says no more than
    one that is there is left out; what `mix` leaves free is filled with further lines.
    """
    offer = Offer(lines=lines, facts=facts, **brief)  # type: ignore[arg-type]
    kept: list[str] = []
    for kind, allowed in mix.items():
        if kind not in KINDS:
            raise ValueError(f"there is no kind of headline {kind!r}: {', '.join(KINDS)}")
        most, below = (allowed, MOST) if isinstance(allowed, int) else allowed
        _take(kept, KINDS[kind](offer, kept), most, below)
    _take(kept, lines, MOST, MOST)
    return kept


def _take(kept: list[str], lines: Iterable[str], most: int, below: int) -> None:
    """Add at most so many `lines` to those `kept`, as long as there are fewer than `below`."""
    for line in lines:
        if most <= 0 or len(kept) >= min(below, MOST):
            return
        if line and measure(line, "width") <= WIDTH and not any(twins(line, other) for other in kept):
            kept.append(line)
            most -= 1


def twins(line: str, other: str) -> bool:
    """Tell whether a line says no more than another one, or with the same numbers nearly the same. One that has all
    of the other's words and some of its own, such as the product's name, is no twin."""
    from rapidfuzz import fuzz

    mine, theirs = _units(line), _units(other)
    if set(mine) <= set(theirs):
        return True
    if set(mine) > set(theirs) or sorted(filter(str.isdigit, mine)) != sorted(filter(str.isdigit, theirs)):
        return False
    one, two = " ".join(mine), " ".join(theirs)
    alike = fuzz.ratio(one, two)
    if not CJK.search(line) and min(len(set(mine)), len(set(theirs))) > 2:
        alike = max(alike, fuzz.token_sort_ratio(one, two), fuzz.token_set_ratio(one, two))
    common, every = set(mine) & set(theirs), set(mine) | set(theirs)
    return alike >= ALIKE or len(common) >= SHARED * len(every)


def _units(text: str) -> list[str]:
    """Return the words and Chinese characters of a line."""
    return UNIT.findall(unicodedata.normalize("NFKC", text).casefold())


def _name(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    product = _titled(offer.product)
    if offer.brand:
        patterns = in_language(word_lists()["owned"], offer.language)
        yield from (pattern.format(product=product, brand=offer.brand) for pattern in patterns)
    yield from (_titled(name) for name in short_names(offer.product)[:3])


def _with_keyword(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    """Yield lines with the keyword, until three have it: alone, beside a short fact, offer, price, of a brand."""
    keyword = offer.keyword
    if not keyword:
        return
    patterns = in_language(word_lists()["owned"], offer.language)
    lines = [_titled(keyword)]
    lines += [beside([keyword], fact, offer.language) for fact in offer.facts]
    lines += [beside([keyword], one, offer.language) for one in (offer.offer, offer.price) if one]
    lines += [pattern.format(product=_titled(keyword), brand=offer.brand) for pattern in patterns if offer.brand]
    lines += drawn_calls([keyword], offer.language, offer.category)
    for line in lines:
        if sum(has_phrase(one, keyword) for one in [*kept, *offer.lines]) >= KEYWORDS:
            return
        if has_phrase(line, keyword):
            yield line


def _plain(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    yield from (ad_line(fact) for fact in offer.facts)


def _clauses(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    yield from (line for fact in offer.facts for line in clauses(fact))


def _joined(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    """Yield each fact beside the product, those first that no line tells yet, then offer and price beside it."""
    told = {fact: any(twins(ad_line(fact) or fact, line) for line in kept) for fact in offer.facts}
    beside_it = [*sorted(offer.facts, key=lambda fact: told[fact]), *filter(None, (offer.offer, offer.price))]
    yield from (beside(offer.names, one, offer.language) for one in beside_it)


def _paired(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    """Yield two facts in one line, in turn beside the product and by themselves."""
    named = two_in_one(offer.facts, offer.language, offer.names)
    for line, other in zip(named, reversed([*two_in_one(offer.facts, offer.language)]), strict=False):
        yield from (line, other)


def _brand(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    """Yield who sells it, where no line says so yet."""
    if offer.brand and not any(has_phrase(line, offer.brand) for line in kept):
        patterns = in_language(word_lists()["owned"], offer.language)
        names = short_names(offer.product)
        yield from (pattern.format(product=_titled(name), brand=offer.brand) for name in names for pattern in patterns)
        yield offer.brand


def _offer(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    if offer.offer:
        yield _titled(offer.offer)


def _price(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    if offer.price:
        yield in_language(word_lists()["price"], offer.language).format(price=offer.price)


def _calls(offer: Offer, kept: Sequence[str]) -> Iterator[str]:
    yield from drawn_calls(short_names(offer.product), offer.language, offer.category)


KINDS: Mapping[str, Callable[[Offer, Sequence[str]], Iterable[str]]] = {
    "name": _name,
    "keyword": _with_keyword,
    "lines": lambda offer, kept: offer.lines,
    "plain": _plain,
    "clauses": _clauses,
    "joined": _joined,
    "paired": _paired,
    "brand": _brand,
    "offer": _offer,
    "price": _price,
    "calls": _calls,
}


def has_phrase(line: str, phrase: str) -> bool:
    """Tell whether a line has the words of a phrase, in their order and whatever their case."""
    mine, wanted = _units(line), _units(phrase)
    return any(mine[at : at + len(wanted)] == wanted for at in range(len(mine) - len(wanted) + 1))


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]
