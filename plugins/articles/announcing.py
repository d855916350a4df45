"""Introductions that announce: what a text is about and for whom, and nothing that it would have to prove.

A sentence of an introduction says what the text is about ("this article …", 本文…), asks a question, or says that its
readers can do what it is about. What states a benefit, a need or a property is for the paragraphs, which have facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from aigc import check, postprocessor
from aigc.types import Field, Finding, texts_in
from aigc_plugins.articles.parts import article_intro
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK, is_form, root, roots_of, telling, words_in
from aigc_plugins.claims.stems import bases
from aigc_plugins.rules.content_words import sentences
from aigc_plugins.rules.once import alike

HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
MOST_PARTS = 4
PART = re.compile(r"[,;:，；：、]|(?<=\s)and(?=\s)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """This is what an introduction may speak of: topic, audience, and the things of the facts."""

    topic: str
    audience: str
    facts: tuple[str, ...]
    language: str

    @classmethod
    def of(cls, field: Field) -> Matter:
        values = field.draft.brief.values
        texts = {name: " ".join(texts_in(values.get(name))) for name in ("topic", "audience")}
        facts = tuple(texts_in(values.get("facts"))) or tuple(texts_in(field.draft.stages.get("points")))
        return cls(**texts, facts=facts, language=field.draft.language)


@check
def announces(text: str, field: Field) -> Iterator[Finding]:
    """Every sentence of an introduction says what the text is about, asks, or says that its readers can do it.

    An announcement begins with a phrase of `announcing.yaml` and names topic, audience and things of the facts.
    """
    matter, at = Matter.of(field), 0
    if _is_plain(text, matter):
        return
    for sentence in sentences(text):
        at = text.find(sentence, at)
        if message := _objection(sentence, matter):
            yield Finding(message=f"{sentence!r} {message}", span=(at, at + len(sentence)))


@postprocessor
def keep_announcements(text: str, field: Field, *, at_most: int = 2) -> str:
    """Keep the first `at_most` sentences that announce, as the check `announces` has it, each once; drop the others."""
    matter, kept = Matter.of(field), list[str]()
    if _is_plain(text, matter):
        return text
    for sentence in sentences(text):
        if len(kept) < at_most and not _objection(sentence, matter) and not any(alike(sentence, old) for old in kept):
            kept.append(sentence)
    return ("" if HAN.search("".join(kept)) else " ").join(kept)


def _is_plain(text: str, matter: Matter) -> bool:
    """Tell whether a text is the plain introduction, whatever the topic looks like ("life in St. Ives")."""
    plain = article_intro(matter.topic, matter.audience or None, matter.language)
    return re.sub(r"\W", "", text) == re.sub(r"\W", "", plain)


def _objection(sentence: str, matter: Matter) -> str:
    """Return why a sentence does not announce; nothing for one that does."""
    block, plain = _block(matter.language), sentence.strip().lower()
    audience = block["audience"].replace("{audience}", re.escape(matter.audience.lower() or "readers"))
    asks = re.search(block["asks"], plain)
    begins = _any(block["announces"], audience).match(plain)
    may = _any(block["may"], audience).match(plain)
    named = f"{matter.topic} {matter.audience}"
    if not (asks or begins or may):
        return "does not say what the text is about, ask, or say that its readers can do it"
    allowed = named if may and not begins and not asks else "\n".join((named, *matter.facts))
    if len(PART.split(plain)) > MOST_PARTS:
        return f"has more than {MOST_PARTS} parts"
    if brought := _brought(plain, allowed, matter):
        return f"says {brought[0]!r}, which is neither its topic nor its audience"
    opening = begins or may
    rest = plain[opening.end() :] if opening else ""
    if not asks and (stated := _stated(rest, named, matter.language)):
        return f"states something with {stated!r}"
    if begins and not asks and (verb := _deed(rest, named, matter)):
        return f"states something with {verb!r}"
    return ""


def _brought(sentence: str, allowed: str, matter: Matter) -> list[str]:
    """Return the words of a sentence that it may not have; where it asks it may have a few more."""
    block, language = _block(matter.language), matter.language
    own, asked, asks = block["words"].split(), block["asked"].split(), re.search(block["asks"], sentence)
    functions = lists_for(language).function
    brought: list[str] = []
    for part in PART.split(sentence):
        known = {*own, *block["questions"].split(), *(asked if asks or _asks(part, block) else ())}
        if CJK.search(part):
            rest = re.sub("|".join(sorted(map(re.escape, known), key=len, reverse=True)), " ", part)
            brought += [char for char in HAN.findall(rest) if char not in allowed and char not in functions]
            continue
        words = telling(words_in(part), lists_for(language))
        brought += [word for word in words if word not in known and not is_form(word, allowed, language)]
    return brought + [word for word in words_in(sentence) if word[0].isdigit() and word not in words_in(allowed)]


def _stated(rest: str, named: str, language: str) -> str:
    """Return what makes a statement of the rest of an announcement: "is" without a question word before it."""
    block = _block(language)
    states: list[str] = block["states"].split()
    for part in PART.split(re.sub(block["also"], " ", rest)):
        if CJK.search(part):
            found: str = next((word for word in states if word in part and word not in named), "")
            if found and not _asks(part, block):
                return found
            continue
        words: list[str] = WORD.findall(part)
        for at, word in enumerate(words):
            if word in states and word not in named.lower().split() and not _asks(" ".join(words[: at + 1]), block):
                return word
    return ""


def _deed(rest: str, named: str, matter: Matter) -> str:
    """Return a verb that an announcement has behind one of its things, no question word before it: "the dog needs"."""
    if CJK.search(rest):
        return ""
    block, lists = _block(matter.language), lists_for(matter.language)
    known, facts = roots_of(named, matter.language), " ".join(matter.facts).lower()
    for part in PART.split(rest):
        words: list[str] = WORD.findall(part)
        for before, word in pairwise(words):
            if before in lists.function or root(word, matter.language) in known or word in block["words"].split():
                continue
            compound = f"{before} {word}" in facts and not (before.endswith("s") or word.endswith("s"))
            if not (compound or lists.verbs.isdisjoint(bases(word)) or _asks(part, block)):
                return word
    return ""


def _asks(part: str, block: Mapping[str, Any]) -> bool:
    """Tell whether a part of a sentence has a question word."""
    questions = block["questions"].split()
    return (
        any(word in part for word in questions)
        if CJK.search(part)
        else any(word in questions for word in WORD.findall(part))
    )


def _any(patterns: list[str], audience: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern.replace('{audience}', audience)})" for pattern in patterns))


@cache
def _blocks() -> Mapping[str, Any]:
    import yaml

    read: Mapping[str, Any] = yaml.safe_load(
        files("aigc_plugins.articles").joinpath("announcing.yaml").read_text(encoding="utf-8")
    )
    return read


def _block(language: str) -> Mapping[str, Any]:
    blocks = _blocks()
    block: Mapping[str, Any] = blocks.get(language.split("-")[0], blocks["en"])
    return block
