"""Objectives a teacher can observe: Bloom's verbs, chosen and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from aigc import check
from aigc.types import Field


def performed(goal: str) -> bool:
    """Tell whether an objective is of something that is done or made, "Write a letter.", rather than told."""
    verbs = _verbs("zh" if re.search(r"[\u3400-\u9fff]", goal) else "en")
    doing = [verb for level in ("apply", "create") for verb in verbs[level]]
    return _first_word(goal, doing) in doing


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
    return next((verb for verb in verbs if text.startswith(verb)), text[:2])
