"""GIFT and Aiken, read back by readers that are written from Moodle's documentation of the two."""

from __future__ import annotations

import html
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.errors import JobError
from aigc.types import Artifact, Brief, Provenance
from aigc_plugins.classroom.aiken import aiken
from aigc_plugins.classroom.gift import gift

SPECIAL = "~=#{}:"


def read_gift(text: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the category and the questions of a GIFT file. Every special character counts unless a backslash stands
    before it, `\\n` is a line break, blank lines part questions, and lines that begin with // are passed over."""
    category, questions = "", []
    for block in re.split(r"\n[ \t]*\n", text):
        lines = ["" if line.strip().startswith("//") else line for line in block.split("\n")]
        tokens = _tokens("\n".join(lines).strip())
        if not tokens:
            continue
        if _raw(tokens).startswith("$CATEGORY:"):
            category = block.strip().removeprefix("$CATEGORY:").strip()
            continue
        questions.append(_question(tokens))
    return category, questions


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Return the characters, each with whether it may be special: one behind a backslash may not."""
    found, at = [], 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] and text[at + 1] in SPECIAL + "\\n":
            found.append(("\n" if text[at + 1] == "n" else text[at + 1], False))
            at += 2
        else:
            found.append((text[at], True))
            at += 1
    return found


def _raw(tokens: list[tuple[str, bool]]) -> str:
    return "".join(one for one, _ in tokens)


def _find(tokens: list[tuple[str, bool]], mark: str, start: int = 0) -> int:
    for at in range(start, len(tokens) - len(mark) + 1):
        part = tokens[at : at + len(mark)]
        if _raw(part) == mark and all(live for _, live in part):
            return at
    return -1


def _formatted(tokens: list[tuple[str, bool]], usual: str) -> tuple[str, str]:
    text = _raw(tokens).strip()
    named = re.match(r"\[(html|plain|markdown|moodle)\]", text)
    return (named[1], text[named.end() :].strip()) if named else (usual, text)


def _question(tokens: list[tuple[str, bool]]) -> dict[str, Any]:
    assert _raw(tokens[:2]) == "::"
    end = _find(tokens, "::", 2)
    name, tokens = _raw(tokens[2:end]), tokens[end + 2 :]
    opened, closed = _find(tokens, "{"), _find(tokens, "}")
    assert 0 < opened < closed == len(tokens) - 1, "no answers"
    format_, stem = _formatted(tokens[:opened], "moodle")
    body, feedback = tokens[opened + 1 : closed], ""
    if (at := _find(body, "####")) >= 0:
        feedback, body = _formatted(body[at + 4 :], format_)[1], body[:at]
    parts: list[list[tuple[str, bool]]] = []
    for one in body:
        if one in (("=", True), ("~", True)):
            parts.append([])
        elif not parts:
            assert one[0].isspace()
            continue
        parts[-1].append(one)
    answers = []
    for part in parts:
        sign, rest = part[0][0], part[1:]
        text = _raw(rest).strip()
        weight = re.match(r"%(-?\d{1,2}\.?\d*)%", text)
        if weight and not (sign == "=" and _find(body, "~") >= 0):
            rest = _tokens("") + [(one, live) for one, live in rest[_raw(rest).index("%") + len(weight[0]) :]]
        assert _find(rest, "#") < 0 and (sign == "=" or not weight)
        arrow = _find(rest, "->")
        pair = (_formatted(rest[:arrow], format_)[1], _raw(rest[arrow + 2 :]).strip()) if arrow >= 0 else None
        answers.append({"right": sign == "=", "text": _formatted(rest, format_)[1], "pair": pair})
    kind = "choice" if _find(body, "~") >= 0 else "match" if all(one["pair"] for one in answers) else "short"
    return {"name": name, "format": format_, "stem": stem, "kind": kind, "answers": answers, "feedback": feedback}


def shown(text: str) -> str:
    """Return what HTML shows."""
    assert not re.search(r"<(?!br>)", text)
    return html.unescape(text.replace("<br>", "\n"))


def read_aiken(text: str) -> list[dict[str, Any]]:
    questions, stem, options = [], "", []
    for line in text.split("\n"):
        if not line.strip():
            continue
        if option := re.match(r"([A-Z])[.)]\s(.*)", line):
            assert stem and option[1] == chr(65 + len(options))
            options.append(option[2])
        elif line.startswith("ANSWER:"):
            right = line.removeprefix("ANSWER:").strip()
            questions.append({"stem": stem, "options": options, "answer": options[ord(right) - 65]})
            stem, options = "", []
        else:
            assert not stem, "a question is one line"
            stem = line
    assert not stem
    return questions


def test_a_quiz_reads_back_from_gift(tmp_path: Path, quiz: Artifact) -> None:
    (path,) = gift([quiz], tmp_path)
    assert path == tmp_path / "gift" / "us-state-capitals-a.gift.txt"
    category, questions = read_gift(path.read_text(encoding="utf-8"))
    assert category == "US: state//capitals::a"
    for number, (read, item) in enumerate(zip(questions, quiz.fields["items"], strict=True), 1):
        assert read["name"] == f"US: state/capitals::a {number:02}"
        assert (read["kind"], read["format"]) == ("choice", "html")
        assert shown(read["stem"]) == item["stem"]
        assert [shown(one["text"]) for one in read["answers"]] == item["options"]
        assert [shown(one["text"]) for one in read["answers"] if one["right"]] == [item["answer"]]
        assert shown(read["feedback"]) == item["feedback"]


def test_cards_and_worksheets_read_back_from_gift(tmp_path: Path, deck: Artifact, sheet: Artifact) -> None:
    cards, water = gift([deck, sheet], tmp_path, category=False)
    category, questions = read_gift(cards.read_text(encoding="utf-8"))
    assert category == "" and [one["kind"] for one in questions] == ["short", "short"]
    assert shown(questions[1]["stem"]) == 'the "sum" of {1} = a * b'
    assert [one["text"] for one in questions[1]["answers"]] == ["x & y < \\*z\\*"]  # a bare star stands for anything
    _, (gap, star, pairs, short) = read_gift(water.read_text(encoding="utf-8"))
    assert gap["stem"] == "Water boils at ____ at sea level."
    assert [one["text"] for one in gap["answers"]] == ["100 °C", "100°C"]
    assert [one["text"] for one in star["answers"]] == ["the Sun", "Sun"]
    assert pairs["kind"] == "match"
    assert [(shown(left), right) for left, right in (one["pair"] for one in pairs["answers"])] == [
        ("Ohio", "Columbus"),
        ("Te=xas", "Austin"),
        ("I<owa", "Des Moines -> x"),
    ]
    assert (short["kind"], short["stem"]) == ("short", "Who wrote *Emma*?")


ODD = st.lists(
    st.sampled_from([*"~=#{}:\\\n[]%->/ <&;\"'*abc0128é法", "::", "####", "//"]), min_size=1, max_size=30
).map("".join)


@given(stem=ODD, options=st.lists(ODD.map(str.strip).filter(bool), min_size=2, max_size=4, unique=True), feedback=ODD)
def test_any_text_reads_back_from_gift(stem: str, options: list[str], feedback: str) -> None:
    stem = stem.strip() or "?"
    item = {"stem": stem, "options": options, "answer": options[0], "feedback": feedback}
    artifact = Artifact(
        id="1",
        status="accepted",
        fields={"title": "T", "items": [item]},
        brief=Brief(id="1", values={}),
        provenance=Provenance(content_type="lessons/quiz", version=1, model="tiny"),
    )
    with tempfile.TemporaryDirectory() as folder:
        (path,) = gift([artifact], Path(folder))
        _, (read,) = read_gift(path.read_text(encoding="utf-8"))
    assert shown(read["stem"]) == stem and shown(read["feedback"]) == feedback.strip()
    assert [shown(one["text"]) for one in read["answers"]] == options
    assert [one["right"] for one in read["answers"]] == [True] + [False] * (len(options) - 1)


def test_what_gift_would_take_for_something_else_is_refused(tmp_path: Path, piece: Any) -> None:
    arrow = piece(cards=[{"front": "Which?", "back": "a -> b", "tags": []}])
    (told,) = gift.refuses(arrow)
    assert "has a ->, which GIFT takes for a pair" in told
    with pytest.raises(JobError, match="gift: 1: the answer"):
        list(gift([arrow], tmp_path))
    assert list(tmp_path.iterdir()) == []
    (told,) = gift.refuses(piece(title="x" * 260, cards=[{"front": "a", "back": "b"}]))
    assert "names of 263 characters, Moodle keeps 255" in told


def test_a_quiz_reads_back_from_aiken(tmp_path: Path, quiz: Artifact, piece: Any) -> None:
    fine = piece(title="Quiz", items=quiz.fields["items"][:2])
    (path,) = aiken([fine], tmp_path)
    read = read_aiken(path.read_text(encoding="utf-8"))
    assert read == [{name: item[name] for name in ("stem", "options", "answer")} for item in fine.fields["items"]]


@pytest.mark.parametrize(
    ("stem", "wrong"),
    [
        ("Two\nlines?", "question 1 has a line break"),
        ("A. Lincoln was what?", "begins with 'A. Linco', which Aiken reads as an option"),
        ("ANSWER: what?", "begins with 'ANSWER: '"),
        ("?", "has an empty text"),
        ("Which?", ""),
    ],
)
def test_what_aiken_cannot_say_is_refused(tmp_path: Path, piece: Any, stem: str, wrong: str) -> None:
    one = piece(items=[{"stem": stem, "options": ["a", "b"], "answer": "a"}])
    found = list(aiken.refuses(one))
    assert any(wrong in message for message in found) if wrong else not found
    if wrong:
        with pytest.raises(JobError, match="aiken: 1: "):
            list(aiken([one], tmp_path))


def test_a_type_that_does_not_fit_is_told_before_and_after(piece: Any, deck: Artifact, sheet: Artifact) -> None:
    for exporter in (aiken, gift):
        row = piece(kind="lessons/plan", title=None, phases=None)
        (told,) = exporter.refuses(row)
        assert "which lessons/plan does not write" in told
        assert not list(exporter.refuses(piece(title=None, items=None)))
        assert list(exporter.refuses(piece(title="Plan", phases=[])))
    for other in (deck, sheet):
        assert list(aiken.refuses(other)) == ["has no multiple-choice questions; lessons/quiz does"]
        assert not list(gift.refuses(other))


def test_pieces_of_one_title_have_files_of_their_own(tmp_path: Path, quiz: Artifact) -> None:
    paths = list(gift([quiz, quiz, quiz], tmp_path))
    assert [path.name for path in paths] == [f"us-state-capitals-a{end}.gift.txt" for end in ("", "-2", "-3")]
