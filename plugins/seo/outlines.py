"""The outline of an article: searches that facts of the brief answer as headings, each fact once, below the one it
answers; what no fact answers is told apart, and no heading stands empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from aigc import check
from aigc.types import Draft, Finding, texts_in
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL
from aigc_plugins.rules.content_words import HAN, content, telling
from aigc_plugins.rules.repetition import near_duplicates
from aigc_plugins.seo.answers import (
    LIGHT,
    YES_OR_NO,
    asked_for,
    characters,
    heading_named,
    heading_of,
    is_strict,
    names_another,
    subject_words,
    told_by,
    told_of,
    wanted_of,
)
from aigc_plugins.seo.asked_deeds import as_heading
from aigc_plugins.seo.fact_places import answered_too, asks_alike, shared_out
from aigc_plugins.seo.intent import intent_words, search_intent
from aigc_plugins.seo.telling_order import meanings_first
from aigc_plugins.seo.whose import has_price_of_thing
from aigc_plugins.text.chinese import wide_marks

MOST_HEADINGS = 6
FEW_HEADINGS = 2  # one, and that for the rest
LEFT = 3  # questions without a fact, and facts without a question, that somebody has to sort
SECTIONS = (2, 6)  # what articles/blog takes
REST = {"en": "Good to know", "zh": "还要知道的"}
SEARCHED = {"en": "Also searched: ", "zh": "也有人搜："}
LINKED = {"en": "Link: ", "zh": "链接："}
QUESTION = re.compile(
    r"[?？]$|^(?:how|what|when|where|who|which|why|can|do|does|is|are|should)\b"
    "|什么|怎么|如何|吗$|哪|多[久大长高重少深远]|几|方法|教程|步骤|区别",
    re.IGNORECASE,
)
# An English question whose verb stands before its subject; "how to" and "what to bring" are no sentences.
VERBS = "can|could|do|does|did|is|are|should|will|would|must|may|has|have"
INVERTED = re.compile(
    rf"^(?:{VERBS})\b|^(?:how|what|when|where|who|which|why)\b(?! to\b).{{0,40}}?\b(?:{VERBS})\b", re.IGNORECASE
)
ASKED_IN_CHINESE = re.compile(
    "什么|怎么|怎样|如何|吗$|哪|多[少久大长远深高重宽]|几|是否|能不能|要不要|好不好|晚不晚|为什么"
)
LOWER = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?![\w-])")
NAME = re.compile(r"(?<=[a-z0-9,;:] )[A-Z][A-Za-z0-9]*(?![\w-])|\b[A-Z]{2,}\b|\b[A-Z]+[0-9]+\b")
HOW_TO = re.compile(r"^how (?:to|do)\b|怎么|如何|步骤|方法", re.IGNORECASE)
OURS = re.compile(r"\b(?:we|our|us)\b|我们|本店|店里|店|馆|上门", re.IGNORECASE)


class PlannedSection(NamedTuple):
    """This is a heading, its facts, the search it is, what else is searched for that it answers, and those below it."""

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
    """These are the sections of an article, the searches that no fact answers, and the others of the cluster."""

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
    if language == "zh":
        seeds, questions, facts = ([wide_marks(one) for one in texts] for texts in (seeds, questions, facts))
    searches, others = _searches(keyword, seeds, questions)
    if not facts:
        named = [PlannedSection(headed(one, language), (), one) for one in searches or others or [keyword]]
        return ArticleOutline(
            tuple(named[:MOST_HEADINGS]), tuple(headed(one, language) for one in searches), tuple(others)
        )
    names = _names([*facts, keyword, *questions])
    told = shared_out(facts, searches, keyword)
    rest = [fact for fact in facts if not any(fact in mine for mine in told.values())]
    same, without = answered_too(searches, told, facts, keyword)
    sections = [
        PlannedSection(
            headed(one if QUESTION.search(one) else as_heading(one, keyword, mine), language, names),
            tuple(mine),
            one,
            tuple(same[one]),
        )
        for one, mine in told.items()
    ]
    sections = [_as_asked(one, questions, language, names) for one in sections]
    sections = [_neutral(one, keyword, language) for one in sections]
    local = any("where" in asked_for(seed) for seed in seeds) or any(OURS.search(fact) for fact in facts)
    local = local or search_intent(keyword) == "transactional"
    made = {name: PlannedSection(name) for fact in rest if (name := heading_of(fact, language, local=local))}
    for fact in rest:
        name = heading_of(fact, language, local=local) or REST[language]
        asked = ((one.heading, _heading_asked(one, keyword, language)) for one in sections)
        if at := [at for at, mine in enumerate(asked) if name in mine]:
            sections[at[0]] = sections[at[0]]._replace(facts=(*sections[at[0]].facts, fact))
            made.pop(name, None)
            continue
        one = made.get(name, PlannedSection(name))
        made[name] = one._replace(facts=(*one.facts, fact))
    last = [made.pop(REST[language])] if REST[language] in made else []
    sections, without = _near([*sections, *made.values(), *last], without, keyword, language)
    found, named = [one for one in others if wanted_of(one, keyword)], list(sections)
    named, far = _near(named, found, keyword, language, sure=True)
    open_ones = list[str]()
    for search in without:
        alike = any(asks_alike(search, other, keyword) for other in open_ones)
        if (QUESTION.search(search) or is_strict(search, keyword)) and not alike:
            open_ones.append(search)
    left = [one for one in seeds if one in far or one in without or (one in others and one not in found)]
    left = [one for one in map(plain_line, left) if one not in open_ones]
    return ArticleOutline(
        tuple(_fitted(meanings_first(named, keyword, REST[language]), language)),
        tuple(headed(one, language, names) for one in open_ones),
        tuple(dict.fromkeys(left)),
    )


def _heading_asked(section: PlannedSection, keyword: str, language: str) -> str:
    """Return the heading of ours that a section's search stands for, as "Prices" for what the keyword costs."""
    about = subject_words(section.search, keyword) or characters(section.search, keyword)
    return heading_named("price", language) if wanted_of(section.search, keyword) == {"price"} and not about else ""


