"""The adapters of a project: those that `aigc.yaml` names, and those that lie in its folder `adapters`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aigc.errors import ModelError
from aigc.project import Project
from aigc.training.card import WEIGHTS, Card, read_card

SHELF = "adapters"  # the folder in a project where a training puts its result


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedAdapter:
    """This is an adapter's folder. `where` is it from the project's folder on, `writes` are the patterns of the content
    types that it is named for; `card` is None where it has none, and where `trouble` says that it is damaged."""

    where: str
    folder: Path
    writes: tuple[str, ...] = ()
    card: Card | None = None
    trouble: str = ""


def shelved(project: Project) -> Iterator[ShelvedAdapter]:
    """Yield the adapters of a project, the named ones first; a folder without PEFT's config is none."""
    named: dict[Path, list[str]] = {}
    for pattern, folder in project.adapters.folders.items():
        if folder is None:
            continue
        named.setdefault(folder, []).append(pattern)
    shelf = project.folder / SHELF if project.folder is not None else None
    there = sorted(shelf.iterdir()) if shelf is not None and shelf.is_dir() else []
    absolute = {folder.absolute() for folder in named}
    for folder in [*named, *(one for one in there if one.absolute() not in absolute)]:
        if (folder / WEIGHTS[0]).is_file():
            yield shelved_at(project, folder, tuple(named.get(folder, ())))


def shelved_at(project: Project, folder: Path, writes: tuple[str, ...] = ()) -> ShelvedAdapter:
    """Look at the adapter in a folder."""
    start = (project.folder or Path()).absolute()
    whole = folder.absolute()
    where = whole.relative_to(start).as_posix() if whole.is_relative_to(start) else str(folder)
    try:
        return ShelvedAdapter(where=where, folder=folder, writes=writes, card=read_card(folder))
    except ModelError as damaged:
        return ShelvedAdapter(where=where, folder=folder, writes=writes, trouble=damaged.message)


def find_adapter(project: Project, name: str) -> ShelvedAdapter | None:
    """Return the adapter that a path means, from here or from the project's folder on, or a name in `adapters`."""
    known = {one.folder.absolute(): one for one in shelved(project)}
    start = project.folder or Path()
    for folder in (Path(name).expanduser(), start / name, start / SHELF / name):
        if (folder / WEIGHTS[0]).is_file():
            return known.get(folder.absolute()) or shelved_at(project, folder)
    return None
