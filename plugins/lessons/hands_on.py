"""What a class does with its own hands: it tests what facts say happens, or does what they tell, with what is on the
table. Only facts that name such a thing, or lessons of a craft, allow it; of all others nothing is sure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aigc_plugins.lessons.fact_kinds import HAN, done_by_hand, steps
from aigc_plugins.lessons.hand_words import (
    BEFORE,
    BRUSH,
    COLOUR,
    COLOURING,
    COLOURS,
    COUNTED,
    CRAFT,
    DOING,
    DOING_ZH,
    DRAWN,
    ELSEWHERE,
    FORBIDS,
    HAPPENS,
    LONG_AGO,
    MODELLED,
    NO_DEED_ZH,
    NOUN,
    PAPER,
    POSTER,
    SEEN_ZH,
    START,
    TOOLS,
)
from aigc_plugins.lessons.lesson_content import LessonContent
from aigc_plugins.lessons.lesson_things import LessonThings
from aigc_plugins.lessons.sentence_ends import asks_to_do, taken_apart
from aigc_plugins.lessons.told_rules import is_order
from aigc_plugins.rules.content_words import stems_in, telling

LEAST_DEEDS = 3
LEAST_TRIALS = 3  # that are a handout by themselves
MOST_TRIALS, MOST_DEEDS = 6, 6


@dataclass(frozen=True, slots=True)
class HandsOn:
    """This is what a class does with things: `trials` tells each fact that it tests, by the fact without what happens,
    `tested_with` and `noticed` what it tests with or looks at closely, `watched` the facts that the teacher shows, and
    with what; `deeds` what it does step by step, `ordered` where they are steps, and what it draws with, shapes, or
    pastes pictures with."""

    tools: tuple[str, ...] = ()
    trials: Mapping[str, str] = field(default_factory=dict)
    tested_with: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    watched_with: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    ordered: bool = False
    drawn: tuple[str, ...] = ()
    modelled: tuple[str, ...] = ()
    pasted: tuple[str, ...] = ()

    @property
    def tested(self) -> bool:
        """Tell whether there is enough to test for a handout of its own."""
        return len(self.trials) >= LEAST_TRIALS


def hands_on(content: LessonContent, things: LessonThings, topic: str) -> HandsOn:
    """Return what a class does with the things of its lesson."""
    tools = (*things.made, *things.used, *things.risky)
    if content.sums:
        return HandsOn(tools=tools)
    if deeds := _deeds(content, tools, topic):
        return HandsOn(tools=tools, deeds=deeds, ordered=_in_order(deeds, content))
    watched = _watched(content, things)
    trials = _trials(content, (*things.made, *things.used), topic, but=watched)
    tested = {one for one in tools if any(_named(fact, [one]) for fact in trials.values())}
    if any(COLOURS.search(fact) for fact in trials.values()):
        tested |= {one for one in tools if DRAWN.search(one)}
    free = [one for one in things.made if one not in tested or PAPER.search(one)]
    drawn = [one for one in free if DRAWN.search(one)]
    brushes = [one for one in things.used if BRUSH.search(one)]
    drawn = [*drawn, *brushes] if any(COLOURING.search(one) for one in drawn) else drawn
    pasted = [one for one in (*free, *things.used) if drawn and POSTER.search(one)]
    modelled = [one for one in free if MODELLED.search(one)]
    used = [one for one in things.used if one not in (*drawn, *pasted)]
    more = [one for one in things.made if one not in (*drawn, *pasted, *modelled)]
    seen = bool(trials) or any(_named(fact, used) for fact in (topic, *content.sentences))
    return HandsOn(
        tools=tools,
        trials=trials,
        tested_with=tuple(one for one in tools if one in tested or one in (*used, *more)) if trials else (),
        noticed=tuple(used) if seen and not trials and not watched else (),
        watched=watched,
        watched_with=(*things.risky, *([] if trials or not watched else used)),
        drawn=tuple(drawn),
        modelled=tuple(modelled),
        pasted=tuple(pasted),
    )


def _in_order(deeds: Sequence[str], content: LessonContent) -> bool:
    """Tell whether deeds are steps, one after the other."""
    return bool(steps(content.sentences)) or (len(deeds) >= LEAST_DEEDS and all(map(_to_do, deeds)))


def _watched(content: LessonContent, things: LessonThings) -> tuple[str, ...]:
    """Return the facts that a teacher shows with what is no thing for children's hands: those that name it, or else
    those that say what happens."""
    happening = [fact for fact in content.sentences if HAPPENS.search(fact) and not ELSEWHERE.search(fact)]
    named = [fact for fact in happening if _named(fact, things.risky)]
    return tuple(named or happening) if things.risky else ()


def _deeds(content: LessonContent, tools: Sequence[str], topic: str) -> tuple[str, ...]:
    """Return facts that a class does with its hands, in their order: steps, what facts tell to do, or all that they say
    of a craft."""
    told = [fact for fact in content.sentences if len(fact) > 1]
    if not tools:
        return ()
    if (order := steps(told)) and done_by_hand(order):
        return tuple(order)
    orders = _run(told)
    craft = bool(CRAFT.search(topic)) and any(TOOLS.search(one) for one in tools)
    named = [fact for fact in told if _named(fact, tools)]
    if len(orders) >= LEAST_DEEDS and (craft or any(one in named for one in orders) or _named(topic, tools)):
        return orders
    how = [fact for fact in told if fact in named or telling(fact) & telling(topic) or _to_do(fact)]
    how = [fact for fact in how if not FORBIDS.search(fact) and not LONG_AGO.search(fact)]
    return tuple(how[:MOST_DEEDS]) if craft and named and len(how) > 1 else ()


def _run(told: Sequence[str]) -> tuple[str, ...]:
    """Return facts from the first that tells what to do to the last, where all between are so; else nothing, for a
    step that is left out spoils the work."""
    marked = [at for at, fact in enumerate(told) if _to_do(fact)]
    run = list(told[marked[0] : marked[-1] + 1]) if marked else []
    return tuple(run) if len(run) == len(marked) and len(run) <= MOST_DEEDS else ()


def _to_do(fact: str) -> bool:
    if FORBIDS.search(fact):
        return False
    first = fact.partition(" ")[0].casefold()
    return (
        bool(DOING_ZH.match(fact) and not NO_DEED_ZH.search(fact))
        if HAN.search(fact)
        else first in DOING or is_order(fact) or asks_to_do(fact)
    )


def _trials(content: LessonContent, things: Sequence[str], topic: str, *, but: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    of_topic = bool(_named(topic, things))
    for fact in content.sentences:
        mixed = COLOURS.search(fact) and any(COLOURING.search(one) for one in things)
        if fact in but or not HAPPENS.search(fact) or ELSEWHERE.search(fact):
            continue
        if not (of_topic or mixed or _named(fact, things)):
            continue
        start = _start(fact)
        if start and start not in found and len(found) < MOST_TRIALS:
            found[start] = fact
    return found


def _named(fact: str, things: Sequence[str]) -> list[str]:
    """Return the things that a fact names."""
    if not HAN.search(fact):
        return [one for one in things if stems_in(one) & stems_in(fact) - stems_in("a an the of in and with for to")]
    parts = {one: [COUNTED.sub("", part) for part in re.split("[和与、]", one)] for one in things}
    return [one for one, its in parts.items() if any(part and (part in fact or part[:2] in fact) for part in its)]


def _start(fact: str) -> str:
    """Return a fact without what happens: "A magnet … iron."; empty where it is not sure what that is."""
    if HAN.search(fact):
        found, seen = START.match(fact), SEEN_ZH.match(fact)
        if seen and not re.search("[能会]", seen["who"]):
            return f"{seen['who']}……{seen['rest']}"
        return (found["zh"] or found["of"]) + "……" if found else ""
    one = taken_apart(fact)
    one = None if one and re.search(r" (?:when|if|that) ", one.subject) else one
    seen_at = re.compile(BEFORE + HAPPENS.pattern.removeprefix("(?i)"), re.IGNORECASE).finditer(fact)
    sure = [at for at in seen_at if not (at.end() <= len(one.subject) if one else NOUN.search(fact[: at.start()]))]
    if not sure or (len(sure) > 1 and not one) or not sure[0].start():
        return ""
    rest = fact[sure[0].end() :].rstrip(". ")
    if COLOUR.search(rest):
        return ""  # "turns red in an acid and blue in a base": the half that is left would tell
    return f"{fact[: sure[0].start()]}…{rest}"
