"""The outermost frame: whatever happens inside a command becomes one line on stderr and an exit code here."""

from __future__ import annotations

import errno
import logging
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, TracebackType

import click

from aigc.bounds.boundary import Contained, told
from aigc.bounds.hard_exit import refuse_at_the_end
from aigc.bounds.interrupts import INTERRUPTS
from aigc.bounds.last_threads import end_without_them
from aigc.bounds.log_handlers import LOG_HANDLERS
from aigc.bounds.watchdog import WATCHDOG
from aigc.cli.echo import echo, echo_text, in_line, printable
from aigc.cli.group import GIVEN, Commands
from aigc.cli.misuse import remedy
from aigc.cli.streams import lasting_streams
from aigc.errors import AigcError
from aigc.plugs import tracing

MISUSE = 2
BROKEN = 3
INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it
TERMINATED = 143  # 128 + SIGTERM
WAITING = 75  # EX_TEMPFAIL of sysexits.h: nothing failed, the same command goes on later
CLICKS_OWN = re.compile(r"\.? \(?Did you mean .*")  # its guess, which goes by letters alone
LOGGERS = ("aigc", "aigc_plugins")
FEWEST_FILES = 32  # open at once: a batch has a dozen, and what it imports some more
PATIENCE = 10.0  # seconds that a traceback may take
NO_THREAD = "can't start new thread"  # Python's words where the system has no memory for its stack
MEMORY_SHORT = "memory is short; close other programs, take a smaller model, or allow more with `ulimit -v unlimited`"
MORE_FILES = "`ulimit -n 1024` in the same shell allows more"


@dataclass(slots=True)
class Frame:
    """This is what `--debug` tells the outermost frame; it is click's `obj`."""

    debug: bool = False
    terminated: bool = False  # whether somebody sent SIGTERM


def main(argv: Sequence[str] | None = None) -> int:
    """Run `aigc` with `argv` (default: the command line's) and return the exit code."""
    frame = Frame()
    if (most := _most_files()) < FEWEST_FILES:
        return _say(frame, f"only {most} files may be open at once, which is too few; {MORE_FILES}", code=BROKEN)
    try:
        return _run(frame, argv)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as error:  # whatever somebody made of what is said with
        os.write(2, f"Error: unexpected {told(error)}\n".encode())
        return BROKEN


def _run(frame: Frame, argv: Sequence[str] | None) -> int:
    """Run a command within streams and a log that last."""
    with lasting_streams():
        log = logging.StreamHandler(sys.stderr)
        log.setFormatter(_OneLine(frame))
        for name in LOGGERS:
            logging.getLogger(name).addHandler(log)
        tracing.log.setLevel(logging.DEBUG if tracing.wanted() else logging.NOTSET)
        try:
            with _owned(), INTERRUPTS.heard(), LOG_HANDLERS.guarded((log,)), _heeding_termination(frame):
                code = _ended(frame, argv)
            if frame.terminated:
                code = TERMINATED if code == INTERRUPTED else code
                echo("Ended by SIGTERM." if code == TERMINATED else "SIGTERM came, and nothing was left.", err=True)
            end_without_them(code)
            refuse_at_the_end()
            return code
        finally:
            for name in LOGGERS:
                logging.getLogger(name).removeHandler(log)


