"""How large a value is, and how large one would become: known before it is made, so that none is that is too large.

"%999999999d" % 1          `formatted` says 999,999,999 characters and some, without writing any
"ab" * 10**9               `repeated` says 2,000,000,000
text.center(10**9)         METHODS["center"] says 1,000,000,000
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, ItemsView, KeysView, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, TypeAlias

from jinja2.runtime import Context
from jinja2.utils import Namespace

Predicted: TypeAlias = Callable[..., int]  # characters of a text, bytes, or items of a list

PER_STEP = 64  # characters that count as one value looked at
NUMBER = 24  # characters of a number, about
DIGITS = re.compile(r"\d+")
WIDEST = 10**12  # what stands for a width of more digits than anybody reads
CONTAINERS = (list, tuple, Mapping, AbstractSet, KeysView, ValuesView, ItemsView)


def measured(value: Any, most: int) -> tuple[int, int]:
    """Return how many values there are in one, and how many characters these have: what stands at several places counts
    at each, as it would be printed. Counting ends soon after `most` values."""
    kind: type = type(value)
    if kind is str or isinstance(value, str | bytes):
        return 1, len(value)
    if kind is int:
        return 1, value.bit_length() // 3 + 1
    if not (kind is list or kind is dict or _holds(kind)):
        return 1, NUMBER
    many, chars = 1, 0
    waiting = [value]
    while waiting and many + chars // PER_STEP <= most:
        one: Any = waiting.pop()
        held: type = type(one)
        if held is str or isinstance(one, str | bytes):
            chars += len(one)
        elif held is int:
            chars += one.bit_length() // 3 + 1
        elif held is list or held is tuple:
            many += len(one)
            if many <= most:
                waiting += one
        elif held is dict:
            many += len(one)
            if many <= most:
                waiting += one
                waiting += one.values()
        elif held is Namespace:
            waiting.append(object.__getattribute__(one, "_Namespace__attrs"))
        elif _holds(held):
            many += len(one)
            if many <= most:
                waiting.extend(one)
                waiting.extend(one.values() if isinstance(one, Mapping) else ())
        else:
            chars += NUMBER
    return many, chars


@cache
def _holds(kind: Hashable) -> bool:
    """Say whether a kind of value has others in it. A template's context is none that a template may print."""
    assert isinstance(kind, type)
    return issubclass(kind, (*CONTAINERS, Namespace)) and not issubclass(kind, Context)


def printed(value: Any, most: int) -> int:
    """Return about how many characters a value has as text."""
    many, chars = measured(value, most)
    return chars + NUMBER * (many - 1)


def widths(form: str) -> int:
    """Return the sum of all numbers in a format: no text is padded by more."""
    return sum(int(found) if len(found) <= 12 else WIDEST for found in DIGITS.findall(form))


def formatted(form: str | bytes, values: Any, most: int) -> int:
    """Return how many characters `form % values` has at most."""
    text = form.decode("latin-1") if isinstance(form, bytes) else str(form)
    size = len(text) + widths(text)
    if isinstance(values, tuple):
        stars = sum(abs(one) for one in values if isinstance(one, int)) if "*" in text else 0
        return size + stars + printed(values, most)
    return size + text.count("%") * printed(values, most)


def repeated(value: Any, times: Any) -> int | None:
    """Return how long `value * times` is; None where that is no repetition."""
    if isinstance(times, str | bytes | list | tuple):
        value, times = times, value
    if isinstance(value, str | bytes | list | tuple) and isinstance(times, int):
        return len(value) * max(times, 0)
    return None


# -- methods of texts, bytes and numbers → how long what they give is --------------------------------------------------


def _padded(text: Sequence[Any], width: int = 0, *more: Any) -> int:
    return max(len(text), width)


def _expanded(text: str, tabsize: int = 8) -> int:
    return len(text) + text.count("\t" if isinstance(text, str) else b"\t") * tabsize


def replaced(text: str, old: str, new: str, count: int = -1) -> int:
    """Return how long `text.replace(old, new, count)` is."""
    found = text.count(old)
    many = found if count is None or count < 0 else min(found, count)
    return len(text) + many * max(len(new) - len(old), 0)


def joined(text: Sequence[Any], parts: Sequence[Any]) -> int:
    """Return how long `text.join(parts)` is."""
    return len(text) * len(parts) + sum(len(part) for part in parts if isinstance(part, str | bytes))


def _translated(text: Sequence[Any], table: Any, *more: Any) -> int:
    values = table.values() if isinstance(table, Mapping) else ()
    return len(text) * max((len(one) for one in values if isinstance(one, str)), default=1)


def _in_bytes(number: int, length: int = 1, *more: Any, **named: Any) -> int:
    return length


METHODS: Mapping[str, Predicted] = {
    "center": _padded,
    "ljust": _padded,
    "rjust": _padded,
    "zfill": _padded,
    "expandtabs": _expanded,
    "replace": replaced,
    "join": joined,
    "translate": _translated,
    "to_bytes": _in_bytes,
}
