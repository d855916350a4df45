"""A job file: all one needs to ask for a job, and what a batch writes to be asked for again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.asking import Export, Plan, is_job_file, read_plan, spoken, write_plan
from aigc.content.yaml_lines import parse_yaml, yaml_text
from aigc.errors import AigcError, UsageError
from aigc.project import Project

from .conftest import ITEM, TASK

JOB = """\
# Ads for spring.
type: shop/item
briefs: products.csv
map: {product: name}
set: {language: en}
input: {delimiter: ";"}
limit: 50
matrix:
  tone: [plain, very bold]
  variants: 2
exports:
  - csv
  - lines: {title: Spring}
model: tiny
sampling: {temperature: 0.5}
unique: true
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "jobs" / "spring.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_job_file_says_all_of_a_job(written: Callable[[str], Path]) -> None:
    file = written(JOB)
    plan = read_plan(file)
    assert (plan.type, plan.briefs, plan.limit) == ("shop/item", str(file.parent / "products.csv"), 50)
    assert (plan.columns, plan.literals, plan.reading) == ({"product": "name"}, {"language": "en"}, {"delimiter": ";"})
    assert [value for value, _ in plan.matrix["tone"]] == ["plain", "very bold"]
    assert plan.matrix["variants"] == [(2, f"{file}:10")]
    assert [(one.name, dict(one.options)) for one in plan.exports] == [("csv", {}), ("lines", {"title": "Spring"})]
    assert plan.settings["model"] == ("tiny", f"{file}:14") and plan.unique
    assert read_plan(written("type: a/b\nbriefs: sample\n")).briefs == "sample"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("briefs:", "brifs:", "spring.yaml:3: unknown key 'brifs'; did you mean 'briefs'?"),
        ("briefs: products.csv\n", "", "'briefs' is missing"),
        ("type: shop/item\n", "", "'type' is missing"),
        ("limit: 50", "limit: many", "spring.yaml:7: 'limit' must be a whole number, not 'many'"),
        ("map: {product: name}", "map: {product: 3}", "spring.yaml:4: 'product' must be text, not 3"),
        ("  tone: [plain, very bold]", "  tone: plain", "spring.yaml:9: 'tone' must be a list, not 'plain'"),
        ("  - csv", "  - {csv: {}, jsonl: {}}", "spring.yaml:12: one entry names one format"),
        ("limit: 50", "limit: 50\nlimit: 51", "'limit' stands here twice"),
        ("model: tiny", "policy: []", "spring.yaml:14: unknown key 'policy'"),
        ("# Ads", "aigc: 2\n# Ads", "spring.yaml:1: aigc is 2; this version reads `aigc: 1`"),
    ],
)
def test_what_is_wrong_in_a_job_file_is_said_by_line(
    written: Callable[[str], Path], old: str, new: str, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_plan(written(JOB.replace(old, new, 1)))
    assert said in str(caught.value)


def test_a_job_file_is_no_content_type(
    written: Callable[[str], Path],
    make_project: Callable[..., Project],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    file = str(written(JOB))
    assert is_job_file(file) and not is_job_file("spring.yaml") and not is_job_file("shop/item")
    project = make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})
    assert not is_job_file(str(project.content_type("shop/item").file))
    assert is_job_file(str(written("type: [broken\n"))), "and its own error is said"


def test_what_comes_later_goes_over_it(written: Callable[[str], Path]) -> None:
    plan = read_plan(written(JOB))
    asked = Plan(type="", briefs="other.csv", literals={"tone": "dry"}, matrix=spoken({"language": "en,zh"}))
    both = plan.over(replace(asked, exports=(Export(name="lines"),), limit=3))
    assert (both.type, both.briefs, both.limit, both.unique) == ("shop/item", "other.csv", 3, True)
    assert both.literals == {"tone": "dry"} and list(both.matrix) == ["variants", "language"]
    assert [dict(one.options) for one in both.exports] == [{"title": "Spring"}], "a format keeps its options"
    assert plan.over(Plan(type="", briefs="")) == plan


