"""One Word document per piece, with real headings and lists, for people who review, print or hand out."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from aigc import AssetFolder, exporter
from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import AiLabel, label_json, visible_line
from aigc_plugins.formats.piece_titles import free_name, page_name
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.html_pages import page_problems
from aigc_plugins.publishing.page_blocks import PageBlock, blocks_of
from aigc_plugins.publishing.page_html import escaped
from aigc_plugins.publishing.piece_values import (
    description_of,
    flag_of,
    language_of,
    of_piece,
    refuse,
    right_to_left,
    tags_of,
    title_of,
)

LONGEST_PROPERTY = 255  # characters of a document's title, by Word's limit
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
KIND = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
DAMAGED = (ArithmeticError, LookupError, ValueError, struct.error)  # what else a picture raises that is none
PROPERTY = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # what every custom property says of its format


def what_docx_refuses(artifact: Artifact, **_: Json) -> Iterator[str]:
    """Yield what keeps a piece from being a document. JobError where the library is missing: better now than later."""
    _library()
    yield from page_problems(artifact)


@exporter(name="docx", suffixes=(".docx",), refuses=what_docx_refuses)
def word_documents(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    ai_label: AiLabel = "metadata",
    producer: str = "",
) -> Iterator[Path]:
    """One Word document per piece in the folder `docx`: title, headings, paragraphs and lists in Word's own styles.

    For pieces with a title and text: articles, lessons, stories. Needs the extra `docx`: pip install 'aigc[docx]'. The
    properties have the title, description, keywords, language and whether it is a draft; with `ai_label` metadata also
    one `AIGC` that says that a model wrote the text, for whom `producer` stands, with visible a line at the end too.
    A piece's files go into the folder `media`, and the document shows its pictures at the end.
    """
    refuse("docx", ((one, what) for one in artifacts for what in page_problems(one)))
    taken: set[str] = set()
    media = AssetFolder(folder)
    for artifact in artifacts:
        placed = media.place(artifact)
        path = folder / "docx" / f"{free_name(page_name(artifact), taken)}.docx"
        document = _document(artifact, placed, visible=ai_label == "visible")
        if ai_label != "off":
            _label(document, label_json(artifact, producer))
        _write(path, _without_times(document))
        yield from (path, *placed)


def _document(artifact: Artifact, placed: Sequence[Path], *, visible: bool) -> Any:
    document = _library().Document()
    language = language_of(artifact)
    told = document.core_properties
    told.title = title_of(artifact)[:LONGEST_PROPERTY]
    told.subject = description_of(artifact)[:LONGEST_PROPERTY]
    told.keywords = ", ".join(tags_of(artifact))[:LONGEST_PROPERTY]
    told.author, told.comments = of_piece(artifact, "author")[:LONGEST_PROPERTY], ""
    told.language = language
    told.content_status = flag_of(artifact)[:LONGEST_PROPERTY] or "Draft"
    _set_language(document, language)
    document.add_heading(title_of(artifact), 0)
    for block in blocks_of(artifact.fields):
        _add(document, block)
    for asset, path in zip(artifact.assets, placed, strict=True):
        if not _shown(document, path, asset.media_type):
            document.add_paragraph(sound_line(asset.name))
    if visible:
        document.add_paragraph(visible_line(language))
    if right_to_left(language):
        for paragraph in document.paragraphs:
            paragraph._p.get_or_add_pPr().append(paragraph._p.makeelement(_tag("bidi"), {}))
    return document


def _shown(document: Any, path: Path, media_type: str) -> bool:
    """Put a picture into a document; say whether it is one that Word can show."""
    from docx.image.exceptions import (
        InvalidImageStreamError,
        UnexpectedEndOfFileError,
        UnrecognizedImageError,
    )

    broken = (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError)

    if media_type not in ("image/png", "image/jpeg", "image/gif"):
        return False
    try:
        document.add_picture(str(path), width=_width(document))
    except (*broken, *DAMAGED):
        return False
    return True


def _add(document: Any, block: PageBlock) -> None:
    if block.level:
        document.add_heading(block.text, min(block.level - 1, 9))
        return
    if block.lines:
        if block.label:
            document.add_paragraph().add_run(f"{block.label}:").bold = True
        for line in block.lines:
            document.add_paragraph(line, style="List Bullet")
        return
    paragraph = document.add_paragraph()
    if block.label:
        paragraph.add_run(f"{block.label}: ").bold = True
    paragraph.add_run(block.text)


def _set_language(document: Any, language: str) -> None:
    """Have Word check the spelling in the piece's language, and take the fonts of its script."""
    for element in document.styles.element.iter(_tag("lang")):
        for script in ("val", "eastAsia", "bidi") if language else ():
            element.set(_tag(script), language)


def _label(document: Any, label: str) -> None:
    """Give a document a custom property, which python-docx knows nothing of."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    text = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="{CUSTOM}" xmlns:vt="{VALUES}">'
        f'<property fmtid="{PROPERTY}" pid="2" name="AIGC"><vt:lpwstr>{escaped(sound_line(label))}</vt:lpwstr>'
        "</property></Properties>"
    )
    package = document.part.package
    package.relate_to(Part(PackURI("/docProps/custom.xml"), KIND, text.encode(), package), RELATION)


def _without_times(document: Any) -> bytes:
    """Return a document's file, the same for the same piece, whatever the clock says."""
    given, made = BytesIO(), BytesIO()
    document.save(given)
    with zipfile.ZipFile(given) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return made.getvalue()


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error


def _width(document: Any) -> int:
    section = document.sections[-1]
    return int(section.page_width - section.left_margin - section.right_margin)


def _tag(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _library() -> Any:
    try:
        import docx
    except ImportError as error:
        raise JobError("docx: python-docx is not installed", hint="pip install 'aigc[docx]'") from error
    return docx
