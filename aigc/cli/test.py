"""`aigc test`: the examples of content types, played without a model, or written by one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.echo import echo, print_json
from aigc.cli.options import Overrides, looking_options, open_project, writing_options
from aigc.cli.progress import loading
from aigc.cli.readable import counted
from aigc.content import brief_values
from aigc.errors import AigcError, UsageError
from aigc.project import OWN
from aigc.types import Brief
from aigc.types.foreign import file_bytes
from aigc.writing.example_runs import Played, play_examples

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.types import Json

LOOK = 0.5  # seconds between two looks at the files
SUITES = b"<testsuites"
UNWRITABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")  # in XML, by no means


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """This is what became of a content type's examples; `error` says why it cannot be loaded."""

    name: str
    played: Sequence[Played] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and not any(one.complaints for one in self.played)


@click.command("test")
@click.argument("types", metavar="[TYPE|PATH]...", nargs=-1, shell_complete=completing.types_or_files)
@click.option(
    "--real", is_flag=True, help="Let the model write the examples' briefs too, and tell what it got accepted."
)
@click.option("--watch", is_flag=True, help="Test again whenever a file of the project changes.")
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Also write the results as JUnit XML.")
@writing_options
@looking_options
def command(
    types: tuple[str, ...],
    real: bool,
    watch: bool,
    junit: Path | None,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Play the examples of content types, without a model.

    Each example's `completion` (a text, or one for each stage), or in a type of one prompt its `output`, goes through
    the type's post-processors and checks, and must become what the example says.
    Without TYPE it is all types of the project here, or without a project all bundled ones. Exit code 1 where one
    comes out otherwise.

    \b
    Examples:
      aigc test
      aigc test shop/slogan --watch
      aigc test seo/meta --real -m qwen2.5-coder-1.5b
    """
    if junit:
        _check_target(junit)
    project = open_project(folder, overrides)
    for name in types:
        if name not in project.content_files() and not Path(name).is_file():
            project.content_type(name)  # which says what may be meant
    while True:
        before = _stamps(project)
        names = types or _own(project)
        tested = [_tested(project, name) for name in names]
        if junit:
            _write(junit, _junit(tested))
        shares = [_written(project, name) for name in names] if real and all(one.passed for one in tested) else []
        if as_json:
            print_json({"types": [_record(one) for one in tested], "written": shares})
        else:
            _tell(tested, shares)
        if not watch:
            return 0 if all(one.passed for one in tested) else 1
        project = _changed(project, before, partial(open_project, folder, overrides))


def _own(project: Project) -> list[str]:
    own = [name for name, (_, owner) in project.content_files().items() if owner == OWN]
    return sorted(own or project.content_files())


def _tested(project: Project, name: str) -> Tested:
    try:
        content_type = project.content_type(name)
        return Tested(name=content_type.name, played=play_examples(content_type, project.environment))
    except AigcError as error:
        return Tested(name=name, error=str(error))


def _written(project: Project, name: str) -> dict[str, Json]:
    """Let the model write the briefs of a type's examples; return how many came out accepted."""
    content_type = project.content_type(name)
    briefs = [
        Brief(id=one.name, values=brief_values(content_type, one.brief, where=f"example {one.name!r}"))
        for one in content_type.examples
    ]
    with loading(project.settings.model) as progress, closing(project.generator(progress)) as generator:
        found = list(project.pipeline(generator).write(content_type, briefs))
    reasons = {one.id: one.reason for one in found if one.status != "accepted"}
    return {"type": name, "pieces": len(found), "accepted": len(found) - len(reasons), "reasons": reasons}


def _tell(tested: Sequence[Tested], shares: Sequence[dict[str, Json]]) -> None:
    for one in tested:
        wrong = [played for played in one.played if played.complaints]
        if one.error:
            echo(f"{one.name}: cannot be loaded", fg="red")
            echo(f"  {one.error}")
        elif wrong:
            echo(f"{one.name}: {len(wrong)} of {counted(len(one.played), 'example')} came out otherwise", fg="red")
        else:
            echo(f"{one.name}: {counted(len(one.played), 'example')}" + (" fine" if one.played else "; it has none"))
        for played in wrong:
            for complaint in played.complaints:
                echo(f"  {played.where}: {played.name}: {complaint}")
    for share in shares:
        echo(f"{share['type']}: written by the model, {share['accepted']} of {share['pieces']} accepted")
        for name, reason in share["reasons"].items():
            echo(f"  {name}: {reason}")


def _record(one: Tested) -> dict[str, Json]:
    played = [{"name": two.name, "where": two.where, "complaints": list(two.complaints)} for two in one.played]
    return {"type": one.name, "passed": one.passed, "error": one.error or None, "examples": played}


def _junit(tested: Sequence[Tested]) -> str:
    """Return the results as JUnit's XML, a suite for each type."""
    from xml.etree import ElementTree as Xml

    root = Xml.Element("testsuites")
    for one in tested:
        suite = Xml.SubElement(root, "testsuite", name=one.name, tests=str(len(one.played) or 1))
        for played in one.played or (Played(name="loads", complaints=(one.error,) if one.error else ()),):
            case = Xml.SubElement(suite, "testcase", classname=one.name, name=played.name)
            for complaint in played.complaints:
                Xml.SubElement(case, "failure", message=complaint)
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", Xml.tostring(root, encoding="unicode", xml_declaration=True))


def _check_target(junit: Path) -> None:
    """Refuse, before anything is tested, to write over what no test wrote. UsageError."""
    if junit.is_dir():
        raise UsageError(f"--junit {junit}: is a folder")
    if junit.is_file() and junit.stat().st_size and SUITES not in file_bytes(junit)[:200]:
        raise UsageError(f"--junit {junit}: is there already and holds no results of tests", hint="take another name")


def _write(junit: Path, text: str) -> None:
    """Write the results into a file, or a device or pipe that takes them. UsageError."""
    try:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--junit {junit}: cannot be written ({error.strerror})") from None


def _changed(project: Project, before: Mapping[Path, int], again: Callable[[], Project]) -> Project:
    """Wait until a file of the project, or the type's own folder, is another, and the project can be read; return it
    as it is then."""
    echo(f"Watching {project.folder or Path()}; Ctrl-C ends it", dim=True)
    while True:
        while _stamps(project) == before:
            time.sleep(LOOK)
        before = _stamps(project)
        try:
            return again()
        except AigcError as error:  # saved while it was half written
            echo(str(error), fg="red")


def _stamps(project: Project) -> dict[Path, int]:
    """Return when each file was last written; one may go while we look."""
    folder = project.folder or Path()
    own = (folder / name for name in project.settings.plugins)
    stamps = {}
    for file in [folder / "aigc.yaml", *(folder / project.settings.templates).rglob("*"), *folder.glob("*.py"), *own]:
        with suppress(OSError):
            stamps[file] = file.stat().st_mtime_ns
    return stamps
