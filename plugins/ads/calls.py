"""Calls to action: chosen from lists, never written by a model, which would promise what nobody offers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import zip_longest
from typing import Literal, TypeAlias

from aigc.content import measure
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.faithful import same_word
from aigc_plugins.ads.word_lists import TAIL, closing_lists, in_language, occasions, word_lists

WIDTH = 30

ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)  # which the calls have themselves
WHERE = frozenset(["online", "nearby", "local"])

ON = re.compile(r"\s+(?:on|near|around|per|to|and|&)\s+.*$", re.IGNORECASE)  # where a name goes on to say where
DOUBLED = re.compile(r"^(\w{4,}) (?:your |the |our )?\1", re.IGNORECASE)  # "Book Your Bookkeeping"
BUSY = re.compile(r"[a-z]{3,}ing$")

Offering: TypeAlias = Literal["goods", "service", "software"]
Sold: TypeAlias = Literal["goods", "service", "software", "unsure"]


def calls_to_action(language: str = "en", product: str = "", category: str | None = None, count: int = 3) -> list[str]:
    """Return `count` headlines that ask for a click; which ones depends on the product, so a batch varies."""
    calls = in_language(word_lists()["calls"], language)[offering(product, category)]
    return _rotated(calls, product)[:count]


def brief_seed(product: str, facts: Iterable[str]) -> str:
    """Return what an ad's calls are drawn by: a catalogue may have one product in many rows, of other facts each."""
    return "\n".join((product, *facts))


def drawn_calls(
    names: Sequence[str],
    language: str,
    category: str | None,
    avoid: frozenset[str] = frozenset(),
    *,
    seed: str | None = None,
    sold: Sold | None = None,
) -> Iterator[str]:
    """Yield headlines that ask for a click, drawn by an ad's own `seed` (the product's name without one) from all there
    are: in turn a plain one and one that names the product. `names` are the product and its shorter forms, of which the
    longest that fits is used. None has a verb that is to be avoided. Those that are `sold` unsurely ask for no order.
    """
    seed = names[0] if seed is None else seed
    lists = word_lists()
    if sold == "unsure":
        calls = _shuffled(tuple(in_language(lists["neutral_calls"], language)), seed)
        yield from (call for call in calls if not call_verbs(call, language) & avoid)
        return
    kind = sold or offering(names[0], category, further=True)
    fit = occasions()[found] if kind == "service" and (found := occasion(names[0], language)) else {}
    drawn = _shuffled(tuple(fit.get("calls") or in_language(lists["drawn"], language)[kind]), seed)
    plain = [call for call in drawn if not call_verbs(call, language) & avoid]
    named = named_calls(names, language, kind, seed=seed, patterns=fit.get("named"))
    fitting = [call for call in named if not call_verbs(call, language) & avoid]
    yield from plain[:1]
    yield from fitting
    yield from plain[1:]


def named_calls(
    names: Sequence[str],
    language: str,
    kind: Offering,
    part: str = "named_calls",
    *,
    seed: str | None = None,
    patterns: Sequence[str] | None = None,
) -> list[str]:
    """Return the calls of a part of the word lists, or of `patterns`, that fit with a name, those with the first of
    `names` first."""
    every = tuple(patterns or in_language(word_lists()[part], language)[kind])
    if language == "en" and begins_with_deed(names[0]):  # "Rent a cello" asks by itself
        every, names = tuple(word_lists()["deed_calls"]), names[:1]
    elif language == "en" and part in word_lists()["one_thing_calls"] and kind == "goods" and not is_plural(names[0]):
        names = [name for name in names if not TAIL.search(name)]  # no "Shop Chest Freezer for Garage"
        fitting = tuple(word_lists()["one_thing_calls"][part])
        shortest = min((measure(name, "width") for name in names), default=WIDTH)
        every = tuple(one for one in fitting if measure(one.format(name=""), "width") + shortest <= WIDTH)
        every = every or tuple(word_lists()["one_thing_calls"]["short"])
    patterns = _shuffled(every, (names or [""])[0] if seed is None else seed)
    calls = [pattern.format(name=ARTICLE.sub("", name)) for name in names for pattern in patterns]
    calls = [call for call in calls if not DOUBLED.match(call)]
    return [capital(call) for call in calls if measure(call, "width") <= WIDTH]


@lru_cache(maxsize=1 << 12)
def call_verbs(line: str, language: str) -> frozenset[str]:
    """Return what a line asks for, as far as it is a call: the verbs in it that calls have."""
    if language == "zh":
        return frozenset(verb for verb in in_language(word_lists()["call_verbs"], language) if verb in line)
    return frozenset().union(*(_verbs_like(word, language) for word in re.findall(r"[a-z]+", line.lower())))


@lru_cache(maxsize=1 << 12)
def _verbs_like(word: str, language: str) -> frozenset[str]:
    return frozenset(verb for verb in in_language(word_lists()["call_verbs"], language) if same_word(word, verb))


@lru_cache(maxsize=1 << 10)
def begins_with_deed(name: str) -> bool:
    """Tell whether a name is what one does: "Rent a cello", "Paint your own mug"."""
    first, *others = name.lower().split(" ")
    lists = word_lists()
    deeds = {*lists["hires"], *lists["verbs"], *lists["call_verbs"]["en"], *lists["deeds"]}
    return first in deeds and bool(others) and others[0] in lists["determiners"]


