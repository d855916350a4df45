"""Anki, Quizlet, Kahoot and paper."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.anki import anki
from aigc_plugins.classroom.handout import handout
from aigc_plugins.classroom.kahoot import kahoot
from aigc_plugins.classroom.quizlet import quizlet

COLUMNS = {"guid column": 1, "deck column": 2, "tags column": 5}


def read_anki(path: Path) -> tuple[dict[str, str], list[list[str]]]:
    """Return the head and the rows of a text file of Anki's: `#key:value` lines, then rows with quotes as in CSV."""
    lines = path.read_text(encoding="utf-8").split("\n")
    head = {}
    while lines and lines[0].startswith("#"):
        name, _, value = lines.pop(0)[1:].partition(":")
        head[name] = value
    assert head["separator"] == "tab" and head["html"] == "true"
    rows = list(csv.reader("\n".join(lines).splitlines(keepends=True), delimiter="\t", strict=True))
    assert all(len(row) == 5 for row in rows)
    return head, rows


def test_cards_read_back_from_anki(tmp_path: Path, deck: Artifact) -> None:
    (path,) = anki([deck], tmp_path)
    head, rows = read_anki(path)
    assert {name: int(head[name]) for name in COLUMNS} == COLUMNS and head["notetype"] == "Basic"
    for row, card in zip(rows, deck.fields["cards"], strict=True):
        assert row[1] == "Cards"
        assert (html.unescape(row[2]), html.unescape(row[3])) == (card["front"], card["back"])
        assert [tag.replace("_", " ") for tag in row[4].split()] == card["tags"]
    assert len({row[0] for row in rows}) == len(rows)
    (again,) = anki([deck], tmp_path / "b", deck="All", notetype="")
    head, others = read_anki(again)
    assert "notetype" not in head
    assert [row[1] for row in others] == ["All", "All"]
    assert [row[0] for row in others] == [row[0] for row in rows]  # so that a second import changes the first's notes


def test_a_quiz_and_a_worksheet_are_cards_too(tmp_path: Path, quiz: Artifact, sheet: Artifact) -> None:
    (path,) = anki([quiz, sheet], tmp_path)
    _, rows = read_anki(path)
    front = rows[0][2]
    stem, _, options = front.partition('<ol type="A">')
    assert html.unescape(stem) == quiz.fields["items"][0]["stem"]
    assert [html.unescape(one) for one in re.findall("<li>(.*?)</li>", options)] == quiz.fields["items"][0]["options"]
    assert rows[0][1] == "US: state/capitals: a"  # "::" would make a deck within a deck
    assert rows[0][3].startswith("a\\<br>")
    assert rows[2][2].startswith("// Two<br>lines")
    assert ("Ohio", "Columbus") in [(row[2], row[3]) for row in rows]


def test_cards_read_back_from_quizlet(tmp_path: Path, deck: Artifact, sheet: Artifact) -> None:
    first, _ = quizlet([deck, sheet], tmp_path)
    lines = first.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    read = [tuple(line.split("\t")) for line in lines]
    assert read == [(card["front"], card["back"]) for card in deck.fields["cards"]]


@pytest.mark.parametrize(("back", "wrong"), [("a\tb", "a tab in its back"), ("a\nb", "a line break in its back")])
def test_a_card_that_would_fall_apart_is_refused(tmp_path: Path, piece: Any, back: str, wrong: str) -> None:
    broken = piece(cards=[{"front": "ok", "back": "ok"}, {"front": "x", "back": back}])
    (told,) = quizlet.refuses(broken)
    assert told.startswith("card 2 has") and wrong in told
    with pytest.raises(JobError, match="quizlet: 1: card 2"):
        list(quizlet([broken], tmp_path))


