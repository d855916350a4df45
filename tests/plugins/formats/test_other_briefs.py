from __future__ import annotations

import datetime
import math

import openpyxl
import pytest

from aigc.errors import BriefError
from aigc_plugins.formats.json_briefs import json_briefs, jsonl_briefs, lists_of
from aigc_plugins.formats.xlsx_briefs import xlsx_briefs


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_jsonl(tmp_path):
    content = '\ufeff{"product": "Mug", "n": 3}\n\n{"product": "壶"}\n{"broken": \n[1]\n{"a": 1, "a": 2}\n{"n": NaN}\n'
    rows = list(jsonl_briefs(written(tmp_path, "b.jsonl", content.encode() + b'{"x": "\xff"}\n')))
    assert [row.where for row in rows] == [f"b.jsonl:{line}" for line in (1, 3, 4, 5, 6, 7, 8)]
    assert [row.values for row in rows[:2]] == [{"product": "Mug", "n": 3}, {"product": "壶"}]
    assert [row.error.partition(":")[0] for row in rows] == [
        "",
        "",
        "is not JSON",
        "is not an object but [1]",
        "is not JSON",
        "",
        "byte 0xff is not UTF-8",
    ]
    assert "'a' stands twice" in rows[4].error
    assert math.isnan(rows[5].values["n"]), "unknown to whoever reads briefs"


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ('[{"a": 1}, {"a": [2]}]', [{"a": 1}, {"a": [2]}]),
        ('{"briefs": [{"a": 1}]}', [{"a": 1}]),
        ('{"a": 1}', [{"a": 1}]),
        ('\ufeff[{"a": "茶"}]', [{"a": "茶"}]),
    ],
)
def test_json(tmp_path, content, values):
    rows = list(json_briefs(written(tmp_path, "b.json", content)))
    assert [row.values for row in rows] == values
    assert [row.where for row in rows] == [f"b.json: brief {number}" for number in range(1, len(values) + 1)]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"total": 2, "products": [{"a": 1}, {"a": 2}]}', "products"),
        ('{"data": {"items": [{"a": 1}, {"a": 2}], "page": 1}, "ok": true}', "data.items"),
        (
            '{"data": {"products": {"edges": [{"node": {"a": 1}, "cursor": "x"}, {"node": {"a": 2}}]}}}',
            "data.products.edges",
        ),
    ],
)
def test_json_that_holds_one_list_of_objects_is_its_rows(tmp_path, content, where):
    file = written(tmp_path, "b.json", content)
    rows = list(json_briefs(file))
    assert [row.values for row in rows] == [{"a": 1}, {"a": 2}]
    assert [row.where for row in rows] == [f"b.json: {where} 1", f"b.json: {where} 2"]
    assert list(json_briefs(file, sheet=where)) == rows and lists_of(file) == (".", where)
    assert len(list(json_briefs(file, sheet="."))) == 1


TABLE = [{"a": "Mug", "b": 9}, {"a": "Cup", "b": 7}]


@pytest.mark.parametrize(
    ("content", "names", "rows"),
    [
        ('{"a": {"0": "Mug", "1": "Cup"}, "b": {"0": 9, "1": 7}}', ("by-column",), TABLE),
        ('{"a": {"4": "Mug", "9": "Cup"}, "b": {"4": 9, "9": 7}}', ("by-column",), TABLE),
        ('{"a": {"0": "Mug"}, "b": {"1": 7}}', ("by-column",), [{"a": "Mug"}, {"b": 7}]),
        ('{"a": ["Mug", "Cup"], "b": [9, 7]}', ("by-column",), TABLE),
        (
            '{"a": ["Mug", "Cup"], "b": [["x", "y"], ["z"]]}',
            None,
            [{"a": "Mug", "b": ["x", "y"]}, {"a": "Cup", "b": ["z"]}],
        ),
        ('{"0": {"a": "Mug", "b": 9}, "1": {"a": "Cup", "b": 7}}', None, TABLE),
        (
            '{"K1": {"a": "Mug"}, "K2": {"a": "Cup", "b": 7}}',
            ("by-id",),
            [{"id": "K1", "a": "Mug"}, {"id": "K2", **TABLE[1]}],
        ),
        ('{"x": {"K1": {"a": "Mug"}, "K2": {"a": "Cup"}}}', None, [{"id": "K1", "a": "Mug"}, {"id": "K2", "a": "Cup"}]),
        (
            '{"K1": {"Id": "7", "a": "Mug"}, "K2": {"a": "Cup"}}',
            None,
            [{"Id": "7", "a": "Mug"}, {"id": "K2", "a": "Cup"}],
        ),
    ],
)
def test_json_tables_without_a_list_of_rows(tmp_path, content, names, rows):
    file = written(tmp_path, "b.json", content)
    read = list(json_briefs(file))
    assert [row.values for row in read] == rows
    way = lists_of(file)[0]
    assert read[0].where == f"b.json: {way} 1" and set(read[0].cleaned.values()) == {(f"read {way}",)}
    assert names is None or lists_of(file) == names or lists_of(file) == (*names, "by-column")
    assert len(list(json_briefs(file, sheet="."))) == 1


@pytest.mark.parametrize(
    "content",
    [
        '{"a": "Mug", "b": ["x", "y"]}',
        '{"a": ["x", "y"]}',
        '{"a": ["x", "y"], "b": ["z"]}',
        '{"a": {"x": 1}, "b": {"y": 2}}',
        '{"a": {}, "b": {}}',
        '{"a": "Mug", "b": {"x": {"y": 1}}}',
    ],
)
def test_json_objects_that_are_no_tables(tmp_path, content):
    (row,) = json_briefs(written(tmp_path, "b.json", content))
    assert row.where == "b.json: brief 1" and not row.cleaned


