"""What was fetched is what the catalogue says, by its SHA-256: taken while a person is told how far it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from aigc.errors import ModelError
from aigc.models.progress import Progress, PullStage, Report

_CHUNK = 1 << 20


def sha256_of(path: Path, stage: PullStage, report: Report) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return copied(file, None, path.stat().st_size, stage, report)


def copied(file: IO[bytes], output: IO[bytes] | None, total: int, stage: PullStage, report: Report) -> str:
    """Return the digest of what is read, which is written to `output` where there is one."""
    digest, done = hashlib.sha256(), 0
    report(Progress(stage=stage, done=0, total=total))
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        if output is not None:
            output.write(chunk)
        done += len(chunk)
        report(Progress(stage=stage, done=done, total=max(total, done)))
    return digest.hexdigest()


def wrong_hash(name: str, what: str, found: str, expected: str, *, server: str) -> ModelError:
    """Return what to say of a file that is another one than the catalogue's."""
    return ModelError(
        f"{name!r} was not kept: {what} has sha256 {found}, expected {expected}",
        hint=f"try again; if it happens again, {server} serves another file",
    )
