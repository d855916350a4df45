"""Calls that take too long are broken off: in the main thread by a signal, which ends a sleep, a read, a regular
expression or a power as well, in others by an exception that is raised at their next line of Python.

    with Watched("check 'polite'", seconds=60) as call:
        …                                    # raises OutOfTime in here once the time is up
    call.overdue                             # says whether that was it

A thread looks four times a second at what is under way. What keeps Python to itself, as a regular expression does, does
not let that thread look; then a timer of the system does, once in a second of the processor's time. Time in which the
program was stopped does not count. From the first call on `os._exit` is refused within one: it raises SystemExit.
"""

from __future__ import annotations

import atexit
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType
from typing import Self

from aigc.bounds.hard_exit import END_AT_ONCE, refuse_everywhere
from aigc.bounds.whereabouts import standing_at

TICK = 0.25  # seconds
AGAIN = 1.0  # seconds after which a call that goes on all the same is told once more
PATIENCE = 10.0  # seconds for which it is, before the program ends
BREAKING = getattr(signal, "SIGURG", None)  # breaks off; nothing happens where nobody listens. None on Windows
BEATING = getattr(signal, "SIGVTALRM", None)  # has the main thread look itself
BEAT = 1.0  # seconds of the processor's time
HEARS = getattr(signal.getsignal, "__wrapped__", signal.getsignal)  # without names for numbers, which take their time
STUCK = 3  # exit code: it could not be done


class OutOfTime(BaseException):
    """This breaks a call off. It is no Exception, so that `except Exception` does not keep the call going."""


