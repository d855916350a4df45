"""`aigc pick` on the command line: one decision, a walk through all, a sheet, labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from aigc.cli import main, pick_walk
from aigc.jobs import running
from aigc.plugs.extension import scorer
from aigc.plugs.hookspecs import hookimpl
from aigc.types import Candidate
from aigc_plugins import formats

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made", "--to", "xlsx", "--to", "csv")


@scorer
def lengthy(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer long texts."""
    return [float(len(one.text)) for one in candidates]


class Lengthy:
    """This is a plugin of one scorer."""

    @hookimpl
    def aigc_scorers(self) -> list[object]:
        return [lengthy]


@pytest.fixture(autouse=True)
def made(aigc: Run, shop: Any) -> None:
    """This is a job of two pieces: `Plain` stands, three texts are suggested."""
    shop.plugins |= {"lengthy": Lengthy(), "shop": formats}
    text = (shop.folder / "templates/shop/slogan.yaml").read_text().replace("[lines]", "[csv]")
    pick = "candidates: 3\nfallback: Plain\npick: {by: [lengthy], floor: 99, suggest: 5}\n"
    shop.write("templates/shop/slogan.yaml", text.replace("checks: [no_digits]\n", pick))
    (shop.folder / "templates/shop/advert.yaml").unlink()
    shop.answer = lambda request, index: ("Made to last", "Short one", "Tough")[index]
    assert aigc(*BATCH).code == 1, "one row is no brief"


def stands(aigc: Run, name: str = "0001") -> str:
    return str(aigc("job", "made", "--piece", name, "--json").json["fields"]["text"])


def test_a_suggestion_is_taken_listed_and_taken_back(aigc: Run) -> None:
    ran = aigc("pick", "made", "0001", "--list")
    assert ran.out == "Plain\n" and "1  Made to last" in ran.err
    ran = aigc("pick", "made", "0001", "text", "2")
    assert (ran.code, ran.out) == (0, "0001 text: Short one\n")
    ran = aigc("job", "made", "--piece", "0001")
    assert ran.out == "Short one\n" and "text: taken by a person; the model has: Plain" in ran.err
    listed = aigc("pick", "made", "0001", "--list", "--json").json
    assert listed["review"]["fields"] == {"text": "Short one"} and listed["review"]["by"]
    ran = aigc("pick", "made", "0001", "text", "--undo")
    assert (ran.out, ran.err) == ("0001 text: Plain\n", "")
    assert aigc("pick", "made", "0001", "text", "1", "--json").json["fields"] == {"text": "Made to last"}


def test_ones_own_words_and_refusals(aigc: Run) -> None:
    ran = aigc("pick", "made", "0001", "text", "--text", "A cup for life", "--note", "for Ada")
    assert ran.out == "0001 text: A cup for life\n"
    assert aigc("job", "made", "--piece", "0001", "--json").json["review"]["note"] == "for Ada"
    ran = aigc("pick", "made", "0001", "text", "--text", "x" * 41)
    assert ran.code == 2 and "0001: text: has 41 characters, at most 40" in ran.err
    assert aigc("pick", "made", "0002", "text", "--refuse", "1").out == "0002 text: Plain\n"
    assert "1  Made to last  (12)  refused" in aigc("job", "made", "--piece", "0002").err
    assert aigc("pick", "made", "0002", "text", "--refuse").code == 0


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("mde", "0001", "text", "1"), "mde: no such folder; did you mean 'made'?"),
        (("mde",), "mde: no such folder; did you mean 'made'?"),
        (("templates",), "templates: holds no job"),
        (("products.csv", "--list"), "products.csv: is no folder"),
        (("made", "001", "text", "1"), "no piece has the id '001'; did you mean '0001'?"),
        (("made", "0001", "txet", "1"), "0001: has no text 'txet'; did you mean 'text'?"),
        (("made", "0001", "text", "4"), "no suggestion 4 for text: there are 1 to 3"),
        (("made", "0003", "text", "1"), "0003: nothing was written"),
        (("made", "0001", "text"), "say what shall stand there; N, --text, --refuse or --undo"),
        (("made", "0001"), "say which text of the piece"),
        (("made",), "say which piece"),
        (("made", "0001", "text", "1", "--text", "x"), "N and --text: one of them"),
        (("made", "0001", "text", "1", "--undo"), "N and --undo: one of them"),
        (("made", "0001", "text", "--undo"), "0001: nothing was decided of 'text'"),
        (("made", "--from", "mad/content.xlsx"), "no such file"),
        (("made", "--from", "products.csv"), "there is no column 'id'"),
        (("made", "--labels", "nowhere/labels.jsonl"), "cannot be written"),
    ],
)
def test_misuse_is_told_in_a_sentence(aigc: Run, argv: tuple[str, ...], told: str) -> None:
    ran = aigc("pick", *argv)
    assert ran.code in (2, 3) and told in " ".join(ran.err.split()), ran.err


