"""An exporter tried by itself: pieces in, files in a folder, with the promises of a job's folder kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from aigc.jobs import export
from aigc.plugs.extension import Extension
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.types import Artifact, Json


def try_exporter(
    exporter: Extension,
    pieces: Sequence[Artifact],
    folder: Path,
    *,
    refused: Callable[[str], None] = lambda told: None,
    with_flagged: bool = False,
    **options: Json,
) -> list[Path]:
    """Write pieces with an exporter as a job does, and return the files.

    Accepted pieces are written, flagged ones too `with_flagged`. `refused` is told of those that the exporter refuses.
    What it wrote there last time and not now is removed; a file of somebody's own is a UsageError, what is wrong with
    the exporter a JobError.
    """
    registry = Registry()
    registry.add(_Only(exporter), exporter.name)
    return export(
        registry, pieces, folder, [exporter.name], options, replacing=True, with_flagged=with_flagged, refused=refused
    )


class _Only:
    """This is a plugin that has one exporter."""

    def __init__(self, exporter: Extension) -> None:
        self._exporter = exporter

    @hookimpl
    def aigc_exporters(self) -> list[Extension]:
        return [self._exporter]
