"""Deeds of Chinese sentences: whoever was named last does the verbs that follow, to the end of the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.deeds import CUSTOMER, PERSONS, Doing, verbs_of

SENTENCE = re.compile(r"[。！？；!?;\n]")
HAN = re.compile(r"[\u3400-\u9fff]")
GIVEN_TO = "给为向对跟和与同把替帮到归"  # whoever stands behind these does nothing
AFTERWARDS = frozenset(("以后", "之后"))
HANDED = re.compile(r"[交留递]给$")  # and they go on with it
OWNED = "的家"  # nor whoever stands before these
RESULT = re.compile(r"(?<=[\u3400-\u9fff])[好完到上下进出起开掉回走在着过成住满入]$")
LONGEST = 6


def chinese_deeds(text: str, language: str, *, unsaid: str = "") -> Iterator[Doing]:
    """Yield what is done in a text, and by whom; by `unsaid` where nobody is named before it."""
    lists, persons = lists_for(language), _persons(language)
    verbs, light, reflexive = verbs_of(lists), lists.doers["light"], lists.doers["reflexive"]
    for sentence in SENTENCE.split(text):
        doer, words = unsaid, [*_words(sentence, language)]
        for place, (at, word) in enumerate(words):
            if word in persons:
                doer = persons[word] if _acts(sentence, at, word) else doer
            elif word in AFTERWARDS:  # whoever goes on then
                doer = unsaid
            elif word in reflexive:
                doer = doer if doer not in ("", unsaid) else CUSTOMER
            elif word in verbs and word not in light:
                follows = [one for _, one in words[place + 1 : place + 3]]
                by = persons.get(follows[1], "") if len(follows) > 1 and follows[0] == "由" else doer
                if by:
                    yield Doing(RESULT.sub("", word), by)


def _acts(sentence: str, at: int, word: str) -> bool:
    """Tell whether a person at a place does anything: not who something is given to, or whose something is."""
    before, after = sentence[:at], sentence[at + len(word) : at + len(word) + 1]
    return HANDED.search(before) is not None or not ((before and before[-1] in GIVEN_TO) or (after and after in OWNED))


def _words(sentence: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield the words of a sentence and where they begin, always the longest that the lists know."""
    known, at = _known(language), 0
    while at < len(sentence):
        size = next((size for size in range(LONGEST, 1, -1) if sentence[at : at + size] in known), 1)
        if HAN.match(sentence[at]):
            yield at, sentence[at : at + size]
        at += size


@lru_cache(maxsize=4)
def _persons(language: str) -> Mapping[str, str]:
    doers = lists_for(language).doers
    return {word: name for name in PERSONS for word in doers[name]}


@lru_cache(maxsize=4)
def _known(language: str) -> frozenset[str]:
    lists = lists_for(language)
    others = (lists.doers["deeds"], lists.doers["reflexive"], _persons(language))
    return frozenset().union(lists.function, lists.everyday, *others)
