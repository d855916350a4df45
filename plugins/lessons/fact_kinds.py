"""What kinds of facts a lesson has, as far as their words surely tell: steps, dates, reasons, what to compare, halves.

First knead the dough. Then let it rise. Finally bake it.         steps: to be put in order
In 1066 William landed. … In 1215 the king sealed the charter.    events with their years
The Romans built roads so that soldiers could march fast.         what, and why
Frogs lay eggs in water. … Toads lay eggs in strings. …           two things, with what is said of each
Vapour that cools | turns into drops                              who or what, and the rest
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aigc_plugins.lessons.doubtful_ends import about
from aigc_plugins.lessons.sentence_ends import taken_apart
from aigc_plugins.rules.content_words import content

HAN = re.compile(r"[\u3400-\u9fff]")
LEANING = re.compile(
    r"(?:This|These|That|Those|It|They|He|She|Its|Their|His|Her|Here|There)\b|[这那它他她]", re.IGNORECASE
)
NO_SUBJECT = re.compile(r"[能会要就也不才很更叫被成]|可以|容易|需要|必须")  # 所以能防锈: what does?
LEANS_WITHIN = re.compile(r"(?i)\b(?:there(?= (?!is|are|was|were)\w)|it|they|them|this|these|he|she|him)\b")
STEP = re.compile(
    r"(?:Step \d+|\d+)\s*[.:)]\s+|(?:First of all|Firstly|First|To begin with|Then|Next|After that|Afterwards|"
    r"Finally|Lastly|Last of all|In the end)\b(?! (?:of|day|to|class|aid)\b),?\s+|"
    r"第[一二三四五六七八九十]步\s*[，：:]?|(?:首先|然后|接着|接下来|随后|最后)[，：]?|(?:先|再)(?!生|次|见|后|进|天|也|不)"
)
NUMBERED = re.compile(r"(?:Step \d+|\d+)\s*[.:)]|第[一二三四五六七八九十]步")
FIRST_STEP = re.compile(r"(?:Step 1|1)\s*[.:)]|First|To begin with|第一步|首先|先")
LAST_STEP = re.compile(r"Finally|Lastly|Last|In the end|最后")
_MONTHS = "January February March April May June July August September October November December"
_DAY = rf"(?:\d{{1,2}} )?(?:(?:{'|'.join(_MONTHS.split())}) )?(?:\d{{1,2}}, )?"
YEAR = r"(?P<year>1\d{3}|20\d{2})"
DATED = (
    re.compile(rf"(?:In|On) {_DAY}{YEAR},? (?P<what>.+)"),
    re.compile(rf"(?P<what>.+?) (?:in|on) {_DAY}{YEAR}[.]?"),
    re.compile(r"(?:公元)?(?P<year>\d{3,4})年(?:\d{1,2}月)?(?:\d{1,2}日)?，?(?P<what>.+)"),
)
ANY_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b|\d{3,4}年")
# Each finds the fact up to the part that is asked for, that part, and what happens, where it is not that part itself.
BECAUSE = (
    re.compile(r"(?P<lead>(?P<effect>[^,;:]+?),? (?:because(?! of)|so that|in order to)) (?P<rest>.+?)[.]?"),
    re.compile(r"(?P<lead>(?P<effect>[^,;:]+?) because of) (?P<rest>.+?)[.]?"),
    re.compile(r"(?P<lead>[^,;:]+, so(?! that| (?:far|long|on|many|much)\b)) (?P<rest>.+?)[.]?"),
    re.compile(r"(?P<lead>(?P<of>[^，。]{1,8})因为[^，。]+，(?:所以|因此))(?P<rest>[^，。]+)。?"),
    re.compile(r"(?P<lead>因为[^，。]+，(?:所以|因此)?)(?P<rest>[^。]+)。?"),
    re.compile(r"(?P<lead>由于[^，。]+，(?:所以|因此)?)(?P<rest>[^。]+)。?"),
    re.compile(r"(?P<lead>(?P<effect>[^，。]+)(?:，?是因为|，因为|，?是为了|，?是由于))(?P<rest>[^，。]+)。?"),
    re.compile(r"(?P<lead>[^，。]+，(?:所以|因此))(?P<rest>[^。]+)。?"),
)
PREFIX_END = re.compile(r"(?:[的是有在会能把用很最不要可以都]|多|上|一)+$")
PARTED = re.compile(  # a Chinese sentence before and from its verb, where a word surely begins there
    r"(?P<subject>[^，。、：“《]{2,10}?)(?P<end>(?:把|可以|不能|不会|叫做|(?<![但还可总不也要])是(?![否非])|"
    r"(?<![没所具只含])有(?![的些关时])|连接|运输|运送|保护|吸收|属于|位于|来自|代表|表示|善于|适合|喜欢|变成|分为)[^，。]{2,}。?)"
)
TELLING = re.compile(r"\d$|\b(?:show|say|mean|tell|think|know|believe|find|prove|learn|see|hear|feel)s? that\b")
GROWS = re.compile(r"会|变|长出|长成|孵|自己")  # what no class does by hand
TOO = re.compile(r",? (?:too|as well)$|^also |也|(?<=has )also ")
LEAST_STEPS, MOST_STEPS = 3, 6
LEAST_EFFECT = 5  # characters that surely are more than a name
LEAST_SAID = 2  # of each of two things that are compared
LEAST_CHINESE = 2  # characters of what a Chinese sentence is about
MOST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class FactReason:
    """This is a fact that tells why: its beginning, the rest, and what happens, as it stands inside a sentence, empty
    where that is not sure, and `whole`, as a sentence of its own."""

    told: str
    lead: str
    rest: str
    effect: str
    whole: str = ""


def steps(told: Sequence[str]) -> list[str]:
    """Return facts that are steps in their order, without the words that tell it; none where it is not sure."""
    marked = [at for at, fact in enumerate(told) if STEP.match(fact)]
    if len(marked) < 2:
        return []
    start, end = marked[0], marked[-1] + 1
    opens = FIRST_STEP.match(told[start]) or NUMBERED.match(told[start])
    if not opens:
        start = max(start - 1, 0)
    later = any(FIRST_STEP.match(told[at]) for at in marked[1:])
    early = any(LAST_STEP.match(told[at]) for at in marked[:-1])
    bare = [_begun(STEP.sub("", fact, count=1)) for fact in told[start:end]]
    return bare if LEAST_STEPS <= len(bare) <= MOST_STEPS and not later and not early else []


def done_by_hand(order: Sequence[str]) -> bool:
    """Tell whether steps say what to do, so that a class can do it: no step tells what something does, or is done."""
    if any(HAN.search(step) for step in order):
        return any(re.search(r"[把用将]", step) for step in order) and not any(GROWS.search(step) for step in order)
    return not any(taken_apart(step) or re.search(r"\b(?:is|are|was|were)\b", step) for step in order)


def dated(told: Sequence[str]) -> dict[str, int]:
    """Return what happened and in which year, in order of time; nothing where fewer than three facts have one."""
    found: dict[str, int] = {}
    for fact in told:
        shape = next((one for shape in DATED if (one := shape.fullmatch(fact.strip()))), None)
        if shape and len(ANY_YEAR.findall(fact)) == 1 and not LEANING.match(shape["what"]):
            stop = "。" if HAN.search(fact) else "."
            found[_begun(shape["what"].rstrip(".。")) + stop] = int(shape["year"])
    alone = len(set(found.values())) == len(found)
    return dict(sorted(found.items(), key=lambda one: one[1])) if len(found) >= LEAST_STEPS and alone else {}


def reasons(told: Sequence[str], known: str = "") -> list[FactReason]:
    """Return the facts that tell why; `known` is text in which the words of their beginnings may stand in small."""
    found = []
    for fact in told:
        shape = next((one for pattern in BECAUSE if (one := pattern.fullmatch(fact.strip()))), None)
        if shape and len(shape["rest"]) > LEAST_CHINESE:
            rest = shape["rest"].rstrip(".。")
            effect = shape.groupdict().get("effect") or (shape.groupdict().get("of") or "") + rest
            bare = (
                shape["lead"].endswith(("所以", "因此")) and not shape.groupdict().get("of") and NO_SUBJECT.match(rest)
            )
            named = HAN.search(effect) and len(effect) < LEAST_EFFECT  # 端午节是为了…: why does a feast?
            bare = bare or bool(named)
            whole = "" if bare or LEANING.match(effect) or LEANS_WITHIN.search(effect) else effect
            effect = whole if HAN.search(whole) else inside(whole, known)
            found.append(FactReason(told=fact, lead=shape["lead"], rest=rest, effect=effect, whole=_begun(whole)))
    return found


def compared(told: Sequence[str], topic: str = "") -> dict[str, list[str]]:
    """Return two or three things of which the facts say two things and more each, with these, and of each something
    like what they say of the others, or the `topic` names all of them; else nothing."""
    chinese = bool(told) and bool(HAN.search(told[0]))
    parts = _by_shared_start(told) if chinese else [(one.subject, one.end) for one in map(taken_apart, told) if one]
    groups: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for subject, end in parts:
        if not LEANING.match(subject):
            name = names.setdefault(subject.casefold(), subject)
            groups.setdefault(name, []).append(end)
    groups = _unshared(groups)
    large = {name: ends for name, ends in groups.items() if len(set(ends)) >= LEAST_SAID}
    several = 1 < len(large) <= MOST_GROUPS
    every = [end for ends in large.values() for end in ends]
    of = [content(" ".join(ends)) for ends in large.values()]
    alike = all(one & other for one in of for other in of) or all(name.casefold() in topic.casefold() for name in large)
    return large if several and alike and len(set(every)) == len(every) else {}


def _unshared(groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what is said of each thing and of no other one: "too" tells that it fits both."""
    of = {name: {TOO.sub("", end) for end in ends} for name, ends in groups.items()}
    return {
        name: [
            end
            for end in ends
            if not any(TOO.sub("", end) in known_ends for other, known_ends in of.items() if other != name)
        ]
        for name, ends in groups.items()
    }


