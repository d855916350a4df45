"""A handler that others added to the log and that breaks is told, and what is said is heard by the rest."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aigc.bounds import log_handlers
from aigc.bounds.interrupts import INTERRUPTS
from aigc.bounds.log_handlers import LOG_HANDLERS

Act = Callable[..., Any]


class Heard(logging.Handler):
    """This keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def raising(error: BaseException) -> Act:
    def act(*given: Any) -> Any:
        raise error

    return act


@pytest.fixture
def ours() -> Iterator[Heard]:
    heard, log = Heard(), logging.getLogger("aigc")
    before = list(log.handlers), log.propagate
    log.handlers[:] = [heard]
    with INTERRUPTS.heard(), LOG_HANDLERS.guarded([heard]):
        yield heard
    log.handlers[:], log.propagate = before


ERRORS = [SystemExit(0), ValueError("x"), OSError(28, "full"), KeyboardInterrupt(), BaseException("odd")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("method", ["emit", "handle", "filter"])
@pytest.mark.parametrize("where", ["aigc", "", "aigc.plugs"])
def test_one_that_raises_is_told_and_hears_no_more(method: str, error: BaseException, where: str, ours: Heard) -> None:
    odd = type("Odd", (logging.Handler,), {method: raising(error), "__module__": "odd"})()
    logging.getLogger(where).addHandler(odd)
    try:
        for _ in range(2):
            logging.getLogger("aigc.plugs").warning("said")
        assert odd not in logging.getLogger(where).handlers
    finally:
        logging.getLogger(where).removeHandler(odd)
    told = [line for line in ours.lines if line != "said"]
    assert ours.lines.count("said") == 2 and len(told) == 1, ours.lines
    assert told[0].startswith("Odd (a handler of the log) broke (") and type(error).__name__ in told[0]


def test_one_that_does_not_answer_is_broken_off(ours: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_handlers, "SECONDS", 0.2)
    odd = type("Odd", (logging.Handler,), {"emit": lambda *given: time.sleep(60), "__module__": "odd"})()
    logging.getLogger("aigc").addHandler(odd)
    logging.getLogger("aigc").warning("said")
    assert len(ours.lines) == 2 and "Odd" in ours.lines[1], ours.lines


def test_others_logs_are_their_own(ours: Heard) -> None:
    odd = type("Odd", (logging.Handler,), {"emit": raising(ValueError("x")), "__module__": "odd"})()
    log = logging.getLogger("somebody")
    log.addHandler(odd)
    with pytest.raises(ValueError, match="x"):
        log.warning("theirs")
    log.removeHandler(odd)


def test_what_is_closed_at_the_end_is_named(ours: Heard) -> None:
    odd = type("Odd", (logging.Handler,), {"__module__": "odd"})()
    assert LOG_HANDLERS.left() == ["Odd (a handler of the log)"]
    del odd
