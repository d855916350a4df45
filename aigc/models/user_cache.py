"""The folder on this machine where finished models are kept, and how one gets into it whole or not at all.

    CACHE/models/NAME/       a fast-loading folder, the GGUF it was made from, and the stamp `model.json`
    CACHE/tmp/pull-XXXX/     work under way, on the same file system so that one rename finishes it

There is no lock: whoever finishes first wins and the other throws its copy away. A kill -9 leaves only a folder below
`tmp`, which a later pull sweeps away.
"""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aigc.errors import ModelError
from aigc.types.foreign import file_bytes, read_json

FORMAT = 4  # of what stands in models/NAME; raise it when older folders must be made anew
STAMP = "model.json"
_SWEEP_AFTER = 24 * 3600  # seconds; no pull takes longer


def cache_folder() -> Path:
    """Return $AIGC_CACHE, or the platform's user cache / aigc. It need not exist yet. ModelError for a user who has
    no home, as in a container."""
    try:
        return _cache_folder()
    except RuntimeError as error:  # of pathlib
        raise ModelError("this user has no home folder", hint="set AIGC_CACHE to a folder you may write to") from error


def _cache_folder() -> Path:
    if chosen := os.environ.get("AIGC_CACHE"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
        fallback = Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base, fallback = "", Path.home() / "Library" / "Caches"
    else:
        base, fallback = os.environ.get("XDG_CACHE_HOME", ""), Path.home() / ".cache"
    # The XDG specification asks to ignore relative paths.
    return (Path(base) if base and Path(base).is_absolute() else fallback) / "aigc"


def model_folder(name: str) -> Path:
    """Return where the finished model of that name stands, or will."""
    return cache_folder() / "models" / name


def finished(folder: Path, digest: str) -> bool:
    """Say whether `folder` holds what a pull with that digest wrote: same format, and no file missing or cut."""
    try:
        stamp = read_json(file_bytes(folder / STAMP))
        if stamp["format"] != FORMAT or stamp["digest"] != digest:
            return False
        return all((folder / name).stat().st_size == size for name, size in stamp["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def folders_in(parent: Path) -> list[Path]:
    """Return the folders of a folder of the cache, in order; none where that is not there."""
    inside = parent.iterdir() if parent.is_dir() else ()
    return sorted(path for path in inside if path.is_dir() and not path.is_symlink())


def read_stamp(folder: Path) -> dict[str, Any]:
    """Return what a folder's stamp says; nothing where it has none of ours."""
    try:
        stamp = read_json(file_bytes(folder / STAMP))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and isinstance(stamp.get("format"), int) else {}


def write_stamp(folder: Path, *, name: str, digest: str, source: str) -> None:
    """Write what `finished` reads. `source` says in words where the weights came from."""
    import importlib.metadata  # here and below: slow to import, and only a pull needs them

    try:
        version = importlib.metadata.version("aigc")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout
        version = "unknown"
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    stamp = {
        "format": FORMAT,
        "name": name,
        "digest": digest,
        "source": source,
        "created_by": f"aigc {version}",
        "files": files,
    }
    (folder / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


@contextmanager
def work_folder() -> Iterator[Path]:
    """Make an empty folder in the cache that is gone afterwards, whatever happens, Ctrl-C included."""
    import tempfile

    root = cache_folder() / "tmp"
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        work = Path(tempfile.mkdtemp(prefix="pull-", dir=root))
    except OSError as error:
        raise ModelError(
            f"{root}: the cache folder cannot be written ({error.strerror or error})",
            hint="set AIGC_CACHE to a folder you may write to",
        ) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sweep(root: Path) -> None:
    for left in root.glob("pull-*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _SWEEP_AFTER:
                shutil.rmtree(left, ignore_errors=True)


def move_in(staged: Path, target: Path, digest: str) -> None:
    """Put a complete folder in its place with one rename; an equal one that came first is kept instead."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        staged.replace(target)
        return
    except OSError:
        if not target.exists():
            raise
    if finished(target, digest):
        return
    aside = staged.with_name("replaced")  # an older format or a damaged copy; it goes with the work folder
    try:
        target.replace(aside)
        staged.replace(target)
    except OSError:
        if not finished(target, digest):  # else another process did the same a moment earlier
            raise


def check_space(needed: int, name: str) -> None:
    """Refuse early when the cache's disk has fewer than `needed` bytes free. The folder must exist."""
    if shutil.disk_usage(cache_folder()).free < needed:
        raise _disk_full(needed, name, cache_folder())


@contextmanager
def disk_errors(name: str, needed: int, folder: Path | None = None) -> Iterator[None]:
    """Turn trouble with the disk into one sentence, also when a library wrapped it in an error of its own."""
    where = folder or cache_folder()
    try:
        yield
    except Exception as error:
        if is_disk_full(error):
            raise _disk_full(needed, name, where) from error
        if isinstance(error, OSError):
            raise ModelError(
                f"{where}: {name!r} could not be written here ({error.strerror or error})",
                hint="check the folder, or set AIGC_CACHE to another one",
            ) from error
        raise


def is_disk_full(error: BaseException | None) -> bool:
    """Look for a full disk in an exception and what caused it; Rust libraries say it in text only."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(sign in str(error) for sign in ("No space left on device", "os error 28", "os error 112")):
            return True
        error = error.__cause__ or error.__context__
    return False


def _disk_full(needed: int, name: str, where: Path) -> ModelError:
    amount = f"about {math.ceil(needed / 1e6):,} MB" if needed else "more space"
    return ModelError(
        f"{where}: the disk is full: setting up {name!r} needs {amount} there",
        hint="free some space, or set AIGC_CACHE (HF_HOME for Hub models) to a folder on another disk",
    )
