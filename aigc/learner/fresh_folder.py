"""A new folder that is whole or not there: written beside its place, and renamed when all is in it.

What is at its place already is never touched. A killed process leaves a folder `.NAME.XXXXXXXX.part`, which nobody
reads.
"""

from __future__ import annotations

import errno
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aigc.errors import ModelError, UsageError, first_line
from aigc.plugs.synced import sync


@contextmanager
def fresh_folder(place: Path) -> Iterator[Path]:
    """Give a folder to write into, which becomes `place` afterwards; after an error nothing is left of it.

    UsageError where something is at `place`; ModelError where it cannot be written, as on a full disk.
    """
    refuse_existing(place)
    scratch = place.parent / f".{place.name}.{secrets.token_hex(4)}.part"
    try:
        scratch.mkdir(parents=True)
        yield scratch
        for path in sorted(scratch.rglob("*")):
            if path.is_file():
                sync(path)
        refuse_existing(place)
        scratch.rename(place)
        sync(place.parent)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else error.strerror or first_line(error)
        raise ModelError(f"{place}: cannot be written: {reason}", hint="free some space" if full else "") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def refuse_existing(place: Path) -> None:
    """Raise UsageError where something is already."""
    if place.exists() or place.is_symlink():
        raise UsageError(f"{place}: is there already, and nothing is overwritten", hint="choose another name")
