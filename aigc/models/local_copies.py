"""The fast copies of a person's own GGUF files, which no catalogue knows: they lie in the cache and can be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aigc.models.user_cache import cache_folder, finished, folders_in, read_stamp
from aigc.models.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCopy:
    """This is the copy, `nbytes` large, of the file that was at `weights.gguf` when it was made."""

    weights: Weights
    nbytes: int


def local_copies() -> Iterator[LocalCopy]:
    """Yield every copy of a GGUF file that is whole and of this version, in the order of the cache."""
    for folder in folders_in(cache_folder() / "models"):
        stamp = read_stamp(folder)
        digest = str(stamp.get("digest"))
        if folder.name.startswith("local-") and finished(folder, digest):
            name, gguf = str(stamp.get("name")), Path(str(stamp.get("source")))
            weights = Weights(name=name, folder=folder, gguf=gguf, installed=True, digest=digest)
            yield LocalCopy(weights=weights, nbytes=sum(stamp["files"].values()))
