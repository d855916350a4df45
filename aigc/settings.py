"""The settings of a project: `aigc.yaml`, a job file and `-o` options, laid one over the other and checked.

What may be set is declared by the fields of `Settings`; the sections `engine`, `importers`, `ray`, `timeouts` and
`unique` are checked by what they are for, with the line where each option was set.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import Annotated, Literal, TypeAlias

from aigc.content.all_mistakes import FIRST, Mistakes
from aigc.content.stage_words import SAMPLING
from aigc.content.type_keys import MOST_CANDIDATES
from aigc.content.yaml_lines import Node, read_yaml
from aigc.errors import ContentTypeError, ProjectError, UsageError, describe
from aigc.plugs.options import Range, options_of, read_options, read_values
from aigc.plugs.timeouts import Timeouts
from aigc.types import Json
from aigc.types.foreign import file_bytes

FILE = "aigc.yaml"
MOST_FOUND = 50  # mistakes of one file
DEFAULT_MODEL = "smollm2-135m"
OF_FILES = ("plugins", "templates", "model", "adapters", "brand_pack")  # what names files and folders
LONGEST_NAME = 255  # bytes between two slashes, on all systems that matter
NO_ADAPTER = "none"
BARE = {"*": NO_ADAPTER}  # a model as it is
OF_GENERATORS = ("engine.", "judge.")  # what is typed there may be a secret

Laid: TypeAlias = Mapping[str, tuple[Json, str]]  # `seed`, `engine` or `engine.rows` → its value and who says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Writers:
    """This is what writes, and what judges.

    `model` is a name of the catalogue, a folder, a GGUF file or a Hub id. `generator` names what writes. `engine` are
    the options of what writes. `adapters` says which LoRA adapter (a folder, as PEFT saves
    it) writes which content types: `{"ads/*": lora/ads}`; `none` instead of a folder leaves out one that comes with a
    type. `judge` is another model that judges lines, and the options
    of its generator: `{on: openai, model: NAME, base_url: …}`.
    """

    model: str = DEFAULT_MODEL
    generator: str = ""  # the default one
    engine: Mapping[str, Json] = field(default_factory=dict)
    adapters: Mapping[str, str] = field(default_factory=dict)
    judge: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Says(Writers):
    """This is who speaks, and what is known.

    `brand_pack` is the brand that speaks where a row names none: a file of `brands/`. `voice` is the one to write in,
    for content types that have voices. `sources` is a folder of one's own files, in which content types that say so
    look for facts.
    """

    brand_pack: str = ""
    voice: str = ""  # "": the first of a content type whose needs the model meets
    sources: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Says):
    """This is aigc.yaml with the command line laid over it.

    `seed` decides what is drawn: another seed, another text. `templates` is the folder of the project's content types.
    `sampling` overrides every stage of every content type. `candidates` is how many texts are written to keep the best
    of, 0 for as many as the content type says. `policy` are checks that run on every piece. `plugins` are Python files
    of the project that are loaded as plugins. `disabled` names plugins to leave out.
    `unique` has pieces of a job that repeat each other written again: `{threshold: 0.8,
    opening: 5}`. `ray` has a job written on a cluster: `{address: auto, cpus: 4}`. `keep_lines` says which of the lines
    that a model wrote a job keeps: `taken` ones, `all` or `none`; without a word all of a job that is not too large.
    `importers` says how values are cleaned on reading: `{clean: true, unknown: ["#N/A"]}`. `timeouts` are how long
    plugins and templates may take, in seconds: `{plugin: 60, template: 30}`. `places` is where each was set:
    `{"engine.rows": "aigc.yaml:3"}`; options of generators on the command line have none, what a person types there may
    be a secret.
    """

    seed: int = 0
    templates: str = "templates"
    sampling: Mapping[str, Json] = field(default_factory=dict)
    candidates: Annotated[int, Range(0, MOST_CANDIDATES)] = 0  # 0: as the content type says
    policy: tuple[Json, ...] = ()
    plugins: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    unique: Mapping[str, Json] = field(default_factory=dict)
    ray: Mapping[str, Json] = field(default_factory=dict)
    importers: Mapping[str, Json] = field(default_factory=dict)
    timeouts: Mapping[str, Json] = field(default_factory=dict)
    keep_lines: Literal["", "none", "taken", "all"] = ""  # "": by the size of the job
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def patience(self) -> Timeouts:
        """Return how long plugins and templates may take. UsageError says what is wrong, and where it was set."""
        return read_options(Timeouts, self.timeouts, section="timeouts", where=self.where("timeouts"))

    def policed(self) -> Iterator[tuple[Json, str]]:
        """Yield each entry of the policy with where it stands."""
        for at, entry in enumerate(self.policy):
            yield entry, f"{self.places.get(f'policy.{at}', self.places.get('policy', FILE))}: policy"

    def where(self, section: str) -> dict[str, str]:
        """Return where each option of a section was set, by its name."""
        start = f"{section}."
        return {name.removeprefix(start): place for name, place in self.places.items() if name.startswith(start)}


OPTIONS = tuple(option for option in options_of(Settings) if option.name != "places")
SECTIONS = frozenset(option.name for option in OPTIONS if isinstance(option.default, Mapping))
OVERRIDING = tuple(option for option in SAMPLING if option.name != "stop")
OF_ENGINES = ("base_url", "context", "device", "dtype", "rows", "threads")  # what several of them take
ELSEWHERE = {  # an option that is named without its section
    **{option.name: f"sampling.{option.name}" for option in OVERRIDING},
    **{name: f"engine.{name}" for name in OF_ENGINES},
}


def project_folder(start: Path | None) -> Path | None:
    """Return the folder of the project at or above `start` (default: here); None where there is none."""
    here = (start or Path.cwd()).resolve()
    return next((above for above in (here, *here.parents) if (above / FILE).is_file()), None)


def read_settings(folder: Path | None, mistakes: Mistakes | None = None) -> Settings:
    """Read a project folder's file, if there is one. UsageError says which lines are wrong; where `mistakes` are
    gathered, what is right comes back."""
    found = mistakes or Mistakes(all_=True)
    settings = Settings()
    if folder is not None and not _says_nothing(folder / FILE):
        settings = found.read(lambda: _settings_in(folder / FILE, found), settings)
    if mistakes is None:
        found.end()
    return settings


def _settings_in(file: Path, found: Mistakes) -> Settings:
    """Return what is right in a project's file; what is wrong is found."""
    try:
        root = read_yaml(file, mistakes=found).root
        layer = dict(laid_out(root))
    except ContentTypeError as error:
        raise ProjectError(error.message, hint=error.hint) from None
    settings = _over(Settings(), layer, found)
    if settings.sources:  # as seen from the file
        settings = replace(settings, sources=str(file.parent / Path(settings.sources).expanduser()))
    timeouts = {
        name: value
        for name, value in settings.timeouts.items()
        if found.read(replace(settings, timeouts={name: value}).patience, None)
    }
    entries = root.child("policy").list() if settings.policy else []
    placed = {f"policy.{at}": one.where for at, one in enumerate(entries)}
    return replace(settings, timeouts=timeouts, places={**settings.places, **placed})


