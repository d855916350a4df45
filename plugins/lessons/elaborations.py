"""How a lesson begins, and what its class does with what it learned: by the kinds of its facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aigc_plugins.lessons.board_words import board_words
from aigc_plugins.lessons.fact_kinds import STEP
from aigc_plugins.lessons.hand_words import PAPER
from aigc_plugins.lessons.hands_on import HandsOn
from aigc_plugins.lessons.lesson_content import LessonContent, LessonGoal, LessonTask, listed, quoted_list
from aigc_plugins.lessons.lesson_works import (
    LEAST_SUMS,
    LessonWork,
    falsehoods,
    gapped,
    key_words,
    spare_sum,
    topic_inside,
)
from aigc_plugins.lessons.more_sums import more_sums
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.sorted_facts import sorted_facts
from aigc_plugins.lessons.worked_sums import wrong_result
from aigc_plugins.lessons.worksheets import mixed

LEAST_FALSE, MOST_FALSE = 2, 3
MOST_TRUE = 2
MOST_WORDS = 4
DRAWING = ("dated", "steps", "compared", "sorted")  # which draw something themselves
DATE = re.compile(r"^(?:1\d|20)\d\d|[A-Z][a-z]+|[年月日]")
NO_AMOUNT = re.compile(  # which nobody guesses
    r"(?i)\b(?:phone|call|dial|number|code|page|room|version)\b|电话|号码|拨打|编号|代码"
)
DEEDS = {"writing": "write", "drawing": "draw", "designing": "design", "composing": "compose"}
DEED = re.compile(r"(?P<deed>(?i:writing|drawing|designing|composing)) (?P<what>(?:an?|your own) .+)")
DEEDS_KEEP = re.compile(r"\b(?:has|have|is|are|does|do|must|should|begins?|ends?|starts?|tells?|shows?)\b")
Texts = Mapping[str, Any]


def hooked(
    topic: str, content: LessonContent, work: LessonWork, texts: Texts, asked: Sequence[str] = ()
) -> tuple[dict[str, str], str]:
    """Return how a lesson begins: a sum, a number to guess, a statement to vote on, or what the class knows; nothing
    that the exit ticket has `asked`. With it comes what is right, which the class is told later; empty where nothing
    was asked that has one answer."""
    forms = texts["engage"]
    told = gapped(content, topic, alone=True).items()
    numbers = [gap for gap, word in told if not STEP.match(gap) and re.match(r"\d", word) and not DATE.search(word)]
    numbers = [gap for gap in numbers if not NO_AMOUNT.search(gap)]
    numbers = [gap for gap in numbers if gap not in asked]
    questions = [one.asked for one in content.tasks if GAP not in one.asked and one.asked not in asked]
    false = [one for one in falsehoods(content) if not any(one.wrong in text for text in asked)]
    if len(content.sums) >= LEAST_SUMS:  # the first is tried and explained, and the last ones are asked
        return _filled(forms["sum"], question=f"{exercise(content.sums[1])} = ?"), content.sums[1].told
    if content.sums and (made := more_sums([one.told for one in content.sums])):
        return _filled(forms["sum"], question=f"{next(iter(made))} = ?"), " = ".join(next(iter(made.items())))
    if content.sums:
        return _filled(forms["open"], topic=topic_inside(topic, content)), ""
    if questions:
        inside = questions[0].replace("“", texts["inside"][0]).replace("”", texts["inside"][1])
        told_of = next(one.told for one in content.tasks if one.asked == questions[0])
        return _filled(forms["asked"], question=inside), told_of
    if numbers and work.kind != "gaps":
        number = dict(told)[numbers[0]]
        return _filled(forms["number"], question=_with_unit(numbers[0], number)), numbers[0].replace(GAP, number)
    if false:
        wrong = false[0].wrong.replace("“", texts["inside"][0]).replace("”", texts["inside"][1])
        return _filled(forms["vote"], question=wrong, right=false[0].told), false[0].told
    if len(content.meanings) > 1 and work.kind != "words":
        return _filled(forms["asked"], question=_meaning(content, texts)), ""
    if (found := sorted_facts(content.taught, content.told)) and not content.sums:
        pair = [texts["quoted"].format(things[0].strip('“”"')) for things in list(found.groups.values())[:2]]
        return _filled(forms["differ"], things=listed(pair, texts)), ""
    if work.kind != "steps" and (words := board_words(content, topic)):
        return _filled(forms["words"], words=texts["row"].join(words), topic=topic_inside(topic, content)), ""
    return _filled(forms["open"], topic=topic_inside(topic, content)), ""


def _with_unit(gap: str, answer: str) -> str:
    """Return a sentence whose gap is a number, with the unit behind it: ____个比特."""
    unit = re.sub(r"^\d[\d,.]*", "", answer)
    return gap.replace(GAP, GAP + unit)


def elaborated(
    content: LessonContent,
    topic: str,
    goals: Sequence[LessonGoal],
    work: LessonWork,
    hands: HandsOn,
    texts: Texts,
    *,
    young: bool = False,
) -> dict[str, str]:
    """Return what a class does with what it learned: what it does by hand, a piece of work that an objective names,
    more sums, statements to put right, words to use; or a picture of it where there are things for that."""
    forms, phase = texts["elaborate"], _main(content, topic, goals, work, texts, young=young)
    own = any(goal.done and not goal.by_hand for goal in goals)
    if hands.deeds:
        form = forms["practised" if work.kind == "steps" or hands.ordered else "tried"]
        made = _filled(form, things=listed(hands.tools, texts), lines=_in_line(hands.deeds))
        given = [goal.text + texts["space"] for goal in goals if goal.done and not goal.by_hand]
        return made | {"students": "".join(given) + made["students"]}
    if (hands.drawn or hands.modelled) and (own or work.kind in DRAWING):
        made = texts["things"]["made_of"].format(things=listed([*hands.drawn, *hands.modelled, *hands.pasted], texts))
        return phase | {"students": phase["students"] + texts["space"] + made}
    if hands.drawn or hands.modelled:
        form = forms["drawn" if hands.drawn else "modelled"]
        made = _filled(form, things=_drawn(hands, texts) if hands.drawn else listed(hands.modelled, texts))
        words = board_words(content, topic)
        if hands.drawn and words:
            made = _filled(
                forms["poster"],
                things=_drawn(hands, texts),
                topic=topic_inside(topic, content),
                words=texts["row"].join(words),
            )
        if hands.drawn and work.kind in ("pairs", "words"):
            made = made | {"students": forms["drawn_pairs"].format(things=_drawn(hands, texts))}
        more = {"pasted": hands.pasted, "early": hands.modelled if hands.drawn else ()}
        ends = [texts["space"] + forms[kind].format(things=listed(its, texts)) for kind, its in more.items() if its]
        return made | {"students": made["students"] + "".join(ends)}
    return phase


def _drawn(hands: HandsOn, texts: Texts) -> str:
    """Return with what one draws, and on what."""
    on = [one for one in hands.drawn if PAPER.search(one)]
    kinds = {"draw_with": [one for one in hands.drawn if one not in on], "draw_on": on}
    return "".join(texts["elaborate"][kind].format(things=listed(its, texts)) for kind, its in kinds.items() if its)


def _in_line(lines: Sequence[str]) -> str:
    return " ".join(f"({at}) {line}" for at, line in enumerate(lines, 1))


def _main(
    content: LessonContent,
    topic: str,
    goals: Sequence[LessonGoal],
    work: LessonWork,
    texts: Texts,
    *,
    young: bool = False,
) -> dict[str, str]:
    forms = texts["elaborate"]
    done = [goal.text for goal in goals if goal.done and not goal.by_hand and not sums_of(goal, content)]
    asked = {task.asked for goal in goals for task in goal.tasks}
    others = [one for one in content.sums[1:] if one.asked not in asked]
    spare = spare_sum(content)  # the sum with a mistake is none that the class has just seen
    faulty = spare or (others.pop().told if len(others) > 1 else "")
    more = texts["row"].join(map(exercise, others))
    first = exercise(content.sums[0]) if content.sums else ""
    if done:
        phase = _filled(forms["do"], tasks=texts["space"].join(done), against=texts["against"][content.kind])
        before = forms["sums"]["students"].format(more=more) + texts["space"] if more else ""
        return phase | {"students": before + phase["students"]}
    if content.sums:
        phase = _filled(forms["sums" if more else "own_sum"], first=first, more=more)
        if work.lines:
            phase = _filled(forms["practice"])
            if more:
                phase |= {"students": forms["sums"]["students"].format(more=more) + texts["space"] + phase["students"]}
        if more:
            phase |= {"teacher": phase["teacher"] + forms["key"].format(key=_results(others, texts))}
        if faulty and (wrong := wrong_result(faulty)):
            right = forms["mistake"]
            return {
                "teacher": phase["teacher"] + texts["space"] + right["teacher"].format(told=faulty),
                "students": phase["students"]
                + texts["space"]
                + right["students"].format(wrong=f"{faulty.partition('=')[0].strip()} = {wrong}"),
            }
        return phase
    if deed := _deed_of(topic):
        facts = texts["space"].join(one for one in content.sentences if DEEDS_KEEP.search(one)) or ""
        if facts:
            return _filled(forms["made"], deed=deed, facts=facts)
    judged = any(one.wrong in text for one in falsehoods(content) for text in asked)
    if work.kind != "truths" and not judged and (truths := _truths(content, texts)):
        return truths
    if work.kind in forms and work.kind not in ("truths", "tested"):
        return _filled(forms[work.kind], topic=topic_inside(topic, content), heads=listed(work.heads, texts))
    words = list(key_words(content, topic))[-MOST_WORDS:]
    words = words if len(words) > 1 else board_words(content, topic)[:MOST_WORDS]
    if len(words) > 1:
        quoted = quoted_list(words, texts)
        return _filled(forms["young" if young else "write"], words=quoted, topic=topic_inside(topic, content))
    return _filled(forms[content.kind], topic=topic_inside(topic, content))


def _deed_of(topic: str) -> str:
    """Return what a topic says is written or drawn, as one is told to do it: "Writing a haiku" is "write a haiku"."""
    found = DEED.match(topic)
    return f"{DEEDS[found['deed'].casefold()]} {found['what']}" if found else ""


def sums_of(goal: LessonGoal, content: LessonContent) -> bool:
    """Tell whether an objective is of working out."""
    return any(task in content.sums for task in goal.tasks)


def _results(sums: Sequence[LessonTask], texts: Texts) -> str:
    return str(texts["row"]).join(one.told for one in sums)


def exercise(task: LessonTask) -> str:
    """Return a sum without what it comes to."""
    return task.asked.partition("=")[0].strip()


def _truths(content: LessonContent, texts: Texts) -> dict[str, str]:
    """Return statements of which some are false, to be put right, with their key; nothing where too few can be."""
    false = {one.wrong: one.told for one in falsehoods(content)[-MOST_FALSE:]}
    true = [fact for fact in content.sentences if fact not in false.values()][:MOST_TRUE]
    if len(false) < LEAST_FALSE or not true:
        return {}
    shown = mixed([*false, *true])
    lines = " ".join(f"({at}) {line}" for at, line in enumerate(shown, 1))
    key = " ".join(
        f"({at}) {texts['false'].format(false[line]) if line in false else texts['true']}"
        for at, line in enumerate(shown, 1)
    )
    return _filled(texts["elaborate"]["truths"], lines=lines, key=key)


def _meaning(content: LessonContent, texts: Texts) -> str:
    asked: str = texts["meaning"].format(term=next(iter(content.meanings)))
    return asked.replace("“", texts["inside"][0]).replace("”", texts["inside"][1])


def _filled(phase: Mapping[str, str], **given: str) -> dict[str, str]:
    return {who: phase[who].format(**given) for who in ("teacher", "students")}
