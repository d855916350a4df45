"""Pieces written one by one into one folder: each stays there when the next one comes.

`.pieces.jsonl` keeps them, with the formats that hold each, so that a file of all pieces can be written anew with one
more. A format of which people changed or took away a file is left to them: what comes next begins files of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aigc.errors import AigcError
from aigc.jobs.folder import PIECES_FILE, export, exported_statuses
from aigc.jobs.folder_record import FolderRecord
from aigc.jobs.lock import only_run, only_writer
from aigc.ledger.assets import Assets
from aigc.ledger.record import artifact_of, artifact_record, json_text
from aigc.plugs.registry import Registry
from aigc.plugs.whole_file import whole_file
from aigc.types import Artifact
from aigc.types.foreign import read_json

PATIENCE = 60.0  # seconds to wait for another one


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePiece:
    """This is a piece of the folder, and the formats whose files hold it."""

    artifact: Artifact
    formats: tuple[str, ...]


def add_piece(
    registry: Registry,
    artifact: Artifact,
    folder: Path,
    formats: Sequence[str],
    *,
    with_flagged: bool = False,
    refused: Callable[[str], None],
) -> list[Path]:
    """Write one more piece in some formats, beside those that the folder has; return the paths of their files.

    UsageError where a file is in the way that no run wrote; `refused` is told what a format refuses the piece for.
    """
    if artifact.status not in exported_statuses(with_flagged):
        return []
    with only_run(folder, patience=PATIENCE):
        kept = _kept(folder)
        number = str(1 + max((int(one.artifact.id) for one in kept if one.artifact.id.isdecimal()), default=0))
        named = replace(artifact, id=number, brief=replace(artifact.brief, id=number))
        piece = SinglePiece(artifact=Assets(folder).keep(named), formats=())
        paths: list[Path] = []
        for name in formats:
            exporter = registry.get("exporter", name)
            if wrong := exporter.bind({}, "--to").refusals(piece.artifact):
                refused(f"{name}: {'; '.join(wrong)}")
                continue
            if not _goes_on(folder, name, spares=exporter.files.spare is not None):
                kept = [replace(one, formats=_but(one.formats, name)) for one in kept]
            together = [one.artifact for one in kept if name in one.formats] + [piece.artifact]
            with_it = replace(piece, formats=(*piece.formats, name))
            _keep(folder, [*kept, with_it])  # first: a kill must cost no piece
            try:
                paths += export(registry, together, folder, [name], with_flagged=True, refused=refused)
            except AigcError:
                _keep(folder, [*kept, piece])
                raise
            piece = with_it
        return list(dict.fromkeys(paths))


def _goes_on(folder: Path, name: str, *, spares: bool) -> bool:
    """Say whether a format's files are as they were written, else leave them to people."""
    with only_writer(folder):
        there = FolderRecord(folder)
        files = there.files(name)
        if files and (all((folder / one).is_file() for one in files) if spares else there.is_whole(name)):
            return True
        there.give_up(name)
        return False


def _but(formats: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(one for one in formats if one != name)


def _kept(folder: Path) -> list[SinglePiece]:
    """Return the pieces of the folder; none, and all its files are people's, where that cannot be read."""
    path, assets = folder / PIECES_FILE, Assets(folder)
    try:
        records = [read_json(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return [
            SinglePiece(artifact=artifact_of(one["piece"], assets), formats=tuple(map(str, one["formats"])))
            for one in records
        ]
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        with only_writer(folder):
            there = FolderRecord(folder)
            for name in there.formats():
                there.give_up(name)
    return []


def _keep(folder: Path, pieces: Sequence[SinglePiece]) -> None:
    with whole_file(folder / PIECES_FILE) as file:
        for one in pieces:
            if one.formats:
                file.write(json_text({"piece": artifact_record(one.artifact), "formats": list(one.formats)}) + "\n")
