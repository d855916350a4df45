"""No command replaces a file that is somebody's own: the rows it reads, a job file, what is there of other tools."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.plugs.hookspecs import hookimpl
from aigc_plugins.formats.csv_pieces import csv_pieces
from aigc_plugins.formats.jsonl_pieces import jsonl_pieces

Run = Callable[..., Any]
ROWS = "product\n" + "Tin cup\n" * 300


class Tables:
    @hookimpl
    def aigc_exporters(self) -> list[object]:
        return [csv_pieces, jsonl_pieces]


@pytest.fixture(autouse=True)
def tables(shop: Any) -> None:
    shop.plugins["tables"] = Tables()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_file_of_rows_is_not_replaced_by_an_export(aigc: Run, shop: Any) -> None:
    rows = shop.write("made/content.csv", ROWS)
    for argv in (("--limit", "5", "--to", "csv"), ("--dry-run", "--to", "csv")):
        ran = aigc("batch", "shop/slogan", "made/content.csv", "--out", "made", *argv)
        assert ran.code == 2 and ran.err.startswith(
            "Error: made/content.csv: is read by this run, which would replace it"
        )
    assert rows.read_text() == ROWS and names(rows.parent) == {"content.csv"} and not shop.asked


@pytest.mark.parametrize("kind", ["link", "hard link", "made before"])
def test_nor_under_another_name(aigc: Run, shop: Any, kind: str) -> None:
    rows = shop.write("made/content.csv", ROWS)
    if kind == "made before":
        rows.unlink()
        assert aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "csv").code == 1
        named = rows
    else:
        named = shop.folder / "other.csv"
        named.symlink_to(rows) if kind == "link" else named.hardlink_to(rows)
    before = rows.read_text("utf-8")
    ran = aigc("batch", "shop/slogan", str(named), "--out", "made", "--to", "csv", "--limit", "5")
    assert ran.code == 2 and "is read by this run" in ran.err and rows.read_text("utf-8") == before


@pytest.mark.parametrize("name", ["content.csv", "artifacts.jsonl", "report.html", "job.yaml", "content.jsonl"])
def test_nor_is_anything_else_that_no_run_wrote(aigc: Run, shop: Any, name: str) -> None:
    mine = shop.write(f"made/{name}", "mine")
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "csv", "--to", "jsonl")
    assert ran.code == 2 and f"made/{name}: is there already, and no run of this folder wrote it" in ran.err
    assert mine.read_text() == "mine" and names(mine.parent) == {name} and not shop.asked


def test_a_job_file_of_somebodys_in_its_own_folder_stays_as_it_is(aigc: Run, shop: Any) -> None:
    text = "# mine\ntype: shop/slogan\nbriefs: ../products.csv\nlimit: 1\n"
    mine = shop.write("made/job.yaml", text)
    for argv in (("--out", "made"), (), ("--limit", "2")):
        ran = aigc("batch", "made/job.yaml", *argv)
        assert ran.code == 0 and "made/job.yaml is yours and stays as it is" in ran.err
    assert mine.read_text() == text
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    assert ran.code == 2 and "made/job.yaml: is there already" in ran.err


def test_a_job_file_that_was_changed_is_kept_too(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--out", "made", "--limit")
    aigc(*argv, "1")
    job = shop.folder / "made/job.yaml"
    job.write_text(job.read_text() + "# a note\n")
    aigc(*argv, "1")
    assert job.read_text().endswith("# a note\n"), "it says the same and is left alone"
    ran = aigc(*argv, "2")
    assert "made/job.yaml: was changed since it was written; that is job (yours).yaml now" in ran.err
    assert (shop.folder / "made/job (yours).yaml").read_text().endswith("# a note\n")


def test_single_pieces_into_one_folder_are_both_kept(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: "For " + request.prompt.messages[-1].content.removeprefix("A slogan for ")
    for product in ("Mug", "Cup"):
        assert aigc("generate", "shop/slogan", f"product={product}", "--out", "made", "--to", "csv").code == 0
    text = (shop.folder / "made/content.csv").read_text("utf-8-sig")
    assert "1,accepted,Mug," in text and "2,accepted,Cup," in text
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "csv")
    assert ran.code == 2 and "made: holds single pieces of `aigc generate`" in ran.err
    aigc("batch", "shop/slogan", "products.csv", "--out", "batch", "--to", "csv")
    ran = aigc("generate", "shop/slogan", "product=Mug", "--out", "batch", "--to", "csv")
    assert ran.code == 2 and "batch: is the folder of a batch" in ran.err


def test_a_single_piece_is_refused_before_it_is_written(aigc: Run, shop: Any) -> None:
    mine = shop.write("made/content.csv", ROWS)
    ran = aigc("generate", "shop/slogan", "product=Mug", "--out", "made", "--to", "csv")
    assert ran.code == 2 and "made/content.csv: is there already" in ran.err and not shop.asked
    shop.write("made/content.jsonl", '{"product": "Mug"}')
    argv = ("generate", "shop/slogan", "--brief", "made/content.jsonl", "--out", "made", "--to", "jsonl")
    assert "made/content.jsonl: is read by this run" in aigc(*argv).err
    assert mine.read_text() == ROWS


def test_or_shown_all_the_same_where_that_is_known_only_then(aigc: Run, shop: Any) -> None:
    mine = shop.write("made/lines.txt", "mine")  # of an exporter that names no files
    ran = aigc("generate", "shop/slogan", "product=Mug", "--out", "made")
    assert (ran.code, ran.out) == (2, "Made to last\n") and "made/lines.txt: is there already" in ran.err
    assert mine.read_text() == "mine"


def test_an_export_goes_elsewhere_from_a_disk_that_cannot_be_written(aigc: Run, shop: Any) -> None:
    aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2")
    (shop.folder / "made/job.sqlite-shm").mkdir()  # SQLite finds no place beside it
    before = {path: path.read_bytes() for path in (shop.folder / "made").iterdir() if path.is_file()}
    for _ in range(2):
        ran = aigc("export", "made", "--to", "csv", "--to", "lines", "--out", "else", "--json")
        assert ran.code == 0 and ran.json["files"] == ["else/content.csv", "else/lines.txt"]
    assert {path: path.read_bytes() for path in before} == before
    assert aigc("job", "made").code == 0 and aigc("job", "made", "--piece", "0001").code == 0
    aigc("batch", "shop/slogan", "products.csv", "--out", "other", "--limit", "2")
    ran = aigc("export", "other", "--to", "csv", "--out", "else")
    assert ran.code == 2 and "else: holds exports of" in ran.err
    ran = aigc("export", "other", "--to", "csv", "--out", "made")
    assert ran.code == 2 and "made: is the folder of a batch" in ran.err
    assert aigc("export", "other", "--to", "csv", "--out", "other/../other").code == 0, "it is the job's own folder"


def test_an_export_into_a_folder_that_cannot_be_written_says_what_can(
    aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2")
    monkeypatch.setattr("os.access", lambda path, how: how != os.W_OK)
    ran = aigc("export", "made", "--to", "csv")
    assert (ran.code, ran.err) == (2, "Error: made: cannot be written to; --out DIR writes elsewhere\n")


def test_labels_replace_labels_and_nothing_else(aigc: Run, shop: Any) -> None:
    aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2")
    rows = shop.write("products.jsonl", json.dumps({"product": "Mug"}) + "\n")
    ran = aigc("pick", "made", "--labels", "products.jsonl")
    assert ran.code == 2 and "products.jsonl: is there already, and holds no labels" in ran.err
    assert json.loads(rows.read_text()) == {"product": "Mug"}
    for _ in range(2):
        assert aigc("pick", "made", "--labels", "labels.jsonl").code == 0
