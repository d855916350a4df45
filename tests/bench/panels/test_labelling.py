"""Candidates are drawn fact by fact and gone on with, and a reader's marks on their sheets come back as labels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aigc.testing import ScriptedGenerator
from aigc.types import Completion, Request

Rows = list[dict[str, Any]]


class Scripted(ScriptedGenerator):
    """This is an engine that draws three different lines, one of which is too long, and notes its adapters."""

    def __init__(self) -> None:
        super().__init__(self._draw)
        self.adapters: list[tuple[str, Path]] = []

    def load_adapter(self, name: str, folder: Path) -> None:
        self.adapters.append((name, folder))

    def _draw(self, request: Request, index: int) -> Completion:
        fact = request.prompt.messages[-1].content.split(":")[-1].split("：")[-1].strip()
        text = f" {fact}  tonight " if index % 3 else f"Perfect: {fact}"
        reason: Any = "length" if index == 1 else "stop"
        return Completion(
            request_id=request.id, index=index, text=text, mean_logprob=-1.5 - index % 3, finish_reason=reason
        )


@pytest.fixture
def engines(script: Any, monkeypatch: pytest.MonkeyPatch) -> list[Scripted]:
    opened: list[Scripted] = []

    def open_engine(folder: Path, options: object) -> Scripted:
        opened.append(Scripted())
        return opened[-1]

    monkeypatch.setattr(script("candidates"), "open_engine", open_engine)
    monkeypatch.setattr(script("candidates"), "pull", lambda model, convert: SimpleNamespace(folder=Path(model)))
    return opened


def read(path: Path) -> Rows:
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


TOLD = ["--type", "ads/google-search", "--stage", "copy", "-m", "qwen2.5-coder-1.5b"]


def test_candidates_are_counted_and_gone_on_with(
    script: Any, engines: list[Scripted], briefs: Rows, rows_file: Callable[..., Path], tmp_path: Path, capsys: Any
) -> None:
    out = tmp_path / "candidates.jsonl"
    told = [str(rows_file("briefs.jsonl", briefs)), *TOLD, "--out", str(out), "--many", "6"]
    script("candidates").main([*told, "--adapter", str(tmp_path / "taste")])
    rows = read(out)
    assert Counter(row["item"] for row in rows) == {fact: 2 for one in briefs for fact in one["facts"]}
    first = {name: value for name, value in rows[0].items() if value is not None}
    assert first == {
        "language": "en",
        "product": "Gooseneck kettle",
        "category": "Kitchen",
        "benefits": ["heats in 4 minutes", "weighs 1.1 kg"],
        "pins": [],
        "claims": [],
        "item": "heats in 4 minutes",
        "text": "heats in 4 minutes tonight",
        "times": 3,
        "lines": 2,
        "logprob": -3.1667,
        "stands": True,
        "stage": "copy",
        "by": "qwen2.5-coder-1.5b + taste",
    }
    assert not rows[1]["stands"], "the stage's checks refuse it"
    assert "5 of 5" in capsys.readouterr().err
    requests = {one.prompt.messages[-1].content: one for one in engines[0].requests}
    asked = requests["冷泡茶（饮料）：5分钟出味"]
    assert asked.prompt.messages[0].content == "用这条事实写一条不超过15个字的广告标题。"
    first_asked = requests["Gooseneck kettle (kitchen): heats in 4 minutes"]
    assert len(first_asked.prompt.messages) > 10, "the bank's nearest lines are shown"
    assert first_asked.sampling.n == 6 and first_asked.sampling.temperature == 0.9
    assert first_asked.adapter == "copy" and engines[0].adapters == [("copy", tmp_path / "taste")]
    assert len({one.sampling.seed for one in engines[0].requests}) == 5

    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    out.write_text("".join(lines[:5]) + lines[5][:30], encoding="utf-8")  # the third fact has one row, and a half
    script("candidates").main(told)
    again = {one.prompt.messages[-1].content: one.sampling.seed for one in engines[1].requests}
    assert [prompt.split(": ")[-1] for prompt in again][:2] == ["opens without a key", "2 m long"]
    assert all(requests[prompt].sampling.seed == seed for prompt, seed in again.items()) and len(again) == 3
    written = [sorted(str({**row, "by": ""}) for row in whole) for whole in (read(out), rows)]
    assert written[0] == written[1] and engines[1].closed


def test_a_brief_without_the_list_is_refused_by_its_row(
    script: Any, engines: list[Scripted], rows_file: Callable[..., Path], tmp_path: Path
) -> None:
    told = [str(rows_file("briefs.jsonl", [{"product": "Pot"}])), *TOLD, "--out", str(tmp_path / "c.jsonl")]
    with pytest.raises(SystemExit, match="1: no benefits"):
        script("candidates").main(told)
    with pytest.raises(SystemExit, match="has no stage 'cpoy'"):
        script("candidates").main(["cpoy" if one == "copy" else one for one in told])


def candidate(fact: str, text: str) -> dict[str, Any]:
    return {"product": "Pot", "category": "Kitchen", "item": fact, "text": text, "by": "secret", "logprob": -1}


def test_marks_come_back_as_labels(script: Any, rows_file: Callable[..., Path], tmp_path: Path) -> None:
    facts = {"3 litres": "abc", "of cast iron": "de"}
    rows = [candidate(fact, f"Line {name}") for fact, names in facts.items() for name in names]
    labels, out = script("label_sheet"), tmp_path / "out" / "sheet"
    labels.main(["write", str(rows_file("c.jsonl", [*rows, rows[0]])), "--out", str(out), "--lines", "3"])
    sheets = sorted(out.parent.glob("*.txt"))
    texts = [sheet.read_text(encoding="utf-8") for sheet in sheets]
    assert len(texts) == 2 and not any("secret" in text for text in texts)
    assert all(text.count("\n# Pot (Kitchen): ") == 1 for text in texts)
    marks = {"Line a": "2", "Line b": "0u", "Line c": " 0N", "Line d": "1d", "Line e": "1"}
    for sheet, text in zip(sheets, texts, strict=True):
        for line, mark in marks.items():
            text = text.replace(f"[ ] {line}\n", f"[{mark}] {line}\n")
        sheet.write_text(text, encoding="utf-8")
    found = tmp_path / "labels.jsonl"
    labels.main(["read", str(out), *map(str, sheets), "--by", "first", "--out", str(found)])
    assert {(row["text"], row["label"], row["fault"]) for row in read(found)} == {
        ("Line a", 2, ""), ("Line b", 0, "untrue"), ("Line c", 0, "nonsense"), ("Line d", 1, "dull"), ("Line e", 1, "")
    }  # fmt: skip
    assert all(row["by"] == "secret" and row["reader"] == "first" and row["logprob"] == -1 for row in read(found))


def test_lines_too_wide_for_an_ad_are_left_out(script: Any, rows_file: Callable[..., Path], tmp_path: Path) -> None:
    rows = [candidate("red", "x" * many) for many in (30, 31)] + [candidate("red", "红" * many) for many in (15, 16)]
    source, out = rows_file("c.jsonl", rows), tmp_path / "s"
    script("label_sheet").main(["write", str(source), "--out", str(out), "--width", "30"])
    assert {len(row["text"]) for row in read(tmp_path / "s-key.jsonl")} == {30, 15}


def test_what_is_missing_or_no_mark_is_named(script: Any, rows_file: Callable[..., Path], tmp_path: Path) -> None:
    key = rows_file("s-key.jsonl", [{"number": at, **candidate("red", f"Line {at}")} for at in range(1, 6)])
    filled = tmp_path / "filled.txt"
    filled.write_text("1 2\n2 [0x] Line 2\n3 [ ] Line 3\n1 0\n9 1\n4 1d\n5 Line five\n# a remark\n", encoding="utf-8")
    labels, wrong = script("label_sheet").read(key, [filled], "")
    assert [(row["text"], row["label"]) for row in labels] == [("Line 1", 2), ("Line 4", 1)]
    assert wrong == [
        f"{filled}:2: line 2: '0x' is none of 0 0u 0n 0d 1 1d 2",
        f"{filled}:4: line 1 has a mark already",
        f"{filled}:5: there is no line 9",
        f"{filled}:7: neither `NUMBER [MARK] line` nor `NUMBER MARK`",
        "line 2 has no mark: Line 2",
        "line 3 has no mark: Line 3",
        "line 5 has no mark: Line 5",
    ]


def test_a_candidate_without_a_line_is_refused(script: Any, rows_file: Callable[..., Path], tmp_path: Path) -> None:
    path = rows_file("c.jsonl", [{"product": "Pot", "item": "red"}])
    with suppress(SystemExit):
        script("label_sheet").main(["write", str(path), "--out", str(tmp_path / "s")])
        pytest.fail("refused")
    assert not list(tmp_path.glob("s-*"))


def test_what_readers_found_becomes_one_label(script: Any, rows_file: Callable[..., Path], tmp_path: Path) -> None:
    marks = {"a": ("2", "2"), "b": ("2", "1"), "c": ("1", "0u"), "d": ("0d", "0d"), "e": ("0d", "1"), "f": ("2",)}
    wording = {"u": "untrue", "d": "dull", "": ""}
    readers = [
        [
            {**candidate("red", name), "label": int(mine[at][0]), "fault": wording[mine[at][1:]], "reader": str(at)}
            for name, mine in marks.items()
            if at < len(mine)
        ]
        for at in (0, 1)
    ]
    files = [str(rows_file(f"{at}.jsonl", rows)) for at, rows in enumerate(readers)]
    script("label_sheet").main(["join", *files, "--out", str(tmp_path / "labels.jsonl")])
    found = {row["text"]: (row["label"], row["fault"], row["readers"]) for row in read(tmp_path / "labels.jsonl")}
    assert found == {
        "a": (2, "", ["2", "2"]),
        "b": (1, "", ["2", "1"]),
        "c": (0, "untrue", ["1", "0u"]),
        "d": (0, "dull", ["0d", "0d"]),
        "e": (1, "", ["0d", "1"]),
    }
