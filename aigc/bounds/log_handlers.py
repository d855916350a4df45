"""Handlers of the log that others added: one that breaks when we say something ends neither us nor what is said.

    with LOG_HANDLERS.guarded({ours}):
        log.warning("…")                     # one that raises, or does not answer, is told and taken away

They hear us outside of any turn of theirs. What is flushed at Python's end is theirs too: `left` names them, so that
nobody waits for one without end (`last_threads`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from aigc.bounds.boundary import Contained
from aigc.bounds.odd_errors import name_of, trace_of
from aigc.bounds.undisturbed import OUR_LOGS
from aigc.bounds.whereabouts import reached

SECONDS = 10.0  # that one may take to hear a line
CALLED, CALL = "callHandlers", logging.Logger.callHandlers

log = logging.getLogger(__name__)


class LogHandlers:
    """This calls the handlers of our logs in the place of Python's own function. There is one, as there is one
    process."""

    def __init__(self) -> None:
        self._ours: tuple[logging.Handler, ...] = ()
        self._earlier: list[object] | None = None  # references to those that were there before a command of ours began

    @contextmanager
    def guarded(self, ours: Collection[logging.Handler]) -> Iterator[None]:
        """Have the handlers of others guarded while the block runs."""
        if not self._ours:
            self._earlier = _all()
        before, self._ours = (self._ours, logging.Logger.callHandlers), (*self._ours, *ours)
        setattr(logging.Logger, CALLED, _call)
        try:
            yield
        finally:
            self._ours = before[0]
            setattr(logging.Logger, CALLED, before[1])

    def call(self, logger: logging.Logger, record: logging.LogRecord) -> bool:
        """Hand what is said to all who hear it; say whether anybody does."""
        heard = False
        at: logging.Logger | None = logger
        while at is not None:
            for one in tuple(at.handlers):
                heard = True
                if not self._is_others(one):
                    _hand(one, record)
                    continue
                with Contained("a handler of the log", SECONDS) as hearing:
                    _hand(one, record)
                if hearing.error is not None:
                    self._take_away(at, one, hearing)
            at = at.parent if at.propagate else None
        return heard

    def left(self) -> list[str]:
        """Return the names of handlers that others made since, and that are flushed and closed at Python's end."""
        earlier = _all() if self._earlier is None else self._earlier
        found = [ref() for ref in _all() if not any(ref is one for one in earlier)]
        return [_name(one) for one in found if one is not None and self._is_others(one)]

    def _is_others(self, one: logging.Handler) -> bool:
        kind = type(one)
        known = any(one is ours for ours in (*self._ours, logging.lastResort))
        return not (known or str(kind.__dict__.get("__module__", "")).partition(".")[0] in OUR_LOGS)

    def _take_away(self, logger: logging.Logger, one: logging.Handler, hearing: Contained) -> None:
        logger.handlers[:] = [other for other in logger.handlers if other is not one]
        place = reached(trace_of(hearing.error)) if hearing.error is not None else ""
        log.warning("%s broke%s: %s; it hears no more", _name(one), place and f" ({place})", hearing.reason)


LOG_HANDLERS = LogHandlers()


def _all() -> list[Any]:
    """Return references to all handlers, as Python keeps them for its end."""
    return list(getattr(logging, "_handlerList", ()))


def _hand(one: logging.Handler, record: logging.LogRecord) -> None:
    if record.levelno >= one.level:
        one.handle(record)


def _name(one: logging.Handler) -> str:
    return f"{name_of(type(one))} (a handler of the log)"


def _call(logger: logging.Logger, record: logging.LogRecord) -> None:
    """Stand in the place of `logging.Logger.callHandlers`."""
    ours = logger.name.partition(".")[0] in OUR_LOGS
    if not (ours and LOG_HANDLERS.call(logger, record)):
        CALL(logger, record)
