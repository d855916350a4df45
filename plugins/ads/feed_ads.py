"""Ads between posts: the text over the picture, the headline and the line under it, in the brief's own words.

What a platform takes is data (`ad_platforms.yaml`). Texts keep to what is seen before "more" as far as one fact does;
nothing is cut within a fact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc import check
from aigc.content import measure
from aigc.errors import JobError, did_you_mean
from aigc.types import Draft, Finding
from aigc_plugins.ads.calls import offering, sold_as
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.compose import owned_name, price_line
from aigc_plugins.ads.fact_forms import short_names
from aigc_plugins.ads.fact_lines import ad_sentence, has_words, offered, worded
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.provisos import selling
from aigc_plugins.ads.word_lists import TAIL, in_language, word_lists
from aigc_plugins.text.emoji import PICTURES, strip_emoji

FINAL = " .。;；"
SENTENCE = 90  # how wide one is at most
FURTHER = 4  # facts that a text tells beside the first


@dataclass(frozen=True, slots=True, kw_only=True)
class AdBound:
    """This is how long a text of an ad may be, and how long it is advised to be, counted as a platform counts."""

    counter: str
    advised: int
    most: int

    def size(self, text: str) -> int:
        """Return how long a text is."""
        return measure(text, self.counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdPlatform:
    """This is what one platform takes: its texts by field, its buttons by what is sold, what no text there may have."""

    title: str
    source: str
    checked_on: str
    texts: Mapping[str, AdBound]
    actions: Mapping[str, str]
    never: Sequence[str] = ()
    emoji: bool = True


@cache
def ad_platforms() -> Mapping[str, AdPlatform]:
    """Return what each platform takes, by its name in briefs."""
    import yaml

    text = files("aigc_plugins.ads").joinpath("ad_platforms.yaml").read_text(encoding="utf-8")
    return {name: _read(values) for name, values in yaml.safe_load(text).items()}


def _read(values: Mapping[str, Any]) -> AdPlatform:
    return AdPlatform(**{**values, "texts": {name: AdBound(**one) for name, one in values["texts"].items()}})


def ad_platform(name: str) -> AdPlatform:
    """Return what a platform takes; a JobError names those there are."""
    known = ad_platforms()
    if name not in known:
        raise JobError(f"platform: there is none called {name!r}", hint=did_you_mean(name, known))
    return known[name]


@pass_context
def feed_part(context: Context, part: str) -> str:
    """Return a part of an ad for a brief's platform: primary_text, headline, description or action; empty where the
    platform has no such part."""
    values = context.get_all()
    platform = ad_platform(str(values["platform"]))
    if part == "action":
        return _action(platform, values)
    bound = platform.texts.get(part)
    if bound is None:
        return ""
    text = _headline(values, bound) if part == "headline" else _beside(values, platform)[part == "description"]
    return text if platform.emoji else strip_emoji(text)


def _beside(values: Mapping[str, Any], platform: AdPlatform) -> tuple[str, str]:
    """Return the text over the picture and the line under it, which are seen together: neither says what the other
    does. A line that not every reader is shown takes a fact that the text has no room for, else the offer or price from
    its end, else nothing."""
    over, under = platform.texts["primary_text"], platform.texts.get("description")
    text = _primary_text(values, over)
    if under is None:
        return text, ""
    lines = _descriptions(values, under)
    if further := next((line for line in lines if not _tells(text, line)), ""):
        return text, further
    ends = [line for line in lines if line in _ends(values)]
    return (_primary_text(values, over, without=ends[0]), ends[0]) if ends else (text, "")


def _tells(text: str, line: str) -> bool:
    """Tell whether a text says a line, be it with other marks and spaces."""
    return _letters(line) in _letters(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _primary_text(values: Mapping[str, Any], bound: AdBound, without: str = "") -> str:
    """Return sentences up to the advised length: the product with the first fact, then the others two by two, then the
    price and the offer, `without` one of these."""
    language, facts = str(values.get("language") or "en"), _facts(values)
    product = str(values["product"])
    narrow = min(SENTENCE, bound.most)
    first = ad_sentence(facts[0], product, language, narrow, once=True) or capital(product.strip(FINAL))
    rest = [told_together(pair, language) for pair in _in_twos(facts[1:])]
    end = [line for line in reversed(_ends(values)) if line != without]
    joint = "" if language == "zh" else " "
    text = first
    for one in filter(None, [*rest[:1], *end, *rest[1:]]):
        longer = text + joint + _ended(one, language)
        if bound.size(longer) <= bound.advised:
            text = longer
    return text


def _in_twos(facts: Sequence[str]) -> list[Sequence[str]]:
    """Return facts two by two, each once: four at most, and the first one alone where there is no other."""
    return [facts[at : at + 2] for at in range(0, min(len(facts), FURTHER), 2)]


def _headline(values: Mapping[str, Any], bound: AdBound) -> str:
    """Return the product with its brand, as much of it as is advised."""
    product, brand = str(values["product"]).strip(FINAL), worded(values.get("brand"))
    language = str(values.get("language") or "en")
    owned = owned_name(capital(product), brand, in_language(word_lists()["branded"], language)) if brand else ""
    names = list(filter(None, [owned, capital(product), capital(TAIL.sub("", product))]))
    shorter = [capital(name) for name in short_names(product) if " " in name]
    fitting = [name for name in (*names, *shorter) if bound.size(name) <= bound.advised]
    return (fitting or [min(names[-2:], key=bound.size)])[0]  # longer than advised, but no stump of a name


def _ends(values: Mapping[str, Any]) -> list[str]:
    """Return the offer and the price, as far as there are such, as lines."""
    language = str(values.get("language") or "en")
    sold = sold_as(str(values["product"]), values.get("category"), _facts(values))
    told = price_line(values.get("price"), language, sold)
    return list(filter(None, [capital(offered(values.get("offer")) or ""), told]))


def _descriptions(values: Mapping[str, Any], bound: AdBound) -> list[str]:
    """Return the offer, the price and the facts that the text above does not begin with, as far as they are short
    enough whole: no "sewn in a workshop" of where and how."""
    lines = [*_ends(values), *(plain_line(fact, bound.advised, 1.0) for fact in selling(_facts(values))[1:])]
    return [line for line in lines if line and bound.size(line) <= bound.advised]


def _action(platform: AdPlatform, values: Mapping[str, Any]) -> str:
    kind = offering(str(values["product"]), values.get("category"), further=True)
    return platform.actions[kind if values.get("price") or kind != "goods" else "other"]


def _facts(values: Mapping[str, Any]) -> list[str]:
    return [one for fact in values["benefits"] if has_words(one := " ".join(str(fact).split()))] or [""]


def _ended(text: str, language: str) -> str:
    return text if text.endswith((".", "。", "!", "！", "?", "？")) else text + ("。" if language == "zh" else ".")


@check
def keeps_ad_limits(draft: Draft) -> Iterator[Finding]:
    """The texts of an ad are no longer than their platform (the input `platform`) takes, and have nothing in them that
    it refuses."""
    platform = _platform(draft)
    for name, bound in platform.texts.items():
        text = str(draft.fields.get(name) or "")
        if (size := bound.size(text)) > bound.most:
            yield Finding(message=f"counts {size} ({bound.counter}), at most {bound.most}", field=name)
        for word in platform.never:
            if word.lower() in text.lower():
                yield Finding(message=f"has {word!r}, which {platform.title} takes in no ad", field=name)
        if not platform.emoji and (found := PICTURES.search(text)):
            yield Finding(message=f"has {found.group()!r}: {platform.title} takes no emoji", field=name)


@check(severity="note")
def keeps_ad_advice(draft: Draft) -> Iterator[Finding]:
    """The texts of an ad are seen whole on their platform, before a click on "more"."""
    platform = _platform(draft)
    for name, bound in platform.texts.items():
        if (size := bound.size(str(draft.fields.get(name) or ""))) > bound.advised:
            yield Finding(message=f"counts {size} ({bound.counter}), {bound.advised} are advised", field=name)


def _platform(draft: Draft) -> AdPlatform:
    return ad_platform(str(draft.brief.values.get("platform")))
