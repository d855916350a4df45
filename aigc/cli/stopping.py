"""Ctrl-C during a batch: once ends it after what is in hand, twice at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from aigc.bounds.interrupts import INTERRUPTS
from aigc.cli.echo import echo_text
from aigc.cli.readable import counted

KEPT = "what is finished is kept, and the same command writes the rest"


@contextmanager
def gentle_stop(in_hand: Callable[[], int], *, ending: str = "") -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C end a batch gently: give a function that says whether to begin nothing more.

    A second Ctrl-C raises KeyboardInterrupt, as SIGTERM does at once: where a plugin caught that, nothing more is begun
    either. `in_hand` is how many pieces are begun and not finished; `ending` is said
    instead where there are none.
    """
    asked = False
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        INTERRUPTS.came = True
        if asked:
            raise KeyboardInterrupt
        asked = True
        told = ending or f"Finishing the {counted(in_hand(), 'piece')} in hand, and no more."
        kept = "" if ending else f": {KEPT}"
        echo_text(f"\n{told} Ctrl-C again stops at once{kept}.", err=True)

    context = click.get_current_context(silent=True)
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: asked or bool(context and getattr(context.find_root().obj, "terminated", False))
    finally:
        signal.signal(signal.SIGINT, before)
