"""The outline of an article: searches that facts of the brief answer as headings, each fact once, below the one it
answers; what no fact answers is told apart, and no heading stands empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from types import MappingProxyType
from typing import NamedTuple

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.rules.content_words import HAN, content, telling
from aigc_plugins.rules.repetition import near_duplicates
from aigc_plugins.seo.answers import (
    answers,
    asked_for,
    characters,
    heading_of,
    is_strict,
    part,
    shared,
    subject_words,
    told_by,
    wanted_of,
)
from aigc_plugins.seo.intent import intent_words, search_intent

MOST_HEADINGS = 6
SAME_LEAST = 1.2  # of how surely a fact answers a search that stands with another
CLOSE = 0.6  # by so much a fact may answer another search less and still stand with it
SECTIONS = (2, 6)  # what articles/blog takes
REST = {"en": "Good to know", "zh": "还要知道的"}
SEARCHED = {"en": "Also searched: ", "zh": "也有人搜："}
QUESTION = re.compile(
    r"[?？]$|^(?:how|what|when|where|who|which|why|can|do|does|is|are|should)\b|什么|怎么|如何|吗$|哪|多[久大长高重少深远]|几|方法|教程|步骤|区别", re.IGNORECASE
)
# An English question whose verb stands before its subject; "how to" and "what to bring" are no sentences.
INVERTED = re.compile(
    r"^(?:can|could|do|does|did|is|are|should|will|would|must|may|has|have)\b|"
    r"^(?:how|what|when|where|who|which|why)\b(?! to\b).{0,40}?\b(?:can|do|does|is|are|should|will|would|must|has|have)\b",
    re.IGNORECASE,
)
ASKED_IN_CHINESE = re.compile("什么|怎么|怎样|如何|吗$|哪|多[少久大长远深高重宽]|几|是否|能不能|要不要|好不好|晚不晚|为什么")
LOWER = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?![\w-])")
NAME = re.compile(r"(?<=[a-z0-9,;:] )[A-Z][A-Za-z0-9]*(?![\w-])|\b[A-Z]{2,}\b|\b[A-Z]+[0-9]+\b")
HOW_TO = re.compile(r"^how (?:to|do)\b|怎么|如何|步骤|方法", re.IGNORECASE)
OURS = re.compile(r"\b(?:we|our|us)\b|我们|本店|店里|店|馆|上门", re.IGNORECASE)


class PlannedSection(NamedTuple):
    """This is a heading, its facts, the search it is, what else people search for that it answers, and those below it."""

    heading: str
    facts: tuple[str, ...] = ()
    search: str = ""
    searches: tuple[str, ...] = ()
    below: tuple[PlannedSection, ...] = ()

    @property
    def every(self) -> tuple[PlannedSection, ...]:
        """Return this section and those below it."""
        return (self, *self.below)


class ArticleOutline(NamedTuple):
    """These are the sections of an article, the searches no fact answers, and those that say no more than the keyword."""

    sections: tuple[PlannedSection, ...]
    unanswered: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def plan_outline(
    keyword: str, seeds: Sequence[str], questions: Sequence[str], facts: Sequence[str] = (), language: str = "en"
) -> ArticleOutline:
    """Return up to six headings: questions, then searches that say more than the keyword, that a fact answers; what
    asks the same stands with it.

    Every fact stands once: under the heading that it answers best, else under one for prices, places or times, or for
    the rest. A search that no fact answers is no heading but of an outline without facts.
    """
    searches, others = _searches(keyword, seeds, questions)
    if not facts:
        named = [PlannedSection(_headed(one, language), (), one) for one in searches or [keyword]]
        return ArticleOutline(tuple(named[:MOST_HEADINGS]), tuple(_headed(one, language) for one in searches), tuple(others))
    names = _names([*facts, keyword, *questions])
    told = _told(facts, searches, keyword)
    rest = [fact for fact in facts if not any(fact in mine for mine in told.values())]
    sections, without = _with_same(searches, told, facts, keyword)
    sections = [one._replace(heading=_headed(one.search, language, names)) for one in sections]
    local = any("where" in asked_for(seed) for seed in seeds) or any(OURS.search(fact) for fact in facts)
    local = local or search_intent(keyword) == "transactional"
    made = {name: PlannedSection(name) for fact in rest if (name := heading_of(fact, language, local=local))}
    for fact in rest:
        name = heading_of(fact, language, local=local) or REST[language]
        one = made.get(name, PlannedSection(name))
        made[name] = one._replace(facts=(*one.facts, fact))
    last = [made.pop(REST[language])] if REST[language] in made else []
    sections, without = _near([*sections, *made.values(), *last], without, keyword, language)
    found, named = [one for one in others if wanted_of(one, keyword)], list(sections)
    named, far = _near(named, found, keyword, language, sure=True)
    open_ones = [one for one in without if QUESTION.search(one) or is_strict(one, keyword)]
    left = [one for one in seeds if one in far or one in without or (one in others and one not in found)]
    left = [one for one in map(plain_line, left) if one not in open_ones]
    return ArticleOutline(tuple(_fitted(named, language)), tuple(_headed(one, language, names) for one in open_ones), tuple(dict.fromkeys(left)))


def _told(facts: Sequence[str], searches: Sequence[str], keyword: str) -> dict[str, list[str]]:
    """Return the facts of each search that has some: each fact stands with the search that it answers best.

    Where a search would have none and a fact of another answers it hardly less, and the other has more, it moves.
    """
    counted = Counter(word for fact in facts for word in content(fact))
    sure = {(fact, one): answers(fact, one, keyword, counted) for fact in facts for one in searches}
    told: dict[str, list[str]] = {one: [] for one in searches}
    for fact in facts:
        best = max(searches, key=lambda one: sure[fact, one], default="")
        if best and sure[fact, best] > 0:
            told[best].append(fact)
    for one in searches:
        if not told[one]:
            movable = [
                (sure[fact, one] - sure[fact, other], fact, other)
                for other, mine in told.items()
                if len(mine) > 1
                for fact in (mine if searches.index(one) < searches.index(other) else mine[::-1])
                if sure[fact, one] > 0 and (sure[fact, one] >= sure[fact, other] - CLOSE or shared(fact, one, keyword) == 1)
            ]
            if movable:
                _, fact, other = max(movable, key=lambda found: found[0])
                told[other].remove(fact)
                told[one].append(fact)
    _swap(told, sure)
    _second_best(told, facts, searches, keyword)
    return {one: mine for one, mine in told.items() if mine}


def _swap(told: dict[str, list[str]], sure: Mapping[tuple[str, str], float]) -> None:
    """Let two searches with a fact each change them where both together are then answered more surely."""
    single = [one for one, mine in told.items() if len(mine) == 1]
    for one, other in combinations(single, 2):
        mine, yours = told[one][0], told[other][0]
        kept, changed = sure[mine, one] + sure[yours, other], sure[yours, one] + sure[mine, other]
        if changed > kept and sure[yours, one] > 0 and sure[mine, other] > 0:
            told[one], told[other] = [yours], [mine]


def _second_best(
    told: dict[str, list[str]], facts: Sequence[str], searches: Sequence[str], keyword: str
) -> None:
    """Put facts that answer no search for sure under searches without any of which they have a word, the most first.

    Neither has another that it is as near to, and nothing is told that the search does not ask for.
    """
    left = [fact for fact in facts if not any(fact in mine for mine in told.values())]
    open_ones = [one for one in searches if not told[one] and not is_strict(one, keyword)]
    pairs = [(part(fact, one, keyword), fact, one) for fact in left for one in open_ones]
    for share, fact, one in sorted(pairs, key=lambda found: -found[0]):
        rivals = [other for other in pairs if other[0] == share and (other[1] == fact) != (other[2] == one)]
        if share > 0 and not rivals and fact in left and not told[one]:
            told[one].append(fact)
            left.remove(fact)


def _with_same(
    searches: Sequence[str], told: dict[str, list[str]], facts: Sequence[str], keyword: str
) -> tuple[list[PlannedSection], list[str]]:
    """Return a section for each search that has facts, with the searches that these answer too, and those left."""
    counted = Counter(word for fact in facts for word in content(fact))
    same: dict[str, list[str]] = {one: [] for one in told}
    left: list[str] = []
    for search in searches:
        if search in told:
            continue
        sure = {
            one: max(answers(fact, search, keyword, counted) for fact in mine) + _asks_alike(search, one, keyword)
            for one, mine in told.items()
        }
        best = max(sure, key=lambda one: sure[one], default="")
        if best and sure[best] >= SAME_LEAST:
            same[best].append(search)
        else:
            left.append(search)
    return [PlannedSection(one, tuple(told[one]), one, tuple(same[one])) for one in told], left


def _asks_alike(search: str, other: str, keyword: str) -> float:
    """Return how surely two searches ask for the same: both for a price, of the same thing."""
    asked, about = wanted_of(search, keyword), subject_words(search, keyword) | characters(search, keyword)
    same = asked == wanted_of(other, keyword) and about == subject_words(other, keyword) | characters(other, keyword)
    return CLOSE if same and (asked or about) else 0.0


def _near(
    sections: Sequence[PlannedSection], searches: Sequence[str], keyword: str, language: str, *, sure: bool = False
) -> tuple[list[PlannedSection], list[str]]:
    """Return sections with the searches that are near to what stands under a heading of ours, and those left.

    They are near where they ask for what it tells, or where one of its facts has a word of them.
    """
    found, left = list(sections), list[str]()
    for search in searches:
        asked = wanted_of(search, keyword)
        about = subject_words(search, keyword) | characters(search, keyword)
        at = next(
            (
                at
                for at, one in enumerate(found)
                if (not one.search or (sure and asked & wanted_of(one.search, keyword)))
                and any(
                    asked & told_by(fact)
                    or (not sure and not is_strict(search, keyword) and about & (content(fact) | set(HAN.findall(fact))))
                    or (not (sure or asked or about) and HOW_TO.search(search))
                    for fact in one.facts
                )
            ),
            -1,
        )
        if at < 0:
            left.append(search)
        else:
            found[at] = found[at]._replace(searches=(*found[at].searches, search))
    return found, left


def _fitted(sections: Sequence[PlannedSection], language: str) -> list[PlannedSection]:
    """Return up to six sections: those that have no room stand below the last one, which is for the rest."""
    if len(sections) <= MOST_HEADINGS:
        return [*sections]
    rest = [one for one in sections if one.heading == REST[language]]
    named = [one for one in sections if one.heading != REST[language]]
    kept, below = named[: MOST_HEADINGS - 1], tuple(named[MOST_HEADINGS - 1 :])
    last = rest[0] if rest else PlannedSection(REST[language])
    return [*kept, last._replace(below=below)]


def outline_text(outline: ArticleOutline, language: str = "en") -> str:
    """Return an outline in Markdown: headings of two signs, those below of three, their facts as a list, and what else
    people search for it."""
    lines: list[str] = []
    for section in outline.sections:
        for one in (section, *section.below):
            lines.append(f"{'##' if one is section else '###'} {one.heading}")
            lines += (f"- {fact}" for fact in one.facts)
            if one.searches:
                lines.append(f"- {SEARCHED[language]}{('、' if language == 'zh' else ', ').join(one.searches)}")
    return "\n".join(lines)


def plan_sections(outline: ArticleOutline) -> int:
    """Return how many sections an article of this outline has: one for each heading, as far as articles/blog goes."""
    least, most = SECTIONS
    return max(least, min(most, len(outline.sections)))


@check(severity="note")
def searches_have_answers(draft: Draft, *, field: str) -> Iterator[Finding]:
    """Every search of a plan is answered by a fact of the brief; the field lists those that none answers."""
    for search in texts_in(draft.fields.get(field)):
        yield Finding(message=f"no fact of the brief answers {search!r}", field=field)


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


def _searches(keyword: str, seeds: Sequence[str], questions: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the searches that may be headings, those that ask for a price behind the questions, and the others."""
    near = [seed for seed in map(plain_line, seeds) if not _same(seed, keyword)]
    read = [seed for seed in near if _is_read(seed, keyword)]
    wanted = apart([*map(plain_line, questions), *read], 0.9)
    return wanted, [seed for seed in near if seed not in read]


def _headed(search: str, language: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a search as a heading: with a capital, those of `names`, and its question mark where it is a sentence."""
    search = LOWER.sub(lambda found: names.get(found.group(), found.group()), re.sub(r"\bi\b", "I", search))
    asks = ASKED_IN_CHINESE.search(search) if language == "zh" else INVERTED.search(search)
    if not asks or search.endswith(("?", "？")):
        return capital(search)
    return capital(search) + ("？" if language == "zh" else "?")


def _names(texts: Sequence[str]) -> dict[str, str]:
    """Return the words that some texts write with a capital inside a sentence and never without: Italian, A1."""
    found: dict[str, str] = {}
    for text in texts:
        for word in NAME.findall(text):
            found.setdefault(word.casefold(), word)
    small = {word for text in texts for word in LOWER.findall(text)}
    return {word: name for word, name in found.items() if word not in small}


def _is_read(search: str, keyword: str) -> bool:
    """Tell whether somebody who searches so wants to read of more than the keyword, or of which is best."""
    if "where" in asked_for(search) and _wants(search, keyword) == "transactional":
        return False  # "near me"
    if "price" in asked_for(search):
        return True
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
