"""The headlines of an ad as a set: so many of each kind, all different, none that adds nothing.

What a model wrote are the `lines`; everything else is made here of the brief's own words. How many of which kind, in
which order, is the content type's `mix`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias

from aigc.content import measure
from aigc_plugins.ads.calls import call_verbs, drawn_calls, named_calls, offering
from aigc_plugins.ads.fact_forms import beside, clauses, short_names, two_in_one
from aigc_plugins.ads.fact_lines import ad_line, has_words, worded
from aigc_plugins.ads.shortened import heads, loses_particle, loses_time, parts, tightened
from aigc_plugins.ads.word_lists import CJK, in_language, word_lists

MOST, WIDTH = 15, 30
ENOUGH, RICH = 11, 4  # headlines that an ad should have, of so many facts
KEYWORDS = 3  # headlines with the keyword
CALLS = 2
ALIKE = 84  # of 100, letter by letter: below where the check that looks for twins finds one
SHARED = 0.75  # of all words of two lines
UNIT = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")

Mix: TypeAlias = Mapping[str, int | Sequence[int]]  # kind → at most so many, or (so many, while fewer than)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdMaterial:
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
    apart: bool = False  # the product's name and who sells it in a line each

    @property
    def keyword_calls(self) -> list[str]:
        """The calls that have the keyword."""
        kind = offering(self.product, self.category, further=True)
        return named_calls([self.keyword or ""], self.language, kind, "keyword_calls")

    @property
    def names(self) -> list[str]:
        """The product and its shorter forms."""
        return list(filter(has_words, short_names(self.product)))

    def beside(self, fact: str) -> str:
        """Return a fact beside the product, or beside who sells it."""
        return beside(self.names, fact, self.language, brand=self.brand)


def headline_set(mix: Mix, lines: Sequence[str], facts: Sequence[str], **brief: str | None) -> list[str]:
    """Return an ad's headlines: of each kind in `mix`, in its order, at most so many, and no more than fifteen in all.

    `name` is the product with its brand, `keyword` what has the keyword until three lines have it, `lines` what was
    written, `plain` the facts as they are, `tight` those that no line tells yet, in fewer words, `clauses` the second
    halves of facts, `parts` what they say of several things, of each, `joined` name and fact, `shortened` name and a
    part, `paired` two facts, `brand` who sells it, `offer` and `price`, `calls` what asks for a click. A line that says
    no more than one that is there is left out, and so is what has no word once emoji are out of it; what `mix` leaves
    free is filled with further lines. Where four facts make fewer than eleven, name and brand stand in a line each.
    """
    whole = [line for line in lines if not any(loses_particle(line, fact) for fact in facts)]
    given = {name: text if name == "product" else worded(text) for name, text in brief.items()}
    ad = AdMaterial(lines=whole, facts=facts, **given)  # type: ignore[arg-type]
    kept = _composed(mix, ad)
    if len(kept) >= ENOUGH or len(facts) < RICH or not ad.brand:
        return kept
    return max(kept, _composed(mix, replace(ad, apart=True)), key=len)


def _composed(mix: Mix, ad: AdMaterial) -> list[str]:
    kept: list[str] = []
    for kind, allowed in mix.items():
        if kind not in KINDS:
            raise ValueError(f"there is no kind of headline {kind!r}: {', '.join(KINDS)}")
        most, below = (allowed, MOST) if isinstance(allowed, int) else allowed
        _take(kept, KINDS[kind](ad, kept), most, below)
    _take(kept, ad.lines, MOST, MOST)
    return kept


def _take(kept: list[str], lines: Iterable[str], most: int, below: int) -> None:
    """Add at most so many `lines` to those `kept`, as long as there are fewer than `below`."""
    for line in lines:
        if most <= 0 or len(kept) >= min(below, MOST):
            return
        if has_words(line) and measure(line, "width") <= WIDTH and not any(twins(line, other) for other in kept):
            kept.append(line)
            most -= 1


def twins(line: str, other: str) -> bool:
    """Tell whether a line says no more than another one, or with the same numbers nearly the same. One that has all
    of the other's words and some of its own, such as the product's name, is no twin."""
    from rapidfuzz import fuzz

    mine, theirs = _units(line), _units(other)
    more, less = set(mine) - set(theirs) - set(word_lists()["neutral"]), set(theirs) - set(mine)
    if not more or not less:
        return not more
    if sorted(filter(str.isdigit, mine)) != sorted(filter(str.isdigit, theirs)):
        return False
    one, two = " ".join(mine), " ".join(theirs)
    alike = fuzz.ratio(one, two)
    if not CJK.search(line) and min(len(set(mine)), len(set(theirs))) > 2:
        alike = max(alike, fuzz.token_sort_ratio(one, two))
    common, every = set(mine) & set(theirs), set(mine) | set(theirs)
    return alike >= ALIKE or len(common) >= SHARED * len(every)


def _units(text: str) -> list[str]:
    """Return the words and Chinese characters of a line."""
    return UNIT.findall(unicodedata.normalize("NFKC", text).casefold())


def _name(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    product = _titled(ad.product)
    if ad.brand and not ad.apart:
        branded = (pattern.format(product=product, brand=ad.brand) for pattern in _owned(ad.language))
        yield from (line for line in branded if line.count(" by ") < 2)
    yield from (_titled(name) for name in short_names(ad.product)[:3])


def _with_keyword(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield lines with the keyword, until three have it: alone, beside a short fact, offer, price, of a brand."""
    keyword = ad.keyword
    if not keyword:
        return
    lines = [_titled(keyword)] if is_searched(keyword) else [_titled(keyword), *_of_keyword(ad, keyword)]
    for line in lines:
        if sum(has_phrase(one, keyword) for one in [*kept, *ad.lines]) >= KEYWORDS:
            return
        if has_phrase(line, keyword):
            yield line


