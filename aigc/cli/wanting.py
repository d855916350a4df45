"""What a training is to learn and how, as the command line says it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from aigc.cli.options import key_value, mapping

F = TypeVar("F", bound=Callable[..., Any])
PRESETS = "lora (the default), full, 4bit, dpo, kto or scratch"
GIVEN = ("sources", "preset", "given", "type_name", "stage", "columns", "no_shots", "size")


def wanting_options(function: F) -> F:
    """Add --from, --preset, --set, --type, --stage, --map, --no-shots and --size; the command gets them as `wanted`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        from aigc.training.preparing import Wanted
        from aigc.training.presets import preset_named

        own = {name: given.pop(name) for name in GIVEN}
        preset_named(own["preset"])
        wanted = Wanted(
            sources=own["sources"],
            preset=own["preset"],
            given=mapping(own["given"], "--set"),
            content_type=own["type_name"],
            stage=own["stage"],
            columns=mapping(own["columns"], "--map"),
            shots=not own["no_shots"],
            size=own["size"],
        )
        return function(wanted=wanted, **given)

    wrapped: Any = gathered
    pairs: dict[str, Any] = {"multiple": True, "type": key_value}
    sources = "A batch's folder, a content type, or a file or folder of rows; repeat for more."
    for add in (
        click.option(
            "--size", default="small", metavar="SIZE", help="Of a model from scratch: tiny, small, medium, large."
        ),
        click.option("--no-shots", is_flag=True, help="Learn, and write later, without the examples in the prompt."),
        click.option("--map", "columns", metavar="INPUT=COLUMN", **pairs, help="Which column of a file feeds it."),
        click.option("--stage", default="", metavar="STAGE", help="… and the stage of it."),
        click.option("--type", "type_name", default="", metavar="TYPE", help="The content type of a file's rows, …"),
        click.option("--set", "given", metavar="KEY=VALUE", **pairs, help="A setting: steps=60, rank=16"),
        click.option("--preset", default="lora", metavar="PRESET", help=f"How to learn: {PRESETS}."),
        click.option("--from", "sources", metavar="SOURCE", multiple=True, help=sources),
    ):
        wrapped = add(wrapped)
    return cast(F, wrapped)
