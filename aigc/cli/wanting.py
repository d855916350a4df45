"""What a training is to learn and how, as the command line says it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from aigc.cli.options import key_value, mapping
from aigc.errors import UsageError
from aigc.training.presets import preset_named

if TYPE_CHECKING:
    from aigc.training.preparing import Wanted

F = TypeVar("F", bound=Callable[..., Any])
PRESETS = "lora (the default), full, 4bit, dpo, kto or scratch"
GIVEN = ("sources", "preset", "given", "type_name", "stage", "columns", "no_shots", "size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """This is what a call wants of a training: to look only, to go on, or to go round."""

    checking: bool = False
    dry_run: bool = False
    resume: bool = False
    rounds: int = 2
    as_json: bool = False

    def check(self, wanted: Wanted, *, teacher: str | None, improve: Path | None) -> None:
        """Refuse, with a UsageError, what does not go together."""
        looking = "--check" if self.checking else "--dry-run" if self.dry_run else ""
        several = os.environ.get("WORLD_SIZE", "1") != "1"
        if improve is None and not wanted.sources:
            hint = "a batch's folder, a content type, a file"
            raise UsageError("--from SOURCE is missing: what to learn from", hint=hint)
        if looking and (improve is not None or teacher is not None):
            other = "--improve" if improve is not None else "--teacher"
            raise UsageError(
                f"{looking} has nothing to look at before {other} has written", hint="look with --from alone"
            )
        if improve is not None and teacher is not None:
            raise UsageError("--improve and --teacher do not go together", hint="train with --teacher first")
        if several and (improve is not None or teacher is not None):
            raise UsageError("--improve and --teacher write in one process", hint="launch a training with --from")
        if improve is not None and preset_named(wanted.preset).options.method not in ("lora", "4bit"):
            raise UsageError(f"--improve trains adapters, and preset {wanted.preset!r} none", hint="leave --preset out")


def wanting_options(function: F) -> F:
    """Add --from, --preset, --set, --type, --stage, --map, --no-shots and --size; the command gets them as `wanted`."""

    @wraps(function)
    def gathered(**given: Any) -> Any:
        from aigc.training.preparing import Wanted

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
