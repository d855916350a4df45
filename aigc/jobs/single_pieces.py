"""Pieces written one by one into one folder: each stays there when the next one comes.

`.pieces.jsonl` keeps them, with the formats that hold each, so that a file of all pieces can be written anew with one
more. A format of which people changed or took away a file is left to them: what comes next begins files of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from aigc.errors import AigcError, JobError
from aigc.jobs.folder import PIECES_FILE, export, exported_statuses
from aigc.jobs.folder_record import FolderRecord
from aigc.jobs.lock import only_run, only_writer
from aigc.ledger.assets import Assets
from aigc.ledger.record import NO_ARTIFACT, artifact_of, artifact_record, json_text
from aigc.plugs.registry import Registry
from aigc.plugs.whole_file import whole_file
from aigc.types import Artifact
from aigc.types.foreign import file_bytes, read_json

PATIENCE = 60.0  # seconds to wait for another one
UNREADABLE = (OSError, *NO_ARTIFACT, RecursionError)  # what reading a damaged file ends as


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
    return keep_piece(registry, artifact, folder, formats, with_flagged=with_flagged, refused=refused)[1]


def keep_piece(
    registry: Registry,
    artifact: Artifact,
    folder: Path,
    formats: Sequence[str],
    *,
    with_flagged: bool = False,
    refused: Callable[[str], None],
) -> tuple[Artifact, list[Path]]:
    """Write one more piece as `add_piece` does; return it too, by the number that it has in the folder."""
    if artifact.status not in exported_statuses(with_flagged):
        return artifact, []
    with only_run(folder, patience=PATIENCE):
        kept = _kept(folder)
        number = str(1 + max((int(one.artifact.id) for one in kept if one.artifact.id.isdecimal()), default=0))
        named = replace(artifact, id=number, brief=replace(artifact.brief, id=number))
        piece = Assets(folder).keep(named)
        taking: list[str] = []
        for name in formats:
            exporter = registry.get("exporter", name)
            if wrong := exporter.bind({}, "--to").refusals(piece):
                refused(f"{name}: {'; '.join(wrong)}")
                continue
            taking.append(name)
            if not _goes_on(folder, name, spares=exporter.files.spare is not None):
                kept = [replace(one, formats=_but(one.formats, name)) for one in kept]
        keep = partial(_keep, folder, kept, piece)
        keep(taking)  # first: a kill costs no piece, and each of the formats has it with the next one
        paths: list[Path] = []
        for at, name in enumerate(taking):
            together = [one.artifact for one in kept if name in one.formats] + [piece]
            try:
                paths += export(registry, together, folder, [name], with_flagged=True, refused=refused)
            except AigcError:
                keep(taking[:at])
                raise
        return piece, list(dict.fromkeys(paths))


def _goes_on(folder: Path, name: str, *, spares: bool) -> bool:
    """Say whether a format's files are as they were written, else leave them to people."""
    with only_writer(folder):
        there = FolderRecord(folder)
        if there.is_whole(name, filled_in=spares):
            return True
        there.give_up(name)
        return False


def _but(formats: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(one for one in formats if one != name)


def _kept(folder: Path) -> list[SinglePiece]:
    """Return the pieces of the folder; none, and all its files are people's, where that cannot be read."""
    try:
        return list(_read(folder))
    except FileNotFoundError:
        pass
    except UNREADABLE:
        with only_writer(folder):
            there = FolderRecord(folder)
            for name in there.formats():
                there.give_up(name)
    return []


def _read(folder: Path) -> Iterator[SinglePiece]:
    """Yield the pieces of the folder; `UNREADABLE` where it is damaged."""
    assets = Assets(folder)
    for line in file_bytes(folder / PIECES_FILE).decode().split("\n"):
        if line:
            one = read_json(line)
            yield SinglePiece(artifact=artifact_of(one["piece"], assets), formats=tuple(map(str, one["formats"])))


def single_pieces(folder: Path) -> Iterator[Artifact]:
    """Yield the pieces that were written one by one into a folder, the first one first. JobError where they cannot be
    read; nothing is changed there."""
    try:
        yield from (one.artifact for one in _read(folder))
    except FileNotFoundError:
        return
    except UNREADABLE as error:
        raise JobError(f"{folder / PIECES_FILE}: cannot be read ({error})") from error


def _keep(folder: Path, pieces: Sequence[SinglePiece], last: Artifact, formats: Sequence[str]) -> None:
    """Keep pieces, and a last one with the formats that hold it; one that none holds is not kept."""
    with whole_file(folder / PIECES_FILE, synced=True) as file:
        for one in (*pieces, SinglePiece(artifact=last, formats=tuple(formats))):
            if one.formats:
                file.write(json_text({"piece": artifact_record(one.artifact), "formats": list(one.formats)}) + "\n")
