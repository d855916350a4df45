"""Formats that are not bundled, for each rung of `aigc guide formats`, written by that page alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from aigc.testing import ScriptedGenerator, run_cli

HERE = Path(__file__).parent
PROJECTS = {"job-advert": "jobs/advert", "podcast-notes": "podcast/notes", "recipe-card": "recipes/card"}


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Path]:
    """This copies an example, whose folder a job would write into."""

    def copy(name: str) -> Path:
        return Path(copytree(HERE / name, tmp_path / name))

    return copy


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_is_fine_and_its_examples_come_out(name: str) -> None:
    checked = run_cli("check", "--json", cwd=HERE / name)
    assert (checked.code, checked.json["mistakes"]) == (0, [])
    (tested,) = run_cli("test", "--json", cwd=HERE / name).json["types"]
    assert tested["type"] == PROJECTS[name] and tested["passed"] and tested["examples"]


def test_adverts_are_written_for_a_sheet(copied: Callable[[str], Path]) -> None:
    script = {  # the first is what the default model wrote
        "opening": "Hours a week at Hillside Clinic in Whitby, looking for a night nurse.",
        "duties": "You look after 99 ninjas",
    }
    folder = copied("job-advert")
    words = ("batch", "jobs/advert", "jobs.csv", "--out", "out")
    ran = run_cli(*words, cwd=folder, generator=ScriptedGenerator(script))
    assert ran.code == 0, ran.err
    text = "\n".join(file.read_text(encoding="utf-8") for file in (folder / "out").rglob("*.md"))
    assert "Hillside Clinic in Whitby is looking for a night nurse, 30 hours a week." in text and "Hours a" not in text
    assert "You look after 12 patients" in text and "ninjas" not in text, "a number that is not in the row"


def test_show_notes_have_their_times_and_nothing_that_was_not_talked_of(copied: Callable[[str], Path]) -> None:
    script = {
        "teaser": "Baking rye bread with a miller from York: what rye is, and why it keeps for 5 days.",
        "lines": lambda request, index: "Why bread keeps for 17 days" if request.about.item == 2 else "Knead less",
    }
    folder = copied("podcast-notes")
    words = ("batch", "podcast/notes", "episodes.csv", "--out", "out")
    ran = run_cli(*words, cwd=folder, generator=ScriptedGenerator(script))
    assert ran.code == 0, ran.err
    text = next((folder / "out" / "markdown").glob("*rye*")).read_text(encoding="utf-8")
    assert "- 9:05 Knead less\n- 31:20 why it keeps for 5 days\n\n<https://example.com/rye>" in text


def test_a_recipe_is_scaled_and_each_ingredient_used(copied: Callable[[str], Path]) -> None:
    script = ScriptedGenerator(["Toast the bread.", "Butter it and dust it with cinnamon."])
    folder = copied("recipe-card")
    words = ("batch", "recipes/card", "recipes.csv", "--out", "out")
    ran = run_cli(*words, cwd=folder, generator=script)
    assert ran.code == 0, ran.err
    assert "60 g butter" in (folder / "out" / "artifacts.jsonl").read_text(encoding="utf-8")


def test_a_recipe_does_nothing_that_its_notes_do_not_say(copied: Callable[[str], Path]) -> None:
    script = ScriptedGenerator(lambda request, index: "Dice butter and cinnamon on toast. Add to the mix.")
    folder = copied("recipe-card")
    ran = run_cli("batch", "recipes/card", "recipes.csv", "--out", "out", cwd=folder, generator=script)
    assert ran.code == 0, ran.err
    text = (folder / "out" / "artifacts.jsonl").read_text(encoding="utf-8")
    assert "Butter it and dust with cinnamon." in text and "Dice" not in text


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """This is an environment that has the package, as pip installs it."""
    place = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "string-pack"
    copytree(HERE / "string-pack", source)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(place), str(source)], check=True, capture_output=True)
    paths = os.pathsep.join(filter(None, [str(place), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": paths}


def in_python(environment: dict[str, str], *words: str) -> str:
    """This runs Python on words in a process of its own, and returns what it printed."""
    folder = HERE / "string-pack"
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_package_is_installed_listed_and_its_examples_come_out(installed: dict[str, str]) -> None:
    assert "strings/translation: 4 examples fine" in in_python(installed, "-m", "aigc", "test", "strings/translation")
    listed = in_python(installed, "-m", "aigc", "plugins")
    assert "string-pack  (string-pack 0.1.0, string_pack)" in listed and "exporter string-pack " in listed


def test_the_tests_of_the_package_pass(installed: dict[str, str]) -> None:
    assert "3 passed" in in_python(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "-c", os.devnull)
