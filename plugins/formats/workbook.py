"""An Excel workbook's parts: its sheets, shared texts, number formats and dates, read as a stream.

openpyxl pads every gap in a sheet with rows of nothing, trusts the size that a file claims, tells a formula or its
value but not both, and refuses files whose styles it does not know. python-calamine is twelve times as fast, and
tells neither number formats, formulas nor hidden rows. So the XML is read here, a row at a time, and no part is
unpacked further than a workbook's may be long: a few bytes of an archive can stand for gigabytes.
"""

from __future__ import annotations

import lzma
import posixpath
import re
import struct
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse
from xml.parsers.expat import ExpatError

from aigc.errors import BriefError
from aigc_plugins.formats.shown_dates import tables

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an old .xls begins, and what a password protects
PROTECTED = "EncryptedPackage".encode("utf-16-le")
IN_MEMORY = 1 << 24  # bytes of shared texts; more lie in a file
LARGEST_PART = 1 << 24  # bytes of XML that is read at once: the list of sheets, the styles
LARGEST_TEXT = 1 << 18  # characters of a cell; Excel has eight times fewer
LARGEST_ITEM = 1 << 20  # bytes of XML that a shared text may take
ARCHIVES = {  # what some begin with that people call .xlsx
    "xl/workbook.bin": "a binary one (.xlsb)",
    "content.xml": "an OpenDocument one (.ods)",
    "Index/": "one of Numbers",
    "Index.zip": "one of Numbers",
    "word/": "a Word document",
    "ppt/": "a presentation",
}
HTML = re.compile(rb"<(?:!doctype html|html|table|head|body)\b", re.IGNORECASE)
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError),
    *(ParseError, ExpatError, ArithmeticError, LookupError, ValueError, RecursionError, MemoryError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """This is a sheet of a workbook: its name, the part of the archive that holds it, and whether people see it."""

    name: str
    part: str
    hidden: bool = False


class SharedTexts:
    """These are the texts that cells name by number, read when the first is asked for. Memory stays flat: those of a
    large workbook lie in a file."""

    def __init__(self, archive: zipfile.ZipFile, part: str) -> None:
        self._archive = archive
        self._part = part
        self._texts = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._ends = array("Q")

    def __len__(self) -> int:
        if not self._ends:
            self._load()
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self):
            raise IndexError(f"it has no shared text {number}")
        self._texts.seek(self._ends[number])
        return self._texts.read(self._ends[number + 1] - self._ends[number]).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Give the memory or the file back."""
        self._texts.close()

    def _load(self) -> None:
        self._ends.append(0)
        if self._part in self._archive.namelist():
            with self._archive.open(self._part) as source:
                for item in _elements(source, "si"):
                    if len(text := text_in(item)) > LARGEST_TEXT:
                        raise ValueError("it has a shared text that no cell can have")
                    self._texts.write(text.encode("utf-8", "surrogatepass"))
                    self._ends.append(self._texts.tell())


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """This is an open workbook. `codes` has the number format's code for each cell style, "" where there is none and
    None for a date that each computer shows in its own way."""

    name: str
    archive: zipfile.ZipFile
    sheets: Sequence[Worksheet]
    texts: SharedTexts
    codes: Sequence[str | None]
    from_1904: bool = False


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """Open a workbook. BriefError in one sentence where it cannot be read, also while a sheet is being read."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = _workbook(archive, path.name)
            try:
                yield book
            finally:
                book.texts.close()
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    except RuntimeError as error:  # what zipfile raises for an encrypted part
        raise BriefError(f"{path.name}: is not an Excel workbook: {error}") from error
    except BROKEN as error:
        raise _refusal(path, error) from error


def local(tag: str) -> str:
    """Return a tag's name without its namespace: programs use several."""
    return tag.rpartition("}")[2]


def text_in(item: Element) -> str:
    """Return the text of a shared or inline string: its runs, without the reading aids of Japanese."""
    parts = []
    for child in item:
        name = local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts.extend(run.text or "" for run in child if local(run.tag) == "t")
    return "".join(parts)


