"""The whole ad from its lines: which headlines, in which order, how a description ends, what the display path says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc.content import limit_of, measure, trim
from aigc.extension import postprocessor
from aigc.types import Field
from aigc_plugins.ads.calls import closings
from aigc_plugins.ads.facts import FINAL
from aigc_plugins.ads.words import CJK, said_in, words

HEADLINES, HEADLINE = 15, 30  # how many, how wide
DESCRIPTION, PATH = 90, 15
CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]{2,3}")
# A product's name may end before one of these: "Invoice software | for freelancers".
TAIL = re.compile(r"\s+(?:for|with|at|in|of|from|by|to)\s+.*$", re.IGNORECASE)


def ad_headlines(
    lines: Sequence[str],
    *,
    product: str,
    language: str = "en",
    brand: str | None = None,
    keyword: str | None = None,
    offer: str | None = None,
    price: str | None = None,
    calls: Sequence[str] = (),
) -> list[str]:
    """This is the headlines in their order: product, keyword, the written `lines`, price, offer, calls.

    Composed ones step back: one that says no more than a line already there is left out, and so is one too wide.
    """
    first = [product_line(product, brand, language), keyword or ""]
    last = [said_in(words()["price"], language).format(price=price) if price else "", offer or "", *calls]
    kept: list[str] = []
    for text in first:
        if _fits(text) and not any(_says_no_more(text, other) for other in (*kept, *lines)):
            kept.append(_titled(text))
    kept += lines
    for text in last:
        if _fits(text) and not any(_says_no_more(text, other) for other in kept):
            kept.append(_titled(text))
    return kept[:HEADLINES]


def ad_descriptions(
    introductions: Sequence[str],
    pairs: Sequence[str],
    *,
    product: str,
    language: str = "en",
    category: str | None = None,
) -> list[str]:
    """This is the descriptions: those that name the product and those that tell facts in turn, and never one alone."""
    texts = [text for two in zip(introductions, pairs, strict=False) for text in two]
    texts += [*introductions[len(pairs) :], *pairs[len(introductions) :]]
    name = product_name(product)
    spare = [
        f"{name}。{line}" if language == "zh" else f"{name}. {line}" for line in closings(language, product, category)
    ]
    for text in spare:
        if len(texts) < 2 and measure(text, "width") <= DESCRIPTION:
            texts.append(text)
    return texts[:4]


@postprocessor
def close_description(text: str, field: Field) -> str:
    """Fill a search ad's description up to its limit: the brief's offer, then a call to action.

    The second description carries the offer. A text that already ends with a call stays.
    """
    values = field.draft.brief.values
    product, category = str(values.get("product") or ""), values.get("category")
    language = field.draft.language
    calls = closings(language, product, category)
    if text.endswith(tuple(calls)):
        return text
    found = re.search(r"\[(\d+)\]", field.path)
    place = int(found[1]) if found else 0
    call = calls[place % len(calls)]
    offer = str(values.get("offer") or "").strip(FINAL) if place == 1 else ""
    extra = _sentence(offer, language) if offer else ""
    limit = limit_of(field.schema)
    most = limit[1] if limit else DESCRIPTION
    for sentences in ([extra, call], [extra], [call]):
        joint = "" if language == "zh" else " "
        closed = joint.join([text, *filter(None, sentences)])
        if measure(closed, "width") <= most:
            return closed
    return text


def display_path(product: str, *, brand: str | None = None, category: str | None = None) -> tuple[str, str]:
    """This is path1 and path2 of the shown address, each at most 15 wide; path2 may be empty."""
    first = _path_part(category or "") or _path_part(brand or "")
    second = _path_part(TAIL.sub("", product), beside=first) or _path_part(product, beside=first)
    return (first, second) if first else (second, "")


def product_line(product: str, brand: str | None, language: str) -> str:
    """This is the headline that names the product: with its brand, alone, or its head where that is too wide."""
    name = product_name(product)
    branded = said_in(words()["branded"], language).format(product=name, brand=brand) if brand else ""
    for text in (branded, name, TAIL.sub("", name)):
        if text and measure(text, "width") <= HEADLINE:
            return text
    return trim(name, HEADLINE, "width")


def product_name(product: str) -> str:
    """This is the product's name as a reader expects it: initialisms and words in a list's small letters get capitals."""
    if product != product.lower():
        return product
    return " ".join(word.upper() if CONSONANTS.fullmatch(word) else word for word in product.split(" "))


def _path_part(text: str, beside: str = "") -> str:
    """This is the most telling run of words that fits, joined by hyphens: the last words carry the noun."""
    bare = re.sub(r"['’]", "", text)
    parts = [part for part in re.split(r"[^\w]+|_", bare) if part]
    runs = [parts[start:] for start in range(len(parts))] + [parts[:end] for end in range(len(parts) - 1, 0, -1)]
    for run in runs:
        path = "-".join(part if part.isupper() else part.capitalize() for part in run)
        if measure(path, "width") <= PATH and path.lower() != beside.lower():
            return path
    return trim(parts[0], PATH, "width", "char") if parts and CJK.search(parts[0]) else ""


def _says_no_more(text: str, other: str) -> bool:
    mine, theirs = _bag(text), _bag(other)
    return mine <= theirs or theirs <= mine


def _bag(text: str) -> set[str]:
    return set(re.findall(r"\w", text)) if CJK.search(text) else set(re.findall(r"\w+", text.lower()))


def _fits(text: str) -> bool:
    return bool(text) and measure(text, "width") <= HEADLINE


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str, language: str) -> str:
    return _titled(text) + ("。" if language == "zh" else ".")
