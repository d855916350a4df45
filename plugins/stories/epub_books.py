"""A job's stories as one EPUB 3 book, a chapter each, whose bytes depend on the pieces alone.

OCF 3.3: a ZIP whose first entry is `mimetype`, stored; `META-INF/container.xml` names the package document. EPUB 3.3:
that document lists every file, the reading order and the navigation. No date is the clock's: `dcterms:modified`, which
must be there, is the option `date` or the first day that a ZIP file knows.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

from aigc import exporter
from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import AiLabel, label_json, visible_line
from aigc_plugins.formats.piece_dates import piece_date
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.html_pages import page_problems
from aigc_plugins.publishing.page_blocks import blocks_of
from aigc_plugins.publishing.page_html import body_html, escaped
from aigc_plugins.publishing.piece_values import description_of, language_of, of_piece, refuse, right_to_left, title_of

FIRST = "1980-01-01T00:00:00Z"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
CONTAINER = (
    f'{XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n<rootfiles>\n'
    '<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>\n</rootfiles>\n</container>\n'
)
STYLE = (
    "body { margin: 5%; line-height: 1.5 }\nh1 { text-align: center; margin: 2em 0 1em; page-break-before: always }\n"
    "p { margin: 0 0 0.8em }\n:lang(zh) p { text-indent: 2em; margin: 0 0 0.4em }\n.flag { font-style: italic }\n"
)
CONTENTS = {"zh": "目录"}


def what_epub_refuses(artifact: Artifact, *, date: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece from being a chapter: it has no title or no text, or the book's date is none."""
    yield from page_problems(artifact, date=date)


@exporter(name="epub", suffixes=(".epub",), refuses=what_epub_refuses)
def epub_books(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    title: str = "",
    author: str = "",
    date: str = "",
    ai_label: AiLabel = "metadata",
    producer: str = "",
) -> Iterator[Path]:
    """One EPUB 3 book of all pieces, `book.epub`, a chapter each; of several languages one book each, `book-zh.epub`.

    For pieces with a title and text: stories, articles. `title` is the book's, else that of its only chapter, else
    "Stories"; `author` its author, else that of the first piece whose input `author` names one. The date is the option,
    else that of the first piece that has one. The same pieces make the same bytes on any day. With `ai_label` metadata
    the book says inside that a model wrote it (`producer` is who stands for it), with visible a last line of each
    chapter too. No pictures: a piece's files stay out.
    """
    refuse("epub", ((one, what) for one in artifacts for what in what_epub_refuses(one, date=date)))
    by_language: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        by_language.setdefault(language_of(artifact) or "und", []).append(artifact)
    for language, chapters in by_language.items():
        name = "book.epub" if len(by_language) == 1 else f"book-{language}.epub"
        book = _Book(chapters, language, title=title, author=author, date=date)
        _write(folder / name, _zipped(book.files(ai_label, producer)))
        yield folder / name


