"""The whole ad from its lines: which headlines, in which order, how a description ends, what the display path says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc.content import limit_of, measure, trim
from aigc.extension import postprocessor
from aigc.types import Field
from aigc_plugins.ads.calls import closings
from aigc_plugins.ads.facts import FINAL
from aigc_plugins.ads.words import CJK, TAIL, said_in, words

HEADLINES, HEADLINE = 15, 30  # how many, how wide
DESCRIPTION, PATH = 90, 15
CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]{2,3}")


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
    name = _titled(product)
    spare = [
        f"{name}。{line}" if language == "zh" else f"{name}. {line}" for line in closings(language, product, category)
    ]
    for text in spare:
        if len(texts) < 2 and measure(text, "width") <= DESCRIPTION:
            texts.append(text)
    return texts[:4]


@postprocessor
def close_description(text: str, field: Field) -> str:
    """Fill a search ad's descriptions up to their limit: the brief's offer in the second, in each a call to action.

    No two of them end with the same call, unless none of the others fits.
    """
    found = re.search(r"\[(\d+)\]", field.path)
    texts = field.draft.fields.get(field.path.partition("[")[0])
    if not found or not isinstance(texts, list):
        return text
    values = field.draft.brief.values
    calls = closings(field.draft.language, str(values.get("product") or ""), values.get("category"))
    limit = limit_of(field.schema)
    closed = text
    for place, one in enumerate(texts[: int(found[1]) + 1]):
        offer = str(values.get("offer") or "") if place == 1 else ""
        closed, call = _closed(one, offer, calls, limit[1] if limit else DESCRIPTION, field.draft.language)
        calls = [*(other for other in calls if other != call), *([call] if call else [])]
    return closed


def _closed(text: str, offer: str, calls: Sequence[str], most: int, language: str) -> tuple[str, str]:
    """This is the description with what still fits, and the call it ends with."""
    if text.endswith(tuple(calls)):
        return text, next(call for call in calls if text.endswith(call))
    joint = "" if language == "zh" else " "
    if offer and measure(text + joint + _sentence(offer.strip(FINAL), language), "width") <= most:
        text += joint + _sentence(offer.strip(FINAL), language)
    for call in calls:
        if measure(text + joint + call, "width") <= most:
            return text + joint + call, call
    return text, ""


def display_path(product: str, *, brand: str | None = None, category: str | None = None) -> tuple[str, str]:
    """This is path1 and path2 of the shown address, each at most 15 wide; path2 may be empty."""
    first = _path_part(category or "") or _path_part(brand or "")
    second = _path_part(TAIL.sub("", product), beside=first) or _path_part(product, beside=first)
    return (first, second) if first else (second, "")


def product_line(product: str, brand: str | None, language: str) -> str:
    """This is the headline that names the product: with its brand, alone, or its head where that is too wide."""
    name = _titled(product)
    branded = said_in(words()["branded"], language).format(product=name, brand=brand) if brand else ""
    for text in (branded, name, TAIL.sub("", name)):
        if text and measure(text, "width") <= HEADLINE:
            return text
    return trim(name, HEADLINE, "width")


def product_name(product: str) -> str:
    """This is a name as a reader expects it, where a list has it in small letters: "bmw 2002" becomes "BMW 2002"."""
    if product != product.lower():
        return product
    return " ".join(word.upper() if CONSONANTS.fullmatch(word) else word.capitalize() for word in product.split(" "))


def _path_part(text: str, beside: str = "") -> str:
    """This is the run of words that fits, joined by hyphens: the last, as they carry the noun, else the first."""
    bare = re.sub(r"['’]", "", text)
    parts = [part for part in re.split(r"[^\w-]+|_", bare) if part.strip("-")]
    last = [parts[start:] for start in range(len(parts)) if len(parts[start]) > 1]
    if last and last[-1][0].lower() in words()["generic"]:
        last.pop()
    for run in (*last, *(parts[:end] for end in range(len(parts), 0, -1))):
        path = "-".join(_cased(part) for part in "-".join(run).split("-") if part)
        if measure(path, "width") <= PATH and path.lower() != beside.lower():
            return path
    return trim(parts[0], PATH, "width", "char") if parts and CJK.search(parts[0]) else ""


def _cased(part: str) -> str:
    return part if part.isupper() else part.capitalize()


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
