"""Sheets of pieces of all types, and what readers' answers to them add up to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def piece(name: str, kind: str, status: str = "accepted") -> str:
    brief = {"product": f"mug {name}", "language": "en", "facts": ["holds 0.3 l", "washes at 60 °C"]}
    fields = {"title": f"The mug {name}", "bullets": ["one", "two"], "body": "a\nb", "empty": None}
    made = {"id": name, "status": status, "fields": fields, "brief": brief, "provenance": {"content_type": kind}}
    return json.dumps(made)


@pytest.fixture
def sheet(tmp_path: Path, script: Callable[[str], Any]) -> Path:
    for kind in ("shops/listing", "email/offer"):
        folder = tmp_path / "out" / kind.replace("/", "--")
        folder.mkdir(parents=True)
        lines = [piece("1", kind), piece("2", kind), piece("3", kind, "flagged")]
        (folder / "artifacts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    script("family_sheet").main([str(tmp_path / "out"), "--out", str(tmp_path / "panel"), "--seed", "1"])
    return tmp_path


def test_a_sheet_has_what_is_accepted_and_names_no_type(sheet: Path) -> None:
    text = (sheet / "panel-sheet.md").read_text(encoding="utf-8")
    assert text.count("\n## ") == 4 and "mug 3" not in text and "listing" not in text
    assert "> facts: holds 0.3 l | washes at 60 °C\n" in text and "> language" not in text
    assert "Bullets:\n- one\n- two\n" in text and "Body:\n\na\nb\n" in text and "Empty" not in text
    keys = [json.loads(line) for line in (sheet / "panel-key.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [key["n"] for key in keys] == [1, 2, 3, 4]
    assert sorted(key["type"] for key in keys) == ["email/offer"] * 2 + ["shops/listing"] * 2


def test_answers_are_counted_by_type(
    sheet: Path, script: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main = script("family_sheet").main
    for name, good in (("r1", 3), ("r2", 4)):
        answers = [{"n": n, "publishable": n <= good, "untrue": n > 3, "fluent": True, "why": ""} for n in range(1, 5)]
        (sheet / f"{name}.jsonl").write_text("\n".join(map(json.dumps, answers)), encoding="utf-8")
    files = [str(sheet / "r1.jsonl"), str(sheet / "r2.jsonl")]
    main(["--score", str(sheet / "panel"), *files])
    told = capsys.readouterr().out
    assert "publishable r1.jsonl: 3 of 4, 75% [30%, 95%]" in told and "untrue r2.jsonl: 1 of 4" in told
    (sheet / "r2.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"r2.jsonl: no answer to \[1, 2, 3, 4\]"):
        main(["--score", str(sheet / "panel"), *files])
