"""The composition root: aigc.yaml → registry, environment, content types, policy, generator, pipeline.

A project is a folder with an `aigc.yaml` (it may be empty); its content types are the YAML files in `templates/`.
Without one there are the bundled and installed types only. Precedence, nothing else: defaults < content type <
aigc.yaml < job file < command line. Nothing heavy happens here until `generator` is called: then a model is found,
fetched if need be, and loaded.
"""

from __future__ import annotations

import hashlib
import math
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import jinja2

from aigc.content import ContentType, load_content_type, make_environment
from aigc.content.settings import RANGES
from aigc.content.yaml_lines import describe, read_yaml
from aigc.errors import AigcError, ContentTypeError, NotFound, PluginError, ProjectError, UsageError, did_you_mean
from aigc.extension import Bound
from aigc.registry import Registry
from aigc.types import Generator, Json, SamplingParams

if TYPE_CHECKING:
    from aigc.models import Progress, Weights
    from aigc.pipeline import Pipeline

FILE = "aigc.yaml"
DEFAULT_MODEL = "smollm2-135m"
STORE = Path(".aigc", "pieces.sqlite")
OWN = "project"  # in place of a plugin's name
MOST_CANDIDATES = 64
SAMPLING = frozenset(f.name for f in fields(SamplingParams)) - {"n", "seed", "logprobs", "stop"}

