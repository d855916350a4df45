"""The files of a folder of sources, each as blocks of text: Markdown, plain text, HTML, DOCX, PDF.

Files and folders whose name begins with `.` or `_` are passed over, and links that lead out of the folder; so are files
of other kinds, which `Knowledge.passed_over` counts. What cannot be read refuses the folder: a source that is silently
missing would be missing from what is written.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.errors import BriefError, NotFound, first_line, nearest
from aigc.knowledge.html_blocks import html_blocks
from aigc.knowledge.passages import FileBlock
from aigc.types.foreign import file_bytes

if TYPE_CHECKING:
    from markdown_it.token import Token

LARGEST = 1 << 26  # bytes of one file
LARGEST_INSIDE = 1 << 25  # bytes of all that a DOCX unpacks to but its pictures
MOST_FILES = 20_000
MOST_PARAGRAPHS = 200_000  # of a DOCX
MOST_PAGES = 20_000  # of a PDF
PATIENCE = 60.0  # seconds for one file
PASSED_OVER = (".", "_")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
FRONT = re.compile(r"---\n.*?\n---\n", re.DOTALL)  # YAML before a text says something about it
STYLED = re.compile(r"heading (\d)", re.IGNORECASE)
LONGEST_TITLE = 80  # characters of a first paragraph that is no sentence
ENDED = re.compile(r"[.!。！;；:：,，]$")
BLANK = re.compile(r"\n[^\S\n]*\n")
SPACES = re.compile(r"\s+")
EAST = "[\u2e80-\u2fff\u3001-\u9fff\uff00-\uffef]"  # without their space, which would begin a gap in each gap
BETWEEN = re.compile(rf"(?<={EAST})\s+(?={EAST})")


def files_of(folder: Path) -> tuple[list[Path], int]:
    """Return the files that are read, by name, and how many of other kinds there are. NotFound where the folder is
    none; BriefError where nothing in it can be read."""
    if not folder.is_dir():
        hint = nearest(folder, Path.is_dir) or "sources: a folder of .md, .txt, .html, .docx or .pdf files"
        raise NotFound(f"{folder}: there is no such folder of sources", hint=hint)
    inside, found, others = folder.resolve(), [], 0
    for path in sorted(folder.rglob("*")):
        names = path.relative_to(folder).parts
        if any(name.startswith(PASSED_OVER) for name in names) or not path.is_file():
            continue
        if not path.resolve().is_relative_to(inside):
            continue
        if path.suffix.lower() in KINDS:
            found.append(path)
        else:
            others += 1
    if len(found) > MOST_FILES:
        raise BriefError(f"{folder}: has {len(found)} files to read, at most {MOST_FILES}", hint="name a folder in it")
    if not found:
        kinds = ", ".join(KINDS)
        raise BriefError(f"{folder}: has no file that could be read as a source", hint=f"kinds: {kinds}")
    return found, others


def blocks_in(path: Path) -> list[FileBlock]:
    """Return a file's blocks. BriefError says which line cannot be read, or what is wrong, and what to do."""
    hint = "mend it, or put _ before its name to pass it over"
    try:
        with Watched(str(path), PATIENCE):
            return [block for block in KINDS[path.suffix.lower()](path) if block.text]
    except BriefError:
        raise
    except OutOfTime:
        raise BriefError(f"{path}: takes more than {PATIENCE:g} s to read", hint=hint) from None
    except ImportError as error:
        extra = path.suffix.lower().removeprefix(".")
        hint = f"pip install 'aigc[{extra}]', or put _ before its name to pass it over"
        raise BriefError(f"{path}: is read with {error.name}, which is not installed", hint=hint) from None
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or first_line(error)}", hint=hint) from None
    except Exception as error:  # what a library says of a file that is broken may be anything
        what = f"{type(error).__name__}: {first_line(error)}"
        raise BriefError(f"{path}: is no sound {path.suffix.lower()} file ({what})", hint=hint) from None


