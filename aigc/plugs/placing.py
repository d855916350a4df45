"""Where an exporter puts a piece's files: in one folder beside its own, under names that people can read."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from contextlib import suppress
from pathlib import Path

from aigc.errors import JobError
from aigc.types import Artifact, Asset

FOLDER = "media"
LONGEST_NAME = 160  # bytes; file systems take 255, and a number and suffix follow
LONGEST_SUFFIX = 9
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)  # no file names on Windows


class AssetFolder:
    """This is the folder `media` in an export's folder, for one export.

    A file is called after its piece and itself: `mug-cover.png`, `mug_en-cover.png` of the piece `mug/en`. Exports of
    one job share the folder, whichever pieces they select: the same file has the same name in each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._taken: dict[str, str] = {}  # name → digest of what lies there

    def place(self, artifact: Artifact) -> list[Path]:
        """Copy the piece's assets into the folder, in their order; return where they are.

        An earlier export's file of that name is replaced. JobError where one cannot be read or written.
        """
        piece = _piece_name(artifact.id)
        return [
            self._place(asset, f"{piece}-{file_name(Path(asset.name).stem) or 'file'}") for asset in artifact.assets
        ]

    def _place(self, asset: Asset, title: str) -> Path:
        suffix = re.sub(r"[^.a-z0-9]", "", Path(asset.name).suffix.lower())[:LONGEST_SUFFIX]
        target = self._folder / self._free(title, suffix, asset.sha256)
        part = target.with_name(f".{target.name}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if asset.content is None and asset.path is not None:
                shutil.copyfile(asset.path, part)
            else:
                part.write_bytes(asset.read())
            os.replace(part, target)  # noqa: PTH105 - atomic on every platform
        except OSError as error:
            where = error.filename or target
            raise JobError(f"{target}: cannot be put there: {where}: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                part.unlink()
        return target

    def _free(self, stem: str, suffix: str, digest: str) -> str:
        number, name = 2, f"{stem}{suffix}"
        while self._taken.setdefault(name.casefold(), digest) != digest:
            number, name = number + 1, f"{stem}-{number}{suffix}"
        return name


def _piece_name(name: str) -> str:
    """Return a piece's id as part of a file's name; two ids that would come out alike are told apart by a digest."""
    parts = [file_name(part) for part in name.split("/")]
    readable = "_".join(filter(None, parts))
    told_apart = "/".join(parts) == name.casefold()
    return readable if told_apart else "-".join(filter(None, [readable, hashlib.sha256(name.encode()).hexdigest()[:6]]))


def file_name(text: str) -> str:
    """Return the text as a file's name: small letters, digits and hyphens of any script, at most 160 bytes."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    name = "-".join(re.findall(r"[^\W_]+", text))[:80]
    name = name.encode()[:LONGEST_NAME].decode(errors="ignore").strip("-")
    return f"{name}-" if RESERVED.match(name) else name
