"""`aigc check`: all that is wrong at once, with place and remedy, without a model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.content.yaml_lines import Document, read_yaml
from aigc.project import Project
from aigc.testing import run_cli

BAD = """aigc: 1
name: shop/bad
summary: x
colour: red
brief: {product: {type: strng}, fact: {type: string}, n: {type: integer, maxLenght: 3}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
checks: [limts, {forbidden_words: {wrds: [x]}}, {limits: {}}]
postprocess: [strip_chater]
fallback: "{{ fact | trim_to(chrs=3) }}"
exports: [cvs, jsonl]
candidates: 100
"""
PROMPT = """name: Shop Lines
summary: "One\\nTwo"
version: first
brief:
  product: {type: strng, maxLenght: 60}
  fact: {type: string, minLength: 9, maxLength: 3, patern: x, default: a}
prompt: lines.j2
output:
  title: {type: string, limt: 3, maxLenght: 20, fallback: "{{ fct }}"}
  text: {type: string, limit: {char: 3}, fallback: "{{ product | trm }}"}
sampling: {temprature: 1, top_p: 3}
needs: {parameters: big, languages: [english]}
chat: perhaps
pick: {by: [likley]}
checks: [{forbidden_words: {wrds: [x], lits: [y], severity: lod}}]
examples:
  - {name: a, shots: true, brief: {prodct: Tent, fact: [x]}, output: {titl: Tent, text: x}, status: fine}
  - {name: b, brief: {product: Tent, fact: dry feet}}
"""
TASK = """{% extends "base.j2" %}
{% block tsk %}{% endblock %}
{% block task %}{{ prodct }}
{{ fct | uper }}{% endblock %}
"""
STAGES = """aigc: 1
name: shop/parts
summary: x
brief: {product: {type: string}}
stages:
  one: {prompt: line.j2, output: {type: string}, checks: [limts]}
  two: {prompt: line.j2, output: {type: string}, foreach: "stages.on", checks: [limits, not_cu]}
output:
  text: {type: string, from: "{{ stages.tow }}"}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "project", "shop"]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    task = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
    (tmp_path / "shop" / "templates" / "shop" / "line.j2").write_text(task)
    return tmp_path / "shop"


def mistakes(capsys: pytest.CaptureFixture[str], *paths: str, code: int = 1) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["check", *paths, "--json"]) == code
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["mistakes"]
    return found


def test_all_bundled_types_are_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == f"{len(Project.open().content_files())} files fine\n"


def test_every_mistake_of_a_file_is_told_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "templates" / "shop" / "bad.yaml").write_text(BAD)
    found = mistakes(capsys)
    told = [(one["line"], one["message"]) for one in found if str(one["file"]).endswith("bad.yaml")]
    expected = [
        (4, "unknown key 'colour'"),
        (5, "unknown type 'strng'"),
        (5, "unknown word 'maxLenght'"),
        (8, "no check named 'limts'"),
        (8, "forbidden_words.wrds"),
        (9, "no postprocessor named 'strip_chater'"),
        (10, "filter 'trim_to': got an unexpected keyword argument 'chrs'"),
        (11, "no exporter named 'cvs'"),
        (12, "'candidates' must be at most 64"),
    ]
    assert [(line, message.startswith(text)) for (line, text), (_, message) in zip(expected, told, strict=True)] == [
        (line, True) for line, _ in told
    ]
    (key,) = [one for one in found if "strng" in str(one["message"])]
    assert (key["column"], key["hint"]) == (25, "did you mean 'string'?")
    assert str(key["text"]).startswith("brief: {product")


def test_no_mistake_of_a_type_of_one_prompt_hides_another(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "templates" / "shop" / "lines.yaml").write_text(PROMPT)
    (here / "templates" / "shop" / "lines.j2").write_text(TASK)
    found = mistakes(capsys, "templates/shop/lines.yaml")
    told = [f"{Path(str(one['file'])).suffix}:{one['line']}:{one['column']}" for one in found]
    assert told == [
        *(".j2:2:10", ".j2:3:20", ".j2:4:4", ".j2:4:10"),  # a block, two names, a filter
        *(".yaml:1:1", ".yaml:1:7", ".yaml:2:1", ".yaml:3:1"),  # no `aigc: 1`, the name, the summary, the version
        *(".yaml:5:19", ".yaml:5:26", ".yaml:6:3", ".yaml:6:52"),  # inputs
        *(".yaml:9:25", ".yaml:9:34", ".yaml:9:60", ".yaml:10:32", ".yaml:10:66"),  # fields
        *(".yaml:11:12", ".yaml:11:27", ".yaml:12:21", ".yaml:12:38", ".yaml:13:1", ".yaml:14:13"),
        *(".yaml:15:29", ".yaml:15:40", ".yaml:15:61"),  # options of one check
        *(".yaml:17:15", ".yaml:17:36", ".yaml:17:71", ".yaml:17:101", ".yaml:18:3"),  # examples
    ]
    hints = [one["message"] for one in found if "did you mean" in str(one["hint"]) + str(one["message"])]
    assert len(hints) == 19


