from __future__ import annotations

import logging
from types import ModuleType, SimpleNamespace

import pytest

from aigc import check, generator, hookimpl
from aigc.errors import NotFound
from aigc.plugs.extension import Extension
from aigc.plugs.registry import Registry


def named(name: str) -> Extension:
    def function(text: str) -> list[str]:
        """Find nothing."""
        return []

    return check(name=name)(function)


def nothing() -> list[Extension]:
    return []


def plugin(**hooks: object) -> ModuleType:
    module = ModuleType("shop_plugin")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def test_what_a_plugin_declares_is_found_by_kind_and_name() -> None:
    registry = Registry()
    registry.add(plugin(aigc_checks=lambda: [named("polite")]), "shop")
    assert registry.get("check", "polite").name == "polite"
    assert registry.plugins[0].declares == ["check polite"]


def test_a_missing_name_suggests_the_nearest() -> None:
    registry = Registry()
    registry.add(plugin(aigc_checks=lambda: [named("polite")]), "shop")
    with pytest.raises(NotFound, match=r"a.yaml:4: no check named 'polit'; did you mean 'polite'\?"):
        registry.get("check", "polit", "a.yaml:4")


def test_a_broken_plugin_is_quarantined_and_mentioned() -> None:
    def breaks() -> list[Extension]:
        raise ZeroDivisionError("oh")

    registry = Registry()
    registry.add(plugin(aigc_checks=breaks), "broken")
    registry.add(plugin(aigc_checks=lambda: [named("polite")]), "shop")
    assert registry.names("check") == ["polite"]
    assert registry.plugins[0].error == "ZeroDivisionError: oh"
    with pytest.raises(NotFound, match="plugin 'broken' failed to load"):
        registry.get("check", "zzz")


def test_a_misspelt_hook_is_an_error_of_that_plugin() -> None:
    registry = Registry()
    registry.add(plugin(aigc_chekcs=nothing), "typo")
    assert "aigc_chekcs" in registry.plugins[0].error
    registry.add(plugin(aigc_checks=lambda: [named("polite")]), "shop")
    assert registry.names("check") == ["polite"]


def test_a_clash_names_both_and_keeps_the_first() -> None:
    registry = Registry()
    registry.add(plugin(aigc_checks=lambda: [named("polite")]), "first")
    registry.add(plugin(aigc_checks=lambda: [named("polite"), named("kind")]), "second")
    assert (
        registry.plugins[1].error
        == "plugins 'first' and 'second' both declare the check 'polite'; give one of them another name"
    )
    assert registry.names("check") == ["polite"], "nothing of a quarantined plugin is left behind"


def test_one_generator_is_the_default() -> None:
    def writes(name: str) -> Extension:
        def function(model: str) -> None:
            """Write."""

        return generator(name=name, default=True)(function)

    registry = Registry()
    assert registry.default_generator == ""
    registry.add(plugin(aigc_generators=lambda: [writes("ours")]), "first")
    registry.add(plugin(aigc_generators=lambda: [writes("theirs")]), "second")
    error = "plugin 'first' declares 'ours' the default generator, plugin 'second' 'theirs'; there is one"
    assert (registry.default_generator, registry.plugins[1].error) == ("ours", error)
    assert registry.names("generator") == ["ours"]


def test_observers_fail_alone(caplog: pytest.LogCaptureFixture) -> None:
    heard = []

    def breaks(report: object) -> None:
        raise ZeroDivisionError

    registry = Registry()
    registry.add(plugin(aigc_job=breaks), "broken")
    registry.add(plugin(aigc_job=lambda report: heard.append(report)), "shop")
    with caplog.at_level(logging.ERROR):
        registry.notify("aigc_job", report="done")
    assert heard == ["done"]
    assert "'broken'" in caplog.text


def test_an_extension_of_the_wrong_kind_is_refused() -> None:
    registry = Registry()
    registry.add(plugin(aigc_postprocessors=lambda: [named("polite")]), "confused")
    assert "is not made with @postprocessor" in registry.plugins[0].error


def test_every_bundled_plugin_loads() -> None:
    registry = Registry.discover()
    ours = [found for found in registry.plugins if found.distribution.split(" ")[0] == "aigc"]
    assert not [found for found in ours if found.quarantined]
    assert {"text", "rules", "formats", "ads", "articles", "seo", "lessons"} <= {found.name for found in ours}


def test_disabled_plugins_are_left_out() -> None:
    everyone = [found.name for found in Registry.discover().plugins]
    assert Registry.discover(disabled=everyone).plugins == []


def test_bundled_plugins_load_before_those_of_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(distribution: str, name: str) -> SimpleNamespace:
        made = SimpleNamespace(name=distribution, version="1")
        return SimpleNamespace(name=name, value=name, dist=made, load=lambda: ModuleType(name))

    found = [entry("aaa", "shop"), entry("aigc", "text"), entry("aigc", "ads")]
    monkeypatch.setattr("aigc.plugs.installed.entry_points", lambda group: found)
    assert [plugin.name for plugin in Registry.discover().plugins] == ["ads", "text", "shop"]
