"""XML feeds as briefs: RSS, Atom, or any file whose records are elements of one name."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from aigc import importer
from aigc.errors import BriefError
from aigc.types import Json, Row
from aigc.types.foreign import DEEP, DEEPEST

RECORDS = ("item", "entry", "product", "offer", "row", "record")  # of RSS, Atom, and what shops make up
BLOCK = 1 << 16  # bytes read at a time
LARGEST_RECORD = 1 << 24  # characters
LARGEST_TAG = 1 << 22  # bytes; what parses them begins anew with each block
ELEMENT = 64  # characters that an element or entity counts for besides its text
SHOWN = 40  # characters of an element's name
DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
MANY_BYTES = (  # encodings that expat does not know
    *("gb2312", "gbk", "gb18030", "big5", "big5hkscs", "cp950"),
    *("euc_jp", "shift_jis", "cp932", "iso2022_jp", "euc_kr", "cp949"),
)


@importer(name="xml", suffixes=(".xml", ".rss", ".atom"))
def xml_briefs(path: Path, *, record: str = "") -> Iterator[Row]:
    """An XML feed, one brief per record: the elements called `record`, else the first `item`, `entry` or `product`.

    What is in a record is called by its name without the namespace, `g:title` by `title`; where both are there, the one
    with a namespace counts. What stands there several times is a list, what is inside another element has both names
    (`shipping price`), an element without text says its `href`, and a record's attributes are columns too. A text with
    elements in it is read whole. Rows stream in constant memory; a record nested more than 100 deep fails alone. A file
    that declares entities is refused; `&nbsp;` and others of HTML are read.
    """
    reader = _FeedParser(path.name, record)
    found = False
    try:
        with path.open("rb") as file:
            while True:
                block = file.read(BLOCK)
                for row in reader.feed(block, last=not block):
                    found = True
                    yield row
                if not block:
                    break
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not found:
        wanted = repr(record) if record else f"one of {', '.join(map(repr, RECORDS))}"
        seen = ", ".join(reader.seen)
        raise BriefError(
            f"{path.name}: no element is called {wanted}", hint=f"say which with --input record=NAME; there are: {seen}"
        )


@dataclass(slots=True)
class _OpenElement:
    """This is an element that is open within a record: all text in it so far, and whether some of that is its own."""

    spaced: bool  # whether its name has a namespace
    name: str
    link: str = ""
    texts: list[str] = field(default_factory=list)
    own: bool = False


class _FeedParser:
    """This is a parser that keeps one record at a time."""

    def __init__(self, name: str, record: str) -> None:
        self.seen: dict[str, None] = {}  # names of elements, some
        self._name, self._record = name, record
        self._rows: list[Row] = []
        self._line = 0  # of the record that is open, 0 outside of one
        self._path: list[_OpenElement] = []
        self._size = 0
        self._fed = 0  # bytes since the last event
        self._above_records = 0  # elements that are open
        self._error = ""  # of the record that is open
        self._values: dict[str, list[Json]] = {}
        self._spaced: set[str] = set()  # names that had a namespace
        self._decoder: codecs.IncrementalDecoder | None = None  # of an encoding that expat does not know
        self._begun = False
        self._above = 0  # blank lines before it
        self._parser = self._new_parser()

    def _new_parser(self, encoding: str | None = None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding, namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._refuse
        parser.SkippedEntityHandler = self._skipped
        parser.DefaultHandlerExpand = self._passed
        parser.UseForeignDTD(True)  # an entity that nobody declared is skipped, not the end of the file
        return parser

    def feed(self, block: bytes, *, last: bool) -> Iterator[Row]:
        """Yield the records that end in the next block. BriefError where it is not XML."""
        if not self._begun:  # blank lines before the declaration are no XML
            whole, block = block, block.removeprefix(codecs.BOM_UTF8).lstrip()
            self._above += whole[: len(whole) - len(block)].count(b"\n")
            self._begun = bool(block)
            self._heed_encoding(block)
        try:
            if self._decoder is not None:
                block = self._decoder.decode(block, last).encode()
            self._fed += len(block)
            self._parser.Parse(block, last)
            if self._fed > LARGEST_TAG:
                raise BriefError(f"{self._name}:{self._here}: a tag or comment that begins here does not end")
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            yield from self._taken()  # what was whole before it
            raise BriefError(f"{self._name}:{error.lineno + self._above}: is not XML: {problem}") from None
        except BriefError:
            yield from self._taken()
            raise
        except (LookupError, ValueError) as error:
            raise BriefError(f"{self._name}: cannot be read: {error}") from None
        yield from self._taken()

    def _heed_encoding(self, head: bytes) -> None:
        """Decode what is in an encoding that Python knows and expat does not, such as GB 18030."""
        with suppress(LookupError):
            name = codecs.lookup(declared[1].decode()).name if (declared := DECLARED.match(head)) else ""
            if name in MANY_BYTES:
                self._decoder = codecs.getincrementaldecoder(name)()
                self._parser = self._new_parser("utf-8")

    @property
    def _here(self) -> int:
        return self._parser.CurrentLineNumber + self._above

    def _taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def _passed(self, text: str) -> None:
        self._fed = 0

    def _grown(self, size: int) -> None:
        """Count what a record has more of. BriefError where no record is so large."""
        self._size += size
        if self._size > LARGEST_RECORD:
            raise BriefError(f"{self._name}:{self._line}: the {self._record} that begins here is never closed")

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        self._fed = 0
        space, _, name = full.rpartition(" ")
        if not self._line:
            self._above_records += 1
            if self._above_records > DEEPEST:
                raise BriefError(f"{self._name}:{self._here}: {DEEP}")
            if len(self.seen) < len(RECORDS):
                self.seen.setdefault(name if len(name) <= SHOWN else f"{name[:SHOWN]}…")
            if name == self._record or (not self._record and name in RECORDS):
                self._record, self._line = name, self._here
                self._values = {key: [value] for key, value in attributes.items() if " " not in key}
                self._spaced, self._size, self._error = set(), 0, ""
            return
        self._grown(ELEMENT + len(name))
        if len(self._path) == DEEPEST:
            self._error = DEEP
        self._path.append(_OpenElement(bool(space), name, attributes.get("href", "")))

    def _end(self, full: str) -> None:
        self._fed = 0
        if not self._line:
            self._above_records -= 1
            return
        if not self._path:
            self._above_records -= 1
            values = {name: texts[0] if len(texts) == 1 else texts for name, texts in self._values.items()}
            self._rows.append(Row(values=values, where=f"{self._name}:{self._line}", error=self._error))
            self._line = 0
            return
        if self._error:
            self._path.pop()
            return
        name, spaced = " ".join(one.name for one in self._path), self._path[0].spaced
        self._grown(len(name))
        ended = self._path.pop()
        whole = "".join(ended.texts)
        if self._path and whole:
            self._path[-1].texts.append(whole)
        text = whole.strip() if ended.own else "" if whole else ended.link.strip()
        if not text or (name in self._spaced and not spaced):
            return
        self._grown(len(text))
        if spaced and name not in self._spaced:
            self._spaced.add(name)
            self._values.pop(name, None)
        self._values.setdefault(name, []).append(text)

    def _characters(self, text: str) -> None:
        self._fed = 0
        if self._path and not self._error:
            self._grown(len(text))
            self._path[-1].texts.append(text)
            self._path[-1].own |= not text.isspace()

    def _skipped(self, name: str, parameter: bool) -> None:
        self._grown(ELEMENT)
        self._characters(html.unescape(f"&{name};"))

    def _refuse(self, name: str, *_: object) -> NoReturn:
        raise BriefError(f"{self._name}:{self._here}: declares the entity {name!r}, which is not read here")
