"""What a fact is built like, as far as its words tell: whether a verb begins it, and how two of them go together.

Nothing is parsed: a fact of a shape that is not known counts as one that goes with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

from aigc.content import measure
from aigc_plugins.ads.capital import after_marks, capital
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence
from aigc_plugins.ads.given_capitals import may_begin_with_name
from aigc_plugins.ads.word_lists import in_language, word_lists

Opening: TypeAlias = Literal["does", "do", "clause", "noun"]

WIDTH = 90
SHORT = 5  # words of a noun that stands beside another one
DIVIDED = re.compile(r"[,;:–—，；：、]|\band\b|\bor\b", re.IGNORECASE)
THINGS = frozenset(["water", "light", "lead", "label", "cover", "plan"])  # before a preposition: "water at 30 degrees"
FINITE = frozenset(["is", "are", "can", "has", "have", "does", "do", "will"])


@lru_cache(maxsize=1 << 12)
def opening(fact: str) -> Opening:
    """Return what a fact begins with: a verb as of one thing ("holds"), as of many ("hold"), a clause of its own
    ("cover washes at 40 degrees"), or else a noun or what tells of one."""
    words = [word.strip(FINAL) for word in fact.lower().split()]
    singular, plural = _verbs()
    nouns, following = word_lists()["verbs_or_nouns"], word_lists()["after_verbs"]
    first, second = words[0] if words else "", words[1] if len(words) > 1 else ""
    if second in FINITE and first not in FINITE:
        return "clause"  # "suits are washed": no verb before another
    counted = second[:1].isdigit() or second in word_lists()["determiners"]
    named = second in word_lists()["prepositions"] and singular.get(first) in word_lists()["nouns_before_prepositions"]
    if first in singular and not named and (singular[first] not in nouns or counted or second in ("your", "itself")):
        return "does"
    if first in plural and (counted or second in following) and (first not in nouns or second != "for"):
        if first in THINGS and second in word_lists()["prepositions"]:
            return "noun"
        return "do"
    for before, word in pairwise(words[:5]):
        if before in word_lists()["prepositions"] and before not in ("out", "off", "up", "in", "on"):
            continue  # "a strip for returns"
        many = before.endswith("s") and word in plural and word not in nouns
        if many or word in FINITE or (word in singular and singular[word] not in nouns):
            return "clause"
    return "noun"


def told_together(facts: Sequence[str], language: str = "en", width: int = WIDTH) -> str:
    """Return facts as one text that is no run-on, fewer where not all fit: verbs are joined by "and", short nouns by a
    comma, and what is divided already or goes with nothing stands by itself. In Chinese a comma joins, or a semicolon
    where there are commas."""
    given = [fact.strip(FINAL) for fact in facts if has_words(fact)]
    for count in range(len(given), 0, -1):
        for text in _told(given[:count], language):
            if measure(text, "width") <= width:
                return after_marks(text)
    return ""


def _told(facts: Sequence[str], language: str) -> Iterator[str]:
    joints: dict[str, str] = in_language(word_lists()["joints"], language)
    divided = any(DIVIDED.search(fact) for fact in facts)
    if language == "zh":
        yield joints["divided" if divided else "noun"].join(facts) + "。"
        return
    shapes = {opening(fact) for fact in facts}
    divided = divided or any(map(may_begin_with_name, facts[1:]))  # whose capital stays, and looks wrong in a row
    alike = len(shapes) == 1 and not divided and ("noun" not in shapes or all(map(_listable, facts)))
    if joint := joints.get(next(iter(shapes))) if alike else None:
        yield joint.join([capital(facts[0]), *map(in_sentence, facts[1:])]) + "."
    yield joints["divided"].join(map(capital, facts)) + "."


def _listable(fact: str) -> bool:
    """Tell whether a fact without a verb is short and names a thing, not how or for whom it is: "two doors", but not
    "made of oak" or "for beginners", which would seem to belong to what stands before."""
    words = fact.lower().split()
    return len(words) <= SHORT and not {*words[:2]} & {*word_lists()["prepositions"]}


def agrees(product: str, fact: str) -> bool:
    """Tell whether a product can stand before a fact as what does it: "bin" before "holds", "silos" before "hold"."""
    head = re.split(r"[,;:(–—]|\s(?:at|by|for|from|in|of|on|to|with|without)\s", product.strip(FINAL))[0].lower()
    many = head.endswith("s") and not head.endswith(("ss", "us", "is", "lens"))
    return "," not in product and opening(fact) == ("do" if many else "does")


@cache
def _verbs() -> tuple[dict[str, str], frozenset[str]]:
    """Return the verbs as of one thing → as of many, and those as of many."""
    plain = [*word_lists()["verbs"], *word_lists()["verbs_or_nouns"]]
    return {third_person(verb): verb for verb in plain}, frozenset(plain)


def third_person(verb: str) -> str:
    """Return a verb as of one thing: "holds", "washes", "carries"."""
    if verb == "have":
        return "has"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", verb) else "s")