def closings(language: str, product: str, category: str | None) -> list[str]:
    """Return the sentences a description may end with; which one comes first depends on the product."""
    return _rotated(in_language(word_lists()["closings"], language)[offering(product, category)], product)


def drawn_closings(
    language: str, product: str, category: str | None, seed: str, *, facts: Sequence[str] | None = None
) -> Sequence[str]:
    """Return all sentences that a description of what is sold may end with, in an order drawn by an ad's own `seed`;
    in turn one that asks for what one does with it and one that fits anything. Those of the second kind only where
    `facts` are given and do not tell what it is."""
    lists = in_language(closing_lists(), language)
    kind = offering(product, category, further=True) if facts is None else sold_as(product, category, facts)
    if kind == "unsure":
        end = "。" if language == "zh" else "."
        neutral = (call.capitalize() + end for call in in_language(word_lists()["neutral_calls"], language))
        return _shuffled(tuple(dict.fromkeys((*lists["any"], *neutral))), seed)
    fit = occasions()[found] if kind == "service" and (found := occasion(product, language)) else {}
    asking = _shuffled(tuple(fit.get("closings") or lists[kind]), seed)
    telling = (line for line in _shuffled(tuple(lists["any"]), seed) if line not in asking)
    return [line for two in zip_longest(asking, telling) for line in two if line]


@lru_cache(maxsize=1 << 10)
def occasion(product: str, language: str = "en") -> str | None:
    """Return what one does with a service instead of booking it, by the last word of its name: one pays a museum a
    `visit` and has a `place` in a course. None where it is booked, as in a repair workshop, or no list is in the
    language."""
    named = [word for word in re.findall(r"\w+", ON.sub("", TAIL.sub("", product.lower()))) if word not in WHERE]
    last = named[-1] if named and language == "en" and not {*named[:-1]} & {*word_lists()["kinds"]["service"]} else ""
    return next((kind for kind, lists in occasions().items() if last in lists["words"]), None)


def sold_as(product: str, category: str | None, facts: Iterable[str]) -> Sold:
    """Return what is sold, `unsure` where neither name nor category nor facts tell: what has a size, a material or the
    name of a thing is goods, what else has no word for a service may be one."""
    return _sold_as(product, category, tuple(facts))


@lru_cache(maxsize=1 << 10)
def _sold_as(product: str, category: str | None, facts: Sequence[str]) -> Sold:
    kind = offering(product, category, further=True)
    if kind != "goods":
        return kind
    lists = word_lists()
    last = TAIL.sub("", product.lower()).rpartition(" ")[2]
    things = {*lists["countable"], *lists["agents"], *lists["ing_things"], *lists["goods_names"]}
    if last in things or last.removesuffix("s") in things or any(head in product for head in lists["heads"]):
        return "goods"
    if (category or "").strip().lower() in lists["goods_categories"]:
        return "goods"
    told = "\n".join((product, *facts)).lower()
    sure = any(sign in told if not sign.isascii() else _word(sign).search(told) for sign in lists["goods_signs"])
    return "goods" if sure else "service" if occasion(product) else "unsure"


@lru_cache(maxsize=1 << 10)
def _word(sign: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){re.escape(sign)}(?![a-z])")


@lru_cache(maxsize=1 << 10)
def offering(product: str, category: str | None, *, further: bool = False) -> Offering:
    """Return what is sold, read from its category and its name: nobody orders a tutor or books a kettle.

    Of Latin words only the last one before a "for" or "in" counts (a travel mug is no travel), leaving out those that
    say where, such as "online". With `further` more words are known.
    """
    kinds: tuple[Offering, ...] = ("software", "service")
    known = {
        kind: [*word_lists()["kinds"][kind], *(word_lists()["further_kinds"][kind] if further else ())]
        for kind in kinds
    }
    either = word_lists()["either_kinds"] if further else ()
    for text, unsure in ((category or "", either), (product, ())):
        named = [word for word in re.findall(r"\w+", TAIL.sub("", text).lower()) if word not in WHERE]
        for kind in kinds:
            words = [word for word in known[kind] if word not in unsure]
            if any(word in named[-1:] or (not word.isascii() and word in text) for word in words):
                return kind
            if further and kind == "service" and text == product and _is_done(text.lower(), words):
                return kind
    return "goods"


def _is_done(name: str, words: Sequence[str]) -> bool:
    """Tell whether a name is of something done: "kayak hire on the lake", "chimney sweeping", "hire a kayak"."""
    lists = word_lists()
    named = re.findall(r"\w+", ON.sub("", TAIL.sub("", name)))
    if len(named) > 1 and named[0] in lists["hires"]:
        return True
    last = named[-1] if named else ""
    busy = BUSY.search(last) and last not in lists["ing_things"] and last.removesuffix("s") not in lists["ing_things"]
    return last in words or bool(busy)


@lru_cache(maxsize=1 << 10)
def _shuffled(lines: tuple[str, ...], seed: str) -> Sequence[str]:
    """Return lines in an order that is the seed's own, as good as random from one seed to the next."""
    return sorted(lines, key=lambda line: sha256(f"{seed}\n{line}".encode()).digest())


def _rotated(lines: list[str], product: str) -> list[str]:
    start = zlib.crc32(product.encode()) % len(lines)
    return lines[start:] + lines[:start]
