"""Anki's text files: notes with an identity, so that a second import brings the first up to date."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import (
    Flashcard,
    cards_of,
    identifier,
    lacking,
    one_line,
    title_of,
    told,
    unprintable,
)
from aigc_plugins.classroom.piece_files import as_html

FILE = "anki.txt"
RUN = re.compile(r"\[(?=/?(?:latex|\$)|sound:)", re.IGNORECASE)  # what Anki hands to LaTeX, or plays


def what_is_refused(artifact: Artifact, **_: object) -> Iterator[str]:
    """Yield what keeps a piece from being a deck."""
    yield from lacking(artifact, "cards", cards_of(artifact))
    yield from unprintable(artifact)


@exporter(name="anki", suffixes=(".txt",), writes=(FILE,), refuses=what_is_refused)
def anki(artifacts: Sequence[Artifact], folder: Path, *, deck: str = "", notetype: str = "Basic") -> Iterator[Path]:
    """Anki: one text file with a note per card, for File → Import; a deck per piece, or all in the option `deck`.

    Its head says how it is read, and it needs no add-on (Anki 2.1.54 and later). Every note has an identity of its
    own, so that importing the file again changes the notes and keeps what was learnt of them. `notetype` is the name
    of a note type with a front and a back, "Einfach" or "问答题" where Anki speaks German or Chinese; where there is
    none of that name Anki takes the one that was used last. Of a quiz the front is the question with its options, the
    back the answer with what it is about.
    """
    if wrong := told(artifacts, "anki", what_is_refused):
        raise JobError(wrong)
    path = folder / FILE
    with whole_file(path) as file:
        file.write("#separator:tab\n#html:true\n#guid column:1\n#deck column:2\n#tags column:5\n")
        if notetype := one_line(notetype):
            file.write(f"#notetype:{notetype}\n")
        rows = csv.writer(file, dialect="excel-tab", lineterminator="\n")
        for artifact in artifacts:
            name = " ".join((deck or title_of(artifact).replace("::", ": ")).split())
            for card in cards_of(artifact):
                guid = identifier(title_of(artifact), card.front)
                rows.writerow([guid, name, *_sides(card), " ".join(_tag(one) for one in card.tags)])
    yield path


def _sides(card: Flashcard) -> tuple[str, str]:
    options = "".join(f"<li>{_shown(one)}</li>" for one in card.options)
    front = _shown(card.front) + (f'<ol type="A">{options}</ol>' if options else "")
    return front, _shown(card.back) + (f"<br><br><i>{_shown(card.note)}</i>" if card.note else "")


def _shown(text: str) -> str:
    """Return a text as HTML in which Anki finds nothing to run."""
    return RUN.sub("&#91;", as_html(text))


def _tag(text: str) -> str:
    return re.sub(r"\s+", "_", text.strip())
