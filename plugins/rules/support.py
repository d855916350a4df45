"""Every sentence rests on the brief: on one of its facts, or two that it joins.

A sentence is held against the facts it shares most words with. What it says beyond them must be everyday words or the
topic's; its numbers count what they count there; what it denies, they deny.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from aigc import check
from aigc.types import Draft, Field, Finding, Json, texts_in
from aigc_plugins.rules.content_words import (
    HAN,
    denied,
    denies,
    is_chinese,
    refuses,
    sentences,
    stem,
    stems_in,
    strange,
    telling,
)
from aigc_plugins.rules.fact_reading import Fact, facts_in
from aigc_plugins.rules.units import is_unit

JOINED = 2  # facts that one sentence may join; of short ones, such as headings, twice as many
SHORT = 4  # words, or pairs of Chinese characters
# How often or how long a thing is so, as far as that goes.
EXTENT = re.compile(
    r"\b(?:(?:every|each) ?day|daily|all (?:year|day|week|night)|year[- ]round|a?round the clock|"
    r"(?:at )?any ?time|always|24/7|day and night|whenever)\b"
    r"|每天|每日|全年|随时|全天|天天|任何时候|一年四季|总是|永远",
    re.IGNORECASE,
)
TOLD = 0.6  # of a fact's telling words: a sentence that has so many tells it
NEAR = 4  # words on either side of a number in which a fact names what it counts
NAME = re.compile(r"(?<=[a-zß-ɏ,;] )[A-ZÀ-Þ][A-Za-zÀ-ɏ'’-]+")
POINTS_BACK = re.compile(
    r"(?:this(?! (?:page|article))|that|these|those|it|they|such|both|he|she)\b|"
    r"这(?!本|篇|里|只|款|[把辆台件套家间张条支双门座块位]\w)|它|他|她|其",
    re.IGNORECASE,
)


@check
def supported_by_brief(
    text: str, field: Field, *, facts: Json = None, new_words: int = 1, topic: bool = True
) -> Iterator[Finding]:
    """Every sentence of a text says what a fact of the brief says, or joins two facts, of short ones four.

    `facts` are the brief's values and the item at hand unless given. A sentence may add everyday words, words of the
    rest of the brief unless `topic` is false, and `new_words` others (Chinese: twice as many characters).
    """
    values = field.draft.brief.values
    given = list(texts_in(facts if facts is not None else field.draft.item)) or list(texts_in(values))
    matter = " ".join(str(value) for value in texts_in({**values, "facts": None})) if topic else ""
    at = 0
    for sentence in sentences(text):
        at = text.find(sentence, at)
        for message in objections(sentence, given, matter, new_words=new_words):
            yield Finding(message=f"{_short(sentence)!r} {message}", span=(at, at + len(sentence)))


@check(severity="warn")
def rests_on_facts(draft: Draft, *, given: str = "facts") -> Iterator[Finding]:
    """A piece has facts to rest on: without any in the brief's field `given`, what it states is the model's own."""
    if not list(texts_in(draft.brief.values.get(given))):
        yield Finding(message=f"the brief has no {given}: what this states is the model's own, to be read before use")


def objections(
    sentence: str, facts: Sequence[str], matter: str = "", *, new_words: int = 1, joined: int = JOINED
) -> Iterator[str]:
    """Yield why the facts do not carry a sentence, which may join so many. `matter` has words that any may use: the
    topic, the audience."""
    words = telling(sentence)
    near = _nearest(words - telling(matter), facts, joined) or _nearest(words, facts, joined)
    near += [fact for fact in facts if fact not in near and telling(fact) <= words]  # told whole, or of everyday words
    if words and not near and not words & telling(matter):
        yield "is off topic: it has no word of a fact or of the topic"
        return
    rest = "\n".join(near)
    allowed = 2 * new_words if is_chinese(sentence) else new_words
    brought = strange(sentence, f"{rest}\n{matter}")
    if len(brought) > allowed:
        yield f"rests on no fact: it brings in {', '.join(map(repr, brought[:5]))}"
    elif names := [name for name in NAME.findall(sentence) if stem(name) not in stems_in(f"{rest}\n{matter}")]:
        yield f"names {names[0]!r}, which the brief does not"
    yield from _miscounted(sentence, facts, near, matter)
    if not refuses(sentence) and any(
        2 * len(words & about) >= len(about) > 0 for fact in near for about in denied(fact)
    ):
        yield "drops the negation of its fact"
    elif denies(sentence) and not refuses(f"{rest}\n{matter}"):
        yield "denies what its fact does not"
    if (extent := EXTENT.search(sentence)) and not EXTENT.search(f"{rest}\n{matter}"):
        yield f"says {extent.group()!r}, which its fact does not"


def tells(sentence: str, fact: str) -> bool:
    """Tell whether a sentence has most of a fact's telling words, and all of its numbers."""
    wanted, words = telling(fact), telling(sentence)
    numbers = {one.key or one.number for one in facts_in(sentence, words="sure")}
    missing = {one.key or one.number for one in facts_in(fact, words="sure")} - numbers
    return bool(wanted) and len(wanted & words) >= TOLD * len(wanted) and not missing


