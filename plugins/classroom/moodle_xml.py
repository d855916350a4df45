"""Moodle's own XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import QuizQuestion, lacking, questions_of, title_of, told, unprintable
from aigc_plugins.classroom.piece_files import as_html, piece_files
from aigc_plugins.classroom.platform_limits import platform

TYPES = {"choice": "multichoice", "short": "shortanswer", "match": "matching"}


def what_is_refused(artifact: Artifact, **_: object) -> Iterator[str]:
    """Yield what keeps a piece out of Moodle's XML."""
    questions = questions_of(artifact)
    yield from lacking(artifact, "questions", questions)
    if questions and len(name := _name(artifact, questions[-1])) > (most := platform("moodle-xml")["name"]):
        yield f"its questions have names of {len(name)} characters, Moodle takes {most}: shorten the title"
    yield from unprintable(artifact)


@exporter(name="moodle-xml", suffixes=(".xml",), refuses=what_is_refused)
def moodle_xml(
    artifacts: Sequence[Artifact], folder: Path, *, category: bool = True, shuffle: bool = True
) -> Iterator[Path]:
    """Moodle XML, a file per piece in the folder `moodle-xml`: multiple choice, short answers, matching, feedback.

    Import it in a course under Question bank → Import → Moodle XML format. With `category` the questions go into a
    category called like the piece; with `shuffle` Moodle mixes the options anew for each pupil. A typed answer is also
    right without its article, or with its unit close to its number. Of cards, the front is asked for the back.
    """
    if wrong := told(artifacts, "moodle-xml", what_is_refused):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "moodle-xml", ".xml"):
        quiz = ET.Element("quiz")
        if category:
            asked = ET.SubElement(quiz, "question", type="category")
            _text(asked, "category", f"$course$/top/{title_of(artifact).replace('/', '//')}")
        for one in questions_of(artifact):
            _add(quiz, artifact, one, shuffle=shuffle)
        ET.indent(quiz)
        with whole_file(path) as file:
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(quiz, encoding="unicode") + "\n")
        yield path


def _add(quiz: ET.Element, artifact: Artifact, question: QuizQuestion, *, shuffle: bool) -> None:
    added = ET.SubElement(quiz, "question", type=TYPES[question.kind])
    _text(added, "name", _name(artifact, question))
    _html(added, "questiontext", question.stem)
    _html(added, "generalfeedback", question.feedback)
    ET.SubElement(added, "defaultgrade").text = "1"
    ET.SubElement(added, "hidden").text = "0"
    if question.kind == "choice":
        ET.SubElement(added, "single").text = "true"
        ET.SubElement(added, "answernumbering").text = "ABCD"
    if question.kind == "short":
        ET.SubElement(added, "usecase").text = "0"
        for one in question.answers:
            answer = ET.SubElement(added, "answer", fraction="100", format="plain_text")
            ET.SubElement(answer, "text").text = one.replace("*", "\\*")  # a star stands for anything
        return
    ET.SubElement(added, "shuffleanswers").text = "true" if shuffle else "false"
    for one in question.options:
        fraction = "100" if one in question.answers else "0"
        ET.SubElement(_html(added, "answer", one, fraction=fraction), "feedback", format="html")
    for left, right in question.pairs:
        _text(_html(added, "subquestion", left), "answer", right)


def _name(artifact: Artifact, question: QuizQuestion) -> str:
    return f"{title_of(artifact)} {question.number:02}"


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    ET.SubElement(child, "text").text = text
    return child


def _html(parent: ET.Element, name: str, text: str, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, {"format": "html", **attributes})
    ET.SubElement(child, "text").text = as_html(text)
    return child
