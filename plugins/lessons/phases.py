"""A lesson in five phases (5E) from what its brief gives to teach: what teacher and class do, and how one sees whether
the objectives were reached. Nothing in it is made up, so that all of it can be taught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from aigc_plugins.lessons.lesson_content import LEAST_PAIRS, LessonContent, LessonTask, lesson_content
from aigc_plugins.lessons.lesson_goals import LessonGoal, lesson_goals, listed
from aigc_plugins.lessons.minutes import five_e_minutes
from aigc_plugins.lessons.quiz_material import GAP
from aigc_plugins.lessons.worked_sums import steps_of
from aigc_plugins.lessons.worksheets import mixed

MOST_TASKS = 6  # that pairs of students get in the phase Explore
LEAST_TERMS = 3  # that are worth sorting
MOST_FACTS = 3  # asked for as homework
Texts = Mapping[str, Any]


def planned_lesson(
    topic: str,
    duration: int,
    facts: Sequence[str] = (),
    *,
    objectives: Sequence[str] = (),
    vocabulary: Sequence[str] = (),
    materials: Sequence[str] = (),
    relation: str | None = None,
    language: str = "en",
    written: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the fields of a lesson plan: `objectives`, `materials`, `phases`, `facts`, `vocabulary`, `exit_ticket`,
    `exit_key`, `assessment` and `homework`.

    The minutes of the phases add up to `duration`. Every objective is on the exit ticket, or is a piece of work of the
    phase Elaborate, and `assessment` tells which; `written` has a model's question for each of `to_ask`, in order.
    """
    texts = lesson_texts(language)
    content = lesson_content(facts, vocabulary, relation, language, written, topic)
    goals = lesson_goals(objectives, content, topic, relation, texts)
    ticket = list({task.asked: task for goal in goals for task in goal.tasks}.values())
    asked = [task.asked for task in ticket]
    phases = (
        _engage(topic, content, texts),
        _explore(topic, content, materials, texts),
        _explain(topic, content, texts),
        _elaborate(content, goals, texts),
        texts["evaluate"],
    )
    return {
        "objectives": [goal.text for goal in goals],
        "materials": lesson_materials(materials, language),
        "phases": [
            {"name": name, "minutes": minutes, **phase}
            for name, minutes, phase in zip(texts["names"], five_e_minutes(duration), phases, strict=True)
        ],
        "facts": [*(one.told for one in content.sums), *content.told],
        "vocabulary": [{"term": term, "meaning": meaning} for term, meaning in content.meanings.items()],
        "exit_ticket": asked,
        "exit_key": [task.right for task in ticket],
        "assessment": [_assessed(goal, asked, texts) for goal in goals],
        "homework": _homework(topic, content, texts),
    }


def lesson_materials(given: Sequence[str] | None, language: str = "en") -> list[str]:
    """Return the materials `given` in the brief, and what else every such lesson needs."""
    materials = list(given or ())
    known = {material.casefold() for material in materials}
    return materials + [text for text in lesson_texts(language)["materials"] if text.casefold() not in known]


def _engage(topic: str, content: LessonContent, texts: Texts) -> dict[str, str]:
    asked = [task.asked for task in content.tasks]
    if content.kind == "words":
        asked = [texts["meaning"].format(term=term) for term in content.meanings]
    first = next((text for text in asked if GAP not in text), "".join(asked[:1]))
    first = first.replace("“", texts["inside"][0]).replace("”", texts["inside"][1])
    return _filled(texts["engage"]["asked" if first else "open"], question=first, topic=topic)


def _explore(topic: str, content: LessonContent, materials: Sequence[str], texts: Texts) -> dict[str, str]:
    """Return what the class finds out by itself, with the materials of the brief, before it is told."""
    tasks, pairs = content.tasks[:MOST_TASKS], content.pairs[:MOST_TASKS]
    terms = [*content.meanings, *content.looked_up]
    given: dict[str, str] = {"topic": topic, "terms": texts["row"].join(terms)}
    if content.sums:
        kind, given["first"] = "sums", _exercise(content.sums[0])
    elif len(pairs) >= LEAST_PAIRS:
        cards = mixed([*(one.left for one in pairs), *(one.right for one in pairs)])
        kind, given["cards"] = "pairs", texts["row"].join(cards)
    elif len(tasks) > 1:
        kind = "gaps" if all(GAP in task.asked for task in tasks) else "questions"
        given["gaps"] = _numbered(task.asked for task in tasks)
        given["words"] = texts["row"].join(mixed(list(dict.fromkeys(task.right for task in tasks)))) + texts["stop"]
    else:
        kind = "words" if len(terms) >= LEAST_TERMS else "none"
    form = texts["explore"][kind]
    things = form["things"].format(things=listed(materials, texts), topic=topic) if materials else ""
    return _filled(form, **given, things=things)


