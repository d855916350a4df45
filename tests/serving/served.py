"""A server without a socket, over a generator that spells a script's texts word by word, each word a token."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from aigc.serving.application import ServerPlan, make_app
from aigc.serving.passes import Pass, Passes
from aigc.serving.switchboard import Switchboard
from aigc.types import Completion, Delta, Generator, Request, TokenLogprob, Usage

TOKEN = "a-token-of-this-test"
URL = "http://127.0.0.1"
Answer = Callable[[Request, int], str | Completion]


class Spelling:
    """This is a Generator that writes what a function says, a word in each step (of one that fails, too); of a given
    text `likely` says how likely it is."""

    def __init__(self, answer: Answer | str, likely: Callable[[Request], float] = lambda request: -1.0) -> None:
        self.capacity = 8
        self.requests: list[Request] = []
        self.cancelled: list[str] = []
        self._answer = answer if callable(answer) else lambda request, index: answer
        self._likely = likely
        self._running: list[Iterator[Completion | Delta]] = []

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        if request.given is not None:
            self._running.append(iter([self._tell(request)]))
            return
        for index in range(request.sampling.n):
            self._running.append(self._write(request, index))

    def step(self) -> Sequence[Completion | Delta]:
        return [event for one in self._running if (event := next(one, None)) is not None]

    def cancel(self, request_id: str) -> None:
        self.cancelled.append(request_id)

    def close(self) -> None:
        pass

    def _write(self, request: Request, index: int) -> Iterator[Completion | Delta]:
        answer = self._answer(request, index)
        if isinstance(answer, str):
            answer = Completion(request_id="", text=answer, usage=Usage(prompt=7, sampled=len(words(answer))))
        answer = replace(answer, request_id=request.id, index=index)
        figures = answer.logprobs or scores(answer.text)
        if not request.sampling.logprobs:
            figures = ()
        if request.stream:
            for place, word in enumerate(words(answer.text)):
                yield Delta(request_id=request.id, index=index, text=word, logprobs=figures[place : place + 1])
            if rest := figures[len(words(answer.text)) :]:
                yield Delta(request_id=request.id, index=index, text="", logprobs=rest)
        yield replace(answer, logprobs=figures)

    def _tell(self, request: Request) -> Completion:
        given = request.given or "".join(one.content for one in request.prompt.messages)
        told = scores(given or "tokens") if request.sampling.logprobs else ()
        return Completion(
            request_id=request.id,
            text=request.given or "",
            usage=Usage(prompt=3, forced=len(words(given)) or 1),
            mean_logprob=self._likely(request),
            logprobs=told,
        )


def words(text: str) -> list[str]:
    """Take a text apart into its tokens."""
    return re.findall(r"\s*\S+\s*$|\s*\S+", text)


def scores(text: str) -> tuple[TokenLogprob, ...]:
    """Return a figure for each token of a text, and which two are the likeliest."""
    return tuple(
        TokenLogprob(
            token=place,
            logprob=-0.5 - place,
            top=((place, -0.5 - place), (90, -3.0)),
            spelled=word.encode(),
            top_spelled=(word.encode(), b"?"),
        )
        for place, word in enumerate(words(text))
    )


class Served:
    """This is a server that is asked in this process."""

    def __init__(self, generator: Generator, **plan: Any) -> None:
        self.generator: Any = generator
        self.board = Switchboard(lambda: generator).start()
        passes = Passes([Pass(name="me", token=TOKEN, role="admin")])
        known = {"tiny": "", "house": "/adapters/house"}
        self.app = make_app(ServerPlan(board=self.board, passes=passes, models=known, context=512, **plan))

    def call(self, path: str, body: Any = None, *, token: str = TOKEN, method: str = "") -> httpx2.Response:
        """Make one call."""

        async def made() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url=URL) as client:
                headers = {"authorization": f"Bearer {token}"} if token else {}
                return await client.request(
                    method or ("GET" if body is None else "POST"), path, json=body, headers=headers
                )

        return asyncio.run(made())

    def told(self, path: str, body: Any = None) -> Any:
        """Return the JSON of a call that is done."""
        answer = self.call(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def events(self, path: str, body: Any) -> list[Any]:
        """Return the events of a stream; the mark at the end is one."""
        answer = self.call(path, {**body, "stream": True})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        return events_in(answer.text)

    def refused(self, path: str, body: Any) -> tuple[int, str | None, str]:
        """Return the status, the parameter and the message of a call that is refused."""
        answer = self.call(path, body)
        error = answer.json()["error"]
        return answer.status_code, error["param"], error["message"]

    @property
    def asked(self) -> Request:
        """The last request that the generator got."""
        last: Request = self.generator.requests[-1]
        return last


def events_in(text: str) -> list[Any]:
    """Read server-sent events."""
    events: list[Any] = []
    for block in text.split("\n\n"):
        data = [line.removeprefix("data: ") for line in block.splitlines() if line.startswith("data: ")]
        if data:
            events.append(data[0] if data[0] == "[DONE]" else json.loads(data[0]))
            named = [line.removeprefix("event: ") for line in block.splitlines() if line.startswith("event: ")]
            assert not named or named == [events[-1]["type"]]
    return events


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Return a function that serves a generator, or a script's texts."""
    open_: list[Served] = []

    def make(answer: Any = "Good morning to you.", *, likely: Any = lambda request: -1.0, **plan: Any) -> Served:
        generator = answer if hasattr(answer, "step") else Spelling(answer, likely)
        open_.append(Served(generator, **plan))
        return open_[-1]

    yield make
    for one in open_:
        one.board.close()
