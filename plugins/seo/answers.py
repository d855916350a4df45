"""What a search asks for – a price, how often, how long, when, where – and which sentence of a brief tells it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from aigc_plugins.rules.content_words import HAN, content, denies, stem, telling
from aigc_plugins.seo.asked_deeds import says_alike, speaks_of_another
from aigc_plugins.seo.whose import FIGURE_OF_MONEY, SUBJECTLESS, has_price_of_another, measures_the_thing

NUMBER = (
    r"(?:\b\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+)?"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|ninety))"
)
# What it weighs that a sentence tells what is asked: of the same, of all that is asked, of what names nothing else.
SAME, BARE, ALONE, MUTE, WHOLE = 2.0, 1.8, 1.7, 1.2, 1.3
FEW = 2  # words, or Chinese characters, of a search that names hardly anything
HALF = 0.5  # of what a search is about: so much has a sentence that answers it
MOST = 0.6  # of what a question is about that wants yes or no
MORE = 0.4  # what one that has two words or more of a search, and all, answers better
LEADING = 0.3  # of what a search is about, where a fact begins with it
RARE = 0.1  # what a word that few sentences have tells more
PLAIN = frozenset(("price", "often", "long"))  # told of the keyword where a sentence names nothing else
MEASURED = frozenset(("price", "size"))  # what a part of a thing has too
# What has a heading unasked.
GIVEN, GIVEN_LOCALLY = (
    frozenset(("price", "excluded", "cancel")),
    frozenset(("price", "excluded", "cancel", "where", "when")),
)
_SUFFIXES = "ion ation ment al ance ence able ful ness ist or age ure ative ity ship"
SUFFIXES = frozenset(_SUFFIXES.split())
_LIGHT = """
    take takes get gets need needs go come comes make makes have work works last lasts explained guide chart list tips
    done happen happens free
"""
LIGHT = frozenset(map(stem, _LIGHT.split()))  # what a search is about by no more than them
LEAST_FORM = 5  # letters of a stem that may have an ending: collect, collection
# What is asked of it, him or them: the deed alone is what a question is about, "Can I swap it when my child grows?"
DEED = re.compile(
    r"^(?:can|could|may|do|should) (?:i|we|you) (?:have to |need to )?(\w+) (?:it|them|this|these)\b", re.IGNORECASE
)
TAKES = re.compile(r"\b(?:takes?|lasts?|needs?|requires?|ready|done|finished)\b", re.IGNORECASE)
SEASON = re.compile(r"^when (?:to|should|is it best|is the best)\b|最佳时间|几月|哪个月|什么季节", re.IGNORECASE)
HOURS = re.compile(
    r"\d(?::\d\d)?\s?(?:-|–|to|until|am|pm)\s?\d"
    r"|\d:\d\d|\d ?(?:am|pm)\b|[\d一二三四五六七八九十]点|周[一二三四五六日末]",
    re.IGNORECASE,
)
OURS_OR_YOURS = re.compile(r"(?:you|we)\b", re.IGNORECASE)
COUNTED = re.compile(NUMBER, re.IGNORECASE)
NAMED = re.compile(r"(?<=[a-z] )[A-Z][a-z]{2,}")
YEAR_OLD = re.compile(r"(?<=\d)[- ]years?[- ]olds?\b", re.IGNORECASE)
WEEKDAY = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bopens?\b|周[一二三四五六日末]|星期", re.IGNORECASE
)
TIMES = re.compile(r"^每.*[一二两三四五六七八九十\d]次")  # 每五年上一次油
ACTS = re.compile(r"(?:(?:the|an?|our|your)\s)?\w+ (?:\w+s|can|may|will|are)\b", re.IGNORECASE)  # no "kennel cough"
YES_OR_NO = re.compile(r"^(?:can|could|do|does|did|is|are|should|will|must|may)\b", re.IGNORECASE)
LOOSE = frozenset("不没包好学放的了在和与或要能可以是有到得吗呢用做个我你想才最多一几次")
WEAK = frozenset("吃用换水放做")  # characters that alone tell too little
LOOSE_WORDS = re.compile(
    r"第?[一每][张条只套节台部辆把堂件](?![多几])|一年|一周|一天|半年|每年|一个月|每月|多少|多大|合适|怎么选|怎么挑|怎么办|为什么|什么样|什么|怎么样|怎么|怎样|如何|哪[些种个家款里]|推荐|应该|自己|一般|大概|还是|需要|请问|好不好|选购|选择|方法|教程|注意|标准|东西|要不要|是不是|能不能"
)


class SearchAsked(NamedTuple):
    """This is one thing that may be asked for: how one sees that a text asks for it, or tells it, and its headings."""

    ask: re.Pattern[str]
    tell: re.Pattern[str]
    unless: re.Pattern[str] | None
    strict: bool
    alone: bool
    heading: Mapping[str, str]
    title: Mapping[str, str]


@lru_cache(maxsize=1 << 12)
def asked_for(search: str) -> frozenset[str]:
    """Return what a search asks for, by the names of answers.yaml: `price` for "piano tuning cost"."""
    return frozenset(name for name, one in _asked().items() if one.ask.search(search))


@lru_cache(maxsize=1 << 12)
def told_by(fact: str) -> frozenset[str]:
    """Return what a sentence tells, by the names of answers.yaml: `often` for "It is tuned twice a year."."""
    return frozenset(
        name for name, one in _asked().items() if one.tell.search(fact) and not (one.unless and one.unless.search(fact))
    )


@lru_cache(maxsize=1 << 12)
def told_beside(fact: str, keyword: str) -> frozenset[str]:
    """Return what a sentence tells by other words than the keyword's: linen is no material told of linen bedding."""
    known = keyword.casefold()
    return frozenset(
        name
        for name in told_by(fact)
        if any(found.group().casefold() not in known for found in _asked()[name].tell.finditer(fact))
    )


