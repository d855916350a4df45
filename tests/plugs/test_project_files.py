"""Python files of a project that are plugins of it: `plugins: [rules.py]` in its aigc.yaml."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aigc.cli import main
from aigc.errors import ProjectError, UsageError
from aigc.jobs.keys import Keys
from aigc.jobs.ray.assignment import packed, unpacked
from aigc.project import Project
from aigc.types import Brief

RULES = """
from aigc import check, hookimpl

@check
def short_and_snappy(text: str, *, words: int = 8):
    '''This text has few words.'''
    if len(text.split()) > words:
        yield f"has {len(text.split())} words, at most {words}"

@hookimpl
def aigc_checks():
    return [short_and_snappy]
"""
LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string}
checks: [{short_and_snappy: {words: 3}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "shop").mkdir(parents=True)
    (tmp_path / "aigc.yaml").write_text("plugins: [shop_rules.py]\n")
    (tmp_path / "shop_rules.py").write_text(RULES)
    (tmp_path / "templates" / "shop" / "line.yaml").write_text(LINE)
    (tmp_path / "templates" / "shop" / "line.j2").write_text("{% extends 'base.j2' %}{% block task %}x{% endblock %}")
    return tmp_path


def error_of(project: Project, name: str) -> str:
    return next(one.error for one in project.registry.plugins if one.name == name)


def test_a_check_of_the_project_is_known_in_it_only(folder: Path) -> None:
    (bound,) = Project.open(folder).content_type("shop/line").checks
    assert list(bound.extension("one two three four", **bound.values)) == ["has 4 words, at most 3"]
    assert "short_and_snappy" not in Project.open(folder.parent).registry.names("check")


def test_one_that_breaks_is_set_aside_with_the_reason(folder: Path) -> None:
    (folder / "shop_rules.py").write_text("import nothing_of_that_name\n")
    assert "No module named 'nothing_of_that_name'" in error_of(Project.open(folder), "shop_rules.py")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULES.replace("@hookimpl\n", ""), "declares nothing, not the check 'short_and_snappy' either"),
        (RULES.replace("@hookimpl\n", ""), "mark aigc_checks with @hookimpl"),
        (RULES.partition("@hookimpl\n")[0], "return it from a function aigc_checks() marked @hookimpl"),
        ("x = 1\n", "declares nothing; see `aigc guide hooks`"),
        ("def aigc_checks():\n    return []\n", "declares nothing; mark aigc_checks with @hookimpl"),
    ],
)
def test_one_without_a_hook_is_told_what_is_missing(folder: Path, text: str, told: str) -> None:
    (folder / "shop_rules.py").write_text(text)
    assert told in error_of(Project.open(folder), "shop_rules.py")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shop_ruls.py", "aigc.yaml:1: plugins: shop_ruls.py: no such file; did you mean"),
        ("rules.txt", "is no Python file"),
        ("../rules.py", "lies outside of the project's folder"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused(folder: Path, name: str, told: str) -> None:
    (folder / ".." / "rules.py").write_text(RULES)
    (folder / "aigc.yaml").write_text(f"plugins: [{name}]\n")
    with pytest.raises(ProjectError) as caught:
        Project.open(folder)
    assert told in str(caught.value)


ENDLESS = """\
import time

def wait():
    while True:
        %s

