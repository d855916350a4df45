"""Blocks of a file → passages: what stands under one heading, in pieces that are short enough to be found alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

LONGEST = 1200  # characters of a passage; a single block may be longer, up to LONGEST_BLOCK
LONGEST_BLOCK = 6000  # characters; what is longer is cut: each search reads the best passages whole
SENTENCE_ENDS = (". ", "! ", "? ", "。", "！", "？")
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


def _cut(block: FileBlock) -> Iterator[FileBlock]:
    """Yield a block in parts that are soon read, each up to the end of a sentence, or of a word, where it has one."""
    text, start = block.text, 0
    while len(text) - start > LONGEST_BLOCK:
        most = start + LONGEST_BLOCK
        ends = [at + len(one) for one in SENTENCE_ENDS if (at := text.rfind(one, start, most)) >= 0]
        end = max(ends) if ends else text.rfind(" ", start, most) + 1 or most
        yield replace(block, text=text[start:end].strip())
        start = end
    yield replace(block, text=text[start:].strip())


def passages_of(file: str, blocks: Iterable[FileBlock]) -> Iterator[Passage]:
    """Yield the passages of a file's blocks, in order. The first heading of the highest level is its title."""
    told = list[FileBlock]()
    for one in blocks:
        told += _cut(replace(one, level=0)) if len(one.text) > LONGEST_HEADING else [one]
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
