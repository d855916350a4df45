"""This ends a bounded free text on a whole word, where its limit would break it off within one.

A string of at most 30 characters is full after 30, wherever the last word stands by then. So a row whose text is full
takes the broken word back and writes what the grammar would have closed the text with; and where no word of ordinary
length has room any more, none is begun. The same at a row's token limit, where the text may end there.

The grammar itself says what is free text (any letters may come next), how much room it has left (how many of them),
and what closes it (what is forced once they have used it up), so nothing here knows JSON. A choice among given texts
is never touched, nor a text shorter than it must be. Chinese and Japanese have no blanks: a text may end after any
character. What remains: a word that alone is longer than its text has room for, and one of more tokens than
`word_ends.LONGEST`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aigc.engine.masks import NEAR, Matcher

WORD = 6  # characters of a word of ordinary length and the blank before it


class Ending(Protocol):
    """This watches a row's tokens and says when its text has ended, and where its words do."""

    def push(self, token: int) -> bool: ...

    def begins_word(self, token: int) -> bool: ...

    def last_characters(self) -> tuple[int, int] | None: ...

    def is_whole(self) -> bool: ...

    def last_joint(self, since: int) -> int | None: ...

    def take_back(self, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Landing:
    """This is how a text ends early: tokens to take back, then tokens that close it; none where it just ends."""

    back: int
    closing: list[int]
    matcher: Matcher  # before the closing


def find_landing(
    matcher: Matcher, ending: Ending, token: int, written: int, since: int, *, last: bool
) -> Landing | None:
    """Find a landing after `token` was accepted and written, the last of `written`; those from `since` were sampled.

    `last` says that no token may follow. An ordinary token costs a few microseconds, a landing about two hundred.
    """
    need = max(1, WORD - matcher.letters.length(token)) if ending.begins_word(token) else 1
    if not last and matcher.room(need) == need:
        return None
    before, end = matcher.copy(), ending.last_characters()
    if end is None or not before.back(end[0]):
        return None  # a character is still incomplete
    if not last and before.room(NEAR) - end[1] >= need:
        return None
    closing = before.closing()
    if closing is None or (closing and matcher.letters.meet(token, closing[0])):
        return None  # no free text, or one that the token itself has closed
    joint = written if ending.is_whole() else ending.last_joint(since)
    if joint is None or (joint == written and not last):
        return None
    back, landed = written - joint, matcher.copy()
    if back and not landed.back(back):
        return None
    if last and len(closing) > back:
        return None
    fits = landed.takes(closing) if closing else landed.may_end
    return Landing(back, closing, landed) if fits else None
