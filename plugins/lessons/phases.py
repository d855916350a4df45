"""A lesson in five phases (5E): what the teacher and the students do, around the lines a model wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from aigc_plugins.lessons.minutes import five_e_minutes

VocabularyEntry = dict[str, str]


def lesson_words(terms: Sequence[str], meanings: Sequence[str], language: str = "en") -> list[VocabularyEntry]:
    """Return the vocabulary `{term, meaning}`. `meanings` are lines `term: meaning`; a term without one the class looks
    up."""
    by_term = {line.partition(": ")[0].casefold(): line.partition(": ")[2] for line in meanings}
    looked_up: str = lesson_texts(language)["look_up"]
    return [{"term": term, "meaning": by_term.get(term.casefold()) or looked_up} for term in terms]


def lesson_phases(
    duration: int,
    wonder: str,
    activity: str,
    check: str,
    terms: Sequence[str],
    language: str = "en",
    things: Sequence[str] | None = None,
) -> list[dict[str, object]]:
    """Return the phases `{name, minutes, teacher, students}`; their minutes add up to `duration`. `things` are the
    materials that the brief names."""
    lines = {
        "wonder": wonder,
        "activity": activity.strip().rstrip("."),
        "check": check,
        "terms": _listed(terms, language),
        "things": _listed(things or (), language),
    }
    return [
        {
            "name": phase["name"],
            "minutes": minutes,
            "teacher": _filled(phase, "teacher", lines),
            "students": _filled(phase, "students", lines),
        }
        for phase, minutes in zip(lesson_texts(language)["phases"], five_e_minutes(duration), strict=True)
    ]


def lesson_materials(given: Sequence[str] | None, language: str = "en") -> list[str]:
    """Return the materials `given` in the brief, and what else every such lesson needs."""
    materials = list(given or ())
    known = {material.casefold() for material in materials}
    return materials + [text for text in lesson_texts(language)["materials"] if text.casefold() not in known]


def lesson_assessment(check: str, objectives: Sequence[str], language: str = "en") -> str:
    """Return the text that tells a teacher how to see whether the lesson's last, highest objective was reached."""
    goal = objectives[-1].strip().rstrip(".。")
    if language != "zh":
        goal = goal[:1].lower() + goal[1:]
    text: str = lesson_texts(language)["assessment"]
    return text.format(check=check, goal=goal)


def _filled(phase: Mapping[str, str], who: str, lines: Mapping[str, str]) -> str:
    """Return a phase's text for the teacher or the students; where the lesson has no vocabulary or materials, the one
    without them."""
    plain = (f"{who}_without_{name}" for name in ("terms", "things") if not lines[name])
    return next((phase[name] for name in plain if name in phase), phase[who]).format(**lines)


def _listed(terms: Sequence[str], language: str) -> str:
    if language == "zh":
        return "、".join(terms)
    return ", ".join(terms[:-1]) + (" and " if len(terms) > 1 else "") + "".join(terms[-1:])


@cache
def lesson_texts(language: str) -> Mapping[str, Any]:
    """Return what phases.yaml says in a language."""
    texts = yaml.safe_load(files("aigc_plugins.lessons").joinpath("phases.yaml").read_text(encoding="utf-8"))
    found: Mapping[str, Any] = texts.get(language, texts["en"])
    return found
