"""A heading as a stretch of a sentence: cut out whole, so that it does not say what the sentence does not.

"Clean the filter every month" is not what "the caretaker cleans the filter every month" says, nor are "five new words"
what "five new words at most" allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc_plugins.articles.retold import loses_small_words
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK, root, telling, words_in
from aigc_plugins.claims.stems import bases
from aigc_plugins.rules.content_words import denies

CONDITIONS = ("before", "after", "until", "till", "when", "whenever", "if", "unless", "while")
SUBORDINATE = (*CONDITIONS, "because", "since", "once", "although", "as")
_PREPOSITIONS = """
    at in on for from with by of to under over above below during through within against between into per
"""
PREPOSITIONS = tuple(_PREPOSITIONS.split())
GOES_ON = frozenset((*SUBORDINATE, "than", "except", "without", "only", "but", "at most", "or", "instead", "rather"))
MARK = re.compile(r"[，、；：。！？,;:.!?\s]+")
LIMIT = re.compile(r"\W*(?:at (?:most|least)|or (?:less|more)|(?:a|per) [a-z]+$)", re.IGNORECASE)


def misleads(heading: str, sentence: str) -> Iterator[str]:
    """Yield why a heading is no whole stretch of its section's first sentence."""
    if CJK.search(heading):
        if not _in_turn(telling(words_in(heading), lists_for("zh")), words_in(sentence)):
            yield "puts the words of its section in another order"
        elif cut := next((part for part in MARK.split(heading) if part and not _ends_whole(part, sentence)), ""):
            yield f"stops inside a clause: {cut!r}"
        elif lost := next(loses_small_words(heading, _between(heading, sentence), "zh"), ""):
            yield lost
        return
    words, lists = words_in(sentence), lists_for("en")
    own = [root(word, "en") for word in telling(words_in(heading), lists)]
    places = _places(own, [root(word, "en") for word in words])
    if not places:
        if len(own) > 1 and set(own) <= {root(word, "en") for word in words}:
            yield "puts the words of its section in another order"
        return
    begin, end = places[0], places[-1]
    inside = telling(words[begin : end + 1], lists)
    if len(inside) > len(places):
        yield "leaves out words between those it takes"
    if begin and words[begin - 1] not in lists.function and words[begin - 1] not in lists.verbs:
        yield f"leaves out {words[begin - 1]!r} before {words[begin]!r}"
    yield from _after(words[end + 1 :], words_in(heading))
    yield from _head(heading, sentence, begin)
    if denies(" ".join(words[max(0, begin - 2) : begin])) and not denies(heading):
        yield "drops the negation of its section"
    yield from loses_small_words(heading, " ".join(words[begin : end + 1]), "en")


def _after(rest: Sequence[str], heading: Sequence[str]) -> Iterator[str]:
    """Yield what goes on in the sentence where a heading stops: a condition, a limit, the rest of a name."""
    lists = lists_for("en")
    if not rest:
        return
    text = " ".join(rest)
    if rest[0] not in lists.function and not rest[0][0].isdigit() and not (rest[0].endswith("s") and _is_verb(rest[0])):
        yield f"stops before {rest[0]!r}"
    elif (rest[0] in GOES_ON and rest[0] not in heading) or LIMIT.match(text):
        yield f"loses {' '.join(rest[:3])!r}"
    else:
        found = next((word for word in rest if word in CONDITIONS), "")
        if found:
            yield f"loses what follows {found!r}"


def _head(heading: str, sentence: str, begin: int) -> Iterator[str]:
    """Yield what is wrong with how a heading begins: an order of what somebody does, or half a sentence."""
    words, known = words_in(heading), words_in(sentence)
    if not words:
        return
    if words[0] in (*SUBORDINATE, *PREPOSITIONS) and "," not in heading:
        yield f"is only what follows {words[0]!r}"
    if words[0] in lists_for("en").verbs and words[0] not in known:
        told = next((word for word in known if word != words[0] and words[0] in bases(word)), "")
        if told.endswith("s") or (told.endswith("ed") and begin):
            yield f"tells the reader to {words[0]}; its section says {told!r}"
    elif begin and words[0].endswith("s") and words[0] in known and _is_verb(words[0]):
        yield f"has lost who {words[0]}"


def _is_verb(word: str) -> bool:
    return not lists_for("en").verbs.isdisjoint(bases(word)) and word not in lists_for("en").function


def _places(wanted: Sequence[str], words: Sequence[str], *, last: bool = False) -> list[int]:
    """Return where in a sentence the words of a heading stand, one after the other, first or `last`; [] if nowhere."""
    starts = [at for at, word in enumerate(words) if wanted and word == wanted[0]]
    for start in reversed(starts) if last else starts:
        places, at = [start], start
        for word in wanted[1:]:
            at = next((place for place in range(at + 1, len(words)) if words[place] == word), -1)
            if at < 0:
                break
            places.append(at)
        if len(places) == len(wanted):
            return places
    return []


def _ends_whole(part: str, sentence: str) -> bool:
    """Tell whether a clause of a Chinese heading ends where one of the sentence does."""
    return any(clause.endswith(part[-2:]) for clause in MARK.split(sentence))


def _in_turn(wanted: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(words)
    return all(word in rest for word in wanted if word in words)


def _between(heading: str, sentence: str) -> str:
    """Return the stretch of a Chinese sentence from the heading's first character to its last."""
    own = [char for char in telling(words_in(heading), lists_for("zh")) if char in sentence]
    places = _places(own, list(sentence), last=True)
    return sentence[places[0] : places[-1] + 1] if places else ""
