"""`aigc guide`: the pages of the guide, those that people wrote and those that the code writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

import aigc
from aigc.cli import completing
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.guide_pages import WHAT, written
from aigc.cli.options import looking_options, open_project
from aigc.cli.readable import table
from aigc.errors import NotFound, UsageError, did_you_mean
from aigc.plugs.whole_file import whole_file
from aigc.types.foreign import file_bytes

FOLDER = Path(aigc.__file__).parent / "guide"
ALSO = {  # what people look for → the page that tells it
    "author": "formats",
    "authors-ladder": "formats",
    "cli": "commands",
    "cli-reference": "commands",
    "glossary": "words",
    "how-fast": "speed",
    "ladder": "formats",
    "language": "languages",
    "policies": "policy",
    "reading-the-code": "code",
    "source": "code",
    "yaml-reference": "yaml",
}


@click.command("guide")
@click.argument("words", metavar="[TOPIC]", nargs=-1, shell_complete=completing.topics)
@click.option(
    "--write", "into", metavar="DIR", type=click.Path(path_type=Path), hidden=True, help="Write the pages of the code."
)
@looking_options
def command(words: tuple[str, ...], into: Path | None, folder: Path | None, as_json: bool) -> int:
    """Print a page of the guide, or what pages there are.

    Pages on checks, exporters, filters and the like tell what is installed here, plugins and the project's own among
    it.

    \b
    Examples:
      aigc guide
      aigc guide copy
      aigc guide checks
    """
    if into:
        return _write(into, folder)
    if not words:
        _contents(as_json)
        return 0
    topic = topic_of(words)
    texts = [pages()[topic].read_text(encoding="utf-8")] if topic in pages() else []
    texts += [written(open_project(folder), topic)] if topic in WHAT else []
    text = "\n".join(texts)
    print_json({"topic": topic, "text": text}) if as_json else echo_text(text, nl=False)
    return 0


def topic_of(words: Sequence[str]) -> str:
    """Return the page that is asked for in some words, by its name or another that people look for. NotFound says the
    nearest."""
    known = {*pages(), *WHAT}
    asked = "-".join(" ".join(words).casefold().replace("'", "").split())
    for name in (asked, f"{asked}s", ALSO.get(asked, "")):
        if name in known:
            return name
    raise NotFound(f"no page of the guide is called {' '.join(words)!r}", hint=did_you_mean(asked, [*known, *ALSO]))


def _write(into: Path, folder: Path | None) -> int:
    """Write all pages of the code, each in the place of an earlier one. UsageError, and none is written, where another
    file is there."""
    paths = {name: into / f"{name}.md" for name in WHAT}
    for name, path in paths.items():
        head = f"# {WHAT[name]}\n".encode()
        if path.is_symlink() or (path.exists() and not (path.is_file() and file_bytes(path).startswith(head))):
            raise UsageError(f"{path}: is there already, and no page of the code", hint="name another folder")
    project = open_project(folder)
    for name, path in paths.items():
        with whole_file(path) as file:
            file.write(written(project, name))
    return 0


def pages() -> dict[str, Path]:
    """Return the pages that people wrote, by their topics."""
    return {page.stem: page for page in sorted(FOLDER.glob("*.md"))}


def title(page: Path) -> str:
    """Return what a page is about: its heading."""
    with page.open(encoding="utf-8") as lines:
        return next(lines).lstrip("# ").strip()


def _contents(as_json: bool) -> None:
    own = {topic: title(page) for topic, page in pages().items()}
    if as_json:
        print_json([{"topic": topic, "about": about} for topic, about in {**own, **WHAT}.items()])
        return
    echo("Pages", bold=True)
    echo_text(table([(f"  {topic}", about) for topic, about in own.items()]))
    echo("Reference, of what is installed here", bold=True)
    echo_text(table([(f"  {topic}", about) for topic, about in WHAT.items()]))
    echo_text("\nRead one: aigc guide copy")
