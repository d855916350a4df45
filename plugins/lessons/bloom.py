"""Objectives a teacher can observe: Bloom's verbs, chosen and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from aigc import check
from aigc.types import Field

ADVERB = re.compile(r"^(?:能够|能|会|正确|独立|熟练|按(?:时间)?(?:先后|顺序))*地?")  # stand before a Chinese verb


def performed(goal: str) -> bool:
    """Tell whether an objective is of something that is done or made, "Write a letter.", rather than told."""
    verbs = _verbs("zh" if re.search(r"[\u3400-\u9fff]", goal) else "en")
    first = _first_word(goal, [verb for group in verbs.values() for verb in group])
    return first in verbs["apply"] or first in verbs["create"]


def verbs_of(goal: str) -> list[str]:
    """Return the verb that an objective begins with, as a list of none or one."""
    verbs = _verbs("zh" if re.search(r"[\u3400-\u9fff]", goal) else "en")
    known = [verb for group in verbs.values() for verb in group]
    first = _first_word(goal, known)
    return [first] if first in known else []


@check
def measurable(text: str, field: Field) -> Iterator[str]:
    """A learning objective starts with a verb that can be observed (describe, compare), not know or understand."""
    verbs = _verbs(field.draft.language)
    first = _first_word(text, [verb for group in verbs.values() for verb in group])
    if first in verbs["vague"]:
        yield f"{first!r} cannot be observed"
    elif not any(first in group for level, group in verbs.items() if level != "vague"):
        yield f"starts with {first!r}, which is no measurable verb"


@check
def begins_with_verb(text: str, *, verb: str) -> Iterator[str]:
    """An objective starts with the verb it was asked for, and goes on."""
    rest = text[len(verb) :] if text.casefold().startswith(verb.casefold()) else None
    if rest is None or (verb.isascii() and not re.match(r"\s", rest)):
        yield f"does not start with {verb!r}"
    elif len(rest.strip(" .。")) < 2:
        yield "says nothing after its verb"


@cache
def _verbs(language: str) -> Mapping[str, Sequence[str]]:
    text = files("aigc_plugins.lessons").joinpath("bloom.yaml").read_text(encoding="utf-8")
    by_language: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(text)
    return by_language.get(language, by_language["en"])


def _first_word(text: str, verbs: Sequence[str]) -> str:
    latin = re.match(r"[A-Za-z-]+", text)
    if latin:
        return latin.group().casefold()
    bare = ADVERB.sub("", text)
    longest = sorted(verbs, key=len, reverse=True)  # 写出, a thing told, before 写
    return next((verb for verb in longest if bare.startswith(verb)), bare[:2])
