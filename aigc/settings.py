"""The settings of a project: `aigc.yaml`, a job file and `-o` options, laid one over the other and checked."""

from __future__ import annotations

import math
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeAlias

from aigc.content.stage_words import RANGES
from aigc.content.yaml_lines import describe, read_yaml
from aigc.engine import EngineOptions
from aigc.errors import ContentTypeError, ProjectError, UsageError, did_you_mean
from aigc.types import Json, SamplingParams

FILE = "aigc.yaml"
DEFAULT_MODEL = "smollm2-135m"
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


def read_settings(folder: Path | None, laid: Laid, options: Mapping[str, str]) -> Settings:
    """This reads a project folder's file, if there is one, and lays the others over it. ProjectError or UsageError says
    where a setting is wrong."""
    settings = Settings()
    places: dict[str, str] = {}  # option of the engine → where it is set
    if folder is not None and not _says_nothing(folder / FILE):
        try:
            root = read_yaml(folder / FILE).root
            for key, node in root.items():
                settings = _set(settings, key, node.value, node.where)
                places |= {name: inside.where for name, inside in node.items()} if key == "engine" else {}
        except ContentTypeError as error:
            raise ProjectError(error.message, hint=error.hint) from None
    if laid.get("generator", (settings.generator, ""))[0] != settings.generator:
        settings, places = replace(settings, engine={}), {}  # these were another one's options
    for key, (value, where) in laid.items():
        settings = _set(settings, key, value, where)
        places |= dict.fromkeys(value, where) if key == "engine" and isinstance(value, dict) else {}
    if options.get("generator", settings.generator) != settings.generator:
        settings, places = replace(settings, engine={}), {}
    for key, text in options.items():
        name, _, inner = key.partition(".")
        said: Json = _typed(text) if inner or isinstance(getattr(settings, name, ""), int) else text
        settings = _set(settings, name, {inner: said} if inner else said, f"-o {key}={text}")
        if name == "engine":
            places.pop(inner, None)  # what opens the engine checks it, and the option names its place
    if settings.generator == "gpt":
        _check_engine(settings.engine, places)
    return settings


def _check_engine(options: Mapping[str, Json], places: Mapping[str, str]) -> None:
    """This refuses what a file sets and our engine does not know, at the line that does."""
    for name, where in places.items():
        try:
            EngineOptions.parse({name: options[name]})
        except UsageError as error:
            raise UsageError(f"{where}: {error.message}", hint=error.hint) from None


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
    """This refuses what may be a key or a password before it is written anywhere."""
    hint = "the key itself belongs in the environment, such as OPENAI_API_KEY"
    for name, value in options.items():
        if re.match(r"\w+://[^/?#]*@", str(value)):
            raise UsageError(f"{where}: engine.{name} has no place for a name or a password", hint=hint)
        if name.endswith("_env") and not re.fullmatch(r"([A-Za-z_]\w*)?", str(value)):
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
