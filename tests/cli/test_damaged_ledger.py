"""JSON that was changed by hand in a ledger that is whole to SQLite: told by its file, and the rest goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
BATCH = ("batch", "shop/slogan", "good.csv", "--out", "made", "--to", "lines")
DAMAGES = ["{", "[]", "null", '{"fields": 7}', "[" * 2000]
LOOKS = (
    ("job", "made"),
    ("job", "made", "--json"),
    ("export", "made", "--to", "lines"),
    ("find", "made", "Made"),
    ("pick", "made", "--list"),
)


@pytest.fixture(autouse=True)
def made(aigc: Run, shop: Any) -> None:
    """This is a job of two pieces."""
    shop.write("good.csv", "product\nTin cup\nWool hat\n")
    assert aigc(*BATCH).code == 0


def damage(shop: Any, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(shop.folder / "made/job.sqlite")) as db, db:
        assert db.execute(statement, values).rowcount


def exported(shop: Any) -> int:
    return len((shop.folder / "made/lines.txt").read_text().splitlines()) - 1


def looked_at(aigc: Run, shop: Any) -> str:
    """Return what is told by all that looks at the job, none of which ends in something that nobody thought of."""
    told = ""
    for asked in LOOKS:
        ran = aigc(*asked)
        assert ran.code in (0, 1, 2, 3) and "nexpected" not in ran.err and "Traceback" not in ran.err, (asked, ran.err)
        told += ran.err
    return told


@pytest.mark.parametrize("column", ["artifact", "brief", "reading"])
@pytest.mark.parametrize("text", DAMAGES)
def test_a_piece_is_left_out_and_the_others_are_shown_and_exported(
    column: str, text: str, aigc: Run, shop: Any
) -> None:
    damage(shop, f"update pieces set {column} = ? where id = '0001'", text)
    harmless = column == "brief" and text == '{"fields": 7}'  # other values are values
    ran = aigc("export", "made", "--to", "lines")
    assert exported(shop) == 1 + harmless, ran.err
    if not harmless:
        assert "made/job.sqlite: what it holds of '0001' is damaged" in ran.err and "`aigc batch`" in ran.err
    looked_at(aigc, shop)
    assert aigc("job", "made", "--piece", "0002").code == 0
    assert aigc("job", "made", "--piece", "0001").code == (0 if harmless else 3)
    ran = aigc(*BATCH)
    assert ran.code == 0 and exported(shop) == 2, ran.err
    assert "damaged" not in looked_at(aigc, shop)


@pytest.mark.parametrize("text", DAMAGES)
def test_what_is_known_of_the_job_is_said_again_by_the_next_run(text: str, aigc: Run, shop: Any) -> None:
    damage(shop, "update job set value = ?", text)
    looked_at(aigc, shop)
    ran = aigc(*BATCH)
    assert ran.code == 0 and exported(shop) == 2, ran.err
    looked_at(aigc, shop)


@pytest.mark.parametrize("column", ["fields", "refused", "briefs", "findings"])
@pytest.mark.parametrize("text", ["{", "[]", "7", '{"text": 7}'])
def test_what_people_decided_is_never_passed_over_in_silence(column: str, text: str, aigc: Run, shop: Any) -> None:
    assert aigc("pick", "made", "0001", "text", "--text", "By hand").code == 0
    before = (shop.folder / "made/artifacts.jsonl").read_text()
    assert "By hand" in before
    damage(shop, f"update reviews set {column} = ?", text)
    told = looked_at(aigc, shop)
    ran = aigc(*BATCH)
    assert "nexpected" not in ran.err, ran.err
    if "is damaged" in told:
        assert "what people decided of '0001' is damaged" in told and "move made/job.sqlite away" in told
        assert ran.code == 3 and (shop.folder / "made/artifacts.jsonl").read_text() == before
        Path(shop.folder / "made/job.sqlite").rename(shop.folder / "away")
        assert aigc(*BATCH).code == 0
    assert "By hand" in (shop.folder / "made/artifacts.jsonl").read_text() or not told


@pytest.mark.parametrize("text", DAMAGES)
def test_what_is_kept_beside_is_passed_over(text: str, aigc: Run, shop: Any) -> None:
    damage(shop, "insert into completions values ('0001', 'x', ?)", text)
    damage(
        shop,
        "insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact)"
        " select key, id, 'accepted', '', '', 0, 0, ?, ? from pieces where id = '0001'",
        text,
        text,
    )
    damage(shop, "update lines set findings = ?", text)
    looked_at(aigc, shop)
    ran = aigc(*BATCH, "--fresh")
    assert ran.code == 0 and exported(shop) == 2, ran.err
    shop.write("good.csv", "product\nTin cup\n")
    assert aigc(*BATCH).code == 0
    shop.write("good.csv", "product\nTin cup\nWool hat\n")
    assert aigc(*BATCH).code == 0 and exported(shop) == 2


@pytest.mark.parametrize("count", ["many", "9" * 400, float("inf")], ids=["word", "digits", "endless"])
@pytest.mark.parametrize(
    "column", ["seconds", "requests", "prompt_tokens", "written_tokens", "redraws", "lines", "fallbacks"]
)
def test_a_word_in_place_of_what_a_piece_took_ends_nothing(column: str, count: object, aigc: Run, shop: Any) -> None:
    damage(shop, f"update pieces set {column} = ? where id = '0001'", count)
    looked_at(aigc, shop)
    ran = aigc("job", "made", "--report")
    assert ran.code == 0, ran.err
    ran = aigc(*BATCH)
    assert (ran.code, exported(shop)) == (0, 2), ran.err


def test_a_search_that_breaks_off_at_a_piece_says_nothing_of_closed_files(aigc: Run, shop: Any) -> None:
    damage(shop, "update pieces set artifact = null where id = '0001'")
    assert "closed" not in (told := aigc("find", "Made").err) and "Traceback" not in told, told


def test_a_search_names_a_piece_that_is_none_and_finds_the_others(
    aigc: Run, shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    damage(shop, "update pieces set artifact = null where id = '0001'")
    ran = aigc("find", "Made")
    assert (ran.code, ran.out.split()[0], "assed over" in ran.err) == (0, "0002", False), ran.err
    assert "made/job.sqlite: what it holds of '0001' is damaged" in caplog.text


def test_a_piece_of_no_known_status_is_named_and_written_again(
    aigc: Run, shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    damage(shop, "update pieces set status = 'odd' where id = '0001'")
    ran = aigc("export", "made", "--to", "lines")
    assert (ran.code, exported(shop)) == (1, 1) and "1 piece exported" in ran.err, ran.err
    assert "made/job.sqlite: what it holds of '0001' is damaged" in caplog.text
    looked_at(aigc, shop)
    damage(shop, "update pieces set status = 'odder' where id = '0002'")
    ran = aigc("export", "made", "--to", "lines")
    assert ran.code == 3 and "of 2 pieces 2 damaged; the same `aigc batch` writes it again" in ran.err, ran.err
    ran = aigc(*BATCH)
    assert (ran.code, exported(shop)) == (0, 2) and "2 pieces: 2 accepted" in ran.out, ran.err
