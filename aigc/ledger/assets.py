"""The folder `assets` of a job: the files of its pieces, each once, named by the digest of its bytes.

A piece's record in the ledger names its files; the bytes are here, copied and synced before the record is written, and
gone when no piece has them any more. What else lies in the folder is somebody else's and is left alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from aigc.errors import JobError
from aigc.plugs.synced import sync
from aigc.types import Artifact, Asset, Json

FOLDER, LEDGER_FILE = "assets", "job.sqlite"  # of a job
MARK = '"assets": [{'  # in the JSON of every piece that has some, and next to no other
DIGEST = re.compile(r"[0-9a-f]{64}")
OURS = re.compile(rf"({DIGEST.pattern})(\.[a-z0-9]{{1,8}})?")
BLOCK = 1 << 20  # bytes copied at a time


class Assets:
    """This is the folder of one job, which is made when a first file is kept."""

    def __init__(self, job: Path) -> None:
        self.folder, self.ledger = job / FOLDER, job / LEDGER_FILE
        self._names: dict[str, str] | None = None  # digest → name of the file that has it, by the folder as it was
        self._sound: set[str] = set()  # digests of files whose bytes were seen to have them

    def keep(self, artifact: Artifact) -> Artifact:
        """Copy a piece's files into the folder; return the piece with its files there.

        A file that cannot be read, or is not what its asset says, fails the piece. JobError where the folder cannot be
        written.
        """
        if not artifact.assets:
            return artifact
        try:
            return replace(artifact, assets=tuple(map(self._kept, artifact.assets)))
        except _Unreadable as error:
            return replace(artifact, status="failed", fields={}, assets=(), reason=str(error))

    def has_all(self, record: str) -> bool:
        """Say whether all files that a piece's JSON names are here, whole; nothing is missing where it names none."""
        if MARK not in record:
            return True
        try:
            return all(self._is_whole(one) for one in json.loads(record).get("assets", ()))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # somebody changed it
            return False

    def read(self, records: Sequence[Mapping[str, Json]]) -> tuple[Asset, ...]:
        """Return the assets that `asset_record` was made of."""
        return tuple(
            Asset(
                name=one["name"],
                media_type=one["media_type"],
                sha256=one["sha256"],
                size=one["size"],
                path=self._place(one),
            )
            for one in records
        )

    def sweep(self, wanted: Collection[str]) -> None:
        """Remove the files of pieces that are not among the `wanted` names. JobError where one cannot be removed."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            return
        try:
            for path in list(self.folder.iterdir()):
                if OURS.fullmatch(path.name) and path.name not in wanted and path.is_file():
                    path.unlink()
        except OSError as error:
            raise JobError(f"{self.folder}: cannot be tidied up ({error.strerror or error})") from error
        self._names = None
        with suppress(OSError):  # somebody else's files are in it
            self.folder.rmdir()

    def _place(self, record: Mapping[str, Json]) -> Path:
        """Return where a file lies; never outside of the folder, whatever a record says."""
        return self.folder / Path(str(record.get("file", ""))).name

    def _is_whole(self, record: Mapping[str, Json]) -> bool:
        try:
            return self._place(record).stat().st_size == record.get("size")
        except (OSError, ValueError):
            return False

    def _kept(self, asset: Asset) -> Asset:
        try:
            name, digest = str(asset.name), str(asset.sha256)
            if not DIGEST.fullmatch(digest):
                raise _Unreadable(f"{name}: {digest!r} is no SHA-256")
            suffix = re.sub(r"[^.a-z0-9]", "", Path(name).suffix.lower())
            path = self.folder / self._known().get(digest, digest + (suffix if OURS.fullmatch(digest + suffix) else ""))
            if digest not in self._sound and not _has(path, digest):
                with _reading(asset) as source:
                    self._copy(name, source, path, digest)
        except (TypeError, ValueError, AttributeError, AssertionError) as error:
            raise _Unreadable(f"a post-processor made no asset: {type(error).__name__}: {error}") from error
        self._known()[digest] = path.name
        self._sound.add(digest)
        return replace(asset, path=path, content=None)

    def _known(self) -> dict[str, str]:
        if self._names is None:
            try:
                here = sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []
            except OSError as error:
                raise JobError(f"{self.folder}: cannot be read ({error.strerror or error})") from error
            self._names = {match[1]: name for name in here if (match := OURS.fullmatch(name))}
        return self._names

    def _copy(self, name: str, source: BinaryIO, path: Path, digest: str) -> None:
        """Write a file under its name once all its bytes are on the disk and have its digest."""
        part = None
        try:
            self.folder.mkdir(exist_ok=True)
            handle, part = tempfile.mkstemp(prefix=".", dir=self.folder)
            total = hashlib.sha256()
            with os.fdopen(handle, "wb") as target:
                while block := _block(name, source):
                    total.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            if total.hexdigest() != digest:
                raise _Unreadable(f"{name}: its bytes are not those of its SHA-256")
            Path(part).chmod(0o644)
            os.replace(part, path)  # noqa: PTH105 - atomic on every platform
            sync(self.folder)
        except OSError as error:
            raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error
        finally:
            if part is not None:
                with suppress(OSError):
                    Path(part).unlink()


class _Unreadable(Exception):
    """This says which file of a piece cannot be kept, and why."""


def asset_record(asset: Asset) -> dict[str, Json]:
    """Return an asset as JSON; `file` is its name in the job's folder, once it is kept there."""
    kept: dict[str, Json] = {"file": asset.path.name} if asset.path is not None and asset.content is None else {}
    return {"name": asset.name, "media_type": asset.media_type, "sha256": asset.sha256, "size": asset.size, **kept}


def _reading(asset: Asset) -> BinaryIO:
    """Open an asset's bytes."""
    if asset.content is not None:
        return io.BytesIO(asset.content)
    try:
        assert asset.path is not None, "it has neither content nor a path"
        return asset.path.open("rb")
    except OSError as error:
        raise _Unreadable(f"{asset.name}: cannot be read ({error.strerror or error})") from error


def _block(name: str, source: BinaryIO) -> bytes:
    try:
        return source.read(BLOCK)
    except OSError as error:
        raise _Unreadable(f"{name}: cannot be read ({error.strerror or error})") from error


def _has(path: Path, digest: str) -> bool:
    """Say whether a file is there, no link, and has that digest."""
    try:
        if path.is_symlink():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False