Laid: TypeAlias = Mapping[str, tuple[Json, str]]  # setting → its value and the file:line that says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """This is aigc.yaml with the command line laid over it.

    `sampling` overrides every stage of every content type; `policy` are checks that run on every piece; `disabled`
    names plugins to leave out; `generator` names another one than our engine, and `engine` are the options of either.
    `adapters` says which LoRA adapter (a folder, as PEFT saves it) writes which content types: `{"ads/*": lora/ads}`.
    `unique` has pieces of a job that repeat each other written again: `{threshold: 0.8, opening: 5}`. `ray` has a job
    written on a cluster: `{address: auto, cpus: 4}`.
    """

    model: str = DEFAULT_MODEL
    seed: int = 0
    templates: str = "templates"
    engine: Mapping[str, Json] = field(default_factory=dict)
    sampling: Mapping[str, Json] = field(default_factory=dict)
    candidates: int = 0  # 0: as the content type says
    policy: tuple[Json, ...] = ()
    disabled: tuple[str, ...] = ()
    generator: str = "gpt"
    adapters: Mapping[str, Json] = field(default_factory=dict)
    unique: Mapping[str, Json] = field(default_factory=dict)
    ray: Mapping[str, Json] = field(default_factory=dict)


class Project:
    """This builds each part once, when it is first needed, and passes it down."""

    def __init__(self, settings: Settings, folder: Path | None, registry: Registry, *, out: Path | None = None) -> None:
        self.settings = settings
        self.folder = folder
        self.out = out
        self.registry = registry
        self.environment: jinja2.Environment = make_environment()
        registry.extend("aigc_environment", environment=self.environment)
        self._files: dict[str, tuple[Path, str]] | None = None
        self._twice: dict[str, tuple[Path, Path]] = {}  # a name that two files of one owner have

    @classmethod
    def open(
        cls,
        start: Path | None = None,
        *,
        options: Mapping[str, str] | None = None,
        laid: Laid | None = None,
        registry: Registry | None = None,
        out: Path | None = None,
    ) -> Project:
        """This is the project at or above `start` (default: here), with `key=value` options laid over aigc.yaml.

        `laid` are a job file's settings, in between. `out` is the folder that is written into, for a generator that
        keeps files there. ProjectError says which line of aigc.yaml is wrong; UsageError which option.
        """
        folder = _project_folder((start or Path.cwd()).resolve())
        settings = _settings(folder, laid or {}, options or {})
        return cls(settings, folder, registry or Registry.discover(disabled=settings.disabled), out=out)

    # -- content types ------------------------------------------------------------------------------------------------

    def content_files(self) -> dict[str, tuple[Path, str]]:
        """This is every content type's name → (its file, the plugin that declares it or `project`).

        A name is the folder and stem of the file. The project's own file stands before a bundled one of its name, which
        is how a type is customised (`aigc show TYPE --yaml` prints the file to start from; the templates it names go
        beside it). Of two plugins declaring a name the later is quarantined; two files of one owner make a type that
        cannot be loaded.
        """
        if self._files is None:
            files = self._declared()
            held = {file.resolve() for file, _ in files.values()}
            own = self.folder / self.settings.templates if self.folder is not None else None
            for file in sorted(own.rglob("*.yaml")) if own is not None and own.is_dir() else ():
                name = f"{file.parent.name}/{file.stem}"
                if file.resolve() in held:  # the project is a plugin's own source
                    continue
                if name in files and files[name][1] == OWN:
                    self._twice.setdefault(name, (files[name][0], file))
                    continue
                files[name] = (file, OWN)
                self._twice.pop(name, None)
            self._files = files
        return self._files

    def _declared(self) -> dict[str, tuple[Path, str]]:
        """This is what plugins declare; each one that takes another's name is quarantined, with all it declares."""
        files: dict[str, tuple[Path, str]] = {}
        self._twice.clear()
        for file, plugin in list(self.registry.content_files()):
            name = f"{file.parent.name}/{file.stem}"
            first, owner = files.setdefault(name, (file, plugin))
            if owner != plugin:
                clash = PluginError(f"plugins {owner!r} and {plugin!r} both declare {name!r}")
                self.registry.quarantine(plugin, clash)
                return self._declared()  # what only the quarantined one had taken is free again
            if first.resolve() != file.resolve():
                self._twice.setdefault(name, (first, file))
        return files

    def content_type(self, name: str) -> ContentType:
        """This is the content type of that name, or at that path when `name` ends in .yaml.

        NotFound suggests the nearest name; ContentTypeError says what is wrong in its file. A policy that cannot be
        kept is said here too, before any model loads.
        """
        self.policy()
        if name.endswith((".yaml", ".yml")):
            if not Path(name).is_file():
                raise NotFound(f"{name}: no such file")
            file, plugin = Path(name), OWN
        elif name in self.content_files():
            file, plugin = self.content_files()[name]
            if name in self._twice:
                first, second = self._twice[name]
                raise ContentTypeError(f"{second}: {name!r} is already declared by {first}")
        else:
            note = self.registry.quarantine_note()
            raise NotFound(f"no content type named {name!r}{note}", hint=did_you_mean(name, self.content_files()))
        content_type = load_content_type(file, registry=self.registry, environment=self.environment, plugin=plugin)
        if name in self.content_files() and content_type.name != name:
            raise ContentTypeError(f"{file}: its name is {content_type.name!r}, but its folder and file say {name!r}")
        return self._overridden(content_type)

    def content_types(self) -> dict[str, ContentType | AigcError]:
        """This is every content type by name; one that cannot be loaded is there as its error."""
        types: dict[str, ContentType | AigcError] = {}
        for name in sorted(self.content_files()):
            try:
                types[name] = self.content_type(name)
            except AigcError as error:
                types[name] = error
        return types

    def _overridden(self, content_type: ContentType) -> ContentType:
        settings = self.settings
        if not settings.sampling and not settings.candidates:
            return content_type
        stages = tuple(
            replace(
                stage,
                sampling=replace(stage.sampling, **settings.sampling),
                candidates=settings.candidates or stage.candidates,
            )
            for stage in content_type.stages
        )
        return replace(content_type, stages=stages)

    # -- generating ---------------------------------------------------------------------------------------------------

    def policy(self) -> tuple[Bound, ...]:
        """This is the operator's checks, which no content type can loosen."""
        bound = []
        for entry in self.settings.policy:
            name, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
            bound.append(self.registry.get("check", name, f"{FILE}: policy").bind(options or {}, f"{FILE}: policy"))
        return tuple(bound)

    def weights(self, progress: Callable[[Progress], None] | None = None) -> Weights:
        """This is the chosen model on disk, fetched and verified first when it is not there yet."""
        from aigc.engine import convert_gguf
        from aigc.models import pull

        return pull(self.settings.model, convert=convert_gguf, progress=progress)

    def model_identity(self, content_type: str) -> str:
        """This names what exactly writes a content type, for the keys of finished work: the generator, its weights'
        digest, the numbers it is run in unless they are float32, and the adapter's digest."""
        settings = self.settings
        if settings.generator != "gpt":
            chosen = self.registry.get("generator", settings.generator, FILE)
            telling = {name: settings.engine[name] for name in sorted(settings.engine) if name not in chosen.neutral}
            named = self._named_weights() if chosen.weights else settings.model
            named = f"{settings.generator} {named} {telling}"
            adapting = any(option.name == "adapters" for option in chosen.options)
        else:
            from aigc.models import resolved_dtype

            dtype = resolved_dtype(settings.engine)
            named, adapting = self._named_weights() + (f" {dtype}" if dtype != "float32" else ""), True
        chosen_one = next((one for one in settings.adapters if fnmatchcase(content_type, one)), None)
        return f"{named} {chosen_one}={self._digest(chosen_one)}" if adapting and chosen_one is not None else named

    def _named_weights(self) -> str:
        from aigc.models import resolve

        try:
            return f"{self.settings.model} {resolve(self.settings.model).digest}"
        except AigcError:
            return self.settings.model

    def adapter(self, content_type: str) -> str | None:
        """This is the folder of the adapter that writes a content type: that of the first pattern its name matches."""
        patterns = self.settings.adapters
        return next((str(self._adapter(one)) for one in patterns if fnmatchcase(content_type, one)), None)

    def _adapter(self, pattern: str) -> Path:
        return (self.folder or Path()) / Path(str(self.settings.adapters[pattern])).expanduser()

    def _adapters(self) -> list[Path]:
        return list(dict.fromkeys(self._adapter(pattern) for pattern in self.settings.adapters))

    def _digest(self, pattern: str) -> str:
        files = sorted(file for file in self._adapter(pattern).glob("adapter_*") if file.is_file())
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]

    def generator(
        self, progress: Callable[[Progress], None] | None = None, *, fresh: bool = False, retry: bool = False
    ) -> Generator:
        """This loads the model (ModelError in one sentence otherwise) and gives the Generator over it. A `fresh` one
        gives no answer that it kept earlier, with `retry` none that was an error."""
        if self.settings.generator != "gpt":
            return self._plugged_in(progress, {"fresh": fresh, "retry": retry})
        from aigc.engine import EngineOptions, open_engine

        options = EngineOptions.parse(self.settings.engine)
        engine = open_engine(self._weights_folder(progress), options)
        for folder in self._adapters():
            engine.load_adapter(str(folder), folder)
        return engine

    def _plugged_in(self, progress: Callable[[Progress], None] | None, again: Mapping[str, bool]) -> Generator:
        chosen = self.registry.get("generator", self.settings.generator, FILE)
        ours: dict[str, Json] = {"adapters": [str(folder) for folder in self._adapters()], **again}
        ours |= {"folder": str(self.out)} if self.out is not None else {}
        told = {option.name: ours[option.name] for option in chosen.options if option.name in ours}
        bound = chosen.bind({**told, **self.settings.engine}, f"{FILE}: engine")
        model = str(self._weights_folder(progress)) if chosen.weights else self.settings.model
        generator: Generator = chosen(model, **bound.values)
        return generator

    def store(self) -> Path | None:
        """This is where the project's jobs find each other's pieces; outside a project there is no such place."""
        if self.folder is None:
            return None
        store = self.folder / STORE
        store.parent.mkdir(exist_ok=True)
        return store

    def _weights_folder(self, progress: Callable[[Progress], None] | None) -> Path:
        folder = self.weights(progress).folder
        if folder is None:
            raise ProjectError(f"model {self.settings.model!r} has no folder to load", hint="try `aigc models pull`")
        return folder

    def pipeline(self, generator: Generator) -> Pipeline:
        """This is the pipeline that writes with `generator` under this project's policy and seed."""
        from aigc.pipeline import Pipeline

        return Pipeline(
            generator,
            self.environment,
            model=self.settings.model,
            seed=self.settings.seed,
            policy=self.policy(),
            adapter=self.adapter,
        )