def points_back(sentence: str) -> bool:
    """Tell whether a sentence needs the one before it: "This helps.", "It spreads."."""
    return bool(POINTS_BACK.match(sentence))


def _nearest(words: AbstractSet[str], facts: Sequence[str], joined: int) -> list[str]:
    """Return the facts that a sentence rests on: the one with most of its words, others that have others of them."""
    near: list[str] = []
    left = set(words)
    while left and sum(_weight(fact) for fact in near) < joined:
        best = max(facts, key=lambda fact: len(left & telling(fact)), default="")
        if not left & telling(best):
            break
        near.append(best)
        left -= telling(best)
    return near


def _weight(fact: str) -> float:
    """Return what a fact counts among those that a sentence joins."""
    words = len(HAN.findall(fact)) / 2 if is_chinese(fact) else len(fact.split())
    return 1.0 if words > SHORT else 0.5


def _miscounted(sentence: str, facts: Sequence[str], near: Sequence[str], matter: str) -> Iterator[str]:
    """Yield the sentence's numbers that no fact at hand has, or that count something else there.

    They do where the fact has another unit or another noun beside them, and where a fact that is nearer to the
    sentence has another number of the unit.
    """
    numbers = _numbers(sentence)
    words = {word for word in telling(sentence) if not word[0].isdigit()}
    own = [(one, fact) for fact in (*near, matter) for one in _numbers(fact)]
    every = [(one, len(words & telling(fact))) for fact in facts for one in _numbers(fact)]
    for number in numbers:
        same = [(one, fact) for one, fact in own if one.number == number.number]
        fitting = [(one, fact) for one, fact in same if _same_unit(number, one, fact)]
        rivals = [(share, one) for one, share in every if one.unit == number.unit and one.number != number.number]
        rival = max(rivals, key=lambda pair: pair[0], default=(0, None))
        share = max((share for one, share in every if one.number == number.number), default=0)
        counted = _counted(sentence, number)
        if not same:
            yield f"says {number.text!r}, which its fact does not"
        elif not fitting:
            yield f"says {number.text!r}, and its fact says {same[0][0].text!r}"
        elif counted and not any(_kindred(counted, f"{_around(fact, one)} {matter}") for one, fact in fitting):
            yield f"says {number.text.strip()} {counted}, and its fact counts something else"
        elif rival[1] and rival[0] > share and rival[1].number not in {one.number for one in numbers}:
            yield f"says {number.text!r}, where its fact says {rival[1].text!r}"


def _same_unit(number: Fact, known: Fact, fact: str) -> bool:
    """Tell whether a number has its fact's unit, or one where the fact has none and counts no noun: 150 by 200 cm."""
    return number.unit in ("", known.unit) or not (known.unit or _counted(fact, known))


def _numbers(text: str) -> list[Fact]:
    return [one for one in facts_in(text, words="sure") if one.kind == "number"]


def _counted(sentence: str, number: Fact) -> str:
    """Return the noun right after a number, or after it and its unit: `break` of "a 25-minute break"."""
    several = number.unit and number.text.endswith("s")  # "in 25 minutes people leave"
    if HAN.search(sentence) or several or not (is_unit(number.unit) or not number.unit):
        return ""
    after = re.match(r"[- ]?([a-z]{3,})\b", sentence[number.span[1] :])
    return after[1] if after and telling(after[1]) else ""


def _around(fact: str, number: Fact) -> str:
    before, after = fact[: number.span[0]], fact[number.span[1] :]
    return " ".join([*before.split()[-NEAR:], *after.split()[:NEAR]])


def _kindred(word: str, text: str) -> bool:
    return not strange(word, text)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= 60 else sentence[:57].rstrip() + "..."
