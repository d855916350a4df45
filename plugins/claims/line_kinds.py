"""What kind of line it is: fresh, the plain fact, a join of product and fact, the name, a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, TypeAlias

from aigc import check, scorer
from aigc.types import Candidate, Draft, Field, Finding
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK, Grounds, given_in, given_to, root, words_in
from aigc_plugins.claims.new_words import new_words

LineKind: TypeAlias = Literal["fresh", "plain", "name", "call", "joined"]


def kind_of_line(text: str, facts: Sequence[str], product: str, calls: Sequence[str] = ()) -> LineKind:
    """Return what a line is: a `call`, the product's `name`, a `plain` fact, product and fact `joined`, or `fresh`.

    A call is one of `calls`, or has no other words than calls have. Plain is what says one fact in its order with
    nothing but function words and fillers around it; joined has no word that is in neither; fresh adds one.
    """
    language = "zh" if CJK.search(text) else "en"
    if _plain(text) in {_plain(call) for call in calls}:
        return "call"
    lists = lists_for(language)
    bare = lists.phrases.fillers.sub(" ", text.lower())
    words = [root(word, language) for word in words_in(bare) if word not in lists.function]
    named = {root(word, language) for word in words_in(product)}
    if words and all(word in named for word in words):
        return "name"
    for fact in facts:
        if _follows(words, [root(word, language) for word in words_in(fact)]):
            return "plain"
    if only_calls(text):
        return "call"
    new, strange = new_words(bare, Grounds(language, tuple(facts), (product,)))
    return "fresh" if new or strange else "joined"


def only_calls(text: str) -> bool:
    """Tell whether a line has no other words than those that ask for a click: "Buy now", "立即购买"."""
    lists = lists_for("zh" if CJK.search(text) else "en")
    words = words_in(text)
    if CJK.search(text):
        run = "".join(words)
        return any(word in run for word in lists.calls.asking) and _chinese_call().fullmatch(run) is not None
    telling = {word for word in words if word not in lists.function or word in lists.calls.asking}
    return bool(telling & lists.calls.asking) and telling <= lists.calls.asking | lists.calls.sought


@cache
def _chinese_call() -> re.Pattern[str]:
    lists = lists_for("zh")
    known = (*lists.calls.asking, *lists.calls.sought, *lists.function)
    return re.compile(f"(?:{'|'.join(map(re.escape, known))})+")


@check(severity="note")
def adds_something(text: str, field: Field, *, calls: Sequence[str] = ()) -> Iterator[str]:
    """A line is more than its fact in order, the product's name or one of `calls`."""
    if what := _nothing_more(text, field.draft, calls):
        yield f"is {what}"


@scorer
def adds(candidates: Sequence[Candidate], *, calls: Sequence[str] = ()) -> list[float]:
    """Prefer what is more than its fact in order, the product's name or a call: 1, else 0."""
    return [float(not _nothing_more(one.text, one.draft, calls)) for one in candidates]


@check
def no_filler(text: str, field: Field) -> Iterator[Finding]:
    """No words that only fill the line ("so you know", "just for you", 等等) unless the brief has them."""
    given = given_to(field)
    for found in given.lists.phrases.fillers.finditer(text.lower()):
        if found["found"] not in given.text.lower():
            yield Finding(message=f"fills the line with {found['found']!r}", span=found.span())


def _nothing_more(text: str, draft: Draft, calls: Sequence[str]) -> str:
    """Return what a line is that says no more than its brief; nothing for one that does."""
    kind = kind_of_line(text, given_in(draft).facts, str(draft.brief.values.get("product") or ""), calls)
    return {"plain": "the plain fact", "name": "the product's name", "call": "a call"}.get(kind, "")


def _follows(words: Sequence[str], fact: Sequence[str]) -> bool:
    """Tell whether all words stand in the fact, in its order."""
    rest = iter(fact)
    return all(word in rest for word in words)


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
