"""Blocks as HTML: every text is escaped, nothing in it is markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from itertools import groupby

from aigc_plugins.publishing.page_blocks import PageBlock


def escaped(text: str) -> str:
    """Return a text as it stands between tags, or in quotes within one."""
    return html.escape(text, quote=True)


def body_html(blocks: Iterable[PageBlock], *, brackets: bool = True) -> str:
    """Return blocks as HTML, one element to a line. Without `brackets` those in the text are entities, which WordPress
    takes for no shortcode."""
    text = "\n".join(line for block in blocks for line in _elements(block))
    return text if brackets else text.replace("[", "&#91;").replace("]", "&#93;")


def sections_html(blocks: Iterable[PageBlock]) -> str:
    """Return blocks as HTML in which every heading of level 2 begins a section."""
    numbers, number = [], 0
    listed = list(blocks)
    for block in listed:
        number += block.level == 2
        numbers.append(number)
    lines = []
    for begun, group in groupby(zip(numbers, listed, strict=True), key=lambda pair: pair[0]):
        inside = body_html(block for _, block in group)
        lines.append(f"<section>\n{inside}\n</section>" if begun else inside)
    return "\n".join(lines)


def _elements(block: PageBlock) -> Iterator[str]:
    if block.level:
        yield f"<h{block.level}>{escaped(block.text)}</h{block.level}>"
        return
    named = f"<strong>{escaped(block.label)}:</strong>" if block.label else ""
    if block.lines:
        if named:
            yield f"<p>{named}</p>"
        yield "<ul>" + "".join(f"<li>{escaped(line)}</li>" for line in block.lines) + "</ul>"
    else:
        text = escaped(block.text).replace("\n", "<br />")
        yield f"<p>{named}{' ' if named else ''}{text}</p>"
