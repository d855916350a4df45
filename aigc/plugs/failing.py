"""Where in a plugin's code something went wrong: `file:line` that its author can open."""

from __future__ import annotations

import importlib
import inspect
import linecache
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb

import pluggy

from aigc.bounds.odd_errors import trace_of
from aigc.bounds.watchdog import OutOfTime
from aigc.errors import PluginError, did_you_mean

OURS = (f"{Path(__file__).parents[1]}/", *(f"{Path(str(one.__file__)).parent}/" for one in (pluggy, importlib)))

LONGEST_DECORATOR = 20  # lines
NOT_THERE = re.compile(r"cannot import name '([^']+)'")


def place_of(error: BaseException) -> str:
    """Return `file:line` of an error in a plugin's own code, or nothing where it never got there.

    That is where it broke, or, when it broke in a library, where the plugin called that; of one of ours that knows its
    place, that. What breaks when it is asked has none.
    """
    try:
        return _place_of(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever an error's own code does
        return ""


def _place_of(error: BaseException) -> str:
    if isinstance(error, PluginError) and error.place:
        return error.place
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{error.filename}:{error.lineno}"
    lines = list(_lines(error))
    if not lines:
        return ""
    first = Path(lines[0][0])
    home = first.parent if (first.parent / "__init__.py").exists() else first
    file, line = next(one for one in reversed(lines) if Path(one[0]).is_relative_to(home))
    return f"{file}:{line}"


def place_in(thing: object) -> str:
    """Return `file:line` of a function's `def`, below its decorators, or nothing for what is no Python function."""
    code = getattr(inspect.unwrap(thing) if callable(thing) else thing, "__code__", None)
    if not code:
        return ""
    lines = range(code.co_firstlineno, code.co_firstlineno + LONGEST_DECORATOR)
    if linecache.getline(code.co_filename, lines[0]).lstrip().startswith("@"):
        found = (
            at for at in lines if linecache.getline(code.co_filename, at).lstrip().startswith(("def ", "async def "))
        )
        return f"{code.co_filename}:{next(found, lines[0])}"
    return f"{code.co_filename}:{lines[0]}"


def failed_at(error: BaseException | None, function: object) -> str:
    """Return ` (file:line)` where a call of a plugin's function broke, or, where what it gave back is wrong, where the
    function begins; nothing for what did not answer, which is told with its place, and for what is known by none."""
    if error is None or isinstance(error, OutOfTime):
        return ""
    place = place_of(error) or place_in(function)
    return f" ({place})" if place else ""


def remedy_of(error: BaseException, module: str = "") -> str:
    """Return what the author of a plugin may do about what it raised while it was imported; nothing where the error
    says enough. `module` is what its entry point names."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name == module.partition(":")[0]:
            return (
                "its entry point names a module that is not there; mend [project.entry-points.aigc], install it again"
            )
        return f"`pip install` what has {error.name!r} where aigc is installed, or mend its name"
    if isinstance(error, ImportError) and (missing := NOT_THERE.search(str(error))):
        there = sys.modules.get(error.name or "")
        remedy = did_you_mean(missing[1], {*dir(there), *getattr(there, "__all__", ())})
        return remedy if remedy.startswith("did") else ""
    if isinstance(error, SystemExit):
        return "a plugin does not end the program; take the call out"
    if isinstance(error, NameError) and error.name:
        return "" if "did you mean" in str(error).lower() else f"define {error.name!r} or import it"
    return ""


def _lines(error: BaseException) -> Iterator[tuple[str, int]]:
    """Yield the lines that led to an error, but for ours and those of what imports and calls for us."""
    for frame, line in walk_tb(trace_of(error)):
        file = frame.f_code.co_filename
        if not file.startswith(OURS) and not file.startswith("<"):
            yield file, line
