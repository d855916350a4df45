"""One bad row fails alone, and one bad file in a sentence, whichever importer reads it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aigc.asking.importing import open_rows
from aigc.asking.sound_rows import sound_rows
from aigc.cli.frame import main
from aigc.errors import BriefError
from aigc.plugs.registry import Registry
from aigc.types import Row
from aigc.types.foreign import lines_of
from aigc_plugins.formats.json_briefs import jsonl_briefs

GOOD = {"id": "ok", "product": "Mug", "fact": "keeps coffee warm"}
DEEP = '{"id": "d", "product": %s, "fact": "x"}'
TYPE = """
aigc: 1
name: t/line
summary: A line.
brief: {product: {type: string}, fact: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 60}}
checks: [limits]
exports: [csv, jsonl]
"""


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a batch over a file's bytes; the requests are written for somebody else to answer, so no model is needed."""
    folder = tmp_path / "templates" / "t"
    folder.mkdir(parents=True)
    (folder / "line.yaml").write_text(TYPE, encoding="utf-8")
    (folder / "line.j2").write_text("{% block task %}{{ product }}: {{ fact }}{% endblock %}", encoding="utf-8")
    (tmp_path / "aigc.yaml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(name: str | bytes, content: str | bytes) -> int:
        path = Path(os.fsdecode(name))
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return main(["batch", "t/line", str(path), "--out", "out", "--on", "openai-batch", "-m", "m"])

    return run


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (r'{"id": "\ud800", "product": "Mug", "fact": "warm for long"}', "'id' has half a character"),
        (r'{"id": "d", "product": "Mug \ud83d", "fact": "warm"}', "'product' has half a character"),
        (DEEP % nested(500), "'product' is nested more than 100 deep"),
        (DEEP % nested(900), "'product' is nested more than 100 deep"),
        (DEEP % nested(990), "is nested more than 100 deep"),
        (DEEP % nested(100_000), "is nested more than 100 deep"),
        (DEEP % ("9" * 400), "'product' is a number of more than 300 digits"),
    ],
)
def test_a_row_that_nothing_can_hold_fails_alone(
    batch: Callable[..., int], capsys: pytest.CaptureFixture[str], row: str, reason: str
) -> None:
    assert batch("b.jsonl", f"{json.dumps(GOOD)}\n{row}\n") == 75  # the good one waits for its answer
    assert "1 failed" in capsys.readouterr().out
    failed = [json.loads(line) for line in Path("out/artifacts.jsonl").read_text("utf-8").splitlines()]
    assert [one["status"] for one in failed] == ["failed"]
    assert reason in failed[0]["reason"]


@pytest.mark.parametrize("depth", [150, 900, 100_000])
def test_a_column_that_nobody_needs_may_be_anything(batch: Callable[..., int], depth: int) -> None:
    rows = f'{json.dumps(GOOD)}\n{{"product": "Cup", "fact": "y", "notes": {nested(depth)}, "\\ud800": "\\udc00"}}\n'
    assert batch("b.jsonl", rows) == 75
    asked = Path("out/batches/batch-1.jsonl").read_text("utf-8").splitlines()
    assert len(asked) == (2 if depth < 1000 else 1)


def test_a_file_that_nests_too_deep_is_refused(batch: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("b.json", f"[{json.dumps(GOOD)}, {nested(100_000)}]") == 2
    assert "b.json: is nested too deeply to be read" in capsys.readouterr().err
    assert batch("b.json", f"[{json.dumps(GOOD)}, {nested(900)}]") == 75, "the other row is asked for"


@pytest.mark.parametrize("content", [nested(900), nested(100_000), f'{{"product": {nested(900)}}}', '"\\ud800"'])
def test_one_piece_from_a_file_of_its_own(
    batch: Callable[..., int], capsys: pytest.CaptureFixture[str], content: str
) -> None:
    batch("b.jsonl", json.dumps(GOOD))
    Path("one.json").write_text(content, encoding="utf-8")
    assert main(["generate", "t/line", "--brief", "one.json", "-m", "m"]) == 2
    assert "Error: one.json: " in capsys.readouterr().err


def test_a_name_that_no_encoding_has(batch: Callable[..., int]) -> None:
    try:
        assert batch(b"b\xff.jsonl", f"{json.dumps(GOOD)}\n{DEEP % nested(500)}\n") == 75
    except OSError:
        pytest.skip("this file system has no such names")
    (failed,) = map(json.loads, Path("out/artifacts.jsonl").read_text("utf-8").splitlines())
    assert failed["brief"]["source"] == "b\\udcff.jsonl:2"


def breaking(error: BaseException) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        yield Row(values={"product": "Mug"}, where="b.odd:1")
        raise error

    return rows


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RecursionError("deep"), "b.odd: is nested too deeply to be read"),
        (MemoryError(), "b.odd: has more in one piece than memory holds"),
        (UnicodeDecodeError("gb18030", b"\xff", 0, 1, "odd"), "b.odd: cannot be read: UnicodeDecodeError: "),
        (OverflowError("too large"), "b.odd: cannot be read: OverflowError: too large"),
        (KeyError("sheet"), "b.odd: cannot be read: KeyError: 'sheet'"),
        (BriefError("b.odd:2: is cut"), "b.odd:2: is cut"),
    ],
)
def test_an_importer_that_breaks_is_told_in_a_sentence(error: BaseException, sentence: str) -> None:
    rows = sound_rows(breaking(error), Path("b.odd"))
    assert next(rows).values == {"product": "Mug"}
    with pytest.raises(BriefError) as told:
        next(rows)
    assert str(told.value).startswith(sentence)


def test_what_an_importer_said_of_a_row_stays() -> None:
    given = Row(values={"a": "\ud800", "b": [1], "c": 5}, where="x:1", error="half", faults={"c": "half"})
    (row,) = sound_rows(lambda: [given], Path("x"))
    assert (row.values, row.error) == ({"a": "\\ud800", "b": [1], "c": 5}, "half")
    assert row.faults == {"c": "half", "a": "'a' has half a character"}


def test_a_line_that_no_memory_holds_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[jsonl_briefs.function.__module__]
    monkeypatch.setattr(module, "lines_of", lambda file: lines_of(file, longest=50))
    path = tmp_path / "b.jsonl"
    path.write_text(f'{{"a": "{"x" * 100}"}}\n{{"a": 1}}\n', encoding="utf-8")
    first, second = jsonl_briefs(path)
    assert first.error.startswith("is longer than ")
    assert (second.values, second.where) == ({"a": 1}, "b.jsonl:2")


def test_the_rows_of_a_file_go_through_it(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(r'{"id": "\ud800"}', encoding="utf-8")
    (row,) = open_rows(path, Registry.discover())
    assert row.error == "'id' has half a character"