class _Book:
    """This is a book of some pieces: what it is called, and its files."""

    def __init__(self, chapters: Sequence[Artifact], language: str, *, title: str, author: str, date: str) -> None:
        self._chapters, self._language = chapters, language
        alone = title_of(chapters[0]) if len(chapters) == 1 else ""
        self._title = sound_line(title) or alone or ("故事集" if language.startswith("zh") else "Stories")
        self._author = sound_line(author) or next(filter(None, (of_piece(one, "author") for one in chapters)), "")
        self._date = next(filter(None, (piece_date(one, date) for one in chapters)), None)
        self._names = [f"chapter-{number:03}.xhtml" for number in range(1, len(chapters) + 1)]

    def files(self, ai_label: AiLabel, producer: str) -> dict[str, str]:
        """Return the files of the book by their paths, in the order in which they stand in it."""
        label = label_json(self._chapters[0], producer) if ai_label != "off" else ""
        chapters = {
            f"EPUB/{name}": self._page(title_of(one), self._body(one, visible=ai_label == "visible"))
            for name, one in zip(self._names, self._chapters, strict=True)
        }
        return {
            "META-INF/container.xml": CONTAINER,
            "EPUB/package.opf": self._package(label),
            "EPUB/nav.xhtml": self._contents(),
            "EPUB/style.css": STYLE,
            **chapters,
        }

    def _body(self, artifact: Artifact, *, visible: bool) -> str:
        inside = body_html(blocks_of(artifact.fields))
        flag = f'<p class="flag">{escaped(sound_line(artifact.reason))}</p>\n' if artifact.status == "flagged" else ""
        last = f"\n<p>{escaped(visible_line(self._language))}</p>" if visible else ""
        return (
            f'<section epub:type="chapter">\n<h1>{escaped(title_of(artifact))}</h1>\n{flag}{inside}{last}\n</section>'
        )

    def _page(self, title: str, body: str) -> str:
        way = ' dir="rtl"' if right_to_left(self._language) else ""
        return (
            f'{XML}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
            f'xmlns:epub="http://www.idpf.org/2007/ops" lang="{self._language}" xml:lang="{self._language}"{way}>\n'
            f'<head>\n<meta charset="utf-8"/>\n<title>{escaped(title)}</title>\n'
            f'<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n<body>\n{body}\n</body>\n</html>\n'
        )

    def _contents(self) -> str:
        head = CONTENTS.get(self._language.partition("-")[0], "Contents")
        lines = "\n".join(
            f'<li><a href="{name}">{escaped(title_of(one))}</a></li>'
            for name, one in zip(self._names, self._chapters, strict=True)
        )
        return self._page(head, f'<nav epub:type="toc" id="toc">\n<h1>{head}</h1>\n<ol>\n{lines}\n</ol>\n</nav>')

    def _package(self, label: str) -> str:
        about = description_of(self._chapters[0]) if len(self._chapters) == 1 else ""
        told = {"title": self._title, "language": self._language, "creator": self._author, "description": about}
        day = self._date.isoformat()[:10] if self._date else ""
        lines = [f'<dc:identifier id="book">urn:uuid:{self._identifier()}</dc:identifier>']
        lines += [f"<dc:{name}>{escaped(text)}</dc:{name}>" for name, text in (told | {"date": day}).items() if text]
        lines.append(f'<meta property="dcterms:modified">{_modified(self._date)}</meta>')
        if label:
            lines.append(f'<meta property="aigc:label">{escaped(label)}</meta>')
        items = [
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
            '<item id="style" href="style.css" media-type="text/css"/>',
        ]
        items += [f'<item id="{name[:-6]}" href="{name}" media-type="application/xhtml+xml"/>' for name in self._names]
        order = ['<itemref idref="nav" linear="no"/>', *(f'<itemref idref="{name[:-6]}"/>' for name in self._names)]
        way = ' page-progression-direction="rtl"' if right_to_left(self._language) else ""
        prefix = ' prefix="aigc: urn:aigc:"' if label else ""
        metadata, manifest, spine = map("\n".join, (lines, items, order))
        return (
            f'{XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book" '
            f'xml:lang="{self._language}"{prefix}>\n<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{metadata}\n'
            f"</metadata>\n<manifest>\n{manifest}\n</manifest>\n<spine{way}>\n{spine}\n</spine>\n</package>\n"
        )

    def _identifier(self) -> UUID:
        """Return an identifier that the book's own words decide."""
        told = [self._title, self._author, *(f"{title_of(one)}\n{one.fields}" for one in self._chapters)]
        return UUID(bytes=sha256("\n".join(told).encode("utf-8", "replace")).digest()[:16], version=5)


def _modified(day: date | datetime | None) -> str:
    if day is None:
        return FIRST
    if isinstance(day, datetime):
        return (day.astimezone(UTC) if day.tzinfo else day).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{day.isoformat()}T00:00:00Z"


def _zipped(parts: Mapping[str, str]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")  # first, and stored as it is
        for name, text in parts.items():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, text.encode())
    return made.getvalue()


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error
