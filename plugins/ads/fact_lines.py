"""Facts of a brief as lines and sentences, without a model: how they are worded, shortened and shared out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from aigc.content import ends_dangling, measure
from aigc.content.numbers import is_currency
from aigc.types import Json
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.given_capitals import begins_with_name, behind_colon
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.word_lists import CJK, TAIL, in_language, word_lists
from aigc_plugins.rules.worded_shares import lost_share
from aigc_plugins.text.emoji import strip_emoji

FINAL = " .。!！;；,，"
ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)
LISTED = re.compile(r"\b(?:an?|the)\s+\S+$", re.IGNORECASE)
LONG_NAME = 34  # wide; two sentences that share more say little else
CURRENCY = re.compile(r"[^\W\d_]+\.?|[^\w\s.,'’]")  # a word or sign that may be one
BARE_NUMBER = re.compile(r"[-+]?\d[\d.,'’ ]*")
WORDED = re.compile(r"[^\W_]")
BEGUN = re.compile(r",\s*\S+$")  # a clause of which only the first word would stay
DENYING = re.compile(r"\b(?:no|not|without|never|none|free of|free from)\b", re.IGNORECASE)
LOOSE_END = re.compile(r"[,;:(–—]|\s(?:at|by|for|from|in|of|on|to|under|with|without|and|or)\s", re.IGNORECASE)
LIMITING = re.compile(
    r"\b(?:up to|over|under|from|at least|at most|less than|minus)\s+[\d.,]+|最多|最高|至少", re.IGNORECASE
)


def fact(value: Json, phrase: str) -> str | None:
    """Return a value put into words, as `horsepower | fact("{} horsepower")`; None where the value is unknown."""
    text = "" if value is None else str(value).strip()
    return phrase.replace("{}", text) if text else None


@lru_cache(maxsize=1 << 12)
def ad_line(text: str, width: int = 30) -> str:
    """Return a fact as a line of at most `width`: whole, or without its tail, or empty where that would mislead, or the
    fact has no word."""
    text = text.strip(FINAL) if has_words(text) else ""
    for line in (text, ARTICLE.sub("", text)):
        if measure(line, "width") <= width:
            return capital(line)
    text = ARTICLE.sub("", text)
    line = _without_tail(text, width)
    lost = text[len(line) :]
    parted = re.search(r"\d", line) and re.search(r"\d", lost)  # "charges for 5 hours | in 10 minutes"
    bent = LIMITING.search(lost) or DENYING.search(lost) or lost_share(line, text)
    if not line or parted or bent or (len(line.split()) < 2 and not CJK.search(line)):
        return ""
    return capital(line)


def ad_sentence(
    item: Json, product: str = "", language: str = "en", width: int = 90, *, index: int = 0, once: bool = False
) -> str:
    """Return as many of one or more facts as fit into a plain sentence, which names the product where one is given.

    A name too long to stand beside a fact loses its tail. The sentence is empty where no fact fits, and where it is not
    the first (`index` counts from 0) about a name so long that two sentences would be alike. With `once` a fact that
    begins with the name's last word goes without the name: "Kettle holds 1.7 litres."
    """
    given = [str(one).strip(FINAL) for one in (item if isinstance(item, list) else [item]) if has_words(str(one))]
    if not given:
        return ""
    pattern: str = in_language(word_lists()["stated"], language)
    joint = in_language(word_lists()["joined"], language)
    if index and measure(product, "width") > LONG_NAME:
        return ""
    names = dict.fromkeys(capital(name) for name in (product, TAIL.sub("", product)) if name)
    last = TAIL.sub("", product).lower().rpartition(" ")[2]
    if once and last.isalpha() and given[0].lower().startswith(last):
        names.clear()
    for count in range(len(given), 0, -1):
        first = behind_colon(given[0], in_sentence(given[0])) if once else in_sentence(given[0])
        facts = joint.join([first, *given[1:count]])
        for sentence in (*(pattern.format(product=name, facts=facts) for name in names), _sentence(facts, language)):
            if measure(sentence, "width") <= width:
                return sentence
    short = ad_line(given[0], width - 1)
    return _sentence(short, language) if short else ""


@lru_cache(maxsize=1 << 12)
def has_words(fact: str) -> bool:
    """Tell whether a text says anything: not where it is "-" or "…", or nothing but signs that no ad shows."""
    return WORDED.search(fact if fact.isascii() else strip_emoji(fact, symbols=True)) is not None


def worded(text: str | None) -> str | None:
    """Return a text that says anything; None in place of any other."""
    return text if text and has_words(text) else None


def priced(price: str | None) -> str | None:
    """Return a price that says how much; None in place of one that does not: `on request`, `N/A €`, `0.00 €`."""
    return worded(price) if price and any(map(_counts, price)) else None


def owned_name(product: str, brand: str | None, language: str = "en") -> str:
    """Return a product with whose it is: "Compost bin by Meadowly"; before a name whose end "by" would be read with, as
    "Blanket, striped" or "Tuning at home", the brand comes first."""
    name, owner = capital(product.strip(FINAL)), worded(brand)
    if not owner or owner.casefold() in name.casefold():
        return name
    if language == "zh":
        return f"{owner}{name}"
    return f"{owner} {in_sentence(name)}" if LOOSE_END.search(name) else f"{name} by {owner}"


def is_amount(price: str) -> bool:
    """Tell whether a price begins with the amount, so that "Yours for" can stand before it, and not "from $19"."""
    before = re.split(r"\d", price, maxsplit=1)[0].strip()
    return (not before or is_currency(before)) and any(map(is_currency, CURRENCY.findall(price)))


def offered(offer: str | None) -> str | None:
    """Return an offer that says anything; None in place of one that is nothing but a number, which may be a share, an
    amount or a number of things."""
    return None if offer and BARE_NUMBER.fullmatch(offer.strip()) else worded(offer)


def _counts(sign: str) -> bool:
    return sign.isnumeric() and unicodedata.numeric(sign, 0) > 0


def introduced(facts: Sequence[str]) -> list[str]:
    """Return the facts whose sentence also names the product: the first, and one more where `paired` leaves one."""
    told = _warned_of_beside(facts)
    return [told[at] for at in _alone(len(facts))]


def paired(facts: Sequence[str]) -> list[list[str]]:
    """Return the facts that are told two by two; with those `introduced` they make four descriptions at most."""
    told = _warned_of_beside(facts)
    return [list(told[start : start + 2]) for start in _starts(len(facts))]


def _alone(many: int) -> list[int]:
    """Return the places of the facts that have a sentence each."""
    second = {2: 1, 4: 3}.get(many, 3 if many > 5 else 0)
    return ([0, second] if second else [0])[:many]


def _starts(many: int) -> Sequence[int]:
    """Return the places at which a pair of facts begins."""
    return {3: (1,), 4: (1,), 5: (1, 3)}.get(many, (1, 4) if many > 5 else ())


def _warned_of_beside(facts: Sequence[str]) -> list[str]:
    """Return the facts with a warning that would have a sentence for itself, "not for the dishwasher", second in a pair
    that has none."""
    told = list(facts)
    for at in _alone(len(facts)):
        for start in _starts(len(facts)) if warns(told[at]) else ():
            if not (warns(told[start]) or warns(told[start + 1])):
                told[at], told[start + 1] = told[start + 1], told[at]
                break
    return told


def shared_out(facts: Sequence[str], count: int = 4) -> list[list[str]]:
    """Return up to so many pairs of facts, in which each fact stands about as often as every other."""
    places = list(combinations(range(len(facts)), 2))
    told: Counter[int] = Counter()
    pairs: list[list[str]] = []
    while places and len(pairs) < count:
        best = min(places, key=lambda pair: sorted((told[pair[0]], told[pair[1]]), reverse=True))
        places.remove(best)
        told.update(best)
        pairs.append([facts[at] for at in best])
    return pairs


def _without_tail(text: str, width: int) -> str:
    """Return the longest beginning of at most `width` that ends where a clause or a phrase does, or nothing."""
    places = {match.start() for mark in word_lists()["clauses"] for match in re.finditer(re.escape(mark), text)}
    for place in sorted(places, reverse=True):
        line = text[:place].rstrip(FINAL)
        listed = text[place] == "," and LISTED.search(line)  # "for a slow, even pour"
        if measure(line, "width") <= width and not ends_dangling(line) and not listed and not BEGUN.search(line):
            return line
    return ""


def _sentence(text: str, language: str) -> str:
    return capital(text.strip(FINAL)) + ("。" if language == "zh" else ".")


def in_sentence(text: str) -> str:
    """Return the text for the middle of a sentence; abbreviations and names keep their capital."""
    first = text.split(" ")[0]
    if re.split(r"\W", first)[0] in word_lists()["capitals"] or begins_with_name(text):
        return text
    return text if any(char.isupper() or char.isdigit() for char in first[1:]) else text[:1].lower() + text[1:]
