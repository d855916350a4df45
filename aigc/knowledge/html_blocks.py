"""HTML → blocks: headings, paragraphs, items and cells, without what a page says on every page."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from aigc.knowledge.passages import FileBlock

_UNREAD = """
    aside button footer form head header iframe nav noscript script select style svg template
"""
_BLOCKS = """
    address article blockquote body br caption dd details div dl dt fieldset figcaption figure hr html li main ol p pre
    section summary table tbody tfoot thead tr ul
"""
UNREAD = frozenset(_UNREAD.split())
HEADS = frozenset(f"h{level}" for level in range(1, 7))
CELLS = frozenset(["td", "th"])
BLOCKS = HEADS | CELLS | frozenset(_BLOCKS.split())
SPACES = re.compile(r"\s+")


class _PageReader(HTMLParser):
    """This gathers text until a block begins or ends. An end that nobody wrote is taken at the next block's beginning;
    a page whose `nav` has no end is read from its next heading."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[FileBlock] = []
        self._words: list[str] = []
        self._line = 1
        self._level, self._cell = 0, False
        self._unread: list[str] = []
        self._open = Counter[str]()  # how often each of them is there

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HEADS and self._unread and self._unread[-1] not in ("script", "style"):
            self._unread.clear()
            self._open.clear()
        if tag in UNREAD:
            self._unread.append(tag)
            self._open[tag] += 1
        if tag in BLOCKS:
            self.end_block()
        if tag in HEADS:
            self._level = int(tag[1])
        self._cell = tag in CELLS or (self._cell and tag not in BLOCKS)

    def handle_endtag(self, tag: str) -> None:
        while tag in UNREAD and self._open[tag]:
            self._open[ended := self._unread.pop()] -= 1
            if ended == tag:
                break
        if tag in BLOCKS:
            self.end_block()

    def take_words(self, data: str) -> None:
        """Take what stands between tags."""
        if self._unread:
            return
        if not self._words and data.strip():
            self._line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
        self._words.append(data)

    handle_data = take_words  # as the parser calls it

    def end_block(self) -> None:
        """End the block at hand."""
        if text := SPACES.sub(" ", "".join(self._words)).strip():
            self.blocks.append(FileBlock(text=text, line=self._line, level=self._level, cell=self._cell))
        self._words.clear()
        self._level = 0


def html_blocks(text: str) -> list[FileBlock]:
    """Return the blocks of a page."""
    reader = _PageReader()
    reader.feed(text)
    reader.close()
    reader.end_block()
    return reader.blocks
