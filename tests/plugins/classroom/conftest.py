from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Artifact, Brief, Provenance

NASTY = [
    {
        "stem": "Is a < b && c > d: {x = 1} ~ #1 \\n?",
        "options": ["[html] a", "%50% b", "=c", "a\\"],
        "answer": "a\\",
        "feedback": "Because #### {no} = ~ \\: of <b>it</b> &amp;",
    },
    {
        "stem": "法国的首都是哪座城市？",
        "options": ["巴黎", "里昂 “x”", '"Nice"', "O'Hara & Sons"],
        "answer": "巴黎",
        "feedback": "法国的首都是巴黎。",
    },
    {
        "stem": "// Two\nlines → -> <b>?",
        "options": ["1 -> 2", "<br>", "&amp;", "//3"],
        "answer": "&amp;",
        "feedback": "",
    },
]
CARDS = [
    {"front": "dog", "back": "der Hund", "tags": ["German animals", "A1"]},
    {"front": 'the "sum" of {1} = a * b', "back": "x & y < *z*", "tags": []},
]
SHEET: dict[str, Any] = {
    "gaps": ["Water boils at ____ at sea level.", "The ____ is a star."],
    "word_bank": ["the Sun", "100 °C"],
    "left": ["Ohio", "Te=xas", "I<owa"],
    "right": ["Austin", "Des Moines -> x", "Columbus"],
    "questions": ["Who wrote *Emma*?"],
    "key": {"gaps": ["100 °C", "the Sun"], "matching": ["C", "A", "B"], "questions": ["Jane Austen"]},
}


@pytest.fixture
def piece() -> Callable[..., Artifact]:
    """Make a finished piece: `piece("1", {"language": "zh"}, title="Tea", items=[…])`."""

    def make(
        name: str = "1", values: dict[str, Any] | None = None, kind: str = "lessons/quiz", **fields: Any
    ) -> Artifact:
        return Artifact(
            id=name,
            status="accepted",
            fields=fields,
            brief=Brief(id=name, values=values or {}),
            provenance=Provenance(content_type=kind, version=1, model="tiny"),
        )

    return make


@pytest.fixture
def quiz(piece: Callable[..., Artifact]) -> Artifact:
    return piece(title="US: state/capitals::a", items=NASTY)


@pytest.fixture
def deck(piece: Callable[..., Artifact]) -> Artifact:
    return piece("2", kind="lessons/flashcards", title="Cards", cards=CARDS)


@pytest.fixture
def sheet(piece: Callable[..., Artifact]) -> Artifact:
    return piece("3", kind="lessons/worksheet", title="Water", **SHEET)
