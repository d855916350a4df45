"""The headlines of an ad as a set: so many of each kind, all different, none that adds nothing.

What a model wrote are the `lines`; everything else is made here of the brief's own words. How many of which kind, in
which order, is the content type's `mix`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias

from aigc.content import measure
from aigc_plugins.ads.calls import (
    Sold,
    brief_seed,
    call_verbs,
    drawn_calls,
    named_calls,
    occasion,
    offering,
    sold_as,
)
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.compose import owned_name, price_line
from aigc_plugins.ads.fact_forms import beside, clauses, names_vaguely, parts_badly, says_twice, short_names, two_in_one
from aigc_plugins.ads.fact_lines import ad_line, has_words, is_amount, offered, priced, worded
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.gaps import is_scrap, misses_words, with_articles
from aigc_plugins.ads.provisos import drops_proviso, has_proviso, selling, warns
from aigc_plugins.ads.same_lines import bag_of, has_phrase, twins
from aigc_plugins.ads.shortened import loses_particle, loses_time, parts
from aigc_plugins.ads.sure_forms import is_bare_thing, loses_bound, other_lines, shorter_whole
from aigc_plugins.ads.told_once import TOLD, named_numbers, told_enough
from aigc_plugins.ads.word_lists import TAIL, in_language, neutral, occasions, word_lists

MOST, WIDTH = 15, 30
ENOUGH, RICH = 11, 4  # headlines that an ad should have, of so many facts
KEYWORDS = 3  # headlines with the keyword
CALLS = 2
FULL = 8  # headlines of an ad that tells no price twice
SAYING: Mapping[str, Callable[[str | None], str | None]] = {"price": priced, "offer": offered}  # others are worded

DOES = re.compile(r"[a-z]{2,}[^s\W]s [a-z]")  # no "App: Chases payers"
ONCE = "once"  # in a mix: no fact stands alone and beside a name, though the lines be fewer
DIVIDING = frozenset(["parts"])  # of several things each: "works on open fire" of "on induction and open fire"
REPEATING = frozenset(["joined", "shortened", "paired", "parts", "clauses", "category"])

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
        """The calls that have the keyword: one, then one with another verb."""
        keyword = self.keyword or ""
        kind = offering(keyword, None, further=True)
        sold: Sold = self.sold if kind == "goods" else kind
        if sold == "unsure":
            return []
        kind = sold
        parts = ("keyword_calls", "further_keyword_calls")
        fit = occasion(keyword, self.language) or occasion(self.product, self.language)
        if kind == "service" and fit:
            named = named_calls([keyword], self.language, kind, patterns=occasions()[fit]["named"])
            others = [call for call in named[1:] if not twins(call, named[0])]
            verbs = frozenset().union(*(call_verbs(call, self.language) for call in named[:1]))
            return [*named[:1], *[call for call in others if not call_verbs(call, self.language) & verbs][:1]]
        return [call for part in parts for call in named_calls([keyword], self.language, kind, part)[:1]]

    @property
    def sold(self) -> Sold:
        """What is sold, as far as it is sure."""
        return sold_as(self.product, self.category, self.facts)

    @property
    def seed(self) -> str:
        """What its calls are drawn by."""
        return brief_seed(self.product, self.facts)

    @property
    def names(self) -> list[str]:
        """The product and its shorter forms; of what is done for somebody, none of one word: "Repair:" names none."""
        names = [*filter(has_words, short_names(self.product))]
        several = self.language == "en" and self.sold in ("service", "unsure")
        several = several and occasion(self.product) not in ("place", "stay", "visit")  # but "Workshop: Clay included"
        return [name for name in names if " " in name] or names[:1] if several else names

    def beside(self, fact: str) -> str:
        """Return a fact beside the product, or beside who sells it."""
        does = self.sold == "software" and (opening(fact) == "does" or bool(DOES.match(fact)))
        names = [name for name in self.names if not does or " " in name or name == self.product]
        line = beside(names, fact, self.language, brand=self.brand, acts=self.sold in ("goods", "software"))
        return line or (beside([], fact, self.language, brand=self.own_keyword) if self.own_keyword else "")

    @property
    def own_keyword(self) -> str | None:
        """The keyword, where it is a name for what is sold."""
        return self.keyword if self.keyword and not is_searched(self.keyword) else None


def headline_set(mix: Mix, lines: Sequence[str], facts: Sequence[str], **brief: str | None) -> list[str]:
    """Return an ad's headlines: of each kind in `mix`, in its order, at most so many, and no more than fifteen in all.

    `name` is the product with its brand, `keyword` what has the keyword until three lines have it, `lines` what was
    written, `plain` the facts as they are, `tight` those that no line tells yet, in fewer words, `clauses` the second
    halves of facts, `parts` what they say of several things, of each, `joined` name and fact, `shortened` name and a
    part, `paired` two facts, `brand` who sells it, `offer` and `price`, `calls` what asks for a click. A line that says
    no more than one that is there is left out, one with a fact told behind another name or with a number that two have,
    and so is what has no word once emoji are out of it; what `mix` leaves free is filled with further lines. Where four
    facts make fewer than eleven, name and brand stand in a line each. With `once` in the mix no fact stands alone and
    beside a name, though the lines be fewer.
    """
    named = str(brief.get("product") or "")
    whole = [line for line in lines if not any(loses_particle(line, fact) for fact in facts)]
    whole = [with_articles(line, facts) for line in whole if not names_vaguely(line, named, facts)]
    given = {name: SAYING.get(name, worded)(text) if name != "product" else text for name, text in brief.items()}
    whole = [line for line in whole if not any(drops_proviso(line, fact) for fact in facts)]
    whole = [line for line in whole if not (misses_words(line, facts) or is_scrap(line, facts))]
    whole = [line for line in whole if not warns(line) or len(selling(facts)) == len(facts)]
    if (price := given.get("price")) and any(price in fact and has_proviso(fact) for fact in facts):
        given["price"] = None  # "£65" without "parts extra"
    ad = AdMaterial(lines=whole, facts=selling(facts), **given)  # type: ignore[arg-type]
    kept = _composed(mix, ad)
    if len(kept) >= ENOUGH or len(facts) < RICH or not ad.brand:
        return kept
    return max(kept, _composed(mix, replace(ad, apart=True)), key=len)


def _composed(mix: Mix, ad: AdMaterial) -> list[str]:
    kept: list[str] = []
    named = named_numbers((ad.product, ad.brand, ad.category, ad.keyword))
    for kind, allowed in mix.items():
        if kind == ONCE:
            continue
        if kind not in KINDS:
            raise ValueError(f"there is no kind of headline {kind!r}: {', '.join(KINDS)}")
        most, below = (allowed, MOST) if isinstance(allowed, int) else allowed
        made = KINDS[kind](ad, kept)
        gapped = (line for line in made if kind in DIVIDING or not misses_words(line, ad.facts))
        lines: Iterable[str] = (line for line in gapped if not is_scrap(line, ad.facts))
        if ONCE in mix and kind in REPEATING:
            lines = (line for line in lines if adds_word(line, kept, ad))
        _take(kept, lines, most, below, named)
    _take(kept, ad.lines, MOST, MOST, named)
    if ONCE in mix:
        return _naming(kept, ad)
    if "paired" in mix and len(ad.facts) >= RICH:  # an ad that has too few tells a number beside another fact once more
        _take(kept, _paired(ad, kept), MOST, ENOUGH, named, told=TOLD + 1)
    return kept


def adds_word(line: str, kept: Sequence[str], ad: AdMaterial) -> bool:
    """Tell whether a line says anything that neither those `kept` nor the names say."""
    told = bag_of(" ".join([*kept, *ad.names, ad.brand or "", ad.keyword or "", ad.category or ""]))
    return bool(bag_of(line) - told - neutral())


def _naming(kept: Sequence[str], ad: AdMaterial) -> list[str]:
    """Return the lines with facts beside the product in place of the facts alone, until three lines name it."""
    lines = list(kept)
    for fact in reversed(ad.facts):
        if sum(any(has_phrase(line, name) for name in ad.names) for line in lines) >= KEYWORDS:
            break
        alone, named = ad_line(fact), ad.beside(fact)
        if alone in lines and any(has_phrase(named, name) for name in ad.names) and bag_of(alone) <= bag_of(named):
            lines[lines.index(alone)] = named
    return lines


def _take(
    kept: list[str], lines: Iterable[str], most: int, below: int, named: frozenset[str], told: int = TOLD
) -> None:
    """Add at most so many `lines` to those `kept`, as long as there are fewer than `below`, and none that says what is
    told often enough, a number in `told` lines; those `named` by a name may stand in all."""
    for line in lines:
        if most <= 0 or len(kept) >= min(below, MOST):
            return
        repeats = told_enough(line, kept, named, told) or any(twins(line, other) for other in kept)
        if has_words(line) and measure(line, "width") <= WIDTH and not repeats:
            kept.append(line)
            most -= 1


def _name(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    product = capital(ad.product)
    if ad.brand and not ad.apart and not says_twice(f"{product}: {ad.brand}"):
        branded = (owned_name(product, ad.brand, pattern) for pattern in _owned(ad.language))
        yield from (line for line in branded if line.count(" by ") < 2)
    shorter = [name for name in short_names(ad.product)[:3] if ad.language != "en" or " " in name]
    names = [capital(name) for name in dict.fromkeys((ad.product, *shorter))]
    doubled = [name for name in names if ad.keyword and not has_phrase(name, ad.keyword) and twins(ad.keyword, name)]
    yield from (*(name for name in names if name not in doubled and (" " in name or not doubled)), *names)


def _with_keyword(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield lines with the keyword, until three have it: alone, beside a short fact, offer, price, of a brand."""
    keyword = ad.keyword
    if not keyword:
        return
    lines = [capital(keyword)] if is_searched(keyword) else [capital(keyword), *_of_keyword(ad, keyword)]
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
    yield from _keyword_with_tail(ad, keyword)
    calls = ad.keyword_calls
    yield from calls[:1]
    if ad.brand:
        yield from (owned_name(capital(keyword), ad.brand, pattern) for pattern in _owned(language))
    yield from calls[1:]


