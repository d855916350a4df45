"""A Generator that answers as a real one did once: its answers lie in a file, which a test can be repeated with."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from aigc.types import Completion, Delta, Generator, Json, Request, Usage
from aigc.types.foreign import read_json, whole_text
from aigc.writing.line_log import request_digest

SHOWN = 200  # characters of what was asked, for people
KEPT = ("text", "finish_reason", "mean_logprob", "error")


class Recording:
    """This is a Generator over a file of answers, JSON lines, one for each request that was made.

    What was asked in the same words, with the same sampling, is answered from there. What was not is asked of what
    `record` opens, once there is need, and its answers are added to the file; without `record` it is an error which
    says what was asked. `requests` keeps what was asked, in order.
    """

    def __init__(self, file: Path, record: Callable[[], Generator] | None = None, *, capacity: int = 8) -> None:
        self.capacity = capacity
        self.requests: list[Request] = []
        self._file, self._record = file, record
        self._known = dict(_read(file))
        self._open: Generator | None = None
        self._asked: dict[str, tuple[Request, list[Completion]]] = {}  # of the real one, by the request's id
        self._ready: deque[Completion | Delta] = deque()

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        known = self._known.get(request_digest(request))
        if known is not None:
            for completion in _completions(request, known):
                if request.stream:
                    self._ready.append(Delta(request_id=request.id, index=completion.index, text=completion.text))
                self._ready.append(completion)
        elif self._record is None:
            asked = request.prompt.messages[-1].content[:SHOWN]
            raise AssertionError(f"{self._file}: has no answer to {asked!r}; record it, with a generator")
        else:
            self._open = self._open or self._record()
            self._asked[request.id] = (request, [])
            self._open.submit(request)

    def step(self) -> Sequence[Completion | Delta]:
        events = [*self._ready]
        self._ready.clear()
        if self._open is not None and self._asked:
            for event in self._open.step():
                events.append(event)
                if isinstance(event, Completion):
                    self._take(event)
        return events

    def cancel(self, request_id: str) -> None:
        gone = [one for one in self._ready if one.request_id == request_id]
        for one in gone:
            self._ready.remove(one)
        if gone:
            self._ready.append(Completion(request_id=request_id, text="", finish_reason="cancelled"))
        elif self._open is not None and request_id in self._asked:
            del self._asked[request_id]
            self._open.cancel(request_id)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()

    def _take(self, completion: Completion) -> None:
        """Keep an answer, and write those of a request once all are there; what failed is asked again another time."""
        if completion.request_id not in self._asked:
            return
        request, answers = self._asked[completion.request_id]
        answers.append(completion)
        if len(answers) < (1 if request.given is not None else request.sampling.n):
            return
        del self._asked[request.id]
        if any(one.finish_reason not in ("stop", "length") for one in answers):
            return
        digest, kept = request_digest(request), [_record(one) for one in sorted(answers, key=lambda one: one.index)]
        self._known[digest] = kept
        line = {"request": digest, "asked": request.prompt.messages[-1].content[:SHOWN], "answers": kept}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8", newline="\n") as file:
            file.write(whole_text(json.dumps(line, ensure_ascii=False)) + "\n")


def _read(file: Path) -> list[tuple[str, list[Json]]]:
    if not file.is_file():
        return []
    lines = file.read_bytes().split(b"\n")  # no other mark ends a line
    known = [read_json(line, marked=True) for line in lines if line.strip()]
    return [(one["request"], one["answers"]) for one in known]


def _record(completion: Completion) -> dict[str, Json]:
    kept = {name: value for name in KEPT if (value := getattr(completion, name)) not in (None, "")}
    return {**kept, "usage": asdict(completion.usage)}


def _completions(request: Request, answers: list[Json]) -> list[Completion]:
    made = []
    for index, answer in enumerate(answers):
        plain = Completion(request_id=request.id, index=index, text="", usage=Usage(**answer["usage"]))
        made.append(replace(plain, **{name: answer[name] for name in KEPT if name in answer}))
    return made
