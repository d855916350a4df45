"""What a server may send has an end, in bytes and in time, before anything of it is looked at; one answer that nobody
can take fails its own request."""

from __future__ import annotations

import gzip
import json
import resource
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from aigc.errors import EngineError
from aigc.types import Completion, Generator, Request
from aigc_plugins.generators.answer_bytes import LEAST, MOST, TOKEN, room_for
from aigc_plugins.generators.openai import openai

Ask = Callable[..., Request]
Say = Callable[[socket.socket], None]
SOON = 20.0  # seconds; far below what an answer without an end would take
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
GOOD: dict[str, Any] = {
    "choices": [{"index": 0, "message": {"content": "Made to last"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 3},
}
EVENT = {"choices": [{"index": 0, "delta": {"content": "x"}}]}


class RawServer:
    """This says what the test makes it say, byte by byte, to whoever asks."""

    def __init__(self) -> None:
        self.say: Say = lambda peer: None
        self.heads: list[bytes] = []
        self.over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._socket.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(peer,), daemon=True))
                self._threads[-1].start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, suppress(OSError):
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += peer.recv(1 << 16)
            head, _, body = asked.partition(b"\r\n\r\n")
            self.heads.append(head)
            length = next(
                (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line), 0
            )
            while len(body) < length:
                body += peer.recv(1 << 16)
            self.say(peer)

    def close(self) -> None:
        self.over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def raw() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.fixture
def answered(raw: RawServer, ask: Ask) -> Iterator[Callable[..., Completion]]:
    """Ask the server once, and return the answer, which is to come soon and to take no memory to speak of."""
    opened: list[Generator] = []

    def run(say: Say, *, timeout: float = 5.0, attempts: int = 1, **words: Any) -> Completion:
        raw.say = say
        generator = openai("tiny", base_url=raw.url, timeout=timeout, attempts=attempts, backoff=0.01)
        opened.append(generator)
        before, started = peak(), time.monotonic()
        generator.submit(ask(**words))
        events = [event for step in iter(generator.step, []) for event in step if isinstance(event, Completion)]
        assert time.monotonic() - started < SOON
        assert peak() - before < 400 << 20
        (one,) = events
        return one

    yield run
    for generator in opened:
        generator.close()