def _plain(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    lines = ((ad_line(fact), fact) for fact in ad.facts)
    yield from (line for line, fact in lines if not loses_time(line, fact) and not loses_bound(line, fact))


def _tight(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield the facts of which no line says anything yet in fewer words, and the beginnings that are true alone."""
    for fact in filter(has_words, ad.facts):
        words = bag_of(fact)
        if not any(bag_of(line) <= words or words <= bag_of(line) for line in kept):
            yield from [
                line
                for line in map(capital, (*shorter_whole(fact), *other_lines(fact)))
                if measure(line, "width") <= WIDTH and not is_bare_thing(line, fact)
            ][:1]


def _clauses(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    yield from (line for fact in ad.facts for line in clauses(fact))


def _joined(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield each fact beside the product, those first that no line tells yet, then offer and price beside it."""
    told = {fact: any(twins(ad_line(fact) or fact, line) for line in kept) for fact in ad.facts}
    yield from map(ad.beside, sorted(ad.facts, key=lambda fact: told[fact]))
    for deal in filter(None, (ad.offer, ad.price)):
        if len(kept) < FULL or not any(has_phrase(line, deal) for line in kept):
            yield ad.beside(deal)


def _parts(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    yield from (capital(part) for fact in ad.facts if not parts_badly(fact) for part in parts(fact))


def _shortened(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield the beginnings and parts of facts beside the product, in turn one of each fact."""
    untold = [fact for fact in ad.facts if ad.beside(fact) not in kept and not parts_badly(fact)]
    for together in zip_longest(*(other_lines(fact) for fact in untold)):
        yield from (ad.beside(one) or capital(one) for one in together if one)


def _paired(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield two facts in one line, in turn beside the product and by themselves, so that each stands in one or so."""
    before = len(kept)
    further = [name for name in (ad.brand, ad.own_keyword) if name]
    named = two_in_one(ad.facts, ad.language, [*ad.names, *further])
    for lines in zip_longest(named, reversed([*two_in_one(ad.facts, ad.language)])):
        yield from (line for line in lines if line and len(kept) - before < len(ad.facts) // 2)


def _category(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield the product under its category, where no line has that yet: "Kitchen: Knife sharpener", not "Event: Fair";
    or, with whom it is for, "Software for cafes"."""
    if len(ad.facts) < RICH or not ad.category or any(line.lower().startswith(ad.category.lower()) for line in kept):
        return
    found = TAIL.search(ad.product)
    if found and offering(ad.category, None, further=True) == "software" and found.group().startswith(" for "):
        yield capital(ad.category) + found.group()
    if has_words(ad.category) and ad.category.casefold() not in word_lists()["empty_categories"]:
        pattern: str = in_language(word_lists()["named_fact"], ad.language)
        further = "" if has_phrase(ad.product, ad.category) else ad.own_keyword or ""
        names = [name for name in (*ad.names, further) if " " in name or (name and ad.language == "zh")]
        lines = (pattern.format(name=capital(ad.category), fact=capital(name)) for name in names)
        yield from [line for line in lines if measure(line, "width") <= WIDTH and not says_twice(line)][:1]


def _keyword_with_tail(ad: AdMaterial, keyword: str) -> Iterator[str]:
    """Yield the keyword with what the product's name ends in: "Shift planner for cafes"."""
    found = TAIL.search(ad.product)
    if found and not says_twice(f"{keyword}:{found.group()}"):
        yield capital(keyword) + found.group()


def _ends(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield the end of a name too wide for a line: "Climbing frame with slide"."""
    found = TAIL.search(ad.product)
    if found and len(ad.facts) >= RICH and measure(ad.product, "width") > WIDTH:
        yield from (capital(name) + found.group() for name in ad.names if not TAIL.search(name))


def _brand(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield who sells it, where no line says so yet."""
    if ad.brand and not any(has_phrase(line, ad.brand) for line in kept):
        shorter = ad.names[1:] if ad.apart else []  # "Smart thermostat" and "Thermostat by Homewarm"
        patterns, names = _owned(ad.language), [capital(name) for name in (*shorter, *ad.names)]
        names = [name for name in names if not says_twice(f"{name}: {ad.brand}")]  # no "Museum by Locks Museum"
        yield from (owned_name(name, ad.brand, pattern) for name in names for pattern in patterns)
        yield ad.brand


def _offer(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    if ad.offer:
        yield capital(ad.offer)


def _price(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    if ad.price and any(has_phrase(line, ad.price) for line in kept):
        return
    told = price_line(ad.price, ad.language, ad.sold)
    if told and ad.price and (ad.sold != "goods" or not is_amount(ad.price)):
        yield ad.beside(ad.price)  # "Piano Tuning: From £60", as nobody takes that home
    yield from filter(None, [told])


def _calls(ad: AdMaterial, kept: Sequence[str]) -> Iterator[str]:
    """Yield calls to action, as many as the keyword's own leave room for, no two with the same verb, and none with one
    that a line begins with."""
    language = ad.language
    begins = [line.split(" ")[0] for line in ad.lines] if language != "zh" else []
    there = {*ad.keyword_calls} & {*kept}
    avoid = frozenset(verb for line in (*begins, *there) for verb in call_verbs(line, language))
    calls = list(drawn_calls(short_names(ad.product), language, ad.category, avoid, seed=ad.seed, sold=ad.sold))
    if ad.sold == "service":  # first one that has its name, "Book Roof Repair", then one that has not
        named = [call for call in calls if any(has_phrase(call, name) for name in ad.names)]
        calls = [*named[:1], *(call for call in calls if call not in named)]
    most = 1 if ad.sold == "unsure" and len(ad.facts) >= RICH else CALLS  # "learn more" twice says one thing
    for call in calls:
        taken = {*calls, *there} & {*kept}
        used = {verb for line in taken for verb in call_verbs(line, language)}
        if len(taken) < most and not call_verbs(call, language) & used:
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
    "category": _category,
    "ends": _ends,
    "offer": _offer,
    "price": _price,
    "calls": _calls,
}


def _owned(language: str) -> list[str]:
    patterns: list[str] = in_language(word_lists()["owned"], language)
    return patterns
