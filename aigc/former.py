"""Public names on their way out: they still work, and say what stands in their place. `aigc guide public` has the
promise how long that is.

A plugin that uses one is listed with it by `aigc plugins`, and its tests hear a DeprecationWarning. A name of `aigc`
that is given up moves from its `_HOMES` to NAMES, a hook from `hookspecs` to HOOKS.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """This is a name that goes: what it is `now` (a path in `aigc`, or the new hook), and the version it goes with."""

    now: str
    goes: str


NAMES: dict[str, Former] = {}  # of `aigc`
HOOKS: dict[str, Former] = {}
_HEARD: ContextVar[list[str] | None] = ContextVar("heard", default=None)


def found(name: str, caller: int = 3) -> Any:
    """Return what a former name of `aigc` stands for, and warn the `caller`, so many calls up. KeyError for no such."""
    former = NAMES[name]
    room, _, now = f"aigc.{former.now}".rpartition(".")
    warn(f"aigc.{name}", former, f"{room}.{now}", caller + 1)
    return getattr(import_module(room), now)


def warn(what: str, former: Former, now: str, caller: int = 2) -> None:
    """Warn of a name that goes, and tell who listens."""
    sentence = f"{what} goes with version {former.goes}; use {now}"
    heard = _HEARD.get()
    if heard is not None and sentence not in heard:
        heard.append(sentence)
    warnings.warn(sentence, DeprecationWarning, stacklevel=caller)


@contextmanager
def heard() -> Iterator[list[str]]:
    """Have what is warned of meanwhile in a list."""
    sentences: list[str] = []
    token = _HEARD.set(sentences)
    try:
        yield sentences
    finally:
        _HEARD.reset(token)