class Watchdog:
    """This knows what is under way in each thread, and breaks off what is overdue. There is one, as there is one
    process: signals are the process's."""

    def __init__(self) -> None:
        self._calls: dict[int, list[Watched]] = {}  # by thread; the innermost is the last
        self._spared: Counter[int] = Counter()  # threads that do something of ours → within how many blocks
        self._looking = False
        self._listening = False  # whether the signals are ours
        self._looked = 0.0
        self._refusing = False  # whether `os._exit` is ours
        self.owning = False  # whether the process runs a command of ours: nobody else is to end it at all

    def calls(self) -> list[Watched]:
        """Return what is under way in this thread, to be added to."""
        if not self._looking:
            self._begin()
        me = threading.get_ident()
        calls = self._calls.get(me)
        if calls is None:
            calls = self._calls[me] = []
        return calls

    def innermost(self) -> Watched | None:
        """Return the innermost call that is under way in this thread."""
        calls = self._calls.get(threading.get_ident())
        return calls[-1] if calls else None

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Do something of our own in this thread that a call under way is not to blame for, however slow a disk is."""
        me = threading.get_ident()
        self._spared[me] += 1
        try:
            yield
        finally:
            self._looked = time.monotonic()  # it may have kept the thread that looks from doing so
            self._spared[me] -= 1

    def listen_again(self) -> None:
        """Hear the signals, where somebody else has come to do so since they became ours."""
        if not self._listening or threading.current_thread() is not threading.main_thread():
            return
        for number, hearer in ((BREAKING, self._break_off), (BEATING, self._beat)):
            if number is not None and HEARS(int(number)) != hearer:
                signal.signal(number, hearer)
        if self._looking and signal.getitimer(signal.ITIMER_VIRTUAL)[1] != BEAT:
            signal.setitimer(signal.ITIMER_VIRTUAL, BEAT, BEAT)

    def refuse_exits(self) -> None:
        """Have `os._exit` and its like refused from now on wherever a call is under way in the thread, and everywhere
        while the process is ours."""
        if not self._refusing:
            self._refusing = True
            refuse_everywhere(lambda: self.owning or bool(self._calls.get(threading.get_ident())))

    def _begin(self) -> None:
        self.refuse_exits()
        self._looking, self._looked = True, time.monotonic()
        if BREAKING is not None and BEATING is not None:
            ours = threading.current_thread() is threading.main_thread()
            if ours and signal.getsignal(BEATING) is signal.getsignal(BREAKING) is signal.SIG_DFL:
                signal.signal(BREAKING, self._break_off)
                signal.signal(BEATING, self._beat)
                signal.siginterrupt(BEATING, False)
                atexit.register(signal.setitimer, signal.ITIMER_VIRTUAL, 0)  # Python's end forgets who listens
                self._listening = True
            if self._listening:
                signal.setitimer(signal.ITIMER_VIRTUAL, BEAT, BEAT)
        threading.Thread(target=self._look, name="aigc watchdog", daemon=True).start()

    def _look(self) -> None:
        """Look at what is under way until there has been nothing for a while."""
        idle = 0
        while idle < 1 / TICK:
            time.sleep(TICK)
            idle = 0 if any(self._calls.values()) else idle + 1
            for thread, call in self._overdue():
                self._interrupt(thread, call)
        if self._listening:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self._looking = False
        if any(self._calls.values()):  # begun in this very moment
            self._begin()

    def _overdue(self) -> list[tuple[int, Watched]]:
        """Count the time since the last look; return what is to be broken off, the outermost call of each thread."""
        now = time.monotonic()
        passed, self._looked = min(now - self._looked, 2 * BEAT), now
        found = []
        for thread, calls in list(self._calls.items()):
            if self._spared[thread]:
                continue
            late = [call for call in tuple(calls) if call.waited(passed)]
            found += [(thread, call) for call in late[:1]]
        return found

    def _interrupt(self, thread: int, call: Watched) -> None:
        if self._listening and BREAKING is not None and thread == threading.main_thread().ident:
            signal.pthread_kill(thread, BREAKING)
        else:
            import ctypes  # takes its time, and hardly ever is there need for it

            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(OutOfTime))
        if call.spent > call.seconds + PATIENCE:
            place = standing_at(sys._current_frames().get(thread))
            told = f"{call.name} does not answer{place and f' at {place}'}, and does not let itself be broken off"
            print(f"Error: {told}", file=sys.stderr)
            sys.stderr.flush()
            END_AT_ONCE(STUCK)

    def _beat(self, number: int, frame: FrameType | None) -> None:
        """Look, from the main thread."""
        self._overdue()
        self._break_off(number, frame)

    def _break_off(self, number: int, frame: FrameType | None) -> None:
        """Raise in the main thread, unless what was overdue has ended in the meantime."""
        if any(call.overdue for call in self._calls.get(threading.get_ident(), ())):
            raise OutOfTime


WATCHDOG = Watchdog()


class Watched:
    """This is one call that is watched while the block runs. `seconds` of 0 lets it take what it wants."""

    __slots__ = ("_calls", "_depth", "_name", "_next", "ending", "overdue", "seconds", "spent")

    def __init__(self, name: str, seconds: float) -> None:
        self._name, self.seconds = name, seconds
        self.overdue = False
        self.spent = 0.0
        self._next = seconds + TICK  # the first look comes before a whole tick has passed
        self.ending: list[AbstractContextManager[None]] = []  # what is to end within it, whatever ends the call

    @property
    def name(self) -> str:
        """What is said of it where it is broken off."""
        return self._name

    def __enter__(self) -> Self:
        self._calls = calls = WATCHDOG.calls()
        self._depth = len(calls)
        calls.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        while self.ending:  # a function that traces calls raised as that was about to end
            self.ending[-1].__exit__(kind, error, trace)
        del self._calls[self._depth :]
        return None

    @property
    def around_overdue(self) -> bool:
        """Whether a call around this one is what is broken off."""
        return any(one.overdue for one in self._calls[: self._depth])

    def again(self) -> None:
        """Begin to count its time anew: something else is called now."""
        self.spent, self._next, self.overdue = 0.0, self.seconds + TICK, False

    def waited(self, seconds: float) -> bool:
        """Add to the time spent; say whether it is time to break the call off, or to do so again."""
        self.spent += seconds
        if not self.seconds or self.spent < self._next:
            return False
        self._next = self.spent + AGAIN
        self.overdue = True
        return True
