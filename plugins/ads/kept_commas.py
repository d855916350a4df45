"""A line keeps apart what commas part in its fact: of "keeps hot 6 hours, 350 ml" no "Keeps hot 350 ml", which says
that of the 350 ml.

A part may stand alone, and two may stand together with a comma, another sign or an "and" between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from aigc import check
from aigc.types import Field
from aigc_plugins.ads.faithful import same_word, words_of
from aigc_plugins.ads.shortened import parts
from aigc_plugins.ads.word_lists import CJK

PARTED = re.compile(r"(?<!\d),|,(?!\d)|[;；，、]")
SIGN = re.compile(r"(?<!\d)[.,]|[.,](?!\d)|[;；，、。:：!！?？&+/|·–—()（）]|\s-\s")
SPACE = re.compile(r"\s")
JOINING = frozenset(["and", "or", "plus", "和", "与", "及", "或", "且"])
LIGHT = frozenset(["a", "an", "the"])
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_]+)?")


@check
def keeps_commas(
    text: str,
    field: Field,
    *,
    beside: Sequence[str] = ("product", "brand"),
    of: Literal["numbers", "words", "nothing"] = "numbers",
) -> Iterator[str]:
    """A line written from one fact or some (the stage's item) does not run together what a comma parts in one: of
    "keeps hot 6 hours, 350 ml" no "Keeps hot 350 ml". Words of the inputs in `beside` are no part of the fact.

    In Chinese, where headlines list things without commas, only numbers are kept apart from what another part says,
    unless `of` is `words`; with `nothing` nothing is looked at.
    """
    item, values = field.draft.item, field.draft.brief.values
    facts = [str(one) for one in (item if isinstance(item, list) else [item])] if of != "nothing" else []
    named = [str(values.get(name) or "") for name in beside]
    for fact in facts:
        free = " ".join([*named, *(other for other in facts if other != fact)])
        runs = [] if text.casefold() in map(str.casefold, parts(fact)) else runs_together(text, fact, free)
        for one, other in runs:
            if of == "words" or not CJK.search(text) or other[0].isdigit():
                yield f"runs {one!r} and {other!r} together, which its fact parts"
                return


@lru_cache(maxsize=1 << 12)
def runs_together(line: str, fact: str, free: str = "") -> Sequence[tuple[str, str]]:
    """Return the words that stand side by side in a line, and in its fact on both sides of a comma. Words that are
    `free` belong to no part of the fact."""
    segments = PARTED.split(fact)
    if len(segments) < 2:
        return ()
    told = [words_of(segment) for segment in segments]
    named = frozenset(words_of(free))
    runs = []
    before, among = "", frozenset[int]()  # the word before, the parts of the fact that it may belong to
    for word, apart in _told(line):
        places = frozenset() if word in named else _parts_with(word, told)
        beside_it = bool(before and places) and not apart
        if beside_it and not places & among:
            runs.append((before, word))
        among = places & among or places if beside_it else places
        before = word if places else ""
    return tuple(runs)


def _parts_with(word: str, parts: Sequence[Sequence[str]]) -> frozenset[int]:
    return frozenset(at for at, part in enumerate(parts) if any(same_word(word, other) for other in part))


def _told(line: str) -> Iterator[tuple[str, bool]]:
    """Yield a line's words, and of each whether a sign or an "and" keeps it apart from the word before."""
    end, apart = 0, False
    for found in TOKEN.finditer(line):
        between, words = line[end : found.start()], words_of(found.group())
        spaced = SPACE.search(between) and CJK.search(line[max(end - 1, 0) : found.end()])
        apart = apart or SIGN.search(between) is not None or bool(spaced)
        end = found.end()
        for word in words:
            if word in JOINING:
                apart = True
            elif word not in LIGHT:
                yield word, apart
                apart = False
