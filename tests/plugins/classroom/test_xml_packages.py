"""Moodle XML and QTI, read back by readers that are written from the documentation of the three."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.moodle_xml import moodle_xml
from aigc_plugins.classroom.qti import qti

ONE = {"q": "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"}
TWO = {"q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}
PACKAGES = {
    "1.2": "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1",
    "2.1": "http://www.imsglobal.org/xsd/imscp_v1p1",
}
QUIZ = [
    ("Is a < b && c > d: {x = 1} ~ #1 \\n?", "a\\"),
    ("法国的首都是哪座城市？", "巴黎"),
    ("// Two\nlines → -> <b>?", "&amp;"),
]
PAIRS = {("Ohio", "Columbus"), ("Te=xas", "Austin"), ("I<owa", "Des Moines -> x")}


def shown(text: str | None) -> str:
    """Return what HTML shows."""
    assert not re.search(r"<(?!br>)", text or "")
    return html.unescape((text or "").replace("<br>", "\n"))


def text_of(element: ET.Element | None) -> str:
    """Return the text inside an element, a line break for each `br`."""
    assert element is not None
    text = element.text or ""
    for child in element:
        assert child.tag.endswith("}br") and not child.text
        text += "\n" + (child.tail or "")
    return text


def read_moodle(path: Path) -> tuple[str, list[dict[str, Any]]]:
    root = ET.parse(path).getroot()
    assert root.tag == "quiz"
    category, questions = "", []
    for one in root:
        assert one.tag == "question"
        if one.get("type") == "category":
            category = one.findtext("category/text") or ""
            continue
        answers = [
            (
                (shown if answer.get("format") == "html" else str)(answer.findtext("text") or ""),
                float(answer.get("fraction", "")),
            )
            for answer in one.findall("answer")
        ]
        pairs = {(shown(sub.findtext("text")), sub.findtext("answer/text")) for sub in one.findall("subquestion")}
        kind = one.get("type")
        assert one.findtext("questiontext/text") and one.find("questiontext").get("format") == "html"  # type: ignore[union-attr]
        assert kind != "multichoice" or one.findtext("single") == "true"
        questions.append(
            {
                "name": one.findtext("name/text"),
                "kind": kind,
                "stem": shown(one.findtext("questiontext/text")),
                "answers": answers,
                "pairs": pairs,
                "feedback": shown(one.findtext("generalfeedback/text")),
            }
        )
    return category, questions


def test_a_quiz_reads_back_from_moodle_xml(tmp_path: Path, quiz: Artifact) -> None:
    (path,) = moodle_xml([quiz], tmp_path)
    category, questions = read_moodle(path)
    assert category == "$course$/top/US: state//capitals::a"
    for read, item in zip(questions, quiz.fields["items"], strict=True):
        assert (read["kind"], read["stem"]) == ("multichoice", item["stem"])
        assert read["answers"] == [(one, 100.0 if one == item["answer"] else 0.0) for one in item["options"]]
        assert read["feedback"] == item["feedback"]
    assert [one["name"][-2:] for one in questions] == ["01", "02", "03"]


def test_cards_and_worksheets_read_back_from_moodle_xml(tmp_path: Path, deck: Artifact, sheet: Artifact) -> None:
    cards, water = moodle_xml([deck, sheet], tmp_path, category=False, shuffle=False)
    assert "<shuffleanswers>false" in water.read_text(encoding="utf-8")
    category, questions = read_moodle(cards)
    assert category == ""
    assert [one["answers"] for one in questions] == [
        [("der Hund", 100.0)],
        [("x & y < \\*z\\*", 100.0)],  # a bare star would stand for anything
    ]
    _, (gap, _, pairs, short) = read_moodle(water)
    assert gap["answers"] == [("100 °C", 100.0), ("100°C", 100.0)]
    assert (pairs["kind"], pairs["pairs"]) == ("matching", PAIRS)
    assert (short["kind"], short["stem"]) == ("shortanswer", "Who wrote *Emma*?")


def package(path: Path, version: str) -> Mapping[str, ET.Element]:
    """Return the resources that a package's manifest lists, by their paths: all of its files and no others."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    at = {"m": PACKAGES[version]}
    manifest = files.pop("imsmanifest.xml")
    resources = manifest.findall("m:resources/m:resource", at)
    listed = [one.get("href") for one in resources]
    assert sorted(filter(None, listed)) == sorted(files)
    names = {one.get("identifier") for one in resources}
    assert all(one.get("identifierref") in names for one in manifest.findall(".//m:dependency", at))
    assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", str(name)) for name in names)
    return files


