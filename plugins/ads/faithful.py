"""A line says what its fact says: no word from elsewhere, no limit lost, no "not" gained.

Numbers are `facts_from_brief`'s; this is about the words around them, which a small model likes to make up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from aigc.extension import check
from aigc.types import Field, Json
from aigc_plugins.ads.words import CJK, words

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
# What may follow a common stem: "washes", "washing", "washable", but not "washed" where nothing was washed.
ENDINGS = frozenset(("", "s", "es", "ing", "able", "'s", "’s", "e", "y", "ies"))


@check
def keeps_to_fact(
    text: str,
    field: Field,
    *,
    share: float = 0.6,
    beside: Sequence[str] = ("product", "brand"),
    add: Sequence[str] | None = None,
) -> Iterator[str]:
    """A line written from one fact (the stage's item) uses its words, keeps its limits and its "no", and adds no claim.

    `share` of each fact's words must be there, all of a number's. Words of the inputs in `beside` and those in `add`
    (by default articles, "with", "has" and the like) are free; every other word must come from the fact.
    """
    facts = _texts(field.draft.item)
    free = " ".join(str(field.draft.brief.values.get(name) or "") for name in beside)
    given = _tokens(" ".join([*facts, free]))
    neutral = words()["neutral"] if add is None else add
    said = _tokens(text)
    invented = [word for word in said if word not in neutral and not any(_same(word, other) for other in given)]
    if invented:
        yield f"{invented[0]!r} is not in the fact"
    for one in facts:
        wanted = [word for word in _tokens(one) if word not in words()["neutral"]]
        kept = sum(any(_same(word, other) for other in said) for word in wanted)
        if kept < share * len(wanted):
            yield f"says too little of {one!r}"
    twice = [word for word, count in Counter(said).items() if count > max(1, given.count(word)) and _tells(word)]
    if twice:
        yield f"says {twice[0]!r} {said.count(twice[0])} times"
    yield from _bent(text, " ".join([*facts, free]), " ".join(facts))


def _bent(text: str, given: str, facts: str) -> Iterator[str]:
    """This finds limits and denials that were added, or dropped from a number or a claim that stayed."""
    for qualifier in words()["qualifiers"]:
        if _has(text, qualifier) and not _has(given, qualifier):
            yield f"adds {qualifier!r}, which the fact does not say"
        for number in re.findall(_near(qualifier), facts, re.IGNORECASE):
            if _has(text, number) and not re.search(_near(qualifier, number), text, re.IGNORECASE):
                yield f"drops {qualifier!r} before {number!r}"
    denied, denies = _denials(facts), _denials(text)
    if denies > _denials(given) or (denied and not denies):
        yield "turns a no into a yes" if denied else "denies what the fact does not"


def _near(qualifier: str, number: str = r"[\d.,]*\d") -> str:
    joint = r"\s*" if CJK.search(qualifier) else r"\s+(?:the\s+|a\s+)?"
    bound = "" if CJK.search(qualifier) else r"\b"
    number = number if number.startswith("[") else re.escape(number)
    return rf"{bound}{re.escape(qualifier)}{joint}({number})(?![\d])"


def _has(text: str, phrase: str) -> bool:
    if CJK.search(phrase):
        return phrase in text
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


def _denials(text: str) -> int:
    return sum(
        len(re.findall(re.escape(word) if CJK.search(word) else rf"(?<!\w){word}(?!\w)", text, re.IGNORECASE))
        for word in words()["negations"]
    ) + len(re.findall(r"\w-free\b|\w+less\b", text, re.IGNORECASE))


def _tokens(text: str) -> list[str]:
    """This is the words and numbers of a text in small letters; each CJK character is a word."""
    spread = CJK.sub(lambda match: f" {match.group()} ", text.lower())
    return [token.replace("’", "'") for token in TOKEN.findall(spread)]


def _tells(word: str) -> bool:
    return word not in words()["neutral"] and not CJK.match(word) and len(word) > 2


@cache
def _same(word: str, other: str) -> bool:
    """This says whether two words are forms of one: nothing but an ending differs."""
    if word == other:
        return True
    if CJK.match(word) or word[0].isdigit() or other[0].isdigit():
        return False
    shared = 0
    for left, right in zip(word, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= 3 and word[shared:] in ENDINGS and other[shared:] in ENDINGS


def _texts(item: Json) -> list[str]:
    return [str(one) for one in item] if isinstance(item, list) else [str(item)]
