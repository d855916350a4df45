"""One run at a time in a folder."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aigc.errors import JobError

LOCK = ".lock"


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """This holds the folder for this process. JobError names the holder; the lock of a dead process is taken over."""
    path = folder / LOCK
    try:
        _take(path)
    except FileExistsError:
        holder = _holder(path)
        if holder is not None:
            raise JobError(
                f"{folder}: another run ({holder}) is writing here", hint="wait for it, or choose another --out"
            ) from None
        path.unlink(missing_ok=True)
        _take(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY), "w") as lock:
        json.dump({"pid": os.getpid(), "host": socket.gethostname()}, lock)


def _holder(path: Path) -> str | None:
    """This is the living process that holds a lock, as a person reads it; of another machine none is known dead."""
    try:
        said = json.loads(path.read_text())
        pid, host = int(said["pid"]), str(said["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if host == socket.gethostname() and not _alive(pid):
        return None
    return f"process {pid} on {host}"


def _alive(pid: int) -> bool:
    if os.name == "nt":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
