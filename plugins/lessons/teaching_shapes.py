"""Lines of a lesson that say nothing a model made up: the topic in a shape that suits any topic."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from aigc import check
from aigc_plugins.lessons.lesson_lines import says_words_once
from aigc_plugins.lessons.phases import lesson_texts

_DEEDS = """
    running swimming jumping throwing catching passing dribbling skipping rowing dancing singing drumming drawing
    sketching spelling writing reading speaking knitting sewing juggling skating cycling
"""
DOING = re.compile(  # "measuring angles", "relay running"
    r"(?!(?:string|spring|ring|king|wing|thing|morning|evening|being)s?\b)[A-Za-z]{2,}ing\b|"
    rf"(?:[\w-]+ ){{1,2}}(?:{'|'.join(_DEEDS.split())})$",
    re.IGNORECASE,
)
RELATED = re.compile(r" (?:in|at|on|for|with|to|around|their) ")  # more than a term


@check
def suits_any_topic(text: str, *, part: str, topic: str) -> Iterator[str]:
    """An English line of a lesson names its topic in a shape that is right for any: "Describe … in your own words."

    `part` is what it is of the lesson: a goal, what makes wonder, a ticket or a task; a line that needs no model
    (phases.yaml: `plain`) is right too. With an empty `topic` it may say anything.
    """
    if not topic or re.search(r"[\u3400-\u9fff]", topic):
        return
    topic = _straight(topic)
    line = _straight(text).casefold().rstrip(".")
    parts = ("activity", "homework") if part == "task" else (part,)
    plain = [*_goals()] if part == "goal" else [one for name in parts for one in _lines(name, topic, "en")]
    known = (one.format(topic=topic).casefold().rstrip(".") for one in plain)
    if line not in known and not any(re.fullmatch(shape, line) for shape in _shapes(part, topic)):
        yield f"says of {topic!r} what may not be so"
    if line.find(topic.casefold()) > 0 and topic not in _straight(text):
        yield f"writes {topic!r} in another way"


def lesson_line(part: str, topic: str, language: str = "en") -> str:
    """Return a line of a lesson ("wonder", "activity", "ticket", "homework") that suits any topic, or any of doing
    something; which one, the topic alone says. One that would say a word of the topic again goes after others."""
    lines = _lines(part, topic, language)
    at = hashlib.sha256(f"{part} {topic}".encode()).digest()[0] % len(lines)
    filled = [line.format(topic=topic) for line in (*lines[at:], *lines[:at])]
    return next((line for line in filled if not list(says_words_once(line))), filled[0])


def _lines(part: str, topic: str, language: str) -> Sequence[str]:
    """Return the lines of a part that need no model: of a topic such as "measuring angles" those of doing it."""
    texts = lesson_texts(language)
    of_doing = texts.get("skill", {}) if DOING.match(topic) else {}
    lines: Sequence[str] = of_doing.get(part) or texts["plain"][part]
    return lines


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("“", '"').replace("”", '"')


def _shapes(part: str, topic: str) -> Iterator[str]:
    """Yield the patterns of a part, filled in."""
    bare = topic.casefold()
    last, sides = bare.split()[-1], re.split(r" (?:and|or|vs\.?|versus) ", bare)
    several = len(sides) > 1 or (last.endswith("s") and not last.endswith(("ss", "us", "is", "ics")))
    both = rf"{re.escape(sides[0])} (?:and|with|to) {re.escape(sides[-1])}" if len(sides) == 2 else "(?!)"
    known = {
        "{t_and_t}": both,
        "{t}": re.escape(bare),
        "{is}": "(?:are|were)" if several else "(?:is|was)",
        "{do}": "do" if several else "does",
    }
    shapes = "skill" if part == "task" and DOING.match(topic) else part
    if part == "ticket" and (DOING.match(topic) or RELATED.search(bare)):
        known["{t}"] = "(?!)"  # "What is writing a haiku?", "What is life in a town?"
    for shape in _teaching()[shapes]:
        for name, pattern in known.items():
            shape = shape.replace(name, pattern)
        yield shape


def _goals() -> Iterator[str]:
    """Yield the objectives that need no model, with a place for the topic."""
    from aigc_plugins.lessons.bloom import ASKED, plain_objective

    yield from (plain_objective(verb, "{topic}") for level in ASKED["en"] for verb in level)


@cache
def _teaching() -> Mapping[str, Sequence[str]]:
    text = files("aigc_plugins.lessons").joinpath("teaching.yaml").read_text(encoding="utf-8")
    shapes: Mapping[str, Sequence[str]] = yaml.safe_load(text)["en"]
    return shapes
