"""`aigc find`: pieces by the words in them, in all jobs below a folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.jobs.finding import Words, job_folders

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out")
FORMAT_1 = Path(__file__).parents[1] / "ledger" / "format1.sql"


def test_a_piece_is_found_by_its_words_with_its_job_type_and_state(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "made/spring")
    ran = aigc("find", "LAST", "made")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:2] == ["0001  made/spring  shop/slogan  accepted", "  text: Made to last"]
    assert len(ran.out.splitlines()) == 4, "the row that failed has no text"
    told = aigc("find", "last", "--json").json
    assert told["pieces"][0] == {
        "id": "0001",
        "job": "made/spring",
        "type": "shop/slogan",
        "state": "accepted",
        "place": "text",
        "line": "Made to last",
        "marks": [[8, 12]],
    }
    assert (told["more"], told["passed_over"]) == (False, [])


def test_all_words_must_stand_there_and_a_phrase_in_one_piece(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "made")
    assert aigc("find", "made", "first").code == 1
    assert aigc("find", "made last").code == 1
    assert aigc("find", "made  TO").code == 0, "blanks are one"
    assert aigc("find", "made", "--in", "mode").code == 2
    assert aigc("find", " ").code == 2
    assert "holds 'first'" in aigc("find", "first").err


def test_chinese_words_quotes_and_line_breaks(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: '一只"保温杯"\\适合徒步'
    aigc(*BATCH, "made")
    assert aigc("find", "保温杯", "徒步").code == 0
    assert aigc("find", '"保温杯"').code == 0
    assert aigc("find", "\\适合").code == 0
    assert aigc("find", "水杯").code == 1


def test_type_state_and_limit_narrow_it(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "one")
    assert aigc("find", "last", "--type", "shop/*", "--state", "accepted").code == 0
    assert aigc("find", "last", "--type", "ads/*").code == 1
    assert aigc("find", "last", "--state", "rejected").code == 1
    ran = aigc("find", "last", "--limit", "1")
    assert len(ran.out.splitlines()) == 2 and "more than 1; --limit 5 shows more" in ran.err
    told = aigc("find", "last", "--limit", "1", "--json").json
    assert (len(told["pieces"]), told["more"]) == (1, True)
    assert not aigc("find", "last", "--limit", "2", "--json").json["more"]


def test_what_people_wrote_over_it_is_what_is_found(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "made")
    assert aigc("pick", "made", "0001", "text", "--text", "Steht im Regen").code == 0
    (found,) = aigc("find", "regen", "--json").json["pieces"]
    assert (found["id"], found["line"]) == ("0001", "Steht im Regen")
    assert [one["id"] for one in aigc("find", "last", "--json").json["pieces"]] == ["0002"]


def test_single_pieces_are_found_too(aigc: Run, shop: Any) -> None:
    assert aigc("generate", "shop/slogan", "product=Mug", "--out", "ads", "--to", "lines").code == 0
    (found,) = aigc("find", "last", "--json").json["pieces"]
    assert (found["job"], found["id"]) == ("ads", "1")


def test_a_damaged_ledger_is_told_and_passed_over(aigc: Run, shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    aigc(*BATCH, "good")
    aigc(*BATCH, "odd")
    for name in ("bad", "later"):
        (shop.folder / name).mkdir()
    (shop.folder / "bad/job.sqlite").write_bytes(b"no database at all" * 100)
    with sqlite3.connect(shop.folder / "later/job.sqlite") as db:
        db.executescript("create table pieces (id text); pragma user_version = 99")
    with sqlite3.connect(shop.folder / "odd/job.sqlite") as db:
        db.execute("""update pieces set artifact = '{"last": 3}'""")
    (shop.folder / "single").mkdir()
    (shop.folder / "single/.pieces.jsonl").write_text('{"piece": "last"}\n')
    ran = aigc("find", "last")
    assert ran.code == 0 and "good" in ran.out
    told = [line for line in ran.err.splitlines() if line.startswith("Passed over: ")]
    assert [line.split()[2].partition("/")[0].strip(":") for line in told] == ["bad", "later", "single"]
    assert "left out: odd/job.sqlite: what it holds of '0001' is damaged" in caplog.text


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_ledger_of_an_earlier_version_is_read_and_left_as_it_is(aigc: Run, shop: Any, version: int) -> None:
    aigc(*BATCH, "made")
    file = shop.folder / "made/job.sqlite"
    with sqlite3.connect(file) as db:
        db.executescript("alter table pieces drop column reading;")
        if version < 3:
            db.executescript("drop table reviews; drop table review_log; drop trigger judge_again;")
            db.executescript("alter table pieces drop column language;")
        db.execute(f"pragma user_version = {version}")
    assert len(aigc("find", "last", "--json").json["pieces"]) == 2
    with sqlite3.connect(file) as db:
        assert db.execute("pragma user_version").fetchone() == (version,)


def test_a_ledger_as_the_first_version_wrote_it_is_read(aigc: Run, shop: Any) -> None:
    (shop.folder / "old").mkdir()
    with sqlite3.connect(shop.folder / "old/job.sqlite") as db:
        db.executescript(FORMAT_1.read_text(encoding="utf-8") + "pragma user_version = 1;")
    assert [one["id"] for one in aigc("find", "buy 49", "--json").json["pieces"]] == ["01"]


def test_hidden_folders_are_left_alone_but_for_ours(tmp_path: Path) -> None:
    for name in (".git/job", "node_modules/job", ".aigc/written", "b/a", "."):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / ".pieces.jsonl").touch()
    assert [one.relative_to(tmp_path).as_posix() for one in job_folders(tmp_path)] == [".", ".aigc/written", "b/a"]


def test_a_long_line_is_cut_around_its_first_word_and_marks_do_not_meet(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/long.yaml", LONG)
    shop.answer = lambda request, index: f"{'word ' * 60}mug {'word ' * 60}"
    aigc("generate", "shop/long", "product=Mug", "--out", "made", "--to", "lines")
    (_, line) = aigc("find", "mug").out.splitlines()
    assert line.startswith("  text: …") and line.endswith("…") and " mug " in line and len(line) < 220
    (found,) = aigc("find", "mug", "ug wo", "--json").json["pieces"]
    assert found["marks"] == [[300, 306]]
    assert not Words([" "])


LONG = """
aigc: 1
name: shop/long
summary: A text.
brief: {product: {type: string}}
prompt: slogan.j2
output: {type: string}
exports: [lines]
"""
