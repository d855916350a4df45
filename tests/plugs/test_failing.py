"""A plugin that fails is told with the line of its own code: where it broke, or what of it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.plugs.registry import Plugin, Registry
from aigc.project import Project

BEGIN = """import json
import aigc
from aigc import check, hookimpl

def declared(name):
    @check(name=name)
    def made(text: str):
        "Find nothing."
        return []
    return made

"""
BROKEN = {  # what the plugin goes on with → the line that is told, from the end of BEGIN, and of the reason
    "syntax": ("x = = 1\n", 1, "SyntaxError"),
    "at import": ("x = 1\nx = x / 0\n", 2, "ZeroDivisionError"),
    "in a library": ("\njson.loads('{')\n", 2, "JSONDecodeError"),
    "no docstring": ("@check\ndef bare(text: str):\n    return []\n", 2, "has no docstring"),
    "while declaring": ("@hookimpl\ndef aigc_checks():\n    return [1 / 0]\n", 3, "ZeroDivisionError"),
    "misspelt": ("\n@hookimpl\ndef aigc_chekcs():\n    return []\n", 3, "no hook 'aigc_chekcs'; did you mean 'aigc_ch"),
    "another argument": (
        "@hookimpl\ndef aigc_job(rapport):\n    pass\n",
        2,
        "aigc_job is handed no 'rapport'; did you",
    ),
    "unmarked": ("def aigc_checks():\n    return []\n", 1, "mark aigc_checks with @hookimpl"),
    "not declared": ("polite = declared('polite')\n", -4, "declares nothing, not the check 'polite' either"),
    "no hook": ("x = 1\n", 1 - BEGIN.count("\n"), "see `aigc guide hooks`"),
    "taken": (
        "@hookimpl\ndef aigc_checks():\n    return [declared('limits')]\n",
        -4,
        "both declare the check 'limits'",
    ),
    "another kind": ("@hookimpl\ndef aigc_scorers():\n    return [json.loads]\n", 2, "is not made with @scorer"),
    "extending": ("@hookimpl\ndef aigc_environment(environment):\n    environment.nothing()\n", 3, "AttributeError"),
    "spoiling": (
        "@hookimpl\ndef aigc_environment(environment):\n    environment.filters.clear()\n",
        2,
        "a plugin only adds",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_failure_is_told_with_file_and_line(broken: str, tmp_path: Path) -> None:
    code, line, reason = BROKEN[broken]
    file = tmp_path / "rules.py"
    file.write_text(BEGIN + code, encoding="utf-8")
    (tmp_path / "aigc.yaml").write_text("plugins: [rules.py]\n", encoding="utf-8")
    project = Project.open(tmp_path, registry=Registry.discover(only={"rules"}))
    plugin = project.registry.plugins[-1]
    assert reason in plugin.error
    assert plugin.place == f"{file}:{BEGIN.count(chr(10)) + line}"


def test_an_import_that_is_not_there_is_told_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shop_broken"
    package.mkdir()
    (package / "__init__.py").write_text("from shop_broken import inner\n")
    (package / "inner.py").write_text("\n\nimport no_such_module_here\n")
    about = tmp_path / "shop_broken-2.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-broken\nVersion: 2.1\n")
    (about / "entry_points.txt").write_text("[aigc]\nshop-broken = shop_broken\nshop-gone = shop_gone\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = {one.name: one for one in Registry.discover(only={"shop-broken", "shop-gone"}).plugins}
    assert found["shop-broken"].place == f"{package / 'inner.py'}:3"
    assert found["shop-broken"].distribution == "shop-broken 2.1"
    assert found["shop-gone"].place == "" and "No module named 'shop_gone'" in found["shop-gone"].error


def test_a_clash_of_content_types_is_told_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "seo" / "meta.yaml"
    file.parent.mkdir()
    file.write_text("aigc: 1\n", encoding="utf-8")
    registry = Registry.discover(only={"law", "seo", "rules", "text", "formats"})
    rules = tmp_path / "own.py"
    rules.write_text(
        f"from aigc import hookimpl\nfrom pathlib import Path\n"
        f"@hookimpl\ndef aigc_content_types():\n    return [Path({str(file)!r})]\n",
        encoding="utf-8",
    )
    registry.add_file(rules)
    Project.open(tmp_path, registry=registry).content_files()
    plugin: Plugin = registry.plugins[-1]
    assert "both declare 'seo/meta'" in plugin.error and plugin.place == f"{file}:1"