@pytest.mark.parametrize("brief", ["", "brief: [product, fact]\n"])
def test_without_inputs_no_name_is_unknown(here: Path, brief: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (here / "templates" / "shop" / "line.yaml").read_text(encoding="utf-8")
    first, _, rest = text.partition("brief:")
    _, prompt, rest = rest.partition("prompt:")
    (here / "templates" / "shop" / "line.yaml").write_text(first + brief + prompt + rest, encoding="utf-8")
    (found,) = mistakes(capsys)
    assert "brief" in str(found["message"])


def test_a_broken_stage_hides_no_other(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "templates" / "shop" / "parts.yaml").write_text(STAGES)
    told = " | ".join(str(one["message"]) for one in mistakes(capsys, "templates/shop/parts.yaml"))
    assert all(word in told for word in ("'limts'", "'on'", "'not_cu'", "'tow'"))
    assert told.count("no earlier stage") == 2, "a stage that is wrong is there all the same"


def test_people_see_the_line_and_where_in_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "templates" / "shop" / "bad.yaml").write_text(BAD)
    capsys.readouterr()
    assert main(["check", "templates/shop/bad.yaml"]) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if ":9:15: no postprocessor" in line)
    assert lines[at + 1 : at + 3] == ["    postprocess: [strip_chater]", "    " + " " * 14 + "^"]
    assert lines[-1] == "9 mistakes in 1 file"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("spring.yaml", "type: shop/lin\nbriefs: rows.csv\n", "did you mean 'shop/line'?"),
        ("spring.yaml", "type: shop/line\nbreifs: rows.csv\n", "breifs"),
        ("aigc.yaml", "plugins: [ruls.py]\n", "ruls.py: no such file"),
        ("aigc.yaml", "modle: x\n", "did you mean 'model'?"),
        ("rules.py", "from aigc import check\n@check\ndef a(text: str):\n    '''x'''\n", "declares nothing"),
        ("templates/shop/line.j2", "{% block task %}{{ product | uper }}{% endblock %}", "no filter named 'uper'"),
    ],
)
def test_files_of_all_kinds_are_checked(
    here: Path, name: str, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / name).write_text(text)
    found = mistakes(capsys, *(["spring.yaml"] if name == "spring.yaml" else []))
    assert told in " ".join(f"{one['message']}; {one['hint']}" for one in found)


