"""Quizlet: terms and definitions to paste."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import Flashcard, cards_of, lacking, told, unprintable
from aigc_plugins.classroom.piece_files import piece_files
from aigc_plugins.formats.formulas import does_harm


def what_is_refused(artifact: Artifact) -> Iterator[str]:
    """Yield what keeps a piece out of Quizlet."""
    cards = cards_of(artifact)
    yield from lacking(artifact, "cards", cards)
    yield from unprintable(artifact)
    for number, card in enumerate(cards, 1):
        yield from (f"card {number} {what}" for what in _problems(card))


@exporter(name="quizlet", suffixes=(".tsv",), refuses=what_is_refused)
def quizlet(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Quizlet, a file per piece in the folder `quizlet`: a line for each card, a tab between term and definition.

    Open the file, copy all of it and paste it under Create → Import; what is chosen there first is right. Quizlet
    knows no quotes: a card with a tab or a line break would fall apart, and its piece is refused. Of a quiz the
    question is the term and the answer the definition.
    """
    if wrong := told(artifacts, "quizlet", what_is_refused):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "quizlet", ".tsv"):
        with whole_file(path) as file:
            file.writelines(f"{card.front}\t{card.back}\n" for card in cards_of(artifact))
        yield path


def _problems(card: Flashcard) -> Iterator[str]:
    for side, text in (("front", card.front), ("back", card.back)):
        if "\t" in text or len(text.splitlines()) > 1:
            yield f"has a {'tab' if chr(9) in text else 'line break'} in its {side}, which would part it in Quizlet"
        if does_harm(text):
            yield f"has a {side} that a spreadsheet would run: {text[:40]!r}"
