"""What an answer looks like, as far as that tells its kind: how often, when, where, a name.

A brief's wrong answers belong to any of its questions. Beside "every three months" only what says how often stands,
and where two questions ask differently for things that look alike, canteen and oil, nobody knows whose each one is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.lessons.answer_slots import answer_slot
from aigc_plugins.lessons.quiz_material import QuizFact

SHAPES = (
    ("often", re.compile(
        r"(?i)(?:every|each|once|twice|never|always|daily|weekly|monthly|yearly|annually|\w+ times)\b|每|一[年月周天]"
    )),
    ("time", re.compile(
        r"(?i)(?:after|before|during|at (?:\d|noon|night|midnight)|from \d|until|(?:on |in )?(?:the )?(?:"
        r"morning|evening|"
        r"afternoon|spring|summer|autumn|winter|\w+day|january|february|march|april|june|july|august|september|october|"
        r"november|december)s?)\b|\d{1,2}[:.]\d\d|\d+ ?(?:am|pm|a\.m\.|p\.m\.)|o'clock|"
        r"[早晚上下中]午|[早晚]上|\S{1,4}[点月日号年]$|(?:周|星期)."
    )),
    ("number", re.compile(r"[£$€¥]?\d|[一二两三四五六七八九十百千]+[个只条天年元岁米次]")),
    ("place", re.compile(
        r"(?:in|on|at|near|under|behind|between|beside|inside|outside|above|below|along|around|by|next to)\b|"
        r"\S+(?<!以)[里内外旁边]$"
    )),
    ("name", re.compile(r"(?:the |an? )?[A-Z]")),
)  # fmt: skip
SURE = ("often", "time", "number", "place")  # which tell the kind


def answer_shape(answer: str) -> str:
    """Return what kind of answer its look tells: often, time, number, place, name; else thing."""
    return next((kind for kind, shape in SHAPES if shape.match(answer.strip())), "thing")


def pool_for(fact: QuizFact, facts: Sequence[QuizFact], pool: Sequence[str] | None) -> list[str]:
    """Return those of a brief's wrong answers that are of the kind of a fact's answer."""
    shape = answer_shape(fact["answer"])
    alike = [one for one in pool or () if answer_shape(one) == shape]
    if shape in SURE:
        return alike
    slots = {answer_slot(one) for one in facts if answer_shape(one["answer"]) == shape}
    return alike if len(slots) <= 1 else []