def no_project_hint(settings: Settings, folder: Path | None, name: str) -> str:
    """Say what to do about a type whose file lies here, in a folder that is no project."""
    family, _, stem = name.partition("/")
    lies_here = folder is None and stem and (Path(settings.templates) / family / f"{stem}.yaml").is_file()
    return f"{settings.templates}/ is read in a project; an empty {FILE} beside it makes one" if lies_here else ""


def lay_over(settings: Settings, laid: Laid, options: Mapping[str, str], *, default: str) -> Settings:
    """Lay a job file's settings and the command line's over those of aigc.yaml. UsageError says what is wrong.

    `default` is the generator that writes where none is named; to name it is to name none.
    """
    for layer in (laid, _of_command_line(options)):
        if "plugins" in layer:  # a file from elsewhere, or a word of somebody's script, runs no code
            raise UsageError(f"{layer['plugins'][1]}: plugins: are named in {FILE} only")
        named, below = (layer.get("generator", (settings.generator, ""))[0], settings.generator)
        if (named or default) != (below or default):  # these were the other one's options
            placed = {key: place for key, place in settings.places.items() if not key.startswith("engine.")}
            settings = replace(settings, engine={}, places=placed)
        settings = _over(settings, layer)
    return replace(settings, generator="") if settings.generator == default else settings


