"""No plugin ends the program, or takes from the others what they have."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import click
import pytest

from aigc import check, hookimpl
from aigc.cli.group import Commands
from aigc.content import make_environment
from aigc.plugs.extension import Extension
from aigc.plugs.installed import installed
from aigc.plugs.registry import Registry
from aigc.plugs.timeouts import Timeouts

SHORT = Timeouts(plugin=0.2)


@check
def polite(text: str) -> list[str]:
    """Find nothing."""
    return []


def plugin(**hooks: Any) -> ModuleType:
    module = ModuleType("shop_plugin")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def exits(**live: Any) -> Any:
    raise SystemExit(0)


def sleeps(**live: Any) -> Any:
    time.sleep(30)


def declares() -> list[Extension]:
    return [polite]


def exits_at_once() -> Any:
    raise SystemExit(0)


def closes() -> Any:
    raise GeneratorExit


ENDS = "SystemExit: 0; a plugin does not end the program; take the call out"


@pytest.mark.parametrize(("breaks", "why"), [(exits_at_once, ENDS), (closes, "GeneratorExit")])
def test_one_that_exits_while_it_declares_is_put_aside(breaks: Callable[[], Any], why: str) -> None:
    registry = Registry()
    registry.add(plugin(aigc_checks=breaks), "rude")
    registry.add(plugin(aigc_checks=declares), "shop")
    assert registry.plugins[0].error == why
    assert registry.names("check") == ["polite"]


@pytest.mark.parametrize("error", [SystemExit(0), GeneratorExit(), KeyError("x")])
def test_one_that_exits_while_it_is_imported_is_put_aside(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load() -> Any:
        raise error

    rude = SimpleNamespace(name="rude", value="rude", dist=None, load=load)
    shop = SimpleNamespace(name="shop", value="shop", dist=None, load=lambda: plugin(aigc_checks=declares))
    monkeypatch.setattr("aigc.plugs.installed.entry_points", lambda group: [rude, shop])
    registry = Registry.discover()
    assert [one.error.partition(":")[0] for one in registry.plugins] == [type(error).__name__, ""]
    assert registry.names("check") == ["polite"]


def test_one_that_leaves_the_folder_when_it_is_imported_or_asked_leaves_us_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave() -> Any:
        os.chdir(tmp_path)
        sys.stderr = None  # type: ignore[assignment]
        return plugin(aigc_checks=leave_again)

    def leave_again() -> Any:
        os.chdir(tmp_path)
        return declares()

    here, stderr = Path.cwd(), sys.stderr
    away = SimpleNamespace(name="away", value="away", dist=None, load=leave)
    monkeypatch.setattr("aigc.plugs.installed.entry_points", lambda group: [away])
    assert Registry.discover().names("check") == ["polite"]
    assert Path.cwd() == here and sys.stderr is stderr


class Nasty:
    """This is a plugin that breaks whatever it is asked for."""

    def __getattr__(self, name: str) -> Any:
        raise SystemExit(0)


def test_an_object_that_breaks_when_it_is_looked_at_is_put_aside() -> None:
    registry = Registry()
    registry.add(Nasty(), "nasty")
    assert registry.plugins[0].error == ENDS


def test_damaged_distributions_have_no_plugins_and_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    class Damaged:
        @property
        def entry_points(self) -> Any:
            raise ValueError("no [aigc]")

    fine = SimpleNamespace(entry_points=SimpleNamespace(select=lambda group: ["fine"]))

    def all_of_them(group: str) -> Any:
        raise ValueError("no [aigc]")

    monkeypatch.setattr("aigc.plugs.installed.entry_points", all_of_them)
    monkeypatch.setattr("aigc.plugs.installed.distributions", lambda: [Damaged(), fine])
    assert installed() == ["fine"]


def told(registry: Registry, hook: str, times: int) -> None:
    for at in range(times):
        registry.notify(hook, artifact=at)


def test_an_observer_that_exits_is_told_no_more(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []
    registry = Registry()
    registry.add(plugin(aigc_artifact=lambda artifact: exits()), "rude")
    registry.add(plugin(aigc_artifact=lambda artifact: heard.append(artifact)), "shop")
    with caplog.at_level(logging.ERROR):
        told(registry, "aigc_artifact", 3)
    assert heard == [0, 1, 2]
    (record,) = [one.getMessage() for one in caplog.records]
    assert record.startswith("plugin 'rude' failed in aigc_artifact: SystemExit: 0 (")
    assert record.endswith("; it is told no more") and f"{__file__}:" in record


def test_one_that_only_fails_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    registry = Registry()
    registry.add(plugin(aigc_artifact=lambda artifact: 1 / 0), "sloppy")
    with caplog.at_level(logging.ERROR):
        told(registry, "aigc_artifact", 2)
    assert len(caplog.records) == 2 and "ZeroDivisionError" in caplog.text


def test_an_observer_that_does_not_answer_is_broken_off_and_told_no_more(caplog: pytest.LogCaptureFixture) -> None:
    registry = Registry(SHORT)
    registry.add(plugin(aigc_artifact=lambda artifact: sleeps()), "slow")
    with caplog.at_level(logging.ERROR):
        told(registry, "aigc_artifact", 2)
    assert len(caplog.records) == 1 and "does not answer: it took longer than 0.2 s" in caplog.text


def empties(environment: Any) -> None:
    environment.filters.clear()


def replaces(environment: Any) -> None:
    environment.filters = {"mine": str}


def overrides(environment: Any) -> None:
    environment.filters.update(mine=str, upper=str.lower)


def shadows(environment: Any) -> None:
    environment.call = lambda *given, **named: None


def unguards(environment: Any) -> None:
    environment.loader = None
    environment.globals.pop("range")


def adds_and_exits(environment: Any) -> None:
    environment.filters["mine"] = str
    raise SystemExit(0)


@pytest.mark.parametrize(
    ("extends", "why"),
    [
        (empties, r"changed or took away filters\['abs'\], filters\['attr'\], filters\['batch'\] and \d+ more"),
        (replaces, r"changed or took away filters\['abs'\]"),
        (overrides, r"changed or took away filters\['upper'\]; a plugin only adds"),
        (shadows, "changed or took away call"),
        (unguards, r"changed or took away globals\['range'\], loader"),
        (adds_and_exits, "SystemExit: 0"),
    ],
)
def test_one_that_spoils_the_environment_is_named_and_it_is_as_before(extends: Callable[..., None], why: str) -> None:
    environment, registry = make_environment(), Registry()
    before = (dict(environment.filters), dict(environment.globals), environment.loader)

    def shouts(environment: Any) -> None:
        environment.filters["shout"] = str.upper

    registry.add(plugin(aigc_environment=shouts), "a-shop")
    registry.add(plugin(aigc_environment=extends), "spoiler")
    registry.add(plugin(aigc_environment=lambda environment: environment.globals.update(pi=3)), "z-shop")
    registry.extend("aigc_environment", environment=environment)
    assert [bool(one.error) for one in registry.plugins] == [False, True, False]
    assert re.search(why, registry.plugins[1].error)
    assert (environment.filters, environment.loader) == ({**before[0], "shout": str.upper}, before[2])
    assert environment.globals == {**before[1], "pi": 3}
    assert "call" not in vars(environment)
    assert environment.from_string("{{ 'a' | upper }}").render() == "A"


def test_two_plugins_do_not_share_a_filters_name() -> None:
    environment, registry = make_environment(), Registry()
    registry.add(plugin(aigc_environment=lambda environment: environment.filters.update(shout=str.upper)), "first")
    registry.add(plugin(aigc_environment=lambda environment: environment.filters.update(shout=str.lower)), "second")
    registry.extend("aigc_environment", environment=environment)
    errors = [one.error for one in registry.plugins if one.error]
    assert errors == ["changed or took away filters['shout']; a plugin only adds"]


def test_one_that_takes_away_commands_is_named_and_they_stay() -> None:
    def wave(cli: click.Group) -> None:
        cli.add_command(click.Command("wave"))

    def clears(cli: click.Group) -> None:
        cli.commands.clear()

    cli, registry = Commands(), Registry()
    registry.add(plugin(aigc_commands=clears), "spoiler")
    registry.add(plugin(aigc_commands=wave), "waving")
    cli.add_command(click.Command("own"))
    registry.extend("aigc_commands", cli=cli)
    assert set(cli.commands) == {"own", "wave"}
    assert "commands['own']" in registry.plugins[0].error


def test_a_command_of_no_name_is_refused() -> None:
    cli, registry = Commands(), Registry()
    registry.add(plugin(aigc_commands=lambda cli: cli.commands.update({None: None})), "shop")
    registry.extend("aigc_commands", cli=cli)
    assert not cli.commands and "commands[NoneType]" in registry.plugins[0].error


def test_a_plugin_whose_content_types_are_all_there_is_is_put_aside() -> None:
    registry = Registry()
    registry.add(plugin(aigc_checks=lambda: [polite], aigc_content_types=lambda: [Path("/")]), "greedy")
    assert "aigc_content_types: / is all there is" in registry.plugins[0].error
    assert not registry.names("check") and not list(registry.content_files())


def test_a_plugin_whose_folder_cannot_be_read_is_put_aside_with_all_its_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(folder: Path, pattern: str) -> list[Path]:
        if folder.name == "odd":
            raise OSError(22, "Invalid argument", str(folder))
        return [folder / "line.yaml"]

    monkeypatch.setattr(Path, "rglob", breaks)
    for name in ("fine", "odd", "other"):
        (tmp_path / name).mkdir()
    registry = Registry()
    registry.add(plugin(aigc_content_types=lambda: [tmp_path / "fine", tmp_path / "odd"]), "greedy")
    registry.add(plugin(aigc_content_types=lambda: [tmp_path / "other"]), "modest")
    assert list(registry.content_files()) == [(tmp_path / "other" / "line.yaml", "modest")]
    greedy, modest = registry.plugins
    assert f"aigc_content_types: {tmp_path / 'odd'}: OSError" in greedy.error and not modest.error
