"""Writing a file so that nobody ever sees half of one, and no other file is touched on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from aigc.errors import JobError
from aigc.plugs.synced import sync

DEVICES = ("/dev", "/proc", "/sys")
SHARED = "/dev/shm"  # memory that files are kept in


@contextmanager
def whole_file(
    path: Path,
    *,
    encoding: str = "utf-8",
    newline: str = "\n",
    errors: str = "strict",
    hint: str = "",
    synced: bool = False,
) -> Iterator[TextIO]:
    """Open a file to write that takes its name only when all went well; JobError, with a `hint`, where it cannot be
    written. Until then it is `.NAME.part`, which is made anew: what was there may be a link to somebody's file.
    `synced` waits for the disk, so that a power cut leaves the one before or this one."""
    part = path.with_name(f".{path.name}.part")
    if (path.exists() and not path.is_file()) or _of_devices(path):  # a device, pipe or folder, which would be gone
        raise JobError(f"{path}: cannot be written (it is no file)", hint=hint)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with part.open("x", encoding=encoding, newline=newline, errors=errors) as file:
            yield file
        if synced:
            sync(part)
        os.replace(part, path)  # noqa: PTH105 - atomic on every platform
        if synced:
            sync(path.parent)
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror or error})", hint=hint) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _of_devices(path: Path) -> bool:
    """Say whether a name is one of the system's, as /dev/stdout is: a link, whose place a file would take for all."""
    folder = path.parent.resolve()
    return any(folder.is_relative_to(one) for one in DEVICES) and not folder.is_relative_to(SHARED)