def test_settings_of_a_job_file_go_over_the_projects_and_under_the_command_lines(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "aigc.yaml").write_text("seed: 3\nmodel: large\nsampling: {temperature: 1, top_p: 0.9}\n")
    laid = read_plan(written(JOB)).settings
    settings = Project.open(tmp_path, laid=laid, options={"seed": "5"}).settings
    assert (settings.seed, settings.model, settings.sampling) == (5, "tiny", {"temperature": 0.5, "top_p": 0.9})
    with pytest.raises(AigcError, match=r"spring.yaml:15: sampling.temperature: 9 is not from 0 to 5"):
        Project.open(tmp_path, laid=read_plan(written(JOB.replace("0.5", "9"))).settings)


def test_a_batch_writes_the_job_file_that_asks_for_it_again(written: Callable[[str], Path], tmp_path: Path) -> None:
    plan = read_plan(written(JOB))
    project = Project.open(tmp_path, laid=plan.settings)
    folder = tmp_path / "out" / "spring"
    folder.mkdir(parents=True)
    file = write_plan(plan, project, folder)
    again = read_plan(file)
    assert file.name == "job.yaml" and "briefs: ../../jobs/products.csv" in file.read_text()
    assert again.settings["seed"][0] == 0, "what was in force is said, whatever aigc.yaml says by then"
    texts = [replace(one, file=None, matrix=_bare(one), settings={}, exports=_plain(one)) for one in (plan, again)]
    assert texts[0] == texts[1]
    before = file.read_bytes()
    (tmp_path / "aigc.yaml").write_text("seed: 9\nsampling: {top_p: 0.5}\n")
    assert write_plan(again, Project.open(tmp_path, laid=again.settings, options={"sampling.top_p": "1"}), folder)
    assert b"top_p: 1" in file.read_bytes() and file.read_bytes() != before


def test_which_lines_are_kept_is_written_down_where_it_is_said(written: Callable[[str], Path], tmp_path: Path) -> None:
    plan = read_plan(written(JOB))
    unasked = write_plan(plan, Project.open(tmp_path, laid=plan.settings), tmp_path)
    assert "keep_lines" not in unasked.read_text()
    file = write_plan(plan, Project.open(tmp_path, laid=plan.settings, options={"keep_lines": "none"}), tmp_path)
    again = read_plan(file)
    assert Project.open(tmp_path, laid=again.settings).settings.keep_lines == "none"


def test_a_job_file_that_says_the_same_is_left_alone(written: Callable[[str], Path], tmp_path: Path) -> None:
    plan = read_plan(written(JOB))
    project = Project.open(tmp_path, laid=plan.settings)
    file = write_plan(plan, project, tmp_path)
    file.write_text("# My own words.\n" + file.read_text())
    write_plan(read_plan(file), project, tmp_path)
    assert file.read_text().startswith("# My own words.\n")
    write_plan(replace(read_plan(file), limit=3), project, tmp_path)
    assert "limit: 3" in file.read_text() and "My own" not in file.read_text()


def test_a_setting_that_is_no_longer_in_force_goes_from_the_job_file(tmp_path: Path) -> None:
    plan = Plan(type="shop/item", briefs="sample")

    def written_with(**options: str) -> str:
        return write_plan(plan, Project.open(tmp_path, options=options), tmp_path).read_text()

    plain = written_with()
    for name in ("engine.dtype", "sampling.temperature", "keep_lines"):
        value = {"engine.dtype": "float32", "keep_lines": "none"}.get(name, "0.5")
        assert f"{name.rpartition('.')[2]}: {value}" in written_with(**{name: value})
        assert written_with() == plain


def test_a_full_disk_is_one_sentence(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    plan = read_plan(written(JOB))
    project = Project.open(tmp_path, laid=plan.settings)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(AigcError, match=r"job.yaml: cannot be written \(No space left on device\)"):
        write_plan(plan, project, tmp_path)


def _bare(plan: Plan) -> dict[str, list[object]]:
    return {name: [value for value, _ in said] for name, said in plan.matrix.items()}


def _plain(plan: Plan) -> tuple[Export, ...]:
    return tuple(replace(one, where="") for one in plan.exports)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
tricky = st.sampled_from(["yes", "no", "1e3", "010", "12:30", "2026-01-01", "~", "null", "1_000", "+5", "0x1f", "- a"])
leaves = st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9).map(lambda x: round(x, 3)) | words | tricky


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(words, leaves | st.lists(leaves, max_size=3), min_size=1, max_size=4))
def test_what_is_written_is_read_back(value: dict[str, object]) -> None:
    assert parse_yaml(yaml_text(value).encode(), "job.yaml").value == value
