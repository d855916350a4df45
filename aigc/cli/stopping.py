"""Ctrl-C during a batch: once ends it after what is in hand, twice at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click


@contextmanager
def gentle_stop() -> Iterator[Callable[[], bool]]:
    """This gives a function that says whether to begin nothing more. A second Ctrl-C raises KeyboardInterrupt."""
    asked = False
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        click.echo("\nFinishing what is in hand; Ctrl-C again stops now.", err=True)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
