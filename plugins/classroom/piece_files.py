"""One file for each piece, called as the piece is, and texts as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import file_name
from aigc.types import Artifact
from aigc_plugins.classroom.material import title_of


def piece_files(artifacts: Sequence[Artifact], folder: Path, suffix: str) -> Iterator[tuple[Artifact, Path]]:
    """Yield every piece with the path of its file in the folder, which is made; no two have the same."""
    taken: set[str] = set()
    for artifact in artifacts:
        name = file_name(title_of(artifact)) or file_name(artifact.id) or "piece"
        number, free = 2, name
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        taken.add(free)
        folder.mkdir(parents=True, exist_ok=True)
        yield artifact, folder / f"{free}{suffix}"


def as_html(text: str) -> str:
    """Return a plain text as HTML that shows it: no tag, no entity of its own, its line breaks kept."""
    return html.escape(text, quote=False).replace("\n", "<br>")
