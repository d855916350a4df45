"""One exporter at work: what it may do wrong costs it its own files and nobody else theirs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from aigc.bounds.boundary import Boundary
from aigc.bounds.undisturbed import undisturbed
from aigc.errors import JobError, describe
from aigc.jobs.folder_record import OWN, FolderRecord
from aigc.plugs.copied import Copies
from aigc.plugs.extension import Bound
from aigc.plugs.failing import failed_at
from aigc.types import Artifact, Json
from aigc.types.foreign import encodes

MARK = "localised_from"  # an input of localised pieces alone: by it their own texts are found when they are judged


def unmarked(artifact: Artifact) -> Artifact:
    """Return a piece as formats see it: without the mark that is no input of its content type."""
    if MARK not in artifact.brief.values:
        return artifact
    values = {name: value for name, value in artifact.brief.values.items() if name != MARK}
    return replace(artifact, brief=replace(artifact.brief, values=values))


def written_by(export: Bound, pieces: Sequence[Artifact], folder: Path, seconds: float) -> list[Path]:
    """Have an exporter write pieces into a folder, and return the files that it wrote there. JobError where it breaks,
    does not come back, or tells of a file that is not there."""
    name, others = f"exporter {export.name!r}", export.extension.of_others
    given = Copies(pieces) if others else pieces
    try:
        with Boundary(name, seconds, kind=JobError), undisturbed(name if others else ""):
            paths = [_path(one) for one in _told(export.extension(given, folder, **export.given()))]
    except JobError as error:
        if not error.message.startswith(name):  # it says enough: a disk is full
            raise
        place = failed_at(error.__cause__, export.extension.function)
        raise JobError(f"{error.message}{place}", hint=error.hint) from error.__cause__
    root = folder.resolve()
    for path in paths:
        _refuse_missing(name, path, folder)
    return [folder / path.resolve().relative_to(root) for path in paths]


def _refuse_missing(name: str, path: Path, folder: Path) -> None:
    """Refuse, with a JobError, what an exporter says it wrote where that is elsewhere or nothing."""
    try:
        inside, there = path.resolve().is_relative_to(folder.resolve()), path.is_file()
    except OSError as error:
        raise JobError(f"{name} says that it wrote {path}, which cannot be looked at ({error.strerror})") from error
    if not inside:
        raise JobError(f"{name} wrote {path}, which is outside of {folder}")
    if not there:
        raise JobError(f"{name} says that it wrote {path}, and there is no such file")


@contextmanager
def sparing_others(there: FolderRecord, export: Bound) -> Iterator[None]:
    """Let an exporter work that leaves alone what others and the job wrote into a folder. JobError names it where
    some of that is gone."""
    others = [one for one in (*there.formats(), OWN) if one != export.name] if export.extension.of_others else []
    before = [path for one in others for path in map(there.folder.joinpath, there.files(one)) if path.is_file()]
    yield
    if lost := [path for path in before if not path.is_file()]:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        again = "mend or leave out that exporter, and the same command writes them again"
        raise JobError(f"exporter {export.name!r} removed {lost[0]}{more}, which it did not write", hint=again)


def _told(paths: Json) -> Iterable[Json]:
    if isinstance(paths, str | bytes) or not isinstance(paths, Iterable):
        raise TypeError(f"gave {describe(paths)} instead of the paths that it wrote; `yield` each")
    return paths


def _path(path: Json) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"gave {describe(path)} instead of a path that it wrote")
    told = Path(path)
    if not encodes(str(told)) or "\0" in str(told):
        raise ValueError(f"gave {str(told)!r}, which no file can be called")
    return told
