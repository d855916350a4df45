"""The connection to a Ray cluster, quiet as long as all is well, and never without a word when it is not.

Ray's core ends the process on the spot, with exit code 1 and in silence, when its node is gone, or when a thread of Ray
Data still asks for something after `ray.shutdown`. So nobody shuts Ray down before an error has been said (Ray itself
does, at exit), and another process has the last word if it comes to that.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from typing import Any

from aigc.errors import UsageError, first_line

LOCAL = "local"
STORE = 256 << 20  # bytes of shared memory for a cluster of our own
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",
}
LAST_WORD = (
    "Error: this process was killed, or ended by Ray, whose node may be gone; "
    "what was finished is kept, the same command goes on"
)
WITNESS = "import sys; sys.stdin.read(1) or print(sys.argv[1], file=sys.stderr)"


def connect(address: str) -> Callable[[], None]:
    """Connect to `local`, `auto` or `host:port`; what it gives ends that. UsageError when there is no cluster.

    What Ray prints goes to stderr until then, what it says of every start goes nowhere.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(sys.stderr))
        import ray

        if not ray.is_initialized():
            dismiss = witnessed()
            stack.callback(dismiss)
            _start(address)
            stack.callback(ray.shutdown)
            atexit.register(dismiss)  # called before Ray's own: the last one registered comes first
        return stack.pop_all().close


def _start(address: str) -> None:
    import ray

    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address == LOCAL:
        options |= {"include_dashboard": False, "_node_ip_address": "127.0.0.1", "object_store_memory": STORE}
    where = address if address in (LOCAL, "auto") else f"ray://{address}"
    try:
        with _hushed(), warnings.catch_warnings(action="ignore"):
            try:
                ray.init(where, **options)
            except ConnectionAbortedError:  # a busy head gave up on the process it starts for a client
                ray.init(where, **options)
    except Exception as error:
        hint = "RAY_AUTH_MODE=token where the cluster asks for one" if where.startswith("ray://") else ""
        raise UsageError(f"ray: no cluster at {where}: {_reason(error)}", hint=hint) from error


def _reason(error: Exception) -> str:
    """Return the line of an error that says why: below a heading Ray quotes the other side, maybe a traceback."""
    line = first_line(error)
    return str(error).strip().splitlines()[-1].rstrip(".") if line.endswith(":") else line


def witnessed() -> Callable[[], None]:
    """Let another process say the last word when this one ends before it has called the result."""
    asked = [sys.executable, "-I", "-S", "-c", WITNESS, LAST_WORD]
    # in a session of its own it does not hear the Ctrl-C that this one may outlive
    witness = subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)

    def dismiss() -> None:
        if witness.poll() is None:
            with suppress(OSError):
                witness.communicate(b".")

    return dismiss


@contextmanager
def _hushed() -> Iterator[None]:
    """Drop what C++ prints on stderr."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
