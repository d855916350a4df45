"""What memory there is for this process: the machine's, a container's, and what `ulimit` leaves. Imports no torch.

Whoever holds us tightest counts. A control group (cgroups(7), both versions) has a limit at each of its levels; what it
has read of files is in its use, and is given back when memory runs short. `ulimit -v` (RLIMIT_AS, setrlimit(2)) counts
addresses, of mapped files too and of what is never touched, `ulimit -d` those that may be written to.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

UNKNOWN = 8 << 30  # bytes, where the system does not tell
ROOT = Path("/")
GROUPS = Path("sys/fs/cgroup")
# What Python, torch and our threads take beside a model, in bytes, by how it is counted (tests/bench/LOG.md).
PYTHON = {"VmSize": 900 << 20, "VmData": 360 << 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineMemory:
    """This is the memory that a process may come to have, in bytes.

    `whole` is the most, were there nobody else; `free` is what nobody has now, or would give back at once; `held` is
    what this process has already and would not. `addresses` are those left for a model beside Python and torch, None
    where nobody counts them.
    """

    whole: int
    free: int
    held: int = 0
    addresses: int | None = None


def machine_memory(root: Path = ROOT) -> MachineMemory:
    """Look at the memory of this machine; what the system does not tell counts as free. `root` is where proc is."""
    whole, free = _whole_machine(root)
    for limit, used in _groups(root):
        if limit < whole:
            whole, free = limit, min(free, limit - used)
        else:
            free = min(free, limit - used)
    status = _numbers(root / "proc/self/status")
    left = [limit - max(status[kind], PYTHON[kind]) for kind, limit in _limits() if kind in status]
    return MachineMemory(
        whole=whole,
        free=max(free, 0),
        held=status.get("RssAnon", 0),
        addresses=max(min(left), 0) if left else None,
    )


def _whole_machine(root: Path) -> tuple[int, int]:
    """Return how much there is, and how much of it nobody needs."""
    told = _numbers(root / "proc/meminfo")
    if "MemTotal" in told:
        return told["MemTotal"], told.get("MemAvailable", told["MemTotal"])
    if sys.platform == "win32":
        return _windows()
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        whole = UNKNOWN
    return whole, whole


def _windows() -> tuple[int, int]:
    """Ask Windows; GlobalMemoryStatusEx fills a MEMORYSTATUSEX."""
    status = (ctypes.c_uint64 * 8)(64)  # its length and the load in the first, then the total and what is free
    library = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    if not library.GlobalMemoryStatusEx(ctypes.byref(status)):
        return UNKNOWN, UNKNOWN
    return int(status[1]), int(status[2])


def _groups(root: Path) -> Iterator[tuple[int, int]]:
    """Yield the limit of each control group that this process is in, and what of it cannot be given back."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, _, rest = line.partition(":")
            controllers, _, path = rest.partition(":")
            if "memory" in controllers.split(","):
                names: tuple[tuple[str, ...], str, str] = (
                    ("memory.limit_in_bytes",),
                    "memory.usage_in_bytes",
                    "total_",
                )
                mounts = ["memory"]
            elif not controllers:
                mounts, names = ["", "unified"], (("memory.max", "memory.high"), "memory.current", "")
            else:
                continue
            for mount in mounts:
                for level in _levels(root / GROUPS / mount, path):
                    yield from _group(level, *names)


def _levels(mount: Path, path: str) -> Iterator[Path]:
    """Yield the folders of a group and all above it. In a container the outer ones are not there to be seen."""
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
    for count in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:count])


def _group(folder: Path, limits: tuple[str, ...], current: str, prefix: str) -> Iterator[tuple[int, int]]:
    with suppress(OSError, ValueError):
        used = int((folder / current).read_text(encoding="ascii"))
        told = _numbers(folder / "memory.stat")
        files = sum(told.get(f"{prefix}{name}", 0) for name in ("active_file", "inactive_file"))
        for name in limits:
            with suppress(OSError, ValueError):  # `max` is no number, and no limit
                yield int((folder / name).read_text(encoding="ascii")), max(used - files, 0)


def _limits() -> Iterator[tuple[str, int]]:
    """Yield what `ulimit` holds this process to, by how the status of a process counts it."""
    with suppress(ImportError):
        import resource

        for kind, name in (("VmSize", resource.RLIMIT_AS), ("VmData", resource.RLIMIT_DATA)):
            limit = resource.getrlimit(name)[0]
            if limit != resource.RLIM_INFINITY:
                yield kind, limit


def _numbers(file: Path) -> dict[str, int]:
    """Read `name: 12 kB` or `name 12` of each line, in bytes; nothing of a file that is not there."""
    found: dict[str, int] = {}
    with suppress(OSError):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            words = line.replace(":", " ").split()
            if len(words) > 1 and words[1].isdecimal():
                found[words[0]] = int(words[1]) << (10 * (words[2:] == ["kB"]))
    return found
