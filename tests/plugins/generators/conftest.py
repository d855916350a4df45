"""A real HTTP server on this machine that speaks the protocol as the test wants it, and generators towards it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from aigc.types import Completion, Delta, Generator, Message, Prompt, Request, SamplingParams
from aigc_plugins.generators.openai import openai

Json = Any


class Reply(NamedTuple):
    """This is what the server sends: a JSON value or raw text; `events` are streamed, `wait` seconds come first."""

    body: Json = None
    status: int = 200
    headers: Mapping[str, str] = {}
    events: Sequence[Json | str] = ()
    wait: float = 0.0
    hang_up: bool = False  # the connection ends without an answer, or in the middle of the events


class Asked(NamedTuple):
    """This is a request as it arrived."""

    path: str
    body: Json
    headers: Mapping[str, str]
    at: float


class ProtocolServer:
    """This answers by `answer(asked)`; `asked` holds what came, `busiest` how many requests it worked on at once."""

    def __init__(self) -> None:
        self.answer: Callable[[Asked], Reply] = lambda asked: self.says("Made to last")
        self.asked: list[Asked] = []
        self.busiest = 0
        self._busy = 0
        self._lock = threading.Lock()
        self.gone = threading.Event()  # the test is over: whoever waits stops
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def bodies(self) -> list[Json]:
        return [asked.body for asked in self.asked if asked.body is not None]

    reply = Reply

    @staticmethod
    def says(*texts: str, finish: str = "stop", **more: Any) -> Reply:
        """Return a chat completion; the candidates' log-probabilities are -1, -2, …"""
        choices = [
            {
                "index": index,
                "message": {"role": "assistant", "content": text},
                "finish_reason": finish,
                "logprobs": {"content": [{"token": text, "logprob": -1.0 - index, "top_logprobs": []}]},
            }
            for index, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6}}
        return Reply({"object": "chat.completion", "choices": choices, "usage": usage}, **more)

    @staticmethod
    def streams(*texts: str, finish: str | None = "stop", **more: Any) -> Reply:
        """Return a streamed chat completion; without `finish` it never says that it ended."""
        parts = [{"choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]
        ends = [{"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}] if finish else []
        usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
        return Reply(events=[": a comment", *parts, *ends, usage], **more)

    @staticmethod
    def fails(status: int, message: str = "", *, code: str = "", **more: Any) -> Reply:
        """Return an error as OpenAI words it."""
        return Reply({"error": {"message": message, "code": code}}, status, **more)

    def script(self, *replies: Reply) -> None:
        """Answer with `replies` in turn, the last one for ever."""
        left = list(replies)
        self.answer = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    def close(self) -> None:
        self.gone.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _served(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
            reply = self.answer(asked)
        self.gone.wait(reply.wait)
        with self._lock:
            self._busy -= 1
        return reply

    def _handler(server: ProtocolServer) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._respond(None)

            def do_POST(self) -> None:
                self._respond(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _respond(self, body: Json) -> None:
                reply = server._served(Asked(self.path, body, dict(self.headers), time.monotonic()))
                with suppress(ConnectionError):
                    if reply.events or (reply.hang_up and reply.body is None):
                        self._stream(reply)
                    else:
                        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                        self._head(reply, {"Content-Length": str(len(text.encode()))})
                        self.wfile.write(text.encode())

            def _stream(self, reply: Reply) -> None:
                self.close_connection = True
                if not reply.events:
                    return
                self._head(reply, {"Content-Type": "text/event-stream", "Connection": "close"})
                for event in reply.events:
                    text = event if isinstance(event, str) else f"data: {json.dumps(event)}"
                    self.wfile.write(f"{text}\n\n".encode())
                    self.wfile.flush()
                if not reply.hang_up:
                    self.wfile.write(b"data: [DONE]\n\n")

            def _head(self, reply: Reply, more: Mapping[str, str]) -> None:
                self.send_response(reply.status)
                for name, value in {**reply.headers, **more}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        return Handler


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    made = ProtocolServer()
    yield made
    made.close()


@pytest.fixture
def connect(server: ProtocolServer) -> Iterator[Callable[..., Generator]]:
    """Open the generator towards the server, with quick attempts, and close it after the test."""
    opened: list[Generator] = []

    def opening(**options: Any) -> Generator:
        opened.append(openai("tiny", **{"base_url": server.url, "backoff": 0.01, "attempts": 3, **options}))
        return opened[-1]

    yield opening
    for generator in opened:
        generator.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "aigc-openai"], "a thread is left"


@pytest.fixture
def ask() -> Callable[..., Request]:
    """Make a request with one user message; words of sampling go there, the others to the request."""
    sampled = {field.name for field in fields(SamplingParams)}

    def request(name: str = "1", text: str = "A slogan.", *, chat: bool = True, **words: Any) -> Request:
        sampling = SamplingParams(**{word: value for word, value in words.items() if word in sampled})
        others = {word: value for word, value in words.items() if word not in sampled}
        prompt = Prompt(messages=(Message(role="user", content=text),), chat=chat)
        return Request(id=name, prompt=prompt, sampling=sampling, **others)

    return request


@pytest.fixture
def finish() -> Callable[..., dict[str, list[Completion]]]:
    """Submit requests to a generator and step until nothing is in hand; Completions by request."""

    def run(generator: Generator, *requests: Request) -> dict[str, list[Completion]]:
        came: dict[str, list[Completion]] = {request.id: [] for request in requests}
        for request in requests:
            generator.submit(request)
        while events := generator.step():
            for event in events:
                if isinstance(event, Completion):
                    came[event.request_id].append(event)
        return came

    return run


@pytest.fixture
def watch() -> Callable[..., tuple[list[str], Completion]]:
    """Run one streaming request; the text of its Deltas, and its Completion."""

    def run(generator: Generator, request: Request) -> tuple[list[str], Completion]:
        generator.submit(request)
        events = [event for step in iter(generator.step, []) for event in step]
        assert all(isinstance(event, Delta) for event in events[:-1])
        assert isinstance(events[-1], Completion)
        return [event.text for event in events[:-1]], events[-1]

    return run
