"""The kit for plugin authors: scripts, recordings, commands, goldens, strategies, and its plugin of pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import aigc
from aigc import Brief, Completion, Draft, Finding, Project, check, hookimpl
from aigc.content import ContentType, brief_values
from aigc.testing import (
    Recording,
    ScriptedGenerator,
    assert_content_type,
    assert_golden,
    briefs,
    briefs_in,
    golden_text,
    open_project,
    outputs,
    run_cli,
)
from aigc.types import Artifact, Row

ONLY = ("text", "rules", "formats", "generators", "gpt")
LINE = """aigc: 1
name: shop/line
summary: A line.
brief:
  product: {type: string, minLength: 2, maxLength: 20}
  price: {type: number, minimum: 0, default: null}
  colours: {type: array, items: {type: string, maxLength: 12}, maxItems: 3, default: []}
  tone: {type: string, enum: [plain, warm], default: plain}
prompt: line.j2
output: {type: string, minLength: 3, limit: {chars: 30}}
checks: [limits]
examples:
  - {name: mug, brief: {product: Mug}, output: Warm all day}
"""
TWO = """aigc: 1
name: shop/two
summary: Two stages.
brief:
  product: {type: string}
  day: {type: string, format: date, default: null}
  link: {type: string, format: uri, default: null}
  code: {type: string, pattern: "[A-Z]{2}[0-9]{3}", default: null}
stages:
  name: {prompt: line.j2, output: {type: string}}
  more: {prompt: line.j2, output: {title: {type: string, maxLength: 12}, tags: {type: array, items: {type: string}}}}
output:
  name: {type: string, from: "{{ stages.name }}"}
  title: {type: string, from: "{{ stages.more.title }}"}
examples:
  - {name: mug, brief: {product: Mug}, completion: '{"title": "Mug", "tags": []}', status: accepted}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
FILES = {"templates/shop/line.yaml": LINE, "templates/shop/two.yaml": TWO, "templates/shop/line.j2": TASK}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return open_project(tmp_path, FILES, only=ONLY)


def piece(project: Project, generator: object, name: str = "shop/line", **values: object) -> Artifact:
    content_type = project.content_type(name)
    brief = Brief(id="1", values=brief_values(content_type, {"product": "Mug", **values}, where="1"))
    return next(project.pipeline(generator).write(content_type, [brief]))  # type: ignore[arg-type]


def test_a_script_answers_by_stage(project: Project) -> None:
    script = {"name": "Enamel", "more": lambda request, index: '{"title":"A mug","tags":[]}'}
    generator = ScriptedGenerator(script)
    assert piece(project, generator, "shop/two").fields == {"name": "Enamel", "title": "A mug"}
    assert [one.about.stage for one in generator.requests if one.about] == ["name", "more"]
    with pytest.raises(AssertionError, match=r"stage 'more' asks, and the script has name"):
        piece(project, ScriptedGenerator({"name": "Enamel"}), "shop/two")


def test_a_script_that_ends_says_what_was_asked(project: Project) -> None:
    with pytest.raises(AssertionError, match=r"has given all its answers; one more is asked for: 'Mug'"):
        piece(project, ScriptedGenerator(["x" * 50]))
    cut = Completion(request_id="", text="Warm all day", finish_reason="length")
    assert piece(project, ScriptedGenerator([cut])).fields["text"] == "Warm all"


