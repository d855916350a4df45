"""The folder `assets` of a job: the files of its pieces, each once, named by the digest of its bytes.

A piece's record in the ledger names its files; the bytes are here, copied before the record is written, and gone when
no piece has them any more.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from aigc.errors import JobError
from aigc.types import Artifact, Asset, Json

FOLDER = "assets"
MARK = '"assets": [{'  # in the JSON of every piece that has some, and next to no other


class Assets:
    """This is the folder of one job, which is made when a first file is kept."""

    def __init__(self, job: Path) -> None:
        self.folder = job / FOLDER

    def keep(self, artifact: Artifact) -> Artifact:
        """Copy a piece's files into the folder; return the piece with its files there.

        A file that cannot be read fails the piece. JobError where the folder cannot be written.
        """
        if not artifact.assets:
            return artifact
        try:
            return replace(artifact, assets=tuple(map(self._kept, artifact.assets)))
        except _Unreadable as error:
            return replace(artifact, status="failed", fields={}, assets=(), reason=str(error))

    def has_all(self, record: str) -> bool:
        """Say whether all files that a piece's JSON names are here; nothing is missing where it names none."""
        if MARK not in record:
            return True
        return all(self.place(one).is_file() for one in json.loads(record).get("assets", ()))

    def read(self, records: Sequence[Mapping[str, Json]]) -> tuple[Asset, ...]:
        """Return the assets that `asset_record` was made of."""
        return tuple(
            Asset(
                name=one["name"],
                media_type=one["media_type"],
                sha256=one["sha256"],
                size=one["size"],
                path=self.place(one),
            )
            for one in records
        )

    def place(self, record: Mapping[str, Json]) -> Path:
        """Return where a file lies; never outside of the folder, whatever a record says."""
        return self.folder / Path(str(record.get("file", ""))).name

    def sweep(self, wanted: Collection[str]) -> None:
        """Remove the files that are not among the `wanted` names. JobError where one cannot be removed."""
        if not self.folder.is_dir():
            return
        try:
            for path in self.folder.iterdir():
                if path.name not in wanted:
                    path.unlink()
            if not wanted:
                self.folder.rmdir()
        except OSError as error:
            raise JobError(f"{self.folder}: cannot be tidied up ({error.strerror or error})") from error

    def _kept(self, asset: Asset) -> Asset:
        suffix = re.sub(r"[^.a-z0-9]", "", Path(asset.name).suffix.lower())
        here = sorted(self.folder.glob(f"{asset.sha256}*")) if self.folder.is_dir() else []
        path = here[0] if here else self.folder / f"{asset.sha256}{suffix}"
        if not here:
            part = path.with_name(f".{path.name}.part")
            try:
                self.folder.mkdir(exist_ok=True)
                with part.open("wb") as target, _reading(asset) as source:
                    shutil.copyfileobj(source, target)
                os.replace(part, path)  # noqa: PTH105 - atomic on every platform
            except OSError as error:
                raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error
            finally:
                with suppress(OSError):
                    part.unlink()
        return replace(asset, path=path, content=None)


class _Unreadable(Exception):
    """This says which file of a piece cannot be read, and why."""


def asset_record(asset: Asset) -> dict[str, Json]:
    """Return an asset as JSON; `file` is its name in the job's folder, once it is kept there."""
    kept: dict[str, Json] = {"file": asset.path.name} if asset.path is not None and asset.content is None else {}
    return {"name": asset.name, "media_type": asset.media_type, "sha256": asset.sha256, "size": asset.size, **kept}


def _reading(asset: Asset) -> BinaryIO:
    """Open an asset's bytes."""
    if asset.content is not None:
        return io.BytesIO(asset.content)
    try:
        assert asset.path is not None, "an asset has content or a path"
        return asset.path.open("rb")
    except OSError as error:
        raise _Unreadable(f"{asset.name}: cannot be read ({error.strerror or error})") from error
