"""Lists in a table that our exporters wrote are lists again where it is read."""

from __future__ import annotations

import json
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aigc.content import brief_values
from aigc.testing import ScriptedGenerator, run_cli
from aigc.types import Artifact, Brief, Provenance
from aigc_plugins.formats.csv_briefs import csv_briefs
from aigc_plugins.formats.csv_pieces import csv_pieces
from aigc_plugins.formats.json_cells import in_cell, out_of_cell
from aigc_plugins.formats.xlsx_briefs import xlsx_briefs
from aigc_plugins.formats.xlsx_pieces import xlsx_pieces

ODD = [
    *("a, b", "a; b", "甲；乙", "one\ntwo", "- bullet", "• bullet", '"quoted"', "it's", "=1+1", "+5", "-20°C", "@home"),
    *('["a", "b"]', "[1]", "{x}", "折叠车，九成新", "x;=SUM(A1)", "tab\there", "100", "3.5", "'tis", "a | b", "#1"),
    *(
        "x;'=SUM(A1)",
        "'=1+1",
        "''=1",
        ";''=x",
        "\n'=x",
        '{"a": 1}',
        '["{\\"a\\": 1}"]',
        '"["',
        '"[]"',
        "[]",
        "{}",
        '""',
    ),
    *('"[\\"a\\"]"', '"\\"[\\\\\\"a\\\\\\"]\\""', "[true]", "[null]", '["a", ["b"]]', "'-5", "'['"),
]
ANY = st.text(alphabet="ab,;；\n\"'-•=+折 1[]{}:\\", min_size=1, max_size=12)
JSON = st.recursive(
    ANY | st.integers() | st.booleans() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)
)
texts = st.one_of(st.sampled_from(ODD), ANY, JSON.map(lambda value: json.dumps(value, ensure_ascii=False)))
lists = st.lists(texts.filter(str.strip), min_size=1, max_size=5)


def written(values, fields, *, name="1") -> Artifact:
    made = Provenance(content_type="ads/test", version=1)
    return Artifact(id=name, status="accepted", fields=fields, brief=Brief(id=name, values=values), provenance=made)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(benefits=lists, lines=lists, more=lists)
@example(benefits=["a; b", "c"], lines=["- one", "- two"], more=["x"])
@example(benefits=["x;=SUM(A1)", ";'"], lines=["x"], more=["x"])
@example(benefits=[";'=x"], lines=["'=x"], more=['["a", "b"]', "c"])
def test_lists_of_a_csv_file_are_lists_again(tmp_path_factory, benefits, lines, more):
    folder = tmp_path_factory.getbasetemp() / "own"
    pieces = [
        written({"benefits": benefits}, {"headlines": lines, "note": lines[0]}),
        written({"benefits": more}, {"headlines": more, "note": "n"}, name="2"),
    ]
    (path,) = csv_pieces(pieces, folder)
    for row, inputs, fields in zip(csv_briefs(path), (benefits, more), (lines, more), strict=True):
        assert row.values["headlines"] == fields
        told = row.values["benefits"]
        assert (told if isinstance(told, list) else told.split("; ")) == inputs
    assert next(iter(csv_briefs(path))).values["note"] == lines[0]


def test_a_list_of_nothing_is_an_empty_cell(tmp_path):
    pieces = [written({"benefits": [], "note": "n"}, {"text": "x"})]
    for write, read in ((csv_pieces, csv_briefs), (xlsx_pieces, xlsx_briefs)):
        (path,) = write(pieces, tmp_path)
        (row,) = read(path)
        assert row.values["benefits"] in (None, "") and row.values["note"] == "n"


