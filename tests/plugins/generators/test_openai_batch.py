"""Batch files: written, answered by somebody, read, until the job is finished. The answerer here speaks the format of
the Batch API's output files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.errors import EngineError, UsageError
from aigc.types import Completion, Generator, Grammar, Request, Usage
from aigc_plugins.generators.batch_files import MOST_BYTES, MOST_REQUESTS
from aigc_plugins.generators.openai_batch import openai_batch

Ask = Callable[..., Request]
Line = dict[str, Any]
Say = Callable[[Line], Line]
SERIAL = count(1)


def lines(file: Path) -> list[Line]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def reply(asked: Line, *texts: str, status: int = 200) -> Line:
    """This is a line of an output file."""
    choices = [
        {"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for index, text in enumerate(texts)
    ]
    body = {"object": "chat.completion", "choices": choices, "usage": {"prompt_tokens": 9, "completion_tokens": 4}}
    answered = {"status_code": status, "request_id": "r", "body": body}
    return {
        "id": f"batch_req_{next(SERIAL)}",
        "custom_id": asked["custom_id"],
        "response": answered,
        "error": None,
    }


def refusal(asked: Line, status: int, message: str) -> Line:
    line = reply(asked, status=status)
    return {**line, "response": {**line["response"], "body": {"error": {"message": message, "code": "bad"}}}}


def expiry(asked: Line) -> Line:
    error = {"code": "batch_expired", "message": "This request could not be executed in time."}
    return {**reply(asked), "response": None, "error": error}


class Desk:
    """This is a folder of batch files and who answers them."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / "batches"

    @property
    def batches(self) -> list[str]:
        return sorted(file.name for file in self.folder.glob("batch-*.jsonl"))

    def asked(self, number: int = 1) -> list[Line]:
        return lines(self.folder / f"batch-{number}.jsonl")

    def answer(self, number: int, say: Say, name: str = "") -> None:
        """This puts the answers to a batch beside it, last request first, as services do in any order."""
        said = [json.dumps(say(asked)) for asked in reversed(self.asked(number))]
        (self.folder / (name or f"out-{number}.jsonl")).write_text("\n".join(said) + "\n", encoding="utf-8")

    def open(self, **options: Any) -> Generator:
        generator: Generator = openai_batch("gpt", folder=str(self.out), **options)
        return generator

    def run(self, *requests: Request, **options: Any) -> dict[str, list[Completion]]:
        generator = self.open(**options)
        for request in requests:
            generator.submit(request)
        came: dict[str, list[Completion]] = {}
        for event in generator.step():
            assert isinstance(event, Completion)
            came.setdefault(event.request_id, []).append(event)
        assert generator.step() == []
        generator.close()
        return came


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
    assert desk.run(ask(text=text))["1"][0].text == text


