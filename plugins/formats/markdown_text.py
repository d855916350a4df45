"""Plain text written into Markdown so that it is shown as it is: nothing in it is markup, whatever it begins with.

CommonMark lets a backslash stand before any ASCII punctuation (spec.commonmark.org/0.31.2, 2.4); tables and struck
words are GitHub's (github.github.com/gfm, 4.10 and 6.5).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ENTITY = re.compile(r"&(?=#|\w+;)")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
INLINE = re.compile(
    r"[*`|]"  # stress, code, cells
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters it is no stress
    r"|~(?=~)|(?<=~)~"
    r"|\[(?=[^\]\n]*\][(\[:])"  # links, and what they refer to
    r"|\\(?=[!-/:-@\[-`{-~]|$)",
    re.MULTILINE,
)
OPENING = re.compile(
    r"^(?:(?P<sign>#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-(?=[- \t]*$)|=(?=[= \t]*$))"
    r"|(?P<number>\d{1,9})(?P<after>[.)])(?=\s|$))",
    re.MULTILINE,
)
TASK = re.compile(r"^\[(?=[ xX]\])")
CLOSING = re.compile(r"(?<!\S)(#+)$")  # of a heading
PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
BULLET = re.compile(r"(?:[-*•]|\d{1,3}[.)])[ \t]+(?=\S)")


def without_tags(text: str) -> str:
    """Return a text whose tags and entities are shown, not obeyed."""
    return TAG.sub("&lt;", ENTITY.sub("&amp;", text))


def inline(text: str) -> str:
    """Return a text that stands in a line behind something else."""
    return INLINE.sub(r"\\\g<0>", text)


def in_heading(text: str) -> str:
    """Return a text that stands behind the signs of a heading."""
    return CLOSING.sub(r"\\\1", inline(text))


def in_item(text: str) -> str:
    """Return a text that stands behind a bullet, where a block may begin."""
    return TASK.sub(r"\[", _opened(inline(text)))


def in_blocks(text: str) -> str:
    """Return a text's paragraphs; one of several lines that all begin with a bullet or number stays a list, in others
    each line stays one."""
    paragraphs = PARAGRAPHS.split(text.strip())
    return "\n\n".join(_paragraph([line.strip(" \t") for line in one.split("\n")]) for one in paragraphs)


def _paragraph(lines: Sequence[str]) -> str:
    if len(lines) > 1 and all(map(BULLET.match, lines)):
        marks = [found.group() for line in lines if (found := BULLET.match(line))]
        return "\n".join(
            f"{mark.strip().replace('•', '-')} {in_item(line[len(mark) :])}"
            for mark, line in zip(marks, lines, strict=True)
        )
    return "  \n".join(_opened(inline(line)) for line in lines)


def _opened(text: str) -> str:
    """Return lines of which none begins a block of another kind."""
    return OPENING.sub(
        lambda found: f"\\{found['sign']}" if found["sign"] else f"{found['number']}\\{found['after']}", text
    )
