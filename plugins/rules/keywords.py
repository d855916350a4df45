"""Where a keyword stands, and that it does not stand too often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from aigc import check
from aigc_plugins.rules.content_words import SENTENCE, plain_words, stem, without_everyday
from aigc_plugins.rules.topic import has_words

WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{3,}(?:['’][a-z]+)?")
HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
LISTED = re.compile(r"\s*[,;|/、，；]\s*")
LONG = 50  # words from which a share is counted
LIST = 3  # phrases that share a word


@check(severity="warn")
def keyword_placed(text: str, *, keyword: str, within: Literal["half", "sentence"] = "half") -> Iterator[str]:
    """A title has the keyword's words, the first of them in its first `half`; a text has them in its first `sentence`.

    The words may stand in any form and order, as a search finds them. Without a keyword there is nothing to look for.
    """
    if not keyword.strip():
        return
    first = SENTENCE.search(text)
    part = first.group() if within == "sentence" and first else text
    if not has_words(part, keyword):
        yield f"does not have {keyword!r}{' in its first sentence' if within == 'sentence' else ''}"
    elif within == "half" and (at := _first_of(text, keyword)) > len(text) / 2:
        yield f"has {keyword!r} only at {text[at:]!r}, in its second half"


@check(severity="warn")
def no_keyword_stuffing(text: str, *, times: int = 2, share: float = 0.05) -> Iterator[str]:
    """No word stands in a text more than `times` times, nor is it a list of three phrases or more around one word.

    In a text of 50 words or more it is a `share` of them that no word has; small and everyday words do not count. Of
    Chinese two characters are a word.
    """
    counted = _counted(text)
    total = sum(counted.values())
    most = max(times, int(share * total)) if total >= LONG else times
    for word, many in counted.items():
        if many > most:
            yield f"has {word!r} {many} times, at most {most} are read as written for people"
            return
    phrases = [_counted(phrase).keys() for phrase in LISTED.split(text)]
    if len(phrases) >= LIST and (shared := min(frozenset.intersection(*map(frozenset, phrases)), default="")):
        yield f"is a list of keywords around {shared!r}"


def _counted(text: str) -> Counter[str]:
    """Return how often each content word of a text stands there, in whatever form; Chinese two by two."""
    small = plain_words()
    found = Counter(stem(word) for word in WORD.findall(text) if word.casefold() not in small)
    for run in HAN_RUN.findall(without_everyday(text)):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


def _first_of(text: str, keyword: str) -> int:
    """Return where the first word of a keyword that a text has begins there."""
    if HAN_RUN.search(keyword):
        return min((at for char in keyword if (at := text.find(char)) >= 0), default=0)
    wanted = {stem(word) for word in WORD.findall(keyword)}
    return min((found.start() for found in WORD.finditer(text) if stem(found.group()) in wanted), default=0)
