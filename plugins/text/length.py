"""Bringing a text to its limit, and mending one whose end was cut off."""

from __future__ import annotations

import re
from typing import Literal

from aigc import postprocessor
from aigc.content import limit_of, measure, trim
from aigc.types import Field

SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s|$)|[。！？…]+[”’」』）》*_]*")
NOT_AN_END = re.compile(r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|St|vs|e\.g|i\.e|approx|No|Fig)|^\s*\d+)\.$")
BLOCK_LINE = re.compile(r"\s*(?:#{1,6}\s|[-*•+]\s|\d+[.)]\s|\||>|```)")
HEADING = re.compile(r"\s*#{1,6}\s")


@postprocessor
def trim_to_limit(text: str, field: Field, *, at: Literal["word", "sentence", "char"] = "word") -> str:
    """Shorten a text to its field's limit, counted as the limit says, never inside a word.

    A text within its limit, or whose field has none, stays as it is. `sentence` keeps whole sentences where the first
    fits.
    """
    limit = limit_of(field.schema)
    if limit is None:
        return text
    counter, most = limit
    return trim(text, most, counter, at) if measure(text, counter) > most else text


@postprocessor
def drop_incomplete_sentence(text: str, field: Field, *, always: bool = False) -> str:
    """Cut a text that stopped at its length back to its last whole sentence.

    Only a draft that ran out of tokens is touched unless `always`. List items and headings count as whole unless they
    are the last line; a heading left without text goes too. A text without one whole sentence stays as it is.
    """
    if not (always or field.draft.finish_reason == "length"):
        return text
    lines = text.rstrip().split("\n")
    while lines:
        kept = _whole_sentences(lines[-1])
        if kept:
            return "\n".join([*lines[:-1], kept])
        lines.pop()
        while lines and (not lines[-1].strip() or HEADING.match(lines[-1])):
            lines.pop()
        if lines and BLOCK_LINE.match(lines[-1]):
            return "\n".join(lines)
    return text


def _whole_sentences(line: str) -> str:
    ends = [match.end() for match in SENTENCE_END.finditer(line) if not NOT_AN_END.search(line[: match.end()])]
    return line[: ends[-1]].rstrip() if ends else ""
