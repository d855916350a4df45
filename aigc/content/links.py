"""Links that lead out of the folder that a content type may read."""

from __future__ import annotations

from pathlib import Path

from aigc.errors import ContentTypeError


def leads_out(path: Path, folder: Path) -> bool:
    """Say whether what is at a path lies outside a folder, once every link on the way is followed."""
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that lead to each other
        return True


def refuse_link(file: Path, fence: Path | None) -> None:
    """Refuse, with a ContentTypeError, a file that leads out of the `fence`, where there is one."""
    if fence is not None and leads_out(file, fence):
        raise ContentTypeError(f"{file}: is a link that leads out of {fence}")


def whole_path(path: Path) -> Path:
    """Return a path with every link followed, or as it is where links lead to each other."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
