"""Longer texts of ads in the brief's own words: long headlines, short descriptions, Baidu's titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc.content import measure
from aigc_plugins.ads.calls import brief_seed, drawn_closings, sold_as
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.compose import owned_name, price_line
from aigc_plugins.ads.fact_lines import FINAL, ad_sentence, has_words, in_sentence, offered, shared_out, worded
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.provisos import selling
from aigc_plugins.ads.sure_forms import other_lines, shorter_whole
from aigc_plugins.ads.word_lists import TAIL, in_language, word_lists

LONG_HEADLINE, MOST_LONG = 90, 5
DESCRIPTION, SHORT, MOST_DESCRIPTIONS = 90, 60, 5
TITLE = 50  # of Baidu
DIVIDED = re.compile("[，；]")


def long_headlines(facts: Sequence[str], *, product: str, language: str = "en", offer: str | None = None) -> list[str]:
    """Return up to five headlines of at most 90, each with the product and two facts, or one."""
    named: str = in_language(word_lists()["named_fact"], language)
    facts = selling(facts)
    kept: list[str] = []
    name = capital(product.strip(FINAL))
    told = [told_together(pair, language, LONG_HEADLINE).rstrip(FINAL) for pair in shared_out(facts, MOST_LONG)]
    paired = " ".join(told).casefold()
    single = [bare for fact in facts if (bare := fact.strip(FINAL)).casefold() not in paired]
    single += [form for fact in single for form in (*shorter_whole(fact), *other_lines(fact))[:1]] if not told else []
    for text in (*told, *single, offered(offer) or ""):
        for called in dict.fromkeys((name, TAIL.sub("", name))):
            line = named.format(name=called, fact=in_sentence(text))
            if text and ". " not in line and measure(line, "width") <= LONG_HEADLINE and line not in kept:
                kept.append(line)
                break
    return kept[:MOST_LONG] or [name]


def asset_descriptions(
    facts: Sequence[str],
    *,
    product: str,
    language: str = "en",
    offer: str | None = None,
    price: str | None = None,
) -> list[str]:
    """Return two to five descriptions of at most 90, the first of at most 60, as Performance Max wants one."""
    sold = sold_as(product, None, facts)
    short = (ad_sentence(fact, product, language, SHORT) for fact in facts)
    first = next(filter(None, short), "") or ad_sentence(product, "", language, SHORT)
    rest = [told_together(pair, language) for pair in shared_out(facts)]
    rest += [ad_sentence(fact, product, language, DESCRIPTION, once=True) for fact in facts[1:]]
    rest += [_sentence(one, language) for one in (offered(offer), price_line(price, language, sold)) if one]
    rest.append(_sentence(capital(product), language))
    return list(dict.fromkeys(filter(None, [first, *rest])))[:MOST_DESCRIPTIONS]


def baidu_title(facts: Sequence[str], *, product: str, brand: str | None = None, wildcard: bool = False) -> str:
    """Return the product, with its brand where that fits, and the first fact, of five and more two, within 50; with
    `wildcard` the product stands in braces, for Baidu to put what was searched for in its place."""
    name = f"{{{product}}}" if wildcard else product
    for called in _names(name, brand):
        for count in range(_in_title(facts), -1, -1):
            title = "，".join(filter(has_words, facts[:count]))
            line = f"{called}：{title}" if title else called
            if measure(line.replace("{", "").replace("}", ""), "width") <= TITLE:
                return line
    return name


def _in_title(facts: Sequence[str]) -> int:
    return 2 if len(facts) > 4 else 1


def _names(name: str, brand: str | None) -> Iterator[str]:
    if worded(brand) and str(brand) not in name:
        yield owned_name(name, str(brand), "{brand}{product}")
    yield name


def baidu_descriptions(
    facts: Sequence[str],
    *,
    product: str,
    brand: str | None = None,
    offer: str | None = None,
    price: str | None = None,
    width: int = 80,
) -> list[str]:
    """Return two descriptions of at most `width`: the facts that the title does not tell, then price and offer; where
    nothing is left for one of them, it asks for a click."""
    title = baidu_title(facts, product=product, brand=brand)
    told = [one.strip(FINAL) for one in facts if has_words(one)]
    told = [one for one in told if one not in title.partition("：")[2]]
    half = (len(told) + 1) // 2
    ends = [one for one in (price_line(price, "zh", sold_as(product, None, facts)), offered(offer)) if one]
    first, second = [*told[:half]] or ends[:1], [*told[half:], *(ends if told else ends[1:])]
    calls = list(drawn_closings("zh", product, None, brief_seed(product, facts), facts=facts))
    return [_packed(first, width) or calls[0], _packed(second, width) or calls[1]]


def _packed(parts: Sequence[str], width: int) -> str:
    for count in range(len(parts), 0, -1):
        joint = "；" if count > 1 and any(DIVIDED.search(part) for part in parts[:count]) else "，"
        text = joint.join(parts[:count]) + "。"
        if measure(text, "width") <= width:
            return text
    return ""


def _sentence(text: str, language: str) -> str:
    return capital(text.strip(FINAL)) + ("。" if language == "zh" else ".")
