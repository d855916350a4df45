"""Options, read in one way wherever they are set: in aigc.yaml, a job file, a content type, on the command line.

What may be set is declared by the fields of a frozen dataclass, or by the keyword-only parameters of an extension:
annotations are the types, and `Annotated[int, Range(1)]` bounds a number. A value has its option's type or is text
that says such a value, as every word of a command line is. What is wrong is a UsageError, said alike everywhere:

    aigc.yaml:4: unique.tresh: no such option; did you mean 'threshold'?
    spring.yaml:7: engine.rows: 'many' is not a whole number
    -o ray.block=0: ray.block: 0 is not at least 1

Plain types are read here. Pydantic, imported on first use, reads any other that the author of an extension writes.
"""

from __future__ import annotations

import csv
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, MISSING, Field, dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from aigc.errors import UsageError, describe, did_you_mean
from aigc.types import Json

T = TypeVar("T")
Where: TypeAlias = str | Mapping[str, str]  # `file:line` of all options, or of each by its name
Reader: TypeAlias = Callable[[Json], Json]  # raises Misfit

REQUIRED: Any = inspect.Parameter.empty
TRUTHS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


@dataclass(frozen=True, slots=True)
class Range:
    """This is which numbers an option takes: from `least` to `most`, where there is such a bound; with `above` not
    `least` itself."""

    least: float | None = None
    most: float | None = None
    _: KW_ONLY
    above: bool = False

    def __contains__(self, number: float) -> bool:
        low = self.least is None or (number > self.least if self.above else number >= self.least)
        return low and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        most = "" if self.most is None else f"at most {self.most}"
        if self.least is None:
            return most
        if self.above:
            return f"above {self.least}" + (f" and {most}" if most else "")
        return f"from {self.least} to {self.most}" if most else f"at least {self.least}"


class Misfit(Exception):
    """This is why a value is not of an option's type: the end of a sentence about it, and maybe a remedy."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, kw_only=True)
class Option:
    """This is one thing that may be set: a name, a type, and bounds where it is a number."""

    name: str
    annotation: Any
    default: Json = REQUIRED
    range: Range = Range()

    @classmethod
    def declared(cls, name: str, annotation: Any, default: Json = REQUIRED) -> Option:
        """Make an option of an annotation, and take its bounds out of `Annotated[…, Range(…)]`."""
        if get_origin(annotation) is not Annotated:
            return cls(name=name, annotation=annotation, default=default)
        kind, *notes = get_args(annotation)
        range_ = next((note for note in notes if isinstance(note, Range)), Range())
        others = tuple(note for note in notes if not isinstance(note, Range))
        return cls(
            name=name,
            annotation=Annotated[(kind, *others)] if others else kind,
            default=default,
            range=range_,
        )

    @property
    def type_name(self) -> str:
        """Return the type as a person reads it, such as `list[str]` or `Literal['word', 'sentence']`."""
        text = inspect.formatannotation(self.annotation)
        return text.replace("typing.", "").replace("collections.abc.", "")

    def read(self, value: Json, label: str) -> Json:
        """Return `value` as the option's type wants it; UsageError `label: what is wrong` where it does not fit."""
        try:
            found = self._reader(value)
        except Misfit as misfit:
            raise UsageError(f"{label}: {misfit.message}", hint=misfit.hint) from None
        if isinstance(found, int | float) and found not in self.range:
            raise UsageError(f"{label}: {found if isinstance(found, int) else f'{found:g}'} is not {self.range}")
        return found

    @cached_property
    def _reader(self) -> Reader:
        return _plain(self.annotation) or _by_pydantic(self.annotation)