def text_of(path: Path) -> str:
    """Return a file's text, UTF-8 or, with its mark, UTF-16. BriefError names the first line that is neither."""
    raw = file_bytes(path, LARGEST)
    encoding = next((name for mark, name in BOMS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8, or put _ before its name to pass it over"
        raise BriefError(f"{path}:{line}: is not UTF-8 text", hint=hint) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BriefError(f"{path}:{line}: is no text: it holds a NUL", hint="put _ before its name to pass it over")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """Return a text as one line; between Chinese characters a line break is no space."""
    joined = BETWEEN.sub(lambda gap: "" if "\n" in gap[0] else gap[0], text.strip())
    return SPACES.sub(" ", joined).strip()


def _plain(path: Path) -> Iterator[FileBlock]:
    line = 1
    for number, paragraph in enumerate(BLANK.split(text_of(path))):
        lead = len(paragraph) - len(paragraph.lstrip())
        text = one_line(paragraph)
        titles = number == 0 and len(text) <= LONGEST_TITLE and not ENDED.search(text)
        yield FileBlock(text=text, line=line + paragraph[:lead].count("\n"), level=int(titles))
        line += paragraph.count("\n") + 2


def _markdown(path: Path) -> Iterator[FileBlock]:
    from markdown_it import MarkdownIt

    text = text_of(path)
    front = FRONT.match(text)
    skipped = front[0].count("\n") if front else 0
    level, line = 0, 0
    cells: list[str] | None = None
    for token in MarkdownIt("commonmark").enable("table").parse(text[front.end() :] if front else text):
        line = token.map[0] + skipped + 1 if token.map else line
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield FileBlock(text="; ".join(filter(None, cells or ())), line=line, cell=True)
            cells = None
        elif token.type == "inline":
            words = one_line("".join(map(_inline, token.children or ())))
            if cells is not None:
                cells.append(words)
            else:
                yield FileBlock(text=words, line=line, level=level)
        level = int(token.tag[1:]) if token.type == "heading_open" else 0


def _inline(token: Token) -> str:
    """Return the words of a part of a line: a break is a space, a picture and raw HTML are none."""
    return "\n" if token.type.endswith("break") else token.content if token.type in ("text", "code_inline") else ""


def check_unpacked(path: Path) -> None:
    """Raise OSError for an archive whose parts would not fit in memory, by what it says of them: nobody unpacks more
    of a part than that. Pictures are bytes, of texts a tree is made."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
    texts = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    for some, most in ((texts, LARGEST_INSIDE), (parts, 4 * LARGEST)):
        if (found := sum(part.file_size for part in some)) > most:
            raise OSError(errno.EFBIG, f"it unpacks to {found >> 20} MB, at most {most >> 20} MB are read", str(path))


def _docx(path: Path) -> Iterator[FileBlock]:
    from docx import Document
    from docx.enum.style import WD_STYLE_TYPE
    from docx.text.paragraph import Paragraph

    file_bytes(path, LARGEST)
    check_unpacked(path)
    document = Document(str(path))
    paragraphs = document.element.body.xpath("./w:p")
    _check_count(path, len(paragraphs), MOST_PARAGRAPHS, "paragraphs")
    levels: dict[str, int] = {}
    usual = 0  # each paragraph that asks for its style would have all of them looked through
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH:
            levels.setdefault(style.style_id, _level(style.name))
    if (default := document.styles.default(WD_STYLE_TYPE.PARAGRAPH)) is not None:
        usual = _level(default.name)
    for number, element in enumerate(paragraphs, 1):
        text = one_line(Paragraph(element, document.part).text)
        yield FileBlock(text=text, line=number, level=levels.get(element.style, usual))


def _level(style: str | None) -> int:
    """Return how deep what has a style is a heading, 0 where it is none."""
    heading = STYLED.fullmatch(style or "")
    return int(heading[1]) if heading else int(style == "Title")


def _pdf(path: Path) -> Iterator[FileBlock]:
    from pypdf import PdfReader

    file_bytes(path, LARGEST)
    pages = PdfReader(path).pages
    _check_count(path, len(pages), MOST_PAGES, "pages")
    for number, page in enumerate(pages, 1):
        for paragraph in BLANK.split(page.extract_text()):
            yield FileBlock(text=one_line(paragraph), line=number, paged=True)


def _check_count(path: Path, found: int, most: int, what: str) -> None:
    """Refuse a file of too many parts before any is read. BriefError."""
    if found > most:
        hint = "split it, or put _ before its name to pass it over"
        raise BriefError(f"{path}: has {found:,} {what}, at most {most:,} are read of a file", hint=hint)


def _html(path: Path) -> Iterator[FileBlock]:
    yield from html_blocks(text_of(path))


KINDS: dict[str, Callable[[Path], Iterator[FileBlock]]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain,
    ".html": _html,
    ".htm": _html,
    ".docx": _docx,
    ".pdf": _pdf,
}