def halves(told: Sequence[str]) -> dict[str, str]:
    """Return facts as beginnings with their ends, each beginning once; of one that is not surely parted nothing."""
    found: dict[str, str] = {}
    for fact in told:
        if LEANING.match(fact) or re.search(r"[?？]", fact):
            continue  # which has an answer behind it
        if HAN.search(fact):
            sides = re.split(r"，", fact.strip("。 "))
            parted = PARTED.match(fact)
            if len(sides) == 2:
                found.setdefault(sides[0] + "，", sides[1] + "。")
            elif parted and len(sides) == 1:
                found.setdefault(parted["subject"], parted["end"])
        elif (one := taken_apart(fact)) and not TELLING.search(one.subject):
            found.setdefault(one.subject, one.end + ".")
    names = {start: about(start) if not HAN.search(start) else frozenset([start]) for start in found}
    alike = [one for one in found for other in found if one != other and names[one] <= names[other]]
    return {start: end for start, end in found.items() if start not in alike}


def inside(text: str, known: str) -> str:
    """Return a sentence as it stands inside another; empty where its first word may be a name."""
    first, _, rest = text.partition(" ")
    small = first[:1].lower() + first[1:]
    plain = re.search(rf"(?<![\w]){re.escape(small)}s?(?!\w)", known) or small.casefold() in _PLAIN
    if first == small or re.search(rf"[a-z] {re.escape(first)}(?!\w)", known):
        return text
    return f"{small} {rest}".rstrip() if plain else ""


_FIRST = """
    a an the this these some many most all every each no one two three four five our your people children plants animals
    water air leaves trees birds bees fish rivers mountains metals metal ice snow rain wind light sound heat cars ships
    trains houses farmers soldiers doctors scientists sailors workers roads bridges walls towns cities villages
"""
_PLAIN = frozenset(_FIRST.split())  # words that are no names, with which sentences often begin


def _by_shared_start(told: Sequence[str]) -> list[tuple[str, str]]:
    """Return Chinese facts after what two and more of them begin with, up to where a word surely ends."""
    found = []
    for fact in told:
        shared = max((_shared(fact, other) for other in told if other != fact), key=len, default="")
        subject = PREFIX_END.sub("", re.split(r"[，、]", shared)[0])
        rest = fact[len(subject) :].strip("。 ")
        if len(subject) >= LEAST_CHINESE and rest and not re.search(r"[\d《“]", subject):
            found.append((subject, re.sub(r"^[，的]", "", rest)))
    return found


def _shared(one: str, other: str) -> str:
    size = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    return one[:size]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
