"""The line between our code and a plugin's: what a plugin raises becomes one of our errors, which names it.

    with Boundary("check 'polite'", seconds=60, where="line.yaml:12"):
        found = list(function(text))

Everything is caught but a person's KeyboardInterrupt and our own errors: `sys.exit()` in a check says nothing about the
program. Nothing is to be yielded from within: who closes our generator then is no plugin.
"""

from __future__ import annotations

from types import TracebackType

from aigc.bounds.interrupts import INTERRUPTS
from aigc.bounds.odd_errors import name_of, plain_error
from aigc.bounds.undisturbed import undisturbed
from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.bounds.whereabouts import reached
from aigc.errors import AigcError, PluginError

LONGEST = 400  # characters of somebody's message
SAYING = 10.0  # seconds that an error may take to say it


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
        error = sound(error)
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
        error = sound(error)
        if error is None or not ours(error, self):
            return None
        self.error = error
        self.reason = broken(error, self) if isinstance(error, OutOfTime) and self.overdue else told(error)
        return True


def ours(error: BaseException, call: Watched) -> bool:
    """Say whether an error ends with a call: not where a person, or a call around it, ends more than that."""
    if isinstance(error, OutOfTime):
        return call.overdue or not call.around_overdue  # anybody can raise it
    return not isinstance(error, KeyboardInterrupt) or INTERRUPTS.told_by_nobody


def broken(error: BaseException, call: Watched) -> str:
    """Return how a call ended, as the end of a sentence about it."""
    if isinstance(error, OutOfTime) and call.overdue:
        place = reached(error.__traceback__)
        return f"does not answer: it took longer than {call.seconds:g} s{place and f', and was at {place}'}"
    return f"broke: {told(error)}"


def told(error: BaseException) -> str:
    """Return one of our errors as it says itself, somebody else's as `Type: message`."""
    message = message_of(error)
    if isinstance(error, AigcError):
        return message
    return f"{name_of(type(error))}: {message}".rstrip(": ")


def sound(error: BaseException | None) -> BaseException | None:
    """Return an error that may be looked at, where there is one."""
    return None if error is None else plain_error(error, message_of)


def message_of(error: BaseException) -> str:
    """Return what an error says, whatever its own code does when it is asked."""
    try:
        with Watched("an error's message", SAYING), undisturbed():
            return str(error)[:LONGEST]
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "…"
