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
from aigc_plugins.ads.given_capitals import behind_colon
from aigc_plugins.ads.provisos import selling
from aigc_plugins.ads.sure_forms import other_lines, shorter_whole
from aigc_plugins.ads.word_lists import TAIL, in_language, word_lists

LONG_HEADLINE, MOST_LONG = 90, 5
DESCRIPTION, SHORT, MOST_DESCRIPTIONS = 90, 60, 5
LEAST_DESCRIPTIONS = 2
LEAST_WORDS = 4  # of a fact that stands alone in ninety characters: no "Sea kayak trip: from age 10"
TITLE = 50  # of Baidu
DIVIDED = re.compile("[，；]")


def long_headlines(facts: Sequence[str], *, product: str, language: str = "en", offer: str | None = None) -> list[str]:
    """Return up to five headlines of at most 90, each with the product and two facts, or one."""
    named: str = in_language(word_lists()["named_fact"], language)
    facts = selling(facts)
    kept: list[str] = []
    name = capital(product.strip(FINAL))
    pairs = [list(facts[at : at + 2]) for at in range(0, len(facts) - 1, 2)] if len(facts) > 2 else shared_out(facts)
    told = [_listed(pair, language) for pair in pairs]
    paired = " ".join(told).casefold()
    single = [bare for fact in facts if (bare := fact.strip(FINAL)).casefold() not in paired]
    single = [one for one in single if len(one.split()) >= LEAST_WORDS or not one.isascii()]
    single += [form for fact in single for form in (*shorter_whole(fact), *other_lines(fact))[:1]] if not told else []
    for text in (*told, *single, offered(offer) or ""):
        for called in dict.fromkeys((name, TAIL.sub("", name))):
            line = named.format(name=called, fact=behind_colon(text, in_sentence(text)))
            if text and not re.search(r"[.?!] ", line) and measure(line, "width") <= LONG_HEADLINE and line not in kept:
                kept.append(line)
                break
    return kept[:MOST_LONG] or [name]


def _listed(facts: Sequence[str], language: str) -> str:
    """Return two facts as they stand behind a name and a colon, with a semicolon where nothing else joins them."""
    text = told_together(facts, language, LONG_HEADLINE).rstrip(FINAL)
    return "; ".join(map(in_sentence, (one.strip(FINAL) for one in facts))) if ". " in text else text


def asset_descriptions(
    facts: Sequence[str],
    *,
    product: str,
    language: str = "en",
    offer: str | None = None,
    price: str | None = None,
) -> list[str]:
    """Return two to five descriptions of at most 90, the first of at most 60, as Performance Max wants one.

    Each fact stands in one of them; one tells offer and price, and asks for a click.
    """
    told = [*selling(facts), *(fact for fact in facts if fact not in selling(facts))]  # a closing day comes last
    told = list(filter(has_words, dict.fromkeys(told)))
    names = [product, TAIL.sub("", product)]
    shorts = ((fact, name, ad_sentence(fact, name, language, SHORT)) for name in names for fact in told)
    fact, _, first = next((one for one in shorts if _says_name(one[2], one[1])), ("", "", ""))
    rest = [one for one in told if one != fact]
    ends = [one for one in (offered(offer), price_line(price, language, sold_as(product, None, facts))) if one]
    end = _together(ends, language)
    texts = [first or ad_sentence(product, "", language, SHORT), *_in_pairs(rest, language, MOST_DESCRIPTIONS - 2)]
    calls = list(drawn_closings(language, product, None, brief_seed(product, facts), facts=facts))
    texts.append(_together([*ends, calls[0]], language) if end else "")
    texts = list(dict.fromkeys(filter(None, texts)))
    if len(texts) < LEAST_DESCRIPTIONS:
        texts.append(_together([product, calls[0]], language))
    return texts[:MOST_DESCRIPTIONS]


def _says_name(text: str, name: str) -> bool:
    return text.casefold().startswith(name.casefold())


def _in_pairs(facts: Sequence[str], language: str, most: int) -> Iterator[str]:
    """Yield sentences of two facts, or of one, so that each fact stands in one of them, up to so many."""
    left, count = list(facts), 0
    while left and count < most:
        text = told_together(left[:2], language, DESCRIPTION)
        both = len(left) > 1 and text and text != told_together(left[:1], language, DESCRIPTION)
        del left[: 2 if both else 1]
        if text:
            count += 1
            yield text


def _together(texts: Sequence[str], language: str) -> str:
    """Return sentences in a row, fewer where not all fit into a description."""
    for count in range(len(texts), 0, -1):
        text = ("" if language == "zh" else " ").join(_sentence(one, language) for one in texts[:count])
        if measure(text, "width") <= DESCRIPTION:
            return text
    return ""


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