def _as_asked(
    section: PlannedSection, questions: Sequence[str], language: str, names: Mapping[str, str]
) -> PlannedSection:
    """Return a section of a seed under the question that it answers too, since that is what people ask."""
    asked = [one for one in section.searches if one in map(plain_line, questions)]
    if not asked or section.search in map(plain_line, questions):
        return section
    others = (section.search, *(one for one in section.searches if one != asked[0]))
    return PlannedSection(headed(asked[0], language, names), section.facts, asked[0], others)


def _neutral(section: PlannedSection, keyword: str, language: str) -> PlannedSection:
    """Return a section for the price of the keyword with that first, under "Prices" where no fact has it for sure."""
    search = section.search
    own = "price" in wanted_of(search, keyword) and not (subject_words(search, keyword) or characters(search, keyword))
    if not own:
        return section
    surely = sorted(section.facts, key=lambda fact: "price" in told_by(fact) and not has_price_of_thing(fact, keyword))
    if "price" not in told_by(surely[0]) or has_price_of_thing(surely[0], keyword):
        return section._replace(facts=tuple(surely))
    return section._replace(heading=heading_of(section.facts[0], language), searches=(search, *section.searches))


def _near(
    sections: Sequence[PlannedSection], searches: Sequence[str], keyword: str, language: str, *, sure: bool = False
) -> tuple[list[PlannedSection], list[str]]:
    """Return sections with the searches that are near to what stands under a heading of ours, and those left.

    They are near where they ask for what it tells, or where one of its facts has a word of them.
    """
    found, left = list(sections), list[str]()
    for search in searches:
        asked = wanted_of(search, keyword)
        open_to = [not one.search or (sure and asked & wanted_of(one.search, keyword)) for one in found]
        ways = (at for at, one in enumerate(found) if open_to[at] and _is_near(one.facts, search, keyword, sure=sure))
        at = next(ways, -1)
        if at < 0:
            left.append(search)
        else:
            found[at] = found[at]._replace(searches=(*found[at].searches, search))
    return found, left


def _is_near(facts: Sequence[str], search: str, keyword: str, *, sure: bool) -> bool:
    """Tell whether one of some facts tells what a search asks for, or has a word of it, or it asks only how."""
    asked, about = wanted_of(search, keyword), subject_words(search, keyword) | characters(search, keyword)
    about |= content(search) - content(keyword) - LIGHT
    if any(asked & told_of(fact, search, keyword) and not names_another(fact, search) for fact in facts):
        return True
    if sure:
        return False
    open_to_words = not (is_strict(search, keyword) or YES_OR_NO.search(search))
    words = open_to_words and any(about & (content(fact) | {*HAN.findall(fact)}) for fact in facts)
    return bool(facts) and (words or (not asked and not about and bool(HOW_TO.search(search))))


def _fitted(sections: Sequence[PlannedSection], language: str) -> list[PlannedSection]:
    """Return up to six sections: those that have no room stand below the last one, which is for the rest."""
    if len(sections) <= MOST_HEADINGS:
        return [*sections]
    rest = [one for one in sections if one.heading == REST[language]]
    named = [one for one in sections if one.heading != REST[language]]
    kept, below = named[: MOST_HEADINGS - 1], tuple(named[MOST_HEADINGS - 1 :])
    last = rest[0] if rest else PlannedSection(REST[language])
    return [*kept, last._replace(below=below)]


def outline_text(outline: ArticleOutline, language: str = "en", links: Sequence[str] = (), keyword: str = "") -> str:
    """Return an outline in Markdown: headings of two signs, those below of three, their facts as a list, what else
    people search for it, and the pages to link to, each where its words stand; else at the end."""
    lines: list[str] = []
    every = [one for section in outline.sections for one in section.every]
    placed = [_place_of(link, every, keyword) for link in links]
    for section in outline.sections:
        for one in section.every:
            lines.append(f"{'##' if one is section else '###'} {one.heading}")
            lines += (f"- {capital(fact)}" for fact in one.facts)
            if one.searches:
                lines.append(f"- {SEARCHED[language]}{('、' if language == 'zh' else ', ').join(one.searches)}")
            mine = [link for link, at in zip(links, placed, strict=True) if every[at] is one]
            lines += (f"- {LINKED[language]}[{link.partition(' = ')[0]}]({link.partition(' = ')[2]})" for link in mine)
    return "\n".join(lines)


