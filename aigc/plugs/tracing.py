"""What is asked of plugins, hook by hook, for the eyes of their authors: `AIGC_TRACE_PLUGINS=1`.

Each call is a record of this module's logger at level DEBUG, which the command line then prints on stderr; arguments
and answers are shortened to what tells them apart.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

TRACE = "AIGC_TRACE_PLUGINS"
LONGEST, SHOWN = 60, 4  # characters of a value, items of a list
log = logging.getLogger(__name__)


def wanted() -> bool:
    """Say whether the environment asks for it."""
    return os.environ.get(TRACE, "0") not in ("", "0")


def traced() -> bool:
    """Say whether anybody hears it."""
    return log.isEnabledFor(logging.DEBUG)


def tell(plugin: str, hook: str, given: Mapping[str, Any], outcome: str, seconds: float) -> None:
    """Tell of one call of a hook; `outcome` is what it gave back, or how it ended."""
    shown = ", ".join(f"{name}={shortened(value)}" for name, value in given.items())
    log.debug("plugin %r: %s(%s)%s, %.1f ms", plugin, hook, shown, outcome and f" {outcome}", seconds * 1000)


def shortened(value: Any) -> str:
    """Return what a value is, in few characters: its kind and what it is called."""
    if isinstance(value, str | int | float | bool | None):
        text = repr(value[:LONGEST] if isinstance(value, str) else value)
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    if isinstance(value, PurePath):
        return repr(str(value)[-LONGEST:])
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        more = f", … {len(value)} in all" if len(value) > SHOWN else ""
        return f"[{', '.join(map(shortened, value[:SHOWN]))}{more}]"
    called = next((one for name in ("name", "id") if isinstance(one := getattr(value, name, None), str)), "")
    kind = getattr(value, "kind", "") or type(value).__name__
    return f"{kind} {called[:LONGEST]!r}" if called else str(kind)
