"""Suggestions in the files that people open: columns of the CSV, a sheet of the workbook."""

from __future__ import annotations

import csv
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace

import openpyxl
import pytest

from aigc.errors import JobError
from aigc.testing import try_exporter
from aigc.types import Artifact, Review, Suggestion, base_of
from aigc_plugins.formats.csv_pieces import csv_pieces
from aigc_plugins.formats.xlsx_briefs import xlsx_briefs
from aigc_plugins.formats.xlsx_picks import asked_for, filled_in
from aigc_plugins.formats.xlsx_pieces import xlsx_pieces


def offers(place: str, *texts: str) -> list[Suggestion]:
    return [Suggestion(field=place, stage="lines", item=0, text=text, score=1.0 - at) for at, text in enumerate(texts)]


@pytest.fixture
def pieces(artifact):
    told = (*offers("headlines[1]", "Warm hands", "=1+1"), *offers("text", "Another"))
    return [
        replace(artifact("1", {"product": "Mug"}, headlines=["A", "=B"], text="T"), suggestions=told),
        replace(artifact("2", {"product": "Pot"}, headlines=["C"], text="+U"), status="flagged", reason="text: odd"),
    ]


def sheet(path, name):
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book[name].iter_rows()], book[name]


def test_the_csv_has_columns_for_suggestions_unless_they_are_not_wanted(tmp_path, pieces):
    (path,) = csv_pieces(pieces, tmp_path, suggestions=False)
    assert "suggestion" not in path.read_text("utf-8-sig")
    (path,) = csv_pieces([replace(one, suggestions=()) for one in pieces], tmp_path)
    assert "suggestion" not in path.read_text("utf-8-sig")
    (path,) = csv_pieces(pieces, tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        one, two = csv.DictReader(file)
    assert one["headlines[1] suggestion 1"] == "Warm hands" and one["headlines[1] suggestion 2"] == "'=1+1"
    assert one["text suggestion 1"] == "Another" and two["text suggestion 1"] == ""


def test_a_workbook_has_a_sheet_to_read_and_one_to_choose_in(tmp_path, pieces):
    (path,) = xlsx_pieces(pieces, tmp_path)
    rows, _ = sheet(path, "pieces")
    assert rows == [
        ["id", "status", "product", "headlines 1", "headlines 2", "text", "reason"],
        ["1", "accepted", "Mug", "A", "=B", "T", None],
        ["2", "flagged", "Pot", "C", None, "+U", "text: odd"],
    ]
    rows, _ = sheet(path, "suggestions")
    assert rows[0] == ["id", "field", "stands now", *(f"suggestion {number}" for number in range(1, 6)), "pick", "base"]
    assert rows[1:] == [
        ["1", "headlines[1]", "=B", "Warm hands", "=1+1", None, None, None, None, base_of(pieces[0], "headlines[1]")],
        ["1", "text", "T", "Another", None, None, None, None, None, base_of(pieces[0], "text")],
    ]
    assert not [*tmp_path.glob(".*")]


def test_a_text_is_no_formula_and_what_excel_cannot_hold_is_left_out(tmp_path, pieces, artifact):
    texts = ["=1+1", "@x", "-2", "#N/A", "a\x0bb", "lone \ud800", "x" * 40_000, "01.02.2026", "折叠"]
    (path,) = xlsx_pieces([artifact("=7", lines=texts)], tmp_path)
    rows, table = sheet(path, "pieces")
    assert {cell.data_type for row in table.iter_rows(max_col=2 + len(texts)) for cell in row} == {"s"}
    assert rows[1][0] == "=7" and rows[1][2:6] == texts[:4]
    assert rows[1][6:8] == ["ab", "lone ?"] and len(rows[1][8]) == 32_767 and rows[1][9:11] == texts[7:]


def test_the_importer_reads_it_back(tmp_path, pieces):
    (path,) = xlsx_pieces(pieces, tmp_path)
    book = openpyxl.load_workbook(path)
    book["suggestions"]["I2"], book["suggestions"]["I3"] = 2, "Own words"
    book.save(path)
    rows = [row.values for row in xlsx_briefs(path, sheet="suggestions")]
    assert [(row["id"], row["field"], row["pick"]) for row in rows] == [
        ("1", "headlines[1]", 2),
        ("1", "text", "Own words"),
    ]


def test_what_is_filled_in_is_kept_until_it_stands(tmp_path, pieces):
    (path,) = xlsx_pieces(pieces, tmp_path)
    book = openpyxl.load_workbook(path)
    book["suggestions"]["I2"], book["suggestions"]["I3"] = 2, "Own words"
    book.save(path)
    list(xlsx_pieces(pieces, tmp_path))
    rows, _ = sheet(path, "suggestions")
    assert [row[8] for row in rows[1:]] == [2, "Own words"]
    other = offers("headlines[1]", "New", "Warm hands")
    stands = replace(pieces[0], fields={**pieces[0].fields, "text": "Own words"})
    list(xlsx_pieces([replace(stands, suggestions=(*other, *offers("text", "Another")))], tmp_path))
    rows, _ = sheet(path, "suggestions")
    assert [row[8] for row in rows[1:]] == ["=1+1", None], "the second meant a text that is suggested no more"
    for odd in (b"", b"no book"):
        path.write_bytes(odd)
        list(xlsx_pieces(pieces, tmp_path))
    openpyxl.Workbook().save(path)
    list(xlsx_pieces(pieces, tmp_path))
    assert [row[8] for row in sheet(path, "suggestions")[0][1:]] == [None, None]


def fill(path, on="suggestions", **cells):
    book = openpyxl.load_workbook(path)
    for cell, value in cells.items():
        book[on][cell] = value
    book.save(path)


def test_what_is_filled_in_stays_where_its_piece_or_its_suggestions_are_not_there(tmp_path, pieces):
    (path,) = xlsx_pieces(pieces, tmp_path)
    fill(path, I2=2, I3="Own words")
    filled = sheet(path, "suggestions")[0][1:]
    list(xlsx_pieces(pieces[1:], tmp_path))
    assert sheet(path, "suggestions")[0][1:] == filled
    other = replace(pieces[0], brief=replace(pieces[0].brief, values={"product": "Cup"}), suggestions=())
    list(xlsx_pieces([other], tmp_path))
    rows = sheet(path, "suggestions")[0][1:]
    assert [(row[8], row[9]) for row in rows] == [("=1+1", filled[0][9]), ("Own words", filled[1][9])], (
        "of the old brief"
    )
    assert filled[1][9] != base_of(other, "text")
    list(xlsx_pieces([replace(other, fields={"headlines": ["A", "=1+1"], "text": "Own words"})], tmp_path))
    assert not sheet(path, "suggestions")[0][1:] and [*tmp_path.iterdir()] == [path], "it stands"


@pytest.mark.parametrize("odd", [{"I1": "Pick"}, {"A1": "piece"}, {"K1": "notes", "K2": "mine"}, {"A3": ""}])
def test_a_workbook_with_more_of_a_persons_is_set_aside(tmp_path, pieces, odd):
    (path,) = xlsx_pieces(pieces, tmp_path)
    for number in ("", " 2"):
        fill(path, I3="Own words", **odd)
        before = path.read_bytes()
        list(xlsx_pieces(pieces, tmp_path))
        assert (tmp_path / f"content (filled in{number}).xlsx").read_bytes() == before != path.read_bytes()
    list(xlsx_pieces(pieces, tmp_path))
    assert len([*tmp_path.iterdir()]) == 3, "the new one has nothing of that"


def test_the_number_of_a_spreadsheet_program_is_a_suggestions(tmp_path, pieces):
    (path,) = xlsx_pieces(pieces, tmp_path)
    fill(path, I2=2.0)
    assert filled_in(path).rows["1"]["headlines[1]"]["pick"] == 2
    assert asked_for({"pick": 2.0, "suggestion 2": "=1+1"}) == "=1+1" and asked_for({"pick": 7.0}) == "7"


def test_an_export_without_pieces_spares_what_is_filled_in(tmp_path, pieces):
    for word, there in (("", []), ("Own words", ["content (filled in).xlsx"])):
        (path,) = try_exporter(xlsx_pieces, pieces, tmp_path)
        fill(path, I3=word)
        assert try_exporter(xlsx_pieces, [], tmp_path) == []
        assert [one.name for one in tmp_path.glob("*.xlsx")] == there


def test_a_base_is_of_the_brief_and_of_what_the_model_has(pieces):
    one = pieces[0]
    picked = replace(
        one, fields={**one.fields, "text": "Mine"}, review=Review(fields={"text": "Mine"}, models={"text": "T"})
    )
    assert base_of(picked, "text") == base_of(one, "text") != base_of(one, "headlines[1]")
    assert base_of(replace(one, fields={**one.fields, "text": "Mine"}), "text") != base_of(one, "text")


class Many(Sequence[Artifact]):
    """These are as many pieces as are wanted, made when they are gone over."""

    def __init__(self, one: Artifact, many: int) -> None:
        self._one, self._many = one, many

    def __len__(self) -> int:
        return self._many

    def __getitem__(self, place):
        raise AssertionError("they are gone over")

    def __iter__(self) -> Iterator[Artifact]:
        return (replace(self._one, id=str(at)) for at in range(self._many))


def test_memory_does_not_grow_with_the_pieces(tmp_path, pieces):
    peaks = []
    for many in (200, 4000):
        tracemalloc.start()
        list(xlsx_pieces(Many(pieces[0], many), tmp_path))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000


def test_more_rows_than_excel_reads_are_said(tmp_path, pieces, monkeypatch):
    monkeypatch.setattr(sys.modules[xlsx_pieces.function.__module__], "ROWS", 2)
    with pytest.raises(JobError, match="more than 2 rows; export csv or jsonl"):
        list(xlsx_pieces(pieces, tmp_path))
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, pieces):
    (tmp_path / "file").write_text("")
    with pytest.raises(JobError, match="cannot be written"):
        list(xlsx_pieces(pieces, tmp_path / "file"))