def test_json_with_several_lists_or_none_is_one_brief_until_one_is_named(tmp_path):
    file = written(tmp_path, "b.json", '{"shops": [{"a": 1}], "items": [{"a": 2}], "notes": ["x"], "none": []}')
    assert [set(row.values) for row in json_briefs(file)] == [{"shops", "items", "notes", "none"}]
    assert [row.values for row in json_briefs(file, sheet="items")] == [{"a": 2}]
    with pytest.raises(BriefError, match=r"b\.json: no list 'item'; did you mean 'items'"):
        list(json_briefs(file, sheet="item"))
    assert lists_of(written(tmp_path, "c.json", '{"a": ["x"], "b": [1, {"c": 1}]}')) == ()
    assert lists_of(written(tmp_path, "c.json", '{"briefs": [{"a": 1}]}')) == ()
    assert lists_of(written(tmp_path, "c.json", '{"a": ')) == ()


def test_json_item_that_is_no_object_fails_alone(tmp_path):
    rows = list(json_briefs(written(tmp_path, "b.json", '[{"a": 1}, 2]')))
    assert [row.error for row in rows] == ["", "is not an object but 2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("[]", "has no briefs"),
        ('{"briefs": 3}', "has no briefs"),
        ("3", "has no briefs"),
        ('[\n{"a": 1},\n{"a" 2}\n]', "b.json:3: Expecting ':' delimiter"),
        ('[{"a": 1, "a": 2}]', "'a' stands twice"),
        (b"[\xff]", "offset 1 is not UTF-8"),
    ],
)
def test_json_that_cannot_be_used(tmp_path, content, message):
    with pytest.raises(BriefError, match=message):
        list(json_briefs(written(tmp_path, "b.json", content)))


def test_an_empty_jsonl(tmp_path):
    with pytest.raises(BriefError, match=r"b\.jsonl: the file is empty"):
        list(jsonl_briefs(written(tmp_path, "b.jsonl", "\n\n")))


def workbook(tmp_path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        table = book.create_sheet(name)
        for row in rows:
            table.append(row)
    path = tmp_path / "b.xlsx"
    book.save(path)
    return path


def test_xlsx(tmp_path):
    opened = datetime.datetime(2026, 11, 23)
    rows = [
        ["product ", "price", "opened", "at", "new", None],
        ["Mug", 3.0, opened, datetime.datetime(2026, 11, 23, 10, 30), True, None],
        [None, None, None, None, None, None],
        ["壶", 3.5, None],
        ["Pot", "#REF!"],
        ["Pan", 1, None, None, None, "stray"],
    ]
    found = list(xlsx_briefs(workbook(tmp_path, First=rows, Second=[["a"], [1]])))
    assert [row.where for row in found] == ["b.xlsx:2", "b.xlsx:4", "b.xlsx:5", "b.xlsx:6"]
    assert found[0].values == {
        "product": "Mug",
        "price": 3,
        "opened": "2026-11-23",
        "at": "2026-11-23 10:30",
        "new": True,
    }
    assert isinstance(found[0].values["price"], int)
    assert found[1].values == {"product": "壶", "price": 3.5, "opened": None, "at": None, "new": None}
    assert not any(row.error for row in found)
    assert (found[2].values["price"], found[2].cleaned) == (None, {"price": ("unknown #REF!",)})
    assert found[3].values["column 6"] == "stray", "a column without a name"


def test_xlsx_header_by_row(tmp_path):
    path = workbook(tmp_path, First=[["A title"], ["a", "a", "b\n(new)"], [1, 2, 3]])
    assert [row.values for row in xlsx_briefs(path, header=2)] == [{"a (column 1)": 1, "a (column 2)": 2, "b (new)": 3}]
    assert [row.values["1"] for row in xlsx_briefs(path, header=0)] == ["A title", "a", 1]
    with pytest.raises(BriefError, match="has no row 9; --input header=N"):
        list(xlsx_briefs(path, header=9))


def test_xlsx_sheet_by_name(tmp_path):
    path = workbook(tmp_path, First=[["a"], [1]], Second=[["b"], [2]])
    assert [row.values for row in xlsx_briefs(path, sheet="Second")] == [{"b": 2}]
    with pytest.raises(BriefError, match="did you mean 'Second'"):
        list(xlsx_briefs(path, sheet="Secnd"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "the sheet 'First' is empty"),
        ([["a", "b"]], "a header and no rows"),
    ],
)
def test_xlsx_that_cannot_be_used(tmp_path, rows, message):
    with pytest.raises(BriefError, match=message):
        list(xlsx_briefs(workbook(tmp_path, First=rows)))


@pytest.mark.parametrize("rows", [[], [["a", "b"]]])
def test_an_empty_first_sheet_names_the_others(tmp_path, rows):
    with pytest.raises(BriefError, match="say another with --input sheet=NAME: Second, Third"):
        list(xlsx_briefs(workbook(tmp_path, First=rows, Second=[["b"], [2]], Third=[["c"]])))


def test_a_file_that_is_no_workbook(tmp_path):
    with pytest.raises(BriefError, match="is not an Excel workbook"):
        list(xlsx_briefs(written(tmp_path, "b.xlsx", b"a,b\n1,2\n")))
    with pytest.raises(BriefError, match="cannot be read"):
        list(xlsx_briefs(tmp_path / "none.xlsx"))
