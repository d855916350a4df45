"""Ends of other sentences that may be true of what a question is about: "A train … is moved by a motor".

A wrong answer that is right after all is the worst fault of a quiz, and nobody here knows what is true. What an end is
like tells how far it reaches: one that denies, allows, compares, or says little is true of many things, and what is
said of the topic itself is true of its kinds.
"""

from __future__ import annotations

import re

from aigc_plugins.rules.content_words import DENIAL, content, stem

ARTICLE = re.compile(r"^(?:an?|the|each|every|all|most|some)\s+", re.IGNORECASE)
JOINING = re.compile(r"\s(?:of|in|on|with|from|for|at|to|that|which|who|without)\s")
WORD = re.compile(r"[A-Za-zÀ-ɏ]+")
ALLOWS = re.compile(r"(?:can|cannot|could|may|might|should|must|need|needs|help|helps)\b")
COMPARES = re.compile(
    r"\b(?:more|less|better|worse|faster|slower|longer|easier|easily|quickly|slowly|well|often|usually|many|several)\b"
)
STATES = re.compile(r"(?:is|are|was|were|has|have|had|becomes?|remains?|stays?)\s")
FIGURE = re.compile(r"\d|\b[A-Z]")
LEAST_CONTENT = 3  # words of an end that states how something is; one that says less is true of many things


def doubtful(end: str, its: str, subject: str, own: str, topic: str = "") -> bool:
    """Tell whether an end, which is said of `its`, may be true of `subject`, of which `own` is.

    One that denies is doubted unless the two ends speak of the same thing: workers "have a sting", drones "have none".
    """
    words = content(end)
    if DENIAL.search(end.casefold()):
        return not words & content(own)
    if ALLOWS.match(end) or COMPARES.search(end) or _general(its, topic) or _general(subject, topic):
        return True
    if {stem(word) for word in WORD.findall(end)} & set(_named(subject)):
        return True  # "A train … may hold one train"
    return bool(STATES.match(end)) and len(words) < LEAST_CONTENT and not FIGURE.search(end)


def about(subject: str) -> frozenset[str]:
    """Return the words of who or what a sentence is about, without endings, so that owls and the barn owl share one."""
    return frozenset(stem(word) for word in WORD.findall(ARTICLE.sub("", subject)))


def _general(subject: str, topic: str) -> bool:
    """Tell whether a sentence is about the topic itself: what bees do, its kinds of bees do."""
    named = _named(subject)
    return bool(topic) and bool(named) and set(named) <= set(map(stem, WORD.findall(topic)))


def _named(subject: str) -> list[str]:
    """Return the stems of the thing that a subject names, before "of" and the like."""
    return [stem(word) for word in WORD.findall(JOINING.split(ARTICLE.sub("", subject))[0])]
