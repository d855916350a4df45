"""One run at a time in a folder: a lock file says who is writing, and is nobody's once that process is gone."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from aigc.errors import JobError
from aigc.types import Json

LOCK = ".lock"
PATIENCE = 1.0  # seconds a lock file may stay empty: it is made first and written next


@contextmanager
def only_run(folder: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the folder for this process, after so many seconds at most. JobError names who holds it still; the lock of a
    dead process is taken over."""
    path, until = folder / LOCK, time.monotonic() + patience
    while True:
        try:
            refuse_second_run(folder)
            _take(path)
            break
        except FileExistsError:  # another run was faster: see who it is
            continue
        except JobError:
            if time.monotonic() > until:
                raise
        except OSError as error:
            raise JobError(f"{path}: cannot be written ({error.strerror or error})") from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running(folder: Path) -> str:
    """Name the process that writes in `folder`, or nothing."""
    holder = _holder(folder / LOCK)
    return _named(holder) if holder is not None and _runs(holder) else ""


def refuse_second_run(folder: Path) -> None:
    """Raise JobError while another run writes in `folder`, and clear away the lock of one that was killed."""
    path = folder / LOCK
    holder = _holder(path)
    if holder is None:
        return
    if _stays(holder):
        raise JobError(
            f"{folder}: another run ({_named(holder)}) is writing here",
            hint=f"wait for it, or choose another --out; if it is long gone, delete {path}",
        )
    aside = path.with_name(f"{LOCK}.{os.getpid()}")
    with suppress(FileNotFoundError):
        path.replace(aside)
        if _holder(aside) == holder:
            aside.unlink()
        else:  # a third run took the dead one's place a moment ago: it gets its lock back
            aside.replace(path)


def _named(holder: Mapping[str, Json]) -> str:
    return f"process {holder['pid']} on {holder['host']}"


def _take(path: Path) -> None:
    with path.open("x", encoding="utf-8") as lock:
        pid = os.getpid()
        json.dump({"pid": pid, "host": socket.gethostname(), "started": _started(pid)}, lock)


def _holder(path: Path) -> Mapping[str, Json] | None:
    """Read the lock file: None where there is no file, nothing where it stays empty or is nonsense."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            holder = json.loads(path.read_text(encoding="utf-8"))
            return holder if isinstance(holder, dict) else {}
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            if time.monotonic() > until:
                return {}
            time.sleep(0.05)


def _stays(holder: Mapping[str, Json]) -> bool:
    """Say whether the process lives on: one just killed may take a moment to be gone."""
    until = time.monotonic() + PATIENCE
    while _runs(holder):
        if time.monotonic() > until:
            return True
        time.sleep(0.05)
    return False


def _runs(holder: Mapping[str, Json]) -> bool:
    """Say whether the process lives; one of another machine cannot be asked and counts as alive.

    A zombie, killed and not yet fetched by its parent, does not.
    """
    pid, host = holder.get("pid"), holder.get("host")
    if not isinstance(pid, int) or pid <= 0 or not isinstance(host, str):
        return False
    if host != socket.gethostname():
        return True
    if _stat(pid)[:1] == ["Z"]:
        return False
    then, now = holder.get("started"), _started(pid)
    return then == now if then and now else _alive(pid)


def _started(pid: int) -> str:
    """Return what tells a process from a later one of the same number, where there is /proc; else nothing."""
    try:
        ticks = _stat(pid)[19]
        return f"{ticks} {Path('/proc/sys/kernel/random/boot_id').read_text(encoding='utf-8').strip()}"
    except (OSError, IndexError):
        return ""


def _stat(pid: int) -> list[str]:
    """Return what Linux says of a process, its state first (proc(5), field 3 on); nothing where it says nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _alive(pid: int) -> bool:
    if sys.platform == "win32":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
