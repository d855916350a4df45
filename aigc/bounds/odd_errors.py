"""Errors of others' whose own code answers when anybody asks what they are, or where they came from.

To look at one is to call it: `isinstance` asks for `__class__`, a place for `__traceback__`. A plain error stands in
for it, with its name, what it says and where it was raised, for all that comes after.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from aigc.bounds.watchdog import OutOfTime

ANSWERING = frozenset(
    ("__class__", "__traceback__", "__cause__", "__context__", "__suppress_context__", "__notes__", "__getattribute__")
)
ON_THE_HEAP = 1 << 9  # a flag of types that are written in Python
FLAGS, NAMES = type.__dict__["__flags__"], type.__dict__["__name__"]
BASES = (KeyboardInterrupt, OutOfTime, SystemExit, GeneratorExit, Exception, BaseException)


def name_of(kind: type) -> str:
    """Return what a type is called, whatever its own type says."""
    return str(NAMES.__get__(kind))


def trace_of(error: BaseException) -> TracebackType | None:
    """Return where an error came from, whatever its own code says."""
    trace: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(error)
    return trace


def plain_error(error: BaseException, message: Callable[[BaseException], str]) -> BaseException:
    """Return an error that may be looked at: itself, or what stands in for it and says its `message`."""
    kind = type(error)
    if type(kind) is type and not any(map(_answers, type.mro(kind))):
        return error
    base = next(one for one in BASES if one in type.mro(kind))
    told = base if base is not SystemExit else Exception
    stand_in: Any = type(name_of(kind), (told,), {})
    plain: BaseException = stand_in(message(error))
    plain.__traceback__ = trace_of(error)
    return plain


def _answers(kind: type) -> bool:
    """Say whether a class of somebody's has code for what is asked of every error."""
    return bool(FLAGS.__get__(kind) & ON_THE_HEAP and not ANSWERING.isdisjoint(type.__dict__["__dict__"].__get__(kind)))
