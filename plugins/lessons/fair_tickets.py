"""An exit ticket on which no question gives another one's answer away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from aigc_plugins.lessons.lesson_content import LessonGoal, LessonTask
from aigc_plugins.rules.content_words import telling

HAN = re.compile(r"[\u3400-\u9fff]")
ARTICLE = re.compile(r"(?:an?|the) ", re.IGNORECASE)
JUDGED = re.compile(r"(?:True|False)\b|[对错]")
LEAST_LETTERS, LEAST_HAN = 3, 2
TERM_LETTERS, TERM_HAN = (
    6,
    3,
)  # from which a word tells wherever it stands, a shorter one beside another


def fairly_asked(goals: Sequence[LessonGoal]) -> list[LessonGoal]:
    """Return objectives without the questions that tell another one's answer, as far as each keeps a question."""
    found = list(goals)
    for task in [task for goal in goals for task in goal.tasks]:
        if any(_tells(task, other) for goal in found for other in goal.tasks):
            found = [_without(goal, task) for goal in found]
    return found


def _without(goal: LessonGoal, task: LessonTask) -> LessonGoal:
    kept = tuple(one for one in goal.tasks if one != task)
    return replace(goal, tasks=kept) if kept else goal


def _tells(task: LessonTask, other: LessonTask) -> bool:
    """Tell whether a question says what is right of another one."""
    right = ARTICLE.sub("", other.right.strip().rstrip(".。"), count=1)
    if task == other or JUDGED.match(right) or len(right) < (LEAST_HAN if HAN.search(right) else LEAST_LETTERS):
        return False
    shape = re.escape(right) if HAN.search(right) else rf"(?<!\w){re.escape(right)}(?!\w)"
    term = len(right) >= (TERM_HAN if HAN.search(right) else TERM_LETTERS)
    return bool(re.search(shape, task.asked, re.IGNORECASE)) and (
        term or bool(telling(task.asked) & telling(other.asked))
    )
