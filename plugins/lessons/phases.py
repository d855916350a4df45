"""A lesson in five phases (5E) from what its brief gives to teach: what teacher and class do, and how one sees whether
the objectives were reached. Nothing in it is made up, so that all of it can be taught."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from aigc_plugins.lessons.board_words import board_words, places
from aigc_plugins.lessons.elaborations import elaborated, exercise, hooked
from aigc_plugins.lessons.fair_tickets import fairly_asked
from aigc_plugins.lessons.hands_on import HandsOn, hands_on
from aigc_plugins.lessons.lesson_content import LessonContent, LessonGoal, lesson_content, listed
from aigc_plugins.lessons.lesson_goals import lesson_goals
from aigc_plugins.lessons.lesson_things import LessonThings, lesson_things
from aigc_plugins.lessons.lesson_works import LessonWork, handout_of, topic_inside
from aigc_plugins.lessons.minutes import five_e_minutes
from aigc_plugins.lessons.worked_sums import steps_of

MOST_FACTS = 3  # asked for as homework
MAP = re.compile(r"(?i)\b(?:maps?|atlas(?:es)?|globes?)\b")
LAST_YOUNG = 4  # year of school
BY_HAND = (10, 15, 20, 40, 15)  # how a lesson of something to do divides among its phases
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
    grade: str = "",
) -> dict[str, Any]:
    """Return the fields of a lesson plan: `objectives`, `materials`, `phases`, `handout`, `handout_key`, `facts`,
    `vocabulary`, `exit_ticket`, `exit_key`, `assessment`, `differentiation` and `homework`.

    The minutes of the phases add up to `duration`. What the class does follows from what kinds of facts there are.
    Every objective is on the exit ticket, or is a piece of work of the phase Elaborate, and `assessment` tells which;
    `written` may have a question for each of `to_ask`, in order, in place of its sentence with a gap. How much is to be
    written follows from the `grade`.
    """
    texts = lesson_texts(language)
    content = lesson_content(facts, vocabulary, relation, language, written, topic)
    things, small = lesson_things(materials), is_young(grade)
    hands = hands_on(content, things, topic)
    goals = fairly_asked(lesson_goals(objectives, content, topic, relation, texts, hands))
    work = handout_of(
        content, topic, texts, hands.trials if hands.tested else None, hands.deeds if hands.ordered else ()
    )
    ticket = list({task.asked: task for goal in goals for task in goal.tasks}.values())
    asked = [task.asked for task in ticket]
    hook, right = hooked(topic, content, work, texts, asked)
    phases = (
        hook,
        _explore(topic, content, work, things, hands, texts),
        _answered(_explain(topic, content, work, things, hands, texts, young=small), right, texts),
        elaborated(content, topic, goals, work, hands, texts, young=small),
        texts["evaluate"],
    )
    minutes = five_e_minutes(duration, BY_HAND) if hands.deeds else five_e_minutes(duration)
    return {
        "objectives": [goal.text for goal in goals],
        "materials": lesson_materials(materials, language, handout=work),
        "phases": [
            {"name": name, "minutes": its, **phase}
            for name, its, phase in zip(texts["names"], minutes, phases, strict=True)
        ],
        "handout": list(work.lines),
        "handout_key": list(work.key),
        "facts": [  # no result of a sum that is set, and no question among what is told
            *(one.told for one in content.sums[:1]),
            *(re.sub(r"^([^？]+)？(?=.)", r"\1：", fact) for fact in content.told),
        ],
        "vocabulary": [{"term": term, "meaning": meaning} for term, meaning in content.meanings.items()],
        "exit_ticket": asked,
        "exit_key": [task.right for task in ticket],
        "assessment": [_assessed(at, goal, asked, texts) for at, goal in enumerate(goals, 1)],
        "differentiation": _differing(content, work, texts),
        "homework": _homework(topic, content, work, texts, young=small),
    }


def lesson_materials(
    given: Sequence[str] | None, language: str = "en", *, handout: LessonWork | None = None
) -> list[str]:
    """Return the materials `given` in the brief, and what else such a lesson needs: the handout where it has one, for
    each student where each works alone on it."""
    materials, texts = list(given or ()), lesson_texts(language)
    known = {material.casefold() for material in materials}
    lines = handout is not None and handout.lines
    own = texts["handout_each" if handout is not None and handout.kind == "sums" else "handout"]
    more = [*([own] if lines else []), *texts["materials"]]
    return materials + [text for text in more if text.casefold() not in known]


def _answered(phase: Mapping[str, str], right: str, texts: Texts) -> dict[str, str]:
    """Return a phase at whose end the class is told what is right of the question with which the lesson began."""
    stop = "" if right.endswith((".", "。", "!", "！")) else texts["stop"]
    back = texts["explain"]["back"].format(right=right + stop) if right else ""
    return {**phase, "teacher": phase["teacher"] + back}


def _explore(
    topic: str, content: LessonContent, work: LessonWork, things: LessonThings, hands: HandsOn, texts: Texts
) -> dict[str, str]:
    """Return what the class finds out by itself, with the materials of the brief, before it is told."""
    form = texts["explore"][work.kind]
    proof = work.kind == "sums" and things.every
    sums = work.kind == "sums"  # which take all that there is
    seen = [] if sums else things.shown
    tried = hands.trials if work.kind != "tested" else {}
    tools, lines = listed(hands.tested_with, texts), texts["row"].join(tried)
    lines += "" if lines.endswith("…") else texts["stop"]
    used = texts["things"]["tried"].format(things=tools, lines=lines) if tried else ""
    mapped = places(content) if seen and any(MAP.search(one) for one in seen) else []
    looked = texts["things"]["mapped" if mapped else "shown"]
    groups = texts["things"]["grouped"].format(things=listed(hands.noticed, texts)) if work.kind == "sorted" else ""
    parts = [
        *([texts["things"]["proof"].format(things=listed(things.every, texts))] if proof else []),
        *([looked.format(things=with_the(seen, texts), places=listed(mapped, texts))] if seen else []),
        *([texts["things"]["heard"].format(things=with_the(things.heard, texts))] if things.heard and not sums else []),
        *([used] if used else []),
        *([groups or texts["things"]["noticed"].format(things=listed(hands.noticed, texts))] if hands.noticed else []),
    ]
    given = {
        "topic": topic_inside(topic, content),
        "terms": texts["row"].join([*content.meanings, *content.looked_up]),
        "first": exercise(content.sums[0]) if content.sums else "",
        "heads": listed(work.heads, texts),
        "tools": tools,
        "things": "".join(texts["space"] + part for part in parts),
    }
    return {who: form[who].format(**given) for who in ("teacher", "students")}


def _explain(
    topic: str,
    content: LessonContent,
    work: LessonWork,
    things: LessonThings,
    hands: HandsOn,
    texts: Texts,
    *,
    young: bool = False,
) -> dict[str, str]:
    told, kind = texts["explain"], content.kind
    terms = texts["row"].join(
        texts["bracketed"].format(*entry)
        for entry in content.meanings.items()
        if not any(entry[1] in fact for fact in content.told)
    )
    worked = content.sums[0].told if content.sums else ""
    steps = steps_of(worked, texts["language"])
    words = board_words(content, topic) if kind == "facts" else []
    checked = bool(work.key) and kind != "sums"  # whose handout comes later
    ordered = hands.ordered and work.kind == "steps"
    form = "deeds" if ordered else work.kind if work.kind in ("sorted", "pairs") else "board" if words else kind
    teacher = told[form].format(
        words=texts["row"].join(words),
        facts=told["facts_too"] if content.sentences else "",
        topic=topic_inside(topic, content),
        terms=terms,
        worked=worked + texts["stop"],
        steps=texts["space"] + steps if steps else "",
        rest=told["rest"].format(rules=texts["space"].join(content.told)) if content.told else "",
        check=told["check"] if checked else "",
    )
    if terms and kind in ("sums", "facts"):
        teacher += told["also"].format(terms=terms)
    if hands.deeds:
        teacher += texts["space"] + texts["things"]["each" if hands.ordered else "how"].format(
            things=listed(hands.tools, texts)
        )
    if things.risky and (hands.deeds or hands.watched):
        shown = texts["things"]["careful" if hands.deeds else "risky"]
        risky = things.risky if hands.deeds else hands.watched_with
        facts = texts["space"].join(hands.watched)
        teacher += texts["space"] + shown.format(things=listed(risky, texts), facts=facts)
    return {"teacher": teacher, "students": _noted(topic, content, texts, form, checked=checked, young=young)}


def _noted(
    topic: str, content: LessonContent, texts: Texts, form: str, *, checked: bool = False, young: bool = False
) -> str:
    """Return what the class writes down while it is told, by the `form` in which it is."""
    told = texts["explain"]
    few = content.kind == "facts" and len(content.told) > (2 if young else 3)
    own = {"deeds": "watched", "sorted": "after_sorted", "pairs": "after_pairs"} | ({} if young else {"board": "noted"})
    text: str = told[own.get(form, "young" if few else "students")].format(
        what=told["few"] if few else told["what"][content.kind],
        look_up=told["look_up"].format(terms=listed(content.looked_up, texts)) if content.looked_up else "",
        put_right=told["put_right"] if checked else "",
        topic=topic_inside(topic, content),
    )
    return text


def is_young(grade: str) -> bool:
    """Tell whether a class is of the first four years of school, who write little; not where that is not sure."""
    years = re.search(r"(?i)(?:grade|year|class)\s*(\d+)|(\d+)(?:st|nd|rd|th) grade", grade)
    if years:
        return int(years[1] or years[2]) <= LAST_YOUNG
    return bool(re.search(r"(?i)kindergarten|\bearly years\b|小学低年级|幼儿园|大班|(?<![初高])[一二三四]年级", grade))


def _differing(content: LessonContent, work: LessonWork, texts: Texts) -> dict[str, str]:
    """Return what those get who need help, and those who are done early."""
    kind = work.kind if work.kind in texts["differing"] else "none"
    first = work.key[0].rstrip(".。") if work.key else ""
    begun = {"compared": first.split(",")[0], "steps": first.split(",")[0]}.get(kind, first)
    last = first.split(", ")[-1]
    at, _, letter = first.partition(" ")
    return {
        who: text.format(first=begun, last=last, at=at, letter=letter) for who, text in texts["differing"][kind].items()
    }


def _homework(topic: str, content: LessonContent, work: LessonWork, texts: Texts, *, young: bool = False) -> str:
    first = exercise(content.sums[0]) if content.sums else ""
    many = texts["numbers"][min(MOST_FACTS, len(content.told))]
    kind = "sums" if content.sums else work.kind if work.kind in texts["homework"] else content.kind
    if len(content.meanings) > 1 and kind == "facts":
        kind = "words"
    if young and kind in ("halves", "facts"):
        kind = "young"
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
    kind = goal.by_hand or ("both" if goal.done and numbers else "done" if goal.done else "ticket")
    text: str = texts["assessment"][kind].format(at=at, questions=form)
    return text


def with_the(things: Sequence[str], texts: Texts) -> str:
    """Return things that are there to be seen or heard as a sentence lists them: the world map."""
    bare = not any(re.match(r"(?:[Aa]n?|[Tt]he|[Yy]our|some|two|three|four|\d+)\b|[A-Z]", one) for one in things)
    return ("the " if texts["space"] and bare else "") + listed(things, texts)


@cache
def lesson_texts(language: str) -> Texts:
    """Return what phases.yaml says in a language."""
    texts = yaml.safe_load(files("aigc_plugins.lessons").joinpath("phases.yaml").read_text(encoding="utf-8"))
    found: Texts = texts.get(language, texts["en"])
    return found
