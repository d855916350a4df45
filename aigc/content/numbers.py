"""Numbers as people write them: "29,90 €", "$1,299.00", "1 299,00 kr", "１２００".

What a comma or a point is, is told by the number's own form wherever that has one reading only. A single one before
three digits has two, `1,299`: it is read as the locale writes numbers, and refused where there is none. What stands
beside the digits must be understood too: "3k" is not 3, "2 x 30" not one number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.types import Json

READING = "`| number` or `| money` makes a number of one"  # what to do about a text
LOCALE = "_locale"  # the name in an expression under which the row's own locale stands
SAME = str.maketrans(
    {"\u2212": "-", "\u2019": "'", "\u02bc": "'", "\u066b": ",", "\u066c": "'", "\u200e": "", "\u200f": ""}
)
NUMBER = re.compile(
    r"(?P<before>\D*?)(?P<digits>\d+(?:[ '.,]\d+)*|[.,]\d+)(?P<even>[.,:]\s?[-\u2013\u2014]+)?(?P<after>\D*)"
)
PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+")
MARKS = re.compile(r"[ '.,]")
EITHER = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")  # a comma or point whose meaning the form leaves open
UNIT = re.compile(r"[%‰]|°\s?[CF]?|[^\W\d_]+\.?(?:/[^\W\d_]+)?|")


class _Forms(NamedTuple):
    """These are the forms of `number_forms.yaml`."""

    marks: Mapping[str, str]  # locale → its decimal mark
    currencies: Mapping[str, frozenset[str]]  # as people write it → what it may be
    scales: frozenset[str]
    scale_letters: str


def read_number(text: str, locale: str = "", *, usual: str = "") -> int | float:
    """Return the one number in a text, which may have a currency or one unit beside it: `18 mpg`, `15 %`.

    `locale` (de, de-CH) says how numbers are written here; `usual` is the row's, where that is not said. ValueError
    tells what is wrong, and what a text with two readings could be.
    """
    if PLAIN.fullmatch(text.strip()):
        return float(text)
    sign, before, digits, after = _parted(text, "number")
    for word, unit in ((before, ""), (after, after)):
        known = word == "" or _currency(word) or UNIT.fullmatch(unit or "-")
        if not known or _is_scale(word) or word[:1].isnumeric():  # 1½ is not 1
            raise ValueError(f"{text!r} is no number: what is {word!r}?")
    mark = _only_mark(digits)
    decimal = _asked_mark(locale) if locale else decimal_mark(usual)
    if mark and not decimal:
        raise ValueError(f"{text!r} {_readings(digits, mark)}; say how it is written, as in number('de')")
    return sign * _value(text, digits, decimal)


def read_money(text: str, currency: str = "", locale: str = "", *, usual: str = "") -> int | float:
    """Return the amount in a text, in the `currency` where one is said; the text need not name it.

    Amounts have no three decimals, so `1,299` and `1.299 €` are more than a thousand; where the row's `usual` locale
    says otherwise they are refused. A `locale` that is given decides. ValueError tells what is wrong.
    """
    sign, before, digits, after = _parted(text, "amount of money")
    if currency and not _currency(currency):
        raise ValueError(f"{currency!r} is no currency; one is such as €, EUR, kr")
    for word in filter(None, (before, after)):
        if not _currency(word):
            raise ValueError(f"{text!r} is no amount of money: what is {word!r}?")
        if currency and not _currency(word) & _currency(currency):
            raise ValueError(f"{text!r} is not in {currency}")
    mark = _only_mark(digits)
    if locale:
        return sign * _value(text, digits, _asked_mark(locale))
    if mark and mark == decimal_mark(usual):
        other = "de" if mark == "." else "en"
        raise ValueError(f"{text!r} {_readings(digits, mark)}; say how it is written, as in money(locale={other!r})")
    return sign * _value(text, digits, {",": ".", ".": ","}.get(mark, ""))


def is_currency(word: str) -> bool:
    """Say whether a word or sign stands for money: €, EUR, kr."""
    return bool(_currency(word))


def decimal_mark(locale: str) -> str:
    """Return the mark before a locale's decimals, nothing for a locale that is not known."""
    code = locale.strip().replace("_", "-").casefold()
    return _forms().marks.get(code) or _forms().marks.get(code.partition("-")[0], "")


def _asked_mark(locale: str) -> str:
    if not (mark := decimal_mark(locale)):
        raise ValueError(f"nothing is known of how {locale!r} writes numbers; a locale is such as de, en or de-CH")
    return mark


def _parted(text: str, what: str) -> tuple[int, str, str, str]:
    """Return a number's sign, what stands before it, its digits with their marks, and what stands after it."""
    plain = " ".join("".join(map(_plain, text)).translate(SAME).split())
    found = NUMBER.fullmatch(plain)
    if not found:
        many = len(re.findall(r"\d+(?:[.,]\d+)*", plain)) > 1
        raise ValueError(f"{text!r} is no {what}" + (": it has more than one number" if many else ""))
    before, after = (found[side].strip() for side in ("before", "after"))
    return -1 if "-" in before else 1, before.strip("+- "), found["digits"], after


