"""The whole ad from its lines: which headlines, in which order, how a description ends, what the display path says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from aigc import postprocessor
from aigc.content import limit_of, measure, trim
from aigc.types import Field
from aigc_plugins.ads.calls import Sold, brief_seed, closings, drawn_closings
from aigc_plugins.ads.capital import after_marks, capital
from aigc_plugins.ads.fact_lines import FINAL, ad_sentence, has_words, is_amount, offered, priced, shared_out, worded
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.faithful import same_word
from aigc_plugins.ads.told_of import with_subjects
from aigc_plugins.ads.word_lists import CJK, TAIL, in_language, word_lists
from aigc_plugins.rules.gimmicks import names_of, printable
from aigc_plugins.rules.repetition import near_duplicates

DECIMAL = re.compile(r"\d+[.,]\d+(?:\s?[A-Za-z]{1,3}\b)?")  # 1.5 L
HEADLINES, HEADLINE = 15, 30  # how many, how wide
DESCRIPTION, PATH = 90, 15
ALIKE = 75  # of 100: well below where the check that looks for twins finds one
AGAIN = 0.8
COSTS = re.compile(r"\d.*(?:[$€£¥₹]|元)|(?:[$€£¥₹]|元).*\d|\b[A-Z]{3}\s?\d|\d\s?(?:kr|zł|[A-Z]{3})\b")
ASCII_EDGE = re.compile(r"[A-Za-z0-9à-ɏ]\|[A-Za-z0-9à-ɏ]")
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
    """Return the headlines in their order: product, keyword, the written `lines`, price, offer, calls to action.

    Of those composed here, one that says no more than a line already there is left out, and so is one too wide or
    without a word.
    """
    first = [product_line(product, worded(brand), language), keyword or ""]
    last = [price_line(price, language), offered(offer) or ""]
    kept: list[str] = []
    for text in first:
        if _fits(text) and not any(_says_no_more(text, other) for other in (*kept, *lines)):
            kept.append(capital(text))
    kept += filter(has_words, lines)
    for text in (*last, *calls):
        if _fits(text) and not any(_says_no_more(text, other) for other in kept):
            kept.append(capital(text))
    return kept[:HEADLINES]


def price_line(price: str | None, language: str, sold: Sold | None = None) -> str:
    """Return what says a price, as "Yours for $19"; nothing where it does not begin with an amount.

    Where it is told what is `sold`, only a thing is yours for it, and a price that begins with a word stands as it is:
    "From $19", "每次380元".
    """
    told = priced(price)
    if not told or (not is_amount(told) and (sold is None or not COSTS.search(told))):
        return ""
    if not is_amount(told):
        return capital(told.strip(FINAL))
    pattern: str = in_language(word_lists()["price" if sold in (None, "goods") else "plain_price"], language)
    return pattern.format(price=told)


def owned_name(product: str, brand: str, pattern: str) -> str:
    """Return the product with its brand in a pattern: a word that ends the one and begins the other stands once, and
    between Latin letters or digits there is a space, as in "Link B2B"."""
    before, _, behind = pattern.partition("{brand}")
    if behind == "{product}":
        for length in range(min(len(brand), len(product)), 1, -1):
            if CJK.search(brand[-length:]) and brand.endswith(product[:length]):
                return before + brand + product[length:]
        if re.search(r"[^\W_]$", brand) and ASCII_EDGE.search(brand[-1:] + "|" + product[:1]):
            return f"{before}{brand} {product}"
    return pattern.format(product=product, brand=brand)


def ad_descriptions(
    introductions: Sequence[str],
    pairs: Sequence[str],
    *,
    product: str,
    language: str = "en",
    category: str | None = None,
    facts: Sequence[str] = (),
    brand: str | None = None,
    offer: str | None = None,
) -> list[str]:
    """Return two to four descriptions, in turn one that introduces the product and one that tells a pair of facts, with
    what it is about.

    Of `facts` plain ones are added up to four; where there are still fewer than two, ones without a fact.
    """
    texts = [text for two in zip(introductions, pairs, strict=False) for text in two]
    texts += [*introductions[len(pairs) :], *pairs[len(introductions) :]]
    texts = with_subjects(texts, facts, product, language, brand=brand, offer=offered(offer))
    texts += _further(texts, facts, product, language, brand)
    seed = brief_seed(product, facts)
    calls = (
        drawn_closings(language, product, category, seed, facts=facts)
        if facts
        else closings(language, product, category)
    )
    while len(texts) < 2:
        texts.append(_spare(texts, capital(product), calls, language))
    return texts[:4]


def _further(texts: Sequence[str], facts: Sequence[str], product: str, language: str, brand: str | None) -> list[str]:
    """Return plain sentences to stand after `texts`, four in all: the first fact with the product's name, then pairs of
    facts, then the other facts with the name."""
    facts = list(filter(has_words, facts))
    plain = [ad_sentence(fact, product, language, index=at, once=True) for at, fact in enumerate(facts)]
    pairs = [told_together(pair, language) for pair in shared_out(facts)]
    named = with_subjects(pairs, facts, product, language, brand=brand, further=True)
    plain[1:1] = named
    kept: list[str] = []
    for text in plain:
        alike = _tells_again if text in named and language == "en" else _much_alike
        if text and len(texts) + len(kept) < 4 and not any(alike(text, other) for other in (*texts, *kept)):
            kept.append(text)
    return kept


def _spare(texts: Sequence[str], name: str, calls: Sequence[str], language: str) -> str:
    """Return a description without a fact, to stand beside `texts`.

    It is the name and a call to action where that is not too much like what they say, else more calls, else calls
    without the name.
    """
    joint = "" if language == "zh" else " "
    named, ended = [_sentence(name, language)], [(call,) for call in calls]
    two = [(one, other) for one in calls for other in calls if one != other]
    for sentences in (*((*named, *end) for end in (*ended, *two)), *two):
        text = joint.join(sentences)
        beside = [_closed(one, "", _fresh_first(calls, [text]), DESCRIPTION, language) for one in texts]
        if measure(text, "width") <= DESCRIPTION and not any(_much_alike(text, one) for one in beside):
            return text
    return joint.join(two[-1])


@postprocessor
def close_description(text: str, field: Field, *, further: bool = False) -> str:
    """Fill a search ad's descriptions up to their limit: the brief's offer in the second, in each a call to action.

    No two of them end with the same call, unless none of the others fits, and as far as can be not with like ones. With
    `further` there are ten times as many, drawn by product and benefits, and more words tell what is sold.
    """
    found = re.search(r"\[(\d+)\]", field.path)
    texts = field.draft.fields.get(field.path.partition("[")[0])
    if not found or not isinstance(texts, list):
        return text
    values = field.draft.brief.values
    product, category = str(values.get("product") or ""), values.get("category")
    language, facts = field.draft.language, values.get("benefits") or ()
    drawn = drawn_closings(language, product, category, brief_seed(product, facts), facts=facts) if further else ()
    calls = drawn or closings(language, product, category)
    limit = limit_of(field.schema)
    most = limit[1] if limit else DESCRIPTION
    closed: list[str] = []
    told = offered(printable(values.get("offer"), field.draft.language, *names_of(field.draft))) or ""
    texts, dealt = _with_offer(texts, told, most, language) if told and further else (texts, 1)
    for place, one in enumerate(texts[: int(found[1]) + 1]):
        offer = told if place == dealt else ""
        turn = (_unlike_first if further else _fresh_first)(calls, [*closed, *texts[place + 1 :]])
        closed.append(_closed(after_marks(one) if further else one, offer, turn, most, language))
    return closed[-1]


def _with_offer(texts: Sequence[str], offer: str, most: int, language: str) -> tuple[Sequence[str], int]:
    """Return an ad's descriptions and which of them has room for the offer, the second first of all; where none has and
    the offer is too long for a headline, it takes the place of the last."""
    sentence = _sentence(offer.strip(FINAL), language)
    joint = "" if language == "zh" else " "
    for place in (1, 0, 2, 3):
        if place < len(texts) and measure(texts[place] + joint + sentence, "width") <= most:
            return texts, place
    if len(texts) > 2 and measure(offer, "width") > HEADLINE and measure(sentence, "width") <= most:
        return [*texts[:-1], sentence], -1
    return texts, -1


def _closed(text: str, offer: str, calls: Sequence[str], most: int, language: str) -> str:
    """Return a description followed by what still fits within `most`: the offer, and the first of `calls` that does."""
    if text.endswith(tuple(calls)):
        return text
    joint = "" if language == "zh" else " "
    if offer and measure(text + joint + _sentence(offer.strip(FINAL), language), "width") <= most:
        text += joint + _sentence(offer.strip(FINAL), language)
    for call in calls:
        if measure(text + joint + call, "width") <= most:
            return text + joint + call
    return text


def _fresh_first(calls: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the calls, those first that share fewest words with `texts`: "today" twice makes two lines alike."""
    used = _bag(" ".join(texts))
    return sorted(calls, key=lambda call: len(_bag(call) & used) / len(_bag(call)))


