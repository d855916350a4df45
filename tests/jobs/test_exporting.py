"""An exporter that breaks, or writes where it should not, costs the others nothing."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc import exporter
from aigc.errors import JobError, UsageError
from aigc.jobs import export, read_artifacts, refuse_foreign
from aigc.plugs.timeouts import Timeouts
from aigc.project import Project

from .conftest import Shop


def put_in(project: Project, write: Callable[..., Any], *, name: str = "odd", **traits: Any) -> None:
    def odd(artifacts: Any, folder: Path) -> Any:
        """Do as the test says."""
        return write(folder)

    made = exporter(name=name, suffixes=(".x",), **traits)(odd)
    project.registry._extensions["exporter", name] = (made, "test")


def exits(*given: Any, **named: Any) -> Any:
    raise SystemExit(0)


def breaks_midway(folder: Path) -> Iterator[Path]:
    (folder / "half.x").write_text("half")
    yield folder / "half.x"
    raise GeneratorExit


def writes_outside(folder: Path) -> list[Path]:
    path = folder.parent / "outside.x"
    path.write_text("x")
    return [path]


BAD = [
    (lambda folder: ["a.x"], "says that it wrote a.x, and there is no such file|outside of"),
    (lambda folder: "a.x", "gave 'a.x' instead of the paths that it wrote"),
    (lambda folder: None, "gave nothing instead of the paths that it wrote"),
    (lambda folder: [folder / "a\ud800.x"], "a\\ud800.x', which no file can be called"),
    (lambda folder: [folder / "a\0.x"], "a\\x00.x', which no file can be called"),
    (lambda folder: [folder / ("x" * 300)], "x, which cannot be looked at"),
    (lambda folder: [7], "gave 7 instead of a path that it wrote"),
    (lambda folder: [folder / "a.x"], "and there is no such file"),
    (lambda folder: [folder], "and there is no such file"),
    (writes_outside, "which is outside of"),
    (exits, "exporter 'odd' broke: SystemExit: 0"),
    (breaks_midway, "exporter 'odd' broke: GeneratorExit"),
]


@pytest.mark.parametrize(("write", "why"), BAD)
@pytest.mark.parametrize("order", [["odd", "csv"], ["csv", "odd"]])
def test_the_others_and_the_page_are_written(write: Callable[..., Any], why: str, order: list[str], shop: Shop) -> None:
    put_in(shop.project, write)
    report = shop.run([*"ab"], exports=order)
    assert len(report.problems) == 1
    assert any(part in report.problems[0] for part in why.split("|"))
    assert {"content.csv", "report.html", "artifacts.jsonl"} <= {path.name for path in shop.folder.iterdir()}
    assert not [path for path in report.files if path.suffix == ".x"]


def test_one_that_does_not_come_back_is_broken_off(shop: Shop) -> None:
    put_in(shop.project, lambda folder: time.sleep(30))
    shop.project.registry.timeouts = Timeouts(files=0.2)
    report = shop.run([*"ab"], exports=["odd", "csv"])
    (told,) = report.problems
    assert (
        "exporter 'odd' does not answer: it took longer than 0.2 s, and was at" in told and "test_exporting.py:" in told
    )
    assert (shop.folder / "content.csv").is_file()


def test_paths_may_be_texts_of_files_that_are_there(shop: Shop) -> None:
    def write(folder: Path) -> list[str]:
        (folder / "a.x").write_text("x")
        return [str(folder / "a.x")]

    put_in(shop.project, write)
    report = shop.run([*"ab"], exports=["odd"])
    assert not report.problems and shop.folder / "a.x" in report.files


def test_one_that_goes_into_its_folder_leaves_us_where_we_are(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(folder: Path) -> list[Path]:
        os.chdir(folder)
        Path("a.x").write_text("x")
        return [folder / "a.x"]

    put_in(shop.project, write)
    monkeypatch.chdir(shop.folder.parent)
    shop.folder = Path("out")
    report = shop.run([*"ab"], exports=["odd", "csv"])
    assert Path("out/content.csv").is_file() and Path.cwd() == Path("out").absolute().parent
    assert report.files.count(Path("out/report.html")) == 1


def test_several_formats_of_one_call_do_not_hold_each_other_up(shop: Shop, tmp_path: Path) -> None:
    put_in(shop.project, exits)
    shop.run([*"ab"])
    refused: list[str] = []
    pieces, registry = read_artifacts(shop.folder), shop.project.registry
    paths = export(registry, pieces, shop.folder, ["odd", "csv"], refused=refused.append)
    assert [path.name for path in paths] == ["content.csv"]
    assert [one.partition(" (")[0] for one in refused] == ["exporter 'odd' broke: SystemExit: 0"]
    with pytest.raises(JobError, match="exporter 'odd' broke"):
        export(registry, pieces, shop.folder, ["odd"], refused=refused.append)


def test_one_that_breaks_when_it_is_asked_what_it_refuses_is_told_of(shop: Shop) -> None:
    put_in(shop.project, exits, refuses=exits)
    report = shop.run([*"ab"], exports=["odd", "csv"])
    assert report.problems == ("exporter 'odd' broke: SystemExit: 0",)
    assert report.counts["accepted"] == 2 and (shop.folder / "content.csv").is_file()


def test_one_whose_error_somebody_keeps_leaves_no_question_to_the_ledger_open(shop: Shop) -> None:
    kept: list[ValueError] = []

    def breaks(*given: object) -> None:
        kept.append(ValueError("no"))
        raise kept[-1]

    put_in(shop.project, breaks, refuses=breaks)
    report = shop.run([*"ab"], exports=["odd", "csv"])
    assert kept and report.problems == ("exporter 'odd' broke: ValueError: no",)
    assert report.counts["accepted"] == 2 and (shop.folder / "content.csv").is_file()


def test_one_that_breaks_when_it_is_to_spare_a_file_is_told_of(shop: Shop) -> None:
    names = iter(["a.x", "b.x"])

    def write(folder: Path) -> list[Path]:
        path = folder / next(names)
        path.write_text("x")
        return [path]

    put_in(shop.project, write, spare=exits)
    shop.run([*"ab"], exports=["odd"])
    report = shop.run([*"abc"], exports=["odd", "csv"])
    assert report.problems == ("exporter 'odd' broke: SystemExit: 0",)
    assert (shop.folder / "content.csv").is_file()


def gives(text: str, name: str = "content.csv") -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        return [folder / name]

    return write


BOTH = "exporter {!r} writes this file, which exporter {!r} would replace; write one of them into another folder"


@pytest.mark.parametrize("order", [["csv", "odd", "jsonl"], ["odd", "csv", "jsonl"]])
def test_of_two_that_write_one_file_the_second_is_told_and_the_first_stays(order: list[str], shop: Shop) -> None:
    put_in(shop.project, gives("mine"))
    told = f"{shop.folder / 'content.csv'}: {BOTH.format(*order)}"
    for products in ("ab", "abc"):  # the second time the record knows of the first one's
        report = shop.run([*products], exports=order)
        (problem,) = report.problems
        assert problem.startswith(told)
        assert ((shop.folder / "content.csv").read_text() == "mine") == (order[0] == "odd")
        assert len((shop.folder / "content.jsonl").read_text().splitlines()) == len(products)
    (problem,) = shop.run([*"ab"], exports=[order[1]]).problems  # nor does a later run of that one alone
    assert problem.startswith(told)
    (shop.folder / "content.csv").unlink()
    assert not shop.run([*"ab"], exports=[order[1]]).problems


def test_two_of_one_call_are_told_apart_too(shop: Shop) -> None:
    put_in(shop.project, gives("mine"))
    shop.run([*"ab"])
    refused: list[str] = []
    export(shop.project.registry, read_artifacts(shop.folder), shop.folder, ["csv", "odd"], refused=refused.append)
    assert [one.startswith(f"{shop.folder / 'content.csv'}: {BOTH.format('csv', 'odd')}") for one in refused] == [True]


def test_one_that_spares_what_people_filled_in_is_refused_before_it_writes(shop: Shop) -> None:
    put_in(shop.project, gives("mine", "content.xlsx"))
    (problem,) = shop.run([*"ab"], exports=["odd", "xlsx"]).problems
    assert problem.startswith(f"{shop.folder / 'content.xlsx'}: {BOTH.format('odd', 'xlsx')}")
    assert (shop.folder / "content.xlsx").read_text() == "mine"


@pytest.mark.parametrize("name", ["artifacts.jsonl", "report.html", "job.yaml"])
def test_no_format_replaces_a_file_of_the_job_itself(name: str, shop: Shop) -> None:
    put_in(shop.project, gives("mine", name))
    (problem,) = shop.run([*"ab"], exports=["odd"]).problems
    assert problem.startswith(
        f"{shop.folder / name}: the job itself writes this file, which exporter 'odd' would replace"
    )
    assert len((shop.folder / "artifacts.jsonl").read_text().splitlines()) == 2


def test_what_two_write_alike_and_files_of_pieces_are_shared(shop: Shop) -> None:
    def write(text: str) -> Callable[[Path], list[Path]]:
        return lambda folder: [*gives(text, "style.css")(folder), *gives(text, "media/a.png")(folder)]

    for text in ("one", "another"):  # both change it, as when a plugin is updated
        for name in ("odd", "even"):
            put_in(shop.project, write(text), name=name)
        assert not shop.run([*"ab"], exports=["odd", "even"]).problems
        assert (shop.folder / "style.css").read_text() == text
    put_in(shop.project, write("a third"), name="odd")
    put_in(shop.project, gives("a fourth", "media/a.png"), name="even")  # a piece's picture of another day
    assert not shop.run([*"ab"], exports=["odd", "even"]).problems


def test_two_that_say_beforehand_that_they_write_one_file_are_refused_before(shop: Shop) -> None:
    put_in(shop.project, gives("mine"), writes=("content.csv",))
    both = [shop.project.registry.get("exporter", name) for name in ("csv", "odd")]
    told = f"{shop.folder / 'content.csv'}: exporter 'csv' and exporter 'odd' would both write it; write one of them"
    with pytest.raises(UsageError, match=re.escape(told)):
        refuse_foreign(shop.folder, both)
    put_in(shop.project, gives("mine", "report.html"), writes=("report.html",))
    with pytest.raises(UsageError, match="the job itself and exporter 'odd' would both write it"):
        refuse_foreign(shop.folder, [shop.project.registry.get("exporter", "odd")])