def _plain(char: str) -> str:
    digit = unicodedata.decimal(char, -1)
    if digit >= 0:
        return str(digit)
    return unicodedata.normalize("NFKC", char) if "\uff00" <= char <= "\uffef" else char


def _currency(word: str) -> frozenset[str]:
    return _forms().currencies.get(word.casefold(), frozenset())


def _is_scale(word: str) -> bool:
    return word.casefold() in _forms().scales or word[:1] in tuple(_forms().scale_letters) or word == "M"


def _only_mark(digits: str) -> str:
    found = EITHER.fullmatch(digits)
    return found[1] if found else ""


def _readings(digits: str, mark: str) -> str:
    return f"could be {digits.replace(mark, '')} or {digits.replace(mark, '.')}"


def _value(text: str, digits: str, decimal: str) -> int | float:
    """Return the value of digits with marks; `decimal` settles what their form leaves open."""
    marks = MARKS.findall(digits)
    last = marks[-1] if marks and marks[-1] in ".," and marks.count(marks[-1]) == 1 else ""
    if _only_mark(digits) and last != decimal:
        last = ""
    whole, _, part = digits.rpartition(last) if last else (digits, "", "")
    groups = MARKS.split(whole)
    kinds, sizes = set(MARKS.findall(whole)), [len(group) for group in groups[1:]]
    indian = kinds == {","} and sizes[-1:] == [3] and set(sizes[:-1]) == {2}
    if len(kinds) > 1 or last in kinds or not (set(sizes) <= {3} or indian) or (sizes and len(groups[0]) > 3):
        raise ValueError(f"{text!r} is no number: its digits are not grouped as those of one")
    if not part.strip("0"):
        return int("".join(groups) or 0)
    return float(f"{''.join(groups) or 0}.{part}")


def _read(value: Json, read: Callable[[str], int | float]) -> Json:
    """Return a value's number; None, which is unknown, and empty text stay unknown."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return read(value)
    raise ValueError(f"{value!r} is no number")


def _usual(context: Context) -> str:
    """Return the locale of the row that an expression is about, or of its brief."""
    told = (context.get(name) for name in (LOCALE, "locale", "language"))
    return next((name for name in told if isinstance(name, str) and name), "")


@pass_context
def number(context: Context, value: Json, locale: str = "") -> Json:
    """Read a number as people write it, as the filter `number` or `number('de')`; see `read_number`."""
    return _read(value, lambda text: read_number(text, locale, usual=_usual(context)))


@pass_context
def money(context: Context, value: Json, currency: str = "", locale: str = "") -> Json:
    """Read an amount of money, as the filter `money` or `money('€')`, which refuses others; see `read_money`."""
    return _read(value, lambda text: read_money(text, currency, locale, usual=_usual(context)))


@pass_context
def to_float(context: Context, value: Json, default: float | None = None) -> float:
    """Make a number of a value, as Jinja's filter `float`; what is none is refused, not 0, where no default is said."""
    return float(_sure(context, value, default))


@pass_context
def to_int(context: Context, value: Json, default: int | None = None, base: int = 10) -> int:
    """Make a whole number of a value, as Jinja's filter `int`; see `to_float`."""
    return int(value, base) if isinstance(value, str) and base != 10 else int(_sure(context, value, default))


def refuse_texts(operator: str, left: Json, right: Json) -> None:
    """Raise ValueError where a text with a number in it is reckoned with as if it were one: "29.90" * 2 is no price."""
    sides = (left, right)
    text = next((side for side in sides if isinstance(side, str) and any(map(str.isdigit, side))), None)
    if text is None or (operator == "%" and text is left):  # which fills a text in
        return
    if any(isinstance(side, int | float) for side in sides):
        raise ValueError(f"{str(text)!r} is a text; {READING}")
    if operator == "+" and all(isinstance(side, str) and _is_number(side) for side in sides):
        raise ValueError(f"{str(left)!r} and {str(right)!r} are texts; {READING}, and ~ joins texts")


def _is_number(text: str) -> bool:
    try:
        read_number(text, "en")
    except ValueError:
        return False
    return True


def _sure(context: Context, value: Json, default: float | None) -> float:
    try:
        found: float | None = number(context, value)
        if found is None:
            raise ValueError("an unknown value is no number")
    except ValueError:
        if default is None:
            raise
        return default
    return found


@cache
def _forms() -> _Forms:
    import yaml

    told: dict[str, Any] = yaml.safe_load(
        files("aigc.content").joinpath("number_forms.yaml").read_text(encoding="utf-8")
    )
    codes = {code.casefold(): frozenset([code]) for code in told["codes"].split()}
    return _Forms(
        marks={name: mark for mark, key in ((",", "comma"), (".", "point")) for name in told[key].split()},
        currencies=codes | {word.casefold(): frozenset(may.split()) for word, may in told["currencies"].items()},
        scales=frozenset(told["scales"].split()),
        scale_letters=told["scale_letters"],
    )
