"""Who does what a sentence says: "we repair your bike" turned into "repair your bike with us".

A deed is a verb and who does it: the business (we, our mechanic, 师傅), its customer (you, the guests, whoever is told
to), a child, a parent. A sentence is turned round where the facts know its verb, and never of its doer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from aigc import check
from aigc.types import Field, Finding, Json, texts_in
from aigc_plugins.claims.chinese_deeds import chinese_deeds
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.deeds import BUSINESS, CUSTOMER, Doing, is_service, is_shared, is_taught, said_of
from aigc_plugins.claims.english_deeds import belongings, english_deeds, possible_deeds
from aigc_plugins.claims.line_words import CJK, root
from aigc_plugins.rules.content_words import sentences


@check
def same_doers(text: str, field: Field, *, facts: Json = None) -> Iterator[Finding]:
    """In every sentence those do what is done who do it in the facts: the business, its customers, a child, a parent.

    "We repair your bike" is not "Repair your bike with us". The facts are the item at hand unless `facts` are given,
    without either the brief's. A verb that they do not have, or of which they do not say whose it is, is let be.
    """
    values = field.draft.brief.values
    given = list(texts_in(facts if facts is not None else field.draft.item)) or list(texts_in(values.get("facts")))
    at = 0
    for sentence in sentences(text):
        at = text.find(sentence, at)
        for message in turned_round(sentence, given, " ".join(texts_in(values.get("topic"))), field.draft.language):
            yield Finding(message=f"{sentence!r} {message}", span=(at, at + len(sentence)))


def turned_round(sentence: str, facts: Sequence[str], topic: str, language: str) -> Iterator[str]:
    """Yield what a sentence lets somebody do that in the facts somebody else does."""
    known, owned = _given(tuple(facts), topic, language)
    for deed in _deeds(sentence, language):
        doers = known.get(_verb(deed.verb, language), frozenset())
        if doers and not any(_may_be(deed.doer, one) for one in doers):
            yield f"says that {said_of(deed.doer)} {deed.verb!r}; in the facts {said_of(min(doers))}"
    for whose, thing in belongings(sentence):
        others = owned.get(thing, frozenset())
        if others and whose not in others:
            yield f"says {f'{whose} {thing}'!r}; the facts say {f'{min(others)} {thing}'!r}"


@lru_cache(maxsize=1 << 8)
def _given(
    facts: tuple[str, ...], topic: str, language: str
) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Return who does each verb of the facts, and whose each thing of theirs is."""
    lists, known, owned = lists_for(language), dict[str, set[str]](), dict[str, set[str]]()
    for deed in (deed for text in (*facts, topic) if not is_shared(text, lists) for deed in _deeds(text, language)):
        known.setdefault(_verb(deed.verb, language), set()).add(deed.doer)
    for whose, thing in (pair for text in facts for pair in belongings(text)):
        owned.setdefault(thing, set()).add(whose)
    unsure = {_verb(deed.verb, language) for text in facts if is_shared(text, lists) for deed in _deeds(text, language)}
    if is_service([*facts, topic], lists) and not is_taught([*facts, topic], lists):
        for verb in _unsaid(facts, topic, language):
            known.setdefault(_verb(verb, language), {BUSINESS})
    return (
        {verb: frozenset(doers) for verb, doers in known.items() if verb not in unsure},
        {thing: frozenset(whose) for thing, whose in owned.items()},
    )


def _unsaid(facts: Iterable[str], topic: str, language: str) -> Iterator[str]:
    """Yield the verbs of a service that nobody is said to do: those of its name, and what is done to what is yours."""
    chinese = CJK.search("".join((*facts, topic)))
    yield from () if chinese else possible_deeds(topic, facts, lists_for("en"))
    for text in (*facts, topic):
        if chinese:
            yield from (deed.verb for deed in chinese_deeds(text, language, unsaid=BUSINESS))


def _deeds(text: str, language: str) -> list[Doing]:
    return list(chinese_deeds(text, language) if CJK.search(text) else english_deeds(text, lists_for("en")))


def _verb(verb: str, language: str) -> str:
    return verb if CJK.search(verb) else root(verb, language)


def _may_be(doer: str, known: str) -> bool:
    """Tell whether one may be the other: a child or a parent is a customer as well."""
    return doer == known or (CUSTOMER in (doer, known) and BUSINESS not in (doer, known))
