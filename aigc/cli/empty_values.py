"""Words of the command line that are empty: nobody means them, and `--out ""` would be the folder one stands in.

A script whose variable is not set says `--out "$OUT"`. Empty values of `key=value` are something else: they say that a
thing is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    ParamType: TypeAlias = click.ParamType[Any]
else:
    ParamType = click.ParamType  # which click 8.2 does not let be told of what

MAY_BE_EMPTY = ("note",)  # words of a person's own


class Worded(ParamType):
    """This is a type of the values of an option or argument, but for the empty one."""

    def __init__(self, kind: ParamType) -> None:
        self._kind = kind
        self.name = kind.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        given = param is not None and ctx is not None and ctx.get_parameter_source(param.name or "")
        if value == "" and given == ParameterSource.COMMANDLINE:
            self.fail("it is empty", param, ctx)
        return self._kind(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return self._kind.shell_complete(ctx, param, incomplete)


def refusing_empty(command: click.Command) -> click.Command:
    """Have a command, and those below it, refuse empty words."""
    for one in _all(command):
        for param in one.params:
            if isinstance(param.type, click.Path | type(click.STRING)) and param.name not in MAY_BE_EMPTY:
                param.type = Worded(param.type)
    return command


def _all(command: click.Command) -> Iterator[click.Command]:
    yield command
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _all(one)
