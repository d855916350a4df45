"""Plugins' functions at work on a piece: one after another, each with a time of its own, each to blame for what it
raises. One that did not answer several times in a row is not asked again in this run: its pieces fail at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from os import getpid
from types import TracebackType

from aigc.bounds.boundary import broken, ours, sound
from aigc.bounds.hard_exit import end_forked
from aigc.bounds.last_words import LAST_WORDS
from aigc.bounds.library_functions import LibraryFunctions
from aigc.bounds.own_files import OWN_FILES
from aigc.bounds.shared_settings import SharedSettings
from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.errors import AigcError, PluginError, UsageError
from aigc.plugs.extension import Bound
from aigc.plugs.failing import failed_at
from aigc.plugs.timeouts import DEFAULT

TRIES = 3  # times in a row that a function may not answer


@dataclass(frozen=True, slots=True)
class Patience:
    """This is for how many seconds a plugin's function may work, and how often in a row which took longer."""

    seconds: float = DEFAULT.plugin
    late: Counter[str] = field(default_factory=Counter)
    tries: int = TRIES  # times in a row, after which it is not asked again


class Duty(Watched):
    """This is what watches over plugins' functions: `turn` says whose turn it is. Whatever one raises becomes a
    PluginError that names it."""

    __slots__ = ("_bound", "_functions", "_patience", "_process", "_settings")

    def __init__(self, patience: Patience, bound: Bound | None = None) -> None:
        super().__init__("", patience.seconds)
        self._patience, self._process = patience, getpid()
        self._bound: Bound | None = None
        self._functions: LibraryFunctions | None = None  # as they were before others' code had its turn
        self._settings: SharedSettings | None = None
        if bound is not None:
            self.turn(bound)

    @property
    def name(self) -> str:
        return f"{self._bound.extension.kind} {self._bound.name!r}" if self._bound else "a plugin"

    def turn(self, bound: Bound) -> None:
        """Say that a function is called next. PluginError where it did not answer too often."""
        self.end_turn()
        if self._patience.late:
            self._answered()
        self._bound = bound
        self.again()
        if self._patience.late:
            self._refuse_late(bound)
        if bound.extension.of_others:
            self._functions, self._settings = LibraryFunctions(), SharedSettings()
            LAST_WORDS.at(self.name)

    def end_turn(self, error: BaseException | None = None) -> None:
        """Put back what the one before replaced of Python's own, and set for all, before anybody needs that. Called
        within the block what it left to trace calls is its own to blame for."""
        if self._settings is not None:
            self._settings.end_tracing()
        if self._functions is not None and self._settings is not None:
            end_forked(self._process, error)
            self._functions.put_back(self.name)
            self._settings.put_back(self.name)
            OWN_FILES.check(self.name)
            self._functions = self._settings = None
            LAST_WORDS.at("")

    def _answered(self) -> None:
        """Forget how often the last one did not answer: now it has."""
        self._patience.late.pop(self.name, None)

    def _refuse_late(self, bound: Bound) -> None:
        if self._patience.late[self.name] >= self._patience.tries:
            tries = self._patience.tries
            times = f"{tries} times in a row, for {self.seconds:g} s each" if tries > 1 else f"for {self.seconds:g} s"
            told = f"{self.name} did not answer {times}: not asked again"
            raise PluginError(f"{bound.where}: {told}" if bound.where else told)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self.end_turn(error)
        super().__exit__(kind, error, trace)
        error = sound(error)
        if error is None and self._patience.late:
            self._answered()
        if error is None or not ours(error, self):
            return None
        if isinstance(error, AigcError):
            where = self._bound.where if self._bound else ""
            if isinstance(error, UsageError) and where and where.rpartition(":")[0] not in error.message:
                raise type(error)(f"{where}: {error.message}", hint=error.hint) from error
            return None
        if isinstance(error, OutOfTime) and self.overdue:
            self._patience.late[self.name] += 1
        place = f"{self._bound.where}: " if self._bound and self._bound.where else ""
        at = failed_at(error, self._bound.extension.function) if self._bound else ""
        raise PluginError(f"{place}{self.name} {broken(error, self)}{at}") from error
