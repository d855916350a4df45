"""`aigc doctor`: what this machine has, what is wrong, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.diagnosis import Symptom, look
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.options import Pairs, looking_options, model_option, settings_option
from aigc.cli.readable import table

if TYPE_CHECKING:
    from aigc.types import Json

MARKS = {"ok": "ok", "note": "note", "wrong": "WRONG"}


@click.command("doctor")
@model_option
@settings_option
@looking_options
def command(model: str | None, settings: Pairs, folder: Path | None, as_json: bool) -> int:
    """Check this machine and say what to mend.

    Exit code 1 when something is wrong; each such line says what to do.

    \b
    Examples:
      aigc doctor
      aigc doctor -m qwen3-4b
      aigc doctor --json
    """
    symptoms = look(folder, model=model, settings=settings)
    if as_json:
        print_json([_record(one) for one in symptoms])
    else:
        echo_text(table([(MARKS[one.state], one.name, one.found) for one in symptoms]))
        for one in symptoms:
            if one.remedy:
                echo(f"{one.name}: {one.remedy}", fg="red" if one.state == "wrong" else None)
    return 1 if any(one.state == "wrong" for one in symptoms) else 0


def _record(one: Symptom) -> dict[str, Json]:
    return {"name": one.name, "state": one.state, "found": one.found, "remedy": one.remedy or None}
