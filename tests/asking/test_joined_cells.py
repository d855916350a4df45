"""Cells of rows that are one may hold anything: lists, objects, numbers as they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from aigc.asking.joining import Join
from aigc.ledger.scratch import Scratch
from aigc.types import Json, Row, WrittenFloat

BY_ID = Join(by=("id",), collect=("x",))


def joined(*cells: Mapping[str, Json], join: Join = BY_ID) -> Sequence[Row]:
    rows = [Row(values=values, where=f"a:{place}") for place, values in enumerate(cells)]
    return list(join.rows(lambda: rows))


def cell(*values: Json) -> Json:
    (row,) = joined(*({"id": "1", "x": value} for value in values))
    return row.values["x"]


def test_lists_are_one_list_and_say_nothing_twice() -> None:
    assert cell(["red", "blue"], "red", ["green", None, ""], None) == ["red", "blue", "green"]
    assert cell(None, ["red"]) == "red" and cell(["red"], None) == ["red"] and cell(None, []) is None
    assert cell([["a"], ["b"]], [["a"]]) == [["a"], ["b"]]
    assert cell(["red"]) == ["red"], "a row by itself stays as it is"


def test_objects_stay_what_they_are() -> None:
    assert cell({"a": [1]}, {"a": [1]}, {"b": {}}) == [{"a": [1]}, {"b": {}}]
    for odd in (
        {"as written": "29.90"},
        {"as written": "x"},
        {"as written": None},
        ["as written", "7"],
        [[]],
        {"": []},
    ):
        assert cell("first", odd) == ["first", *(odd if isinstance(odd, list) else [odd])]


def test_a_number_keeps_its_words_within_others_too() -> None:
    price = WrittenFloat("29.90")
    _, alone, inside, named = cell("x", price, [WrittenFloat("1.50")], {"at": [WrittenFloat("2.50")]})
    assert (str(alone), str(inside), str(named["at"][0])) == ("29.90", "1.50", "2.50")


def test_names_may_be_anything_too() -> None:
    first, second = joined({"id": ["1"], "x": 1}, {"id": {"a": 1}, "x": 2}, {"id": ["1"], "x": 3})
    assert (first.values["x"], second.values["x"]) == ([1, 3], 2)
    parts = Join(by=("id",), parent=("parent",), collect=("x",))
    (row,) = joined({"id": "1", "parent": None, "x": 1}, {"id": "2", "parent": [], "x": 2}, join=parts)[:1]
    assert row.values["x"] == 1


def test_rows_of_two_things_by_turns_are_written_down_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    put = Scratch.put
    monkeypatch.setattr(Scratch, "put", lambda self, name, text: (written.append(len(text)), put(self, name, text)))
    first, second = joined(*({"id": str(place % 2), "x": f"{place} {'x' * 100}"} for place in range(1000)))
    assert len(first.values["x"]) == len(second.values["x"]) == 500
    assert sum(written) < 1000 * 200
