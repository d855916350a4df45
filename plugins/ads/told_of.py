"""Two facts as one sentence that says of what: "The griddle fits two hobs and weighs 5 kg", "Dog boarding: two walks a
day, photos every evening".

What the facts do is said of the one thing that the name is; of several things it would be said wrongly ("Tickets:
leaves at nine"), so these stay as they are. A list after a colon says no more than the brief.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from aigc.content import measure
from aigc_plugins.ads.a_or_an import is_plural, takes_no_article
from aigc_plugins.ads.calls import sold_as
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_forms import short_names
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence, worded
from aigc_plugins.ads.fact_shape import DIVIDED, opening, told_together
from aigc_plugins.ads.faithful import same_word, words_of
from aigc_plugins.ads.given_capitals import behind_colon
from aigc_plugins.ads.word_lists import word_lists

DOES = re.compile(
    r"(?:starts|begins|ends|leaves|departs|arrives|stops|opens|closes|returns|runs|sails)\b|"
    r"[a-z]+[^s\W]s (?:every|at|until|daily)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"(?:you|we|it|they|i|if|when|there|nobody|everyone|everybody)\b", re.IGNORECASE)
ROOMS = (70, 79)  # wide; so that an ending still fits, or at least a short one


def with_subjects(
    texts: Sequence[str],
    facts: Sequence[str],
    product: str,
    language: str,
    *,
    brand: str | None = None,
    offer: str | None = None,
    further: bool = False,
) -> list[str]:
    """Return an ad's descriptions, those of two facts that name nothing with what they are about; in English.

    The second leaves room for the offer. Those that come `further` have the brand, or the product's shortest name, as
    the others have the longer ones.
    """
    if language != "en":
        return list(texts)
    pairs = {told_together(pair, language): pair for pair in combinations(filter(has_words, facts), 2)}
    told: list[str] = []
    for at, text in enumerate(texts):
        less = measure(offer, "width") + 2 if offer and at == 1 and not further else 0
        pair = [fact.strip(FINAL) for fact in pairs.get(text, ())]
        names = _names(product, facts, brand, further=further) if pair else []
        ways = list(_ways(pair, product, facts, names))
        told.append(next((way for room in ROOMS for way in ways if measure(way, "width") <= room - less), text))
    return told


def _names(product: str, facts: Sequence[str], brand: str | None, *, further: bool) -> list[str]:
    """Return what two facts may be said of, that first which an ad says it of first."""
    names = [name for name in short_names(product) if " " in name or name == product]
    sellers = [brand] if brand and worded(brand) else []
    if further:
        return [*sellers, *reversed(names)]
    return [*sellers, *names] if sold_as(product, None, facts) != "goods" else names


def _ways(given: Sequence[str], product: str, facts: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    does = [_opens(fact) in ("do", "does") for fact in given]
    unsuited = "does" if is_plural(product) else "do"
    if any(_opens(fact) == unsuited and fact.split(" ")[0] not in word_lists()["verbs_or_nouns"] for fact in given):
        return
    things = sold_as(product, None, facts) == "goods"
    for name in names:
        if any(does) and name not in short_names(product):
            continue  # who sells it does nothing itself
        if all(does) and things and not takes_no_article(name) and not any(DIVIDED.search(fact) for fact in given):
            yield f"The {in_sentence(name)} {given[0]} and {given[1]}."
        elif given and not _twice(name, given):
            yield f"{capital(name)}: {_listed(given)}."


def does_something(fact: str) -> bool:
    """Tell whether a fact begins with what one thing does: "holds two litres", "sails every hour"."""
    return opening(fact) == "does" or DOES.match(fact) is not None


def _opens(fact: str) -> str:
    return "does" if does_something(fact) else opening(fact)


def _listed(given: Sequence[str]) -> str:
    """Return two facts as they stand behind a colon: what has commas stands apart."""
    joint = "; " if any("," in fact or CLAUSE.match(fact) for fact in given) else ", "
    return joint.join(behind_colon(fact, in_sentence(fact)) for fact in given)


def _twice(name: str, given: Sequence[str]) -> bool:
    """Tell whether the first fact begins with a word of the name: "Piano lessons: lessons of 30 minutes"."""
    first = [word for word in words_of(given[0]) if word not in ("a", "an", "the")][:1]
    return any(same_word(one, word) for one in first for word in words_of(name))
