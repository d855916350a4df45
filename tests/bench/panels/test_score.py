"""What two readers marked on a made-up panel is counted right, and what they left out stops nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Made = Callable[..., Path]


def line(item: int, fact: str, own: str = "A", *, near: bool = False) -> dict[str, Any]:
    told = {"item": str(item), "brief": "pot", "fact": fact, "own": own, "against": fact, "text": f"line {item}"}
    return told | {"source": "new", "kind": "line", "status": "accepted", "near_plain": near}


LINES = [line(1, "red"), line(2, "red", "B"), line(3, "round"), line(4, "iron", "B"), line(5, "deep", near=True)]


def pairs(*marks: str) -> list[dict[str, str]]:
    """Return a verdict from `yn A`: A faulty, B not, A better."""
    return [
        {"item": str(at), "A_faulty": one[0], "B_faulty": one[1], "better": one[3:]} for at, one in enumerate(marks, 1)
    ]


def counts(script: Any, rows_file: Made, key: Sequence[dict[str, Any]], *readers: Any) -> tuple[Any, ...]:
    """Return each figure as (part, whole) by its name, the agreement and what is wrong."""
    files = [rows_file(f"reader-{at}.jsonl", rows) for at, rows in enumerate(readers, 1)]
    figures, agreed, wrong = script("score").score(rows_file("key.jsonl", key), files)
    return {one.name: (one.value.part, one.value.whole) for one in figures}, agreed, wrong, figures


def test_lines_are_counted_by_what_all_prefer_and_any_finds_faulty(script: Any, rows_file: Made) -> None:
    head = {"design": "lines", "seed": 0, "briefs": 1, "facts": 8}
    first = pairs("nn A", "nn B", "yn B", "nn same", "nn same")
    second = pairs("nn A", "nn B", "nn B", "nn B", "ny A")
    found, agreed, wrong, figures = counts(script, rows_file, [head, *LINES], first, second)
    assert not wrong
    assert found["faulty for any reader"] == (1, 4) and found["faulty for all readers"] == (0, 4)
    assert found["preferred by all"] == (2, 4)  # items 1 and 2; 4 by the second reader alone
    assert (found["preferred by reader 1"], found["preferred by reader 2"]) == ((2, 4), (3, 4))
    assert found["facts covered"] == (3, 8)
    assert found["that only add name, call or filler"] == (1, 5)
    assert found["of those faulty for any reader"] == (0, 1)
    assert agreed["better"] == pytest.approx((3 / 5 - 8 / 25) / (1 - 8 / 25))
    assert agreed["faulty"] == pytest.approx((8 / 10 - 82 / 100) / (1 - 82 / 100))
    shown = [str(one) for one in figures]
    assert shown[0] == "faulty for any reader: 1 of 4, 25.0% [4.6%, 69.9%]; asked ≤ 5%: NOT met"
    *_, chinese = counts(script, rows_file, [{**head, "languages": ["zh"]}, *LINES], first, second)
    assert str(chinese[0]).endswith("asked ≤ 8%: NOT met")
    assert "facts covered: 3 of 8, 37.5% [13.7%, 69.4%]; asked ≥ 25%: met" in shown


def test_missing_and_malformed_marks_are_named_and_stop_nothing_else(
    script: Any, rows_file: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = {"design": "lines", "seed": 0, "briefs": 1, "facts": 8}
    sheet = tmp_path / "reader.csv"
    sheet.write_text(
        "item;A_faulty;B_faulty;better\n1;no;no;A\n2;no;perhaps;B\n3;no;no;\n3;no;no;A\n9;no;no;A\n5;否;否;一样\n",
        encoding="utf-8-sig",
    )
    key, other = rows_file("key.jsonl", [head, *LINES]), rows_file("other.jsonl", pairs(*["nn A"] * 5))
    script("score").main([str(key), str(sheet), str(other), "--out", str(tmp_path / "score.json")])
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        f"{sheet}: row 3 (item 2): B_faulty is 'perhaps'; one of yes, no",
        f"{sheet}: row 4 (item 3): better is ''; one of A, B, same",
        f"{sheet}: row 5 (item 3): stands there twice",
        f"{sheet}: row 6 (item 9): no such item",
        f"{sheet}: item 4 is missing",
    ]
    record = json.loads((tmp_path / "score.json").read_text(encoding="utf-8"))
    figures = {one["name"]: (one["part"], one["whole"]) for one in record["figures"]}
    assert figures["preferred by all"] == (1, 2)
    assert figures["faulty for any reader"] == (0, 2)  # the own side of 2 is B, whose mark is none
    assert len(record["wrong"]) == 5 and "facts covered" in told.out


def test_a_line_that_is_no_json_is_named(script: Any, rows_file: Made, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{]\n", encoding="utf-8")
    _, wrong = script("verdicts").read_verdict(broken, "pieces", ["1"])
    assert wrong == [f"{broken}: line 1 (item ?): no such item", f"{broken}: item 1 is missing"]


def test_suggestions_are_counted_by_facts_of_all_briefs(script: Any, rows_file: Made) -> None:
    head = {"design": "suggestions", "seed": 0, "briefs": 1, "facts": 6}
    key = [line(1, "red"), line(2, "red"), line(3, "round", near=True), line(4, "iron"), line(5, "deep")]
    for row in key[1:]:
        row["kind"] = "suggestion"
    first = [{"item": str(at), "mark": mark} for at, mark in enumerate(("b", "f", "b", "a", "w"), 1)]
    second = [{"item": str(at), "mark": mark} for at, mark in enumerate(("better", "w", "更好", "b", "a"), 1)]
    found, agreed, wrong, _ = counts(script, rows_file, [head, *key], first, second)
    assert not wrong and set(agreed) == {"mark"}
    assert found["facts with one that all prefer"] == (1, 6)
    assert found["the same, name, call or filler alone counted too"] == (2, 6)
    assert found["the same, of suggestions without accepted lines"] == (0, 6)
    assert found["facts with one at least as good for all"] == (3, 6)
    assert found["facts with anything offered"] == (4, 6)
    assert found["offered lines faulty for any reader"] == (1, 5)


def test_pieces_show_what_is_accepted_and_whether_flags_are_right(script: Any, rows_file: Made) -> None:
    head = {"design": "pieces", "seed": 0, "briefs": 4, "facts": 0}
    key = [line(at, "") | {"status": "flagged" if at > 2 else "accepted"} for at in (1, 2, 3, 4)]

    def reader(*marks: str) -> list[dict[str, str]]:
        names = ("unsupported", "contradiction", "no_language")
        return [{"item": str(at), **dict(zip(names, one, strict=True))} for at, one in enumerate(marks, 1)]

    found, _, wrong, _ = counts(
        script, rows_file, [head, *key], reader("nnn", "ynn", "nny", "nnn"), reader("nnn", "nnn", "nny", "nnn")
    )
    assert not wrong
    assert found["new: accepted"] == (2, 4) and found["new: accepted and faulty for any reader"] == (1, 2)
    assert found["new: accepted, unsupported for any reader"] == (1, 2)
    assert found["new: flags that are right"] == (1, 2) and found["new: faulty pieces that are flagged"] == (1, 2)


def test_what_readers_would_publish_is_counted_where_they_were_asked(script: Any, rows_file: Made) -> None:
    head = {"design": "pieces", "seed": 0, "briefs": 4, "facts": 0}
    key = [line(at, "") | {"status": "flagged" if at > 3 else "accepted"} for at in (1, 2, 3, 4)]

    def reader(*marks: str) -> list[dict[str, str]]:
        names = ("unsupported", "contradiction", "no_language", "publish")
        return [{"item": str(at), **dict(zip(names, one, strict=False))} for at, one in enumerate(marks, 1)]

    first, second = reader("nnny", "ynnn", "nynn", "nnny"), reader("nnny", "nnyy", "nnnn", "nnny")
    found, agreed, wrong, _ = counts(script, rows_file, [head, *key], first, second)
    assert not wrong and agreed["publish"] == pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2))
    assert found["new: accepted, publishable for all readers"] == (1, 3)
    assert found["new: accepted, publishable for reader 1"] == (1, 3)
    assert found["new: accepted, publishable for reader 2"] == (2, 3)
    assert found["new: accepted and faulty for any reader"] == (2, 3)
    assert found["new: accepted and faulty for all readers"] == (1, 3)  # 2, each for a reason of their own
    _, agreed, wrong, figures = counts(script, rows_file, [head, *key], reader(*["nnn"] * 4), reader(*["nnn?"] * 4))
    assert len(wrong) == 4 and all("publish is '?'" in sentence for sentence in wrong)  # missing is none, wrong is one
    assert agreed["publish"] is None and not [one for one in figures if "publishable" in one.name]


def test_kappa_is_cohens(script: Any) -> None:
    kappa = script("verdicts").kappa
    first, second = ["yes"] * 25 + ["no"] * 25, ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(first, second) == pytest.approx(0.4)  # the textbook's: .7 seen, .5 by chance
    assert kappa(["no"], ["no"]) is None and kappa([], []) is None


def test_one_reader_is_no_panel(script: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        script("score").main([str(tmp_path / "key.jsonl"), str(tmp_path / "reader.csv")])
