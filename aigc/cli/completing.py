"""What a shell offers while one types: types, their inputs, formats, models, jobs.

All that plugins declare is read once and kept in the user's cache, with when each file that it comes from was changed
last; so no plugin is imported for a Tab until one of them is. Whatever goes wrong offers nothing: a shell shows no
error.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click
from click.shell_completion import CompletionItem

import aigc
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.types import Json

Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

FORMAT = 1
GUIDE = Path(aigc.__file__).parent / "guide"
FOLDER = "completion"  # in the user's cache
MOST_LOOKED_AT = 400  # folders, for jobs
DEEP = 3


def offering(find: Callable[[click.Context, str], Iterable[tuple[str, str]]], *, else_: str = "") -> Completer:
    """Return what completes a parameter by the (value, help) that `find` yields of a context and of what was typed;
    where none of these fits, `else_` is `file` or `dir` for those of the disk."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found: list[CompletionItem] = []
        with suppress(Exception):
            found = [
                CompletionItem(value, help=told or None)
                for value, told in find(ctx, incomplete)
                if value.startswith(incomplete)
            ]
        return found or ([CompletionItem(incomplete, type=else_)] if else_ else [])

    return complete


def known() -> Mapping[str, Json]:
    """Return what is declared in the project here and by what is installed: from the cache, where that is still so."""
    from aigc.cli.group import project_file
    from aigc.models.user_cache import cache_folder

    project = project_file()
    name = hashlib.sha256(f"{FORMAT} {__file__} {sys.prefix} {project}".encode()).hexdigest()[:24]
    kept = cache_folder() / FOLDER / f"{name}.json"
    with suppress(OSError, ValueError, AttributeError, KeyError):
        record: Mapping[str, Json] = read_json(file_bytes(kept))
        if record["sources"] and all(_changed(Path(path)) == at for path, at in record["sources"].items()):
            return record
    return _written(kept)


def _written(kept: Path) -> Mapping[str, Json]:
    """Read all that is declared, and keep it."""
    import json

    from aigc.errors import AigcError
    from aigc.plugs.whole_file import whole_file
    from aigc.project import Project

    project = Project.open()
    record = {**_declared(project), "sources": {str(path): _changed(path) for path in _sources(project)}}
    with suppress(OSError, AigcError), whole_file(kept) as file:
        file.write(json.dumps(record, ensure_ascii=False))
    return record


def _declared(project: Project) -> dict[str, Json]:
    from aigc.cli.extension_page import KINDS
    from aigc.cli.guide_pages import WHAT
    from aigc.content import ContentType
    from aigc.models import Catalogue
    from aigc.settings import OPTIONS

    loaded = {name: one for name, one in project.content_types().items() if isinstance(one, ContentType)}
    registry = project.registry
    exporters = [registry.get("exporter", name) for name in registry.names("exporter")]
    return {
        "types": {name: one.summary for name, one in loaded.items()},
        "inputs": {
            name: {field: str(words.get("description", "")) for field, words in one.brief.items()}
            for name, one in loaded.items()
        },
        "voices": {name: list(one.demands.voices) for name, one in loaded.items()},
        "formats": {one.name: one.summary for one in exporters},
        "generators": {name: registry.get("generator", name).summary for name in registry.names("generator")},
        "origins": list(registry.origin_files()),
        "models": list(Catalogue.load().names()),
        "settings": [one.name for one in OPTIONS],
        "names": [name for kind in KINDS.values() for name in registry.names(kind)],
        "topics": {**dict.fromkeys((page.stem for page in sorted(GUIDE.glob("*.md"))), ""), **WHAT},
    }


def _sources(project: Project) -> Iterator[Path]:
    """Yield the files and folders that, changed, may declare something else."""
    here = Path.cwd()
    yield from (path for one in sys.path if (path := Path(one)).is_dir() and path.resolve() != here)
    if project.folder is not None:
        yield project.folder / "aigc.yaml"
        yield project.folder / project.settings.templates
        yield from (project.folder / name for name in project.settings.plugins)
    files = [file for file, _ in (*project.content_files().values(), *project.registry.origin_files().values())]
    yield from dict.fromkeys(path for file in files for path in (file, file.parent))
    for plugin in project.registry.plugins:
        module = sys.modules.get(plugin.module)
        if module is not None and getattr(module, "__file__", None):
            yield Path(str(module.__file__))


def _changed(path: Path) -> int:
    """Return when a file or folder was changed last, 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _named(key: str) -> Callable[[click.Context, str], Iterable[tuple[str, str]]]:
    def find(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
        found = known()[key]
        return found.items() if isinstance(found, Mapping) else ((name, "") for name in found)

    return find


def _keys(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    return ((f"{name}=", told) for name, told in _of_type(ctx, known()["inputs"], {}).items())


def _voices(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    return ((name, "") for name in _of_type(ctx, known()["voices"], []))


def _of_type(ctx: click.Context, told: Mapping[str, Json], nothing: Json) -> Json:
    """Return what is told of the type on the command line; click has not read that where an option's value is next."""
    from aigc.cli.group import GIVEN

    return next((told[word] for word in ctx.meta.get(GIVEN, ()) if word in told), nothing)


def _settings(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    return ((f"{name}=", "") for name in known()["settings"])


def _where(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    return (*known()["generators"].items(), ("ray", "a cluster on this machine"), ("ray://", "a cluster"))


def _languages(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    from aigc.content.languages import NAMES

    return NAMES.items()


def _names(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    told = known()
    return (*told["types"].items(), *((name, "") for name in told["names"]))


def _jobs(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    from aigc.ledger.ledger import LEDGER_FILE

    top = Path(os.path.dirname(incomplete))  # noqa: PTH120 - `spring/` is the folder itself
    for place, folders, files in islice(os.walk(top), MOST_LOOKED_AT):
        depth = len(Path(place).parts) - len(top.parts)
        folders[:] = sorted(one for one in folders if not one.startswith(".")) if depth < DEEP else []
        if LEDGER_FILE in files:
            yield Path(place).as_posix(), ""


types = offering(_named("types"))
types_or_files = offering(_named("types"), else_="file")
names = offering(_names)
inputs = offering(_keys)
formats = offering(_named("formats"))
generators = offering(_where)
origins = offering(_named("origins"), else_="file")
models = offering(_named("models"), else_="file")
settings = offering(_settings)
topics = offering(_named("topics"))
voices = offering(_voices)
languages = offering(_languages)
jobs = offering(_jobs, else_="dir")
disk_files = offering(lambda ctx, incomplete: (), else_="file")