def options_of(kind: type[Any]) -> tuple[Option, ...]:
    """Return what a dataclass declares: an option for each field, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(Option.declared(one.name, hints[one.name], _default(one)) for one in fields(kind))


def parameters_of(function: Callable[..., Any]) -> tuple[Option, ...]:
    """Return what a function declares: an option for each keyword-only parameter, in order."""
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    return tuple(
        Option.declared(one.name, hints.get(one.name, Any), one.default)
        for one in parameters
        if one.kind is one.KEYWORD_ONLY
    )


def read_options(kind: type[T], values: Mapping[str, Json], *, section: str, where: Where = "") -> T:
    """Return an instance of a dataclass with the options that are set; see `read_values`."""
    return kind(**read_values(options_of(kind), values, section=section, where=where))


def read_values(
    options: Iterable[Option],
    values: Mapping[str, Json],
    *,
    section: str = "",
    where: Where = "",
    noun: str = "option",
    elsewhere: Mapping[str, str] = {},
) -> dict[str, Json]:
    """Return the values that are set, each as its option's type wants it.

    UsageError says `where` a wrong one stands, `section.name`, and the nearest name where there is no such option.
    """
    known = {one.name: one for one in options}
    refuse_unknown(known, values, section=section, where=where, noun=noun, elsewhere=elsewhere)
    return {name: known[name].read(value, _label(name, section, where)) for name, value in values.items()}


def refuse_unknown(
    known: Iterable[str],
    values: Iterable[str],
    *,
    section: str = "",
    where: Where = "",
    noun: str = "option",
    elsewhere: Mapping[str, str] = {},
) -> None:
    """Raise UsageError for the first name in `values` that is not known, with the nearest one that is, or where in
    another section it stands."""
    names = list(known)
    for name in values:
        if name not in names:
            hint = f"did you mean {elsewhere[name]!r}?" if name in elsewhere else did_you_mean(name, names)
            raise UsageError(f"{_label(name, section, where)}: no such {noun}", hint=hint)


def _label(name: str, section: str, where: Where) -> str:
    place = where if isinstance(where, str) else where.get(name, "")
    return (f"{place}: " if place else "") + (f"{section}.{name}" if section else name)


def require(options: Iterable[Option], values: Mapping[str, Json], label: str) -> None:
    """Raise UsageError where an option that has no default is not set; `label` says whose it is."""
    for option in options:
        if option.default is REQUIRED and option.name not in values:
            raise UsageError(f"{label} needs the option {option.name!r} ({option.type_name})")


# -- one type → how a value of it is read ------------------------------------------------------------------------------


def _plain(annotation: Any) -> Reader | None:
    """Return the reader of a type that is nothing special, or None."""
    if annotation in (Any, object):
        return _anything
    if annotation in (str, int, float, bool):
        return {str: _text, int: _whole, float: _number, bool: _truth}[annotation]
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        others = [one for one in inside if one is not NoneType]
        if all(get_origin(one) is Literal for one in others):
            others = [Literal[tuple(choice for one in others for choice in get_args(one))]]
        reader = _plain(others[0]) if len(others) == 1 else None
        return _optional(reader) if NoneType in inside else reader
    if origin is Literal:
        return _choice(inside) if all(isinstance(one, str) for one in inside) else None
    if origin in (list, Sequence) or (origin is tuple and inside[1:] == (...,)):
        return _list(_plain(inside[0]), tuple if origin is tuple else list)
    if origin in (dict, Mapping) and inside[0] is str:
        return _mapping(_plain(inside[1]))
    return None


def _by_pydantic(annotation: Any) -> Reader:
    import pydantic

    adapter = pydantic.TypeAdapter(annotation)

    def read(value: Json) -> Json:
        try:
            return adapter.validate_python(value)
        except pydantic.ValidationError as error:
            raise Misfit(f"{error.errors()[0]['msg']} (got {value!r})") from None

    return read


def _misfit(value: Json, what: str, hint: str = "") -> Misfit:
    return Misfit("has no value") if value is None else Misfit(f"{describe(value)} is not {what}", hint)


def _anything(value: Json) -> Json:
    return value


def _text(value: Json) -> Json:
    if not isinstance(value, str):
        raise _misfit(value, "text", "put quotes around it" if isinstance(value, int | float) else "")
    return value


def _whole(value: Json) -> Json:
    number = _parsed(value)
    if number is None or not number.is_integer():
        raise _misfit(value, "a whole number")
    try:
        return int(value)  # not by way of a float, which keeps 15 digits
    except ValueError:  # "2.0"
        return int(number)


def _number(value: Json) -> Json:
    number = _parsed(value)
    if number is None:
        comma = isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d*,\d+\s*", value)
        raise _misfit(value, "a number", f"did you mean {value.strip().replace(',', '.')}?" if comma else "")
    return number


def _parsed(value: Json) -> float | None:
    """Return the finite number that a value is, or that a text says."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _truth(value: Json) -> Json:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if value is None or word not in TRUTHS:
        raise Misfit("has no value" if value is None else f"{describe(value)} is neither true nor false")
    return TRUTHS[word]


def _choice(choices: Sequence[str]) -> Reader:
    def read(value: Json) -> Json:
        if value not in choices:
            named = [one for one in choices if one]  # an empty one is what stands where nothing is said
            near = get_close_matches(value, named, n=1) if isinstance(value, str) else []
            hint = f"did you mean {near[0]!r}?" if near else ""
            raise _misfit(value, f"one of {', '.join(map(repr, named))}", hint)
        return value

    return read


def _optional(inside: Reader | None) -> Reader | None:
    def read(value: Json) -> Json:
        return None if value is None or inside is None else inside(value)

    return read if inside else None


def _list(inside: Reader | None, kind: type) -> Reader | None:
    def read(value: Json) -> Json:
        if isinstance(value, str) and value[:1] == "[" and value[-1:] == "]":  # as the command line says one
            value = next(csv.reader([value[1:-1]], skipinitialspace=True), [])
        if not isinstance(value, list | tuple):
            raise _misfit(value, "a list", "write it as [one, two]")
        return kind(_within(f"item {at}", one, inside) for at, one in enumerate(value, 1))

    return read if inside else None


def _mapping(inside: Reader | None) -> Reader | None:
    def read(value: Json) -> Json:
        if not isinstance(value, Mapping):
            raise _misfit(value, "a mapping")
        return {str(name): _within(repr(name), one, inside) for name, one in value.items()}

    return read if inside else None


def _within(label: str, value: Json, inside: Reader | None) -> Json:
    assert inside is not None
    try:
        return inside(value)
    except Misfit as misfit:
        raise Misfit(f"{label}: {misfit.message}", misfit.hint) from None


def _default(one: Field[Any]) -> Json:
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else REQUIRED
