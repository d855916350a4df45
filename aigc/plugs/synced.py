"""Having the disk hold what was written, so that a power cut takes nothing of it: the bytes of a file before it gets
its name, and its folder after. Many files are asked for at once: one after the other each takes milliseconds."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FEW, AT_ONCE = 4, 16
CANNOT = (errno.EINVAL, errno.EBADF, errno.EACCES, errno.ENOTSUP)


def sync(path: Path) -> None:
    """Have the system write a file or folder to the disk, where it can be asked to. OSError where the disk refuses."""
    try:
        number = os.open(path, os.O_RDONLY)
    except OSError:  # folders, on Windows
        return
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
    finally:
        os.close(number)


def sync_all(paths: Iterable[Path]) -> None:
    """Have the system write many files to the disk, as `sync` does with one."""
    several = list(paths)
    if len(several) <= FEW:
        for path in several:
            sync(path)
        return
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(sync, several):
            pass
