"""@postprocessor @check @exporter @importer @generator: a plain function and its typed options.

The function's keyword-only parameters are its options in YAML and on the command line, their annotations the types,
its docstring the help. What it receives is decided by its first parameter:

    text: str [, field: Field]   called for every text of a draft (YAML `field:` narrows that to one field)
    draft: Draft                 called once with the whole draft

A post-processor gives back the text, or for a draft the new fields. A check yields findings (or bare messages) and
changes nothing. An exporter writes artifacts into a folder and yields the paths it wrote; an importer yields `Row`s
from a file; a generator opens a `Generator` for a model name. Pydantic, imported on first use, validates options.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_type_hints, overload

from aigc.errors import PluginError, UsageError, did_you_mean
from aigc.types import Draft, Json, Severity

if TYPE_CHECKING:
    import pydantic

Kind: TypeAlias = Literal["postprocessor", "check", "exporter", "importer", "generator"]
Scope: TypeAlias = Literal["text", "draft", "other"]
Render: TypeAlias = Callable[[str], Json]

REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True, kw_only=True)
class Option:
    """This is one keyword-only parameter of an extension."""

    name: str
    annotation: Any
    default: Json = REQUIRED

    @cached_property
    def _adapter(self) -> pydantic.TypeAdapter[Json]:
        import pydantic

        return pydantic.TypeAdapter(self.annotation)

    @property
    def type_name(self) -> str:
        """This is the annotation as a person reads it, such as `list[str]` or `'word' | 'sentence'`."""
        text = inspect.formatannotation(self.annotation)
        return text.replace("typing.", "").replace("collections.abc.", "")

    def validate(self, value: Json, where: str) -> Json:
        """This is `value` as the annotation wants it; UsageError `where: option: what` otherwise."""
        import pydantic

        try:
            return self._adapter.validate_python(value)
        except pydantic.ValidationError as error:
            what = error.errors()[0]["msg"]
            raise UsageError(f"{where}: option {self.name!r}: {what} (got {value!r})") from None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """This is one declared thing. Calling it calls the author's function, so it stays testable as one.

    What its signature says is read once: a batch asks for it a hundred thousand times.
    """

    kind: Kind
    name: str
    function: Callable[..., Any]
    severity: Severity = "reject"
    suffixes: tuple[str, ...] = ()
    neutral: frozenset[str] = frozenset()  # options that do not change what comes out
    weights: bool = False  # a generator that takes the model's folder on disk instead of its name

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.function(*args, **options)

    @property
    def summary(self) -> str:
        """This is the first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @cached_property
    def scope(self) -> Scope:
        """This says what the function receives."""
        first = next(iter(_positional(self.function)), None)
        wanted = get_type_hints(self.function).get(first.name) if first else None
        return "text" if wanted is str else "draft" if wanted is Draft else "other"

    @cached_property
    def takes_field(self) -> bool:
        """This says whether a text function wants to know where the text stands."""
        return self.scope == "text" and len(_positional(self.function)) > 1

    @cached_property
    def options(self) -> tuple[Option, ...]:
        hints = get_type_hints(self.function)
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(
            Option(name=p.name, annotation=hints.get(p.name, Any), default=p.default)
            for p in parameters
            if p.kind is p.KEYWORD_ONLY
        )

    def bind(self, options: Mapping[str, Json], where: str) -> Bound:
        """This is the extension with its options checked; text holding `{{` waits for `Bound.resolve`.

        Checks also accept `severity`, and functions of one text `field`, whether or not they declare them.
        UsageError names `where`, the option and the nearest known one.
        """
        declared = {option.name: option for option in self.options}
        values = dict(options)
        severity: Severity = self.severity
        if self.kind == "check" and "severity" in values and "severity" not in declared:
            chosen = Option(name="severity", annotation=Severity)
            severity = chosen.validate(values.pop("severity"), f"{where}: {self.name}")
        only = ""
        if self.scope == "text" and "field" in values and "field" not in declared:
            only = str(values.pop("field"))
        known = [
            *declared,
            *(["severity"] if self.kind == "check" else []),
            *(["field"] if self.scope == "text" else []),
        ]
        for name in values:
            if name not in declared:
                raise UsageError(f"{where}: {self.name} has no option {name!r}", hint=did_you_mean(name, known))
        for option in declared.values():
            if option.default is REQUIRED and option.name not in values:
                raise UsageError(f"{where}: {self.name} needs the option {option.name!r} ({option.type_name})")
        for name, value in values.items():
            if not _templated(value):
                values[name] = declared[name].validate(value, f"{where}: {self.name}")
        return Bound(extension=self, values=values, severity=severity, only=only, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """This is an extension with its options. `only` names the one field it applies to, or is empty."""

    extension: Extension
    values: Mapping[str, Json] = field(default_factory=dict)
    severity: Severity = "reject"
    only: str = ""
    where: str = ""

    @property
    def name(self) -> str:
        return self.extension.name

    def resolve(self, render: Render) -> dict[str, Json]:
        """This is the options with every templated text rendered and then validated."""
        if not any(_templated(value) for value in self.values.values()):
            return dict(self.values)
        declared = {option.name: option for option in self.extension.options}
        return {
            name: declared[name].validate(_render(value, render), self.where) if _templated(value) else value
            for name, value in self.values.items()
        }


def _positional(function: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in inspect.signature(function).parameters.values() if p.kind in kinds]


def _templated(value: Json) -> bool:
    if isinstance(value, str):
        return "{{" in value
    return isinstance(value, list) and any(_templated(item) for item in value)


def _render(value: Json, render: Render) -> Json:
    if isinstance(value, list):
        return [_render(item, render) for item in value]
    return render(value) if isinstance(value, str) else value


def _declare(
    function: Callable[..., Any],
    *,
    kind: Kind,
    name: str = "",
    severity: Severity = "reject",
    suffixes: tuple[str, ...] = (),
    neutral: Iterable[str] = (),
    weights: bool = False,
) -> Extension:
    extension = Extension(
        kind=kind,
        name=name or function.__name__,
        function=function,
        severity=severity,
        suffixes=suffixes,
        neutral=frozenset(neutral),
        weights=weights,
    )
    if not extension.summary:
        raise PluginError(f"{kind} {extension.name!r} has no docstring; its first line is the help people read")
    if kind in ("postprocessor", "check") and extension.scope == "other":
        raise PluginError(f"{kind} {extension.name!r}: the first parameter must be annotated `str` or `Draft`")
    return extension


Decorator: TypeAlias = Callable[[Callable[..., Any]], Extension]


@overload
def postprocessor(function: Callable[..., Any], /) -> Extension: ...
@overload
def postprocessor(*, name: str = "") -> Decorator: ...
def postprocessor(function: Callable[..., Any] | None = None, /, *, name: str = "") -> Extension | Decorator:
    """This makes a function a post-processor: text → text, or draft → fields."""
    declare = partial(_declare, kind="postprocessor", name=name)
    return declare(function) if function else declare


@overload
def check(function: Callable[..., Any], /) -> Extension: ...
@overload
def check(*, name: str = "", severity: Severity = "reject") -> Decorator: ...
def check(
    function: Callable[..., Any] | None = None, /, *, name: str = "", severity: Severity = "reject"
) -> Extension | Decorator:
    """This makes a function a check: text or draft → findings. `severity` is the default a content type may change."""
    declare = partial(_declare, kind="check", name=name, severity=severity)
    return declare(function) if function else declare


def exporter(*, name: str, suffixes: tuple[str, ...]) -> Decorator:
    """This makes `(artifacts, folder, *, options) -> Iterable[Path]` an exporter."""
    return partial(_declare, kind="exporter", name=name, suffixes=suffixes)


def importer(*, name: str, suffixes: tuple[str, ...]) -> Decorator:
    """This makes `(path, *, options) -> Iterator[Row]` the importer of files with these suffixes."""
    return partial(_declare, kind="importer", name=name, suffixes=suffixes)


def generator(*, name: str, neutral: Iterable[str] = (), weights: bool = False) -> Decorator:
    """This makes `(model, *, options) -> Generator` a way to generate, chosen by name.

    `neutral` options (how fast, how often) leave finished work as it is when they change. With `weights` the model is
    found, fetched if need be, and its folder handed over in place of its name. An option `folder` that nobody sets is
    the folder the job is written into, which keeps the job off a cluster; an option `adapters` is the folders of the
    project's adapters; `fresh` is true where no answer that was kept earlier may be given.
    """
    return partial(_declare, kind="generator", name=name, neutral=neutral, weights=weights)