@lru_cache(maxsize=1 << 12)
def wanted_of(search: str, keyword: str) -> frozenset[str]:
    """Return what a search asks for beside the keyword."""
    return asked_for(re.sub(re.escape(keyword), " ", search, flags=re.IGNORECASE).strip())


@lru_cache(maxsize=1 << 12)
def subject_words(search: str, keyword: str) -> frozenset[str]:
    """Return what a search is about beside the keyword and what it asks for: "tandem" of "tandem kayak hire cost"."""
    rest = _unasked(YEAR_OLD.sub("", re.sub(re.escape(keyword), " ", search, flags=re.IGNORECASE)).strip())
    if deed := DEED.search(search):
        rest = deed[1] if telling(deed[1]) else rest
    known = content(keyword) | LIGHT
    return frozenset(word for word in telling(rest) or content(rest) if word not in known and not HAN.match(word))


@lru_cache(maxsize=1 << 12)
def characters(heading: str, keyword: str) -> frozenset[str]:
    """Return the Chinese characters that tell what a heading is about beside the keyword and what it asks for.

    Those of 草莓几天浇一次水 are 浇 and 水 for the keyword 种草莓.
    """
    rest = LOOSE_WORDS.sub(" ", _unasked(heading)) if HAN.search(heading) else ""
    for length in range(len(keyword), 1, -1):
        for at in range(len(keyword) - length + 1):
            rest = rest.replace(keyword[at : at + length], " ")
    found = frozenset(HAN.findall(rest)) - LOOSE
    return found - set(keyword) or (frozenset() if asked_for(heading) else found)


def heading_of(fact: str, language: str = "en", *, local: bool = False) -> str:
    """Return the heading above a sentence that no search asks for: "Prices"; of what is had somewhere (`local`), where
    and when too. It is empty where the sentence tells no such thing."""
    kinds = told_by(fact) & (GIVEN_LOCALLY if local else GIVEN)
    kinds -= frozenset(("when",)) if not WEEKDAY.search(fact) else frozenset()
    named = (one.heading["zh" if language == "zh" else "en"] for name, one in _asked().items() if name in kinds)
    return next(named, "")


def heading_named(kind: str, language: str = "en") -> str:
    """Return the heading above what tells one thing: "Prices" for `price`."""
    return _asked()[kind].heading["zh" if language == "zh" else "en"]


def told_in_title(kinds: Collection[str], language: str = "en", *, heading: str | None = None) -> list[str]:
    """Return what stands in a title for some things that are told, "Price", of a `heading` only that which has it."""
    tongue = "zh" if language == "zh" else "en"
    known = [one for name, one in _asked().items() if name in kinds]
    return [one.title[tongue] for one in known if tongue in one.title and heading in (None, one.heading[tongue])]


def is_strict(search: str, keyword: str) -> bool:
    """Tell whether only a sentence of one kind answers a search, such as one with a price."""
    return any(_asked()[name].strict for name in wanted_of(search, keyword))


