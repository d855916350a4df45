"""What `aigc types` told last, in the user's cache, for as long as nothing it was made of has changed.

To list the types, all plugins are imported and all templates read, which takes longer than people like to wait for a
list. What was told is kept with the time and size of every file that had a part in it: the modules that were loaded,
the types with their templates, the settings; and of every folder in which another one could appear. Where one differs,
is gone or cannot be asked, the types are looked at again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from sysconfig import get_path
from typing import TYPE_CHECKING

from aigc.errors import AigcError
from aigc.models.user_cache import cache_folder
from aigc.plugs import tracing
from aigc.plugs.whole_file import whole_file
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.types import Json

FILE = "aigc.yaml"
TOLD = {"name", "plugin", "summary", "version", "required", "languages", "writes"}
FOLDER = "types"  # in the cache
MOMENT = 600  # seconds
AT_ONCE = 32  # projects and installations that lists are kept of
MOST = 4000  # files and folders that are looked at; with more it is no quicker


def kept(start: Path) -> list[dict[str, Json]] | None:
    """Return what was told of the project at or above a folder, or None where that is not known any more."""
    if tracing.wanted():
        return None
    try:
        found = read_json(file_bytes(_place(_project(start))))
        made_of, records = found["made_of"], found["types"]
        if not made_of or not all(_stamp(Path(path)) == stamp for path, stamp in made_of.items()):
            return None
        return records if isinstance(records, list) and all(map(_is_one, records)) else None
    except (AigcError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(project: Project, records: list[dict[str, Json]]) -> None:
    """Keep what was told, if all that it depends on can be looked at: nothing is broken, and the model is one of the
    catalogue's, as it is. A cache that cannot be written is no matter."""
    settings, registry = project.settings, project.registry
    plain = not (settings.adapters or settings.generator or settings.engine or settings.judge)
    broken = any("error" in one for one in records) or any(one.quarantined for one in registry.plugins)
    if broken or not plain or Path(settings.model).exists():
        return
    made_of = {str(path): _stamp(path) for path in {*_modules(), *_folders(), *_types(project)}}
    if len(made_of) > MOST:
        return
    with suppress(AigcError, OSError):
        place = _place(project.folder)
        with whole_file(place) as file:
            json.dump({"made_of": made_of, "types": records}, file)
        for old in sorted(place.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-AT_ONCE]:
            old.unlink()
        for part in place.parent.glob(".*"):  # of one that was killed; a list is written in a moment
            if time.time() - part.stat().st_mtime > MOMENT:
                part.unlink()


def _is_one(record: Json) -> bool:
    """Say whether it is what is told of a type."""
    if not isinstance(record, dict) or not record.keys() >= TOLD:
        return False
    lists = (record["required"], record["languages"] or [], record["writes"] or [])
    return all(isinstance(record[name], str) for name in ("name", "plugin", "summary")) and all(
        isinstance(one, list) and all(isinstance(word, str) for word in one) for one in lists
    )


def _place(folder: Path | None) -> Path:
    """Return the file for a project, as this program is installed and told by the environment."""
    told = {name: value for name, value in os.environ.items() if name.startswith("AIGC_") or name == "HF_HOME"}
    asked = [str(folder), version("aigc"), sys.version, sys.path, sorted(told.items())]
    return cache_folder() / FOLDER / f"{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]}.json"


def _project(start: Path) -> Path | None:
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def _stamp(path: Path) -> list[int] | None:
    """Return when a file or folder was changed, and how large a file is; None for what is not there."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return [seen.st_mtime_ns, 0 if path.is_dir() else seen.st_size]


def _modules() -> Iterator[Path]:
    """Yield the files of all modules that are loaded, but for Python's own."""
    own, sites = (get_path("stdlib"), get_path("platstdlib")), (get_path("purelib"), get_path("platlib"))
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and (file.startswith(sites) or not file.startswith(own)):
            yield Path(file)


def _folders() -> Iterator[Path]:
    """Yield the folders in which packages appear and go, and what says of those that are there which are plugins."""
    for place in sys.path:
        folder = Path(place).absolute()
        yield folder
        with suppress(OSError):
            for kind in ("dist-info", "egg-info"):
                yield from (one / "entry_points.txt" for one in folder.glob(f"*.{kind}"))


def _types(project: Project) -> Iterator[Path]:
    """Yield the files and folders of content types, of what they read, and of the project."""
    import aigc

    for place in Path(str(aigc.__file__)).parent.rglob("*"):
        if place.suffix in (".j2", ".yaml"):
            yield place
    for file in {file.parent for file, _ in project.content_files().values()}:
        yield file.parent
        yield from (file, *file.rglob("*"))
    if project.folder is not None:
        own = project.folder / project.settings.templates
        yield from (project.folder / FILE, own, *(own.rglob("*") if own.is_dir() else ()))
