"""What was public in an earlier version still is: its names by the record of them, and a plugin written for it runs."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.version import Version

import aigc
from aigc import former, hookimpl
from aigc.former import Former
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.testing import assert_content_type, open_project, run_cli, try_scorer

from .surface import surface

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORDS = sorted(HERE.glob("*.json"))


GIVEN_UP = {  # while nothing was promised yet
    "0.1.0": {
        "checks": ["announces", "opens_shortly"],
        "functions of templates": [
            "article_intro",
            "bloom_verbs",
            "lesson_assessment",
            "lesson_phases",
            "lesson_words",
            "plain_objective",
        ],
        "options": ["postprocessor keep_announcements(at_most)"],
        "post-processors": ["keep_announcements"],
    }
}


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_all_that_was_public_still_is(record: Path) -> None:
    now = surface()
    now["names of aigc"] += former.NAMES
    now["hooks"] += list(former.HOOKS)
    before = json.loads(record.read_text(encoding="utf-8"))
    gone = {place: sorted({*names} - {*now[place]}) for place, names in before.items()}
    gone = {place: names for place, names in gone.items() if names}
    assert gone == GIVEN_UP.get(record.stem, {}), "deprecate it first; see aigc/former.py"


def test_what_was_given_up_is_told() -> None:
    page = (Path(aigc.__file__).parent / "guide" / "changes.md").read_text(encoding="utf-8")
    given_up = {name for kinds in GIVEN_UP.values() for place in kinds.keys() - {"options"} for name in kinds[place]}
    assert given_up and all(f"`{name}`" in page for name in given_up)


def test_a_former_name_is_kept_until_its_version() -> None:
    for one in (*former.NAMES.values(), *former.HOOKS.values()):
        assert Version(one.goes) > Version(version()), "take it away now, and say so in changes.md"


def version() -> str:
    """This is the version that is being built."""
    (found,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return found


def test_the_changes_are_told_of_every_version() -> None:
    page = (Path(aigc.__file__).parent / "guide" / "changes.md").read_text(encoding="utf-8")
    told = re.findall(r"^## (\S+)", page, re.MULTILINE)
    versions = [Version(one) for one in told]  # what pip can compare
    assert told[0] == version() and versions == sorted(versions, reverse=True)
    assert {record.stem for record in RECORDS} == set(told[1:]), "record what is public on the day of a version"


@pytest.fixture
def kettle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """This is the plugin, installed as a package is."""
    about = tmp_path / "site" / "kettle_rules-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kettle-rules\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[aigc]\nkettle = kettle_rules\n")
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(__import__("sys").modules, "kettle_rules", raising=False)
    import kettle_rules  # type: ignore[import-not-found]

    yield kettle_rules


def test_a_plugin_of_the_version_before_runs(kettle: ModuleType, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        project = open_project(tmp_path / "house", {"rows.kettle": "Pot\nPan\n"})
        assert_content_type("kettle/line", project)
    (plugin,) = [one for one in project.registry.plugins if one.name == "kettle"]
    assert (plugin.error, plugin.former, len(plugin.hooks)) == ("", [], 12)
    assert try_scorer(kettle.likely, ["a", "b"]) == [0.0, 0.0]
    words = ("batch", "kettle/line", "rows.kettle", "--on", "kettle", "-m", "none", "--out", "first")
    ran = run_cli(*words, cwd=tmp_path / "house")
    assert ran.code == 0, ran.err
    assert (tmp_path / "house" / "first" / "all.kettle").read_text() == "~0001 Pot is hot!\n~0002 Pan is hot!\n"
    assert kettle.HEARD[-3:] == ["0001", "0002", "2 done"]
    assert run_cli("whistle", cwd=tmp_path / "house").out == "piii\n"


def test_a_former_name_works_and_warns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(former.NAMES, "Complaint", Former(now="types.Finding", goes="9.0"))
    with pytest.warns(
        DeprecationWarning, match=r"aigc.Complaint goes with version 9.0; use aigc.types.Finding"
    ) as heard:
        assert aigc.Complaint is aigc.Finding
    assert heard[0].filename == __file__
    rules = "from aigc import Complaint, check, hookimpl\n@hookimpl\ndef aigc_checks():\n    return []\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (tmp_path / "rules.py").write_text(rules)
        (tmp_path / "aigc.yaml").write_text("plugins: [rules.py]\n")
        ran = run_cli("plugins", cwd=tmp_path)
        (tmp_path / "rules.py").write_text(rules + "\n")
        listed = run_cli("plugins", "--json", cwd=tmp_path).json
    assert "aigc.Complaint goes with version 9.0; use aigc.types.Finding" in ran.out
    assert listed[-1]["former"] == ["aigc.Complaint goes with version 9.0; use aigc.types.Finding"]
    with pytest.raises(AttributeError, match="no attribute 'Complain'"):
        _ = aigc.Complain


def test_a_former_hook_is_heard_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(former.HOOKS, "aigc_rules", Former(now="aigc_checks", goes="9.0"))

    class Plugin:
        @hookimpl
        def aigc_rules(self) -> list[object]:
            return [kind]

    @aigc.check
    def kind(text: str) -> list[str]:
        """Find nothing."""
        return []

    registry = Registry()
    with pytest.warns(DeprecationWarning, match="the hook aigc_rules goes with version 9.0; use aigc_checks"):
        registry.add(Plugin(), "old")
    assert registry.plugins[0].error == "" and registry.names("check") == ["kind"]
    assert registry.plugins[0].former == ["the hook aigc_rules goes with version 9.0; use aigc_checks"]


def test_a_project_opens_with_it(kettle: ModuleType) -> None:
    assert "kettle/line" in Project.open().content_files()
