"""Rows as an importer of others' gave them: of what it may give plainly, else refused by its name.

A cell that is no text, number, truth value, list or mapping of these is a fault of its cell; a row whose place, reason,
faults or names are none fails alone, and says what it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aigc.errors import describe
from aigc.types import Json, Row
from aigc.types.foreign import DEEPEST

PLAIN = (str, bool, int, float, type(None))
OURS = "aigc."  # how the modules of our own kinds of texts and numbers begin


def plain_row(row: Row, importer: str, place: str) -> Row:
    """Return a row of nothing that could break who reads it; `place` says where it is where it does not itself."""
    refused: list[str] = []

    def given(what: str, value: Any, good: bool, instead: Any) -> Any:
        if not good:
            refused.append(f"{importer} gave {describe(value)} as {what}")
        return value if good else instead

    where = given("the place of a row", row.where, type(row.where) is str, place)
    error = given("the error of a row", row.error, type(row.error) is str, "")
    faults = given("the faults of a row", row.faults, _texts_by_name(row.faults), {})
    cleaned = given("what it cleaned of a row", row.cleaned, _terms_by_name(row.cleaned), {})
    held: Any = row.values if isinstance(row.values, dict) or not isinstance(row.values, Mapping) else {**row.values}
    named = isinstance(held, dict) and all(type(name) is str for name in dict.keys(held))
    values = given("the values of a row", held, named, {})
    plain: dict[str, Json] = {}
    odd: dict[str, str] = {}
    for name, value in dict.items(values):
        try:
            plain[name] = _plain(value)
        except TypeError as wrong:
            plain[name], odd[name] = None, f"{name!r}: {importer} gave {wrong}, which is no text, number or list"
    error = "; ".join(refused) or error or next(iter(odd.values()), "")
    odd = {} if refused else odd  # it fails as a whole
    return Row(values=plain, where=where, error=error, cleaned=cleaned, faults={**faults, **odd})


def _plain(value: Any, depth: int = 0) -> Json:
    """Return a value whose own code is Python's or ours. TypeError describes what has none such."""
    kind = type(value)
    if kind in PLAIN or kind.__module__.startswith(OURS) or depth > DEEPEST:
        return value
    if issubclass(kind, dict):
        names = dict.keys(value)
        if not all(type(name) is str for name in names):
            raise TypeError(describe(value))
        return {name: _plain(one, depth + 1) for name, one in dict.items(value)}
    if issubclass(kind, list):
        return [_plain(one, depth + 1) for one in list.__iter__(value)]
    if issubclass(kind, tuple):
        return [_plain(one, depth + 1) for one in tuple.__iter__(value)]
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        return int.__int__(value)
    if issubclass(kind, float):
        return float.__float__(value)
    raise TypeError(describe(value))


def _texts_by_name(held: Any) -> bool:
    return isinstance(held, Mapping) and all(type(one) is str for pair in held.items() for one in pair)


def _terms_by_name(held: Any) -> bool:
    if not isinstance(held, Mapping):
        return False
    lists = all(isinstance(terms, Sequence) and not isinstance(terms, str | bytes) for terms in held.values())
    return lists and all(type(one) is str for name, terms in held.items() for one in (name, *terms))
