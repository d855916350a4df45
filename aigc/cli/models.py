"""`aigc models`: which models there are, which are here, what they take, how to get one, and what can go."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aigc.cli import completing
from aigc.cli.adapter_told import adapter_record, adapter_table, card_rows
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.gguf_told import tell_gguf
from aigc.cli.measured_told import measured_line, measured_rows, seconds_here, seconds_line, smallest_for_copy
from aigc.cli.memory_told import memory_record, memory_rows, needed
from aigc.cli.merge import merge_model
from aigc.cli.options import debug_option, json_option, open_project
from aigc.cli.progress import loading
from aigc.cli.readable import table
from aigc.errors import AigcError, ModelError, first_line, megabytes

if TYPE_CHECKING:
    from aigc.engine.machine import MachineMemory
    from aigc.models import Model, Weights
    from aigc.training.shelf import ShelvedAdapter
    from aigc.types import Json


@click.group("models")
def command() -> None:
    """List, fetch and describe models.

    \b
    Examples:
      aigc models list
      aigc models pull qwen2.5-coder-1.5b
      aigc models show qwen3-1.7b
      aigc models merge adapters/house --out house
      aigc models prune --dry-run
    """


@command.command("list")
@json_option
@debug_option
def list_models(as_json: bool) -> int:
    """List the models known by name; * marks what is on this machine.

    Memory is for one text of 512 tokens, everything included. Below stands what was measured of a model, the smallest
    one for copy, and how long an ad took here in earlier batches. Any Hugging Face id, local folder or .gguf file will
    do after -m, too. Adapters of the project around this folder are listed below.

    \b
    Examples:
      aigc models list
      aigc models list --json
    """
    from aigc.engine.machine import machine_memory
    from aigc.models import Catalogue, local_copies, resolve

    catalogue, machine = Catalogue.load(), machine_memory()
    found = [(model, resolve(model.name, catalogue=catalogue)) for model in catalogue]
    adapters = _adapters()
    copies = list(local_copies())
    if as_json:
        known = [_record(one, machine) | {"default": model.name == catalogue.default} for model, one in found]
        known += [_record(one.weights, machine) | {"default": False} for one in copies]
        print_json(known + [_adapter_entry(one) | {"default": False} for one in adapters])
        return 0
    rows = [
        (
            "*" if weights.installed else " ",
            model.name + (" (default)" if model.name == catalogue.default else ""),
            f"{needed(weights, 'cpu')} / {needed(weights, 'cuda')} GB",
            _languages(model),
            model.licence,
            model.good_for,
        )
        for model, weights in found
    ]
    echo_text(table(rows, head=("", "MODEL", "MEMORY CPU / GPU", "LANGUAGES", "LICENCE", "GOOD FOR")))
    echo_text(f"\nMeasured:\n{table([*measured_rows(catalogue)])}\n\n{smallest_for_copy(catalogue)}")
    if here := seconds_line(catalogue):
        echo_text(here)
    if copies:
        echo_text("\nFast copies of .gguf files of yours:")
        echo_text(table([(f"  {megabytes(one.nbytes)}", one.weights.name, str(one.weights.gguf)) for one in copies]))
    if adapters:
        echo_text(f"\nAdapters of this project:\n{adapter_table(adapters)}")
    return 0


@command.command("pull")
@click.argument("name", metavar="[MODEL]", required=False, shell_complete=completing.models)
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
    from aigc.engine.machine import machine_memory
    from aigc.models import Catalogue, pull

    catalogue = Catalogue.load()
    wanted = name or catalogue.default
    with loading(wanted) as report:
        weights = pull(wanted, convert=convert_gguf, catalogue=catalogue, progress=report)
    if as_json:
        print_json(_record(weights, machine_memory()))
    else:
        echo(f"{wanted} is ready in {weights.folder}")
    return 0


@command.command("show")
@click.argument("name", metavar="MODEL|ADAPTER", shell_complete=completing.models)
@json_option
@debug_option
def show_model(name: str, as_json: bool) -> int:
    """Show one model: source, licence, languages, what it takes in memory and what is free, and where it is.

    Of an adapter, which is named by its folder: what it was trained on, how, and how well it writes.

    \b
    Examples:
      aigc models show smollm2-135m
      aigc models show Qwen/Qwen3-8B --json
      aigc models show ~/models/mine.gguf
      aigc models show adapters/house
    """
    from aigc.engine.machine import machine_memory
    from aigc.models import Catalogue, resolve

    if (adapter := _adapter_named(name)) is not None:
        return _show_adapter(adapter, as_json=as_json)
    weights, machine = resolve(name, catalogue=Catalogue.load()), machine_memory()
    gguf = tell_gguf(weights)
    if as_json:
        print_json(_record(weights, machine) | ({"file": gguf.record()} if gguf else {}))
        return 0
    rows = [("model", weights.name)]
    if (model := weights.model) is not None:
        rows += [
            ("good for", model.good_for),
            *(("measured", measured_line(one)) for one in model.measured),
            ("languages", ", ".join(model.languages)),
            ("licence", model.licence),
            ("parameters", f"{model.parameters / 1e6:,.0f} million"),
            ("download", f"about {megabytes(model.approx_download_mb * 1e6)}"),
            ("source", ", ".join(f"{key} {value}" for key, value in asdict(model.source).items())),
            ("follows instructions", "yes" if model.chat else "no, it continues text"),
        ]
    here = f"no; `aigc models pull {name}`"
    if gguf is not None:
        rows += gguf.rows()
        here = f"the file is here; {gguf.first_use}, or `aigc models pull {name}` now"
    if (took := seconds_here(weights.name))[1]:
        rows.append(("an ad took here", f"{took[0]:.1f} s, by {took[1]:.0f} that it wrote lately"))
    rows.append(("on this machine", str(weights.folder) if weights.installed else here))
    echo_text(table([*rows, *memory_rows(weights, machine)]))
    return 0


@command.command("prune")
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave it.")
@click.option("--all", "moved", is_flag=True, help="Also copies of .gguf files that are not where they were.")
@json_option
@debug_option
def prune_models(dry_run: bool, moved: bool, as_json: bool) -> int:
    """Remove what conversions left in the cache and nobody reads any more.

    That is folders of earlier versions, damaged ones, and the work of pulls that were killed, once it is an hour old.
    Models that can be used stay, and so does whatever is not ours: .gguf files, folders of your own, the Hub's cache.

    \b
    Examples:
      aigc models prune --dry-run
      aigc models prune --all
    """
    from aigc.models import find_leftovers

    found = list(find_leftovers(moved=moved))
    if not as_json:
        for one in found:
            echo(f"{megabytes(one.nbytes):>9}  {one.folder}  ({one.why})")
    for one in [] if dry_run else found:
        try:
            one.remove()
        except OSError as error:
            raise ModelError(f"{one.folder}: cannot be removed ({error.strerror or first_line(error)})") from error
    total = sum(one.nbytes for one in found)
    if as_json:
        gone = [{"folder": str(one.folder), "bytes": one.nbytes, "why": one.why} for one in found]
        print_json({"dry_run": dry_run, "bytes": total, "leftovers": gone})
    elif not found:
        echo("Nothing to remove")
    else:
        echo(f"{megabytes(total)} {'would be freed: this was a dry run' if dry_run else 'freed'}")
    return 0


command.add_command(merge_model)


def _adapters() -> list[ShelvedAdapter]:
    """Return the adapters of the project around this folder; where it cannot be opened that is said, and there are
    none."""
    from aigc.training.shelf import shelved

    try:
        return list(shelved(open_project(None)))
    except AigcError as error:
        echo(f"The adapters of this project are not known: {error}", err=True)
        return []


def _adapter_named(name: str) -> ShelvedAdapter | None:
    """Return the adapter that a name means; None for models, without opening a project for them."""
    from aigc.models import Catalogue
    from aigc.training.shelf import find_adapter

    if Catalogue.load().find(name) is not None:
        return None
    try:
        return find_adapter(open_project(None), name)
    except AigcError:  # the name is looked for among models
        return None


def _show_adapter(adapter: ShelvedAdapter, *, as_json: bool) -> int:
    if adapter.trouble:
        raise ModelError(adapter.trouble)
    if as_json:
        print_json(adapter_record(adapter))
        return 0
    rows = [("adapter", adapter.where)]
    if adapter.writes:
        rows.append(("named for", ", ".join(adapter.writes)))
    if adapter.card is None:
        rows.append(("card", "none: nothing more is known of it"))
    else:
        rows += card_rows(adapter.card)
    echo_text(table(rows))
    return 0


def _adapter_entry(one: ShelvedAdapter) -> dict[str, Json]:
    """Return an adapter as the list in JSON has it: the same keys as a model, and its own."""
    record = adapter_record(one)
    model = {"installed": True, "gguf": None, "digest": None, "memory": None, "catalogue": None, "seconds_per_ad": None}
    return {**model, "name": record.pop("name"), "folder": record.pop("folder"), "adapter": record}


def _record(weights: Weights, machine: MachineMemory) -> dict[str, Json]:
    return {
        "name": weights.name,
        "installed": weights.installed,
        "folder": str(weights.folder) if weights.folder else None,
        "gguf": str(weights.gguf) if weights.gguf else None,
        "digest": weights.digest,
        "memory": memory_record(weights, machine),
        "catalogue": asdict(weights.model) if weights.model else None,
        "seconds_per_ad": round(took[0], 2) if (took := seconds_here(weights.name))[1] else None,
    }


def _languages(model: Model) -> str:
    shown = " ".join(model.languages[:4])
    return shown + (f" +{len(model.languages) - 4}" if len(model.languages) > 4 else "")
