"""@postprocessor @check @scorer @exporter @importer @generator: a plain function and its typed options.

The function's keyword-only parameters are its options in YAML and on the command line, their annotations the types,
its docstring the help. What it receives is decided by its first parameter:

    text: str [, field: Field]   called for every text of a draft (YAML `field:` narrows that to one field)
    draft: Draft                 called once with the whole draft

A post-processor gives back the text, or for a draft the new fields. A check yields findings (or bare messages) and
changes nothing. A scorer gives a number for each of the candidates it is handed; as a generator function it yields what
it asks the model first. An exporter writes artifacts into a folder and yields the paths it wrote; an importer yields
`Row`s from a file; a generator opens a `Generator` for a model name. `options` reads the options.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Generator as Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, get_type_hints, overload

from aigc.bounds.boundary import Boundary
from aigc.bounds.undisturbed import disturbs_nothing, undisturbed
from aigc.errors import ContentTypeError, PluginError, UsageError
from aigc.plugs.copied import copied
from aigc.plugs.failing import place_in
from aigc.plugs.options import Option, parameters_of, read_values, refuse_unknown, require
from aigc.plugs.timeouts import DEFAULT
from aigc.types import Artifact, Ask, Draft, Json, Likelihood, Severity

MOST_REFUSALS = 20  # of one piece
Kind: TypeAlias = Literal["postprocessor", "check", "scorer", "exporter", "importer", "generator"]
Scope: TypeAlias = Literal["text", "draft", "other"]
Render: TypeAlias = Callable[[str], Json]
Serves: TypeAlias = Callable[..., None]  # folder of an adapter, config of its model, the model's name
Spare: TypeAlias = Callable[[Path], None]
Sheets: TypeAlias = Callable[[Path], Sequence[str]]
Refuses: TypeAlias = Callable[..., Iterable[str]]  # a piece and the exporter's options → what is wrong with it
Scoring: TypeAlias = Coroutine[Sequence[Ask], Sequence[Likelihood | None], Sequence[float]]
Memory: TypeAlias = Callable[[Any, Mapping[str, Json]], Any]  # files of a model, options → what both take


class Identity(Protocol):
    """This names a model and the options as they are set, for the keys of finished work."""

    def __call__(self, model: str, options: Mapping[str, Json], *, quantised: bool) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFiles:
    """These are the files of an exporter that are known before it writes, and what saves what people filled in there;
    one that has the latter is handed the folder itself, in which the earlier files are."""

    names: tuple[str, ...] = ()
    spare: Spare | None = None


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
    keeps_files: bool = False  # a generator that keeps files in the folder that is written into
    default: bool = False  # the generator that writes where none is named
    identity: Identity | None = None
    memory: Memory | None = None
    serves: Serves | None = None
    files: KnownFiles = KnownFiles()  # of an exporter
    sheets: Sheets | None = None  # of an importer: names the tables of a file, each an option `sheet`
    refuses: Refuses | None = None  # of an exporter: says of one piece why the format cannot take it

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.function(*args, **options)

    @property
    def summary(self) -> str:
        """Return the first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @cached_property
    def scope(self) -> Scope:
        """Say what the function receives."""
        first = next(iter(_positional(self.function)), None)
        wanted = get_type_hints(self.function).get(first.name) if first else None
        return "text" if wanted is str else "draft" if wanted is Draft else "other"

    @cached_property
    def of_others(self) -> bool:
        """Say whether it is nobody's that we know: what it does to the process is not known."""
        return not disturbs_nothing(self.function)

    @property
    def takes_text(self) -> bool:
        """Say whether it is called for every text of a draft."""
        return self.kind in ("postprocessor", "check") and self.scope == "text"

    @cached_property
    def takes_field(self) -> bool:
        """Say whether a text function wants to know where the text stands."""
        return self.scope == "text" and len(_positional(self.function)) > 1

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Return what may be set of it: its keyword-only parameters."""
        return parameters_of(self.function)

    @cached_property
    def accepted(self) -> tuple[Option, ...]:
        """Return its options and those every one has: `severity` of a check, `field` of a function of one text."""
        declared = {option.name for option in self.options}
        ours = [
            *([Option(name="severity", annotation=Severity)] if self.kind == "check" else []),
            *([Option(name="field", annotation=str)] if self.takes_text else []),
        ]
        return (*self.options, *(option for option in ours if option.name not in declared))

    def bind(self, options: Mapping[str, Json], where: str) -> Bound:
        """Return the extension with its options checked; text holding `{{` waits for `Bound.resolve`.

        UsageError names `where`, the option and the nearest known one.
        """
        accepted, declared = self.accepted, {option.name for option in self.options}
        self._refuse_missing(options, where)
        waiting = {name: value for name, value in options.items() if name in declared and _templated(value)}
        ready = {name: value for name, value in options.items() if name not in waiting}
        read = read_values(accepted, ready, section=self.name, where=where)
        severity = self.severity if "severity" in declared else read.pop("severity", self.severity)
        only = "" if "field" in declared else read.pop("field", "")
        values = {name: options[name] if name in waiting else read[name] for name in options if name in declared}
        templated = tuple(name for name in values if name in waiting)
        return Bound(extension=self, values=values, severity=severity, only=only, where=where, templated=templated)

    def _refuse_missing(self, options: Mapping[str, Json], where: str) -> None:
        """Refuse options of which one is unknown, or one is missing that must be set."""
        refuse_unknown((option.name for option in self.accepted), options, section=self.name, where=where)
        require(self.options, options, f"{where}: {self.name}")

    def wrong_options(self, options: Mapping[str, Json], where: str) -> list[UsageError]:
        """Return all that keeps the extension from being bound to options, of which `bind` raises the first."""
        declared, wrong = {option.name for option in self.options}, list[UsageError]()
        for name, value in options.items():
            if not (name in declared and _templated(value)):
                try:
                    read_values(self.accepted, {name: value}, section=self.name, where=where)
                except UsageError as error:
                    wrong.append(error)
        try:
            self._refuse_missing(options, where)
        except UsageError as error:
            wrong.append(error)
        return list({str(one): one for one in wrong}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """This is an extension with its options, of which those `templated` wait to be rendered. `only` names the one field
    it applies to, or is empty."""

    extension: Extension
    values: Mapping[str, Json] = field(default_factory=dict)
    severity: Severity = "reject"
    only: str = ""
    where: str = ""
    templated: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.extension.name

    def refusals(self, artifact: Artifact, seconds: float = DEFAULT.plugin) -> list[str]:
        """Return what keeps a piece out of the files of an exporter with these options. PluginError where it breaks."""
        if self.extension.refuses is None:
            return []
        name = f"{self.extension.kind} {self.name!r}"
        ours = disturbs_nothing(self.extension.refuses)
        given = artifact if ours else copied(artifact)
        with Boundary(name, seconds), nullcontext() if ours else undisturbed(name):
            return [str(one) for one in islice(self.extension.refuses(given, **self.given()), MOST_REFUSALS)]

    def given(self) -> Mapping[str, Json]:
        """Return the options as they are handed over: what others' code does to one changes none of ours."""
        return copied(dict(self.values)) if self.extension.of_others else self.values

    def resolve(self, render: Render) -> Mapping[str, Json]:
        """Return the options with every templated text rendered and then read."""
        if not self.templated:
            return self.given()
        declared = {option.name: option for option in self.extension.options}
        resolved = dict(self.given())
        for name in self.templated:
            place = f"{self.where}: {self.name}.{name}"
            try:
                rendered = _render(self.values[name], render)
            except ContentTypeError as error:
                raise ContentTypeError(f"{place}: {error.message}", hint=error.hint) from None
            resolved[name] = declared[name].read(rendered, place)
        return resolved


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


