"""A file that belongs to a piece beside its texts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """This is a file that belongs to a piece beside its texts: a picture, a voice, a video.

    `name` is what people read (`cover.png`), `media_type` as IANA lists them (`image/png`), `sha256` the digest of its
    bytes in hex, `size` how many they are. The bytes are `content` until it is kept, then the file at `path`.
    """

    name: str
    media_type: str
    sha256: str
    size: int
    path: Path | None = None
    content: bytes | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, name: str, media_type: str, content: bytes) -> Asset:
        """Make an asset of bytes."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(name=name, media_type=media_type, sha256=digest, size=len(content), content=content)

    @classmethod
    def at(cls, path: Path, media_type: str, name: str = "") -> Asset:
        """Make an asset of a file, which is copied and left where it is. OSError where it cannot be read."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        return cls(name=name or path.name, media_type=media_type, sha256=digest, size=size, path=path)

    def read(self) -> bytes:
        """Return the bytes. OSError where the file is gone."""
        if self.content is not None:
            return self.content
        assert self.path is not None, "an asset has content or a path"
        return self.path.read_bytes()
