"""What a model is known by: its name in the catalogue, and the digest of its weights' file.

A file of one's own that is byte for byte the catalogue's goes by that name too. The digest of a large file is kept in
the user cache, by place, size and time of change: reading a gigabyte takes seconds, and is done once.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from aigc.models import hub
from aigc.models.catalogue import Catalogue, Model
from aigc.models.files import folder_digest
from aigc.models.user_cache import cache_folder
from aigc.models.weights import Weights
from aigc.types.foreign import file_bytes

WEIGHTS = "model.safetensors"  # of a folder; one in several files goes by no digest
DIGITS = 12  # of a digest, beside the name of a file or folder
KEPT = "digests"  # folder of the cache
SHA256 = re.compile(r"[0-9a-f]{64}")


def marks(weights: Weights, catalogue: Catalogue | None = None) -> frozenset[str]:
    """Return every name and digest that a model goes by; none where nothing is known of its file."""
    if weights.model is not None:
        return frozenset({weights.model.name, _file_sha256(weights.model)} - {""})
    file = weights.gguf or (weights.folder / WEIGHTS if weights.folder else None)
    if file is None or not file.is_file():
        return frozenset()
    digest = content_digest(file)
    same = {model.name for model in catalogue or Catalogue.load() if _file_sha256(model) == digest}
    return frozenset({digest, *same})


def catalogued(weights: Weights, catalogue: Catalogue | None = None) -> Model | None:
    """Return the model of the catalogue that weights are: by their name, or byte for byte its file."""
    if weights.model is not None or weights.gguf is None or not weights.gguf.is_file():
        return weights.model
    nbytes = weights.gguf.stat().st_size
    alike = [one for one in catalogue or Catalogue.load() if getattr(one.source, "file_bytes", 0) == nbytes]
    return next((one for one in alike if _file_sha256(one) == content_digest(weights.gguf)), None)


def spoken_name(name: str, catalogue: Catalogue | None = None) -> str:
    """Return how a model is called where others read it, as in a piece's provenance: by the catalogue's name where it
    is that model's file, else a file or folder by its own name and the beginning of its digest, never by its path."""
    known, path = catalogue or Catalogue.load(), Path(name).expanduser()
    if not name or known.find(name) is not None or (hub.is_hub_id(name) and not path.exists()):
        return name
    last = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    try:
        if path.is_file():
            model = catalogued(Weights(name=name, gguf=path), known)
            return model.name if model is not None else f"{last} {content_digest(path)[:DIGITS]}"
        return f"{last} {folder_digest(path)[:DIGITS]}" if path.is_dir() else last
    except OSError:
        return last


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file, from the cache where it was read before and has not changed since."""
    status = path.stat()
    named = f"{path.absolute()}\0{status.st_size}\0{status.st_mtime_ns}"
    kept = cache_folder() / KEPT / hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()
    with suppress(OSError, ValueError):
        if SHA256.fullmatch(held := file_bytes(kept).decode("ascii").strip()):
            return held
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with suppress(OSError):  # a cache that cannot be written costs time, no more
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f".{kept.name}.{os.getpid()}.part")
        part.write_text(digest, encoding="ascii")
        os.replace(part, kept)  # noqa: PTH105 - atomic on every platform
    return digest


def _file_sha256(model: Model) -> str:
    return str(getattr(model.source, "file_sha256", ""))  # a repository of the Hub has many files
