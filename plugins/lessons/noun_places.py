"""Which words of a sentence surely are names or nouns, by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

HAN = re.compile(r"[\u3400-\u9fff]")
PHRASE_END = re.compile(  # what may stand behind a noun
    r"[,;.!?]|$| (?:of|in|on|at|with|from|for|and|or|to|by|into|because|so|that|is|are|was|were|has|have|had|who|"
    r"which|when|if|can|may|must|should)\b"
)
NAMES = re.compile(r"(?!I\b)(?<![\"“‘'])(?<![.?!:] )[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")
BEGINNING = re.compile(r"(?:The|An?|In|On|At|After|Before|From|By|When|If|As|For|With|Most|Some|Every|All|Each|No) ")
AFTER = re.compile(
    r"(?:^|[ ,])(?:an?|the|of|from|in|into|with|to|on|by|and|or|for|no|each|every|called|its|their)(?: \w+)? $|, $",
    re.IGNORECASE,
)


def names_in(fact: str) -> Iterator[str]:
    """Yield what a fact surely has as names: in capitals within it, or two such words and more where it begins."""
    for one in NAMES.finditer(fact):
        name = BEGINNING.sub("", one.group()) if one.start() == 0 else one.group()
        if one.start() or " " in name or name != one.group():
            yield name.removesuffix("'s").removesuffix("’s")


def stands_as_noun(word: str, fact: str) -> bool:
    """Tell whether a word surely stands as a noun: behind an article or the like, and at the end of its phrase."""
    start = fact.find(word)
    if HAN.search(word):
        return True
    return bool(AFTER.search(fact[:start]) and PHRASE_END.match(fact[start + len(word) :]))
