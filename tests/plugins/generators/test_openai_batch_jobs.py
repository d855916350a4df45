"""Whole jobs by batch files: they stop, are answered, go on, until all is finished."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from aigc.testing import Ran, run_cli

from .batch_desk import Desk, Line, lines, refusal, reply

NOTE = """
aigc: 1
name: shop/note
summary: A headline for each fact, then a line about them.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}, minItems: 1}
stages:
  heads:
    foreach: facts
    prompt: note.j2
    output: {type: string, limit: {chars: 16}}
    checks: [limits]
    repair: {attempts: 1}
  line:
    prompt: line.j2
    output: {type: string}
output:
  heads: {type: array, items: {type: string}, from: "{{ stages.heads }}"}
  line: {type: string, from: "{{ stages.line }}"}
exports: [jsonl]
"""
HEAD = "{% extends 'base.j2' %}{% block task %}{{ product }}: {{ item }}{% endblock %}"
CLOSE = "{% extends 'base.j2' %}{% block task %}All of {{ stages.heads | join(', ') }}{% endblock %}"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "templates/shop").mkdir(parents=True)
    for name, text in {"note.yaml": NOTE, "note.j2": HEAD, "line.j2": CLOSE}.items():
        (tmp_path / "templates/shop" / name).write_text(text, encoding="utf-8")
    (tmp_path / "aigc.yaml").write_text("generator: openai-batch\nmodel: gpt\n", encoding="utf-8")
    rows = "id,product,facts\nmug,Mug,warm;light\ntent,Tent,dry\n"
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def batch(*more: str) -> Ran:
    return run_cli("batch", "shop/note", "rows.csv", "--out", "job", *more)


def model(asked: Line) -> Line:
    """Answer as a model would that overruns the limit at its first attempt for the tent."""
    task = asked["body"]["messages"][-1]["content"]
    if task.startswith("All of"):
        return reply(asked, f"{task}.")
    warmer = asked["body"]["temperature"] > 0.7
    return reply(
        asked, "Dry at last" if warmer else "Dry, and then far too long" if "dry" in task else f"Is {task[-4:]}"
    )


def pieces(out: Path) -> Sequence[Line]:
    return lines(out / "artifacts.jsonl")


def test_a_job_goes_from_file_to_file_until_it_is_finished(shop: Path) -> None:
    desk = Desk(Path("job"))
    waits = batch()
    assert waits.code == 75
    assert "send job/batches/batch-1.jsonl (endpoint /v1/chat/completions)" in waits.err
    assert "Waiting for answers." in waits.err and "errors" not in waits.err
    assert "2 still to write" in waits.out
    assert "Next:" not in waits.out, "what is next was said"
    page = (shop / "job/report.html").read_text("utf-8")
    assert "No piece is finished yet." in page
    assert "nothing was written" not in page and "No complaint about any piece" not in page
    assert len(desk.asked(1)) == 3
    assert batch().code == 75, "not answered yet"
    assert desk.batches == ["batch-1.jsonl"]

    desk.answer(1, model)
    assert batch().code == 75
    assert sorted("All of" in str(line) for line in desk.asked(2)) == [False, True], "a repair and a later stage"
    desk.answer(2, model)
    assert batch().code == 75
    assert [piece["id"] for piece in pieces(desk.out)] == ["mug"]
    assert len(desk.asked(3)) == 1
    desk.answer(3, model)
    ran = batch("--json")
    assert ran.code == 0
    report = ran.json
    assert (report["counts"]["accepted"], report["waiting"], report["awaited"]) == (2, 0, [])
    mug, tent = (piece["fields"] for piece in pieces(desk.out))
    assert mug == {"heads": ["Is warm", "Is ight"], "line": "All of Is warm, Is ight."}
    assert tent == {"heads": ["Dry at last"], "line": "All of Dry at last."}
    asked = [line["custom_id"] for number in (1, 2, 3) for line in desk.asked(number)]
    assert len(asked) == len(set(asked)) == 6
    assert (batch().code, desk.batches) == (0, ["batch-1.jsonl", "batch-2.jsonl", "batch-3.jsonl"])


def test_a_row_that_is_added_asks_for_itself_alone(shop: Path) -> None:
    desk = Desk(Path("job"))
    batch()
    with (shop / "rows.csv").open("a", encoding="utf-8") as file:
        file.write("lamp,Lamp,bright\n")
    assert batch().code == 75
    assert [line["body"]["messages"][-1]["content"] for line in desk.asked(2)] == ["Lamp: bright"]


def test_a_fresh_job_uses_no_answer_of_earlier(shop: Path) -> None:
    desk = Desk(Path("job"))
    batch()
    desk.answer(1, model)
    batch()
    desk.answer(2, model)
    batch()
    desk.answer(3, model)
    assert batch().code == 0
    asked = [desk.asked(number) for number in (1, 2, 3)]
    ran = batch("--fresh")
    assert ran.code == 75
    assert "Then go on:\n  aigc batch shop/note rows.csv --out job\n" in ran.err
    assert desk.batches == ["batch-4.jsonl"] and desk.asked(4) == asked[0], "the same, but asked again"
    for number in (4, 5, 6):
        desk.answer(number, model)
        assert desk.asked(number) == asked[number - 4]
        assert batch().code == (75 if number < 6 else 0)
    kept = [f"{name}-{number}.jsonl" for name in ("batch", "out") for number in (1, 2, 3)]
    assert sorted(path.name for path in (desk.folder / "earlier-1").iterdir()) == kept
    assert batch("--fresh", "--only", "mug").code == 75
    assert desk.batches == ["batch-7.jsonl"] and len(desk.asked(7)) == 2
    assert len(list((desk.folder / "earlier-2").iterdir())) == 6
    shutil.rmtree(desk.folder / "earlier-1")
    assert batch("--fresh", "--only", "mug").code == 75, "whichever of them somebody threw away"
    assert [path.name for path in (desk.folder / "earlier-3").iterdir()] == ["batch-7.jsonl"]


def test_a_row_whose_request_fails_fails_with_its_reason(shop: Path) -> None:
    desk = Desk(Path("job"))
    batch()
    desk.answer(1, lambda asked: refusal(asked, 400, "Bad words.") if "Tent" in str(asked) else model(asked))
    assert batch().code == 75
    desk.answer(2, model)
    assert batch().code == 1
    mug, tent = pieces(desk.out)
    assert (mug["status"], tent["status"], tent["reason"]) == (
        "accepted",
        "failed",
        "the batch answered 400: Bad words",
    )
    desk.answer(1, model, "once-more.jsonl")  # the batch was sent again
    assert batch("--retry", "failed").code == 75
    assert pieces(desk.out)[0] == mug


def test_refused_answers_are_counted_named_and_asked_again_on_request(shop: Path) -> None:
    desk = Desk(Path("job"))
    batch()
    desk.answer(
        1, lambda asked: refusal(asked, 503, "busy") if "warm" in str(asked) else refusal(asked, 400, "Bad key")
    )
    ran = batch()
    assert ran.code == 75
    assert "job/batches: 2 answers are errors and fail: 2 x the batch answered 400: Bad key" in ran.err
    assert "job/batches: 1 answers are errors and are asked again: 1 x the batch answered 503: busy" in ran.err
    desk.answer(2, model)
    assert batch().code == 1
    assert {piece["reason"] for piece in pieces(desk.out)} == {"the batch answered 400: Bad key"}
    assert batch("--retry", "failed").code == 75, "what the service refused is asked once more"
    assert len(desk.asked(3)) == 2
    for number in (3, 4, 5):
        desk.answer(number, model)
        assert batch().code == (75 if number < 5 else 0)


def test_where_a_job_stands_says_what_it_waits_for_and_who_writes(shop: Path) -> None:
    batch()
    ran = run_cli("job", "job")
    assert ran.code == 0
    assert "Waiting for answers:\n  send job/batches/batch-1.jsonl" in ran.out
    assert "Type: shop/note · model: gpt on openai-batch\n" in ran.out
    assert "<b>gpt on openai-batch</b>" in Path("job/report.html").read_text("utf-8")


def test_one_piece_waits_too(shop: Path) -> None:
    words = ["generate", "shop/note", "product=Mug", "facts=warm", "--out", "one"]
    ran = run_cli(*words)
    assert ran.code == 75
    assert "Waiting for answers: send one/batches/batch-1.jsonl" in ran.err
    desk = Desk(Path("one"))
    desk.answer(1, model)
    assert run_cli(*words).code == 75
    desk.answer(2, model)
    assert run_cli(*words).code == 0
    assert run_cli(*words[:4]).code == 2, "without --out there is no place for files"
