"""How a lesson begins, and what its class does with what it learned: by the kinds of its facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aigc_plugins.lessons.fact_kinds import STEP, done_by_hand, steps
from aigc_plugins.lessons.lesson_content import LessonContent, LessonGoal, LessonTask, listed, quoted_list
from aigc_plugins.lessons.lesson_things import LessonThings
from aigc_plugins.lessons.lesson_works import LessonWork, falsehoods, gapped, key_words, topic_inside
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.worked_sums import wrong_result
from aigc_plugins.lessons.worksheets import mixed

LEAST_FALSE, MOST_FALSE = 2, 3
MOST_TRUE = 2
MOST_WORDS = 4
DATE = re.compile(r"^(?:1\d|20)\d\d|[A-Z][a-z]+|[年月日]")
NO_AMOUNT = re.compile(  # which nobody guesses
    r"(?i)\b(?:phone|call|dial|number|code|page|room|version)\b|电话|号码|拨打|编号|代码"
)
Texts = Mapping[str, Any]


def hooked(topic: str, content: LessonContent, work: LessonWork, texts: Texts) -> dict[str, str]:
    """Return how a lesson begins: a sum, a number to guess, a statement to vote on, or what the class knows."""
    forms = texts["engage"]
    told = gapped(content, topic, alone=True).items()
    numbers = [gap for gap, word in told if not STEP.match(gap) and re.match(r"\d", word) and not DATE.search(word)]
    numbers = [gap for gap in numbers if not NO_AMOUNT.search(gap)]
    questions = [one.asked for one in content.tasks if GAP not in one.asked]
    false = falsehoods(content)
    if content.sums:
        return _filled(forms["sum"], question=exercise(content.sums[0]), topic=topic_inside(topic, content))
    if questions:
        inside = questions[0].replace("“", texts["inside"][0]).replace("”", texts["inside"][1])
        return _filled(forms["asked"], question=inside, topic=topic_inside(topic, content))
    if numbers and work.kind != "gaps":
        asked = _with_unit(numbers[0], dict(told)[numbers[0]])
        return _filled(forms["number"], question=asked, topic=topic)
    if false:
        wrong = false[0].wrong.replace("“", texts["inside"][0]).replace("”", texts["inside"][1])
        return _filled(forms["vote"], question=wrong, right=false[0].told, topic=topic)
    if len(content.meanings) > 1 and work.kind != "words":
        return _filled(forms["asked"], question=_meaning(content, texts), topic=topic_inside(topic, content))
    return _filled(forms["open"], topic=topic_inside(topic, content))


def _with_unit(gap: str, answer: str) -> str:
    """Return a sentence whose gap is a number, with the unit behind it: ____个比特."""
    unit = re.sub(r"^\d[\d,.]*", "", answer)
    return gap.replace(GAP, GAP + unit)


def elaborated(
    content: LessonContent,
    topic: str,
    goals: Sequence[LessonGoal],
    work: LessonWork,
    things: LessonThings,
    texts: Texts,
) -> dict[str, str]:
    """Return what a class does with what it learned: a piece of work that an objective names, more sums, statements to
    put right, words to use; and something made of it where there are things for that."""
    phase = _main(content, topic, goals, work, texts)
    needed = [*things.every, *things.risky]
    if practised(content, work) and needed and not any(goal.done for goal in goals):
        return _filled(texts["elaborate"]["practised"], things=listed(needed, texts))
    if things.made and not content.sums:
        form = "made_of" if any(goal.done for goal in goals) else "made"
        made = texts["things"][form].format(things=listed(things.made, texts))
        phase = phase | {"students": phase["students"] + texts["space"] + made}
    return phase


def practised(content: LessonContent, work: LessonWork) -> bool:
    """Tell whether a lesson is of steps that the class can do itself."""
    return work.kind == "steps" and done_by_hand(steps(content.sentences))


def _main(
    content: LessonContent, topic: str, goals: Sequence[LessonGoal], work: LessonWork, texts: Texts
) -> dict[str, str]:
    forms = texts["elaborate"]
    done = [goal.text for goal in goals if goal.done and not sums_of(goal, content)]
    asked = {task.asked for goal in goals for task in goal.tasks}
    more = texts["row"].join(exercise(one) for one in content.sums[1:] if one.asked not in asked)
    first = exercise(content.sums[0]) if content.sums else ""
    if done:
        phase = _filled(forms["do"], tasks=texts["space"].join(done), against=texts["against"][content.kind])
        before = forms["sums"]["students"].format(more=more) + texts["space"] if more else ""
        return phase | {"students": before + phase["students"]}
    if content.sums:
        phase = _filled(forms["sums" if more else "own_sum"], first=first, more=more)
        if wrong := wrong_result(content.sums[0].told):
            right = forms["mistake"]
            return {
                "teacher": phase["teacher"] + texts["space"] + right["teacher"].format(told=content.sums[0].told),
                "students": phase["students"] + texts["space"] + right["students"].format(wrong=f"{first} = {wrong}"),
            }
        return phase
    judged = any(one.wrong in text for one in falsehoods(content) for text in asked)
    if work.kind != "truths" and not judged and (truths := _truths(content, texts)):
        return truths
    if work.kind in forms and work.kind != "truths":
        return _filled(forms[work.kind], topic=topic_inside(topic, content), heads=listed(work.heads, texts))
    words = list(key_words(content, topic))[-MOST_WORDS:]
    if len(words) > 1:
        quoted = quoted_list(words, texts)
        return _filled(forms["write"], words=quoted, topic=topic_inside(topic, content))
    return _filled(forms[content.kind], topic=topic_inside(topic, content))


def sums_of(goal: LessonGoal, content: LessonContent) -> bool:
    """Tell whether an objective is of working out."""
    return any(task in content.sums for task in goal.tasks)


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
