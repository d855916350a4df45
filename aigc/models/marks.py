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

from aigc.models.catalogue import Catalogue, Model
from aigc.models.user_cache import cache_folder
from aigc.models.weights import Weights

WEIGHTS = "model.safetensors"  # of a folder; one in several files goes by no digest
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


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file, from the cache where it was read before and has not changed since."""
    status = path.stat()
    named = f"{path.absolute()}\0{status.st_size}\0{status.st_mtime_ns}"
    kept = cache_folder() / KEPT / hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()
    with suppress(OSError, ValueError):
        if SHA256.fullmatch(held := kept.read_text(encoding="ascii").strip()):
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