def laid_out(root: Node) -> Iterator[tuple[str, tuple[Json, str]]]:
    """Yield what a file's mapping sets as a `Laid` has it, each option of a section with its own line."""
    for key, node in root.items():
        if "." in key:
            section, _, name = key.partition(".")
            hint = f"write {section}: {{{name}: …}}"
            root.document.mistakes.refuse(UsageError(f"{node.where}: {key}: dots are for the command line", hint=hint))
        elif key in SECTIONS and isinstance(node.value, dict):
            yield from ((f"{key}.{name}", (inside.value, inside.where)) for name, inside in node.items())
        else:
            yield key, (node.value, node.where)


def _of_command_line(options: Mapping[str, str]) -> Laid:
    """Return `-o` options as a layer; those of generators have no place, for what is typed there may be a secret."""
    return {
        key: (_typed(text) if "." in key else text, "" if key.startswith(OF_GENERATORS) else f"-o {key}={text}")
        for key, text in options.items()
    }


def _over(settings: Settings, layer: Laid, found: Mistakes = FIRST) -> Settings:
    for key, (value, where) in layer.items():
        if len(found.found) == MOST_FOUND:
            break
        settings = found.read(partial(_set, settings, key, value, where), settings)
    return settings


def _set(settings: Settings, key: str, value: Json, where: str) -> Settings:
    name, _, inside = key.partition(".")
    given = {name: {inside: value} if inside else value}
    (read,) = read_values(OPTIONS, given, where=where, noun="setting", elsewhere=ELSEWHERE).values()
    places = {**settings.places, key: where}
    if name in OF_FILES:
        _refuse_long(key, read, where)
    if name == "policy":
        places = {one: place for one, place in places.items() if not one.startswith("policy.")}
        _check_policy(read, where)
    if name in SECTIONS:
        places |= {f"{name}.{one}": where for one in read}
        if name == "sampling":
            read = _kept(read, read_values(OVERRIDING, read, section=name, where=where))
        if f"{name}." in OF_GENERATORS:
            _check_variables(name, read, where)
        read = {**getattr(settings, name), **read}
    settings = replace(settings, places={one: place for one, place in places.items() if place})
    return replace(settings, **{name: read})


def _refuse_long(key: str, read: Json, where: str) -> None:
    """Refuse names that no file can have, of which the system says no more than that they are too long."""
    names = read.values() if isinstance(read, Mapping) else read if isinstance(read, tuple | list) else (read,)
    for name in filter(None, map(str, names)):
        if any(len(part.encode("utf-8", "replace")) > LONGEST_NAME for part in PurePath(name).parts):
            raise UsageError(f"{where}: {key}: {describe(name)} is too long for the name of a file")


def _kept(written: Mapping[str, Json], read: Mapping[str, Json]) -> dict[str, Json]:
    """Return options as they were read, but whole numbers as they were written: the keys of finished pieces hang on
    them."""
    return {name: written[name] if type(written[name]) is int else value for name, value in read.items()}


def _check_policy(entries: Sequence[Json], where: str) -> None:
    for entry in entries:
        if not isinstance(entry, str) and not (isinstance(entry, dict) and len(entry) == 1):
            raise UsageError(f"{where}: a policy entry is `name` or `name: {{options}}`, not {entry!r}")


def _check_variables(section: str, options: Mapping[str, Json], where: str) -> None:
    """Refuse what may be a key or a password before it is written anywhere."""
    hint = "the key itself belongs in the environment, such as OPENAI_API_KEY"
    for name, value in options.items():
        label = f"{where}: {section}.{name}" if where else f"{section}.{name}"
        if re.match(r"\w+://[^/?#]*@", str(value)):
            raise UsageError(f"{label} has no place for a name or a password", hint=hint)
        if name.endswith("_env") and not re.fullmatch(r"([A-Za-z_]\w*)?", str(value)):
            raise UsageError(f"{label} is no name of an environment variable", hint=hint)


def _says_nothing(file: Path) -> bool:
    """Say whether a file holds no more than comments; the marks around an empty document are no more either."""
    try:
        lines = file_bytes(file).removeprefix(BOM_UTF8).splitlines()
    except OSError:  # whoever reads it says so
        return False
    return all(line.strip() in (b"", b"---", b"...") or line.lstrip().startswith(b"#") for line in lines)


def _typed(text: str) -> Json:
    """Read a command-line value as YAML would read a number or true/false; anything else stays text."""
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)