def test_a_recording_answers_without_the_generator(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    real = ScriptedGenerator(["Warm for hours"])
    recording = Recording(file, lambda: real)
    first = piece(project, recording)
    recording.close()
    assert real.closed and first.fields == {"text": "Warm for hours"} and len(recording.requests) == 1
    again = piece(project, Recording(file))
    assert again == first and again.provenance.usage == first.provenance.usage
    with pytest.raises(AssertionError, match=r"answers.jsonl: has no answer to 'Cup'; record it, with a generator"):
        piece(project, Recording(file), product="Cup")
    assert len(file.read_text().splitlines()) == 1


def test_what_failed_is_not_kept(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    failing = ScriptedGenerator(lambda request, index: Completion(request_id="", text="", finish_reason="error"))
    found = piece(project, Recording(file, lambda: failing))
    assert (found.status, found.reason) == ("failed", "no reason given")
    assert not file.exists()


def test_a_content_type_is_held_to_its_examples(project: Project, tmp_path: Path) -> None:
    assert assert_content_type("shop/line", project).name == "shop/line"
    broken = LINE.replace("output: Warm all day", 'completion: "Warm all day, all night, all week", output: Warm')
    bad = open_project(tmp_path / "bad", FILES | {"templates/shop/line.yaml": broken}, only=ONLY)
    with pytest.raises(AssertionError, match="shop/line: example 'mug': gives "):
        assert_content_type("shop/line", bad)
    bare = open_project(
        tmp_path / "bare", {**FILES, "templates/shop/line.yaml": LINE.partition("examples")[0]}, only=ONLY
    )
    with pytest.raises(AssertionError, match="has no example"):
        assert_content_type("shop/line", bare)
    wrong = LINE.replace("summary", "sumary").replace("output:", "outputs:", 1)
    worse = open_project(tmp_path / "worse", FILES | {"templates/shop/line.yaml": wrong}, only=ONLY)
    with pytest.raises(AssertionError, match=r"(?s)unknown key 'sumary'.*unknown key 'outputs'"):
        assert_content_type("shop/line", worse)


def test_an_example_answers_by_stage_and_item(tmp_path: Path) -> None:
    said = """{name: [Enamel], more: '{"title": "A mug", "tags": []}'}"""
    before = f"{TWO.partition('completion:')[0]}output: {{name: Enamel, title: A mug}}, completion: "
    fine, mute, misspelt = said, said.replace("[Enamel]", "[]"), said.replace("more:", "moer:")
    projects = [
        open_project(tmp_path / str(at), FILES | {"templates/shop/two.yaml": f"{before}{one}}}\n"}, only=ONLY)
        for at, one in enumerate((fine, mute, misspelt))
    ]
    assert_content_type("shop/two", projects[0])
    with pytest.raises(AssertionError, match="example 'mug': gives name None, not 'Enamel'"):
        assert_content_type("shop/two", projects[1])
    with pytest.raises(AssertionError, match=r"two.yaml:\d+: unknown key 'moer'; did you mean 'more'\?"):
        assert_content_type("shop/two", projects[2])


def test_a_check_that_needs_a_text_may_reject_a_whole_piece(tmp_path: Path) -> None:
    @check
    def cold(draft: Draft) -> list[Finding]:
        """A piece is cold."""
        return [Finding(message="is warm")] if "arm" in draft.fields["text"] else []

    class Plugin:
        @hookimpl
        def aigc_checks(self) -> list[object]:
            return [cold]

    line = LINE.replace("checks: [limits]", "checks: [limits, cold]").replace("Warm all day", "Cold all day")
    files = FILES | {"templates/shop/line.yaml": line}
    project = open_project(tmp_path, files, only=ONLY, plugins={"mine": Plugin()})
    found = piece(project, ScriptedGenerator(lambda request, index: "Warm all day"))
    assert (found.status, [one.check for one in found.findings]) == ("rejected", ["cold"])


def test_a_broken_plugin_fails_the_test_that_opens_it(tmp_path: Path) -> None:
    class Broken:
        @hookimpl
        def aigc_checks(self) -> list[object]:
            return [1 / 0]

    with pytest.raises(AssertionError, match=rf"plugin 'mine': ZeroDivisionError.*{Path(__file__).name}:\d+"):
        open_project(tmp_path, only=[], plugins={"mine": Broken()})

    class Fine:
        @hookimpl
        def aigc_checks(self) -> list[object]:
            return [never]

    assert open_project(tmp_path, only=[], plugins={"mine": Fine()}, seed="3").settings.seed == 3


@check
def never(text: str) -> list[str]:
    """Find nothing."""
    return []


def test_no_forecast_is_made_of_a_scripts_speed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("product\nMug\nCup\n", encoding="utf-8")
    cache = {"AIGC_CACHE": str(tmp_path / "cache")}
    argv = ("batch", "shop/line", "rows.csv", "--out", "made")
    generator = ScriptedGenerator(lambda request, index: "Warm for hours")
    ran = run_cli(*argv, cwd=tmp_path, generator=generator, environment=cache)
    assert ran.code == 0 and not (tmp_path / "cache" / "rates.json").exists()


def test_a_command_runs_with_a_script(project: Project, tmp_path: Path) -> None:
    generator = ScriptedGenerator(["Warm for hours"])
    ran = run_cli("generate", "shop/line", "product=Mug", "--json", cwd=tmp_path, generator=generator)
    assert (ran.code, ran.json["fields"]) == (0, {"text": "Warm for hours"})
    assert len(generator.requests) == 1 and not generator.closed
    here = Path.cwd()
    ran = run_cli("types", cwd=tmp_path, environment={"AIGC_DISABLE_PLUGINS": "seo"})
    assert "shop/line" in ran.out and "seo/meta" not in ran.out
    assert (Path.cwd(), os.environ.get("AIGC_DISABLE_PLUGINS")) == (here, None)
    assert run_cli("tpyes", cwd=tmp_path).code == 2


def test_briefs_are_those_of_a_batch(project: Project, tmp_path: Path) -> None:
    line = project.content_type("shop/line")
    (tmp_path / "rows.csv").write_text("product,id\n Enamel  mug ,mug\nPot,pot\n", encoding="utf-8")
    mug, pot = briefs_in(project, line, tmp_path / "rows.csv")
    assert (mug.id, mug.values["product"], pot.id) == ("mug", "Enamel  mug", "pot")
    (tin,) = briefs_in(project, line, [Row(values={"Name": "Tin"}, where="r:2")], set_={"product": "{{ Name }}"})
    assert tin.values["product"] == "Tin"
    with pytest.raises(AssertionError, match="product is missing"):
        briefs_in(project, line, [Row(values={"product": ""}, where="r:2")])


def test_a_golden_is_compared_and_taken_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "goldens" / "mug.json"
    with pytest.raises(AssertionError, match="there is no such golden; --aigc-update-goldens writes it"):
        assert_golden(file, {"a": 1})
    assert_golden(file, {"a": 1}, update=True)
    assert_golden(file, {"a": 1})
    with pytest.raises(AssertionError, match=r'(?s)-  "a": 1\n\+  "a": 2'):
        assert_golden(file, {"a": 2})
    assert golden_text("plain\n") == "plain\n"


def test_a_golden_of_a_piece_has_what_people_look_at(project: Project) -> None:
    text = golden_text(piece(project, ScriptedGenerator(lambda request, index: "Warm for hours and hours and hours")))
    assert '"status": "rejected"' in text and '"check": "limits"' in text and "usage" not in text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(draw=st.data())
@pytest.mark.parametrize("name", ["shop/line", "shop/two"])
def test_any_brief_is_taken_and_any_answer_judged(project: Project, name: str, draw: st.DataObject) -> None:
    content_type = project.content_type(name)
    raw = draw.draw(briefs(content_type))
    brief_values(content_type, raw, where="1")
    stages = {stage.name: draw.draw(outputs(content_type, stage.name)) for stage in content_type.stages}
    found = piece(project, ScriptedGenerator(stages), name, **raw)
    assert found.status in ("accepted", "rejected", "flagged"), found.reason


def test_a_stage_must_be_named_where_there_are_several(project: Project) -> None:
    two: ContentType = project.content_type("shop/two")
    with pytest.raises(ValueError, match="stage is one of name, more, not ''"):
        outputs(two)


TEST_OF_AN_AUTHOR = '''
from aigc import Brief
from aigc.testing import ScriptedGenerator

LINE = """aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string}
"""

def test_piece(aigc_project, aigc_golden, aigc_recording):
    project = aigc_project({"templates/shop/line.yaml": LINE, "templates/shop/line.j2": "{{ product }}"}, only=["gpt"])
    replay = aigc_recording("answers.jsonl", lambda: ScriptedGenerator(["Warm"]))
    briefs = [Brief(id="1", values={"product": "Mug"})]
    (piece,) = project.pipeline(replay).write(project.content_type("shop/line"), briefs)
    aigc_golden("mug.json", piece)
'''


def in_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """This runs an author's test; the plugin is named, as it would be found where this is installed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "aigc.testing.pytest_plugin", "-p", "no:cacheprovider"]
    return subprocess.run([*command, *options, str(folder)], capture_output=True, text=True, cwd=folder, check=False)


def test_the_fixtures_work_in_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(TEST_OF_AN_AUTHOR)
    done = in_pytest(tmp_path)
    assert done.returncode == 1 and "record it, with a generator" in done.stdout
    done = in_pytest(tmp_path, "--aigc-record", "--aigc-update-goldens")
    assert done.returncode == 0, done.stdout
    assert '"text": "Warm"' in (tmp_path / "goldens" / "mug.json").read_text()
    assert in_pytest(tmp_path).returncode == 0
    (tmp_path / "goldens" / "mug.json").write_text("{}\n")
    done = in_pytest(tmp_path)
    assert done.returncode == 1 and "--aigc-update-goldens takes it as it is now" in done.stdout


def test_the_plugin_of_pytest_costs_nothing_to_have() -> None:
    module = "aigc.testing.pytest_plugin"
    code = f"import pytest, sys; before = {{*sys.modules}}; import {module}; print(*{{*sys.modules}} - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"aigc", "aigc.testing", "aigc.testing.pytest_plugin"}
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert '\n[project.entry-points.pytest11]\n"aigc.testing.pytest_plugin" = "aigc.testing.pytest_plugin"' in project


def test_hypothesis_is_needed_by_who_uses_it_only() -> None:
    code = "import sys; from aigc.testing import briefs, ScriptedGenerator; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_name_of_the_kit_is_there_and_told() -> None:
    page = str(aigc.testing.__doc__)
    assert aigc.testing.__all__ == sorted(aigc.testing.__all__)
    assert all(getattr(aigc.testing, name) is not None for name in aigc.testing.__all__)
    told = {name for name in aigc.testing.__all__ if re.search(rf"\b{name}\b", page)}
    assert set(aigc.testing.__all__) - told == {"Ran", "golden_text"}