def _project_folder(start: Path) -> Path | None:
    return next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def _settings(folder: Path | None, laid: Laid, options: Mapping[str, str]) -> Settings:
    settings = Settings()
    if folder is not None and not _says_nothing(folder / FILE):
        try:
            root = read_yaml(folder / FILE).root
            for key, node in root.items():
                settings = _set(settings, key, node.value, node.where)
        except ContentTypeError as error:
            raise ProjectError(error.message, hint=error.hint) from None
    if laid.get("generator", (settings.generator, ""))[0] != settings.generator:
        settings = replace(settings, engine={})  # these were another one's options
    for key, (value, where) in laid.items():
        settings = _set(settings, key, value, where)
    if options.get("generator", settings.generator) != settings.generator:
        settings = replace(settings, engine={})
    for key, text in options.items():
        name, _, inner = key.partition(".")
        said: Json = _typed(text) if inner or isinstance(getattr(settings, name, ""), int) else text
        settings = _set(settings, name, {inner: said} if inner else said, f"-o {key}={text}")
    return settings


def _set(settings: Settings, key: str, value: Json, where: str) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    if key not in known:
        raise ProjectError(f"{where}: unknown setting {key!r}", hint=did_you_mean(key, known))
    held = getattr(settings, key)
    if isinstance(held, tuple):
        if not isinstance(value, list):
            raise ProjectError(f"{where}: {key} must be a list")
        if key == "policy":
            _check_policy(value, where)
        value = tuple(value)
    elif isinstance(held, Mapping):
        if not isinstance(value, dict):
            raise ProjectError(f"{where}: {key} must be a mapping")
        if key == "sampling":
            _check_sampling(value, where)
        if key == "engine":
            _check_variables(value, where.partition("=")[0])
        value = {**held, **value}
    elif isinstance(held, int):
        if not isinstance(value, int) or isinstance(value, bool):
            raise ProjectError(f"{where}: {key} must be a whole number, not {value!r}")
        if key == "candidates" and not 0 <= value <= MOST_CANDIDATES:
            raise ProjectError(f"{where}: candidates is {value}, from 0 (as the type says) to {MOST_CANDIDATES}")
    elif not isinstance(value, str):
        raise ProjectError(f"{where}: {key} must be text, not {describe(value)}", hint="put quotes around it")
    return replace(settings, **{key: value})


