"""One run at a time in a folder: the operating system holds a lock on a file there for as long as the process lives.

    .lock      empty, made once and never moved or removed: locks on two files of one name would keep nobody out
    .holder    who holds it, for people; gone when the folder is free, and worth nothing after a kill
    .files     held like `.lock`, for the moment in which the folder's files (exports, report) are written: that may be
               done while a run goes on, yet never twice at once

What stands in a lock file matters to nobody, so no junk there keeps anybody out. Where a disk knows no such locks,
which is told, the note itself is the lock: made by one alone, removed at the end, and after a kill by hand.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from aigc.bounds.own_files import OWN_FILES
from aigc.errors import JobError
from aigc.types import Json

log = logging.getLogger(__name__)

LOCK, HOLDER, FILES = ".lock", ".holder", ".files"
GRACE = 1.0  # seconds that a process which was just killed may take to be gone
PAUSE = 0.02  # seconds between two looks
LONG = 600.0  # seconds that a hundred thousand pieces may take to be exported
HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)
OPENED = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe blocks


@contextmanager
def only_run(folder: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the folder for this process, after so many seconds at most. JobError names who holds it still, or what
    keeps a lock from being made."""
    with _held(_Lock(folder, LOCK), patience):
        yield


@contextmanager
def only_writer(folder: Path, *, patience: float = LONG) -> Iterator[None]:
    """Hold the folder's files for this process while they are written. JobError where another does so for long."""
    with _held(_Lock(folder, FILES), patience):
        yield


def running(folder: Path) -> str:
    """Name the process that writes in `folder`, or nothing."""
    return _Lock(folder, LOCK).looked_at()


def refuse_second_run(folder: Path) -> None:
    """Raise JobError while another run writes in `folder`."""
    lock, until = _Lock(folder, LOCK), time.monotonic() + GRACE
    while lock.looked_at():
        if time.monotonic() > until:
            raise lock.refusal()
        time.sleep(PAUSE)


@contextmanager
def _held(lock: _Lock, patience: float) -> Iterator[None]:
    until = time.monotonic() + max(patience, GRACE)
    try:
        while not lock.take():
            if time.monotonic() > until:
                raise lock.refusal()
            time.sleep(PAUSE)
    except OSError as error:
        raise JobError(f"{lock.path.parent}: cannot be written to ({error.strerror or error})") from error
    try:
        yield
    finally:
        lock.release()


class _Lock:
    """This is a lock file of a folder, and the note beside it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.note = folder / (HOLDER if name == LOCK else f"{name}{HOLDER}")
        self._folder = folder
        self._number = -1  # of the open file, while it is held
        self._known = True  # locks, to the disk

    def take(self) -> bool:
        """Hold it now; say whether that went well. OSError where the disk refuses."""
        number = _opened(self.path, os.O_RDWR | os.O_CREAT)
        held = False
        try:
            held = self._holds(number)
        finally:
            if held:
                self._number = number
                OWN_FILES.take(number, self.path.name)
            else:
                os.close(number)
        return held

    def release(self) -> None:
        """Let it go, also where a process that was forked from this one has the open file too."""
        try:
            with suppress(OSError):
                self.note.unlink(missing_ok=True)  # before the lock goes: then it is another's
        finally:  # also where a person ends it right here, and this process lives on
            OWN_FILES.let_go(self._number)
            with suppress(OSError):
                _unlock(self._number)
            os.close(self._number)

    def looked_at(self) -> str:
        """Name who holds it, or nothing."""
        try:
            number = _opened(self.path, os.O_RDONLY)
        except (OSError, JobError):  # nobody ever wrote here, or somebody removed it
            held = False
        else:
            try:
                held = not _locked(number, shared=True)
            except OSError:
                held = self.note.exists()
            finally:
                os.close(number)
        holder = _read(self.note)
        return _named(holder) if held or _surely_runs(holder) else ""

    def refusal(self) -> JobError:
        """Return the error that says who holds it."""
        if self.path.name == FILES:
            what, hint = f"{_named(_read(self.note))} writes its files just now", "wait for it"
        else:
            what = f"another run ({_named(_read(self.note))}) is writing here"
            hint = "wait for it, or choose another --out"
        return JobError(
            f"{self._folder}: {what}", hint=hint if self._known else f"{hint}; if it is long gone, delete {self.note}"
        )

    def _holds(self, number: int) -> bool:
        try:
            if not _locked(number):
                return False
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            self._known = False
            _tell(self._folder, error.strerror or str(error))
            return _write(self.note)
        if not _is_at(self.path, number) or _surely_runs(_read(self.note)):  # somebody removed the file under it
            return False
        with suppress(OSError):  # a full disk: it will say so where that matters
            self.note.unlink(missing_ok=True)
            _write(self.note)
        return True


@cache
def _tell(folder: Path, why: str) -> None:
    log.warning(
        "%s: this disk knows no locks (%s): a run that is killed leaves %s there, to be deleted", folder, why, HOLDER
    )


def _opened(path: Path, how: int) -> int:
    """Open a lock file, which another user may have made. JobError where it is something else."""
    try:
        try:
            number = os.open(path, how | OPENED, 0o666)
        except PermissionError:
            number = os.open(path, os.O_RDONLY | OPENED)
    except OSError as error:
        with suppress(OSError):
            if not stat.S_ISREG(path.lstat().st_mode):
                raise _junk(path) from error
        raise
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _junk(path)
    return number


def _junk(path: Path) -> JobError:
    return JobError(f"{path}: is no file that can be locked", hint="delete it")


def _locked(number: int, *, shared: bool = False) -> bool:
    """Lock an open file, without waiting; say whether that went well. OSError where there are no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in HELD:
            return False
        raise
    return True


def _unlock(number: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_UN)


def _is_at(path: Path, number: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(number))
    except FileNotFoundError:
        return False


def _write(note: Path) -> bool:
    """Make the note; say whether nobody had made one."""
    pid = os.getpid()
    try:
        file = note.open("x", encoding="utf-8")
    except FileExistsError:
        return False
    try:
        with file:
            json.dump({"pid": pid, "host": socket.gethostname(), "started": _started(pid)}, file)
    except OSError:
        note.unlink(missing_ok=True)
        raise
    return True


def _read(note: Path) -> Mapping[str, Json]:
    """Return what a note says, nothing where there is none or it is nonsense."""
    try:
        if not note.is_file() or note.stat().st_size > 4096:
            return {}
        holder = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _named(holder: Mapping[str, Json]) -> str:
    pid, host = holder.get("pid"), holder.get("host")
    return f"process {pid} on {host}" if isinstance(pid, int) and isinstance(host, str) else "another process"


def _surely_runs(holder: Mapping[str, Json]) -> bool:
    """Say whether a note names another process of this machine that lives: the same one, and no zombie."""
    pid, then = holder.get("pid"), holder.get("started")
    if not isinstance(pid, int) or pid in (0, os.getpid()) or holder.get("host") != socket.gethostname():
        return False
    return bool(then) and then == _started(pid)


def _started(pid: int) -> str:
    """Return what tells a living process from a later one of the same number, where there is /proc; else nothing."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return "" if told[0] == "Z" else f"{told[19]} {boot}"  # proc(5): fields 3 and 22
    except (OSError, IndexError):
        return ""
