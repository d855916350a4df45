"""Kahoot's spreadsheet template, filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aigc import exporter
from aigc.content import measure
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import (
    CHOSEN,
    QuizQuestion,
    lacking,
    one_line,
    questions_of,
    title_of,
    told,
    unprintable,
)
from aigc_plugins.classroom.piece_files import piece_files
from aigc_plugins.classroom.platform_limits import platform
from aigc_plugins.formats.timeless_book import write_book


def what_is_refused(artifact: Artifact, *, seconds: int = 20) -> Iterator[str]:
    """Yield what keeps a piece out of Kahoot: it has no choices, or texts longer than a screen there holds."""
    if seconds not in (known := platform("kahoot")["seconds"]):
        yield f"{seconds} seconds are none of Kahoot's times: {', '.join(map(str, known))}"
    questions = questions_of(artifact)
    chosen = [one for one in questions if one.kind == "choice"]
    yield from lacking(artifact, "multiple-choice questions", chosen, CHOSEN)
    if not chosen:
        return
    for one in questions:
        yield from (f"question {one.number} {what}" for what in _problems(one))
    yield from unprintable(artifact)


@exporter(name="kahoot", suffixes=(".xlsx",), refuses=what_is_refused)
def kahoot(artifacts: Sequence[Artifact], folder: Path, *, seconds: int = 20) -> Iterator[Path]:
    """Kahoot, a workbook per piece in the folder `kahoot`, in the columns of Kahoot's template.

    Upload it under Create → Add question → Import spreadsheet. `seconds` is the time for each question: 5, 10, 20, 30,
    60, 90, 120 or 240. A question of
    more than 120 characters or an answer of more than 75 does not fit on Kahoot's screens: its piece is refused, none
    is cut. A line break becomes a blank.
    """
    if wrong := told(artifacts, "kahoot", partial(what_is_refused, seconds=seconds)):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "kahoot", ".xlsx"):
        _write(path, title_of(artifact), questions_of(artifact), seconds)
        yield path


def _write(path: Path, title: str, questions: Sequence[QuizQuestion], seconds: int) -> None:
    import openpyxl  # type: ignore[import-untyped]

    template = platform("kahoot")
    head = template["head"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    _set(sheet, 2, 2, title)
    for column, name in enumerate(template["columns"], 1):
        _set(sheet, head, column, name or None)
    for number, one in enumerate(questions, 1):
        options = [one_line(text) for text in one.options]
        options += [""] * (template["answers"][1] - len(options))
        row: list[str | int] = [number, one_line(one.stem), *options, seconds, one.options.index(one.answers[0]) + 1]
        for column, value in enumerate(row, 1):
            _set(sheet, head + number, column, value if value != "" else None)
    sheet.column_dimensions["B"].width = 60
    for letter in "CDEF":
        sheet.column_dimensions[letter].width = 30
    write_book(book, path)


def _set(sheet: Any, row: int, column: int, value: str | int | None) -> None:
    """Fill a cell; a text is one whatever it begins with."""
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"


def _problems(question: QuizQuestion) -> Iterator[str]:
    takes = platform("kahoot")
    least, most = takes["answers"]
    if question.kind != "choice":
        yield "has nothing to choose from, which Kahoot needs"
        return
    if not least <= len(question.options) <= most:
        yield f"has {len(question.options)} answers, Kahoot takes {least} to {most}"
    if (long := measure(one_line(question.stem), "chars")) > takes["question"]:
        yield f"has {long} characters, Kahoot takes {takes['question']}"
    for option in question.options:
        if (long := measure(one_line(option), "chars")) > takes["answer"]:
            yield f"has an answer of {long} characters, Kahoot takes {takes['answer']}: {option[:30]!r} …"
