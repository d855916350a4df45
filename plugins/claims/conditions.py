"""When, for whom and for which part a fact holds: "hand wash only" is not "hand wash", nor weekdays weekends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from aigc import check
from aigc.types import Field
from aigc_plugins.claims.claim_lists import found_in
from aigc_plugins.claims.line_words import CJK, Grounds, given_to, root, roots_of, telling, words_in
from aigc_plugins.rules.units import canonical_unit

BEHIND = re.compile(
    r"(?P<what>[\u3400-\u9fff]?(?![售午雨饭课前背最今幕落])[\u3400-\u9fff])(?:之|以)?后(?![期续面台排院座轮备勤缀者置背])"
)
ORDERED = ("先", "再", "才", "即", "起", "满", "隔", "次日")  # of one thing behind another
LIKE = {  # what makes a condition → what says as much
    "则": ("就", "如", "若", "遇"),
    "就会": ("就", "即", "如", "若"),
    "才能": ("才", "须", "需", "仅", "只"),
    "才会": ("才", "须", "需", "仅", "只"),
    "只要": ("只需", "仅需", "只有"),
    "如果": ("若", "如", "遇", "凡"),
    "一旦": ("若", "如", "遇"),
}
MADE = tuple(LIKE)
MODIFIERS = 1  # words before a part with which a fact begins: "outer cover"
CLAUSE_END = re.compile(r"[,;:]")


@check
def same_conditions(text: str, field: Field) -> Iterator[str]:
    """A line keeps what its fact holds for: only, first, when; the time, place or person; the part of a thing.

    "First visit free" is not "Free visits", "open on weekdays" not "Open on weekends", and where the cover washes at
    60 the mattress does not. A no may stand for "only": "no hire, no fee". Words are data per language.
    """
    given = given_to(field)
    phrases = given.lists.phrases
    for fact in given.facts:
        for condition in phrases.conditions.values():
            stated = found_in(condition.stated, fact)
            if stated and not found_in(condition.kept, text) and not found_in(phrases.negations, text):
                yield f"loses {stated[0]!r} of its fact"
        if part := _part_lost(text, fact, given):
            yield f"says of the whole what its fact says of {part!r}"
    yield from _swapped(text, given)
    if CJK.search(text) and (made := _made(text, given.facts)):
        yield f"makes a condition, {made!r}, that the facts do not have"


def _made(text: str, facts: Sequence[str]) -> str:
    """Return what makes a Chinese condition of which the facts know nothing: two facts side by side are no "校准后，…",
    nor does one follow from the other."""
    told = "".join(facts)
    if not any(word in told for word in ORDERED):
        for found in BEHIND.finditer(text):
            told_first = any(fact.rstrip("。，；").endswith(found["what"]) for fact in facts)  # by another fact
            if told_first and not re.search(re.escape(found["what"]) + "[了完好]?(?:之|以)?(?:后|时)", told):
                return found.group()
    likely = (one for one in MADE if text.count(one) > told.count(one))
    return next((one for one in likely if not any(other in told for other in LIKE[one])), "")


def _swapped(text: str, given: Grounds) -> Iterator[str]:
    """Yield a time, place or person of the line that stands for a rival of the fact's."""
    for group in given.lists.phrases.rivals:
        stated = {name: words[0] for name, one in group.items() if (words := found_in(one, " ; ".join(given.facts)))}
        written = {name: words[0] for name, one in group.items() if (words := found_in(one, text))} if stated else {}
        if written and not written.keys() & stated.keys():
            name, word = next(iter(written.items()))
            if not found_in(group[name], given.text):
                yield f"says {word!r}; the fact says {next(iter(stated.values()))!r}"


def _part_lost(text: str, fact: str, given: Grounds) -> str:
    """Return the part that a fact speaks of where a line names the thing instead; nothing where it does not."""
    parts = found_in(given.lists.phrases.components, fact)
    if not parts or not given.names:
        return ""
    name, stated = given.names[0], text[max(text.rfind("?"), text.rfind("？")) + 1 :]
    if CJK.search(fact):
        of_whole = name[-1:] in stated and fact.find(parts[0]) <= MODIFIERS
        return parts[0] if of_whole and not any(part in text or part in name for part in parts) else ""
    written, named = roots_of(text, given.language), roots_of(name, given.language)
    if any(root(word, given.language) in written | named for part in parts for word in part.split()):
        return ""
    whole = {_singular(word) for word in telling(words_in(name), given.lists)}
    line = [_singular(word) for word in words_in(stated)]
    for clause in CLAUSE_END.split(fact):
        words = words_in(clause)
        for at, word in enumerate(words):
            if word in parts and at + 1 < len(words) and at <= MODIFIERS and whole.intersection(line):
                return word
            before = _singular(words[at - 1]) if at else ""
            if word in parts and any(one == before and two in whole for one, two in pairwise(line)):
                return "" if before in given.lists.function or canonical_unit(before) else word
    return ""


def _singular(word: str) -> str:
    return word.removesuffix("s")
