"""A folder of batch files and who answers them, in the format of the Batch API's output files."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from aigc.types import Completion, Generator, Request
from aigc_plugins.generators.openai_batch import openai_batch

Line = dict[str, Any]
Say = Callable[[Line], Line]
SERIAL = count(1)


def lines(file: Path) -> list[Line]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def reply(asked: Line, *texts: str, status: int = 200) -> Line:
    """Return a line of an output file."""
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
        """Put the answers to a batch beside it, last request first, as services do in any order."""
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
