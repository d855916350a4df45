"""Blocks of a file → passages: what stands under one heading, in pieces that are short enough to be found alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

LONGEST = 1200  # characters of a passage; a single block may be longer
LONGEST_HEADING = 400  # characters; what is longer is a paragraph, however it is marked
ARROW = " → "  # between a heading and the one above it


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBlock:
    """This is a heading of some `level` (1 is the highest), or where that is 0 a paragraph, an item of a list, or a
    `cell` or row of a table; `line` is where it begins, counted from 1, or its page where `paged`."""

    text: str
    line: int
    level: int = 0
    paged: bool = False
    cell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """This is some text of a file: `headings` are those above it, the highest first, `line` is where it begins."""

    file: str
    title: str
    headings: tuple[str, ...]
    blocks: tuple[FileBlock, ...]

    @property
    def text(self) -> str:
        """Its text, a line for each block."""
        return "\n".join(block.text for block in self.blocks)

    def place(self, block: FileBlock) -> str:
        """Say where one of its blocks stands: `care/soil.md:12 Soil → In pots`."""
        where = f"{self.file}, page {block.line}" if block.paged else f"{self.file}:{block.line}"
        return " ".join(filter(None, (where, ARROW.join(self.headings))))


def passages_of(file: str, blocks: Iterable[FileBlock]) -> Iterator[Passage]:
    """Yield the passages of a file's blocks, in order. The first heading of the highest level is its title."""
    told = [replace(one, level=0) if len(one.text) > LONGEST_HEADING else one for one in blocks]
    heads = [block for block in told if block.level]
    title = min(heads, key=lambda block: block.level).text if heads else ""
    above: list[tuple[int, str]] = []
    held: list[FileBlock] = []

    def passage() -> Iterator[Passage]:
        if held:
            headings = tuple(text for _, text in above)
            yield Passage(file=file, title=title, headings=headings, blocks=tuple(held))
            held.clear()

    for block in told:
        if block.level:
            yield from passage()
            above = [(level, text) for level, text in above if level < block.level] + [(block.level, block.text)]
            continue
        if held and sum(len(one.text) for one in held) + len(block.text) > LONGEST:
            yield from passage()
        held.append(block)
    yield from passage()
