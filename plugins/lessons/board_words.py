"""The words of a lesson that a teacher writes on the board: names, and what its facts turn on."""

from __future__ import annotations

import re

from aigc_plugins.lessons.dull_words import DULL
from aigc_plugins.lessons.lesson_content import LessonContent
from aigc_plugins.lessons.lesson_works import gapped, key_words
from aigc_plugins.lessons.noun_places import names_in, stands_as_noun
from aigc_plugins.lessons.number_words import CLASSIFIERS
from aigc_plugins.rules.content_words import telling

PLACED = re.compile(
    r"\b(?:in|from|to|across|near|through|reached|crossed|linked|with) "
    r"(?P<place>(?:the )?(?!I\b|January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|God|Christ)[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*)"
)
NO_WORD = re.compile(rf"[\d的是]|^[一二两三四五六七八九十几]+[{CLASSIFIERS}]")
LEAST_LETTERS, MOST_HAN = 4, 6
LEAST_WORDS, MOST_WORDS = 3, 6
LEAST_PLACES = 2


def board_words(content: LessonContent, topic: str) -> list[str]:
    """Return three to six words that facts turn on, in the order of the facts; none where fewer are sure."""
    known, gaps = key_words(content, topic, terms=False), gapped(content, topic, alone=True)
    by_fact = {fact: word for word, fact in known.items()}
    in_gap = {gap.replace("____", word): word for gap, word in gaps.items()}
    found: list[str] = []
    for fact in content.sentences:
        names = list(names_in(fact))
        for word in (*names, by_fact.get(fact, ""), in_gap.get(fact, "")):
            new = (
                word
                and (word in names or stands_as_noun(word, fact))
                and not any(telling(word) & telling(other) or word == other for other in (*found, topic))
            )
            if new and _worth(word):
                found.append(word)
                break
    return found[:MOST_WORDS] if len(found) >= LEAST_WORDS else []


def places(content: LessonContent) -> list[str]:
    """Return the places that facts name, to be found on a map; none where fewer than two are sure."""
    found = [one["place"] for fact in content.sentences for one in PLACED.finditer(fact)]
    few = list(dict.fromkeys(one.removesuffix("'s").removesuffix("’s") for one in found))[:MOST_WORDS]
    return few if len(few) >= LEAST_PLACES else []


def _worth(word: str) -> bool:
    if not word.isascii():
        return 1 < len(word) <= MOST_HAN and not NO_WORD.search(word)
    plain = word.casefold()
    return len(word) >= LEAST_LETTERS and plain not in DULL and not re.search(r"\d", word) and len(word.split()) < 4
