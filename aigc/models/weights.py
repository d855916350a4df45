"""From the name after `-m` to files: what there is on this machine already, without touching the network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from aigc.errors import ModelError, NotFound, did_you_mean, no_file, sought
from aigc.models import hub
from aigc.models.catalogue import Catalogue, GgufSource, HubSource, Model, WheelSource
from aigc.models.files import PANELS, check_gguf, file_digest, folder_digest, trouble_with
from aigc.models.user_cache import finished, model_folder

KEPT_GGUF = "source.gguf"  # beside the fast copy, so that a later version can make another copy offline


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """This is a model on this machine, or what is known of it before it is pulled.

    `folder` can be loaded at once; it is None until `installed`. `gguf` is the file it was, or can be, made from.
    `digest` identifies the weights, for keys of finished work: the GGUF's sha256 for one of the catalogue (known before
    pulling), repository and commit for a Hub model (empty before pulling), and for local folders and files what
    `aigc.models.files.folder_digest` says.
    """

    name: str
    folder: Path | None = None
    gguf: Path | None = None
    model: Model | None = None
    installed: bool = False
    digest: str = ""

    @property
    def quantised(self) -> bool:
        """Say whether the engine keeps, or before they are there should keep, the weights in a GGUF's own numbers."""
        if self.folder is not None:
            return (self.folder / PANELS).is_file()
        return self.gguf is not None or (self.model is not None and isinstance(self.model.source, GgufSource))


def resolve(name: str, *, catalogue: Catalogue | None = None) -> Weights:
    """Look for `name`: in the catalogue, then as a GGUF file or folder, then as a Hub id ORG/NAME.

    Without `catalogue`, the shipped one. A bare Hub id counts if the Hub's cache has it. Raises NotFound for anything
    else, and ModelError when a folder or file is there but is not a model.
    """
    catalogue = Catalogue.load() if catalogue is None else catalogue
    model = catalogue.find(name)
    if model is not None and isinstance(model.source, GgufSource):
        return _from_copy(name, model, model.source)
    if model is not None and isinstance(model.source, HubSource) and name == model.name:
        return _from_hub(name, model.source.repo, model)
    path = Path(name).expanduser()
    if name.lower().endswith(".gguf"):
        return _from_gguf(name, path)
    if name and path.is_dir():
        return _from_folder(name, path)
    if path.is_file():
        raise ModelError(f"{name}: is neither a model folder nor a .gguf file")
    if hub.is_hub_id(name):
        return _from_hub(name, name, model)
    if "/" not in name and "\\" not in name and re.fullmatch(r"[\w.-]+", name) and not name.startswith("."):
        found = hub.cached(name)
        if found is not None:
            return Weights(name=name, folder=found, installed=True, digest=hub.digest_of(name, found))
    raise _unknown(name, catalogue)


def _unknown(name: str, catalogue: Catalogue) -> NotFound:
    if any(sign in name for sign in "/\\~") or name.startswith("."):
        return NotFound(f"{name}: no such folder or file", hint="a Hugging Face id has the form ORG/NAME")
    remedy = did_you_mean(name, catalogue.names())
    if not remedy.endswith("?"):
        remedy += "; or name a folder, a .gguf file or a Hub id ORG/NAME"
    remedy += "; `aigc models list` has them all"
    return NotFound(f"there is no model {name!r}", hint=remedy)


def _from_copy(name: str, model: Model, source: GgufSource) -> Weights:
    folder = model_folder(model.name)
    if not finished(folder, source.file_sha256):
        return Weights(name=name, model=model, digest=source.file_sha256)
    gguf = folder / KEPT_GGUF if isinstance(source, WheelSource) else None  # else it stays in the Hub's cache
    return Weights(name=name, folder=folder, gguf=gguf, model=model, installed=True, digest=source.file_sha256)


def _from_hub(name: str, repo: str, model: Model | None) -> Weights:
    found = hub.cached(repo)
    if found is None:
        return Weights(name=name, model=model)
    return Weights(name=name, folder=found, model=model, installed=True, digest=hub.digest_of(repo, found))


def _from_gguf(name: str, path: Path) -> Weights:
    if not path.is_file():
        there = [other.name for other in path.parent.glob("*.gguf")] if path.parent.is_dir() else []
        raise NotFound(no_file(path), hint=did_you_mean(path.name, {*there} - {path.name}) or sought(path))
    check_gguf(path)
    path = path.absolute()
    digest = file_digest(path)
    folder = copy_folder(path, digest)
    if finished(folder, digest):
        return Weights(name=name, folder=folder, gguf=path, installed=True, digest=digest)
    return Weights(name=name, gguf=path, digest=digest)


def copy_folder(gguf: Path, digest: str) -> Path:
    """Return where the fast copy of a person's own GGUF file stands. Its digest finds it, so the file may move or be
    renamed."""
    stem = re.sub(r"[^A-Za-z0-9.-]+", "-", gguf.stem)[:48]
    named = model_folder(f"local-{digest[:16]}-{stem}")
    others = sorted(named.parent.glob(f"local-{digest[:16]}-*")) if not named.is_dir() else []
    return next((one for one in others if finished(one, digest)), named)


def _from_folder(name: str, path: Path) -> Weights:
    message, hint = trouble_with(path)
    if message:
        raise ModelError(f"{name}: {message}", hint=hint)
    path = path.absolute()
    return Weights(name=name, folder=path, installed=True, digest=folder_digest(path))
