"""Where somebody's code was when it was broken off: the line of theirs that was reached last.

What they call does not help them to find it: their file is the first on the stack that is neither ours, Jinja's nor
Python's own, and the line the deepest of that file's folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from traceback import walk_stack
from types import FrameType, TracebackType

_JINJA = find_spec("jinja2")
OURS = (str(Path(__file__).parents[1]), *((_JINJA and _JINJA.submodule_search_locations) or ()))
PYTHON = str(Path(os.__file__).parent)
INSTALLED = "site-packages"  # lies in Python's own folder, and is not its own


def reached(trace: TracebackType | None) -> str:
    """Return the place that an exception came from as `file:line`, nothing where it is in no code of somebody's."""
    passed = []
    while trace is not None:
        passed.append((trace.tb_frame.f_code.co_filename, line_at(trace)))
        trace = trace.tb_next
    return _place(passed)


def standing_at(frame: FrameType | None) -> str:
    """Return the place where a thread is as `file:line`, nothing where we called no code of somebody's."""
    stack = [(one.f_code.co_filename, line) for one, line in walk_stack(frame)] if frame else []
    stack.reverse()
    first = next((at for at, (file, _) in enumerate(stack) if file.startswith(OURS)), len(stack))
    return _place(stack[first:])


def line_at(trace: TracebackType) -> int:
    """Return the line at which a trace passed through its frame; where that instruction is of none, as one may be that
    a signal broke off, the line before it."""
    if trace.tb_lineno is not None:  # whatever its type says
        return trace.tb_lineno
    code = trace.tb_frame.f_code
    before = [line for start, _, line in code.co_lines() if line is not None and start <= trace.tb_lasti]
    return before[-1] if before else code.co_firstlineno


def _place(stack: Sequence[tuple[str, int]]) -> str:
    theirs = list(_theirs(stack))
    if not theirs:
        return ""
    folder = Path(theirs[0][0]).parent
    file, line = next((file, line) for file, line in reversed(theirs) if _inside(folder, Path(file)))
    with suppress(ValueError, OSError):  # it is elsewhere, or we are nowhere
        file = str(Path(file).relative_to(Path.cwd()))
    return f"{file}:{line}"


def _theirs(stack: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    for file, line in stack:
        pythons = file.startswith(PYTHON) and INSTALLED not in file
        if not (pythons or file.startswith((*OURS, "<"))):
            yield file, line


def _inside(folder: Path, file: Path) -> bool:
    """Say whether a file is of a folder, what is installed in it left out."""
    return file.is_relative_to(folder) and INSTALLED not in file.relative_to(folder).parts
