"""In which order an article tells its facts: what a word means stands before the first sentence that has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aigc_plugins.rules.content_words import HAN, content

if TYPE_CHECKING:
    from aigc_plugins.seo.outlines import PlannedSection

# "A loom is a woven sleeve", 夹板是一种薄木板: the word before is what it tells the meaning of.
DEFINES = re.compile(r"^(?:An? |The )?(?P<term>[A-Za-z][\w-]*(?: [\w-]+)?) (?:is|are|means?) (?:an? |what |the name )")
DEFINES_HAN = re.compile("^(?:所谓)?(?P<term>[\u3400-\u9fff]{2,6}?)(?:是指|指的是|就是|是一[种个块张条层]|是用)")
ASKED = re.compile(r"^what(?: is| are|'s) |是什么|什么是", re.IGNORECASE)


def meanings_first(sections: Sequence[PlannedSection], keyword: str, rest: str) -> list[PlannedSection]:
    """Return sections in which what a word means stands before the other facts that have the word.

    A section goes before the first that has a word whose meaning it tells; from the one for the `rest` only the fact
    moves, to that section. A section that asks what the keyword is leads.
    """
    found = [one._replace(facts=_in_order(one.facts, keyword)) for one in sections]
    found.sort(key=lambda one: not (ASKED.search(one.search) and _has(one.search, keyword)))
    for section in list(found):
        for fact in section.facts:
            term = _term(fact, keyword)
            before = found.index(section) if section in found else 0
            at = next(
                (at for at, one in enumerate(found[:before]) if any(_has(other, term) for other in one.facts)), -1
            )
            if not term or at < 0:
                continue
            if section.heading == rest:
                found[at] = found[at]._replace(facts=_in_order((fact, *found[at].facts), keyword))
                left = section._replace(facts=tuple(one for one in section.facts if one != fact))
                found[found.index(section)] = section = left
            else:
                found.remove(section)
                found.insert(at, section)
    return [one for one in found if one.facts]


def _in_order(facts: Sequence[str], keyword: str) -> tuple[str, ...]:
    ordered = list(facts)
    for fact in facts:
        term, at = _term(fact, keyword), ordered.index(fact)
        first = next((place for place, other in enumerate(ordered[:at]) if term and _has(other, term)), at)
        ordered.insert(first, ordered.pop(at))
    return tuple(ordered)


def _term(fact: str, keyword: str) -> str:
    """Return the word whose meaning a fact tells, empty where it tells none or that of the keyword's own words."""
    if HAN.search(fact):
        told = DEFINES_HAN.search(fact)
        return "" if told is None or told["term"] in keyword or keyword in told["term"] else told["term"]
    told = DEFINES.search(fact)
    return told["term"] if told and content(told["term"]) - content(keyword) else ""


def _has(fact: str, term: str) -> bool:
    words = content(term)
    return bool(term) and (term in fact if HAN.search(term) else bool(words) and words <= content(fact))
