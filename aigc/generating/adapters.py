"""The LoRA adapters of a project: which one writes which content types."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from aigc.errors import UsageError, nearest

CONFIG = "adapter_config.json"  # as PEFT saves it


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFolders:
    """This is the folders of adapters, by the pattern of the content types that each writes: `ads/*`."""

    folders: Mapping[str, Path] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)  # pattern → the line that says so

    def folder(self, content_type: str) -> Path | None:
        """Return the folder of the adapter that writes a content type: that of the first pattern its name matches."""
        pattern = self._pattern(content_type)
        return None if pattern is None else self.folders[pattern]

    def identity(self, content_type: str) -> str:
        """Name the adapter that writes a content type, and what it holds; empty where none does."""
        pattern = self._pattern(content_type)
        return "" if pattern is None else f"{pattern}={_digest(self.folders[pattern])}"

    def all(self) -> list[str]:
        """Return every folder once."""
        return list(dict.fromkeys(map(str, self.folders.values())))

    def check(self) -> None:
        """Refuse a folder that holds no adapter with a UsageError."""
        for pattern, folder in self.folders.items():
            if not (folder / CONFIG).is_file():
                place = f"{self.where[pattern]}: " if self.where.get(pattern) else ""
                raise UsageError(
                    f"{place}adapters.{pattern}: {folder}: no adapter here ({CONFIG} is missing)",
                    hint=nearest(folder, lambda one: (one / CONFIG).is_file()),
                )

    def _pattern(self, content_type: str) -> str | None:
        return next((pattern for pattern in self.folders if fnmatchcase(content_type, pattern)), None)


def _digest(folder: Path) -> str:
    files = sorted(file for file in folder.glob("adapter_*") if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
