"""`aigc new`: a project, a content type or a plugin that works from the first second, with comments that teach."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from aigc.cli import completing
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.options import looking_options, open_project
from aigc.cli.schema import FOLDER, are_written, foreign, with_schema, write_schemas
from aigc.content.links import leads_out
from aigc.content.variables import templates_of
from aigc.errors import UsageError
from aigc.plugs.registry import MIXES
from aigc.settings import FILE
from aigc.types.foreign import file_bytes

if TYPE_CHECKING:
    from aigc.plugs.registry import Registry
    from aigc.project import Project

SCAFFOLDS = Path(__file__).parent / "scaffolds"
WORD = r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*"
TAKEN = ("aigc", "aigc_plugins", "pytest", "templates", "tests")  # modules and folders that a plugin's would hide
Files = Mapping[Path, str]


class Editing(NamedTuple):
    """This is what lets editors check the YAML that is begun: a folder with schemas in it, of what is declared."""

    place: Path
    registry: Callable[[], Registry]

    @property
    def folder(self) -> Path:
        return self.place / FOLDER

    def named_in(self, files: Files) -> Files:
        """Return the files, each YAML of them with its schema in the first line."""
        return {
            path: with_schema(text, path, self.folder, _format(path)) if path.suffix == ".yaml" else text
            for path, text in files.items()
        }


@click.group("new")
def command() -> None:
    """Begin a project, a content type or a plugin.

    \b
    Examples:
      aigc new project shop
      aigc new type shop/slogan
      aigc new type shop/ad --from ads/google-search
      aigc new plugin shop-rules
    """


@command.command("project")
@click.argument("name")
@looking_options
def project_command(name: str, folder: Path | None, as_json: bool) -> int:
    """Begin a project: aigc.yaml, a content type, a check of its own and two rows to write.

    \b
    Examples:
      aigc new project shop
    """
    stem = _word(name, "a project")
    place = (folder or Path()) / name
    files = {
        place / "aigc.yaml": _text("aigc.yaml"),
        place / "rules.py": _text("rules.txt"),
        place / "rows.csv": _text("rows.csv"),
        **_type_files(place / "templates", stem, "line"),
    }
    next_ = [f"cd {place}", "aigc test", f"aigc batch {stem}/line rows.csv --out first"]
    return _written(files, next_, as_json, Editing(place, lambda: open_project(place).registry))


@command.command("type")
@click.argument("name", metavar="FAMILY/NAME")
@click.option(
    "--from",
    "source",
    metavar="TYPE",
    shell_complete=completing.types,
    help="Begin with this type, its templates and what they read.",
)
@looking_options
def type_command(name: str, source: str | None, folder: Path | None, as_json: bool) -> int:
    """Begin a content type in the project here: one YAML file and one template.

    \b
    Examples:
      aigc new type shop/slogan
      aigc new type shop/ad --from ads/google-search
    """
    family, slash, stem = name.partition("/")
    if not slash:
        raise UsageError(f"{name}: a content type is called FAMILY/NAME", hint=f"try shop/{name}")
    _word(family, "a family")
    _word(stem, "a content type")
    project = open_project(folder)
    if project.folder is None:
        raise UsageError("there is no project here", hint="`aigc new project shop`, or an empty aigc.yaml makes one")
    own = project.folder / project.settings.templates
    if leads_out(own / family, own):
        raise UsageError(f"{own / family}: is a link that leads out of {own}")
    files = _copied(project, source, own, family, stem) if source else _type_files(own, family, stem)
    editing = Editing(project.folder, lambda: project.registry)
    return _written(files, [f"aigc show {name}", f"aigc test {name}"], as_json, editing)


@command.command("plugin")
@click.argument("name")
@looking_options
def plugin_command(name: str, folder: Path | None, as_json: bool) -> int:
    """Begin a plugin: a package with a check, a content type and their tests.

    \b
    Examples:
      aigc new plugin shop-rules
    """
    stem = _word(name, "a plugin")
    module = stem.replace("-", "_")
    if iskeyword(module) or module in {*sys.stdlib_module_names, *TAKEN}:
        raise UsageError(f"{name}: Python has a module or a word of this name", hint=f"try {name}-rules")
    place = (folder or Path()) / name
    words = {"DISTRIBUTION": stem, "MODULE": module, "CHECK": f"{module}_words", "FAMILY": stem, "STEM": "line"}
    files = {
        place / "pyproject.toml": _text("pyproject.txt", words),
        place / module / "__init__.py": _text("plugin.txt", words),
        place / "tests" / f"test_{module}.py": _text("test.txt", words),
        **_type_files(place / module / "templates", stem, "line"),
    }
    next_ = [f"pip install -e '{place}[test]'", "aigc plugins", f"aigc test {stem}/line", f"python -m pytest {place}"]
    return _written(files, next_, as_json, Editing(place, lambda: _with_plugin(place / module / "__init__.py")))


def _with_plugin(file: Path) -> Registry:
    """Return what is installed, and a plugin that is not yet."""
    from aigc.plugs.registry import Registry

    registry = Registry.discover()
    registry.add_file(file)
    return registry


def _type_files(templates: Path, family: str, stem: str) -> Files:
    words = {"FAMILY": family, "STEM": stem}
    return {
        templates / family / f"{stem}.yaml": _text("type.yaml", words),
        templates / family / f"{stem}.j2": _text("type.j2", words),
    }


def _copied(project: Project, source: str, own: Path, family: str, stem: str) -> Files:
    """Return the files of a type for another name: its YAML, and of what lies beside it the templates that it is
    written by and what they read. NotFound for no such type."""
    found = project.content_type(source)
    folder = found.file.absolute().parent
    text = found.file.read_text(encoding="utf-8-sig")
    text = re.sub(r"^(name|'name'|\"name\")\s*:.*$", f"name: {family}/{stem}", text, count=1, flags=re.MULTILINE)
    files = {own / family / f"{stem}.yaml": text}
    mixes = [folder / MIXES / f"{stage.pick.mix}.yaml" for stage in found.stages if stage.pick and stage.pick.mix]
    templates = templates_of(project.environment, [stage.template for stage in found.stages])
    for file in (*templates, *mixes, *(folder / name for name in found.demands.reads)):
        if not file.is_relative_to(folder.parent):  # one of ours, which every project has
            continue
        inside = file.is_relative_to(folder)
        to = own / family / file.relative_to(folder) if inside else own / file.relative_to(folder.parent)
        if not leads_out(file, folder.parent) and not (to.exists() and to.samefile(file)):
            files[to] = _read(file)
    return files


def _read(file: Path) -> str:
    try:
        return file_bytes(file).decode()
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be copied ({error})") from None


def _word(name: str, what: str) -> str:
    """Return a name that is a word of small letters. UsageError with the nearest that would be."""
    if name == MIXES:
        raise UsageError(
            f"{name!r}: in folders of this name lies what is fitted for content types, not they themselves"
        )
    if re.fullmatch(WORD, name):
        return name
    near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
    hint = f"try {near}" if near else "such as shop"
    raise UsageError(f"{name!r}: {what} is named by small letters, digits and - between them", hint=hint)


def _text(name: str, words: Mapping[str, str] | None = None) -> str:
    text = (SCAFFOLDS / name).read_text(encoding="utf-8")
    for word, value in (words or {}).items():
        text = text.replace(word, value)
    return text


def _holds(path: Path, text: str) -> bool:
    """Say whether a file holds a text, as where what wrote it was killed before it came to the others."""
    try:
        return not path.is_symlink() and file_bytes(path) == text.encode()
    except OSError:
        return False


def _write(files: Files) -> None:
    """Write files so that none is ever there in part. UsageError, and none is left, where that goes wrong."""
    begun: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            begun += [part, path]
            part.unlink(missing_ok=True)  # of one that was killed
            with part.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            part.rename(path)
    except OSError as error:
        for one in begun:
            with suppress(OSError):
                one.unlink()
        at = error.filename or next(reversed(begun))
        raise UsageError(f"{at}: cannot be written ({error.strerror})", hint="nothing was kept") from None


def _format(path: Path) -> str:
    """Return which of our formats a YAML file that is begun has."""
    return "settings" if path.name == FILE else "mix" if path.parent.name == MIXES else "type"


def _written(files: Files, next_: list[str], as_json: bool, editing: Editing) -> int:
    """Write all files, or none where one is there or cannot be written. UsageError names it. What was begun and killed
    is gone on with. Schemas for editors are written besides, unless somebody's files are in their places."""
    checked = not leads_out(editing.folder, editing.place) and next(foreign(editing.folder), None) is None
    files = editing.named_in(files) if checked else files
    left = {path: text for path, text in files.items() if not _holds(path, text)}
    whole = not left and (not checked or are_written(editing.folder))
    for path in files if whole else left:
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path}: is there already", hint="nothing was written; take another name")
    _write(left)
    schemas = write_schemas(editing.registry(), editing.folder) if checked else []
    if as_json:
        print_json({"files": [str(path) for path in (*files, *schemas)], "next": next_})
        return 0
    echo("Written:")
    echo_text("\n".join(f"  {path}" for path in files))
    if schemas:
        echo_text(f"  {editing.folder}: what your editor checks the YAML by (`aigc schema`)")
    echo("Next:")
    echo_text("\n".join(f"  {line}" for line in next_))
    return 0
