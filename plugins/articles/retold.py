"""A sentence beside the facts that it tells again: nothing of theirs is lost, nothing comes on top, nothing moves.

A small model mixes what it was told: "glass takes glue that hardens in UV light" becomes "for wood and glass, choose
glue that …". So each fact that a sentence tells must be in it with every telling word, with its numbers and denials,
and with the small words that say when and whether it is so (`retold.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from aigc.types import Brief, Draft, Field
from aigc_plugins.articles.things import orders
from aigc_plugins.claims.claim_lists import lists_for, phrases
from aigc_plugins.claims.counted import same_numbers
from aigc_plugins.claims.denials import same_negations
from aigc_plugins.claims.line_words import CJK, is_form, telling, words_in
from aigc_plugins.claims.roles import who_does_what
from aigc_plugins.rules.content_words import stem
from aigc_plugins.rules.content_words import telling as about
from aigc_plugins.rules.support import objections, tells

RELATED = re.compile(r", (where|which|when|while) you\b")  # "…, where you bring a blanket" is an order of its own
ARTICLE = re.compile(r"^(?:The|An?)\s+")
JOINT = re.compile(r", and (?:then )?")
HAN = re.compile(r"[\u3400-\u9fff]")
PAUSE = re.compile(
    r"[,;:] +(?=[a-z])|[；：]"
)  # of a fact: with another one in its sentence, nobody hears which is which


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWords:
    """This is one language's block of `retold.yaml`."""

    light: frozenset[str]
    follows: re.Pattern[str]
    precedes: re.Pattern[str]
    kept: tuple[re.Pattern[str], ...]
    added: tuple[re.Pattern[str], ...]


def tells_again(sentence: str, fact: str, language: str) -> bool:
    """Tell whether a sentence tells a fact: it has most of its telling words, or of a Chinese one every character."""
    if CJK.search(fact):
        words = telling(words_in(fact), lists_for("zh"))
        return tells(sentence, fact) or bool(words and set(words) <= set(sentence))
    return tells(sentence, fact) or fact.rstrip(".!?").lower() in sentence.lower()


def changes(sentence: str, facts: Sequence[str], language: str) -> Iterator[str]:
    """Yield what a sentence changes of the facts that it tells again."""
    told = " ".join(facts)
    language = "zh" if CJK.search(told) else language
    yield from objections(sentence, facts, new_words=0, joined=2 * len(facts))
    if lost := [word for fact in facts for word in _key_words(fact, language) if not _has(sentence, word, language)]:
        yield f"loses {lost[0]!r} of its fact"
    if more := _more(sentence, told, language):
        yield f"adds {more[0]!r} to its fact"
    yield from _small_words(sentence, facts, language)
    values = {"language": language}
    field = Field(path="", schema={}, draft=Draft(brief=Brief(id="", values=values), fields={}, schema={}, item=facts))
    yield from (finding.message for finding in same_numbers(sentence, field))
    yield from same_negations(sentence, field)
    yield from who_does_what(sentence, field)
    ordered = [
        fact for fact in facts if orders(fact) and ARTICLE.sub("", sentence).startswith(fact[:1].lower() + fact[1:12])
    ]
    if ARTICLE.match(sentence) and ordered:
        yield f"puts {sentence.split()[0]!r} before what is to be done"
    if (found := RELATED.search(sentence)) and not RELATED.search(told) and any(map(orders, facts[1:])):
        yield f"makes one fact part of another: {found[1]!r}"
    if not CJK.search(sentence) and (mixed := _mixes(sentence)):
        yield f"hangs {mixed!r} onto what it says"
    if len(facts) > 1 and (own := _paused(sentence, facts)):
        yield f"runs on: {own!r} has a pause of its own"
    if CJK.search(sentence) and any(_moves(sentence, fact, language) for fact in facts):
        yield "puts the words of its fact in another order"


def _paused(sentence: str, facts: Sequence[str]) -> str:
    """Return the fact of several in one sentence that pauses itself, unless the sentence begins with it as it is."""
    own = [fact for fact in facts if PAUSE.search(fact)]
    return next((fact for fact in own if not sentence.startswith(fact.rstrip(".!?。！？"))), "")