def test_files_that_answer_nothing_are_pointed_out(desk: Desk, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    desk.run(ask())
    (desk.folder / "wrong.jsonl").write_text('{"custom_id": "x", "response": 3}\n[]\nno\n\n', encoding="utf-8")
    desk.run(ask())
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "3 lines are no answers" in said[0]
    assert "wrong.jsonl: answers nothing that was asked" in said[1]


def test_what_the_service_cannot_hold_to_fails_at_once(desk: Desk, ask: Ask) -> None:
    lark = Grammar(kind="lark", source='start: "a"')
    (came,) = desk.run(ask(grammar=lark)).values()
    assert came[0].error.startswith("the server cannot hold an output to a lark grammar")
    assert not desk.folder.exists()


def test_it_needs_a_folder_and_keeps_to_the_limits(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"needs a folder for its files; aigc batch … --out DIR"):
        openai_batch("gpt")
    with pytest.raises(UsageError, match=r"engine\.requests_per_file: 50001 is not from 1 to 50000"):
        desk.open(requests_per_file=50_001)
    with pytest.raises(UsageError, match=r"engine\.attempts: 0"):
        desk.open(attempts=0)


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


# -- whole jobs -------------------------------------------------------------------------------------------------------

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


def batch(*more: str) -> int:
    return main(["batch", "shop/note", "rows.csv", "--out", "job", *more])


def model(asked: Line) -> Line:
    """This answers as a model would that overruns the limit at its first attempt for the tent."""
    task = asked["body"]["messages"][-1]["content"]
    if task.startswith("All of"):
        return reply(asked, f"{task}.")
    warmer = asked["body"]["temperature"] > 0.7
    return reply(
        asked, "Dry at last" if warmer else "Dry, and then far too long" if "dry" in task else f"Is {task[-4:]}"
    )


def pieces(out: Path) -> Sequence[Line]:
    return lines(out / "artifacts.jsonl")


def test_a_job_goes_from_file_to_file_until_it_is_finished(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(Path("job"))
    assert batch() == 75
    said = capsys.readouterr()
    assert "send job/batches/batch-1.jsonl (endpoint /v1/chat/completions)" in said.err
    assert "nothing failed" in said.err
    assert "2 still to write" in said.out
    assert "Next:" not in said.out, "what is next was said"
    assert len(desk.asked(1)) == 3
    assert batch() == 75, "not answered yet"
    assert desk.batches == ["batch-1.jsonl"]

    desk.answer(1, model)
    assert batch() == 75
    assert sorted("All of" in str(line) for line in desk.asked(2)) == [False, True], "a repair and a later stage"
    desk.answer(2, model)
    assert batch() == 75
    assert [piece["id"] for piece in pieces(desk.out)] == ["mug"]
    assert len(desk.asked(3)) == 1
    desk.answer(3, model)
    capsys.readouterr()
    assert batch("--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["counts"]["accepted"], report["waiting"], report["awaited"]) == (2, 0, [])
    mug, tent = (piece["fields"] for piece in pieces(desk.out))
    assert mug == {"heads": ["Is warm", "Is ight"], "line": "All of Is warm, Is ight."}
    assert tent == {"heads": ["Dry at last"], "line": "All of Dry at last."}
    asked = [line["custom_id"] for number in (1, 2, 3) for line in desk.asked(number)]
    assert len(asked) == len(set(asked)) == 6
    assert (batch(), desk.batches) == (0, ["batch-1.jsonl", "batch-2.jsonl", "batch-3.jsonl"])


def test_a_row_that_is_added_asks_for_itself_alone(shop: Path) -> None:
    desk = Desk(Path("job"))
    batch()
    with (shop / "rows.csv").open("a", encoding="utf-8") as file:
        file.write("lamp,Lamp,bright\n")
    assert batch() == 75
    assert [line["body"]["messages"][-1]["content"] for line in desk.asked(2)] == ["Lamp: bright"]


def test_a_row_whose_request_fails_fails_with_its_reason(shop: Path) -> None:
    desk = Desk(Path("job"))
    batch()
    desk.answer(1, lambda asked: refusal(asked, 400, "Bad words.") if "Tent" in str(asked) else model(asked))
    assert batch() == 75
    desk.answer(2, model)
    assert batch() == 1
    mug, tent = pieces(desk.out)
    assert (mug["status"], tent["status"], tent["reason"]) == (
        "accepted",
        "failed",
        "the batch answered 400: Bad words",
    )
    desk.answer(1, model, "once-more.jsonl")  # the batch was sent again
    assert batch("--retry", "failed") == 75
    assert pieces(desk.out)[0] == mug


def test_where_a_job_stands_says_what_it_waits_for(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch()
    capsys.readouterr()
    assert main(["job", "job"]) == 0
    said = capsys.readouterr().out
    assert "Waiting for answers:\n  send job/batches/batch-1.jsonl" in said


def test_one_piece_waits_too(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["generate", "shop/note", "product=Mug", "facts=warm", "--out", "one"]
    assert main(words) == 75
    assert "Waiting for answers: send one/batches/batch-1.jsonl" in capsys.readouterr().err
    desk = Desk(Path("one"))
    desk.answer(1, model)
    assert main(words) == 75
    desk.answer(2, model)
    assert main(words) == 0
    assert main(words[:4]) == 2, "without --out there is no place for files"