def test_a_quiz_reads_back_from_kahoot(tmp_path: Path, quiz: Artifact, piece: Any) -> None:
    formula = {"stem": "=1+1", "options": ["=2", "3"], "answer": "=2"}
    items = [*quiz.fields["items"], formula]
    (path,) = kahoot([piece(title="Quiz", items=items)], tmp_path, seconds=30)
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows(min_row=8, values_only=True))
    assert [str(one or "").partition(" -")[0] for one in rows[0]] == [
        *("", "Question", "Answer 1", "Answer 2", "Answer 3", "Answer 4"),
        *("Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs", "Correct answer(s)"),
    ]
    for number, (row, item) in enumerate(zip(rows[1:], items, strict=True), 1):
        assert row[:2] == (number, " ".join(item["stem"].split()))
        answers = [one for one in row[2:6] if one is not None]
        assert answers == item["options"] and answers[row[7] - 1] == item["answer"]
        assert row[6] == 30
    assert {cell.data_type for line in sheet.iter_rows(min_row=12) for cell in line if cell.value is not None} <= {
        "s",
        "n",
    }


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        ({"stem": "x" * 121}, "question 1 has 121 characters, Kahoot takes 120"),
        ({"stem": "问" * 120}, ""),
        ({"options": ["a", "b" * 76]}, "has an answer of 76 characters, Kahoot takes 75"),
        ({"options": list("abcde")}, "has 5 answers, Kahoot takes 2 to 4"),
        ({"stem": "a\x0bb"}, "control character"),
    ],
)
def test_what_is_too_long_for_kahoot_is_refused(tmp_path: Path, piece: Any, item: dict[str, Any], wrong: str) -> None:
    one = piece(items=[{"stem": "Which?", "options": ["a", "b"], "answer": "a", **item}])
    found = list(kahoot.refuses(one))
    assert any(wrong in told for told in found) if wrong else not found
    if wrong:
        with pytest.raises(JobError, match="kahoot: 1: question 1"):
            list(kahoot([one], tmp_path))
        assert list(tmp_path.iterdir()) == []


def test_a_time_that_kahoot_does_not_know_is_refused_of_a_row_already(piece: Any) -> None:
    assert list(kahoot.refuses(piece(title=None, items=None), seconds=30)) == []
    (told,) = kahoot.refuses(piece(title=None, items=None), seconds=25)
    assert told == "25 seconds are none of Kahoot's times: 5, 10, 20, 30, 60, 90, 120, 240"


def test_what_has_no_choices_is_nothing_for_kahoot(deck: Artifact, sheet: Artifact) -> None:
    for other in (deck, sheet):
        assert list(kahoot.refuses(other)) == ["has no multiple-choice questions; lessons/quiz does"]


def texts_of(page: str) -> list[str]:
    return [one for one in (html.unescape(text).strip() for text in re.split("<[^>]*>", page)) if one]


def test_a_worksheet_prints_with_its_key_on_a_page_of_its_own(tmp_path: Path, sheet: Artifact) -> None:
    (path,) = handout([sheet], tmp_path)
    page = path.read_text(encoding="utf-8")
    pupils, _, key = page.partition('<section class="key">')
    assert re.search(r"\.key \{[^}]*break-before: page", page)
    asked, answers = texts_of(pupils), texts_of(key)
    assert "Jane Austen" not in asked and "Jane Austen" in answers
    assert asked[asked.index("Words:") + 1 :][:2] == ["the Sun", "100 °C"]
    assert {"Austin", "Columbus", "Who wrote *Emma*?", "I<owa ____"} <= set(asked)
    assert "C (Ohio – Columbus)" in answers and answers[0] == "Water: Answer key"
    assert "Water boils at ____ at sea level." not in asked  # the gap is a line to write on
    assert pupils.count('class="gap"') == 2


def test_the_key_can_be_a_file_of_its_own_or_nowhere(
    tmp_path: Path, sheet: Artifact, deck: Artifact, piece: Any
) -> None:
    pupils, key = handout([sheet], tmp_path, key="file")
    assert key.name == "water key.html"
    assert "Jane Austen" not in pupils.read_text(encoding="utf-8") and "Jane Austen" in key.read_text(encoding="utf-8")
    (alone,) = handout([sheet], tmp_path / "none", key="none")
    assert "Jane Austen" not in alone.read_text(encoding="utf-8")
    (cards,) = handout([deck], tmp_path, key="file")
    assert texts_of(cards.read_text(encoding="utf-8"))[-2:] == [
        deck.fields["cards"][1]["front"],
        deck.fields["cards"][1]["back"],
    ]
    chinese = piece(values={"language": "zh"}, title="水", items=[{"stem": "？", "options": ["a", "b"], "answer": "b"}])
    (page,) = handout([chinese], tmp_path)
    texts = texts_of(page.read_text(encoding="utf-8"))
    assert '<html lang="zh">' in page.read_text(encoding="utf-8")
    assert "选出正确答案。" in texts and texts[-1] == "B. b" and "☐ A. a" in texts


def test_a_text_to_read_is_printed_before_its_tasks(tmp_path: Path, piece: Any) -> None:
    text, asked = "Bees <buzz>.\n\nThey fly.", {"questions": ["Do they?"], "key": {"questions": ["yes"]}}
    reading = piece(title="Bees", text=text, words=["nectar"], **asked)
    (path,) = handout([reading], tmp_path)
    texts = texts_of(path.read_text(encoding="utf-8").partition("<body>")[2])
    assert texts[3:8] == ["Read the text.", "Bees <buzz>.", "They fly.", "New words:", "nectar"]
    assert texts.index("Do they?") > texts.index("They fly.") and texts[-1] == "yes"
