"""A sheet that goes out to people and comes back: exactly what they changed is taken, by id; conflicts are told."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from aigc.errors import UsageError
from aigc.jobs import at_desk
from aigc.jobs.review_sheet import take_review_sheet, write_review_sheet
from aigc.types import standpoint

from .conftest import Shop

ODD = ["=1+1", "+49 30 12", "-5", "@mug", "#N/A", "007", "1.50", "TRUE", "ü 猫", "a\tb", "two\nlines", "_x0041_"]


def odd_shop(shop: Shop, tmp_path: Path) -> Path:
    """This makes a job whose texts are what spreadsheets take for something else, and its sheet."""
    shop.run([f"p{at}" for at in range(len(ODD))])
    with at_desk(shop.project, shop.folder) as desk:
        for at, text in enumerate(ODD):
            desk.write(f"{at:02}", "text", text)
        write_review_sheet(desk, tmp_path / "sheet.xlsx")
    return tmp_path / "sheet.xlsx"


def filled(sheet: Path, **cells: dict[str, object]) -> None:
    """This opens a sheet, writes into cells by id and column, and saves it."""
    book = openpyxl.load_workbook(sheet)
    table = book["review"]
    head = [one.value for one in table[1]]
    for row in table.iter_rows(min_row=2):
        for name, value in cells.get(f"p{row[0].value}", {}).items():
            row[head.index(name)].value = value
    book.save(sheet)


def test_a_sheet_that_nobody_touched_asks_for_nothing_however_odd_its_texts(shop: Shop, tmp_path: Path) -> None:
    sheet = odd_shop(shop, tmp_path)
    for _ in range(2):
        filled(sheet)  # opened and saved
        with at_desk(shop.project, shop.folder) as desk:
            assert take_review_sheet(desk, sheet) == []
            assert [desk.piece(f"{at:02}").fields["text"] for at in range(len(ODD))] == ODD
    cells = [row[5:7] for row in openpyxl.load_workbook(sheet)["review"].iter_rows(min_row=2)]
    assert not any(one.data_type == "f" for row in cells for one in row)


def test_exactly_what_was_filled_in_is_taken(shop: Shop, tmp_path: Path) -> None:
    sheet = odd_shop(shop, tmp_path)
    filled(sheet, p00={"text": "Own"}, p01={"decision": "Approve"}, p02={"decision": "退回", "note": "too short"})
    filled(sheet, p03={"text": "Both", "decision": "approve"}, p04={"decision": "aprove"}, p05={"text": "m" * 13})
    with at_desk(shop.project, shop.folder) as desk:
        done = {one.id: one for one in take_review_sheet(desk, sheet)}
        assert {name: one.done for name, one in done.items()} == {
            **dict.fromkeys(("00", "01", "02", "03"), "taken"),
            **dict.fromkeys(("04", "05"), "wrong"),
        }
        assert "did you mean 'approve'" in done["04"].told and "at most 12" in done["05"].told
        now = [desk.piece(f"{at:02}") for at in range(len(ODD))]
        assert [one.fields["text"] for one in now] == ["Own", *ODD[1:3], "Both", *ODD[4:]]
        assert [standpoint(one) for one in now[:5]] == ["edited", "approved", "rejected", "approved", "edited"]
        assert now[2].review and now[2].review.ruling and now[2].review.ruling.note == "too short"
        again = {one.id: one.done for one in take_review_sheet(desk, sheet)}
        assert again == {**dict.fromkeys(("00", "01", "02", "03"), "standing already"), "04": "wrong", "05": "wrong"}


def test_what_somebody_changed_in_the_meantime_is_a_conflict_told_by_id(shop: Shop, tmp_path: Path) -> None:
    sheet = odd_shop(shop, tmp_path)
    filled(sheet, p00={"text": "Mine"}, p01={"decision": "approve"})
    with at_desk(shop.project, shop.folder) as desk:
        for name in ("00", "01", "02"):  # nobody touched the last one's row
            desk.write(name, "text", "Theirs")
        done = take_review_sheet(desk, sheet)
        assert [(one.id, one.done) for one in done] == [("00", "conflict"), ("01", "conflict")]
        assert "'Mine', and now 'Theirs'" in done[0].told
        assert desk.piece("00").fields["text"] == "Theirs" and standpoint(desk.piece("01")) == "edited"


def test_no_sheet_is_written_over_and_no_other_file_taken(shop: Shop, tmp_path: Path) -> None:
    sheet = odd_shop(shop, tmp_path)
    with at_desk(shop.project, shop.folder) as desk:
        with pytest.raises(UsageError, match="is there already"):
            write_review_sheet(desk, sheet)
        with pytest.raises(UsageError, match="no such file"):
            take_review_sheet(desk, tmp_path / "none.xlsx")
        (tmp_path / "text.xlsx").write_text("no workbook")
        with pytest.raises(UsageError, match="no Excel workbook"):
            take_review_sheet(desk, tmp_path / "text.xlsx")
        book = openpyxl.Workbook()
        book.active.append(["id", "text"])
        book.save(tmp_path / "other.xlsx")
        with pytest.raises(UsageError, match="no column 'rev'"):
            take_review_sheet(desk, tmp_path / "other.xlsx")
