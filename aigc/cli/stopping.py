"""Ctrl-C during a batch: once ends it within a few seconds, with what is finished by then; twice at once."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from aigc.bounds.interrupts import INTERRUPTS
from aigc.cli.echo import echo_text
from aigc.cli.readable import counted

if TYPE_CHECKING:
    from aigc.jobs import Job

KEPT = "what is finished is kept, and the same command writes the rest"
GRACE = 3.0  # seconds that a person waits for the prompt; what is answered by then is not asked again


@contextmanager
def gentle_stop(
    in_hand: Callable[[], int], *, ending: str = "", grace: float | None = None
) -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C end a batch gently: give a function that says whether to begin nothing more.

    A second Ctrl-C raises KeyboardInterrupt, as SIGTERM does at once: where a plugin caught that, nothing more is begun
    either. So does the first one `grace` seconds later, where there is one: what is not finished by then is dropped,
    which costs no text that is kept. `in_hand` is how many pieces are begun and not finished; `ending` is said instead
    where there are none.
    """
    asked = over = False
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    timer = threading.Timer(grace or 0.0, _interrupt_main)
    timer.daemon = True

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        INTERRUPTS.came = True
        if over:
            return
        if asked:
            raise KeyboardInterrupt
        asked = True
        if grace is not None:
            timer.start()
        kept = "" if ending else f": {KEPT}"
        echo_text(f"\n{ending or _told(in_hand(), grace)} Ctrl-C again stops at once{kept}.", err=True)

    context = click.get_current_context(silent=True)
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: asked or bool(context and getattr(context.find_root().obj, "terminated", False))
    finally:
        over = True
        timer.cancel()
        if timer.is_alive():
            timer.join()  # else its signal may come to whoever is next
        signal.signal(signal.SIGINT, before)


@contextmanager
def going_on_later(job: Job) -> Iterator[None]:
    """Let Ctrl-C or SIGTERM while a job is got ready, as while a model loads, end it as during its writing: what was
    finished is kept, and its report says the command that goes on."""
    try:
        yield
    except KeyboardInterrupt:
        job.interrupted = True


def _told(in_hand: int, grace: float | None) -> str:
    """Say what happens to the pieces that are begun."""
    if grace is None:
        return f"Finishing the {counted(in_hand, 'piece')} in hand, and no more."
    return f"Stopping in {grace:g} s, with what is finished by then of {counted(in_hand, 'piece')} in hand."


def _interrupt_main() -> None:
    """Do as Ctrl-C does, also to a call that waits for a server."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()
