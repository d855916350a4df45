"""`aigc new` and `aigc test`: what is begun works from the first second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from aigc.cli import main
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief
from aigc.writing.pipeline import Pipeline

TYPE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 10}}
checks: [limits]
examples:
  - {name: fits, brief: {product: Mug}, output: Warm mug}
  - {name: long, brief: {product: Mug}, completion: Warm mug for the whole day, output: Warm mug, status: accepted}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_project_passes_its_own_tests(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "project", "shop"]) == 0
    assert "aigc batch shop/line rows.csv --out first" in capsys.readouterr().out
    monkeypatch.chdir(here / "shop")
    assert main(["test"]) == 0
    assert capsys.readouterr().out == "shop/line: 4 examples fine\n"
    assert "few_words" in Project.open().registry.names("check"), "its own check is loaded"
    assert main(["batch", "shop/line", "rows.csv", "--out", "first", "--dry-run"]) == 0


MADE_UP = (  # what the default model wrote of these facts
    ("Enamel mug", "keeps coffee warm for 2 hours", "Makes a hot mug for 2 hours"),
    ("Enamel mug", "keeps coffee warm for 2 hours", "Does not keep coffee warm for 2 hours"),
    ("Rain barrel", "holds 200 litres", "Holds 200 litres of rainwater"),
    ("Steel kettle", "boils 1.7 litres in 4 minutes", "Boils a 1.7 litres in 4 minutes"),
    ("Garden shears", "stay sharp for years", "Stays sharp for years"),
    ("Iron pan", "works on every stove except induction", "Induction works on every stove except iron pan."),
)


@pytest.mark.parametrize(("product", "fact", "line"), MADE_UP)
def test_what_a_model_makes_up_a_new_type_does_not_take(here: Path, product: str, fact: str, line: str) -> None:
    assert main(["new", "project", "shop"]) == 0
    assert written(here / "shop", line, product, fact) == {"text": fact[0].upper() + fact[1:]}, "the fact itself"
    assert written(here / "shop", fact, product, fact) == {"text": fact}


def test_where_no_words_of_a_long_fact_fit_a_new_type_takes_none(here: Path) -> None:
    assert main(["new", "project", "shop"]) == 0
    fact = "weighs 11 kg, folds in 10 seconds and fits into the luggage rack of every regional train"
    assert written(here / "shop", "Floats in the luggage rack of every train", "Bike", fact) == "rejected"


def written(folder: Path, line: str, product: str, fact: str) -> dict[str, object] | str:
    """Return the fields of what the new type made of a line, or what became of it where it is not accepted."""
    project = Project.open(folder)
    generator = ScriptedGenerator(lambda request, index: line)
    (piece,) = Pipeline(generator, project.environment).write(
        project.content_type("shop/line"), [Brief(id="1", values={"product": product, "fact": fact})]
    )
    return dict(piece.fields) if piece.status == "accepted" else piece.status


def test_a_new_type_goes_into_the_project(here: Path) -> None:
    (here / "aigc.yaml").touch()
    assert main(["new", "type", "tea/label"]) == 0
    assert main(["test", "tea/label"]) == 0


@pytest.mark.parametrize("source", ["ads/google-search", "articles/blog", "seo/meta", "lessons/quiz"])
def test_a_type_from_a_bundled_one_brings_all_it_needs(here: Path, source: str) -> None:
    (here / "aigc.yaml").touch()
    assert main(["new", "type", "mine/copy", "--from", source]) == 0
    mine, theirs = Project.open().content_type("mine/copy"), Project.open().content_type(source)
    assert [one.name for one in mine.stages] == [one.name for one in theirs.stages]
    assert all(Path(one.template).is_relative_to(here) for one in mine.stages)


def test_of_the_templates_beside_a_type_only_its_own_come_along(here: Path) -> None:
    (here / "aigc.yaml").touch()
    assert main(["new", "type", "mine/titles", "--from", "seo/meta"]) == 0
    assert sorted(file.name for file in (here / "templates" / "mine").glob("*.j2")) == ["meta.j2", "title.j2"]
    assert main(["new", "type", "tea/label"]) == 0
    tea = here / "templates" / "tea"
    (tea / "label.j2").write_text("{% extends 'frame.j2' %}{% block task %}{% include 'parts/fact.j2' %}{% endblock %}")
    (tea / "parts").mkdir()
    (tea / "parts" / "fact.j2").write_text("{{ product }}: {{ fact }}")
    (tea / "parts" / "unused.j2").write_text("{{ fact }}")
    (tea / "frame.j2").write_text("{% extends 'base.j2' %}{% block system %}{% include 'tone.j2' %}{% endblock %}")
    (here / "templates" / "tone.j2").write_text("You write plainly.")
    assert main(["new", "type", "mug/label", "--from", "tea/label"]) == 0
    files = {file.relative_to(here / "templates" / "mug").as_posix() for file in tea.parent.glob("mug/**/*.*")}
    assert files == {"label.yaml", "label.j2", "frame.j2", "parts/fact.j2"}
    assert main(["test", "mug/label"]) == 0


def test_a_new_plugin_passes_its_own_tests(here: Path) -> None:
    assert main(["new", "plugin", "tea-rules"]) == 0
    package = here / "tea-rules"
    info = package / "tea_rules-0.1.0.dist-info"  # as an editable install has it
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tea-rules\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[aigc]\ntea-rules = tea_rules\n")
    code = f"import sys, pytest; sys.path.insert(0, {str(package)!r}); sys.exit(pytest.main(['-q', 'tests']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_new_plugin_says_next_installs_what_its_tests_need(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "plugin", "tea-rules", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["next"]
    assert told[0] == "pip install -e 'tea-rules[test]'" and "pytest" in told[-1]
    extras = tomllib.loads((here / "tea-rules/pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras == {"test": ["pytest"]}, "AIGC does not bring it"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["project", "My Shop"], "small letters, digits and - between them; try my-shop"),
        (["plugin", "9"], "such as shop"),
        (["type", "slogan"], "a content type is called FAMILY/NAME; try shop/slogan"),
        (["type", "shop/slogan"], "there is no project here; `aigc new project shop`"),
    ],
)
def test_what_cannot_be_begun_says_what_can(
    here: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *words]) == 2
    assert told in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_nothing_of_yours_is_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "shop").mkdir()
    (here / "shop" / "rows.csv").write_text("mine")
    assert main(["new", "project", "shop"]) == 2
    assert "rows.csv: is there already; nothing was written" in capsys.readouterr().err
    assert [file.name for file in (here / "shop").iterdir()] == ["rows.csv"]


FILES = {"project": 5, "plugin": 5, "type": 2}


@pytest.mark.parametrize("words", [["project", "shop"], ["plugin", "shop-rules"], ["type", "shop/slogan"]])
def test_killed_at_any_file_the_same_command_goes_on(
    here: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if words[0] == "type":
        (here / "aigc.yaml").touch()
    before = contents(here)
    assert main(["new", *words]) == 0
    whole = contents(here)
    assert main(["new", *words]) == 2 and "is there already" in capsys.readouterr().err, "none of it was left to do"
    rename = Path.rename
    for at in range(FILES[words[0]]):
        for name in contents(here).keys() - before.keys():
            (here / name).unlink()
        left = [at]

        def killing(part: Path, to: Path, left: list[int] = left) -> Path:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt  # as a kill: nobody tidies up
            return rename(part, to)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", killing)
            assert main(["new", *words]) != 0
        assert main(["new", *words]) == 0
        assert contents(here) == whole
    (here / next(name for name in whole if name.endswith(".j2"))).write_text("mine")
    assert main(["new", *words]) == 2, "changed since, it is somebody's"


def contents(folder: Path) -> dict[str, bytes]:
    files = [one for one in folder.rglob("*") if one.is_file() and one.parent.name != "__pycache__"]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}


def test_an_example_that_comes_out_otherwise_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "aigc.yaml").touch()
    (here / "templates" / "shop").mkdir(parents=True)
    (here / "templates" / "shop" / "line.yaml").write_text(TYPE)
    (here / "templates" / "shop" / "line.j2").write_text(TASK)
    assert main(["test", "--json", "--junit", "found.xml"]) == 1
    (told,) = json.loads(capsys.readouterr().out)["types"]
    assert (told["passed"], [len(one["complaints"]) for one in told["examples"]]) == (False, [0, 2])
    assert "is rejected" in told["examples"][1]["complaints"][0]
    suite = ElementTree.parse(here / "found.xml").getroot()[0]
    assert [len(case) for case in suite] == [0, 2]


def test_a_type_that_cannot_be_loaded_fails_the_test(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "aigc.yaml").touch()
    (here / "templates" / "shop").mkdir(parents=True)
    (here / "templates" / "shop" / "line.yaml").write_text(TYPE.replace("limits]", "limts]"))
    (here / "templates" / "shop" / "line.j2").write_text(TASK)
    assert main(["test"]) == 1
    assert "did you mean 'limits'?" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["project", "mixes"], "what is fitted for content types"),
        (["plugin", "json"], "Python has a module or a word of this name; try json-rules"),
        (["plugin", "class"], "try class-rules"),
        (["plugin", "aigc"], "try aigc-rules"),
    ],
)
def test_a_name_that_would_not_work_is_refused(
    here: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *words]) == 2
    assert told in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_what_is_in_the_way_of_a_folder_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "shop").write_text("mine")
    (here / "gone").symlink_to(here / "nowhere")
    for name in ("shop", "gone"):
        assert main(["new", "project", name]) == 2
        assert f"{name}: cannot be written" in capsys.readouterr().err


def test_a_project_that_cannot_be_written_whole_leaves_no_part(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "shop").mkdir()
    (here / "shop" / "templates").write_text("mine")
    assert main(["new", "project", "shop"]) == 2
    assert [file.name for file in (here / "shop").iterdir()] == ["templates"]


def test_a_type_is_not_written_out_of_the_project(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, elsewhere = here / "p", here / "elsewhere"
    elsewhere.mkdir()
    (project / "templates").mkdir(parents=True)
    (project / "aigc.yaml").touch()
    (project / "templates" / "shop").symlink_to(elsewhere)
    assert main(["new", "type", "shop/line", "--project", str(project)]) == 2
    assert "is a link that leads out" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


def test_a_type_from_one_of_its_own_family_shares_its_templates(here: Path) -> None:
    (here / "aigc.yaml").touch()
    assert main(["new", "type", "tea/label"]) == 0
    file = here / "templates" / "tea" / "label.yaml"
    file.write_text(file.read_text().replace("name: tea/label", '"name": tea/label'))
    assert main(["new", "type", "tea/tag", "--from", "tea/label"]) == 0
    assert main(["check"]) == 0


def test_what_is_no_text_beside_a_type_is_not_copied(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "aigc.yaml").touch()
    assert main(["new", "type", "tea/label"]) == 0
    folder = here / "templates" / "tea"
    (here / "secret").write_text("secret")
    (folder / "link.j2").symlink_to(here / "secret")
    (folder / "folder.j2").mkdir()
    os.mkfifo(folder / "pipe.j2")
    assert main(["new", "type", "one/label", "--from", "tea/label"]) == 0
    assert sorted(file.name for file in (folder.parent / "one").iterdir()) == ["label.j2", "label.yaml"]
    (folder / "bytes.txt").write_bytes(b"\xff\xfe")
    with (folder / "label.yaml").open("a") as text:
        text.write("reads: [bytes.txt]\n")
    assert main(["new", "type", "two/label", "--from", "tea/label"]) == 2
    assert "bytes.txt: cannot be copied" in capsys.readouterr().err


def test_results_are_written_over_results_only(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "project", "shop"]) == 0
    rows = here / "shop" / "rows.csv"
    before = rows.read_bytes()
    test = ["test", "--project", "shop", "--junit"]
    assert [main([*test, str(rows)]), main([*test, "shop"])] == [2, 2]
    assert rows.read_bytes() == before
    found = str(here / "new" / "found.xml")
    assert [main([*test, found]), main([*test, found])] == [0, 0]


def test_results_of_any_characters_are_xml(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "aigc.yaml").touch()
    (here / "templates" / "shop").mkdir(parents=True)
    (here / "templates" / "shop" / "line.yaml").write_text(TYPE.replace("name: long", 'name: "lo\\e[31m\\x01ng"'))
    (here / "templates" / "shop" / "line.j2").write_text(TASK)
    assert main(["test", "--junit", "found.xml"]) == 1
    assert ElementTree.parse(here / "found.xml").getroot()[0].attrib["name"] == "shop/line"


def test_watching_goes_on_past_a_file_that_is_half_saved(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "project", "shop"]) == 0
    settings, turns = here / "shop" / "aigc.yaml", iter(["broken: [", "plugins: [rules.py]", None])

    def edit(seconds: float) -> None:
        text = next(turns)
        if text is None:
            raise KeyboardInterrupt
        settings.write_text(text)

    monkeypatch.setattr("aigc.cli.test.time", SimpleNamespace(sleep=edit))  # the watchdog sleeps too
    assert main(["test", "--watch", "--project", "shop"]) == 130
    told = capsys.readouterr().out
    assert "aigc.yaml:2: " in told
    assert told.count("shop/line: 4 examples fine") == 2


def test_results_go_into_a_pipe_as_well(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "project", "shop"]) == 0
    (here / "file").write_text("")
    assert main(["test", "--project", "shop", "--junit", "file/found.xml"]) == 2
    assert "file/found.xml: cannot be written" in capsys.readouterr().err
    os.mkfifo(here / "pipe")
    reader = os.open(here / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert main(["test", "--project", "shop", "--junit", "pipe"]) == 0
    assert b"<testsuites" in os.read(reader, 1000)
    os.close(reader)
