"""Batch files: written, answered by somebody, read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc import Scratch
from aigc.errors import EngineError, UsageError
from aigc.types import Grammar, Request, Usage
from aigc_plugins.generators import batch_files
from aigc_plugins.generators.batch_files import MOST_BYTES, MOST_REQUESTS
from aigc_plugins.generators.openai_batch import openai_batch

from .batch_desk import Desk, Say, expiry, lines, refusal, reply

Ask = Callable[..., Request]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "job")


def test_a_request_is_written_as_the_batch_api_wants_it(desk: Desk, ask: Ask) -> None:
    ((one, two),) = desk.run(ask(n=2, temperature=0.5, max_tokens=20, seed=7)).values()
    assert (one.finish_reason, two.finish_reason, one.text) == ("deferred", "deferred", "")
    file = desk.folder / "batch-1.jsonl"
    assert one.error == (
        f"send {file} (endpoint /v1/chat/completions) to a batch service, and put the answers, "
        f"a .jsonl file of any other name, into {desk.folder}"
    )
    (line,) = desk.asked()
    assert list(line) == ["custom_id", "method", "url", "body"]
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
    assert line["body"] == {
        "model": "gpt",
        "messages": [{"role": "user", "content": "A slogan."}],
        "temperature": 0.5,
        "max_completion_tokens": 20,
        "seed": 7,
        "n": 2,
        "logprobs": True,
    }


def test_its_answer_is_read(desk: Desk, ask: Ask) -> None:
    requests = [ask(str(number), f"Line {number}", n=2) for number in range(3)]
    desk.run(*requests)
    desk.answer(1, lambda asked: reply(asked, asked["body"]["messages"][0]["content"], "other"), "file-abc.jsonl")
    came = desk.run(*requests)
    assert [(one.text, two.text) for one, two in came.values()] == [(f"Line {n}", "other") for n in range(3)]
    assert came["0"][0].usage == Usage(prompt=9, sampled=4)
    assert desk.batches == ["batch-1.jsonl"]


def test_nothing_is_asked_twice(desk: Desk, ask: Ask) -> None:
    desk.run(ask("1"), ask("2", "Other"), ask("3"))
    assert len(desk.asked()) == 2, "the first and the third are one"
    came = desk.run(ask("1"), ask("4", "New"))
    assert [line["body"]["messages"][0]["content"] for line in desk.asked(2)] == ["New"]
    assert ["batch-1.jsonl" in came["1"][0].error, "batch-2.jsonl" in came["4"][0].error] == [True, True]
    desk.run(ask("5", "New"), ask("6", "Other"))
    assert desk.batches == ["batch-1.jsonl", "batch-2.jsonl"]


def test_what_is_answered_in_part_waits_for_the_rest(desk: Desk, ask: Ask) -> None:
    requests = [ask("1", "One"), ask("2", "Two")]
    desk.run(*requests)
    desk.answer(1, lambda asked: reply(asked, "x"))
    out = desk.folder / "out-1.jsonl"
    whole = out.read_text("utf-8")
    out.write_text(whole[: len(whole) - 30], encoding="utf-8")  # a download that broke off
    came = desk.run(*requests)
    assert [came["1"][0].finish_reason, came["2"][0].finish_reason] == ["deferred", "stop"]
    assert desk.batches == ["batch-1.jsonl"]


@pytest.mark.parametrize(
    ("say", "error"),
    [
        (lambda asked: refusal(asked, 400, "max_tokens is too large.\nSee docs."), "400: max_tokens is too large"),
        (
            lambda asked: {**reply(asked), "response": None, "error": {"message": "No such model."}},
            "gave no text: No such",
        ),
        (lambda asked: {**reply(asked), "response": None, "error": "odd"}, "gave no text: odd"),
        (lambda asked: reply(asked), "the batch gave no text"),
    ],
)
def test_an_error_fails_its_request_with_its_reason(desk: Desk, ask: Ask, say: Say, error: str) -> None:
    requests = [ask("bad", "Bad", n=2), ask("good")]
    desk.run(*requests)
    desk.answer(1, lambda asked: say(asked) if "Bad" in str(asked) else reply(asked, "x"))
    came = desk.run(*requests)
    assert [one.finish_reason for one in came["bad"]] == ["error", "error"]
    assert error in came["bad"][0].error
    assert came["good"][0].text == "x"
    assert desk.batches == ["batch-1.jsonl"], "such an error would come again"


@pytest.mark.parametrize(
    "say", [expiry, lambda asked: refusal(asked, 503, "busy"), lambda asked: refusal(asked, 429, "")]
)
def test_what_was_never_served_is_asked_again_but_not_for_ever(desk: Desk, ask: Ask, say: Say) -> None:
    for number in (1, 2, 3):
        (came,) = desk.run(ask()).values()
        assert (came[0].finish_reason, f"batch-{number}.jsonl" in came[0].error) == ("deferred", True)
        desk.answer(number, say)
    (came,) = desk.run(ask()).values()
    assert came[0].finish_reason == "error"
    assert len(desk.batches) == 3
    (came,) = desk.run(ask(), attempts=4).values()
    assert came[0].finish_reason == "deferred"


def test_a_better_answer_counts_whatever_came_first(desk: Desk, ask: Ask) -> None:
    desk.run(ask())
    desk.answer(1, lambda asked: refusal(asked, 400, "no"), "z.jsonl")
    desk.answer(1, lambda asked: reply(asked, "yes"), "a.jsonl")
    assert desk.run(ask())["1"][0].text == "yes"


def test_the_same_errors_twice_count_once(desk: Desk, ask: Ask) -> None:
    desk.run(ask())
    desk.answer(1, expiry)
    desk.run(ask())
    shutil.copy(desk.folder / "out-1.jsonl", desk.folder / "again.jsonl")
    assert "batch-2.jsonl" in desk.run(ask())["1"][0].error
    assert len(desk.batches) == 2


def test_files_are_split_at_the_limits(desk: Desk, ask: Ask) -> None:
    requests = [ask(str(number), f"Line {number}") for number in range(7)]
    came = desk.run(*requests, requests_per_file=3)
    assert [len(desk.asked(number)) for number in (1, 2, 3)] == [3, 3, 1]
    assert len({one.error for (one,) in came.values()}) == 3
    one = len((desk.folder / "batch-3.jsonl").read_bytes())
    other = Desk(desk.out.parent / "other")
    other.run(*requests, bytes_per_file=2 * one)
    assert [len(other.asked(number)) for number in (1, 2, 3, 4)] == [2, 2, 2, 1]
    assert all((other.folder / name).stat().st_size <= 2 * one for name in other.batches)
    assert (MOST_REQUESTS, MOST_BYTES) == (50_000, 200_000_000)


def test_a_file_is_for_one_endpoint(desk: Desk, ask: Ask) -> None:
    desk.run(ask("1"), ask("2", chat=False), ask("3", "Other"))
    assert [{line["url"] for line in desk.asked(number)} for number in (1, 2)] == [
        {"/v1/chat/completions"},
        {"/v1/completions"},
    ]


def test_a_file_has_its_name_when_it_is_whole(desk: Desk, ask: Ask) -> None:
    generator = desk.open()
    generator.submit(ask())
    assert desk.batches == []
    generator.close()
    (desk.folder / "batch-1.jsonl").rename(desk.folder / "batch-1.jsonl.partial")  # as a run that is killed leaves it
    assert desk.run(ask("2"))["2"][0].finish_reason == "deferred"
    assert (desk.batches, len(desk.asked())) == (["batch-1.jsonl"], 1)
    assert sorted(file.name for file in desk.folder.iterdir()) == ["batch-1.jsonl"]


def test_a_request_cut_in_half_is_asked_again(desk: Desk, ask: Ask) -> None:
    desk.run(ask("1"), ask("2", "Other"))
    file = desk.folder / "batch-1.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    desk.run(ask("1"), ask("2", "Other"))
    assert [line["body"]["messages"][0]["content"] for line in desk.asked(2)] == ["Other"]


def test_texts_of_all_kinds_survive(desk: Desk, ask: Ask) -> None:
    text = 'Tea "hot" \u2028 茶 \U0001f375 \ud800 \\ \n'
    desk.run(ask(text=text))
    assert desk.asked()[0]["body"]["messages"][0]["content"] == text
    desk.answer(1, lambda asked: reply(asked, text))
    assert desk.run(ask(text=text))["1"][0].text == text.replace("\ud800", "\ufffd"), "no file can have the half of one"


def test_files_that_answer_nothing_are_pointed_out(desk: Desk, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    desk.run(ask())
    (desk.folder / "wrong.jsonl").write_text('{"custom_id": "x", "response": 3}\n[]\nno\n\n', encoding="utf-8")
    desk.run(ask())
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "3 lines are no answers" in said[0]
    assert "wrong.jsonl: answers nothing that was asked" in said[1]


def test_what_a_file_answered_in_part_lacks_can_be_sent_alone(desk: Desk, ask: Ask) -> None:
    asked = [ask(f"{number}", text=f"Say {number}") for number in range(3)]
    desk.run(*asked)
    lines_asked = desk.asked(1)
    answers = [json.dumps(reply(line, "Yes")) for line in lines_asked[:2]]
    (desk.folder / "out.jsonl").write_text("\n".join(answers) + "\n", encoding="utf-8")
    came = desk.run(*asked)
    assert [one.finish_reason for (one,) in came.values()] == ["stop", "stop", "deferred"]
    assert "1 of the 3 requests of" in came["2"][0].error and "missing-1.jsonl" in came["2"][0].error
    assert lines(desk.folder / "missing-1.jsonl") == lines_asked[2:] and desk.batches == ["batch-1.jsonl"]
    (desk.folder / "rest.jsonl").write_text(json.dumps(reply(lines_asked[2], "Yes")) + "\n", encoding="utf-8")
    assert [one.finish_reason for (one,) in desk.run(*asked).values()] == ["stop"] * 3
    assert not (desk.folder / "missing-1.jsonl").exists()


def test_answers_that_are_no_answers_here_are_pointed_out(
    desk: Desk, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    desk.run(ask())
    right, wrong = reply(desk.asked(1)[0], "Yes"), {**reply(desk.asked(1)[0], "No"), "custom_id": "mug"}
    (desk.folder / "out.jsonl").write_text(f"{json.dumps(right)}\n{json.dumps(wrong)}\n", encoding="utf-8")
    (desk.folder / "out.json").write_text("{}", encoding="utf-8")
    (desk.folder / "batch-2.jsonl").write_text(json.dumps(right) + "\n", encoding="utf-8")
    desk.run(ask())
    said = "\n".join(record.message for record in caplog.records)
    assert "batch-2.jsonl: 1 lines are no requests of ours; answers need another name" in said
    assert "out.jsonl: 1 answers are to nothing that was asked" in said and "custom_id 'mug'" in said
    assert "out.json: is not read" in said


def test_what_the_service_cannot_hold_to_fails_at_once(desk: Desk, ask: Ask) -> None:
    lark = Grammar(kind="lark", source='start: "a"')
    (came,) = desk.run(ask(grammar=lark)).values()
    assert came[0].error.startswith("the server cannot hold an output to a lark grammar")
    assert not desk.folder.exists()


def test_it_needs_a_folder(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"needs a folder for its files; aigc batch … --out DIR"):
        openai_batch("gpt")


def test_a_disk_that_refuses_is_said(desk: Desk, ask: Ask) -> None:
    desk.out.mkdir()
    desk.folder.write_text("in the way", encoding="utf-8")
    generator = desk.open()
    with pytest.raises(EngineError, match="batches"):
        generator.submit(ask())


def test_cancelled_closed_and_taken_ids(desk: Desk, ask: Ask) -> None:
    generator = desk.open()
    generator.submit(ask("1"))
    with pytest.raises(EngineError, match="in hand already"):
        generator.submit(ask("1"))
    generator.cancel("1")
    generator.cancel("2")
    assert [(one.request_id, one.finish_reason) for one in generator.step()] == [("1", "cancelled")]
    generator.close()
    generator.close()
    with pytest.raises(EngineError, match="closed"):
        generator.submit(ask("3"))


def with_lines(desk: Desk, *odd: bytes) -> None:
    """Put odd lines among the answers to the first file."""
    desk.answer(1, lambda asked: reply(asked, "Made to last"))
    out = desk.folder / "out-1.jsonl"
    out.write_bytes(b"\n".join([*odd, out.read_bytes(), b""]))


@pytest.mark.parametrize(
    "odd",
    [
        b'{"custom_id": "q", "z": %s}' % (b"[" * 100_000 + b"]" * 100_000),
        b'{"custom_id": "q", "z": %s}' % (b"[" * 900 + b"]" * 900),
        b'{"custom_id": "q", "z": %s}' % (b"9" * 5000),
        b'{"custom_id": 5}',
        b'{"custom_id": {"a": 1}}',
        b"\xff\xfe",
        b"[1]",
    ],
)
def test_a_line_that_nobody_can_read_is_counted_and_the_others_are_read(
    desk: Desk, ask: Ask, caplog: pytest.LogCaptureFixture, odd: bytes
) -> None:
    desk.run(ask())
    with_lines(desk, odd)
    ((one,),) = desk.run(ask()).values()
    assert one.text == "Made to last"
    assert "out-1.jsonl: 1 lines are no answers, was it downloaded whole?" in caplog.text


def test_a_line_that_no_memory_holds_is_passed_over(
    desk: Desk, ask: Ask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run(ask())
    with_lines(desk, b"{" * 5000)
    lines_of = batch_files.lines_of
    monkeypatch.setattr(batch_files, "lines_of", lambda file, longest=2000: lines_of(file, 2000))
    ((one,),) = desk.run(ask()).values()
    assert one.text == "Made to last"
    assert "1 lines are no answers" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        lambda line: {**line, "response": {**line["response"], "status_code": float("inf")}},
        lambda line: {**line, "response": {**line["response"], "status_code": "ok"}},
        lambda line: {**line, "response": [1], "error": None},
        lambda line: {**line, "response": "x", "error": {"code": "\ud800", "message": ["a"]}},
        lambda line: {**line, "id": "\ud800", "error": {"message": {"message": "x"}}},
        lambda line: {**line, "response": {**line["response"], "body": {"choices": 5}}},
    ],
)
def test_an_answer_of_an_odd_form_fails_its_request(desk: Desk, ask: Ask, change: Say) -> None:
    desk.run(ask("1"), ask("2", "Other"))
    desk.answer(1, lambda asked: change(reply(asked, "x")) if "Other" in str(asked) else reply(asked, "Made to last"))
    came = desk.run(ask("1"), ask("2", "Other"))
    assert came["1"][0].text == "Made to last"
    assert came["2"][0].finish_reason in ("error", "deferred")
    assert desk.run(ask("2", "Other"))["2"][0].finish_reason == came["2"][0].finish_reason


def test_answers_that_are_changed_meanwhile_are_none(desk: Desk, ask: Ask) -> None:
    desk.run(ask())
    desk.answer(1, lambda asked: reply(asked, "x"))
    files = batch_files.BatchFolder(desk.folder)
    name = desk.asked()[0]["custom_id"]
    (desk.folder / "out-1.jsonl").write_text("{", encoding="utf-8")
    assert files.known(name).answer == {}
    files.close()


def test_many_answers_to_one_request_are_written_down_once_each(
    desk: Desk, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run(ask())
    asked = desk.asked()[0]
    answers = [expiry(asked) for _ in range(500)] + [reply(asked, "Yes")] + [refusal(asked, 400, "no")] * 499
    (desk.folder / "out.jsonl").write_text("".join(json.dumps(one) + "\n" for one in answers), encoding="utf-8")
    written = []
    put = Scratch.put
    monkeypatch.setattr(Scratch, "put", lambda self, name, text: (written.append(len(text)), put(self, name, text)))
    assert [one.text for one in desk.run(ask())["1"]] == ["Yes"]
    assert sum(written) < 200 * len(answers)
