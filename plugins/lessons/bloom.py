"""Objectives a teacher can observe: Bloom's verbs, chosen and checked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from aigc import check
from aigc.types import Field

# The verbs asked for: three levels that rise from lower to higher thinking, with choices that suit any subject.
ASKED: Mapping[str, Sequence[Sequence[str]]] = {
    "en": (("identify", "name"), ("describe", "explain"), ("compare", "use")),
    "zh": (("说出", "列举"), ("解释", "描述"), ("比较", "运用")),
}
# What any topic allows, one for each level; the last goes on as its verb does.
ENDS = {"compare": "two explanations of {topic}", "use": "key words about {topic} in complete sentences"}
TWO = re.compile(r"\b(?:and|with|to|two|three|different)\b|[和与跟两三不]", re.IGNORECASE)
ASKED_OF = re.compile(r"\b(?:concepts?|ideas?) of (?:why|how|what|when|where|who)\b", re.IGNORECASE)
PLAIN: Mapping[str, Sequence[str]] = {
    "en": (
        "{verb} the key points about {topic}.",
        "{verb} {topic} in your own words.",
        "{verb} %s.",
    ),
    "zh": ("{verb}{topic}的主要内容。", "{verb}{topic}，用自己的话。", "{verb}生活中与{topic}有关的两个例子。"),
}


def bloom_verbs(topic: str, language: str = "en", count: int = 3) -> list[str]:
    """Return `count` (at most three) measurable verbs of rising level; which of them depends on the topic alone."""
    levels = ASKED.get(language, ASKED["en"])[:count]
    draw = hashlib.sha256(topic.encode()).digest()
    return [verbs[draw[at] % len(verbs)] for at, verbs in enumerate(levels)]


def plain_objective(verb: str, topic: str, language: str = "en") -> str:
    """Return an objective for a verb of `bloom_verbs` that suits any topic."""
    levels = ASKED.get(language, ASKED["en"])
    level = next((at for at, verbs in enumerate(levels) if verb in verbs), 1)
    line = PLAIN.get(language, PLAIN["en"])[level].replace("%s", ENDS.get(verb, "examples of {topic}"))
    return line.format(verb=verb[:1].upper() + verb[1:], topic=topic)


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


@check
def one_objective(text: str, *, topic: str) -> Iterator[str]:
    """An objective is one sentence; what it compares is two things, beside the topic's own words; and nobody uses a
    question: "the concept of why rivers bend"."""
    plain = text.strip().rstrip(".。!?！？")
    if re.search(r"[.!?]\s|[。！？]", plain):
        yield "is more than one sentence"
    rest = re.sub(re.escape(topic), "", plain, flags=re.IGNORECASE)
    if re.match("compare|contrast|比较|对比", plain, re.IGNORECASE) and not TWO.search(rest):
        yield "compares one thing with nothing"
    if ASKED_OF.search(plain):
        yield "uses a question as a thing"


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
