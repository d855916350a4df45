"""What to do next, said so that it works here: by the name this program was called by, with what this system opens
files with."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click

from aigc.cli.group import GIVEN
from aigc.errors import shell_command

NAME = "aigc"


def as_typed(command: str) -> str:
    """Return a command of ours so that it can be pasted: `.venv/bin/aigc …` where that was typed and the shell finds
    no `aigc`, or another one."""
    called = sys.argv[0]
    if Path(called).stem != NAME or Path(called).name == called:
        return command
    found = shutil.which(NAME)
    if found is not None and Path(found).resolve() == Path(called).resolve():
        return command
    return f"{shlex.quote(called)}{command[len(NAME) :]}" if command.startswith(f"{NAME} ") else command


def next_command(name: str, *words: object, options: tuple[str, ...] = ()) -> str:
    """Return a command of ours as it can be pasted here; words that begin with `-` are no options."""
    return as_typed(shell_command(name, *words, options=options))


def as_given() -> str:
    """Return the command that runs now as somebody typed it."""
    return shlex.join([NAME, *click.get_current_context().meta[GIVEN]])


def opening(path: Path) -> str:
    """Return the command that opens a file on this system; the file alone where there is none, as on a server."""
    if sys.platform == "win32":  # `start` takes a quoted path for a title
        return f'explorer "{path}"' if " " in str(path) else f"start {path}"
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    place = shlex.quote(str(path))
    return f"{opener} {place}" if shutil.which(opener) else place