def answers(fact: str, search: str, keyword: str, counted: Mapping[str, int]) -> float:
    """Return how surely a fact answers a search, 0 where it does not.

    What asks for a price, a time or a place is answered by what tells one, of the same or of nothing else; what asks
    for nothing of the kind by what has half of its words or more. `counted` is in how many facts each word stands.
    """
    if speaks_of_another(fact, search, keyword):
        return 0.0
    if says_alike(fact, search, keyword) and not (is_strict(search, keyword) and not asked_for(search) & told_by(fact)):
        return SAME + len(asked_for(search) & told_by(fact)) * RARE
    asked, about = wanted_of(search, keyword), bool(subject_words(search, keyword) or characters(search, keyword))
    share = shared(fact, search, keyword)
    rare = RARE * sum(1 / counted[word] for word in content(fact) & subject_words(search, keyword))
    told = asked & told_beside(fact, keyword)
    if not about:
        told -= _told_of_others(fact, search, keyword)
    if told == {"price"} and not about and not FIGURE_OF_MONEY.search(fact):
        return MUTE  # free parking is no price of the keyword
    if told and (share > 0 or not about):
        special = 2 * RARE if any(not _asked()[name].strict for name in told) else RARE if "price" in told else 0
        special -= 2 * RARE if "long" in told and re.search(r"\bwithin\b", fact) else 0  # that may be of something else
        return (SAME + share + rare if about else BARE) + RARE * len(told) + special
    if names_another(fact, search) and not share:
        return 0.0  # what is asked of a place or a make is not told by what names none
    few = len(subject_words(search, keyword)) < FEW and len(characters(search, keyword)) < FEW
    if any(_asked()[name].alone for name in told):
        return ALONE
    if "often" in told and len(characters(search, keyword)) == FEW and TIMES.search(fact):
        return MUTE
    if told and few and (SUBJECTLESS.match(fact) if told & PLAIN else not is_strict(search, keyword)):
        return MUTE
    yes_or_no = YES_OR_NO.search(search) or search.rstrip("?？").endswith("吗")
    if asked and share == 1 and any(word.isdigit() for word in subject_words(search, keyword)):
        return WHOLE  # the size for a child of 7
    if asked and is_strict(search, keyword) and (asked & PLAIN or (few and not yes_or_no)):
        return 0.0
    if asked:
        return WHOLE if share == 1 else 0.0
    leads = _leads(fact, subject_words(search, keyword)) and (not YES_OR_NO.search(search) or ACTS.match(fact))
    least = LEADING if leads else MOST if YES_OR_NO.search(search) else HALF
    if share < least or (share == 1 and len(characters(search, keyword)) == 1 and characters(search, keyword) <= WEAK):
        return 0.0
    if HAN.search(search) and characters(search, keyword) <= set(keyword):
        share *= HALF  # 家谱怎么写 names nothing but 代写家谱
    whole = share == 1 and len(subject_words(search, keyword) or characters(search, keyword)) >= FEW
    return HALF + share + rare + (MORE if whole or leads else 0) + (RARE if denies(fact) and denies(search) else 0)


def _leads(fact: str, words: Collection[str]) -> bool:
    """Tell whether the first word of a fact is one of some: "Lavender smells nice" is about lavender."""
    first = re.match(r"(?:the |an? |our |your )?([A-Za-z]+)", fact, re.IGNORECASE)
    return first is not None and stem(first[1]) in words


def _told_of_others(fact: str, search: str, keyword: str) -> frozenset[str]:
    """Return what a fact tells of something else than what a search asks for that names nothing but the keyword.

    "You get the bill by email the same day" tells not how long it takes, nor opening hours when to do it, nor the price
    of a repair that of the keyword, nor how deep a sole is what size a shoe has.
    """
    none: frozenset[str] = frozenset()
    other = frozenset(("price",)) if has_price_of_another(fact, f"{search} {keyword}") else none
    other |= none if measures_the_thing(fact, keyword) else frozenset(("size",))
    mute = SUBJECTLESS.match(fact) and not OURS_OR_YOURS.match(fact)
    near = HAN.search(fact) or mute or COUNTED.match(fact) or TAKES.search(fact) or content(fact) & content(keyword)
    other |= none if near else frozenset(("long",))
    return other | (frozenset(("when",)) if SEASON.search(search) and HOURS.search(fact) else none)


def told_of(fact: str, search: str, keyword: str) -> frozenset[str]:
    """Return what a fact tells of that which a search asks for, the keyword where it names nothing else."""
    named = subject_words(search, keyword) or characters(search, keyword)
    return told_by(fact) - (_told_of_others(fact, search, keyword) & MEASURED if not named else frozenset())