def _explain(topic: str, content: LessonContent, texts: Texts) -> dict[str, str]:
    told, kind = texts["explain"], content.kind
    terms = texts["row"].join(
        texts["bracketed"].format(*entry) for entry in content.meanings.items() if entry[1] not in content.told
    )
    worked = content.sums[0].told if content.sums else ""
    steps = steps_of(worked, texts["language"])
    teacher = told[kind].format(
        topic=topic,
        terms=terms,
        worked=worked + texts["stop"],
        steps=texts["space"] + steps if steps else "",
        rest=told["rest"] if content.told else "",
    )
    if terms and kind in ("sums", "facts"):
        teacher += told["also"].format(terms=terms)
    look_up = told["look_up"].format(terms=listed(content.looked_up, texts)) if content.looked_up else ""
    return {"teacher": teacher, "students": told["students"].format(what=told["what"][kind], look_up=look_up)}


def _elaborate(content: LessonContent, goals: Sequence[LessonGoal], texts: Texts) -> dict[str, str]:
    forms, done = texts["elaborate"], [goal.text for goal in goals if goal.done and not _sums_of(goal, content)]
    asked = {task.asked for goal in goals for task in goal.tasks}
    more = texts["row"].join(_exercise(one) for one in content.sums[1:] if one.asked not in asked)
    first = _exercise(content.sums[0]) if content.sums else ""
    if done:
        phase = _filled(forms["do"], tasks=texts["space"].join(done), against=texts["against"][content.kind])
        before = forms["sums"]["students"].format(more=more) + texts["space"] if more else ""
        return phase | {"students": before + phase["students"]}
    kind = "sums" if more else "own_sum" if first else _kind(content)
    return _filled(forms[kind], first=first, more=more)


def _homework(topic: str, content: LessonContent, texts: Texts) -> str:
    first = _exercise(content.sums[0]) if content.sums else ""
    many = texts["numbers"][min(MOST_FACTS, len(content.told))]
    kind = "words" if len(content.meanings) > 1 and not content.sums else _kind(content)
    text: str = texts["homework"][kind].format(
        topic=topic, first=first, many=many, terms=listed(list(content.meanings), texts)
    )
    return text


def _kind(content: LessonContent) -> str:
    """Return what the lesson mostly is: pairs too, where most of what it tells are some."""
    return "pairs" if content.kind == "facts" and 2 * len(content.pairs) > len(content.told) else content.kind


def _sums_of(goal: LessonGoal, content: LessonContent) -> bool:
    return any(task in content.sums for task in goal.tasks)


def _assessed(goal: LessonGoal, asked: Sequence[str], texts: Texts) -> str:
    """Return how a teacher sees that an objective was reached."""
    numbers = [str(asked.index(task.asked) + 1) for task in goal.tasks]
    form = texts["question"][len(numbers) > 1].format(listed(numbers, texts) if texts["space"] else "、".join(numbers))
    kind = "both" if goal.done and numbers else "done" if goal.done else "ticket"
    text: str = texts["assessment"][kind].format(goal=goal.text, questions=form)
    return text


def _exercise(task: LessonTask) -> str:
    return task.asked.partition("=")[0].strip()


def _numbered(asked: Iterable[str]) -> str:
    return " ".join(f"({number}) {text}" for number, text in enumerate(asked, 1))


def _filled(phase: Mapping[str, str], **given: str) -> dict[str, str]:
    return {who: phase[who].format(**given) for who in ("teacher", "students")}


@cache
def lesson_texts(language: str) -> Texts:
    """Return what phases.yaml says in a language."""
    texts = yaml.safe_load(files("aigc_plugins.lessons").joinpath("phases.yaml").read_text(encoding="utf-8"))
    found: Texts = texts.get(language, texts["en"])
    return found
