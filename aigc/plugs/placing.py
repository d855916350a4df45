"""Where an exporter puts a piece's files: in one folder beside its own, under names that people can read."""

from __future__ import annotations

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
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)  # no file names on Windows


class AssetFolder:
    """This is the folder `media` in an export's folder, for one export.

    A file is called after its piece and itself: `mug-cover.png`. Exports of one job share the folder: the same file has
    the same name in each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._taken: dict[str, str] = {}  # name → digest of what lies there

    def place(self, artifact: Artifact) -> list[Path]:
        """Copy the piece's assets into the folder, in their order; return where they are.

        An earlier export's file of that name is replaced. JobError where one cannot be read or written.
        """
        return [self._place(asset, f"{artifact.id} {Path(asset.name).stem}") for asset in artifact.assets]

    def _place(self, asset: Asset, title: str) -> Path:
        suffix = re.sub(r"[^.\w]", "", Path(asset.name).suffix.lower())
        target = self._folder / self._free(file_name(title) or "file", suffix, asset.sha256)
        part = target.with_name(f".{target.name}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if asset.content is None and asset.path is not None:
                shutil.copyfile(asset.path, part)
            else:
                part.write_bytes(asset.read())
            os.replace(part, target)  # noqa: PTH105 - atomic on every platform
        except OSError as error:
            raise JobError(f"{target}: {asset.name} cannot be put there: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                part.unlink()
        return target

    def _free(self, stem: str, suffix: str, digest: str) -> str:
        number, name = 2, f"{stem}{suffix}"
        while self._taken.setdefault(name.casefold(), digest) != digest:
            number, name = number + 1, f"{stem}-{number}{suffix}"
        return name


def file_name(text: str) -> str:
    """Return the text as a file's name: small letters, digits and hyphens of any script, at most 160 bytes."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    name = "-".join(re.findall(r"[^\W_]+", text))[:80]
    name = name.encode()[:LONGEST_NAME].decode(errors="ignore").strip("-")
    return f"{name}-" if RESERVED.match(name) else name