def peak() -> int:
    """Return the most bytes this process has had so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def body(content: bytes, *headers: str) -> Say:
    lines = "".join(f"{line}\r\n" for line in (*headers, f"Content-Length: {len(content)}"))
    return lambda peer: peer.sendall(HEAD + lines.encode() + b"\r\n" + content)


def endless(head: bytes, block: bytes, pause: float = 0.0) -> Callable[[RawServer], Say]:
    """Say a block again and again, until the other side hangs up."""

    def of(server: RawServer) -> Say:
        def say(peer: socket.socket) -> None:
            peer.sendall(head)
            while not server.over.wait(pause):
                peer.sendall(block)

        return say

    return of


def bomb(size: int) -> bytes:
    """Return gzip that unpacks to so many bytes, without ever having them."""
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packing.compress(b" ") + packing.flush(zlib.Z_FULL_FLUSH)
    block = packing.compress(bytes(1 << 24)) + packing.flush(zlib.Z_FULL_FLUSH)
    return head + block * (size >> 24)


WHOLE = HEAD + b"\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


@pytest.mark.parametrize(
    "say",
    [
        endless(WHOLE, b" " * (1 << 20)),
        endless(WHOLE, b"[" * (1 << 20)),
        endless(CHUNKED, b"100000\r\n" + b" " * (1 << 20) + b"\r\n"),
        endless(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff" * 10_000),
        endless(HEAD + f"Content-Length: {1 << 40}\r\n\r\n".encode(), b"x" * (1 << 20)),
        endless(b"HTTP/1.1 500 Oops\r\n\r\n", b"x" * (1 << 20)),
    ],
    ids=["spaces", "brackets", "chunks", "empty gzip", "a terabyte", "an error"],
)
def test_an_answer_without_an_end_is_given_up(raw: RawServer, answered: Any, say: Any) -> None:
    one = answered(say(raw))
    assert one.finish_reason == "error"
    assert one.error in ("the server answered with more than 5.2 MB", "the server answered 500")


def test_an_endless_stream_is_given_up(raw: RawServer, answered: Any) -> None:
    for block in (
        b"data: " + b"x" * (1 << 20),
        b": comment\n" * 100_000,
        f"data: {json.dumps(EVENT)}\n\n".encode() * 9000,
    ):
        one = answered(endless(STREAM, block)(raw), stream=True)
        assert one.error.startswith("the server answered with more than 5.2 MB")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate", "bare"])
def test_a_packed_answer_is_read(answered: Any, coding: str) -> None:
    windows = {"deflate": 15, "bare": -15}
    packing = zlib.compressobj(9, zlib.DEFLATED, windows.get(coding, 31))
    content = packing.compress(json.dumps(GOOD).encode()) + packing.flush()
    named = "deflate" if coding == "bare" else coding
    assert answered(body(content, f"Content-Encoding: {named}")).text == "Made to last"


def test_a_few_bytes_that_unpack_to_gigabytes_are_given_up(answered: Any) -> None:
    content = bomb(1 << 31)
    assert len(content) < 1 << 22
    one = answered(body(content, "Content-Encoding: gzip"))
    assert one.error == "the server answered with more than 5.2 MB"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "x" * 200])
def test_a_coding_that_was_not_asked_for_is_refused(raw: RawServer, answered: Any, coding: str) -> None:
    one = answered(body(b"\x00" * 100, f"Content-Encoding: {coding}"))
    assert one.error.startswith("the server packed its answer as ")
    assert b"accept-encoding: gzip, deflate" in raw.heads[0].lower()


def test_what_cannot_be_unpacked_is_no_answer(answered: Any) -> None:
    for coding in ("gzip", "deflate"):
        assert answered(body(b"no such thing" * 9, f"Content-Encoding: {coding}")).error == (
            "the server answered with what cannot be unpacked"
        )


def test_a_byte_now_and_then_is_given_up_in_time(raw: RawServer, answered: Any) -> None:
    for head, block in ((WHOLE, b" "), (CHUNKED, b"1\r\n \r\n"), (b"", b"H"), (HEAD, b"X"), (HEAD + b"\r\n[", b"1,")):
        started = time.monotonic()
        one = answered(endless(head, block, pause=0.05)(raw), timeout=0.5)
        assert time.monotonic() - started < 5
        assert one.finish_reason == "error"
    assert one.error == "no answer within 0.5 seconds"


def test_a_server_that_never_stops_to_announce_is_given_up(raw: RawServer, answered: Any) -> None:
    one = answered(endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", pause=0.01)(raw), timeout=0.5)
    assert one.error == "no answer within 0.5 seconds"


def test_headers_without_an_end_are_given_up(raw: RawServer, answered: Any) -> None:
    for block in (b"X-Filler: " + b"x" * 1000 + b"\r\n", b"x" * 1000):
        one = answered(endless(HEAD + b"X: ", block)(raw))
        assert one.error.startswith("the connection broke off")


@pytest.mark.parametrize("block", [b" ", b": still there\n\n", b"data:\n\n"])
def test_a_stream_whose_next_part_never_comes_is_given_up_in_time(raw: RawServer, answered: Any, block: bytes) -> None:
    started = time.monotonic()
    one = answered(endless(STREAM, block, pause=0.05)(raw), timeout=0.5, stream=True)
    assert time.monotonic() - started < 5
    assert one.error == "no answer within 0.5 seconds"


def test_a_stream_that_trickles_on_is_given_up_in_ten_times_the_time(raw: RawServer, answered: Any) -> None:
    event = f"data: {json.dumps(EVENT)}\n\n".encode()
    one = answered(endless(STREAM, event, pause=0.05)(raw), timeout=0.3, stream=True)
    assert one.error.startswith("no answer within 3 seconds after ")


def test_a_slow_stream_that_ends_is_read(raw: RawServer, answered: Any) -> None:
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

    def say(peer: socket.socket) -> None:
        peer.sendall(STREAM)
        for event in [EVENT] * 8 + [end]:
            for part in (f"data: {json.dumps(event)}"[:20], f"data: {json.dumps(event)}"[20:], "\r", "\n\r\n"):
                peer.sendall(part.encode())
                time.sleep(0.02)
        peer.sendall(b"data: [DONE]\n\n")

    assert answered(say, timeout=0.5, stream=True).text == "x" * 8


def edited(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


CHOICE = GOOD["choices"][0]
DEEP = b"[" * 200_000 + b"]" * 200_000


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (DEEP, "what is nested more than 100 deep"),
        (b"[" * 900 + b"]" * 900, "what is nested more than 100 deep"),
        (b'{"choices": %s}' % DEEP, "what is nested more than 100 deep"),
        (edited(usage={"completion_tokens": 1e308}), "counts of tokens that cannot be"),
        (edited(usage={"completion_tokens": 2**63}), "counts of tokens that cannot be"),
        (edited(usage={"prompt_tokens": -1}), "counts of tokens that cannot be"),
        (edited(usage={"prompt_tokens": float("inf")}), "what is no completion"),
        (edited(usage={"prompt_tokens_details": {"cached_tokens": 10**30}}), "counts of tokens that cannot be"),
        (edited(usage=[1]), "what is no completion"),
        (edited(choices=[{**CHOICE, "index": float("inf")}]), "what is no completion"),
        (edited(choices=[None]), "what is no completion"),
        (edited(choices=7), "what is no completion"),
        (b'{"choices": %s}' % (b"9" * 5000), "what is a number of more than 300 digits"),
        (b"\xff\xfe\x00", "what is no JSON"),
        (b"", "what is no JSON"),
    ],
)
def test_an_answer_that_nobody_can_take_fails_its_request(answered: Any, content: bytes, error: str) -> None:
    assert answered(body(content)).error == f"the server answered with {error}"


def test_a_character_cut_in_two_is_marked(answered: Any) -> None:
    one = answered(body(edited(choices=[{**CHOICE, "message": {"content": "Hot \ud83d"}}])))
    assert (one.text, one.error) == ("Hot \ufffd", "")


def test_an_error_is_told_in_a_line_that_people_read(answered: Any) -> None:
    message = json.dumps({"error": {"message": "no " * 100_000}}).encode()
    head = f"HTTP/1.1 400 Bad\r\nContent-Length: {len(message)}\r\n\r\n".encode()
    assert len(answered(lambda peer: peer.sendall(head + message)).error) < 600
    deep = b'{"error": ' + DEEP + b"}"
    head = f"HTTP/1.1 400 Bad\r\nContent-Length: {len(deep)}\r\n\r\n".encode()
    assert answered(lambda peer: peer.sendall(head + deep)).error == "the server answered 400"


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:1/", "//[", "http://\udcff/", "javascript:1", "http://x:99999999/", "/" * 50_000]
)
def test_nobody_is_followed_elsewhere(raw: RawServer, answered: Any, where: str) -> None:
    head = (
        b"HTTP/1.1 307 There\r\nLocation: "
        + where.encode("utf-8", "surrogateescape")
        + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with pytest.raises(EngineError, match="the server answered 307"):
        answered(lambda peer: peer.sendall(head))
    assert [one.split()[0] for one in raw.heads] == [b"POST", b"GET"], "what is there is asked once"


@pytest.mark.parametrize("after", ["Fri, 31 Dec 99999999999 23:59:59 GMT", "1e999", "nan", "-5", "x" * 1000])
def test_nonsense_to_wait_for_is_no_mistake_of_ours(answered: Any, after: str) -> None:
    head = f"HTTP/1.1 503 Busy\r\nRetry-After: {after}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    try:
        assert "the server answered 503" in answered(lambda peer: peer.sendall(head), attempts=2).error
    except EngineError as error:
        assert "asks to wait inf seconds" in str(error)


def test_what_a_server_leaves_with_us_is_not_kept(raw: RawServer, answered: Any) -> None:
    cookies = [f"Set-Cookie: c{number}={'x' * 3000}" for number in range(20)]
    replies = [body(b"{", *cookies), body(json.dumps(GOOD).encode())]
    assert answered(lambda peer: replies.pop(0)(peer), attempts=2).text == "Made to last"
    assert not any(b"cookie" in head.lower() for head in raw.heads)


def test_how_long_an_answer_may_be_goes_by_what_is_asked(ask: Ask) -> None:
    assert room_for(ask(max_tokens=1)) == LEAST + TOKEN
    assert room_for(ask(max_tokens=100, n=8)) == LEAST + 800 * TOKEN
    assert room_for(ask(max_tokens=1 << 20)) == MOST