def shared(fact: str, search: str, keyword: str) -> float:
    """Return the share of what a search is about beside the keyword that a fact has too, of Chinese its characters.

    A Chinese fact that has few of them says nothing of it: half is too few of two, one of three. Words of alike.yaml
    stand for one another.
    """
    words, chars = subject_words(search, keyword), characters(search, keyword)
    if words:
        mine = content(fact)
        return sum(_among(word, mine) for word in words) / len(words)
    if not chars:
        return 0.0
    alike = {
        char
        for group in _alike()["zh"]
        if any(word in fact for word in group)
        for word in group
        if word in search
        for char in word
    }
    same = chars & (set(fact) | alike)
    run = any(search[at : at + 2] in fact and {*search[at : at + 2]} <= chars for at in range(len(search) - 1))
    share = len(same) / len(chars)
    return share if share > HALF or run or (alike & chars and share >= HALF) else 0.0


def part(fact: str, search: str, keyword: str) -> float:
    """Return how much of a search a fact has at all, the keyword's words and what it asks for included: 0 to 1."""
    if speaks_of_another(fact, search, keyword):
        return 0.0
    if HAN.search(search):
        chars, told = characters(search, keyword), wanted_of(search, keyword) & told_beside(fact, keyword)
        chars -= WEAK if len(chars) == 1 else frozenset()
        many = 0 if search.rstrip("?？").endswith("吗") else len(chars & set(fact))
        return shared(fact, search, keyword) or (
            many / len(chars) if many >= FEW or len(chars) == 1 or (many and told) else 0.0
        )
    mine, words = content(fact), subject_words(search, keyword)
    words = words if words or wanted_of(search, keyword) else content(search) - LIGHT
    share = sum(_among(word, mine) for word in words) / len(words) if words else 0.0
    return share if share >= HALF or not YES_OR_NO.search(search) else 0.0


def names_another(fact: str, search: str) -> bool:
    """Tell whether a search has a name, Ireland, that a fact has not."""
    return any(name not in fact for name in NAMED.findall(search))


def shares_all(words: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether each of some words of a search is one of others, or stands for one."""
    return bool(words) and all(_among(word, others) for word in words)


def has_any(fact: str, words: Collection[str]) -> bool:
    """Tell whether a fact has one of some words, or another for it, or of some Chinese characters."""
    mine = content(fact) | {*HAN.findall(fact)}
    return any(_among(word, mine) for word in words)


def _among(word: str, words: Collection[str]) -> bool:
    """Tell whether a stem is one of some, with a noun's ending or without, or another word for it."""
    return word in words or any(
        bool(_groups().get(word, frozenset()) & _groups().get(other, frozenset()))
        or (
            min(len(word), len(other)) >= LEAST_FORM
            and (word.removeprefix(other) in SUFFIXES or other.removeprefix(word) in SUFFIXES)
        )
        for other in words
    )


@cache
def _groups() -> Mapping[str, frozenset[int]]:
    """Return in which groups of alike.yaml the stem of an English word stands."""
    found: dict[str, frozenset[int]] = {}
    for at, group in enumerate(_alike()["en"]):
        for word in group:
            found[stem(word)] = found.get(stem(word), frozenset()) | {at}
    return found


@cache
def _alike() -> Mapping[str, Sequence[Sequence[str]]]:
    listed: Mapping[str, Sequence[Sequence[str]]] = yaml.safe_load(
        files("aigc_plugins.seo").joinpath("alike.yaml").read_text(encoding="utf-8")
    )
    return listed


def _unasked(search: str) -> str:
    """Return a search without the words by which it asks."""
    for name in asked_for(search):
        search = _asked()[name].ask.sub(" ", search)
    return search


@cache
def _asked() -> Mapping[str, SearchAsked]:
    written = yaml.safe_load(files("aigc_plugins.seo").joinpath("answers.yaml").read_text(encoding="utf-8"))
    return {
        name: SearchAsked(
            _pattern(one["ask"]),
            _pattern(one["tell"]),
            _pattern(one["unless"]) if "unless" in one else None,
            bool(one.get("strict")),
            bool(one.get("alone")),
            one["heading"],
            one.get("title", {}),
        )
        for name, one in written.items()
    }


def _pattern(parts: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(part.replace("{n}", NUMBER) for part in parts), re.IGNORECASE)
