"""Python files of a project that are plugins of it: `plugins: [rules.py]` in its aigc.yaml."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from aigc.errors import ProjectError, nearest
from aigc.types.foreign import file_bytes

PROJECTS = "aigc_project_"  # how the names of their modules begin


def plugin_files(names: Sequence[str], folder: Path, where: str) -> Iterator[Path]:
    """Yield the files that a project names. ProjectError for one that is not there, is no Python file, or lies outside
    of the project's folder, by a link too, and for two of one name."""
    files: dict[str, str] = {}
    for name in names:
        file = folder / name
        if files.setdefault(file.name, name) != name or names.count(name) > 1:
            raise ProjectError(f"{where}: plugins: two of them are named {file.name!r}", hint="one name, one file")
        if file.suffix != ".py":
            raise ProjectError(
                f"{where}: plugins: {name!r} is no Python file", hint="an installed plugin needs no line here"
            )
        if not file.is_file():
            raise ProjectError(f"{where}: plugins: {name}: no such file", hint=nearest(file))
        if not file.resolve().is_relative_to(folder.resolve()):
            raise ProjectError(f"{where}: plugins: {name}: lies outside of the project's folder", hint="copy it there")
        yield file


def plugin_contents(names: Sequence[str], folder: Path | None) -> dict[str, bytes]:
    """Return what stands in the files that a project names and has, by their names."""
    files = {name: (folder or Path()) / name for name in names}
    return {name: file_bytes(file) for name, file in files.items() if file.is_file()}


def module_of(file: Path) -> ModuleType:
    """Import a file under a name of its own, anew when it has changed. Raises whatever its body does."""
    content = file_bytes(file)
    name = f"{PROJECTS}{hashlib.sha256(str(file.resolve()).encode() + content).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None, "a .py has a loader"
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
