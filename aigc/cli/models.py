"""`aigc models`: which models there are, which are here, and how to get one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aigc.cli.options import debug_option, json_option, print_json
from aigc.cli.progress import loading
from aigc.cli.readable import megabytes, table

if TYPE_CHECKING:
    from aigc.models import Model, Weights
    from aigc.types import Json


@click.group("models")
def command() -> None:
    """List, fetch and describe models.

    \b
    Examples:
      aigc models list
      aigc models pull
      aigc models show qwen3-1.7b
    """


@command.command("list")
@json_option
@debug_option
def list_models(as_json: bool) -> int:
    """List the models known by name; * marks what is on this machine.

    Any Hugging Face id, local folder or .gguf file will do after -m, too.

    \b
    Examples:
      aigc models list
      aigc models list --json
    """
    from aigc.models import Catalogue, resolve

    catalogue = Catalogue.load()
    found = [(model, resolve(model.name, catalogue=catalogue)) for model in catalogue]
    if as_json:
        print_json([_record(weights) | {"default": model.name == catalogue.default} for model, weights in found])
        return 0
    rows = [
        (
            "*" if weights.installed else " ",
            model.name + (" (default)" if model.name == catalogue.default else ""),
            f"{model.approx_cpu_gb:g} / {model.approx_gpu_gb:g} GB",
            _languages(model),
            model.licence,
            model.good_for,
        )
        for model, weights in found
    ]
    click.echo(table(rows, head=("", "MODEL", "MEMORY CPU / GPU", "LANGUAGES", "LICENCE", "GOOD FOR")))
    return 0


@command.command("pull")
@click.argument("name", metavar="[MODEL]", required=False)
@json_option
@debug_option
def pull_model(name: str | None, as_json: bool) -> int:
    """Fetch a model, so that it loads fast and offline from now on.

    Without MODEL the default one. A model that is here already is left as it is.

    \b
    Examples:
      aigc models pull
      aigc models pull qwen3-1.7b
      aigc models pull ~/models/mine.gguf
    """
    from aigc.engine import convert_gguf
    from aigc.models import Catalogue, pull

    catalogue = Catalogue.load()
    wanted = name or catalogue.default
    with loading(wanted) as report:
        weights = pull(wanted, convert=convert_gguf, catalogue=catalogue, progress=report)
    if as_json:
        print_json(_record(weights))
    else:
        click.echo(f"{wanted} is ready in {weights.folder}")
    return 0


@command.command("show")
@click.argument("name", metavar="MODEL")
@json_option
@debug_option
def show_model(name: str, as_json: bool) -> int:
    """Show one model: source, licence, languages, memory, and where it is.

    \b
    Examples:
      aigc models show smollm2-135m
      aigc models show Qwen/Qwen3-8B --json
    """
    from aigc.models import Catalogue, resolve

    weights = resolve(name, catalogue=Catalogue.load())
    record = _record(weights)
    if as_json:
        print_json(record)
        return 0
    rows = [("model", weights.name)]
    if (model := weights.model) is not None:
        rows += [
            ("good for", model.good_for),
            ("languages", ", ".join(model.languages)),
            ("licence", model.licence),
            ("parameters", f"{model.parameters / 1e6:,.0f} million"),
            ("download", f"about {megabytes(model.approx_download_mb * 1e6)}"),
            ("memory", f"about {model.approx_cpu_gb:g} GB on a CPU, {model.approx_gpu_gb:g} GB on a GPU"),
            ("source", ", ".join(f"{key} {value}" for key, value in asdict(model.source).items())),
            ("follows instructions", "yes" if model.chat else "no, it continues text"),
        ]
    rows.append(("on this machine", str(weights.folder) if weights.installed else f"no; `aigc models pull {name}`"))
    click.echo(table(rows))
    return 0


def _record(weights: Weights) -> dict[str, Json]:
    return {
        "name": weights.name,
        "installed": weights.installed,
        "folder": str(weights.folder) if weights.folder else None,
        "gguf": str(weights.gguf) if weights.gguf else None,
        "digest": weights.digest,
        "catalogue": asdict(weights.model) if weights.model else None,
    }


def _languages(model: Model) -> str:
    shown = " ".join(model.languages[:4])
    return shown + (f" +{len(model.languages) - 4}" if len(model.languages) > 4 else "")
