"""`aigc completion`: what makes a shell complete commands, types, options and their values."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.options import debug_option, json_option
from aigc.errors import UsageError

VARIABLE = "_AIGC_COMPLETE"
INSTALLED: dict[str, str] = {
    "bash": 'add to ~/.bashrc:  eval "$(aigc completion bash)"',
    "zsh": 'add to ~/.zshrc:  eval "$(aigc completion zsh)"',
    "fish": "run once:  aigc completion fish > ~/.config/fish/completions/aigc.fish",
}
TAKEN = "COMPREPLY+=($value)"  # in click's function for bash
GOES_ON = "[[ $value == *= ]] && compopt -o nospace"  # the value follows: no blank behind `product=`


@click.command("completion")
@click.argument("shell", metavar="[SHELL]", type=click.Choice(list(INSTALLED)), required=False)
@json_option
@debug_option
def command(shell: str | None, as_json: bool) -> int:
    """Print what makes your shell complete commands, types and options.

    SHELL is bash (4.4 or later), zsh or fish; without it the one in $SHELL. Then Tab completes commands, types, their
    inputs, formats, models and jobs, those of your plugins and project among them.

    \b
    Examples:
      aigc completion bash
      eval "$(aigc completion bash)"     (in ~/.bashrc; zsh the same in ~/.zshrc)
      aigc completion fish > ~/.config/fish/completions/aigc.fish
    """
    from aigc.cli.group import Commands

    named = shell or Path(os.environ.get("SHELL", "")).name
    kind = get_completion_class(named) if named in INSTALLED else None
    if kind is None:
        raise UsageError("which shell is it?", hint=f"one of {', '.join(INSTALLED)}")
    source = kind(Commands(), {}, "aigc", VARIABLE).source().replace(TAKEN, f"{TAKEN}; {GOES_ON}")
    if as_json:
        print_json({"shell": named, "script": source, "install": INSTALLED[named]})
        return 0
    echo_text(f"# {INSTALLED[named]}\n{source}")
    if sys.stdout.isatty():
        echo(f"To have it in every shell, {INSTALLED[named]}", err=True)
    return 0
