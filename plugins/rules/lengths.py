"""Whether a text that was changed is shorter, or longer, than the one before."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.content import measure


@check
def shorter_than(text: str, *, before: str) -> Iterator[str]:
    """A text has fewer words than the one `before`, of which it is to be a shorter form; an empty one is none."""
    words, most = measure(text, "words"), measure(before, "words")
    if before.strip() and words >= most:
        yield f"has {words} words, and the text before had {most}"


@check
def longer_than(text: str, *, before: str) -> Iterator[str]:
    """A text has more words than the one `before`, which it goes on from; an empty one is none."""
    words, least = measure(text, "words"), measure(before, "words")
    if before.strip() and words <= least:
        yield "adds nothing to the text before"