def _check_policy(entries: list[Json], where: str) -> None:
    for entry in entries:
        if not isinstance(entry, str) and not (isinstance(entry, dict) and len(entry) == 1):
            raise ProjectError(f"{where}: a policy entry is `name` or `name: {{options}}`, not {entry!r}")


def _check_sampling(values: Mapping[str, Json], where: str) -> None:
    """This holds settings to the ranges that content types keep."""
    for name, value in values.items():
        if name not in SAMPLING:
            raise UsageError(f"{where}: unknown sampling option {name!r}", hint=did_you_mean(name, SAMPLING))
        whole = name in ("top_k", "max_tokens")
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            kind = "a whole number" if whole else "a number"
            raise UsageError(f"{where}: sampling option {name!r} must be {kind}, not {value!r}")
        low, high = RANGES.get(name, (int(name == "max_tokens"), None))
        above = low is None or (value > low if name == "top_p" else value >= low)
        if not above or not (high is None or value <= high) or not math.isfinite(value):
            bounds = f"from {low} to {high}" if high is not None else f"at least {low}"
            raise UsageError(f"{where}: sampling option {name!r} is {value}, {bounds}")


def _check_variables(options: Mapping[str, Json], where: str) -> None:
    """This refuses what cannot name an environment variable before it is written anywhere: it may be the key itself."""
    for name, value in options.items():
        if name.endswith("_env") and not re.fullmatch(r"([A-Za-z_]\w*)?", str(value)):
            hint = "the key itself belongs in the environment, such as OPENAI_API_KEY"
            raise UsageError(f"{where}: engine.{name} is no name of an environment variable", hint=hint)


def _says_nothing(file: Path) -> bool:
    """This says whether a file holds no more than comments; the marks around an empty document are no more either."""
    lines = file.read_bytes().removeprefix(BOM_UTF8).splitlines()
    return all(line.strip() in (b"", b"---", b"...") or line.lstrip().startswith(b"#") for line in lines)


def _typed(text: str) -> Json:
    """This reads a command-line value as YAML would read a number or true/false; anything else stays text."""
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)
