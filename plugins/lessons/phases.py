"""A lesson in five phases (5E) from what its brief gives to teach: what teacher and class do, and how one sees whether
the objectives were reached. Nothing in it is made up, so that all of it can be taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from aigc_plugins.lessons.elaborations import elaborated, exercise, hooked, practised
from aigc_plugins.lessons.lesson_content import LessonContent, LessonGoal, lesson_content, listed
from aigc_plugins.lessons.lesson_goals import lesson_goals
from aigc_plugins.lessons.lesson_things import LessonThings, lesson_things
from aigc_plugins.lessons.lesson_works import LessonWork, handout_of, topic_inside
from aigc_plugins.lessons.minutes import five_e_minutes
from aigc_plugins.lessons.worked_sums import steps_of

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
    """Return the fields of a lesson plan: `objectives`, `materials`, `phases`, `handout`, `handout_key`, `facts`,
    `vocabulary`, `exit_ticket`, `exit_key`, `assessment`, `differentiation` and `homework`.

    The minutes of the phases add up to `duration`. What the class does follows from what kinds of facts there are.
    Every objective is on the exit ticket, or is a piece of work of the phase Elaborate, and `assessment` tells which;
    `written` may have a question for each of `to_ask`, in order, in place of its sentence with a gap.
    """
    texts = lesson_texts(language)
    content = lesson_content(facts, vocabulary, relation, language, written, topic)
    goals = lesson_goals(objectives, content, topic, relation, texts)
    work, things = handout_of(content, topic, texts), lesson_things(materials)
    ticket = list({task.asked: task for goal in goals for task in goal.tasks}.values())
    asked = [task.asked for task in ticket]
    phases = (
        hooked(topic, content, work, texts),
        _explore(topic, content, work, things, texts),
        _explain(topic, content, work, things, texts),
        elaborated(content, topic, goals, work, things, texts),
        texts["evaluate"],
    )
    return {
        "objectives": [goal.text for goal in goals],
        "materials": lesson_materials(materials, language, handout=bool(work.lines)),
        "phases": [
            {"name": name, "minutes": minutes, **phase}
            for name, minutes, phase in zip(texts["names"], five_e_minutes(duration), phases, strict=True)
        ],
        "handout": list(work.lines),
        "handout_key": list(work.key),
        "facts": [*(one.told for one in content.sums), *content.told],
        "vocabulary": [{"term": term, "meaning": meaning} for term, meaning in content.meanings.items()],
        "exit_ticket": asked,
        "exit_key": [task.right for task in ticket],
        "assessment": [_assessed(at, goal, asked, texts) for at, goal in enumerate(goals, 1)],
        "differentiation": _differing(content, work, texts),
        "homework": _homework(topic, content, work, texts),
    }


def lesson_materials(given: Sequence[str] | None, language: str = "en", *, handout: bool = False) -> list[str]:
    """Return the materials `given` in the brief, and what else such a lesson needs: the handout where it has one."""
    materials, texts = list(given or ()), lesson_texts(language)
    known = {material.casefold() for material in materials}
    more = [*([texts["handout"]] if handout else []), *texts["materials"]]
    return materials + [text for text in more if text.casefold() not in known]


def _explore(
    topic: str, content: LessonContent, work: LessonWork, things: LessonThings, texts: Texts
) -> dict[str, str]:
    """Return what the class finds out by itself, with the materials of the brief, before it is told."""
    form = texts["explore"][work.kind]
    proof = work.kind == "sums" and things.every
    sums = work.kind == "sums" or practised(content, work)  # which take all that there is
    seen = [] if sums else things.shown
    named = topic_inside(topic, content)
    used = texts["things"]["used" if work.lines else "found_out"]
    parts = [
        *([texts["things"]["proof"].format(things=listed(things.every, texts))] if proof else []),
        *([texts["things"]["shown"].format(things=listed(seen, texts))] if seen else []),
        *([texts["things"]["heard"].format(things=listed(things.heard, texts))] if things.heard and not sums else []),
        *([used.format(things=listed(things.used, texts), topic=named)] if things.used and not sums else []),
    ]
    given = {
        "topic": topic_inside(topic, content),
        "terms": texts["row"].join([*content.meanings, *content.looked_up]),
        "first": exercise(content.sums[0]) if content.sums else "",
        "heads": listed(work.heads, texts),
        "things": "".join(texts["space"] + part for part in parts),
    }
    return {who: form[who].format(**given) for who in ("teacher", "students")}


def _explain(
    topic: str, content: LessonContent, work: LessonWork, things: LessonThings, texts: Texts
) -> dict[str, str]:
    told, kind = texts["explain"], content.kind
    terms = texts["row"].join(
        texts["bracketed"].format(*entry)
        for entry in content.meanings.items()
        if not any(entry[1] in fact for fact in content.told)
    )
    worked = content.sums[0].told if content.sums else ""
    steps = steps_of(worked, texts["language"])
    teacher = told[kind].format(
        topic=topic_inside(topic, content),
        terms=terms,
        worked=worked + texts["stop"],
        steps=texts["space"] + steps if steps else "",
        rest=told["rest"] if content.told else "",
        check=told["check"] if work.key else "",
    )
    if terms and kind in ("sums", "facts"):
        teacher += told["also"].format(terms=terms)
    if things.risky:
        form = "careful" if practised(content, work) else "risky"
        teacher += texts["space"] + texts["things"][form].format(things=listed(things.risky, texts))
    look_up = told["look_up"].format(terms=listed(content.looked_up, texts)) if content.looked_up else ""
    handout = told["put_right"] if work.key else ""
    what = told["what"][kind]
    return {"teacher": teacher, "students": told["students"].format(what=what, look_up=look_up, put_right=handout)}


def _differing(content: LessonContent, work: LessonWork, texts: Texts) -> dict[str, str]:
    """Return what those get who need help, and those who are done early."""
    kind = work.kind if work.kind in texts["differing"] else "none"
    first = work.key[0].rstrip(".。") if work.key else ""
    begun = {"compared": first.split(",")[0], "steps": first.split(",")[0]}.get(kind, first)
    last = first.split(", ")[-1]
    return {who: text.format(first=begun, last=last) for who, text in texts["differing"][kind].items()}


def _homework(topic: str, content: LessonContent, work: LessonWork, texts: Texts) -> str:
    first = exercise(content.sums[0]) if content.sums else ""
    many = texts["numbers"][min(MOST_FACTS, len(content.told))]
    kind = "sums" if content.sums else work.kind if work.kind in texts["homework"] else content.kind
    if len(content.meanings) > 1 and kind == "facts":
        kind = "words"
    text: str = texts["homework"][kind].format(
        topic=topic_inside(topic, content),
        first=first,
        many=many,
        terms=listed(list(content.meanings), texts),
        heads=listed(work.heads, texts),
    )
    return text


def _assessed(at: int, goal: LessonGoal, asked: Sequence[str], texts: Texts) -> str:
    """Return how a teacher sees that an objective was reached."""
    numbers = [str(asked.index(task.asked) + 1) for task in goal.tasks]
    form = texts["question"][len(numbers) > 1].format(listed(numbers, texts) if texts["space"] else "、".join(numbers))
    kind = "both" if goal.done and numbers else "done" if goal.done else "ticket"
    text: str = texts["assessment"][kind].format(at=at, questions=form)
    return text


@cache
def lesson_texts(language: str) -> Texts:
    """Return what phases.yaml says in a language."""
    texts = yaml.safe_load(files("aigc_plugins.lessons").joinpath("phases.yaml").read_text(encoding="utf-8"))
    found: Texts = texts.get(language, texts["en"])
    return found