def _workbook(archive: zipfile.ZipFile, name: str) -> Workbook:
    main = _targets(archive, "").get("officeDocument", "xl/workbook.xml")
    names = archive.namelist()
    if main not in names or main.endswith(".bin"):
        if other := _other_archive(names):
            raise BriefError(f"{name}: is not an Excel workbook but {other}", hint="save it as .xlsx or .csv")
        raise ValueError(f"it has no {main}")
    root = fromstring(_part(archive, main))
    targets = _targets(archive, main)
    sheets = [
        Worksheet(
            name=element.get("name", ""),
            part=targets.get("#" + _relation(element), ""),
            hidden=element.get("state", "visible") != "visible",
        )
        for element in root.iter()
        if local(element.tag) == "sheet"
    ]
    codes = _codes(archive, targets.get("styles", ""))
    settings = next((element for element in root if local(element.tag) == "workbookPr"), None)
    return Workbook(
        name=name,
        archive=archive,
        sheets=[sheet for sheet in sheets if sheet.part],
        texts=SharedTexts(archive, targets.get("sharedStrings", "")),
        codes=codes,
        from_1904=settings is not None and settings.get("date1904", "0").lower() in ("1", "true"),
    )


def _targets(archive: zipfile.ZipFile, part: str) -> Mapping[str, str]:
    """Return what a part refers to: the kind of relation, and `#` with the id of a sheet of cells → the path within the
    archive, which is written without regard to case."""
    folder, file = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{file}.rels")
    if relations not in archive.namelist():
        return {}
    there = {name.lower(): name for name in archive.namelist()}
    found = {}
    for element in fromstring(_part(archive, relations)):
        target = element.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        kind = element.get("Type", "").rpartition("/")[2]
        found[kind] = there.get(path.lower(), path)
        if kind == "worksheet":  # charts and dialogs are no tables
            found["#" + element.get("Id", "")] = found[kind]
    return found


def _relation(element: Element) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _codes(archive: zipfile.ZipFile, part: str) -> Sequence[str | None]:
    if part not in archive.namelist():
        return []
    root = fromstring(_part(archive, part))
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter() if local(one.tag) == "numFmt"}
    built = {str(number): code for number, code in tables()["builtin"].items()}
    known: Mapping[str, str | None] = {**built, **dict.fromkeys(map(str, tables()["dates"])), **own}
    styles = next((one for one in root if local(one.tag) == "cellXfs"), ())
    return [known.get(one.get("numFmtId", "0"), "") for one in styles]


def _elements(source: IO[bytes], name: str) -> Iterator[Element]:
    """Yield the elements of a name, each freed once it has been looked at."""
    root: Element | None = None
    part = _Bounded(source)
    for event, element in iterparse(part, events=("start", "end")):
        if root is None:
            root = element
        if event == "end" and local(element.tag) == name:
            yield element
            root.clear()
            part.left = LARGEST_ITEM


class _Bounded:
    """This is a part of the archive, of which `left` bytes may be read until somebody says more."""

    def __init__(self, source: IO[bytes]) -> None:
        self.left = LARGEST_ITEM
        self._source = source

    def read(self, count: int = -1) -> bytes:
        """Read on. ValueError once it is too much."""
        block = self._source.read(count)
        self.left -= len(block)
        if self.left < 0:
            raise ValueError("it has a shared text that no cell can have")
        return block


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part that is read at once. ValueError where it is longer than a workbook's is."""
    with archive.open(name) as source:
        written = source.read(LARGEST_PART + 1)
    if len(written) > LARGEST_PART:
        raise ValueError(f"{name} is longer than that of a workbook")
    return written


def _other_archive(names: Sequence[str]) -> str:
    """Return what an archive is that is no workbook of Excel's; nothing where that is not known."""
    return next((what for part, what in ARCHIVES.items() if any(name.startswith(part) for name in names)), "")


def _refusal(path: Path, error: Exception) -> BriefError:
    with path.open("rb") as file:
        head = file.read(1 << 16)
        head += file.read(1 << 26) if head.startswith(OLE) else b""
    if head.startswith(OLE):
        if PROTECTED in head:
            return BriefError(f"{path.name}: is protected by a password", hint="save it in Excel without one")
        return BriefError(f"{path.name}: is an old Excel workbook (.xls)", hint="save it in Excel as .xlsx")
    if not head.strip():
        return BriefError(f"{path.name}: the file is empty")
    if not head.startswith(b"PK"):
        marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        hint = "" if b"\x00" in head and not marked else "it looks like text: name it .csv if its rows are lines"
        hint = "it is a web page: open it in Excel and save it as .xlsx" if HTML.search(head) else hint
        return BriefError(f"{path.name}: is not an Excel workbook", hint=hint)
    reason = error.args[0] if isinstance(error, KeyError) and error.args else error
    return BriefError(f"{path.name}: is a broken Excel workbook: {reason or type(error).__name__}")