def read_one(item: ET.Element) -> dict[str, Any]:
    """Return a question of QTI 1.2: each response with its choices, and the score that the right answers get."""
    labels = [one.text for one in item.findall(".//q:fieldlabel", ONE)]
    kinds = dict(zip(labels, [one.text for one in item.findall(".//q:fieldentry", ONE)], strict=True))
    responses = {}
    for one in [
        *item.findall("q:presentation/q:response_lid", ONE),
        *item.findall("q:presentation/q:response_str", ONE),
    ]:
        choices = {
            label.get("ident"): shown(label.findtext("q:material/q:mattext", "", ONE))
            for label in one.findall(".//q:response_label", ONE)
        }
        responses[one.get("ident")] = (shown(one.findtext("q:material/q:mattext", "", ONE)), choices)
    right, score = [], 0.0
    for condition in item.findall("q:resprocessing/q:respcondition", ONE):
        if condition.find("q:setvar", ONE) is None:
            continue
        equal = condition.findall("q:conditionvar/q:varequal", ONE)
        right.append([(one.get("respident"), one.text) for one in equal])
        variable = condition.find("q:setvar", ONE)
        assert variable is not None
        score = float(variable.text or "") + (score if variable.get("action") == "Add" else 0)
        assert equal
    return {
        "kind": kinds["question_type"],
        "stem": shown(item.findtext("q:presentation/q:material/q:mattext", "", ONE)),
        "responses": responses,
        "right": right,
        "score": score,
        "feedback": shown(item.findtext("q:itemfeedback//q:mattext", "", ONE)),
    }


def test_pieces_read_back_from_qti_one(tmp_path: Path, quiz: Artifact, deck: Artifact, sheet: Artifact) -> None:
    first, cards, water = qti([quiz, deck, sheet], tmp_path)
    (root,) = package(first, "1.2").values()
    assert root.find("q:assessment", ONE).get("title") == "US: state/capitals::a"  # type: ignore[union-attr]
    for item, given in zip(root.findall(".//q:item", ONE), quiz.fields["items"], strict=True):
        read = read_one(item)
        _, choices = read["responses"]["response1"]
        assert (read["kind"], read["stem"]) == ("multiple_choice_question", given["stem"])
        assert list(choices.values()) == given["options"]
        (((_, place),),) = read["right"]
        assert (choices[place], read["score"]) == (given["answer"], 100.0)
        assert read["feedback"] == given["feedback"]
    (root,) = package(cards, "1.2").values()
    read = read_one(root.findall(".//q:item", ONE)[1])
    assert read["kind"] == "short_answer_question"
    assert read["right"] == [[("response1", "x & y < *z*")]]
    (root,) = package(water, "1.2").values()
    gap, _, pairs, _ = map(read_one, root.findall(".//q:item", ONE))
    assert gap["right"] == [[("response1", "100 °C"), ("response1", "100°C")]]
    assert pairs["kind"] == "matching_question" and pairs["score"] == pytest.approx(100, abs=0.1)
    made = {(pairs["responses"][name][0], pairs["responses"][name][1][place]) for ((name, place),) in pairs["right"]}
    assert made == PAIRS


def test_pieces_read_back_from_qti_two(tmp_path: Path, quiz: Artifact, sheet: Artifact) -> None:
    first, water = qti([quiz, sheet], tmp_path, version="2.1")
    files = package(first, "2.1")
    (test,) = (root for root in files.values() if root.tag.endswith("}assessmentTest"))
    references = [one.get("href") for one in test.findall(".//q:assessmentItemRef", TWO)]
    assert len(references) == 3
    for path, given in zip(references, quiz.fields["items"], strict=True):
        item = files[str(path)]
        choices = {
            one.get("identifier"): text_of(one) for one in item.findall(".//q:choiceInteraction/q:simpleChoice", TWO)
        }
        assert text_of(item.find(".//q:choiceInteraction/q:prompt", TWO)) == given["stem"]
        assert list(choices.values()) == given["options"]
        right = item.findtext("q:responseDeclaration/q:correctResponse/q:value", "", TWO)
        assert choices[right] == given["answer"]
        feedback = item.find("q:modalFeedback", TWO)
        assert (text_of(feedback) if feedback is not None else "") == given["feedback"]
        order = [child.tag.partition("}")[2] for child in item]  # as the schema has it
        wanted = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
        assert sorted(order, key=wanted.index) == order
    gap, _, pairs, _ = [root for root in package(water, "2.1").values() if root.tag.endswith("}assessmentItem")]
    entries = gap.findall(".//q:mapEntry", TWO)
    assert {one.get("mapKey"): float(one.get("mappedValue", "")) for one in entries} == {"100 °C": 1, "100°C": 1}
    texts = {one.get("identifier"): text_of(one) for one in pairs.findall(".//q:simpleAssociableChoice", TWO)}
    right_pairs = [str(one.text).split() for one in pairs.findall(".//q:correctResponse/q:value", TWO)]
    assert {(texts[left], texts[right]) for left, right in right_pairs} == PAIRS


def test_a_package_depends_on_its_piece_alone(tmp_path: Path, quiz: Artifact) -> None:
    (first,) = qti([quiz], tmp_path / "a")
    (second,) = qti([quiz], tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("exporter", [moodle_xml, qti], ids=lambda one: one.name)
def test_what_xml_cannot_hold_is_refused(tmp_path: Path, piece: Any, exporter: Any) -> None:
    broken = piece(items=[{"stem": "a\x0bb?", "options": ["a", "b"], "answer": "a"}])
    assert list(exporter.refuses(broken)) == ["question 1 has the control character '\\x0b'"]
    with pytest.raises(JobError, match="control character"):
        list(exporter([broken], tmp_path))
    assert "lessons/plan does not write" in next(exporter.refuses(piece(kind="lessons/plan", phases=None)))
    long = piece(title="x" * 260, items=[{"stem": "Which?", "options": ["a", "b"], "answer": "a"}])
    assert re.search("at most 255|Moodle takes 255", next(exporter.refuses(long)))
