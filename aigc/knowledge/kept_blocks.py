"""What was read of a file before: a file that has not changed, by the hash of what stands in it, is not read again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from aigc.knowledge.passages import FileBlock
from aigc.knowledge.source_files import LARGEST, blocks_in
from aigc.types.foreign import file_bytes

READING = "1"  # counts the changes of how files are read


class BlockStore(Protocol):
    """This keeps the blocks of files."""

    def blocks(self, name: str, digest: str) -> Sequence[FileBlock] | None:
        """Return what was read of a file with this digest, None where that is not known."""

    def keep(self, name: str, digest: str, blocks: Sequence[FileBlock]) -> None:
        """Keep what was read of a file, instead of what it held before."""


def blocks_kept(path: Path, store: BlockStore | None) -> Sequence[FileBlock]:
    """Return a file's blocks, from the store where it has them. BriefError says what is wrong with the file."""
    if store is None:
        return blocks_in(path)
    try:
        digest = sha256(f"{READING}{path.suffix.lower()}\n".encode() + file_bytes(path, LARGEST)).hexdigest()
    except OSError:
        return blocks_in(path)  # which says what is wrong
    known = store.blocks(str(path), digest)
    if known is None:
        known = blocks_in(path)
        store.keep(str(path), digest, known)
    return known
