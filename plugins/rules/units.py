"""Units however they are written: 40km, 40 kilometres and 40公里 are one thing, 5G and 5 g are not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files


def canonical_unit(written: str) -> str:
    """Return the name in units.yaml of a unit as it is written, or '' where it is none."""
    names = _names()
    return names.get(written) or names.get(written.lower(), "")


def is_unit(name: str) -> bool:
    """Tell whether units.yaml knows the unit, rather than it being letters after a digit (4K)."""
    return name in _table()


def unit_symbol(name: str) -> str:
    """Return a unit as a message shows it."""
    return str(_table()[name][0]) if name in _table() else name


def measured(number: Fraction, unit: str) -> tuple[Fraction, str] | None:
    """Return an amount in the unit that its kind is reckoned in, as 1.5 kg in grams; None where it has no other."""
    base, factor = _measures().get(unit, ("", Fraction(0)))
    return (number * factor, base) if base else None


@cache
def unit_pattern() -> str:
    """Return a regular expression of all units; a Latin one must not be followed by a letter or digit, or be half of
    "second-hand"."""
    longest_first = sorted(_names(), key=len, reverse=True)
    latin = [_written(name) for name in longest_first if name[-1].isascii() and name[-1].isalnum()]
    other = [_written(name) for name in longest_first if not (name[-1].isascii() and name[-1].isalnum())]
    return rf"(?:(?:{'|'.join(latin)})(?![A-Za-z0-9]|-hand\b)|{'|'.join(other)})"


def _written(name: str) -> str:
    return re.escape(name) if len(name) == 1 else f"(?i:{re.escape(name)})"


@cache
def _names() -> Mapping[str, str]:
    """Return every spelling → its unit's name; a spelling of several letters is in small ones."""
    names = {}
    for unit, spellings in _table().items():
        for spelling in spellings:
            plain = spelling if "²" in spelling else unicodedata.normalize("NFKC", spelling)
            names[plain if len(plain) == 1 else plain.lower()] = unit
    return names


@cache
def _table() -> Mapping[str, list[str]]:
    import yaml

    text = files("aigc_plugins.rules").joinpath("units.yaml").read_text(encoding="utf-8")
    table: Mapping[str, list[str]] = yaml.safe_load(text)
    return table


@cache
def _measures() -> Mapping[str, tuple[str, Fraction]]:
    import yaml

    text = files("aigc_plugins.rules").joinpath("measures.yaml").read_text(encoding="utf-8")
    return {unit: (base, Fraction(factor)) for unit, (base, factor) in yaml.safe_load(text).items()}
