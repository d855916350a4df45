"""Pieces by the words in them: those of all jobs and single pieces below a folder, ledgers of earlier versions too.

A piece is found when all words stand in its texts, whatever their case; a word with blanks is a phrase, and several
blanks or line breaks are one. What is told of a piece is the line that has most of the words.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from aigc.errors import AigcError
from aigc.jobs.folder import PIECES_FILE
from aigc.jobs.single_pieces import single_pieces
from aigc.ledger import has_ledger, opened_ledger
from aigc.ledger.record import NO_ARTIFACT
from aigc.project import STORE
from aigc.types import Artifact, text_places, texts_in

OURS = STORE.parts[0]  # a hidden folder that is looked into
PASSED = ("node_modules", "site-packages", "__pycache__")
BREAKS = re.compile(r"[\r\n\u2028\u2029]+")
ESCAPE = "\\u"  # in JSON of a text that UTF-8 cannot hold, or of another program


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """This is a piece with the words in it: where its job is, the place of the text and the line, and from where to
    where the words stand in that."""

    folder: Path
    artifact: Artifact
    place: str
    line: str
    marks: tuple[tuple[int, int], ...]


class Words:
    """These are words to be found."""

    def __init__(self, given: Sequence[str]) -> None:
        words = [normalize("NFC", word) for word in given]
        self._patterns = [
            re.compile(r"\s+".join(map(re.escape, word.split())), re.IGNORECASE) for word in words if word.split()
        ]
        parts = [part.casefold() for word in words for part in word.split()]
        self._quoted = [json.dumps(part, ensure_ascii=False)[1:-1] for part in parts]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def may_stand_in(self, record: str) -> bool:
        """Say whether a piece's JSON may hold them all; it is not read for this."""
        folded = record.casefold()
        return all(part in folded for part in self._quoted) or ESCAPE in record

    def in_piece(self, artifact: Artifact, folder: Path) -> Found | None:
        """Return where they stand in a piece, None where not all of them do."""
        texts = list(zip(text_places(artifact.fields), texts_in(artifact.fields), strict=True))
        if not all(any(one.search(text) for _, text in texts) for one in self._patterns):
            return None
        lines = ((place, line) for place, text in texts for line in BREAKS.split(text))
        place, line = max(lines, key=lambda told: sum(bool(one.search(told[1])) for one in self._patterns))
        marks = sorted(match.span() for one in self._patterns for match in one.finditer(line))
        return Found(folder=folder, artifact=artifact, place=place, line=line, marks=tuple(_merged(marks)))


def find_pieces(folders: Sequence[Path], words: Words, passed_over: Callable[[str], None]) -> Iterator[Found]:
    """Yield the pieces with all the words in them, job by job. `passed_over` is told of what cannot be read."""
    for folder in dict.fromkeys(one for root in folders for one in job_folders(root)):
        try:
            for artifact in _pieces(folder, words):
                if found := words.in_piece(artifact, folder):
                    yield found
        except AigcError as error:
            passed_over(str(error))
        except NO_ARTIFACT as error:  # of a row that somebody else wrote
            passed_over(f"{folder}: a piece cannot be read ({error})")


def job_folders(root: Path) -> Iterator[Path]:
    """Yield the folders with pieces in them, the root's own first and the others by their names."""
    for place, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if one == OURS or not (one.startswith(".") or one in PASSED))
        if has_ledger(Path(place)) or PIECES_FILE in files:
            yield Path(place)


def _pieces(folder: Path, words: Words) -> Iterator[Artifact]:
    with suppress(FileNotFoundError):  # it went meanwhile
        if has_ledger(folder):
            with opened_ledger(folder) as ledger:
                yield from ledger.pieces.holding(words.may_stand_in)
    yield from single_pieces(folder)


def _merged(marks: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield stretches that do not meet, of ones in order that may."""
    begin, end = marks[0] if marks else (0, 0)
    for one, other in marks[1:]:
        if one > end:
            yield begin, end
            begin, end = one, other
        end = max(end, other)
    if end > begin:
        yield begin, end