def _declare(function: Callable[..., Any], *, kind: Kind, name: str = "", **traits: Any) -> Extension:
    """Make an extension of a function. PluginError for one that nobody could use or be helped with."""
    extension = Extension(kind=kind, name=name or function.__name__, function=function, **traits)
    place = place_in(function)
    if not extension.summary:
        raise PluginError(f"{kind} {extension.name!r} has no docstring; its first line is the help people read").at(
            place
        )
    if kind in ("postprocessor", "check"):
        if extension.scope == "other":
            what = f"{kind} {extension.name!r}: the first parameter must be annotated `str` or `Draft`"
            raise PluginError(what, hint=f"such as def {function.__name__}(text: str)").at(place)
        for one in _positional(function)[2 if extension.takes_text else 1 :] or _unlike_field(function):
            what = f"{kind} {extension.name!r}: nothing is handed over as {one.name!r}"
            raise PluginError(what, hint=f"an option stands after `*`: (…, *, {one.name})").at(place)
    return extension


def _unlike_field(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the second parameter of a function of one text where it cannot be the text's place: it is no text."""
    return [one for one in _positional(function)[1:2] if one.default is not one.empty and type(one.default) is not str]


Decorator: TypeAlias = Callable[[Callable[..., Any]], Extension]


@overload
def postprocessor(function: Callable[..., Any], /) -> Extension: ...
@overload
def postprocessor(*, name: str = "") -> Decorator: ...
def postprocessor(function: Callable[..., Any] | None = None, /, *, name: str = "") -> Extension | Decorator:
    """Make a function a post-processor: text → text, or draft → fields."""
    declare = partial(_declare, kind="postprocessor", name=name)
    return declare(function) if function else declare


@overload
def check(function: Callable[..., Any], /) -> Extension: ...
@overload
def check(*, name: str = "", severity: Severity = "reject") -> Decorator: ...
def check(
    function: Callable[..., Any] | None = None, /, *, name: str = "", severity: Severity = "reject"
) -> Extension | Decorator:
    """Make a function a check: text or draft → findings. `severity` is the default a content type may change."""
    declare = partial(_declare, kind="check", name=name, severity=severity)
    return declare(function) if function else declare


@overload
def scorer(function: Callable[..., Any], /) -> Extension: ...
@overload
def scorer(*, name: str = "") -> Decorator: ...
def scorer(function: Callable[..., Any] | None = None, /, *, name: str = "") -> Extension | Decorator:
    """Make `(candidates: Sequence[Candidate], *, options) -> Sequence[float]` a scorer: a number for each, in order.

    The greater, the better. All are candidates for one place: a scorer sees no other piece. A generator function may
    `yield` a list of `Ask` any number of times; it is sent a list with the `Likelihood` of each, None for one that the
    generator cannot tell, and returns the numbers:

        @scorer
        def likely(candidates: Sequence[Candidate]) -> Scoring:
            'Prefer what the model finds likely.'
            told = yield [Ask(prompt=one.prompt, text=one.text) for one in candidates]
            return [one.mean if one else 0.0 for one in told]
    """
    declare = partial(_declare, kind="scorer", name=name)
    return declare(function) if function else declare


def exporter(
    *,
    name: str,
    suffixes: tuple[str, ...],
    writes: tuple[str, ...] = (),
    spare: Spare | None = None,
    refuses: Refuses | None = None,
) -> Decorator:
    """Make `(artifacts, folder, *, options) -> Iterable[Path]` an exporter.

    It is handed an empty folder, whose files then take their places in the real one, once it is sure that none of them
    takes the place of somebody's own. The names that are the same for any pieces, `writes`, are looked at before a
    model loads.

    People may fill in what it writes: before a file whose pieces are no longer good is removed, `spare` is given its
    path, and may rename it. An exporter that has it finds its earlier files in the folder, which is the real one.

    `refuses` is given one piece, and the options that are set by name, and yields what keeps it out of the format: the
    others get their file without it. It is asked of each row too, before anything is written, as of a piece whose
    fields are all None: a row for which it yields something then fails.
    """
    files = KnownFiles(names=writes, spare=spare)
    return partial(_declare, kind="exporter", name=name, suffixes=suffixes, files=files, refuses=refuses)


def importer(*, name: str, suffixes: tuple[str, ...], sheets: Sheets | None = None) -> Decorator:
    """Make `(path, *, options) -> Iterator[Row]` the importer of files with these suffixes.

    Where a file may hold several tables, `sheets` names them, and the option `sheet` says which is read: without it the
    first. One that has all columns that are needed is then looked for in this order.
    """
    return partial(_declare, kind="importer", name=name, suffixes=suffixes, sheets=sheets)


def generator(
    *,
    name: str,
    neutral: Iterable[str] = (),
    weights: bool = False,
    keeps_files: bool = False,
    default: bool = False,
    identity: Identity | None = None,
    memory: Memory | None = None,
    serves: Serves | None = None,
) -> Decorator:
    """Make `(model, *, options) -> Generator` a way to generate, chosen by name.

    With `weights` the model is found, fetched if need be, and its folder handed over in place of its name. One that
    `keeps_files` works in the folder that is written into, handed over as its option `folder` where nobody sets that,
    and stays off clusters. Of all generators one is the `default`, which writes where none is named.

    The key of a finished piece says who wrote it: the name, the model and every option that is not `neutral` (how
    fast, how often), or what `identity` makes of the model, the options as they are set, and, by name, whether the
    weights are `quantised`: a GGUF's.

    What it takes here is what `memory` makes of the model's folder or GGUF file, or of what its `config.json` will say,
    and of the options: `Gpt.memory` does for our engine. What does not fit is refused before anything is fetched.

    Some options have a meaning: `adapters` is handed the folders of the project's LoRA adapters, and only a generator
    with that option writes with any; `fresh` is true where no answer that was kept earlier may be given, `retry` where
    none that was an error; `context` is the longest prompt and text in tokens, 0 for all that the model takes.

    An adapter that `serves` refuses with a ModelError is refused before the model is fetched or loaded. It is given the
    adapter's folder, what the model's `config.json` says, as far as that is known, and the model's name, as
    `Gpt.check_adapter` takes them.
    """

    def declare(function: Callable[..., Any]) -> Extension:
        made = _declare(
            function,
            kind="generator",
            name=name,
            neutral=frozenset(neutral),
            weights=weights,
            keeps_files=keeps_files,
            default=default,
            identity=identity,
            memory=memory,
            serves=serves,
        )
        if not keeps_files and any(option.name == "folder" for option in made.options):
            raise PluginError(
                f"generator {name!r}: its option 'folder' is the folder that is written into",
                hint="declare it with keeps_files=True, which keeps it off clusters",
            )
        return made

    return declare