def test_a_walk_asks_about_what_is_open(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["9", "x" * 41, "2", "n"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(pick_walk.click, "prompt", lambda *given, **options: next(answers))
    ran = aigc("pick", "made")
    assert ran.code == 0 and "2 decisions" in ran.err
    assert "0001 text  (1 of 2)" in ran.out and "Tin cup" in ran.out and "     2 Short one" in ran.out
    assert "no suggestion 9" in ran.out and "at most 40" in ran.out, "it asks again"
    assert (stands(aigc), stands(aigc, "0002")) == ("Short one", "Plain")
    assert "nothing to choose" in aigc("pick", "made").err
    aigc("pick", "made", "0001", "text", "--undo")
    answers = iter(["q"])
    assert "0 decisions" in aigc("pick", "made").err
    answers = iter([""])
    assert "0 decisions" in aigc("pick", "made").err


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], str]]:
    """This is what a person does at each question of a walk, and answers."""
    coming: list[Callable[[], str]] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(pick_walk.click, "prompt", lambda *given, **options: coming.pop(0)())
    return coming


def test_a_walk_holds_the_folder_only_while_it_takes_an_answer(
    aigc: Run, shop: Any, answers: list[Callable[[], str]]
) -> None:
    def thinks() -> str:
        assert not running(shop.folder / "made")
        shop.answer = lambda request, index: ("Other words", "Another", "Tough")[index]
        assert main([*BATCH, "--fresh"]) == 1, "a batch may write there, and replaces what was shown"
        return "1"

    answers += [thinks, lambda: "1", lambda: "q"]
    ran = aigc("pick", "made")
    assert "0001: was written again, or decided, in the meantime" in ran.out and "     1 Other words" in ran.out
    assert (ran.code, stands(aigc)) == (0, "Other words"), "what is taken was shown"


def test_a_walk_that_is_killed_leaves_files_behind_which_the_next_command_writes(
    aigc: Run, shop: Any, answers: list[Callable[[], str]]
) -> None:
    def dies() -> str:
        raise SystemExit(9)

    def walked() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("aigc.jobs.reviewing.Desk.show", lambda desk: None)  # nobody gets there
            answers[:] = [lambda: "2", dies]
            assert aigc("pick", "made").code == 3

    walked()
    assert ",Short one\n" not in text_of(shop), "that the process ended at once"
    assert aigc("job", "made", "--json").json["behind"] is True
    assert "older than what was decided last: aigc pick made --files" in aigc("job", "made").out
    assert "show all that was decided" in aigc("pick", "made", "--files").err
    assert ",Short one\n" in text_of(shop) and aigc("job", "made", "--json").json["behind"] is False
    for command in (("export", "made", "--to", "xlsx"), ("batch", "shop/slogan", "products.csv", "--out", "made")):
        aigc("pick", "made", "0001", "text", "--undo")
        walked()
        aigc(*command)
        assert ",Short one\n" in text_of(shop), "a file that was not asked for"
        assert aigc("job", "made", "--json").json["behind"] is False


def text_of(shop: Any) -> str:
    """Return the table of pieces without its columns of suggestions."""
    table = (shop.folder / "made/content.csv").read_text("utf-8-sig").splitlines()
    many = sum(" suggestion " not in name for name in table[0].split(","))
    return "".join(",".join(row.split(",")[:many]) + "\n" for row in table)


