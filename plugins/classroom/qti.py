"""IMS QTI packages: what Canvas, Brightspace, Blackboard and most other platforms import."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from aigc import exporter
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import lacking, questions_of, title_of, told, unprintable
from aigc_plugins.classroom.piece_files import piece_files
from aigc_plugins.classroom.platform_limits import platform
from aigc_plugins.classroom.qti_one import files_of_one
from aigc_plugins.classroom.qti_two import files_of_two


def what_is_refused(artifact: Artifact, **_: object) -> Iterator[str]:
    """Yield what keeps a piece out of QTI."""
    questions = questions_of(artifact)
    yield from lacking(artifact, "questions", questions)
    if questions and len(title_of(artifact)) > (most := platform("qti")["title"]):
        yield f"its title has {len(title_of(artifact))} characters, at most {most} are imported"
    yield from unprintable(artifact)


@exporter(name="qti", suffixes=(".zip",), refuses=what_is_refused)
def qti(artifacts: Sequence[Artifact], folder: Path, *, version: Literal["1.2", "2.1"] = "1.2") -> Iterator[Path]:
    """IMS QTI, a ZIP package per piece in the folder `qti`: multiple choice, typed answers, matching, feedback.

    `version` 1.2 is for Canvas (Settings → Import Course Content → QTI .zip file), Brightspace and Moodle's plugins,
    2.1 for Blackboard, Schoology, TAO and newer ones. A typed answer is also right without its article, or with its
    unit close to its number. Of cards, the front is asked for the back.
    """
    if wrong := told(artifacts, "qti", what_is_refused):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "qti", ".zip"):
        files = files_of_one(artifact) if version == "1.2" else files_of_two(artifact)
        _zip(path, files)
        yield path


def _zip(path: Path, files: Mapping[str, ET.Element]) -> None:
    """Write XML files into a ZIP whose bytes depend on them alone."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, root in files.items():
            ET.indent(root)
            text = '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, text.encode())
