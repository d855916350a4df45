"""What a plugin's functions are made of: its package's files, or its one module."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

from aigc.plugs import plugin_sources as sources
from aigc.plugs.plugin_sources import plugin_sources

Made = Callable[[str], Any]


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """This writes the modules of a plugin, and imports the function of one."""
    files = {"alone_rules.py": "", "packed_rules/__init__.py": "", "packed_rules/checks.py": ""}
    files |= {"packed_rules/words.yaml": "words: []", "packed_rules/notes.bin": ""}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n" if name.endswith(".yaml") else f"{text}\ndef polite(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    modules = set(sys.modules)

    def made(module: str) -> Any:
        return import_module(module).polite

    yield made
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def test_any_file_of_a_package_makes_another_digest(function: Made, tmp_path: Path) -> None:
    polite = function("packed_rules.checks")
    before = plugin_sources([polite])
    assert list(before) == ["packed_rules.checks"] and plugin_sources([polite]) == before
    (tmp_path / "packed_rules" / "notes.bin").write_text("read by nobody")
    (tmp_path / "alone_rules.py").write_text("another one's")
    assert plugin_sources([polite]) == before
    seen = [before]
    for name in ("words.yaml", "checks.py", "__init__.py", "new.py"):
        (tmp_path / "packed_rules" / name).write_text("# edited\n")
        seen.append(plugin_sources([polite]))
    assert len({str(one) for one in seen}) == 5


def test_a_module_of_its_own_is_its_file(function: Made, tmp_path: Path) -> None:
    polite = function("alone_rules")
    before = plugin_sources([polite])
    (tmp_path / "packed_rules" / "checks.py").write_text("# another one's\n")
    assert plugin_sources([polite]) == before
    (tmp_path / "alone_rules.py").write_text("# edited\n")
    assert plugin_sources([polite]) != before


def test_a_large_package_is_a_library_of_which_the_one_module_counts(
    function: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST", 2)
    polite = function("packed_rules.checks")
    before = plugin_sources([polite])
    (tmp_path / "packed_rules" / "words.yaml").write_text("# edited\n")
    assert plugin_sources([polite]) == before
    (tmp_path / "packed_rules" / "checks.py").write_text("# edited\n")
    assert plugin_sources([polite]) != before


def test_ours_and_pythons_have_none_and_neither_has_what_comes_of_no_file() -> None:
    made: dict[str, Any] = {}
    exec("def polite(): ...", {"__name__": "nowhere"}, made)
    assert plugin_sources([len, plugin_sources, made["polite"]]) == {}
