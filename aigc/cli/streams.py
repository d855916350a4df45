"""The streams that the program is handed, and what it does where one is closed, full or gone.

A descriptor that nobody gave us is given to `os.devnull`: else the next file that is opened gets its number, and what C
libraries print there would be written into a job. What cannot be said on stderr is lost and nothing else: a batch goes
on though the terminal is gone. What cannot be printed on stdout is one plain error, or for a closed pipe none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TextIO

from aigc.bounds.own_files import OWN_FILES
from aigc.bounds.undisturbed import forget_descriptor, lasting_descriptors
from aigc.errors import AigcError


@contextmanager
def lasting_streams() -> Iterator[None]:
    """Have the three streams last while this is open."""
    _fill_descriptors()
    before = sys.stdin, sys.stdout, sys.stderr
    with lasting_descriptors(), _nowhere() as nowhere:
        sys.stdin, sys.stdout, sys.stderr = (stream or nowhere for stream in before)
        for stream in (sys.stdout, sys.stderr):
            _never_refuse(stream)
        try:
            with _in_place_of("stdout", _Stdout), _in_place_of("stderr", _Stderr):
                yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


@contextmanager
def _nowhere() -> Iterator[TextIO]:
    """Open what stands for a stream that is not there, and have nobody else close it."""
    with open(os.devnull, "r+", encoding="utf-8") as nowhere:  # noqa: PTH123 - it is no path
        OWN_FILES.take(nowhere.fileno(), "a stream of aigc's own")
        try:
            yield nowhere
        finally:
            OWN_FILES.let_go(nowhere.fileno())


def _fill_descriptors() -> None:
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free


def _never_refuse(stream: TextIO) -> None:
    """Let a terminal that cannot show a character show another one instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


@contextmanager
def _in_place_of(name: str, kind: type[TextIOWrapper]) -> Iterator[None]:
    """Put a stream of a kind in place of the process's own; another one, of a test, is left alone."""
    own = getattr(sys, name)
    if own is not getattr(sys, f"__{name}__") or type(own) is not TextIOWrapper or sys.platform == "win32":
        yield
        return
    own.flush()
    buffer = open(own.fileno(), "wb", closefd=False)  # noqa: SIM115 - who closes the other one does not close it
    lasting = kind(buffer, encoding=own.encoding, errors=own.errors, line_buffering=own.line_buffering)
    setattr(sys, name, lasting)
    try:
        yield
    finally:
        with suppress(OSError, ValueError, AigcError):
            lasting.detach()  # else it takes the descriptor along when it goes


class _Lasting(TextIOWrapper):
    """This is a stream that nobody closes while a command runs."""

    def close(self) -> None:
        self.flush()


class _Stderr(_Lasting):
    """This is stderr, where nobody may be listening."""

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            super().flush()


class _Stdout(_Lasting):
    """This is stdout; AigcError where it cannot be written. What it still holds then goes nowhere."""

    def write(self, text: str) -> int:
        with _told(self):
            return super().write(text)

    def flush(self) -> None:
        with _told(self):
            super().flush()


@contextmanager
def _told(stream: TextIOWrapper) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        forget_descriptor(stream.fileno())
        os.dup2(nowhere, stream.fileno())  # else Python says once more, when it ends, what it cannot write
        os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            raise
        raise AigcError(f"stdout: cannot be written ({error.strerror or error})") from error
