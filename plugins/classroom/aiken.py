"""Aiken: multiple choice as plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import CHOSEN, QuizQuestion, lacking, questions_of, told, unprintable
from aigc_plugins.classroom.piece_files import piece_files
from aigc_plugins.classroom.platform_limits import platform

READ_OTHERWISE = re.compile(r"[A-Z][).]\s|ANSWER\s*:")  # how an option and the key begin


def what_is_refused(artifact: Artifact) -> Iterator[str]:
    """Yield what keeps a piece out of Aiken, which has no way to write it."""
    questions = questions_of(artifact)
    chosen = [one for one in questions if one.kind == "choice"]
    yield from lacking(artifact, "multiple-choice questions", chosen, CHOSEN)
    if not chosen:
        return
    for one in questions:
        yield from _problems(one)
    yield from unprintable(artifact)


@exporter(name="aiken", suffixes=(".txt",), refuses=what_is_refused)
def aiken(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Aiken, a file per piece in the folder `aiken`: multiple choice with one right answer, and no feedback.

    Moodle, Brightspace, LibreTexts and others read it. A question with a line break, or that begins as an option does
    ("A. Lincoln was …"), cannot be said in it: `gift` or `moodle-xml` hold such a piece.
    """
    if wrong := told(artifacts, "aiken", what_is_refused):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "aiken", ".txt"):
        with whole_file(path) as file:
            file.write("\n".join(_written(one) for one in questions_of(artifact)))
        yield path


def _written(question: QuizQuestion) -> str:
    options = [f"{chr(ord('A') + at)}. {text}" for at, text in enumerate(question.options)]
    right = chr(ord("A") + question.options.index(question.answers[0]))
    return "\n".join([question.stem, *options, f"ANSWER: {right}", ""])


def _problems(question: QuizQuestion) -> Iterator[str]:
    where = f"question {question.number}"
    if question.kind != "choice":
        yield f"{where} has nothing to choose from, which Aiken needs: gift, moodle-xml and qti take typed answers"
        return
    if any("\n" in text for text in (question.stem, *question.options)):
        yield f"{where} has a line break, which Aiken cannot hold"
    if READ_OTHERWISE.match(question.stem):
        yield f"{where} begins with {question.stem[:8]!r}, which Aiken reads as an option or a key"
    if len(question.stem) < 2 or not all(question.options):
        yield f"{where} has an empty text, which Aiken passes over"
    if len(question.options) > (most := platform("aiken")["options"]):
        yield f"{where} has {len(question.options)} options, Aiken takes {most}"
