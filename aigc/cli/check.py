"""`aigc check`: content types, jobs, brand packs, aigc.yaml and plugins, without a model; all that is wrong at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import click

from aigc.cli.echo import echo, print_json
from aigc.cli.frame import MISUSE
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import counted
from aigc.cli.types import tell_unread
from aigc.cli.unheld import tell_unheld
from aigc.content import ContentType
from aigc.content.all_mistakes import Mistakes
from aigc.content.brand_pack import FOLDER, pack_files, read_brand
from aigc.content.links import refuse_link
from aigc.content.load import content_type_mistakes
from aigc.errors import AigcError, NotFound, UsageError, near_file, no_file, sought
from aigc.project import OWN, Project, project_over
from aigc.settings import FILE, Settings, project_folder, read_settings
from aigc.types.foreign import file_bytes

PLACED = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<message>.*)", re.DOTALL)
WANTING = re.compile(r": no \w+ named '(?P<name>[^']+)'")
DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?P<last>[\w-]+): ")
BARE_NAME = re.compile(r"\w[\w.-]*(?<!\.gguf)")
SHOWN = 120  # characters of a line
QUOTED = re.compile(r"'([^']+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """This is one thing that is wrong: where, counted from 1 (0 where no place is known), what, what may be meant."""

    file: str
    line: int
    column: int
    message: str
    hint: str
    text: str = ""  # the line


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@looking_options
def command(paths: tuple[Path, ...], folder: Path | None, as_json: bool) -> int:
    """Check content types, job files, brand packs, aigc.yaml and plugins, without a model.

    All that is wrong is said at once, with file, line and column. Without PATH it is the project here, or where there
    is none all bundled content types. A file that describes a tool's export, or a mix, can be named too. Exit code 1
    where something is wrong, 2 where a PATH is not there.

    \b
    Examples:
      aigc check
      aigc check templates/shop/slogan.yaml spring.yaml
      aigc check --json
    """
    wrong = MISUSE if any(not path.is_file() for path in paths) else 1
    sound: list[ContentType] = []
    checked, found = _checked(paths, folder, sound)
    once = {str(one): one for one in found}.values()  # a policy that cannot be kept is said of every type
    mistakes = sorted((_placed(one) for one in once), key=lambda one: (one.file, one.line, one.column))
    if as_json:
        print_json({"checked": checked, "mistakes": [asdict(one) for one in mistakes]})
        return wrong if mistakes else 0
    for one in mistakes:
        _tell(one)
    if mistakes:
        echo(
            f"{counted(len(mistakes), 'mistake')} in {counted(len({one.file for one in mistakes}), 'file')}", bold=True
        )
        return wrong
    echo(f"{counted(len(checked), 'file')} fine")
    for content_type in sound:
        tell_unheld(content_type)
    return 0


def _checked(paths: Sequence[Path], folder: Path | None, sound: list[ContentType]) -> tuple[list[str], list[AigcError]]:
    """Return what was looked at, and all that is wrong there; the project's own types that are fine go into `sound`."""
    try:
        project = open_project(folder)
    except UsageError as error:  # with it unread hardly anything else would be right
        readable = read_settings(project_folder(folder), Mistakes(all_=True))
        return [FILE], [*error.apart(), *_in_sections(readable)]
    if paths:
        return [str(path) for path in paths], [one for path in paths for one in _in_file(project, path, sound)]
    own = {name: file for name, (file, owner) in project.content_files().items() if owner == OWN}
    types = own or {name: file for name, (file, _) in project.content_files().items()}
    tell_unread(project.content_files())
    found = [*_in_plugins(project), *_in_settings(project)]
    for name, file in types.items():
        fence = project.folder / project.settings.templates if own and project.folder else None
        found += _in_type(project, file, name, fence, sound)
    settings = [str(project.folder / FILE)] if project.folder else []
    brands = pack_files(project.folder / FOLDER) if project.folder else []
    for file in brands:
        found += _tried(partial(read_brand, file, fence=project.folder))
    broken = _broken_code(project)
    return [*settings, *map(str, [*types.values(), *brands])], [one for one in found if not _follows(one, broken)]


def _broken_code(project: Project) -> str:
    """Return what stands in the project's plugins that were set aside."""
    files = (Path(plugin.module) for plugin in project.registry.plugins if plugin.error)
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())


def _follows(error: AigcError, broken: str) -> bool:
    """Say whether a name is wanting only because the plugin that has it was set aside, which is told by itself."""
    wanting = WANTING.search(error.message)
    return wanting is not None and wanting["name"] in broken


def _in_file(project: Project, path: Path, sound: list[ContentType]) -> Iterator[AigcError]:
    if not path.is_file():
        hint = "`aigc check` alone takes the whole project" if path.is_dir() else sought(path)
        yield UsageError(no_file(path), hint=hint)
        return
    if path.name == FILE:
        yield from (*_in_plugins(project), *_in_settings(project))
        return
    from aigc.cli import checked_files as of

    fence = project.folder / project.settings.templates if project.folder else None
    if fence is not None and not path.absolute().is_relative_to(fence.absolute()):
        fence = None
    try:
        refuse_link(path, fence)
        written_as = of.format_of(path)
    except UsageError as error:
        yield error
        return
    if written_as == of.OF_JOB:
        yield from of.job_mistakes(path)
    elif written_as == of.OF_ORIGIN:
        yield from of.origin_mistakes(path, project)
    elif written_as == of.OF_MIX:
        yield from of.mix_mistakes(path)
    elif written_as == of.OF_BRAND:
        yield from of.brand_mistakes(path)
    else:
        yield from _in_type(project, path, str(path), None, sound)