def _place_of(link: str, sections: Sequence[PlannedSection], keyword: str) -> int:
    """Return which section has most words of a page's title beside the keyword, or tells what it asks for, as a price;
    the last one where none does."""
    title = link.partition(" = ")[0]
    words, asked = telling(title) - telling(keyword), asked_for(title)
    texts = [" ".join((one.heading, *one.facts, *one.searches)) for one in sections]
    shares = [len(words & telling(text)) + 2 * len(asked & told_by(text)) for text in texts]
    return shares.index(max(shares)) if any(shares) else len(sections) - 1


def plan_sections(outline: ArticleOutline) -> int:
    """Return how many sections an article of this outline has: one for each heading, as far as articles/blog goes."""
    least, most = SECTIONS
    return max(least, min(most, len(outline.sections)))


@check(severity="note")
def searches_have_answers(draft: Draft, *, field: str) -> Iterator[Finding]:
    """Every search of a plan is answered by a fact of the brief; the field lists those that none answers.

    Where facts stand under "Good to know", one of them may answer it in words of its own.
    """
    rest = REST["zh" if draft.language == "zh" else "en"]
    left = f"## {rest}" in str(draft.fields.get("outline") or "").splitlines()
    for search in texts_in(draft.fields.get(field)):
        told = f"no fact has the words of {search!r}: see {rest!r}" if left else None
        yield Finding(message=told or f"no fact of the brief answers {search!r}", field=field)


@check(severity="warn")
def outline_has_facts(draft: Draft, *, facts: str = "facts") -> Iterator[Finding]:
    """An outline has facts to sort; without any in the brief's field `facts` all of it is still to be found out."""
    if not list(texts_in(draft.brief.values.get(facts))):
        yield Finding(message=f"the brief has no {facts}: what stands under the headings is all still to be found out")


@check(severity="warn")
def facts_have_headings(draft: Draft, *, facts: str = "facts") -> Iterator[Finding]:
    """Most facts of an outline stand under a heading of their own, not under "Good to know".

    It is found where more than half of them do, three or more, or two beside a single heading.
    """
    rest = REST["zh" if draft.language == "zh" else "en"]
    parts = re.split(r"^#{2,3} ", str(draft.fields.get("outline") or ""), flags=re.MULTILINE)[1:]
    known = {_plainest(one) for one in texts_in(draft.brief.values.get(facts))}
    left = [line for part in parts if part.startswith(f"{rest}\n") for line in part.splitlines()[1:]]
    left = [line for line in left if _plainest(line.removeprefix("- ")) in known]
    few = LEFT - 1 if len(parts) <= FEW_HEADINGS else LEFT
    if len(left) >= few and 2 * len(left) > len(known):
        yield Finding(
            message=f"{len(left)} of {len(known)} facts stand under {rest!r}: no search asks for what they tell; "
            "add questions or seeds that do",
            field="outline",
        )


@check(severity="warn")
def facts_are_sorted(
    draft: Draft, *, field: str, facts: str = "facts", questions: str = "questions"
) -> Iterator[Finding]:
    """Most questions of a brief have a fact, or few facts are left: else somebody has to sort them by what they mean.

    The field lists what no fact answers; facts are left where three or more stand under "Good to know".
    """
    values, rest = draft.brief.values, REST["zh" if draft.language == "zh" else "en"]
    asked = {_plainest(one) for one in texts_in(values.get(questions))}
    without = [one for one in texts_in(draft.fields.get(field)) if _plainest(one) in asked]
    text = str(draft.fields.get("outline") or "").partition(f"## {rest}\n")[2].partition("\n#")[0]
    known = {_plainest(one) for one in texts_in(values.get(facts))}
    left = [line for line in text.splitlines() if _plainest(line.removeprefix("- ")) in known]
    if len(without) >= LEFT and len(left) >= LEFT and 2 * len(without) > len(asked):
        yield Finding(
            message=f"{len(without)} of {len(asked)} questions and {len(left)} facts share no word: "
            f"sort what stands under {rest!r} by hand, or say it in the words of the questions"
        )


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


def headed(search: str, language: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
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
    if not HAN.search(search):  # "hall hire with kitchen" of church hall hire
        known = content(keyword)
        rest = plain_line(" ".join(word for word in rest.split() if not content(word) & known or not content(word)))
    return search_intent(rest) if rest else search_intent(search)


def _plainest(text: str) -> str:
    """Return a text without its marks and blanks, in small letters, to tell whether two are the same."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _same(one: str, other: str) -> bool:
    return one.casefold().strip(FINAL) == other.casefold().strip(FINAL)
