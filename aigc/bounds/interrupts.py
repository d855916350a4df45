"""Whether a KeyboardInterrupt is a person's, or somebody's code just raised one.

Who hears signals says here that one came. Where nobody of ours hears them, nobody can tell: then each is a person's.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """This knows whether a signal came that ends the program. There is one, as there is one process."""

    def __init__(self) -> None:
        self._heard = False  # whether one that comes is known of
        self.came = False

    @property
    def told_by_nobody(self) -> bool:
        """Whether no signal came, as far as one would have been heard."""
        return self._heard and not self.came

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear Ctrl-C while the block runs, as Python does, unless somebody else does."""
        ours = threading.current_thread() is threading.main_thread()
        before = signal.getsignal(signal.SIGINT)
        if not ours or self._heard or before not in (signal.default_int_handler, signal.SIG_IGN):
            yield
            return
        self._heard, self.came = True, False
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            self._heard = False
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt


INTERRUPTS = Interrupts()
