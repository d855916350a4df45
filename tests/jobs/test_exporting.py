"""An exporter that breaks, or writes where it should not, costs the others nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc import exporter
from aigc.errors import JobError
from aigc.jobs import export, read_artifacts
from aigc.plugs.timeouts import Timeouts
from aigc.project import Project

from .conftest import Shop


def put_in(project: Project, write: Callable[..., Any], **traits: Any) -> None:
    def odd(artifacts: Any, folder: Path) -> Any:
        """Do as the test says."""
        return write(folder)

    made = exporter(name="odd", suffixes=(".x",), **traits)(odd)
    project.registry._extensions["exporter", "odd"] = (made, "test")


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
    assert report.problems == ("exporter 'odd' does not answer: it took longer than 0.2 s",)
    assert (shop.folder / "content.csv").is_file()


def test_paths_may_be_texts_of_files_that_are_there(shop: Shop) -> None:
    def write(folder: Path) -> list[str]:
        (folder / "a.x").write_text("x")
        return [str(folder / "a.x")]

    put_in(shop.project, write)
    report = shop.run([*"ab"], exports=["odd"])
    assert not report.problems and shop.folder / "a.x" in report.files


def test_several_formats_of_one_call_do_not_hold_each_other_up(shop: Shop, tmp_path: Path) -> None:
    put_in(shop.project, exits)
    shop.run([*"ab"])
    refused: list[str] = []
    pieces, registry = read_artifacts(shop.folder), shop.project.registry
    paths = export(registry, pieces, shop.folder, ["odd", "csv"], refused=refused.append)
    assert [path.name for path in paths] == ["content.csv"]
    assert refused == ["exporter 'odd' broke: SystemExit: 0"]
    with pytest.raises(JobError, match="exporter 'odd' broke"):
        export(registry, pieces, shop.folder, ["odd"], refused=refused.append)


def test_one_that_breaks_when_it_is_asked_what_it_refuses_is_told_of(shop: Shop) -> None:
    put_in(shop.project, exits, refuses=exits)
    report = shop.run([*"ab"], exports=["odd", "csv"])
    assert report.problems == ("exporter 'odd' broke: SystemExit: 0",)
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
