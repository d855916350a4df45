"""`aigc models merge`: an adapter and its base become one model's folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from aigc.cli.echo import echo, print_json
from aigc.cli.options import (
    debug_option,
    json_option,
    model_option,
    open_project,
    project_option,
)
from aigc.cli.progress import loading
from aigc.errors import ModelError, NotFound, UsageError, megabytes, nearest

if TYPE_CHECKING:
    from aigc.models import Weights
    from aigc.training.card import Card


@click.command("merge")
@click.argument("name", metavar="ADAPTER")
@click.option("--out", metavar="FOLDER", type=click.Path(path_type=Path), required=True, help="The new model's folder.")
@click.option(
    "--dtype",
    type=click.Choice(("auto", "float32", "float16", "bfloat16")),
    default="auto",
    help="The numbers to write (default: the base's floats).",
)
@model_option
@project_option
@json_option
@debug_option
def merge_model(
    name: str,
    out: Path,
    dtype: Literal["auto", "float32", "float16", "bfloat16"],
    model: str | None,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Add an adapter to its model's weights: a whole model, for -m and for other programs.

    The base is the one that the adapter's card names, or -m. Whole numbers of a GGUF become floats of 16 bits. The
    folder is there only once its logits have been found to be those of base and adapter.

    \b
    Examples:
      aigc models merge adapters/house --out house
      aigc models merge lora/ads -m qwen2.5-0.5b --out merged --dtype float32
    """
    from aigc.generating.trained import TrainedBase
    from aigc.learner.fresh_folder import refuse_existing
    from aigc.training.card import page_of_merged
    from aigc.training.shelf import find_adapter

    refuse_existing(out)
    adapter = find_adapter(open_project(folder), name)
    if adapter is None:
        hint = nearest(Path(name), lambda one: (one / "adapter_config.json").is_file()) or "`aigc models list` has them"
        raise NotFound(f"{name}: no adapter here (adapter_config.json is missing)", hint=hint)
    if adapter.trouble and model is None:
        raise ModelError(adapter.trouble, hint="-m MODEL says what it was trained on")
    weights = _base(adapter.card, adapter.where, model)
    assert weights.folder is not None, "it was pulled"
    licence = weights.model.licence if weights.model else adapter.card.base.licence if adapter.card else ""
    base = TrainedBase(name=weights.name, licence=licence)
    from aigc.learner.merging import merge_adapter

    merged = merge_adapter(
        weights.folder,
        adapter.folder,
        out,
        dtype=dtype,
        page=page_of_merged(base, adapter.where, adapter.card),
        tell=lambda sentence: echo(sentence, err=True),
    )
    if as_json:
        print_json(asdict(merged))
        return 0
    echo(f"Wrote {out}: {weights.name} and {adapter.where}, {merged.dtype}, {megabytes(merged.nbytes)}")
    echo(
        f"Logits differ from base and adapter by {merged.far:.1e} of their length ({merged.bound:.1e} is allowed); "
        f"the adapter changes them by {merged.changed:.1e}"
    )
    return 0


def _base(card: Card | None, adapter: str, model: str | None) -> Weights:
    """Return the base, fetched if need be. UsageError where nobody says which; ModelError where it is not the one that
    the card means; with -m that is said, and done."""
    from aigc.engine import convert_gguf
    from aigc.models import pull

    name = model or (card.base.name if card is not None else "")
    if not name:
        raise UsageError(f"{adapter} has no card that names its base", hint="-m MODEL says what it was trained on")
    with loading(name) as report:
        weights = pull(name, convert=convert_gguf, progress=report)
    if card is not None and card.base.digest and weights.digest and card.base.digest != weights.digest:
        other = f"{adapter} was trained on other weights of {card.base.name} than are here"
        if model is None:
            raise ModelError(other, hint=f"-m {name} takes these all the same")
        echo(f"{other}: what is merged may write otherwise", err=True)
    return weights
