"""What stands in the files of the plugins whose functions work on a piece: who edits a check under the same version
wants another verdict."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from aigc.bounds.undisturbed import disturbs_nothing
from aigc.types.foreign import file_bytes

READ = (".py", ".yaml", ".yml", ".json", ".toml", ".txt", ".csv", ".j2")  # what a package is read from
MOST = 300  # files of a package; one with more is a library, whose version is its own matter


def plugin_sources(functions: Iterable[Callable[..., Any]]) -> dict[str, str]:
    """Return, for the modules and packages that functions of others come from, the SHA-256 of their files."""
    others = (one for one in functions if not disturbs_nothing(one))
    names = sorted({str(getattr(one, "__module__", "")) for one in others})
    files = {name: list(_files(module)) for name in names if (module := sys.modules.get(name)) is not None}
    return {name: _digest(several) for name, several in files.items() if several}


def _files(module: ModuleType) -> Iterator[Path]:
    """Yield the files of the package that a module is in, or its own where it is in none."""
    own = getattr(module, "__file__", None)
    package = getattr(sys.modules.get(module.__name__.partition(".")[0]), "__file__", None)
    if isinstance(package, str) and Path(package).name == "__init__.py":
        found = [file for file in sorted(Path(package).parent.rglob("*")) if file.suffix in READ and file.is_file()]
        if len(found) <= MOST:
            yield from found
            return
    if isinstance(own, str) and Path(own).is_file():
        yield Path(own)


def _digest(files: Iterable[Path]) -> str:
    seen = hashlib.sha256()
    for file in files:
        seen.update(f"{file.name}\0".encode("utf-8", "surrogateescape"))
        with suppress(OSError):  # what cannot be read is known by its name
            seen.update(hashlib.sha256(file_bytes(file)).digest())
    return seen.hexdigest()
