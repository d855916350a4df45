"""Threads that a plugin left behind, and what it has called at the end: the program ends all the same after a while.

Python waits, when the main thread has come to its end, for every thread that is no daemon, and then calls what is
registered for that. Those of a library that does its work in threads end at once; of one that turns for ever the name
is told, and so is what was registered where that does not come to an end.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from functools import partial

from aigc.bounds.hard_exit import END_AT_ONCE
from aigc.bounds.lasting_effects import LASTING_EFFECTS
from aigc.bounds.log_handlers import LOG_HANDLERS

PATIENCE = 10.0  # seconds for which threads may go on after the end
FAREWELL = 60.0  # seconds for what is called at the end
NAME = "aigc ending"


def end_without_them(code: int) -> None:
    """See to it that the program ends with this exit code even if other threads go on, or what others' code has called
    at the end, where there is any."""
    if any(one.name == NAME for one in threading.enumerate()) or not (lasting() or _called_then()):
        return
    threading.Thread(target=partial(_end, code), name=NAME, daemon=True).start()


def lasting() -> list[str]:
    """Return the names of the threads but the main one that keep Python from ending."""
    main = threading.main_thread()
    return [one.name for one in threading.enumerate() if one is not main and not one.daemon]


def _called_then() -> list[str]:
    """Return the names of what others' code has called at Python's end."""
    return [*dict.fromkeys((*LASTING_EFFECTS.at_the_end, *LOG_HANDLERS.left()))]


def _end(code: int) -> None:
    threading.main_thread().join()  # it is in Python's own end now
    time.sleep(PATIENCE)
    going_on = lasting()
    if not going_on:  # what Python does after that takes its time
        if not _called_then():
            return
        time.sleep(FAREWELL - PATIENCE)
        going_on = _called_then()
    with suppress(Exception):  # nobody may be listening
        print(f"WARNING: not waiting for what a plugin left running: {', '.join(going_on)}", file=sys.stderr)
        sys.stderr.flush()
    with suppress(Exception):
        sys.stdout.flush()
    END_AT_ONCE(code)
