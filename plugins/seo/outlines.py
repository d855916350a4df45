"""The outline of an article: what people search for as headings, each fact below the one it answers, and what is left
to find out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.rules.content_words import HAN, content, telling
from aigc_plugins.rules.repetition import near_duplicates
from aigc_plugins.seo.answers import asked_for, characters, heading_of, shared_out, subject_words, to_find_out
from aigc_plugins.seo.intent import PRECEDENCE, intent_words, search_intent

MOST_HEADINGS, MOST_BELOW = 6, 4
SECTIONS = (2, 6)  # what articles/blog takes
REST = {"en": "Good to know", "zh": "还要知道的"}
TO_FIND = {"en": "To find out: ", "zh": "待查："}
SEARCHED = {"en": "Also searched: ", "zh": "也有人搜："}
ANSWER = {"en": ("the answer", "facts on this"), "zh": ("答案", "相关事实")}
QUESTION = re.compile(
    r"[?？]$|^(?:how|what|when|where|who|which|why|can|do|does|is|are|should)\b|什么|怎么|如何|吗$|哪|多", re.IGNORECASE
)


class PlannedSection(NamedTuple):
    """This is a heading, the facts that answer it, the headings below it, and what else people search for it."""

    heading: str
    facts: tuple[str, ...] = ()
    below: tuple[PlannedSection, ...] = ()
    searches: tuple[str, ...] = ()


class _Section:
    """These are searches for one thing: the first, others that ask the same, and those that stand below it."""

    def __init__(self, head: str, keyword: str) -> None:
        self.head = head
        self.asked = asked_for(head)
        self.words = subject_words(head, keyword)
        self.told = self.words | characters(head, keyword)
        self.same: list[str] = []
        self.below: list[_Section] = []

    def is_same(self, other: _Section) -> bool:
        """Tell whether another search, which asks or names something, asks for this and names nothing more."""
        some = bool(other.asked or other.told)
        return some and other.told <= self.told and (other.asked == self.asked or not other.asked)

    def is_near(self, other: _Section) -> bool:
        """Tell whether another search is about this, or asks for a price as this one does."""
        return bool(self.words & other.words) or "price" in self.asked & other.asked

    @property
    def texts(self) -> str:
        """Return all that is searched for it."""
        return " ".join((self.head, *self.same))


def plan_outline(
    keyword: str, seeds: Sequence[str], questions: Sequence[str], facts: Sequence[str] = (), language: str = "en"
) -> list[PlannedSection]:
    """Return up to six headings: questions, then searches that say more than the keyword or ask for its price, those
    that ask before those that compare; one about the same as another stands below it, one that asks the same with it.

    A search only to buy it, or that only says "best", is no heading unless there is none else; one for what is near by
    is none. Every fact stands under the heading that it answers, or under one for the rest.
    """
    groups = _grouped(_searches(keyword, seeds, questions), keyword)
    entries = [one for group in groups for one in (group, *group.below)]
    told, left = shared_out(facts, [one.texts for one in entries], keyword)
    mine = {id(one): tuple(found) for one, found in zip(entries, told, strict=True)}
    sections = [_planned(group, mine) for group in groups]
    local = search_intent(keyword) == "transactional" or any("where" in asked_for(seed) for seed in seeds)
    made: dict[str, list[str]] = {}
    for fact in left:
        name = heading_of(fact, language, local=local)
        made.setdefault(name or REST[language], []).append(fact)
    rest = made.pop(REST[language], [])
    sections += [PlannedSection(name, tuple(found)) for name, found in made.items()]
    if rest or len(sections) > MOST_HEADINGS or len(sections) < SECTIONS[0]:
        return _with_rest(sections, rest, language)
    return sections


def _with_rest(sections: list[PlannedSection], rest: Sequence[str], language: str) -> list[PlannedSection]:
    """Return up to six sections, the last for facts that answer nothing and for searches that had no room.

    Of these go first those that no fact answers, searches before questions, the last first.
    """
    kept, below = [*sections], list[PlannedSection]()
    while len(kept) >= MOST_HEADINGS:
        least = min(
            reversed(kept),
            key=lambda one: bool(one.facts) + bool(QUESTION.search(one.heading) or asked_for(one.heading)),
        )
        kept.remove(least)
        below = [PlannedSection(least.heading, least.facts, (), least.searches), *least.below, *below]
    return [*kept, PlannedSection(REST[language], tuple(rest), tuple(below))]


def outline_text(outline: Sequence[PlannedSection], language: str = "en") -> str:
    """Return an outline in Markdown: a heading of two signs, its facts as a list, those below it of three.

    Where no fact answers it there is a line of what is to be found out.
    """
    lines: list[str] = []
    for one in outline:
        asked = [capital(below.heading) for below in one.below if not below.facts]
        lines += [f"## {one.heading}", *(f"- {fact}" for fact in one.facts)]
        if not one.facts and not (one.heading in REST.values() and one.below):
            lines.append(f"- {TO_FIND[language]}{_wanted(one.heading, language)}")
        lines += [f"- {TO_FIND[language]}{text}" for text in asked]
        if one.searches:
            lines.append(f"- {SEARCHED[language]}{('、' if language == 'zh' else ', ').join(one.searches)}")
        for below in one.below:
            if below.facts:
                lines += [f"### {below.heading}", *(f"- {fact}" for fact in below.facts)]
    return "\n".join(lines)


def plan_sections(outline: Sequence[PlannedSection]) -> int:
    """Return how many sections an article of this outline has: one for each heading, as far as articles/blog goes."""
    least, most = SECTIONS
    return max(least, min(most, len(outline)))


@check(severity="note")
def headings_have_facts(draft: Draft, *, field: str) -> Iterator[Finding]:
    """Under every heading of an outline stands a fact of the brief; one without is named: it is to be found out."""
    heading = ""
    for line in str(draft.fields.get(field) or "").split("\n"):
        heading = line.lstrip("# ") if line.startswith("#") else heading
        wanted = next((line[len(f"- {mark}") :] for mark in TO_FIND.values() if line.startswith(f"- {mark}")), "")
        if wanted:
            yield Finding(message=f"under {heading!r} no fact of the brief tells {wanted!r}", field=field)


@check(severity="warn")
def outline_has_facts(draft: Draft, *, facts: str = "facts") -> Iterator[Finding]:
    """An outline has facts to sort; without any in the brief's field `facts` all of it is still to be found out."""
    if not list(texts_in(draft.brief.values.get(facts))):
        yield Finding(message=f"the brief has no {facts}: what stands under the headings is all still to be found out")


