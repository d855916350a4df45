"""Moodle's GIFT: questions as text that a person can read and mend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import (
    QuizQuestion,
    lacking,
    one_line,
    questions_of,
    title_of,
    told,
    unprintable,
)
from aigc_plugins.classroom.piece_files import as_html, piece_files
from aigc_plugins.classroom.platform_limits import platform

SPECIAL = re.compile(r"[\\~=#{}:]")
MARKED = re.compile(r"\[|%-?\d")  # how a text begins that would be read as a format, or as what an answer is worth


def what_is_refused(artifact: Artifact, **_: object) -> Iterator[str]:
    """Yield what keeps a piece out of GIFT."""
    questions = questions_of(artifact)
    yield from lacking(artifact, "questions", questions)
    yield from unprintable(artifact)
    if questions and len(name := _name(artifact, questions[-1])) > (most := platform("gift")["name"]):
        yield f"its questions have names of {len(name)} characters, Moodle keeps {most}: shorten the title"
    for one in questions:
        if one.kind == "short" and any("->" in answer for answer in one.answers):
            yield f"the answer {one.answers[0]!r} has a ->, which GIFT takes for a pair: moodle-xml holds it"


@exporter(name="gift", suffixes=(".gift.txt",), refuses=what_is_refused)
def gift(artifacts: Sequence[Artifact], folder: Path, *, category: bool = True) -> Iterator[Path]:
    """Moodle GIFT, a file per piece in the folder `gift`: multiple choice, short answers and matching, with feedback.

    Import it in a course under Question bank → Import → GIFT format. With `category` the questions go into a category
    called like the piece. Texts are HTML whose tags and entities are escaped, so that "a < b" shows as it stands. A
    typed answer is also right without its article, or with its unit close to its number. Of cards, the front is asked
    for the back.
    """
    if wrong := told(artifacts, "gift", what_is_refused):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "gift", ".gift.txt"):
        with whole_file(path) as file:
            if category:
                file.write(f"$CATEGORY: {title_of(artifact).replace('/', '//')}\n\n")
            file.write("\n".join(_written(artifact, one) for one in questions_of(artifact)))
        yield path


def _written(artifact: Artifact, question: QuizQuestion) -> str:
    lines = [f"::{_plain(_name(artifact, question))}::[html]{_html(question.stem)} {{"]
    if question.kind == "choice":
        lines += [("=" if one in question.answers else "~") + _choice(one) for one in question.options]
    elif question.kind == "short":
        lines += ["=%100%" + _plain(one.replace("*", "\\*")) for one in question.answers]
    else:
        lines += [f"={_choice(left)} -> {_plain(right)}" for left, right in question.pairs]
    if question.feedback:
        lines.append(f"####{_html(question.feedback)}")
    return "\n".join([*lines, "}", ""])


def _name(artifact: Artifact, question: QuizQuestion) -> str:
    return f"{title_of(artifact)} {question.number:02}"


def _choice(text: str) -> str:
    return ("[html]" if MARKED.match(text) else "") + _html(text)


def _html(text: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", as_html(text))


def _plain(text: str) -> str:
    return SPECIAL.sub(r"\\\g<0>", one_line(text))
