"""What no file can hold, or a program would run, keeps its own piece out of a classroom's format, and breaks none."""

from __future__ import annotations

import pytest

from aigc_plugins.classroom import aigc_exporters
from aigc_plugins.classroom.anki import anki
from aigc_plugins.classroom.handout import handout
from aigc_plugins.classroom.quizlet import what_is_refused

EXPORTERS = {one.name: one for one in aigc_exporters()}
ITEM = {"stem": "What?", "options": ["a", "b"], "answer": "a"}


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize("control", ["\0", "\ud800", "\x0b"])
def test_control_characters_are_refused_by_every_format_wherever_they_stand(piece, name, control):
    exporter = EXPORTERS[name]
    for fields in ({"title": f"a{control}b", "items": [ITEM]}, {"items": [{**ITEM, "options": ["a", f"b{control}"]}]}):
        assert any("control character" in told for told in exporter.refuses(piece(**{"title": "t", **fields})))


@pytest.mark.parametrize("key", ["page", "file"])
@pytest.mark.parametrize(
    "fields",
    [
        {
            "cards": [{"front": "a", "back": "b"}],
            "left": ["x", "y"],
            "right": ["p", "q"],
            "key": {"matching": ["A", "B"]},
        },
        {"left": ["x", "y"], "right": [" p ", "q\r\n"], "key": {"matching": ["A", "B"]}},
        {"left": ["x"], "right": ["p"], "gaps": ["a ____"], "key": {"matching": [""], "gaps": ["z"]}},
    ],
)
def test_a_sheet_of_any_shape_is_printed(piece, tmp_path, fields, key):
    assert list(handout([piece(title="t", **fields)], tmp_path, key=key))


def test_anki_is_handed_nothing_to_run_nor_a_line_of_the_head(piece, tmp_path):
    cards = [{"front": "[latex]\\input{x}[/latex] [$]y[/$] [a]", "back": "[sound:z.mp3]"}]
    (path,) = anki([piece(title="t", cards=cards)], tmp_path, notetype="Basic\n#html:false")
    text = path.read_text(encoding="utf-8")
    assert "[latex" not in text and "[$" not in text and "[sound" not in text and "[a]" in text
    assert "\n#html:false" not in text


def test_a_card_is_no_formula(piece):
    told = list(what_is_refused(piece(title="t", cards=[{"front": "=cmd|' /C calc'!A0", "back": "-5 °C"}])))
    assert len(told) == 1 and "spreadsheet" in told[0]
