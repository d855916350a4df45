"""Which facts are no sentences: "carries 60 cars" does not say what does, "Budget: 1.2 million euros" has no verb.

Only what is sure counts. A release tells them below one another, where nobody looks for a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from aigc_plugins.ads.fact_sentences import clause
from aigc_plugins.articles.page_wording import ended_line
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.stems import bases
from aigc_plugins.rules.content_words import HAN

FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|shall|do|does|did|takes?|goes|go"
    r"|gets?|costs?|runs?|opens?|closes?|starts?|begins?|ends?|stays?|remains?|needs?|comes?)\b",
    re.IGNORECASE,
)
LABEL = re.compile(r"[^\s:]+(?:\s[^\s:]+){0,2}:\s")
STATE = re.compile(
    r"(?:available|open|closed|free|built|founded|made|held|bought|paid|funded|insured|suitable|no\s(?:\w+\s){1,3}(?:needed|required|necessary)"
    r"|last\s\w+ed)\b",
    re.IGNORECASE,
)
CHINESE_HOURS = re.compile(
    r"(?:[上下]午|晚上?|早上?)?[一二三四五六七八九十\d]+点(?:半)?(?:到|至|[-—~])[^，。]*点(?:半)?"
)
BEHIND = re.compile(r",|\b(?:if|when|while|until|till|as|because|who|that|which|unless|so|then)\b", re.IGNORECASE)
NAMED = re.compile(r"\b(?:an?|the|its|their|our|every|each|one|two|three|\d+)\s+\w+", re.IGNORECASE)
POINTED = re.compile(
    r"(?:it|they|he|she|this|these|there|that)\s+(?:is|are|was|were|has|have|can|will|[a-z]+s)\b", re.I
)
LATER = re.compile(
    r"(?:until|since|from|in|on|at|after|before|by)\b.*\s(?:it|they|we|you|there)\s[a-z]+", re.IGNORECASE
)
THINGS = frozenset(["park", "car", "house", "room", "water", "light", "book", "paper", "square", "market", "garden"])
SHORT_CHINESE = 6  # characters
MEASURES = frozenset(["costs", "weighs", "measures", "lasts"])
WORD = re.compile(r"[a-z']+", re.IGNORECASE)


def told_whole(facts: Sequence[str], language: str) -> tuple[list[str], list[str]]:
    """Return the facts that stand as sentences, worded as such, and those that are not surely one. In Chinese the
    latter are hours alone, since a sentence needs no doer there; the only fact always stands."""
    if len(facts) < 2:
        return list(facts), []
    if language == "zh":
        bare = [fact for fact in facts if is_bare(fact, language)]
        return [fact for fact in facts if fact not in bare], bare
    told = {fact: sentence_of(fact) for fact in facts}
    return [told[fact] for fact in facts if told[fact]], [fact for fact in facts if not told[fact]]


def sentence_of(fact: str) -> str:
    """Return an English fact as the sentence that it surely is, "The hall has step-free access."; else nothing."""
    text = " ".join(str(fact).split())
    if whole := clause(text):
        return whole
    spoken = POINTED.match(text) or text.count(". ") or (LATER.match(text) and "," not in text)
    if spoken or (not is_bare(text) and "," not in text and _many_act(text)):
        return ended_line(text, "en")
    return ""


def _many_act(text: str) -> bool:
    """Tell whether many things do something: "Eighty singers take part", "200 volunteers tested it"; no "points of"."""
    words = WORD.findall(BEHIND.split(text)[0].lower())
    for before, word in pairwise(words):
        many = before[-1:] == "s" and before[-2:] not in ("ss", "'s") and before not in lists_for("en").function
        if many and is_verb(word) and word[-1:] != "s" and word[-3:] != "ing" and word not in THINGS:
            return True
    return False


def is_bare(fact: str, language: str = "en") -> bool:
    """Return whether a fact is surely no sentence: a verb without its doer, a label, a bare state, hours alone."""
    text = " ".join(str(fact).split())
    if language == "zh":
        return bool(CHINESE_HOURS.fullmatch(text.rstrip("。")))
    if LABEL.match(text) and text.count(".") < 2:
        return True
    first, _, rest = text.partition(" ")
    if STATE.match(text):
        return not FINITE.search(rest)
    main = NAMED.sub("", BEHIND.split(rest)[0])  # what "lends a bike" names is no second verb
    if first[:1].isdigit() and not FINITE.search(text):  # 1.4 km, 3 metres wide
        return not any(map(is_verb, WORD.findall(rest.lower())))
    acts = first.lower() in MEASURES or (first[-1:] == "s" and first[-2:] != "ss" and is_verb(first.lower()))
    return acts and not FINITE.search(rest) and not any(map(is_verb, WORD.findall(main.lower())))


def needs_title(text: str) -> bool:
    """Return whether the second side of `Title = what it is` says nothing alone: an amount, no verb, a few characters
    of Chinese."""
    if HAN.search(text):
        return len(HAN.findall(text)) < SHORT_CHINESE
    if text[:1].isdigit() or text[:1] in "£$€¥":
        return True
    return not FINITE.search(text) and not any(map(is_verb, WORD.findall(text.lower())))


def is_verb(word: str) -> bool:
    """Tell whether a word is among the verbs, in any form; many of them are nouns too."""
    return not lists_for("en").verbs.isdisjoint(bases(word)) and word not in lists_for("en").function
