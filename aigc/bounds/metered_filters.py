"""Jinja's own filters that make much of little: the size of what they would make is asked for first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import pass_environment, pass_eval_context
from jinja2.filters import FILTERS, make_attrgetter, sync_do_join, sync_do_slice
from jinja2.nodes import EvalContext
from markupsafe import soft_str

from aigc.bounds.sizes import PER_STEP, formatted, printed, replaced

MOST_DIGITS = 400  # a number is rounded to
DEEPEST = 32  # characters that a level of JSON is indented by


@pass_environment
def _center(environment: Any, value: str, width: int = 80) -> str:
    environment.allow(max(len(soft_str(value)), width))
    made: str = _made("center", value, width)
    return made


@pass_environment
def _indent(environment: Any, s: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    text = soft_str(s)
    by = len(width) if isinstance(width, str) else width
    environment.allow(len(text) + (len(text.splitlines()) + 1) * by)
    made: str = _made("indent", s, width, first, blank)
    return made


@pass_environment
def _wordwrap(
    environment: Any,
    s: str,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str | None = None,
    break_on_hyphens: bool = True,
) -> str:
    environment.allow(len(soft_str(s)) * (1 + len(wrapstring or "\n")))
    made: str = _made("wordwrap", environment, s, width, break_long_words, wrapstring, break_on_hyphens)
    return made


@pass_eval_context
def _replace(context: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    environment: Any = context.environment
    environment.allow(replaced(soft_str(s), soft_str(old), soft_str(new), -1 if count is None else count))
    made: str = _made("replace", context, s, old, new, count)
    return made


@pass_eval_context
def _join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    environment: Any = context.environment
    parts = list(environment.counted(value))
    if attribute is not None:
        parts = list(map(make_attrgetter(environment, attribute), parts))
    environment.allow(len(soft_str(d)) * len(parts) + printed(parts, environment.left))
    return sync_do_join(context, parts, d)


@pass_environment
def _batch(environment: Any, value: Iterable[Any], linecount: int, fill_with: Any = None) -> Any:
    environment.allow(linecount if fill_with is not None else 0, "entries", each=PER_STEP)
    return _made("batch", value, linecount, fill_with)


@pass_environment
def _slice(environment: Any, value: Iterable[Any], slices: int, fill_with: Any = None) -> Any:
    environment.allow(slices, "entries", each=PER_STEP)
    return sync_do_slice(list(value), slices, fill_with)


@pass_environment
def _format(environment: Any, value: str, *args: Any, **kwargs: Any) -> str:
    environment.allow(formatted(soft_str(value), kwargs or args, environment.left))
    made: str = _made("format", value, *args, **kwargs)
    return made


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    if abs(precision) > MOST_DIGITS:
        raise ValueError(f"round to {precision} digits, at most {MOST_DIGITS}")
    rounded: float = FILTERS["round"](value, precision, method)
    return rounded


@pass_environment
def _sum(environment: Any, iterable: Iterable[Any], attribute: str | int | None = None, start: Any = 0) -> Any:
    """Add up, lists as well; Python's own `sum` makes a new list for each."""
    parts: Iterable[Any] = environment.counted(iterable)
    if attribute is not None:
        parts = map(make_attrgetter(environment, attribute), parts)
    if not isinstance(start, list):
        return _steadily(environment, parts, start)
    total = [*start]
    for part in parts:
        if not isinstance(part, list):
            raise TypeError(f"only lists can be added to a list, not {type(part).__name__}")
        environment.weigh(part)
        total += part
    return total


def _steadily(environment: Any, parts: Iterable[Any], total: Any) -> Any:
    for part in parts:
        total = environment.call_binop(None, "+", total, part)
    return total


@pass_eval_context
def _urlize(context: EvalContext, value: str, *args: Any, **kwargs: Any) -> str:
    environment: Any = context.environment
    added = sum(len(one) for one in (*args, *kwargs.values()) if isinstance(one, str))
    environment.allow(len(soft_str(value)) * (8 + added))
    made: str = _made("urlize", context, value, *args, **kwargs)
    return made


@pass_eval_context
def _tojson(context: EvalContext, value: Any, indent: int | None = None) -> str:
    if indent is not None and not 0 <= indent <= DEEPEST:
        raise ValueError(f"JSON is indented by {indent}, at most {DEEPEST}")
    made: str = _made("tojson", context, value, indent)
    return made


def _made(name: str, *given: Any, **named: Any) -> Any:
    return FILTERS[name](*given, **named)


METERED: Mapping[str, Callable[..., Any]] = {
    "batch": _batch,
    "center": _center,
    "format": _format,
    "indent": _indent,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "slice": _slice,
    "sum": _sum,
    "tojson": _tojson,
    "urlize": _urlize,
    "wordwrap": _wordwrap,
}