def is_searched(keyword: str) -> bool:
    """Tell whether a keyword is what somebody types and nobody sells: "piano teacher near me"."""
    return any(has_phrase(keyword, word) for word in word_lists()["searching"])


def _of_keyword(ad: AdMaterial, keyword: str) -> Iterator[str]:
    language = ad.language
    yield from (beside([], one, language, brand=keyword) for one in (*ad.facts, ad.offer, ad.price) if one)
    yield from ad.keyword_calls[:1]
    if ad.brand:
        yield from (pattern.format(product=_titled(keyword), brand=ad.brand) for pattern in _owned(language))


def _plain(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    yield from (line for fact in ad.facts if not loses_time(line := ad_line(fact), fact))


def _tight(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield the facts of which no line says anything yet in fewer words, and the beginnings that are true alone."""
    for fact in filter(has_words, ad.facts):
        if not any(set(_units(line)) <= set(_units(fact)) for line in kept):
            yield from [
                line for line in map(_titled, (*tightened(fact), *heads(fact))) if measure(line, "width") <= WIDTH
            ][:1]


def _clauses(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    yield from (line for fact in ad.facts for line in clauses(fact))


def _joined(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield each fact beside the product, those first that no line tells yet, then offer and price beside it."""
    told = {fact: any(twins(ad_line(fact) or fact, line) for line in kept) for fact in ad.facts}
    beside_it = [*sorted(ad.facts, key=lambda fact: told[fact]), *filter(None, (ad.offer, ad.price))]
    yield from map(ad.beside, beside_it)


def _parts(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    yield from (_titled(part) for fact in ad.facts for part in parts(fact))


def _shortened(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield the beginnings and parts of facts beside the product, in turn one of each fact."""
    untold = [fact for fact in ad.facts if ad.beside(fact) not in kept]
    for together in zip_longest(*([*parts(fact), *heads(fact)] for fact in untold)):
        yield from (ad.beside(one) for one in together if one)


def _paired(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield two facts in one line, in turn beside the product and by themselves, so that each stands in one or so."""
    before = len(kept)
    named = two_in_one(ad.facts, ad.language, [*ad.names, *([ad.brand] if ad.brand else [])])
    for lines in zip_longest(named, reversed([*two_in_one(ad.facts, ad.language)])):
        yield from (line for line in lines if line and len(kept) - before < len(ad.facts) // 2)


def _brand(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield who sells it, where no line says so yet."""
    if ad.brand and not any(has_phrase(line, ad.brand) for line in kept):
        shorter = ad.names[1:] if ad.apart else []  # "Smart thermostat" and "Thermostat by Homewarm"
        patterns, names = _owned(ad.language), [_titled(name) for name in (*shorter, *ad.names)]
        yield from (pattern.format(product=name, brand=ad.brand) for name in names for pattern in patterns)
        yield ad.brand


def _offer(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    if ad.offer:
        yield _titled(ad.offer)


def _price(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    if ad.price:
        yield in_language(word_lists()["price"], ad.language).format(price=ad.price)


def _calls(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield calls to action, as many as the keyword's own leave room for, no two with the same verb, and none with one
    that a line begins with."""
    language = ad.language
    begins = [line.split(" ")[0] for line in ad.lines] if language != "zh" else []
    there = {*ad.keyword_calls} & {*kept}
    avoid = frozenset(verb for line in (*begins, *there) for verb in call_verbs(line, language))
    calls = list(drawn_calls(short_names(ad.product), language, ad.category, avoid))
    for call in calls:
        taken = {*calls, *there} & {*kept}
        used = {verb for line in taken for verb in call_verbs(line, language)}
        if len(taken) < CALLS and not call_verbs(call, language) & used:
            yield call


KINDS: Mapping[str, Callable[[AdMaterial, Sequence[str]], Iterable[str]]] = {
    "name": _name,
    "keyword": _with_keyword,
    "lines": lambda ad, kept: ad.lines,
    "plain": _plain,
    "tight": _tight,
    "clauses": _clauses,
    "parts": _parts,
    "shortened": _shortened,
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


def _owned(language: str) -> list[str]:
    patterns: list[str] = in_language(word_lists()["owned"], language)
    return patterns


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]
