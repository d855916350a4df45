"""Checkpoints that are whole or not there. Imports no torch.

    scratch folder ──► files, each on the disk ──► digests.json ──► renamed to checkpoint-000010 ──► folder on the disk

    checkpoint-000010/    what was learnt, with the digests of its files
    └── resume/           what going on needs beside it (optimizer, random numbers), with digests of its own

A checkpoint counts where its files have the digests that it says. `resume` is large and of use to the newest ones only:
it is removed from older ones, which stay whole without it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aigc.errors import AigcError, ModelError, first_line
from aigc.plugs.synced import sync
from aigc.types.foreign import file_bytes, read_json

DIGESTS = "digests.json"
RESUME = "resume"
SCRATCH = ".unfinished-"  # what a name begins with of what is not whole yet, or not wanted any more
KEPT_RESUMES = 2  # the newest one may be damaged
_NAME = re.compile(r"checkpoint-(\d{6,})")


def checkpoint_step(folder: Path) -> int:
    """Return after how many steps a checkpoint was written, by its name. Raises ValueError."""
    match = _NAME.fullmatch(folder.name)
    if match is None:
        raise ValueError(f"{folder}: not a checkpoint's name")
    return int(match[1])


def write_whole(run: Path, step: int, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a folder (and a folder `resume` in it), and make it the checkpoint of a step.

    Raises ModelError where it cannot be written; nothing is left of it then, and what was whole before still is.
    """
    folder = run / f"checkpoint-{step:06d}"
    scratch = run / f"{SCRATCH}{folder.name}"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        (scratch / RESUME).mkdir(parents=True)
        write(scratch)
        _seal(scratch / RESUME)
        _seal(scratch)
        if folder.exists():  # damaged, or written by a run that has lost what came after it
            _put_away(folder)
        scratch.rename(folder)
        sync(run)
    except AigcError:
        raise
    except Exception as error:  # the system, torch and safetensors each raise their own for a full disk
        shutil.rmtree(scratch, ignore_errors=True)
        usable = newest_whole(run)
        full = shutil.disk_usage(run).free < 1 << 20
        raise ModelError(
            f"{folder}: the checkpoint cannot be written: {'the disk is full' if full else first_line(error)}",
            hint=f"the newest usable one is {usable}" if usable else "there is no usable one",
        ) from error
    for older in _checkpoints(run)[:-KEPT_RESUMES]:
        _put_away(older / RESUME)
    return folder


def whole_checkpoints(run: Path) -> list[Path]:
    """Return the checkpoints of a run whose files are those that were written, by step."""
    return [folder for folder in _checkpoints(run) if _holds(folder)]


def newest_whole(run: Path) -> Path | None:
    """Return the last whole checkpoint of a run."""
    return next((folder for folder in reversed(_checkpoints(run)) if _holds(folder)), None)


def newest_resumable(run: Path) -> Path | None:
    """Return the last whole checkpoint of a run from which it can go on to the same end."""
    found = reversed(_checkpoints(run))
    return next((folder for folder in found if _holds(folder) and _holds(folder / RESUME)), None)


def remove_unfinished(run: Path) -> None:
    """Remove what runs that were killed have left half written."""
    for scratch in run.glob(f"{SCRATCH}*"):
        shutil.rmtree(scratch, ignore_errors=True)


def remove_later(run: Path, step: int) -> None:
    """Remove the checkpoints after a step, from which nobody can go on and which are written again."""
    for folder in _checkpoints(run):
        if checkpoint_step(folder) > step:
            _put_away(folder)


def write_record(path: Path, record: object) -> None:
    """Write JSON, all of it or nothing. Raises ModelError."""
    scratch = path.with_name(f"{SCRATCH}{path.name}")
    try:
        scratch.write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
        sync(scratch)
        scratch.replace(path)
        sync(path.parent)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise ModelError(f"{path}: cannot be written: {first_line(error)}") from error


def _checkpoints(run: Path) -> list[Path]:
    """Return a run's checkpoints by step, whole or not."""
    if not run.is_dir():
        return []
    return sorted((one for one in run.iterdir() if _NAME.fullmatch(one.name) and one.is_dir()), key=checkpoint_step)


def _seal(folder: Path) -> None:
    """Put a folder's files on the disk, and beside them what they are."""
    digests = {}
    for path in sorted(one for one in folder.iterdir() if one.is_file()):
        digests[path.name] = _digest(path)
        sync(path)
    (folder / DIGESTS).write_text(json.dumps(digests, indent=1), encoding="utf-8")
    sync(folder / DIGESTS)
    sync(folder)


def _holds(folder: Path) -> bool:
    try:
        digests = read_json(file_bytes(folder / DIGESTS))
        return bool(digests) and all(_digest(folder / name) == digest for name, digest in digests.items())
    except (OSError, ValueError, AttributeError):
        return False


def _put_away(folder: Path) -> None:
    """Remove a folder: first its name, so that it is never seen half removed."""
    if folder.exists():
        gone = folder.with_name(f"{SCRATCH}old-{folder.name}")
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
