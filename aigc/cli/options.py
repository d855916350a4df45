"""Options that several commands share, and the project they open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from aigc.cli import completing
from aigc.cli.echo import echo
from aigc.errors import ProjectError, UsageError, nearest

if TYPE_CHECKING:
    from aigc.asking import Plan
    from aigc.content.content_type import ContentType
    from aigc.project import Project
    from aigc.settings import Laid

F = TypeVar("F", bound=Callable[..., Any])
Pairs = tuple[tuple[str, str], ...]
RAY = "ray"  # --on ray, or ray://…


def key_value(text: str) -> tuple[str, str]:
    """Read `key=value`; the value may hold further `=` and be empty."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise click.BadParameter(f"{text!r} is not of the form key=value")
    return key.strip(), value


type_argument = click.argument("type_name", metavar="TYPE", shell_complete=completing.types)
inputs_argument = click.argument(
    "inputs", metavar="[KEY=VALUE]...", nargs=-1, type=key_value, shell_complete=completing.inputs
)
out_option = click.option(
    "--out", "out", metavar="DIR", type=click.Path(path_type=Path), help="The folder to write files into."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value on stdout and nothing else.")
project_option = click.option(
    "--project",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The project folder, with its aigc.yaml (default: here or above).",
)


with_flagged_option = click.option("--with-flagged", is_flag=True, help="Export flagged pieces too, marked as such.")


def debug_option(function: F) -> F:
    """Add --debug, which shows tracebacks."""

    def remember(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
        if wanted and ctx.obj is not None:
            ctx.obj.debug = True

    add = click.option(
        "--debug", is_flag=True, is_eager=True, expose_value=False, callback=remember, help="Show tracebacks."
    )
    return add(function)


def looking_options(function: F) -> F:
    """Add what a command that only looks takes: --project, --json, --debug."""
    return project_option(json_option(debug_option(function)))


voice_option = click.option(
    "--voice",
    metavar="NAME",
    shell_complete=completing.voices,
    help="One of the type's voices (`aigc show TYPE` has them).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """This is what the command line lays over aigc.yaml."""

    model: str | None = None
    settings: Pairs = ()
    seed: int | None = None
    candidates: int | None = None
    on: str | None = None
    base_url: str | None = None
    voice: str | None = None
    sources: str | None = None

    @property
    def on_ray(self) -> bool:
        """Say whether --on names a cluster, rather than what writes."""
        return self.on is not None and (self.on == RAY or self.on.startswith(f"{RAY}:"))

    @property
    def address(self) -> str:
        """Return where the cluster is: `local`, `auto` or host:port. UsageError when that is none of them."""
        assert self.on is not None
        if self.on == RAY:
            return "local"
        place = self.on.removeprefix(f"{RAY}://")
        host, _, port = place.rpartition(":")
        if place != "auto" and not (host and port.isdecimal()):
            raise UsageError(f"--on {self.on}: is no cluster", hint="ray, ray://auto or ray://host:10001")
        return place

    def options(self) -> dict[str, str]:
        """Return what was given as settings of aigc.yaml. UsageError when one is given twice."""
        named = {
            "model": self.model,
            "seed": self.seed,
            "candidates": self.candidates,
            "ray.address" if self.on_ray else "generator": self.address if self.on_ray else self.on,
            "engine.base_url": self.base_url,
            "voice": self.voice,
            "sources": self.sources,
        }
        return mapping(self.settings, "-o") | {key: str(value) for key, value in named.items() if value is not None}


def refuse_voice(voice: str | None, content_type: ContentType) -> None:
    """Refuse a --voice for a type without voices; the setting of aigc.yaml is for those that have some."""
    if voice and not content_type.demands.voices:
        raise UsageError(f"--voice {voice}: {content_type.name} has no voices", hint="leave it out")


def writing_options(function: F) -> F:
    """Add what a command that writes with a model takes besides; it gets them as `overrides`.

    They are -m, -o, --on, --base-url, --seed, -n, --voice and --sources.
    """

    @wraps(function)
    def gathered(**given: Any) -> Any:
        overrides = Overrides(**{field.name: given.pop(field.name) for field in fields(Overrides)})
        return function(overrides=overrides, **given)

    wrapped: Any = gathered
    for add in (
        click.option(
            "--sources",
            metavar="DIR",
            type=click.Path(),
            help="A folder of your own files (.md, .txt, .html, .docx, .pdf), in which facts are looked for.",
        ),
        voice_option,
        click.option("-n", "--candidates", type=click.IntRange(1), help="Texts to choose the best of, per request."),
        click.option("--seed", type=int, help="Another seed writes other text."),
        settings_option,
        click.option("--base-url", metavar="URL", help="Where the server of --on openai is, as far as /v1."),
        click.option(
            "--on",
            metavar="NAME",
            shell_complete=completing.generators,
            help="What writes, such as openai or vllm (`aigc plugins` has all); or where: ray, ray://HOST:PORT, ray://auto.",
        ),
        model_option,
    ):
        wrapped = add(wrapped)
    return cast(F, wrapped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo:
    """This is what the command line says about a job that has run before."""

    fresh: bool = False
    retry: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    no_reuse: bool = False
    unique: bool = False


def redo_options(function: F) -> F:
    """Add what a job takes besides: --retry, --only, --fresh, --no-reuse, --unique; it gets them as `redo`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        redo = Redo(**{field.name: given.pop(field.name) for field in fields(Redo)})
        return function(redo=redo, **given)

    wrapped: Any = gathered
    statuses = click.Choice(("failed", "flagged", "rejected"))
    for add in (
        click.option("--unique", is_flag=True, help="Write again what repeats another piece of the job."),
        click.option("--no-reuse", is_flag=True, help="Take no pieces of the project's other jobs."),
        click.option("--fresh", is_flag=True, help="Write every piece again, whatever is there."),
        click.option(
            "--only",
            metavar="ID",
            multiple=True,
            help="Only the brief of this id, again if it is finished (with --retry: if it is such); repeat for more.",
        ),
        click.option("--retry", multiple=True, type=statuses, help="Write these again; repeat for more."),
    ):
        wrapped = add(wrapped)
    return cast(F, wrapped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """This is what the command line says about a job's briefs and exports."""

    origin: str = ""
    formats: tuple[str, ...] = ()
    limit: int | None = None
    matrix: Pairs = ()
    columns: Pairs = ()
    literals: Pairs = ()
    reading: Pairs = ()
    with_flagged: bool = False

    def plan(self) -> Plan:
        """Return what was given as a plan of no type yet. UsageError when an option is given twice."""
        from aigc.asking import Export, Plan, spoken

        return Plan(
            type="",
            briefs="",
            origin=self.origin,
            columns=mapping(self.columns, "--map"),
            literals=mapping(self.literals, "--set"),
            reading=mapping(self.reading, "--input"),
            limit=self.limit,
            matrix=spoken(mapping(self.matrix, "--matrix")),
            exports=tuple(Export(name=name, where="--to") for name in self.formats),
            with_flagged=self.with_flagged,
        )


def asking_options(function: F) -> F:
    """Add what a job asks for, --from, --map, --set, --input, --matrix, --limit, --to and --with-flagged; the command
    gets them as `asked`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        asked = Asked(**{field.name: given.pop(field.name) for field in fields(Asked)})
        return function(asked=asked, **given)

    wrapped: Any = gathered
    pairs: dict[str, Any] = {"multiple": True, "type": key_value}
    of_input = {**pairs, "shell_complete": completing.inputs}
    many = "Cross every row with these values; variants=3 asks for three texts."
    for add in (
        with_flagged_option,
        click.option(
            "--to",
            "formats",
            metavar="FORMAT",
            multiple=True,
            shell_complete=completing.formats,
            help="An export format (else the type's).",
        ),
        click.option("--limit", type=click.IntRange(1), help="Only the first N rows."),
        click.option("--matrix", metavar="INPUT=A,B", **of_input, help=many),
        click.option("--input", "reading", metavar="KEY=VALUE", **pairs, help="How to read the file."),
        click.option("--set", "literals", metavar="INPUT=VALUE", **of_input, help="The same for all rows."),
        click.option("--map", "columns", metavar="INPUT=COLUMN", **of_input, help="Which column feeds it."),
        click.option(
            "--from",
            "origin",
            metavar="TOOL",
            default="",
            shell_complete=completing.origins,
            help="Whose export it is: shopify, semrush …",
        ),
    ):
        wrapped = add(wrapped)
    return cast(F, wrapped)


model_option = click.option(
    "-m",
    "--model",
    metavar="MODEL",
    shell_complete=completing.models,
    help="A name from `aigc models list`, a folder, a .gguf file or a Hub id.",
)
settings_option = click.option(
    "-o",
    "--option",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    type=key_value,
    shell_complete=completing.settings,
    help="A setting of aigc.yaml, such as engine.device=cpu or sampling.temperature=0.5.",
)


def mapping(pairs: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    """Return the pairs as a mapping. UsageError when a key is given twice."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise UsageError(f"{option}: {key!r} is given twice")
        found[key] = value
    return found


def open_project(
    folder: Path | None, overrides: Overrides | None = None, *, laid: Laid | None = None, out: Path | None = None
) -> Project:
    """Open the project with the command line laid over it, and a job file's settings in between; `out` is the folder
    that is written into."""
    from aigc.project import Project

    if folder is not None and not folder.is_dir():
        raise ProjectError(f"{folder}: no such folder", hint=nearest(folder, Path.is_dir))
    project = Project.open(folder, options=(overrides or Overrides()).options(), laid=laid, out=out)
    if folder is not None and project.folder is None:
        raise ProjectError(f"{folder}: no aigc.yaml here or above", hint="an empty one makes this folder a project")
    if overrides is not None:
        _check_source(project, overrides, laid or {})
    return project


def _check_source(project: Project, overrides: Overrides, laid: Laid) -> None:
    """Refuse what the command line says of a source that is not there, and tell whose model is meant."""
    from aigc.settings import DEFAULT_MODEL

    options, settings = mapping(overrides.settings, "-o"), project.settings
    named = "generator" in options or (overrides.on is not None and not overrides.on_ray)
    where = "-o generator" if "generator" in options else "--on"
    if named and settings.generator:
        project.registry.get("generator", settings.generator, where)
    if overrides.base_url is not None and not project.source.declares("base_url"):
        raise UsageError(f"--base-url: {project.source.name} asks no server", hint="add --on openai")
    asked = overrides.model is not None or "model" in options or "model" in laid
    if named and not asked and settings.model == DEFAULT_MODEL and not project.source.takes_weights:
        note = f"asks for {settings.model!r}, our own default; -m NAME asks for another"
        echo(f"{where} {project.source.name}: {note}", err=True)


def check_exporters(project: Project, formats: Iterable[str]) -> None:
    """Refuse an unknown --to before anything is written."""
    for name in formats:
        project.registry.get("exporter", name, "--to")
