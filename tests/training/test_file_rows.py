"""Files that others use too: each row is a sample or named, and nothing stops for one bad line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.errors import NotFound, UsageError
from aigc.training.sample import Account, Sample
from aigc.training.sources import gather
from aigc.types import Prompt

from .conftest import Works

Write = Callable[..., Path]


def turns(prompt: Prompt | None) -> list[tuple[str, str]]:
    assert prompt is not None
    return [(turn.role, turn.content) for turn in prompt.messages]


@pytest.fixture
def found(works: Works, write_lines: Write) -> Callable[..., Account]:
    def gathered(*rows: Any, name: str = "rows.jsonl", **more: Any) -> Account:
        return gather(works.project, [str(write_lines(rows, name))], **more)

    return gathered


Found = Callable[..., Account]


def test_each_turn_of_a_chat_is_a_sample_of_one_group(found: Found) -> None:
    chat = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello "), ("user", "Bye"), ("assistant", "Ciao")]
    account = found({"messages": [{"role": role, "content": text} for role, text in chat]})
    first, second = account.kept
    assert (turns(first.prompt), first.answer) == (chat[:2], "Hello")
    assert (turns(second.prompt), second.answer) == ([(role, text) for role, text in chat[:4]], "Ciao")
    assert first.group == second.group and first.subject == "Hi"
    assert (first.where, second.where) == ("rows.jsonl:1 turn 1", "rows.jsonl:1 turn 2")


@pytest.mark.parametrize(
    ("row", "prompt", "answer"),
    [
        ({"prompt": "Say A", "completion": " A"}, [("user", "Say A")], "A"),
        ({"prompt": "Say A", "completion": "A", "system": "S"}, [("system", "S"), ("user", "Say A")], "A"),
        ({"instruction": "Add", "input": "1 and 2", "output": 3}, [("user", "Add\n\n1 and 2")], "3"),
        ({"instruction": "Say A", "input": "", "output": "A"}, [("user", "Say A")], "A"),
        ({"question": "Who?", "answer": "Me"}, [("user", "Who?")], "Me"),
        ({"conversations": [{"from": "human", "value": "Q"}, {"from": "bard", "value": "A"}]}, [("user", "Q")], "A"),
        (
            {"prompt": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}], "completion": "A"},
            [("user", "Q")],
            "A",
        ),
    ],
)
def test_prompts_with_completions_by_any_name(found: Found, row: Any, prompt: Any, answer: str) -> None:
    (sample,) = found(row).kept
    assert (turns(sample.prompt), sample.answer, sample.by) == (prompt, answer, "person")


def test_columns_stand_for_names(found: Found) -> None:
    (sample,) = found({"q": "Who?", "a": "Me"}, columns={"prompt": "q", "completion": "a"}).kept
    assert (turns(sample.prompt), sample.answer) == ([("user", "Who?")], "Me")


def test_pairs_and_verdicts_as_each_objective_takes_them(found: Found) -> None:
    pair = {"prompt": "Q", "chosen": "good", "rejected": "bad"}
    talk = [{"role": "user", "content": "T"}, {"role": "assistant", "content": "yes"}]
    worse = [talk[0], {"role": "assistant", "content": "no"}]
    rows = [pair, {"chosen": talk, "rejected": worse}, {"prompt": "V", "completion": "fine", "label": True}]
    rows += [{"prompt": "W", "completion": "poor", "label": "0"}, {**pair, "prompt": "Same", "rejected": "good "}]

    def made(objective: str) -> tuple[list[Any], dict[str, int]]:
        account = found(*rows, objective=objective)
        return [(one.answer, one.rejected, one.good) for one in account.kept], account.reasons()

    assert made("dpo") == ([("good", "bad", None), ("yes", "no", None)], {"has no pair": 3})
    good = [("good", None, None), ("yes", None, None), ("fine", None, None), ("good", None, None)]
    assert made("sft") == (good, {"rejected": 1})
    kept, reasons = made("kto")
    assert kept[:4] == [("good", None, True), ("bad", None, False), ("yes", None, True), ("no", None, False)]
    assert kept[4:6] == [("fine", None, True), ("poor", None, False)] and reasons == {"twin": 1}


def test_a_bad_line_is_named_and_the_rest_goes_on(found: Found) -> None:
    rows = [
        {"prompt": "A", "completion": "B"},
        "caf\u00e9".encode("latin-1"),
        b'{"prompt": "A", ',
        b"",
        {"prompt": "A"},
        {"promt": "A", "complet": "B"},
        {"messages": [{"role": "user", "content": "alone"}]},
        {"messages": [{"role": "tool", "content": "x"}, {"role": "assistant", "content": "y"}]},
        {"messages": "none"},
        {"prompt": {"a": 1}, "completion": "B"},
        {"prompt": "", "completion": "B"},
        {"prompt": "C", "completion": "D", "label": "maybe"},
        {"prompt": "C", "completion": "D", "finish_reason": "length"},
        b'{"prompt": "C", "completion": "\\ud800"}',
        [1, 2],
        {"prompt": "E", "completion": "F"},
    ]
    account = found(*rows)
    assert account.rows == len(rows) and [one.answer for one in account.kept] == ["B", "F"]
    told = {int(one.where.partition(":")[2]): f"{one.reason}: {one.told}" for one in account.left_out}
    assert sorted(told) == [*range(2, 16)]
    assert told[2] == "cannot be decoded: byte 0xe9 is not UTF-8" and told[4].endswith("is an empty line")
    assert told[6] == "cannot be decoded: has promt, complet; did you mean 'prompt'?"
    assert told[13].startswith("has no end") and "maybe" in told[12] and "half a character" in told[14]
    assert all(text.startswith(("cannot be decoded", "has no end")) for text in told.values())


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_tables_are_read_as_briefs_are(works: Works, tmp_path: Path, suffix: str) -> None:
    path, rows = tmp_path / f"rows{suffix}", [("prompt", "completion"), ("Name, please", "Ada"), ("Age", 3)]
    if suffix == ".xlsx":
        import openpyxl  # type: ignore[import-untyped]

        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    elif suffix == ".csv":
        path.write_text('prompt;completion\n"Name, please";Ada\nAge;3\n', encoding="utf-8")
    else:
        path.write_text(json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]), encoding="utf-8")
    assert [(turns(one.prompt)[0][1], one.answer) for one in gather(works.project, [str(path)]).kept] == [
        ("Name, please", "Ada"),
        ("Age", "3"),
    ]


def test_a_table_with_a_byte_that_is_no_character_loses_that_row(works: Works, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"prompt,completion\nA,B\nC,caf\xe9\nE,F\n")
    account = gather(works.project, [str(path)])
    assert [one.answer for one in account.kept] == ["B", "F"]
    ((left),) = account.left_out
    assert (left.where, left.reason) == ("rows.csv:3", "cannot be decoded") and "'completion'" in left.told


def test_texts_are_samples_without_a_prompt(works: Works, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.txt").write_text("A text.\r\n", encoding="utf-16")
    (folder / "deep/a.md").write_text("# More", encoding="utf-8")
    (folder / "bad.txt").write_bytes(b"one\ntwo \xe9")
    (folder / "empty.txt").write_text(" \n", encoding="utf-8")
    (folder / "left.csv").write_text("no text\n", encoding="utf-8")
    account = gather(works.project, [str(folder)])
    assert [(one.where, one.answer, one.group, one.prompt) for one in account.kept] == [
        ("b.txt", "A text.\n", "b.txt", None),
        ("deep/a.md", "# More", "deep/a.md", None),
    ]
    assert {one.where: (one.reason, one.told) for one in account.left_out} == {
        "bad.txt": ("cannot be decoded", "line 2: byte 0xe9 is not UTF-8"),
        "empty.txt": ("empty", "there is no text"),
    }


def test_a_text_that_is_alone_comes_in_parts_that_are_all_of_it(works: Works, tmp_path: Path) -> None:
    text = "".join(f"Line {number} of a long book.\n" for number in range(5000))
    (tmp_path / "book.txt").write_text(text, encoding="utf-8")
    parts = gather(works.project, [str(tmp_path / "book.txt")]).kept
    assert "".join(part.answer for part in parts) == text and 10 <= len(parts) <= 20
    assert len({part.group for part in parts}) == len(parts)
    assert all(part.answer.lstrip("\n").startswith("Line ") for part in parts)


def test_rows_of_one_template_are_told_apart_by_what_differs(found: Found) -> None:
    before = "Write one headline of at most thirty characters for this fact, without superlatives:"
    account = found(*({"prompt": f"{before} {fact} .", "completion": "x"} for fact in ("two drawers", "folds flat")))
    assert [one.subject for one in account.kept] == ["two drawers", "folds flat"]


def test_the_same_row_twice_is_a_twin_that_names_the_first(found: Found) -> None:
    account = found({"prompt": "A", "completion": "B c"}, {"prompt": " A ", "completion": "B  c"}, {"text": "B c"})
    assert [(one.where, one.reason, one.told) for one in account.left_out] == [
        ("rows.jsonl:2", "twin", "is the same as rows.jsonl:1")
    ]


def test_the_same_file_twice_is_all_twins(works: Works, write_lines: Write) -> None:
    path = str(write_lines([{"prompt": "A", "completion": "B"}]))
    assert gather(works.project, [path, path]).reasons() == {"twin": 1}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("spring", r"spring: no such job, content type, file or folder; did you mean '.*sprung'\?"),
        ("shop/pag", r"shop/pag: no such job.*did you mean 'shop/page'\?"),
        ("rows.parquet", r"rows.parquet: no rows are read from \.parquet; known: \.jsonl"),
        ("sprung", r"sprung: is no job and holds no texts \(\.txt or \.md\); give one of its files .*rows\.csv"),
        ("none.jsonl", r"none.jsonl: the file is empty"),
        ("none.yaml", r"none.yaml: no such file"),
    ],
)
def test_what_is_no_source_is_refused_in_one_sentence(
    works: Works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    project = works.project
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sprung").mkdir()
    (tmp_path / "sprung/rows.csv").write_text("", encoding="utf-8")
    (tmp_path / "rows.parquet").write_text("", encoding="utf-8")
    (tmp_path / "none.jsonl").write_text("", encoding="utf-8")
    with pytest.raises((UsageError, NotFound), match=message):
        gather(project, [source])


TEXT = st.text(max_size=12)
TURN = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "tool"]), "content": TEXT})
ROW = st.one_of(
    st.fixed_dictionaries({"prompt": TEXT, "completion": TEXT}),
    st.fixed_dictionaries({"text": st.one_of(TEXT, st.none(), st.integers())}),
    st.fixed_dictionaries({"messages": st.lists(TURN, max_size=3)}),
    st.dictionaries(
        st.sampled_from(["prompt", "chosen", "rejected", "label", "output"]), st.one_of(TEXT, st.booleans())
    ),
    st.lists(st.integers(), max_size=2),
)
LINE = st.one_of(
    ROW.map(lambda row: json.dumps(row).encode()), st.binary(max_size=8).filter(lambda raw: b"\n" not in raw)
)


@given(lines=st.lists(LINE, min_size=1, max_size=12), objective=st.sampled_from(["sft", "dpo"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_in_are_kept_or_left_out(works: Works, tmp_path: Path, lines: list[bytes], objective: Any) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(b"\n".join([b'{"text": "first"}', *lines, b""]))
    account = gather(works.project, [str(path)], objective=objective)
    places = {one.where.partition(" turn")[0] for one in (*account.kept, *account.left_out)}
    assert places == {f"any.jsonl:{number}" for number in range(1, len(lines) + 2)}
    assert account.rows == len(account.kept) + len(account.left_out)
    assert all(isinstance(one, Sample) and one.answer.strip() for one in account.kept)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Answers of March\n\nprompt,completion\nSay A,A\n", {}),
        ("# Answers\nFrage,completion\nSay A,A\n", {"prompt": "Frage"}),
        ("Answers of March\ninstruction,input,output\nSay A,,A\n", {}),
    ],
)
def test_a_table_of_rows_may_have_a_title_above_it(
    works: Works, tmp_path: Path, text: str, columns: dict[str, str]
) -> None:
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    account = gather(works.project, [str(tmp_path / "rows.csv")], columns=columns)
    assert [(turns(one.prompt), one.answer) for one in account.kept] == [([("user", "Say A")], "A")]
    assert not account.left_out


def test_rows_of_a_workbook_are_found_in_another_sheet(works: Works, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Read me first"])
    book.active.append(["One row for each answer"])
    table = book.create_sheet("Answers")
    for row in (["Answers"], ["prompt", "chosen", "rejected"], ["Say A", "A", "B"]):
        table.append(row)
    book.save(tmp_path / "rows.xlsx")
    (sample,) = gather(works.project, [str(tmp_path / "rows.xlsx")], objective="dpo").kept
    assert (sample.where, sample.answer, sample.rejected) == ("rows.xlsx:3", "A", "B")