def _unlike_first(calls: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the calls in their order, those last that share more than half of their words with one of `texts`. So
    each has its turn, whereas words that share least would always be the same few."""
    bags = [_bag(text) for text in texts]
    return sorted(calls, key=lambda call: any(2 * len(_bag(call) & bag) > len(_bag(call)) for bag in bags))


@lru_cache(maxsize=1 << 10)
def display_path(product: str, *, brand: str | None = None, category: str | None = None) -> tuple[str, str]:
    """Return path1 and path2, the two parts an ad shows after its domain, each at most 15 wide; path2 may be empty."""
    first = _path_part(category or "") or _path_part(brand or "")
    if not first and CJK.search(product):  # half a Chinese word is none
        return _path_part(product), ""
    second = _path_part(TAIL.sub("", product), beside=first) or _path_part(product, beside=first)
    return (first, second) if first else (second, "")


def product_line(product: str, brand: str | None, language: str) -> str:
    """Return the headline that names the product: with its brand, else alone, else without its tail, else cut short."""
    name = capital(product)
    branded = owned_name(name, brand, in_language(word_lists()["branded"], language)) if brand else ""
    for text in (branded, name, TAIL.sub("", name)):
        if text and measure(text, "width") <= HEADLINE:
            return text
    return trim(name, HEADLINE, "width")


def product_name(product: str) -> str:
    """Return a name as a reader expects it, where a list has it in small letters: "bmw 2002" becomes "BMW 2002"."""
    if product != product.lower():
        return product
    return " ".join(word.upper() if CONSONANTS.fullmatch(word) else word.capitalize() for word in product.split(" "))


def _path_part(text: str, beside: str = "") -> str:
    """Return as many words as fit, joined by hyphens: the last ones, as they carry the noun, else the first ones.
    A number with a point, which an address has no sign for, is left out with its unit.

    It is empty where none fit but what stands `beside` it already.
    """
    bare = re.sub(r"['’]|(?<=\w)!(?=\w)", "", DECIMAL.sub(" ", text))
    parts = [part for part in re.split(r"[^\w-]+|_", bare) if part.strip("-")]
    last = [parts[start:] for start in range(len(parts)) if len(parts[start]) > 1]
    if last and last[-1][0].lower() in word_lists()["generic"]:
        last.pop()
    least = 1 if beside and len(parts) > 2 else 0  # beside "Translations" no "Birth" of a birth certificate
    for run in (*last, *(parts[:end] for end in range(len(parts), least, -1))):
        path = "-".join(_cased(part) for part in "-".join(run).split("-") if part)
        if measure(path, "width") <= PATH and not _same_path(path, beside):
            return path
    whole = parts[0] if parts and CJK.search(parts[0]) else ""
    ends = [*word_lists()["heads"], *word_lists()["further_kinds"]["service"], *word_lists()["kinds"]["service"]]
    named = [
        end
        for end in ends
        if CJK.search(end) and end not in ("服务", "上门") and whole.endswith(end) and end.lower() != beside.lower()
    ]
    return max(named, key=len, default="")


def _same_path(path: str, beside: str) -> bool:
    """Tell whether a part of an address says what the one beside it does: "Translations", "Translation"."""
    one, other = path.lower(), beside.lower()
    return one == other or (bool(one and other) and same_word(one, other))


def _cased(part: str) -> str:
    return part if part.isupper() else part.capitalize()


def _says_no_more(text: str, other: str) -> bool:
    mine, theirs = _bag(text), _bag(other)
    return mine <= theirs or theirs <= mine


def _much_alike(text: str, other: str) -> bool:
    """Tell whether two descriptions are much alike letter by letter, or the one says nearly all words of the other."""
    from rapidfuzz import fuzz

    one, two = _only_words(text), _only_words(other)
    return max(fuzz.ratio(one, two), 0 if CJK.search(one) else fuzz.token_set_ratio(one, two)) >= ALIKE


def _tells_again(text: str, other: str) -> bool:
    """Tell whether a pair of facts is told again, or the check that looks for twins may find one. One of them may be
    told, beside a third."""
    from rapidfuzz import fuzz

    return fuzz.ratio(_only_words(text), _only_words(other)) >= ALIKE or near_duplicates(text, other, AGAIN)


@lru_cache(maxsize=1 << 10)
def _only_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


@lru_cache(maxsize=1 << 10)
def _bag(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w", text) if CJK.search(text) else re.findall(r"\w+", text.lower()))


def _fits(text: str) -> bool:
    return has_words(text) and measure(text, "width") <= HEADLINE


def _sentence(text: str, language: str) -> str:
    return capital(text) + ("。" if language == "zh" else ".")