INPUTS = {
    "note": {"type": "string"},
    "facts": {"type": "array", "items": {"type": "string"}},
    "rows": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
    "told": {"type": "array", "items": {"type": "boolean"}},
    "counts": {"type": "array", "items": {"type": "integer"}},
}
TAKING = SimpleNamespace(brief=INPUTS)  # all of a content type that reading needs


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    note=texts.filter(str.strip),
    facts=lists,
    rows=st.lists(lists, min_size=1, max_size=3),
    told=st.lists(st.booleans(), min_size=1, max_size=3),
    counts=st.lists(st.integers(0, 10**9), min_size=1, max_size=3),
)
def test_inputs_are_the_same_again(tmp_path_factory, note, facts, rows, told, counts):
    folder = tmp_path_factory.getbasetemp() / "same"
    given_values = {"note": note, "facts": facts, "rows": rows, "told": told, "counts": counts}
    values = brief_values(TAKING, given_values, where="given")
    piece = written(values, {"title": "t"})
    for made, read in ((csv_pieces, csv_briefs), (xlsx_pieces, xlsx_briefs)):
        (path,) = made([piece], folder)
        (row,) = read(path)
        assert brief_values(TAKING, {name: row.values[name] for name in INPUTS}, where="row") == values, made


def test_lists_of_a_workbook_are_lists_again(tmp_path):
    fields = {"headlines": ["a; b", "- c", "=1+1"], "parts": [{"heading": "H", "text": "x; y"}]}
    (path,) = xlsx_pieces([written({"benefits": ["p; q", "r"]}, fields)], tmp_path)
    (row,) = xlsx_briefs(path)
    assert row.values["headlines"] == fields["headlines"] and row.values["parts"] == fields["parts"]
    assert row.values["benefits"] == ["p; q", "r"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=lists, inputs=lists)
def test_a_workbook_shows_every_item_in_a_cell(tmp_path_factory, lines, inputs):
    made = written({"benefits": inputs}, {"title": lines[0], "headlines": lines})
    (path,) = xlsx_pieces([made], tmp_path_factory.getbasetemp() / "book")
    head, row = openpyxl.load_workbook(path)["pieces"].iter_rows(values_only=True)
    cells = dict(zip(head, row, strict=True))
    assert cells["title"] == in_cell(lines[0])
    assert [cells[f"headlines {number}"] for number in range(1, len(lines) + 1)] == [
        in_cell(line, item=True) for line in lines
    ]
    shown = cells["benefits"]
    assert inputs in (shown.split("; "), out_of_cell(shown))


def test_a_table_of_others_keeps_its_columns(tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text("Campaign,Headline 1,Headline 2\nA,x,y\n")
    assert next(csv_briefs(path)).values == {"Campaign": "A", "Headline 1": "x", "Headline 2": "y"}
    path.write_text("id,status,step 2,step 3,title 1,title\n1,accepted,x,y,z,t\n")
    assert {"step 2", "step 3", "title 1", "title"} <= set(next(csv_briefs(path)).values), "no list begins so"


def test_pieces_are_briefs_again(tmp_path):
    brief = {
        "product": "Bin",
        "benefits": ["holds 300 litres; or 200", "opens, at the bottom"],
        "url": "https://a.example",
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(brief))
    asked = ["batch", "ads/feed", "--to", "csv", "--out"]
    assert run_cli(*asked, "one", "in.jsonl", cwd=tmp_path, generator=ScriptedGenerator({})).code == 0
    again = run_cli(*asked, "two", "one/content.csv", cwd=tmp_path, generator=ScriptedGenerator({}))
    assert again.code == 0, again.err
    first, second = (
        json.loads((tmp_path / folder / "artifacts.jsonl").read_text(encoding="utf-8")) for folder in ("one", "two")
    )
    assert second["brief"]["values"] == first["brief"]["values"] and second["fields"] == first["fields"]


@pytest.mark.parametrize("benefits", [["a", "b"], ["a b"], [1, 2.5]])
def test_a_list_that_people_can_read_stays_so(tmp_path, benefits):
    (path,) = csv_pieces([written({"benefits": benefits}, {"title": "t"})], tmp_path)
    assert "; ".join(map(str, benefits)) in path.read_text(encoding="utf-8-sig")