def test_a_file_that_is_not_there_has_a_neighbour(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = mistakes(capsys, "templates/shop/lin.yaml", code=2)
    assert "no such file" in str(one["message"]) and "line.yaml" in str(one["hint"])


def test_links_that_lead_to_each_other_are_one_mistake(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = here / "templates" / "shop" / "loop.yaml"
    file.symlink_to(file)
    (found,) = mistakes(capsys)
    assert "loop.yaml" in str(found["message"]) + str(found["file"])


def test_nothing_is_shown_of_what_a_link_leads_to_outside(
    here: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path_factory.mktemp("other") / "secret"
    secret.write_text("S3CRET:x:0\n")
    file = here / "templates" / "shop" / "line.yaml"
    file.unlink()
    file.symlink_to(secret)
    for named in ((), ("templates/shop/line.yaml",), (str(file),)):
        found = mistakes(capsys, *named)
        assert "S3CRET" not in json.dumps(found)
        assert any("line.yaml: is a link that leads out of" in str(one["message"]) for one in found)


def test_an_option_that_there_is_not_is_told_with_its_column(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = here / "templates" / "shop" / "line.yaml"
    text = path.read_text(encoding="utf-8").replace("  - not_cut\n", "  - {not_cut: {cut: 3, severity: warn}}\n")
    path.write_text(text, encoding="utf-8")
    (found,) = mistakes(capsys)
    line = str(found["text"])
    assert str(found["message"]).startswith("not_cut.cut: no such option")
    assert line[int(str(found["column"])) - 1 :].startswith("cut: 3")


def test_every_mistake_of_the_settings_is_told_at_once_by_every_command(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["sead: 3", "engine: {rowz: 3}", "candidates: many", "timeouts: {plugin: long}", "unique: {treshold: 1}"]
    (here / "aigc.yaml").write_text("\n".join([*lines, "policy:", "  - limits", ""]), encoding="utf-8")
    found = mistakes(capsys)
    assert [one["line"] for one in found] == [1, 2, 3, 4, 5]
    assert [str(one["message"]).partition(":")[0] for one in found] == [
        "sead",
        "engine.rowz",
        "candidates",
        "timeouts.plugin",
        "unique.treshold",
    ]
    assert found[0]["hint"] == "did you mean 'seed'?"
    assert main(["types"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 4 and all(line.startswith(f"Error: {here / 'aigc.yaml'}:") for line in told)


def test_every_wrong_check_of_the_policy_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "aigc.yaml").write_text("policy:\n  - limitz\n  - limits\n  - not_cu\n", encoding="utf-8")
    found = [one for one in mistakes(capsys) if str(one["file"]).endswith("aigc.yaml")]
    assert [(one["line"], one["hint"]) for one in found] == [
        (2, "did you mean 'limits'?"),
        (4, "did you mean 'not_cut'?"),
    ]


def test_of_a_long_line_the_place_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    many = ", ".join(f"k{number}: 1" for number in range(20_000))
    for line in (f"brief: {{{many}}}", f"sampling: {{{many}}}"):
        (tmp_path / "aigc.yaml").write_text(line, encoding="utf-8")
        assert main(["check"]) == 1
        shown, mark = capsys.readouterr().out.splitlines()[1:3]
        assert max(len(shown), len(mark)) < 150 and shown[len(mark) - 1] != " "


def test_a_check_of_all_that_is_bundled_reads_each_type_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read: list[Path] = []

    def noted(file: Path, **words: Any) -> Document:
        read.append(file)
        return read_yaml(file, **words)

    monkeypatch.setattr("aigc.content.load.read_yaml", noted)
    assert main(["check"]) == 0
    assert sorted(read) == sorted(file for file, _ in Project.open().content_files().values())


def test_a_check_of_types_imports_nothing_that_reads_rows(tmp_path: Path) -> None:
    code = "import sys; from aigc.cli import main; code = main(['check']); print('aigc.asking' in sys.modules, code)"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split()[-2:] == ["False", "0"]


def test_a_stage_that_nothing_holds_to_the_brief_is_told(tmp_path: Path) -> None:
    label = "aigc: 1\nname: museum/label\nsummary: A label\nbrief: {thing: {type: string}}\nprompt: label.j2\n"
    label += "output: {type: string}\nchecks: [limits]\n"
    held = label.replace("[limits]", "[limits, supported_by_brief]")
    needing = label + "needs: {parameters: 3b}\n"
    folder = tmp_path / "templates" / "museum"
    folder.mkdir(parents=True)
    (tmp_path / "aigc.yaml").touch()
    (folder / "label.j2").write_text("{% extends 'base.j2' %}{% block task %}{{ thing }}{% endblock %}")
    for text, told in ((label, True), (held, False), (needing, False)):
        (folder / "label.yaml").write_text(text)
        ran = run_cli("check", cwd=tmp_path)
        assert ran.code == 0, ran.out
        assert ("nothing holds its text to the brief" in ran.err) is told


def test_thousands_of_wrong_keys_are_a_few_lines_and_a_number(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    many = "".join(f"colour{number}: red\n" for number in range(3000))
    (here / "templates/shop/bad.yaml").write_text(BAD.replace("colour: red\n", many))
    with pytest.MonkeyPatch.context() as patch:
        asked: list[str] = []
        patch.setattr("aigc.content.yaml_lines.did_you_mean", lambda word, known: asked.append(word) or "")
        patch.setattr("aigc.content.unread.did_you_mean", lambda word, known: asked.append(word) or "")
        main(["check", "templates/shop/bad.yaml"])
    out = capsys.readouterr().out
    assert out.count("unknown key 'colour") == 21 and "unknown key 'colour20', and 2,979 more" in out, out
    assert len(asked) < 200, "each takes a while"


def test_all_mistakes_of_a_job_file_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "aigc.yaml").touch()
    words = (
        "tpye: x",
        "type: ads/google-serch",
        "limit: many",
        "matrix: {language: 3}",
        "exports: [csv, {a: 1, b: 2}]",
    )
    (tmp_path / "job.yaml").write_text("\n".join(words), encoding="utf-8")
    ran = run_cli("check", "job.yaml", cwd=tmp_path)
    assert ran.code == 1
    told = [line for line in ran.out.splitlines() if line.startswith("job.yaml:")]
    assert [one.split(":")[1] for one in told] == ["1", "1", "2", "3", "4", "5"]
    assert "did you mean 'type'?" in ran.out and "did you mean 'ads/google-search'?" in ran.out
    assert "6 mistakes in 1 file" in ran.out + ran.err