def _is_clicks(trace: TracebackType | None) -> bool:
    """Say whether click raised what this is the trace of, and nobody whom it called."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == click.Command.main.__code__.co_filename


def _ended(frame: Frame, argv: Sequence[str] | None) -> int:
    """Run the command, and say in a line how it ended where that was not as it should."""
    try:
        code = Commands().main(args=argv, prog_name="aigc", standalone_mode=False, obj=frame)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:  # a bare `aigc` or `aigc models`
        echo_text(error.format_message(), err=True)
        return MISUSE
    except click.ClickException as error:
        return _say(frame, _click_message(error), code=MISUSE)
    except AigcError as error:
        return _say(frame, *map(str, error.apart()), code=error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        if not frame.terminated:
            echo("Interrupted.", err=True)
        return INTERRUPTED
    except SystemExit as stop:
        if type(stop) is SystemExit and _is_clicks(stop.__traceback__):  # a closed pipe, words for a shell
            return stop.code if isinstance(stop.code, int) else 0
        return _unexpected(frame, stop)  # somebody else's: its code is not ours
    except MemoryError:
        return _say(frame, MEMORY_SHORT, code=BROKEN)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return _say(frame, MEMORY_SHORT, code=BROKEN)
        if _here_is_gone():
            return _say(
                frame, "the folder that this is run in is gone: it was deleted or moved; cd to another", code=MISUSE
            )
        if error.errno in (errno.EMFILE, errno.ENFILE):
            told = f"{error.filename}: cannot be opened: too many others are; {MORE_FILES}"
            return _say(frame, told, code=BROKEN)
        if error.errno != errno.ENAMETOOLONG:
            return _unexpected(frame, error)
        return _say(frame, f"{str(error.filename)[:60]}…: is too long for a name", code=MISUSE)
    except RuntimeError as error:
        if str(error) == NO_THREAD:
            return _say(frame, MEMORY_SHORT, code=BROKEN)
        if "home directory" not in str(error):  # pathlib's words for `~` where there is none
            return _unexpected(frame, error)
        return _say(frame, "~: there is no such home folder; write the path in full, or set HOME", code=MISUSE)
    except BaseException as error:
        return _unexpected(frame, error)


def _most_files() -> int:
    """Return how many files may be open at once."""
    try:
        import resource
    except (ImportError, OSError):  # Windows has none; or not even that can be opened
        return FEWEST_FILES if os.name == "nt" else 0
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if most == resource.RLIM_INFINITY else most


@contextmanager
def _heeding_termination(frame: Frame) -> Iterator[None]:
    """End as a person's Ctrl-C does where the system asks for it, unless whoever started us has it ignored."""

    def end(number: int, stack: FrameType | None) -> None:
        frame.terminated = INTERRUPTS.came = True
        raise KeyboardInterrupt

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def _owned() -> Iterator[None]:
    """Let nobody else end the process while a command of ours runs."""
    WATCHDOG.refuse_exits()
    before, WATCHDOG.owning = WATCHDOG.owning, True
    try:
        yield
    finally:
        WATCHDOG.owning = before


def _here_is_gone() -> bool:
    try:
        os.stat(os.getcwd())  # noqa: PTH109, PTH116 - pathlib has no word of its own for it
    except OSError:
        return True
    return False


def _unexpected(frame: Frame, error: BaseException) -> int:
    """Say what nobody thought of."""
    what = told(error).replace("\n", " ")
    remedy = "" if frame.debug else "; run it again with --debug to see where"
    return _say(frame, f"unexpected {what}{remedy}", code=BROKEN)


def _say(frame: Frame, *messages: str, code: int) -> int:
    if frame.debug:
        echo_text(_traced(), err=True)
    for message in messages:
        echo(f"Error: {' '.join(message.split())}", err=True)
    return code


def _traced() -> str:
    """Return the traceback of what is handled now, as far as it lets itself be told."""
    with Contained("a traceback", PATIENCE) as tracing_it:
        return traceback.format_exc()
    return f"no traceback: {tracing_it.reason}"


def _click_message(error: click.ClickException) -> str:
    """Return click's message in one line, with where to read more."""
    message = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return message
    hint = remedy(error, context.find_root().meta.get(GIVEN, ())) if isinstance(error, click.UsageError) else ""
    told = f"{CLICKS_OWN.sub('', message).rstrip('.') if hint else message.rstrip('.')}"
    return f"{told}; {hint + '; ' if hint else ''}see `{context.command_path} --help`"


class _OneLine(logging.Formatter):
    """This is a formatter of log messages in one line each; tracebacks only with --debug."""

    def __init__(self, frame: Frame) -> None:
        super().__init__("%(levelname)s: %(message)s")
        self._frame = frame

    def format(self, record: logging.LogRecord) -> str:
        if not record.exc_info:
            return in_line(super().format(record))
        if self._frame.debug:
            return printable(super().format(record))
        kind, error, _ = record.exc_info
        return in_line(f"{record.levelname}: {record.getMessage()}: {kind.__name__ if kind else 'error'}: {error}")
