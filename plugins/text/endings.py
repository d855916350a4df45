"""How a text ends: with a full stop where it is a sentence, without where it is a headline."""

from __future__ import annotations

import re

from aigc import postprocessor
from aigc.content import limit_of, measure
from aigc.types import Field

HAN_END = re.compile(r"[\u3040-\u30ff\u3400-\u9fff][”’」』）》]*$")
ENDED = re.compile(r"[.!?…。！？][\"'”’」』）)\]》*_]*$")
LOOSE_END = re.compile(r"[\s,;:、，；：–—-]+$")
ABBREVIATION = re.compile(r"(?:\b[A-Za-z]\.(?:[A-Za-z]\.)+|\b(?:Inc|Ltd|Co|Corp|etc|approx|No|a\.m|p\.m)\.)$")
NOT_PROSE = re.compile(r"\s*(?:#{1,6}\s|[-*•+]\s|\d+[.)]\s|\||```)")


@postprocessor
def ensure_final_punctuation(text: str, field: Field) -> str:
    """Give a sentence its full stop (。after Chinese) where it has no final mark and the limit has room.

    A loose comma, colon or dash at the end is replaced. A last line that is a heading or list item stays, and so does
    a text that ran out of tokens: it has no end to mark.
    """
    text = text.rstrip()
    if (
        not text
        or field.draft.finish_reason == "length"
        or ENDED.search(text)
        or NOT_PROSE.match(text.rpartition("\n")[2])
    ):
        return text
    bare = LOOSE_END.sub("", text)
    ended = bare + ("。" if HAN_END.search(bare) else ".")
    limit = limit_of(field.schema)
    if limit and measure(ended, limit[0]) > limit[1]:
        return bare
    return ended


@postprocessor
def drop_final_punctuation(text: str, *, marks: str = ".。,，;；:：、…") -> str:
    """Take the full stop, or any of `marks`, off the end of a headline; "Inc." and "U.S." keep theirs."""
    text = text.rstrip()
    while text and text[-1] in marks and not ABBREVIATION.search(text):
        text = text[:-1].rstrip()
    return text


@postprocessor
def limit_exclamations(text: str, *, at_most: int = 1) -> str:
    """Keep the first `at_most` exclamation marks; later ones become full stops, doubled ones one.

    With `at_most: 0` one at the very end goes altogether, as headlines want it.
    """
    text = re.sub(r"[!！]*[?？][!！?？]*", lambda found: "？" if "？" in found[0] else "?", text)
    text = re.sub(r"([!！])[!！]+", r"\1", text)
    if at_most == 0:
        text = re.sub(r"[!！]+([\"'”’」』）)]*)$", r"\1", text.rstrip())
    seen = 0

    def change(found: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        if seen <= at_most:
            return found[0]
        return "。" if found[0] == "！" else "."

    return re.sub(r"[!！]", change, text)
