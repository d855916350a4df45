"""`aigc types` is told from what was kept for as long as nothing it was made of has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import kept_types, main
from aigc.cli.options import open_project

LINE = (
    "aigc: 1\nname: shop/%s\nsummary: A line.\nbrief: {product: {type: string}}\nprompt: a.j2\noutput: {type: string}\n"
)
RULES = (
    "from aigc import hookimpl\n\n@hookimpl\ndef aigc_environment(environment):\n    environment.filters['%s'] = str\n"
)
Listed = Callable[..., tuple[bool, str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This is a project with a type and a plugin, and a cache of its own."""
    folder = tmp_path / "shop"
    (folder / "templates" / "shop").mkdir(parents=True)
    (folder / "aigc.yaml").write_text("plugins: [rules.py]\n")
    (folder / "rules.py").write_text(RULES % "shout")
    (folder / "templates" / "shop" / "line.yaml").write_text(LINE % "line")
    (folder / "templates" / "shop" / "a.j2").write_text("{{ product }}")
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("aigc.cli.kept_types.MOST", 100_000)  # other tests of this process load much
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def listed(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Listed:
    """This lists the types, and says whether the project was opened for it."""
    opened: list[Any] = []

    def opening(*given: Any, **named: Any) -> Any:
        opened.append(given)
        return open_project(*given, **named)

    monkeypatch.setattr("aigc.cli.types.open_project", opening)

    def run(*words: str) -> tuple[bool, str]:
        opened.clear()
        capsys.readouterr()
        assert main(["types", *words]) == 0
        return bool(opened), capsys.readouterr().out

    return run


def test_the_second_time_nothing_is_opened(listed: Listed, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, first = listed()
    assert opened and "shop/line" in first and "seo/meta" in first
    assert listed() == (False, first)
    opened, second = listed("--json")
    assert not opened and '"shop/line"' in second
    monkeypatch.chdir(shop / "templates")
    assert listed() == (False, first), "a folder within the project is the project"
    monkeypatch.chdir(shop.parent)
    opened, elsewhere = listed()
    assert opened and "shop/line" not in elsewhere
    assert listed("--project", str(shop)) == (False, first)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a type": lambda shop: (shop / "templates/shop/line.yaml").write_text((LINE % "line").replace("A line", "Another")),
    "a new type": lambda shop: (shop / "templates/shop/more.yaml").write_text(LINE % "more"),
    "a type that is gone": lambda shop: (shop / "templates/shop/line.yaml").unlink(),
    "a template": lambda shop: (shop / "templates/shop/a.j2").write_text("{{ product }}{{ produkt }}"),
    "the settings": lambda shop: (shop / "aigc.yaml").write_text("plugins: [rules.py]\ndisabled: [seo]\n"),
    "a plugin": lambda shop: (shop / "rules.py").write_text(RULES % "whisper"),
    "a plugin that is gone": lambda shop: (shop / "aigc.yaml").write_text(""),
    "the environment": lambda shop: os.environ.update(AIGC_DISABLE_PLUGINS="lessons"),
    "a bundled file": lambda shop: os.utime(Path(str(kept_types.__file__))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_looked_at(
    change: str, listed: Listed, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIGC_DISABLE_PLUGINS", "")
    before = listed()[1]
    assert not listed()[0]
    CHANGES[change](shop)
    opened, after = listed()
    assert opened
    assert (after == before) == (change in ("a plugin", "a plugin that is gone", "a bundled file"))


def test_a_package_that_comes_is_seen(listed: Listed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    listed()
    assert not listed()[0]
    about = site / "new-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: new\nVersion: 1.0\n")
    assert listed()[0]
    assert not listed()[0]
    (about / "entry_points.txt").write_text("[console_scripts]\nx = y:z\n")
    assert listed()[0]


def test_what_is_broken_is_not_kept(listed: Listed, shop: Path) -> None:
    (shop / "templates/shop/bad.yaml").write_text("aigc: 1\n")
    assert listed()[0] and listed()[0]
    (shop / "templates/shop/bad.yaml").unlink()
    (shop / "rules.py").write_text("1 / 0\n")
    assert listed()[0] and listed()[0]
    (shop / "rules.py").write_text(RULES % "shout")
    assert listed()[0] and not listed()[0]


def test_a_model_of_ones_own_is_asked_each_time(listed: Listed, shop: Path) -> None:
    (shop / "own").mkdir()
    (shop / "aigc.yaml").write_text("model: own\n")
    assert listed()[0] and listed()[0]


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"made_of": {}, "types": [{}]}', '{"made_of": {}, "types": 3}', '{"made_of": 7}']
)
def test_a_damaged_list_is_made_again(damage: str, listed: Listed, tmp_path: Path) -> None:
    _, first = listed()
    (file,) = (tmp_path / "cache" / "types").glob("*.json")
    file.write_text(damage)
    assert listed() == (True, first)
    assert listed() == (False, first)


def test_a_cache_that_cannot_be_written_is_no_matter(listed: Listed, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert listed()[0] and listed()[0]


def test_what_a_kill_left_of_a_list_is_swept(listed: Listed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(part: object, place: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", kill)
        patch.setattr(Path, "unlink", lambda path, **named: None)
        assert main(["types"]) != 0
    folder = tmp_path / "cache" / "types"
    other = folder / f".{'0' * 32}.json.4711"  # of another project
    other.write_text("{")
    os.utime(other, (0, 0))
    assert len(list(folder.iterdir())) == 2 and not list(folder.glob("*.json"))
    assert listed()[0] and not listed()[0]
    (left,) = folder.iterdir()
    assert left.suffix == ".json"
