"""A word that is empty is a mistake that names its option, and nothing is written where one stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from aigc.cli.empty_values import MAY_BE_EMPTY, Worded
from aigc.cli.group import BUILT_IN, Commands

Run = Callable[..., Any]
BATCH = ("batch", "shop/slogan", "products.csv")


def options(command: click.Command, *names: str) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    for param in command.params:
        if isinstance(param, click.Option) and not param.is_flag:
            yield names, param
    for name, one in command.commands.items() if isinstance(command, click.Group) else ():
        yield from options(one, *names, name)


def every_option() -> list[tuple[str, ...]]:
    found = [one for name in BUILT_IN for one in options(import_module(f"aigc.cli.{name}").command, name)]
    return [(*names, param.opts[-1]) for names, param in found if param.name not in MAY_BE_EMPTY]


def test_there_are_options_to_be_held() -> None:
    assert len(every_option()) > 60


@pytest.mark.parametrize("words", every_option(), ids=" ".join)
def test_an_empty_value_is_a_mistake_that_names_its_option(words: tuple[str, ...], aigc: Run, shop: Any) -> None:
    before = everything(shop.folder)
    ran = aigc(*words, "")
    (told,) = ran.err.splitlines()
    assert ran.code == 2 and told.startswith("Error: Invalid value for ") and words[-1] in told, told
    assert everything(shop.folder) == before


@pytest.mark.parametrize("words", [*((option, "=") for option in ("--map", "--set", "--input", "--matrix", "-o"))])
def test_a_pair_without_a_key_is_a_mistake_that_names_its_option(words: tuple[str, str], aigc: Run) -> None:
    ran = aigc(*BATCH, "--out", "made", *words)
    assert ran.code == 2 and words[0] in ran.err and "is not of the form key=value" in ran.err


@pytest.mark.parametrize("words", [("job", ""), ("batch", "", "x.csv"), ("check", ""), ("generate", ""), ("test", "")])
def test_an_empty_argument_is_a_mistake(words: tuple[str, ...], aigc: Run) -> None:
    ran = aigc(*words)
    assert ran.code == 2 and "it is empty; see `aigc" in ran.err


def test_what_is_empty_unless_it_is_given_stays_so() -> None:
    commands = Commands()
    context = click.Context(commands)
    batch = commands.get_command(context, "batch")
    assert batch is not None
    (origin,) = [param for param in batch.params if param.name == "origin"]
    assert isinstance(origin.type, Worded) and origin.default == ""
    assert origin.make_metavar(context) == "TOOL"


def everything(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))
