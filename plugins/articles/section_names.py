"""Headings that name what a section is about: its things, never its sentence again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Field, texts_in
from aigc_plugins.articles.headings import heading_words
from aigc_plugins.articles.things import ARTICLES, naming, things, without_article
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK, words_in
from aigc_plugins.claims.line_words import telling as told_words
from aigc_plugins.rules.content_words import sentences, telling

MOST_CHARS = 60
JOIN = re.compile(r"\s*(?:,\s*and\s|,|;|\band\b|&|[、，]|以及|[和与])\s*")
LEADS = re.compile(r"(?:before|after|during|at|in|on|with|without|for|from|under|behind)\s+(?=\w)", re.IGNORECASE)
AGAIN = 0.5  # of a sentence's telling words: a heading that has more and no others says it again
SHARED = 2  # facts of a section that a heading's thing is of


def section_name(points: Sequence[str], topic: str = "") -> str:
    """Return a heading of what two points of a section or more are about: "The Waiting List"; nothing where they share
    nothing that the topic does not name. Things of unlike facts, joined, would head neither."""
    found = [things(point) for point in points]
    for at, some in enumerate(found):
        for thing in some:
            same = [other for others in found[at + 1 :] for other in others if _equal(thing, other)]
            if same and not _in_topic(thing, topic) and not _too_long(heading := _headed([thing, *same])):
                return heading
    return ""


@check
def names_its_section(text: str, field: Field) -> Iterator[str]:
    """A heading names one thing that two of its section's facts name, in six words or fewer; a word such as "before"
    leads it only where it stands so before the thing in a fact. The facts are the item at hand.
    """
    points = list(texts_in(field.draft.item))
    if _too_long(text):
        yield "is longer than a heading of a section may be"
    parts = [part.strip() for part in JOIN.split(text.strip()) if part.strip()]
    if len(parts) > 1:
        yield "joins things that are of unlike facts"
    told = sum(any(_names(part, point) for part in parts) for point in points)
    if told < SHARED:
        yield f"names a thing of {told} of its facts, {SHARED} are wanted"


@check
def says_no_sentence_again(text: str, field: Field) -> Iterator[str]:
    """A heading does not say a sentence of its section again: all its words are of one, and over half of that one's."""
    own = _words(text)
    for sentence in (part for point in texts_in(field.draft.item) for part in sentences(point)):
        words = _words(sentence)
        if len(own) > 1 and own <= words and len(own) > AGAIN * len(words):
            yield f"says {sentence!r} again"


def _words(text: str) -> set[str]:
    """Return what a text has to say: stems, or Chinese characters but those that say nothing by themselves."""
    return {*told_words(words_in(text), lists_for("zh"))} if CJK.search(text) else {*heading_words(text)}


def _names(part: str, point: str) -> bool:
    """Tell whether a part of a heading names a thing of a point."""
    lead = LEADS.match(part)
    if lead and not CJK.search(part):
        plain = " ".join(word for word in words_in(part) if word not in ARTICLES)
        if f" {plain} " not in f" {' '.join(word for word in words_in(point) if word not in ARTICLES)} ":
            return False
    return any(_is(_bare(part), thing) for thing in things(point))


def _is(part: str, thing: str) -> bool:
    """Tell whether a part is a thing, whole or without what describes it: "list" for "the waiting list" is not."""
    if CJK.search(thing):
        return part == thing
    return without_article(part).lower() == without_article(thing).lower()


def _bare(part: str) -> str:
    return LEADS.sub("", part, count=1) if LEADS.match(part) else part


def _in_topic(thing: str, topic: str) -> bool:
    if CJK.search(thing):
        return thing in topic
    return bool(telling(thing)) and telling(thing) <= telling(topic)


def _equal(one: str, other: str) -> bool:
    return one == other if CJK.search(one) else without_article(one).lower() == without_article(other).lower()


def _headed(same: Sequence[str]) -> str:
    """Return a thing as a heading, with "the" where a fact has it with an article: "The Mesh", "Awnings"."""
    if CJK.search(same[0]):
        return same[0]
    known = any(without_article(one) != one for one in same)
    return " ".join(word[:1].upper() + word[1:] for word in f"{'the ' * known}{without_article(same[0])}".split())


def _too_long(heading: str) -> bool:
    if CJK.search(heading):
        return len(heading) > int(naming("zh")["most_words"])
    counted = [word for word in words_in(heading) if word not in ARTICLES and word != "and"]
    return len(counted) > int(naming("en")["most_words"]) or len(heading) > MOST_CHARS
