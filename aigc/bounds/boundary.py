"""The line between our code and a plugin's: what a plugin raises becomes one of our errors, which names it.

    with Boundary("check 'polite'", seconds=60, where="line.yaml:12"):
        found = list(function(text))

Everything is caught but KeyboardInterrupt and our own errors: `sys.exit()` in a check says nothing about the program.
Nothing is to be yielded from within: the one who closes our generator is no plugin.
"""

from __future__ import annotations

from types import TracebackType

from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.errors import AigcError, PluginError

LONGEST = 400  # characters of somebody's message


class Boundary(Watched):
    """This is one call of a plugin's code. What goes wrong in it is a `kind` of error: `where: name broke: …`."""

    __slots__ = ("_kind", "_where")

    def __init__(self, name: str, seconds: float, *, where: str = "", kind: type[AigcError] = PluginError) -> None:
        super().__init__(name, seconds)
        self._where, self._kind = where, kind

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        super().__exit__(kind, error, trace)
        if error is not None:
            broken = blamed(error, self, where=self._where, kind=self._kind)
            if broken is not None:
                raise broken from error


def blamed(
    error: BaseException, call: Watched, *, where: str = "", kind: type[AigcError] = PluginError
) -> AigcError | None:
    """Return what to say of an error in a call, None where that is to go on as it is."""
    if isinstance(error, KeyboardInterrupt | AigcError) or (isinstance(error, OutOfTime) and not call.overdue):
        return None
    place = f"{where}: " if where else ""
    if isinstance(error, OutOfTime):
        return kind(f"{place}{call.name} does not answer: it took longer than {call.seconds:g} s")
    return kind(f"{place}{call.name} broke: {told(error)}")


def told(error: BaseException) -> str:
    """Return somebody else's error as `Type: message`, whatever its own code does when it is asked."""
    name = type.__dict__["__name__"].__get__(type(error))
    try:
        message = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:
        message = "…"
    return f"{name}: {message[:LONGEST]}".rstrip(": ")