def _in_type(
    project: Project, file: Path, name: str, fence: Path | None, sound: list[ContentType]
) -> Iterator[AigcError]:
    try:
        content_type = project.content_type(name)
    except AigcError as error:
        registry, environment = project.registry, project.environment
        found = content_type_mistakes(file, registry=registry, environment=environment, fence=fence)
        yield from found
        if not found:
            yield error
        return
    if content_type.plugin == OWN:  # those that came with plugins are played by their tests
        from aigc.writing.example_runs import example_faults

        sound.append(content_type)
        yield from example_faults(content_type, project.environment)


def _in_settings(project: Project) -> Iterator[AigcError]:
    """Yield what is wrong in aigc.yaml beside its words: sections that are read when they are needed, a folder that is
    not there."""
    settings = project.settings
    for at, entry in enumerate(settings.policy if any(_tried(project.policy)) else ()):
        places = {**settings.places, "policy.0": settings.places.get(f"policy.{at}", FILE)}
        yield from _tried(project_over(project, policy=(entry,), places=places).policy)
    yield from _in_sections(settings)
    if "model" in settings.places and not settings.generator and BARE_NAME.fullmatch(settings.model):
        yield from _tried(partial(_model, settings.model, settings.places["model"]))
    place, folder = settings.places.get("templates"), project.folder
    if place and folder and not (folder / settings.templates).is_dir():
        near = near_file(settings.templates, [one.name for one in folder.iterdir() if one.is_dir()])
        hint = f"did you mean {near!r}?" if near else ""
        yield UsageError(f"{place}: templates: {settings.templates}: no such folder", hint=hint)


def _in_sections(settings: Settings) -> Iterator[AigcError]:
    """Yield what is wrong with each option of the sections that are read when they are needed."""
    if not (settings.importers or settings.unique or settings.ray):  # which take a while to import
        return
    from aigc.asking.cleaning import Cleaning
    from aigc.jobs.ray.ray_runner import RayOptions
    from aigc.jobs.uniqueness import Unique

    readers: dict[str, Callable[[Settings], object]] = {
        "importers": Cleaning.of,
        "unique": Unique.of,
        "ray": RayOptions.of,
    }
    for section, read in readers.items():
        for name, value in getattr(settings, section).items():
            alone: dict[str, Any] = {section: {name: value}}
            yield from _tried(partial(read, replace(settings, **alone)))


def _model(name: str, place: str) -> None:
    """Refuse a name that neither the catalogue nor the cache knows; a path may be one of another machine."""
    from aigc.models.weights import resolve

    try:
        resolve(name)
    except NotFound as error:
        raise UsageError(f"{place}: {error.message}", hint=error.hint) from None


def _tried(read: Callable[[], object]) -> Iterator[AigcError]:
    """Yield why something cannot be read, where it cannot."""
    try:
        read()
    except AigcError as error:
        yield error


def _in_plugins(project: Project) -> Iterator[AigcError]:
    """Yield why plugins were set aside."""
    for plugin in project.registry.plugins:
        if plugin.error:
            place = f"{plugin.place}: " if plugin.place else ""
            yield AigcError(f"{place}plugin {plugin.name!r} ({plugin.module}): {plugin.error}")


def _placed(error: AigcError) -> Mistake:
    found = PLACED.fullmatch(error.message)
    if not found:
        return Mistake(file="", line=0, column=0, message=error.message, hint=error.hint)
    while (inner := PLACED.fullmatch(found["message"])) and Path(inner["file"]).is_file():
        found = inner  # what a template read is at fault, not the line that read it
    file, line = found["file"], int(found["line"])
    text = _line_of(Path(file), line)
    return Mistake(
        file=file,
        line=line,
        column=_column(text, found["message"]),
        message=found["message"],
        hint=error.hint,
        text=text,
    )


def _line_of(file: Path, line: int) -> str:
    try:
        when = file.stat()
        return _lines(file, when.st_mtime_ns, when.st_size)[line - 1]
    except (OSError, ValueError, IndexError):
        return ""


@lru_cache(maxsize=8)
def _lines(file: Path, changed: int, size: int) -> Sequence[str]:
    """Return the lines of a file as it is since it was last changed."""
    return file_bytes(file).decode("utf-8-sig").splitlines()


def _column(text: str, message: str) -> int:
    """Return where the first word that the message quotes stands in the line, or the last of a path that it begins
    with, as `limits.filed: no such option`; else where the line begins."""
    for word in QUOTED.findall(message):
        if (place := text.find(word)) >= 0:
            return place + 1
    path = DOTTED.match(message)
    if path and (found := re.search(rf"\b{re.escape(path['last'])}\b", text)):
        return found.start() + 1
    return len(text) - len(text.lstrip()) + 1 if text.strip() else 0


def _tell(one: Mistake) -> None:
    place = f"{one.file}:{one.line}:{one.column}: " if one.file else ""
    echo(f"{place}{one.message}" + (f"; {one.hint}" if one.hint else ""), fg="red")
    if one.text:
        begin = max(one.column - SHOWN // 2, 0) if len(one.text) > SHOWN else 0
        echo(f"    {one.text[begin : begin + SHOWN]}", dim=True)
        echo(f"    {' ' * max(one.column - 1 - begin, 0)}^", dim=True)