@cache
def wanting() -> frozenset[str]:
    """Return the words that say what a searcher wants, and not of what: best, buy, 推荐."""
    listed = [word.strip("^") for name, words in intent_words().items() if name != "informational" for word in words]
    return frozenset(listed) | frozenset(part for word in listed for part in telling(word))


def apart(texts: Sequence[str], likeness: float) -> list[str]:
    """Return texts but those that are alike another by a share of their characters."""
    kept: list[str] = []
    for text in texts:
        if not any(near_duplicates(text, other, likeness) for other in kept):
            kept.append(text)
    return kept


def plain_line(text: str) -> str:
    """Return a text in one line, without marks at its ends."""
    return " ".join(text.split()).strip(" .。,，;；")


def _searches(keyword: str, seeds: Sequence[str], questions: Sequence[str]) -> list[str]:
    """Return the searches that may be headings: those that ask for a price behind the questions."""
    near = [seed for seed in seeds if "where" not in asked_for(seed) or search_intent(seed) == "informational"]
    priced = [seed for seed in near if "price" in asked_for(seed) and _wants(seed, keyword) != "informational"]
    read = [seed for seed in near if seed not in priced and _is_read(seed, keyword)]
    read.sort(key=lambda text: PRECEDENCE[::-1].index(_wants(text, keyword)))
    wanted = [text for text in map(plain_line, (*questions, *priced, *read)) if not _same(text, keyword)]
    return apart(wanted or [text for text in map(plain_line, near) if not _same(text, keyword)], 0.9)


def _grouped(searches: Sequence[str], keyword: str) -> list[_Section]:
    """Return the searches by what they are about."""
    groups: list[_Section] = []
    general = frozenset(word for mark in intent_words()["informational"] for word in (mark, *content(mark)))
    for text in searches:
        new = _Section(text, keyword)
        every = [one for group in groups for one in (group, *group.below)]
        same = next((one for one in every if one.is_same(new)), None)
        near = max(
            (one for one in groups if one.is_near(new)), key=lambda one: len(one.words & new.words), default=None
        )
        if same:
            same.same.append(text)
        elif groups and not QUESTION.search(text) and not _adds(text, keyword, general):
            groups[0].same.append(text)  # "rain barrel tips"
        elif near and len(near.below) < MOST_BELOW:
            near.below.append(new)
        else:
            groups.append(new)
    return groups


def _planned(group: _Section, facts: dict[int, tuple[str, ...]]) -> PlannedSection:
    below = tuple(PlannedSection(capital(one.head), facts[id(one)]) for one in group.below)
    same = (*group.same, *(text for one in group.below for text in one.same))
    return PlannedSection(capital(group.head), facts[id(group)], below, same)


def _wanted(heading: str, language: str) -> str:
    answer, some = ANSWER[language]
    return to_find_out(heading, language) or (answer if QUESTION.search(heading) else some)


def _is_read(search: str, keyword: str) -> bool:
    """Tell whether somebody who searches so wants to read of more than the keyword, or of which is best."""
    if _wants(search, keyword) not in ("informational", "commercial"):
        return False
    return bool(QUESTION.search(search) or asked_for(search) or _adds(search, keyword, wanting()))


def _adds(search: str, keyword: str, words: frozenset[str]) -> bool:
    """Tell whether a search says more than the keyword and some words."""
    for word in sorted(words, key=len, reverse=True):
        search = search.replace(word, " ") if HAN.match(word) and len(word) > 1 else search
    return bool(content(search) - content(keyword) - words or characters(search, keyword))


def _wants(search: str, keyword: str) -> str:
    """Return what a search wants beside the keyword: "boat hire for families" is no more to hire than to choose."""
    rest = plain_line(re.sub(re.escape(keyword), " ", search, flags=re.IGNORECASE))
    return search_intent(rest) if rest else search_intent(search)


def _same(one: str, other: str) -> bool:
    return one.casefold().strip(FINAL) == other.casefold().strip(FINAL)
