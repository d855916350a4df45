"""The line between our code and a plugin's: what a plugin raises becomes one of our errors, which names it.

    with Boundary("check 'polite'", seconds=60, where="line.yaml:12"):
        found = list(function(text))

Everything is caught but KeyboardInterrupt and our own errors: `sys.exit()` in a check says nothing about the program.
Nothing is to be yielded from within: who closes our generator then is no plugin.
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        super().__exit__(kind, error, trace)
        if error is not None and ours(error, self) and not isinstance(error, AigcError):
            place = f"{self._where}: " if self._where else ""
            raise self._kind(f"{place}{self.name} {broken(error, self)}") from error
        return None


class Contained(Watched):
    """This is a call whose failure ends with it: `reason` says what went wrong, or nothing."""

    __slots__ = ("error", "reason")

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(name, seconds)
        self.reason = ""
        self.error: BaseException | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        super().__exit__(kind, error, trace)
        if error is None or not ours(error, self):
            return None
        self.error = error
        self.reason = broken(error, self) if isinstance(error, OutOfTime) else told(error)
        return True


def ours(error: BaseException, call: Watched) -> bool:
    """Say whether an error ends with a call: not where a person, or a call around it, ends more than that."""
    return not isinstance(error, KeyboardInterrupt) and (call.overdue or not isinstance(error, OutOfTime))


def broken(error: BaseException, call: Watched) -> str:
    """Return how a call ended, as the end of a sentence about it."""
    if isinstance(error, OutOfTime):
        return f"does not answer: it took longer than {call.seconds:g} s"
    return f"broke: {told(error)}"


def told(error: BaseException) -> str:
    """Return one of our errors as it says itself, somebody else's as `Type: message`."""
    message = message_of(error)
    if isinstance(error, AigcError):
        return message
    name = type.__dict__["__name__"].__get__(type(error))
    return f"{name}: {message}".rstrip(": ")


def message_of(error: BaseException) -> str:
    """Return what an error says, whatever its own code does when it is asked."""
    try:
        return str(error)[:LONGEST]
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "…"