def _mixes(sentence: str) -> str:
    """Return the clause of a sentence that "and" joins to one of another kind: an order, a statement.

    "A match has two halves, and be early", "bring a liner, and boots stay outside"; not "…, and you leave it there".
    """
    first, *joined = JOINT.split(sentence)
    told = any(orders(part) for part in first.split(", "))
    return next((part for part in joined if orders(part) != told and not part.startswith("you ")), "")


def _key_words(fact: str, language: str) -> list[str]:
    """Return the words of a fact that say something; of Chinese the pairs of characters."""
    if CJK.search(fact):
        return sorted(about(fact))
    return telling(words_in(fact), lists_for(language))


def _has(sentence: str, word: str, language: str) -> bool:
    if CJK.search(word):
        return word in sentence or all(char in sentence for char in word)
    return is_form(word, sentence, language) or word in _small(language).light


def _more(sentence: str, told: str, language: str) -> list[str]:
    """Return the words of a sentence that its facts do not have and that are not light."""
    lists, light = lists_for(language), _small(language).light
    if CJK.search(sentence):
        return [char for char in HAN.findall(_without(sentence, light)) if char not in told]
    words = telling(words_in(sentence), lists)
    return [word for word in words if not is_form(word, told, language) and word not in light]


def _moves(sentence: str, fact: str, language: str) -> bool:
    """Tell whether a Chinese sentence has the characters of a fact in another order: 关灯前睡 of 睡前关灯."""
    rest = iter(sentence)
    return not all(char in rest for char in telling(words_in(fact), lists_for(language)) if char in sentence)


def _without(text: str, words: frozenset[str]) -> str:
    return re.sub("|".join(sorted(map(re.escape, words), key=len, reverse=True)), " ", text)


def loses_small_words(text: str, fact: str, language: str) -> Iterator[str]:
    """Yield the small words of a fact, such as "only" or "until", that a text has lost."""
    for row in _small(language).kept:
        if (found := _first(row, fact)) and not _first(row, text):
            yield f"loses {found!r} of its fact"


def _small_words(sentence: str, facts: Sequence[str], language: str) -> Iterator[str]:
    small, told = _small(language), " ; ".join(facts)
    for fact in facts:
        yield from loses_small_words(sentence, fact, language)
    for row in small.added:
        if (found := _first(row, sentence)) and not _first(row, told):
            yield f"adds {found!r} to its fact"
    for pattern, after in ((small.follows, True), (small.precedes, False)):
        known = list(_beside(pattern, told, after=after))
        for mark, words in _beside(pattern, sentence, after=after):
            same = [others for one, others in known if one == mark]
            if same and words and not any(words[0] in others for others in same):
                yield f"says {mark!r} of something else"


def _beside(pattern: re.Pattern[str], text: str, *, after: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield each mark of a text with the telling words behind it, or before it, the nearest first."""
    for found in pattern.finditer(text.lower()):
        if mark := found["found"]:
            side = text[found.end() :] if after else text[: found.start()]
            part = re.split(r"[.;,!?。；，！？]", side)[0 if after else -1]
            yield mark, _in_order(part) if after else _in_order(part)[::-1]


def _in_order(text: str) -> list[str]:
    """Return the telling words of a text in their order."""
    if CJK.search(text):
        pairs = [text[at : at + 2] for at in range(len(text) - 1)]
        held = about(text)
        return [pair for pair in pairs if pair in held]
    held = about(text)
    return [stem(word) for word in re.findall(r"[A-Za-z]+", text) if stem(word) in held]


def _first(row: re.Pattern[str], text: str) -> str:
    return next((found["found"] for found in row.finditer(text.lower()) if found["found"]), "")


@cache
def _blocks() -> Mapping[str, Mapping[str, Any]]:
    import yaml

    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        files("aigc_plugins.articles").joinpath("retold.yaml").read_text(encoding="utf-8")
    )
    return read


@cache
def _small(language: str) -> SmallWords:
    blocks = _blocks()
    block = blocks.get(language.split("-")[0], blocks["en"])
    return SmallWords(
        light=frozenset(block["light"].split()),
        follows=phrases(block["follows"]),
        precedes=phrases(block["precedes"]),
        kept=tuple(phrases(row) for row in block["kept"]),
        added=tuple(phrases(row) for row in block["added"]),
    )