%s
"""


@pytest.mark.parametrize("body", ["pass", "time.sleep(0.1)"])
def test_an_endless_loop_at_import_ends_at_the_projects_limit_and_names_its_line(
    folder: Path, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "aigc.yaml").write_text("plugins: [shop_rules.py]\ntimeouts: {plugin: 0.3}\n")
    (folder / "shop_rules.py").write_text(ENDLESS % (body, "wait()") + RULES)
    monkeypatch.chdir(folder)
    began = time.monotonic()
    told = error_of(Project.open(folder), "shop_rules.py")
    assert re.fullmatch(r"does not answer: it took longer than 0\.3 s, and was at shop_rules\.py:[456]", told)
    assert time.monotonic() - began < 10
    hint = "from aigc import hookimpl\n@hookimpl\ndef aigc_checks():\n    wait()\n"
    (folder / "shop_rules.py").write_text(ENDLESS % (body, hint))
    assert "longer than 0.3 s, and was at shop_rules.py:" in error_of(Project.open(folder), "shop_rules.py")


def test_the_limit_is_the_command_lines_and_the_job_files_too(folder: Path) -> None:
    (folder / "shop_rules.py").write_text(ENDLESS % ("pass", "wait()") + RULES)
    told = error_of(Project.open(folder, options={"timeouts.plugin": "0.2"}), "shop_rules.py")
    assert "longer than 0.2 s" in told
    told = error_of(Project.open(folder, laid={"timeouts.plugin": (0.4, "spring.yaml:3")}), "shop_rules.py")
    assert "longer than 0.4 s" in told


@pytest.mark.parametrize(("argv", "code", "where"), [(["plugins"], 0, "out"), (["wave"], 2, "err")])
def test_a_command_is_held_up_once_by_one_that_does_not_end(
    folder: Path, argv: list[str], code: int, where: str
) -> None:
    (folder / "aigc.yaml").write_text("plugins: [shop_rules.py]\ntimeouts: {plugin: 1}\n")
    counted = "open('imports.txt', 'a').write('x')\n"
    (folder / "shop_rules.py").write_text(counted + ENDLESS % ("pass", "wait()") + RULES)
    command = [sys.executable, "-m", "aigc", *argv]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stderr
    assert "shop_rules.py" in (done.stdout if where == "out" else done.stderr)
    assert (folder / "imports.txt").read_text() == "x"


def test_a_link_out_of_the_project_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "rules.py"
    elsewhere.write_text(RULES)
    (folder / "shop_rules.py").unlink()
    (folder / "shop_rules.py").symlink_to(elsewhere)
    with pytest.raises(ProjectError, match="lies outside"):
        Project.open(folder)


def test_neither_a_job_file_nor_the_command_line_names_plugins(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"plugins: are named in aigc\.yaml only"):
        Project.open(folder, laid={"plugins": (["x.py"], "spring.yaml:3")})
    with pytest.raises(UsageError, match=r"plugins: are named in aigc\.yaml only"):
        Project.open(folder, options={"plugins": "x.py"})


def test_a_changed_rule_writes_pieces_anew(folder: Path) -> None:
    def key() -> str:
        project = Project.open(folder)
        return Keys(project, project.content_type("shop/line"))(Brief(id="1", values={"product": "Mug"}))

    before = key()
    assert key() == before
    (folder / "shop_rules.py").write_text(RULES.replace("has {", "holds {"))
    assert key() != before


def test_workers_get_the_files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    project = Project.open(folder)
    there = tmp_path_factory.mktemp("worker")
    assignment = packed(project, project.content_type("shop/line"))
    (folder / "shop_rules.py").unlink()
    _, content_type = unpacked(assignment, there)
    assert [one.name for one in content_type.checks] == ["short_and_snappy"]


def test_commands_of_the_project_are_offered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "\nimport click\n@hookimpl\ndef aigc_commands(cli):\n    cli.add_command(click.Command('hello'))\n"
    (folder / "shop_rules.py").write_text(RULES + more)
    monkeypatch.chdir(folder)
    assert main(["--help"]) == 0
    assert "hello" in capsys.readouterr().out


def test_one_called_like_a_bundled_plugin_takes_nothing_from_it(folder: Path) -> None:
    (folder / "rules.py").write_text(RULES)
    (folder / "aigc.yaml").write_text("plugins: [rules.py]\n")
    project = Project.open(folder)
    assert {"limits", "short_and_snappy"} <= set(project.registry.names("check"))


def test_one_that_changes_the_process_is_undone(folder: Path) -> None:
    (folder / "shop_rules.py").write_text(f"import os, sys\nos.chdir('/')\nsys.stdout = None\n{RULES}")
    here, out = Path.cwd(), sys.stdout
    assert "short_and_snappy" in Project.open(folder).registry.names("check")
    assert (Path.cwd(), sys.stdout) == (here, out)


@pytest.mark.parametrize("names", ["shop_rules.py, shop_rules.py", "shop_rules.py, ./sub/shop_rules.py"])
def test_two_of_one_name_are_refused(folder: Path, names: str) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "shop_rules.py").write_text(RULES)
    (folder / "aigc.yaml").write_text(f"plugins: [{names}]\n")
    with pytest.raises(ProjectError, match=r"aigc.yaml:1: plugins: two of them are named 'shop_rules.py'"):
        Project.open(folder)
