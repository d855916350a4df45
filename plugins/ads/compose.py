"""The whole ad from its lines: which headlines, in which order, how a description ends, what the display path says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc import postprocessor
from aigc.content import limit_of, measure, trim
from aigc.types import Field
from aigc_plugins.ads.calls import closings
from aigc_plugins.ads.facts import FINAL
from aigc_plugins.ads.words import CJK, TAIL, said_in, words

HEADLINES, HEADLINE = 15, 30  # how many, how wide
DESCRIPTION, PATH = 90, 15
ALIKE = 75  # of 100: well below where the check that looks for twins finds one
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
    calls = closings(language, product, category)
    while len(texts) < 2:
        texts.append(_spare(texts, _titled(product), calls, language))
    return texts[:4]


def _spare(texts: Sequence[str], name: str, calls: Sequence[str], language: str) -> str:
    """This is a description without a fact, to stand beside `texts`: the name and a call, where that is not too much
    like what they say, else more calls, else no name."""
    joint = "" if language == "zh" else " "
    named, ended = [_sentence(name, language)], [(call,) for call in calls]
    two = [(one, other) for one in calls for other in calls if one != other]
    for said in (*((*named, *end) for end in (*ended, *two)), *two):
        text = joint.join(said)
        beside = [_closed(one, "", _least_said(calls, [text]), DESCRIPTION, language) for one in texts]
        if measure(text, "width") <= DESCRIPTION and not any(_much_alike(text, one) for one in beside):
            return text
    return joint.join(two[-1])


@postprocessor
def close_description(text: str, field: Field) -> str:
    """Fill a search ad's descriptions up to their limit: the brief's offer in the second, in each a call to action.

    No two of them end with the same call, unless none of the others fits, and as far as can be not with like ones.
    """
    found = re.search(r"\[(\d+)\]", field.path)
    texts = field.draft.fields.get(field.path.partition("[")[0])
    if not found or not isinstance(texts, list):
        return text
    values = field.draft.brief.values
    calls = closings(field.draft.language, str(values.get("product") or ""), values.get("category"))
    limit = limit_of(field.schema)
    most = limit[1] if limit else DESCRIPTION
    closed: list[str] = []
    for place, one in enumerate(texts[: int(found[1]) + 1]):
        offer = str(values.get("offer") or "") if place == 1 else ""
        turn = _least_said(calls, [*closed, *texts[place + 1 :]])
        closed.append(_closed(one, offer, turn, most, field.draft.language))
    return closed[-1]


def _closed(text: str, offer: str, calls: Sequence[str], most: int, language: str) -> str:
    """This is the description with what still fits: the offer, and the first call that does."""
    if text.endswith(tuple(calls)):
        return text
    joint = "" if language == "zh" else " "
    if offer and measure(text + joint + _sentence(offer.strip(FINAL), language), "width") <= most:
        text += joint + _sentence(offer.strip(FINAL), language)
    for call in calls:
        if measure(text + joint + call, "width") <= most:
            return text + joint + call
    return text


def _least_said(calls: Sequence[str], texts: Sequence[str]) -> list[str]:
    """This is the calls in turn, those first whose words are not in `texts`: "today" twice makes two lines alike."""
    said = _bag(" ".join(texts))
    return sorted(calls, key=lambda call: len(_bag(call) & said) / len(_bag(call)))


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


def _much_alike(text: str, other: str) -> bool:
    """This says whether two descriptions share nearly all words: a few in an ad's order, or all of the shorter one."""
    from rapidfuzz import fuzz

    one, two = (" ".join(re.findall(r"\w+", said.lower())) for said in (text, other))
    return max(fuzz.ratio(one, two), 0 if CJK.search(one) else fuzz.token_set_ratio(one, two)) >= ALIKE


def _bag(text: str) -> set[str]:
    return set(re.findall(r"\w", text)) if CJK.search(text) else set(re.findall(r"\w+", text.lower()))


def _fits(text: str) -> bool:
    return bool(text) and measure(text, "width") <= HEADLINE


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str, language: str) -> str:
    return _titled(text) + ("。" if language == "zh" else ".")
