"""One piece, written now: what `aigc generate` and `aigc write` have in common."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.cli.echo import echo, echo_text
from aigc.cli.progress import loading
from aigc.cli.readable import print_findings, print_suggestions, readable
from aigc.types import Artifact, Brief

if TYPE_CHECKING:
    from aigc.cli.screen import Screen
    from aigc.content import ContentType
    from aigc.project import Project


def write_at_once(project: Project, content_type: ContentType, brief: Brief, screen: Screen | None) -> Artifact | None:
    """Return the piece; None where its answers come later, which is told with what to do meanwhile."""
    with loading(project.settings.model if content_type.asks(project.voice(content_type)) else "") as report:
        generator = project.generator(report, only=content_type)
    with closing(generator):
        pipeline = project.pipeline(generator)
        try:
            artifact = next(pipeline.write(content_type, [brief], watcher=screen), None)
        finally:
            if screen:
                screen.close()
    for sentence in pipeline.awaited:
        echo(f"Waiting for answers: {sentence}; then give the same command again", err=True)
    return artifact


def print_written(artifact: Artifact, screen: Screen | None) -> None:
    """Print the fields, unless they are word for word what has just appeared, and what was found on stderr."""
    seen = list(screen.streamed.values()) if screen else []
    if [str(value).strip() for value in artifact.fields.values()] != [text.strip() for text in seen]:
        if screen:
            echo(f"── {artifact.provenance.content_type} ──", bold=True)
        if artifact.fields:
            echo_text(readable(artifact.fields))
    print_suggestions(artifact)
    print_findings(artifact)


def tell_files(
    artifact: Artifact, paths: Iterable[Path], refused: Iterable[str], out: Path | None, with_flagged: bool
) -> None:
    """Say on stderr which files were written, and what was not exported and why."""
    for path in paths:
        echo(f"Wrote {path}", err=True)
    if out is not None and artifact.status == "flagged" and not with_flagged:
        echo("Not exported, for it is flagged: --with-flagged exports it", err=True)
    for sentence in refused:
        echo(f"Not exported: {sentence}", err=True, fg="red")
    if artifact.assets and out is None:
        names = ", ".join(asset.name for asset in artifact.assets)
        echo(f"Made {names} too, and nowhere to put it: --out DIR says where", err=True)