@pytest.mark.parametrize("odd", [{"C2": "My headline"}, {"A2": ""}, {"K9": "a note"}, {"E2": "approved"}])
def test_what_a_person_wrote_beside_the_pieces_is_kept_as_well(tmp_path, pieces, odd):
    (path,) = xlsx_pieces(pieces, tmp_path)
    fill(path, on="pieces", **odd)
    before = path.read_bytes()
    list(xlsx_pieces(pieces, tmp_path))
    assert (tmp_path / "content (filled in).xlsx").read_bytes() == before != path.read_bytes()
    list(xlsx_pieces(pieces, tmp_path))
    assert len([*tmp_path.iterdir()]) == 2


@pytest.mark.parametrize(
    "odd",
    ["=1", "#N/A", "a\r\nb", "_x000D_", " x ", 1.0, 123456789012345678, 0.1, True, "\ufffe", "\ud800", "x" * 40_000],
)
def test_a_workbook_that_is_only_saved_again_is_nobodys(tmp_path, pieces, odd):
    given = [replace(pieces[0], fields={"text": odd, "list": [odd, None]})]
    (path,) = xlsx_pieces(given, tmp_path)
    for _ in range(2):
        fill(path)
        list(xlsx_pieces(given, tmp_path))
        assert [*tmp_path.iterdir()] == [path]


def test_a_clock_before_the_first_zip_file_writes_one_all_the_same(tmp_path, pieces, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("zipfile.time.localtime", lambda *given: (1970, 1, 1, 0, 0, 7, 3, 1, 0))
        (path,) = xlsx_pieces(pieces, tmp_path)
    assert sheet(path, "pieces")[0][1][0] == pieces[0].id
