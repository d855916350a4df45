"""The LoRA adapters of a project: which one writes which content types."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from aigc.errors import AigcError, ModelError, UsageError, nearest
from aigc.generating.trained import Trained, TrainedType, read_trained
from aigc.models import content_digest, resolve

CONFIG = "adapter_config.json"  # as PEFT saves it
WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFolders:
    """This is the folders of adapters, by the pattern of the content types that each writes: `ads/*`. None says that
    none writes them, though others might."""

    folders: Mapping[str, Path | None] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)  # pattern → the line that says so

    def over(self, model: str) -> AdapterFolders:
        """Return those that a model may be served with: all but those trained on another one, by name and weights."""
        mine = {one: folder for one, folder in self.folders.items() if folder is None or not _foreign(folder, model)}
        return replace(self, folders=mine)

    def and_shipped(self, shipped: Mapping[str, Path]) -> AdapterFolders:
        """Return these, and after them those that came with content types, by the name of the one that each writes."""
        return replace(
            self, folders={**self.folders, **{name: shipped[name] for name in shipped.keys() - self.folders}}
        )

    def pattern(self, content_type: str) -> str | None:
        """Return the first pattern that a content type's name matches, or None."""
        return next((pattern for pattern in self.folders if fnmatchcase(content_type, pattern)), None)

    def folder(self, content_type: str) -> Path | None:
        """Return the folder of the adapter that writes a content type: that of the first pattern its name matches."""
        pattern = self.pattern(content_type)
        return None if pattern is None else self.folders[pattern]

    def trained(self, content_type: str) -> Trained | None:
        """Return what the card of the adapter that writes a content type says; None without an adapter or a card.
        ModelError for a damaged card."""
        folder = self.folder(content_type)
        return None if folder is None else read_trained(folder)

    def learnt(self, content_type: str) -> TrainedType | None:
        """Return what the adapter that writes a content type learnt of it; None where it has no card, or learnt others.
        ModelError for a damaged card."""
        trained = self.trained(content_type)
        return trained.of(content_type) if trained is not None else None

    def identity(self, content_type: str) -> str:
        """Name the adapter that writes a content type, and what it holds; empty where none does."""
        pattern, folder = self.pattern(content_type), self.folder(content_type)
        if folder is None:
            return ""
        learnt = self.learnt(content_type)
        stages = f" of {', '.join(learnt.stages)}" if learnt is not None and learnt.stages else ""
        return f"{pattern}={_digest(folder)}{stages}"

    def all(self) -> list[str]:
        """Return every folder once."""
        return list(dict.fromkeys(str(folder) for folder in self.folders.values() if folder is not None))

    def check(self, serves: Callable[[Path], None] | None = None) -> None:
        """Refuse a folder that holds no adapter with a UsageError, and with a ModelError what `serves` refuses."""
        for pattern, folder in self.folders.items():
            if folder is None:
                continue
            place = f"{self.where[pattern]}: " if self.where.get(pattern) else ""
            if not (folder / CONFIG).is_file():
                raise UsageError(
                    f"{place}adapters.{pattern}: {folder}: no adapter here ({CONFIG} is missing)",
                    hint=nearest(folder, lambda one: (one / CONFIG).is_file()),
                )
            try:
                read_trained(folder)
                if serves is not None:
                    serves(folder)
            except ModelError as refused:
                raise ModelError(f"{place}adapters.{pattern}: {refused.message}", hint=refused.hint) from refused


def adapter_digest(folder: str | None) -> str:
    """Return the SHA-256 of an adapter's weights, empty without an adapter or where it has none of that name."""
    file = Path(folder) / WEIGHTS if folder else None
    return content_digest(file) if file is not None and file.is_file() else ""


def _foreign(folder: Path, model: str) -> bool:
    """Say whether an adapter's card names another model, whose weights are others too."""
    try:
        trained = read_trained(folder)
        if trained is None or not trained.base.name or trained.base.name == model:
            return False
        return bool(trained.base.digest) and resolve(model).digest != trained.base.digest
    except AigcError:  # a damaged card, a model that is not there: said where they are used
        return False


def _digest(folder: Path) -> str:
    files = sorted(file for file in folder.glob("adapter_*") if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
