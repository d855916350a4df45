"""Links that lead out of the folder that a content type may read."""

from __future__ import annotations

from pathlib import Path


def leads_out(path: Path, folder: Path) -> bool:
    """Say whether what is at a path lies outside a folder, once every link on the way is followed."""
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that lead to each other
        return True


def whole_path(path: Path) -> Path:
    """Return a path with every link followed, or as it is where links lead to each other."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