def test_a_single_pick_in_a_large_job_writes_no_files(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.cli.pick.AT_ONCE", 2)
    ran = aigc("pick", "made", "0001", "text", "2")
    assert ran.err == "The exports and the report show it once this is done: aigc pick made --files\n"
    assert ",Short one\n" not in text_of(shop) and stands(aigc) == "Short one"
    aigc("pick", "made", "0001", "text", "1", "--files")
    assert ",Made to last\n" in text_of(shop)
    monkeypatch.setattr("aigc.cli.pick.AT_ONCE", 3)
    assert aigc("pick", "made", "0002", "text", "2").err == "" and ",Short one\n" in text_of(shop)


def test_hints_can_be_pasted_whatever_things_are_called(aigc: Run, shop: Any) -> None:
    shop.write("odd.csv", "id,product,name\n-x,Tin cup,a\n")
    aigc("batch", "shop/slogan", "odd.csv", "--out", "my ads")
    assert aigc("pick", "my ads", "--", "-x").err.endswith("; aigc pick --list -- 'my ads' -x\n")
    assert "aigc pick --list -- 'my ads' -x" in aigc("pick", "--", "my ads", "-x", "text", "9").err
    assert aigc("pick", "--list", "--", "my ads", "-x").out == "Plain\n"
    assert "; aigc pick 'my ads' ID FIELD N; on a terminal" in aigc("pick", "my ads").err


def test_a_sheet_is_read_back(aigc: Run, shop: Any) -> None:
    path = shop.folder / "made/content.xlsx"
    book = openpyxl.load_workbook(path)
    table = book["suggestions"]
    assert [cell.value for cell in table[2]][:6] == ["0001", "text", "Plain", "Made to last", "Short one", "Tough"]
    table["I2"], table["I3"] = 2, "My own"
    table.append(["0009", "text", "", "", "", "", "", "", "x"])
    table.append(["0001", "text", "", "", "", "", "", "", 5])
    filled = shop.folder / "filled.xlsx"
    book.save(filled)
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    assert ran.code == 1
    assert ran.out.splitlines()[:2] == ["filled.xlsx:2: 0001 text: Short one", "filled.xlsx:3: 0002 text: My own"]
    assert "filled.xlsx:4: made: no piece has the id '0009'" in ran.out
    assert "filled.xlsx:5: 0001: the row has no suggestion 5" in ran.out
    assert "4 picks: 2 taken, 2 wrong" in ran.err
    ran = aigc("pick", "made", "--from", "filled.xlsx", "--json")
    assert [one["done"] for one in ran.json] == ["standing already", "standing already", "wrong", "wrong"]
    shop.answer = lambda request, index: ("Other", "Another", "Others")[index]
    aigc(*BATCH, "--fresh")
    aigc("pick", "made", "0001", "text", "--undo")
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    assert "0001: 'Short one' is suggested for text no more; write it out in the column 'pick' to take it" in ran.out


@pytest.mark.parametrize("name", ["suggestions", "for the team"])
def test_a_sheet_with_a_title_above_it_or_another_name_is_read_back(aigc: Run, shop: Any, name: str) -> None:
    made = openpyxl.load_workbook(shop.folder / "made/content.xlsx")
    table = made["suggestions"]
    table["I2"] = 2
    table.insert_rows(1, 2)
    table["A1"], table.title = "Please fill in the column pick", name
    made.save(shop.folder / "filled.xlsx")
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    assert ran.code == 0 and ran.out == "filled.xlsx:4: 0001 text: Short one\n", ran.err


def test_a_sheet_without_its_column_is_told_by_its_own_columns(aigc: Run, shop: Any) -> None:
    made = openpyxl.load_workbook(shop.folder / "made/content.xlsx")
    made["suggestions"]["I1"] = "picks"
    made.save(shop.folder / "filled.xlsx")
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    assert ran.code == 2 and "there is no column 'pick'; did you mean 'picks'?" in ran.err


def test_words_for_another_brief_or_text_are_refused(aigc: Run, shop: Any) -> None:
    path, filled = shop.folder / "made/content.xlsx", shop.folder / "filled.xlsx"
    book = openpyxl.load_workbook(path)
    table = book["suggestions"]
    table["I2"], table["I3"] = "My own", "1.5"
    book.save(filled)
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    assert "0002: '1.5' is only a number, no words for text; write the whole number" in ran.out
    table["I2"], table["I3"] = 1, "Mine now"
    for row in (2, 3):
        table[f"J{row}"] = "b0123456789"
    book.save(filled)
    ran = aigc("pick", "made", "--from", "filled.xlsx")
    for name in ("0001", "0002"):
        assert f"{name}: the brief or text of text changed since this sheet was written" in ran.out
    assert (stands(aigc), stands(aigc, "0002")) == ("My own", "Plain")
    table["I2"], table["J3"] = None, None
    book.save(filled)
    assert aigc("pick", "made", "--from", "filled.xlsx").code == 0, "a row need not say"


def test_labels_are_written(aigc: Run, shop: Any) -> None:
    aigc("pick", "made", "0001", "text", "2")
    aigc("pick", "made", "0001", "text", "3", "--refuse")
    ran = aigc("pick", "made", "--labels", "labels.jsonl")
    assert ran.out == "labels.jsonl\n" and "3 labels: 1 better, 1 as good, 1 faulty" in ran.err
    rows = [json.loads(line) for line in (shop.folder / "labels.jsonl").read_text().splitlines()]
    assert {row["text"]: row["label"] for row in rows} == {"Short one": 2, "Plain": 1, "Tough": 0}
    assert rows[0]["product"] == "Tin cup"
    told = aigc("pick", "made", "--labels", "labels.jsonl", "--json").json
    assert told == {"file": "labels.jsonl", "rows": 3, "better": 1, "as_good": 1, "faulty": 1}


def test_a_sheet_that_lies_in_the_folder_keeps_what_could_not_be_taken(aigc: Run, shop: Any) -> None:
    path = shop.folder / "made/content.xlsx"
    book = openpyxl.load_workbook(path)
    book["suggestions"]["I2"], book["suggestions"]["I3"] = 2, "x" * 41
    book.save(path)
    assert aigc("pick", "made", "--from", "made/content.xlsx").code == 1
    table = openpyxl.load_workbook(path)["suggestions"]
    assert (table["C2"].value, table["I2"].value, table["I3"].value) == ("Short one", None, "x" * 41)


def test_exports_are_written_again_as_they_were(aigc: Run, shop: Any) -> None:
    aigc("export", "made", "--to", "csv", "-o", "suggestions=false")
    assert "text suggestion 1" not in (shop.folder / "made/content.csv").read_text("utf-8-sig")
    aigc("pick", "made", "0001", "text", "2")
    text = (shop.folder / "made/content.csv").read_text("utf-8-sig")
    assert "text suggestion 1" not in text and ",Short one\n" in text
    rows = openpyxl.load_workbook(shop.folder / "made/content.xlsx")["pieces"]
    assert "Short one" in [cell.value for row in rows.iter_rows() for cell in row]
