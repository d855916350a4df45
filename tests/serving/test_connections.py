from __future__ import annotations

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from aigc.project import Project
from aigc.serving import connections
from aigc.serving.connections import PatientConnection, allow_files
from aigc.serving.guard import Bounds, Gatekeeper
from aigc.serving.server import ListeningAt, serve
from aigc.testing import ScriptedGenerator
from tests.serving.listening import FILES, TOKENS, Listening, read

HOST = "Host: localhost\r\n"
PASS = f"Authorization: Bearer {TOKENS['write']}\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait a second where a server waits many."""
    for name in ("HEADERS_WITHIN", "READING_WITHIN", "LINGER"):
        assert getattr(connections, name) <= 30
        monkeypatch.setattr(connections, name, 1.0)
    yield


def cut_after(client: socket.socket, send: bytes = b"", every: float = 0.2, most: float = 8.0) -> float:
    """Return after how many seconds a connection is cut, while something is sent again and again."""
    began = time.monotonic()
    client.settimeout(every)
    while time.monotonic() - began < most:
        try:
            if send:
                client.sendall(send)
            if client.recv(1 << 16) == b"":
                return time.monotonic() - began
        except TimeoutError:
            continue
        except ConnectionError:
            return time.monotonic() - began
    raise AssertionError(f"still open after {most} s")


def test_headers_that_never_end_are_cut(listen: Callable[..., Listening]) -> None:
    server = listen()
    for begin in (b"", b"GET /health HT", b"GET /health HTTP/1.1\r\nHost: localhost\r\n"):
        with server.socket() as client:
            client.sendall(begin)
            assert cut_after(client) < 4
    with server.socket() as client:  # a line now and then does not help
        client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        assert cut_after(client, b"X: y\r\n") < 4


def test_half_a_header_after_a_whole_call_is_cut_too(listen: Callable[..., Listening]) -> None:
    with listen().socket() as client:
        client.sendall(f"GET /health HTTP/1.1\r\n{HOST}\r\n".encode())
        assert read(client)[0] == 200
        client.sendall(b"GET /hea")
        assert cut_after(client) < 4


def test_the_rest_of_a_refused_body_is_not_waited_for(listen: Callable[..., Listening]) -> None:
    with listen().socket() as client:
        client.sendall(f"POST /v1/completions HTTP/1.1\r\n{HOST}Content-Length: 100000\r\n\r\n".encode())
        assert read(client)[0] == 401
        assert cut_after(client, b"x") < 4


def test_a_body_that_comes_too_slowly_is_refused(listen: Callable[..., Listening]) -> None:
    assert max(Bounds().arriving, Bounds().reading) <= 30
    server = listen()
    gate: Any = server.running.server.config.app
    while not isinstance(gate, Gatekeeper):
        gate = gate.app
    object.__setattr__(gate, "bounds", Bounds(arriving=1.0))
    with server.socket() as client:
        client.sendall(f"POST /v1/completions HTTP/1.1\r\n{HOST}{PASS}Content-Length: 1000\r\n\r\n".encode())
        began, got = time.monotonic(), b""
        client.settimeout(0.2)
        while not got and time.monotonic() - began < 8:
            client.sendall(b" ")
            try:
                got = client.recv(1 << 16)
            except TimeoutError:
                continue
        assert got.startswith(b"HTTP/1.1 408") and time.monotonic() - began < 4
        assert cut_after(client, b" ") < 4


def test_a_reader_who_does_not_read_is_cut_and_others_are_served(listen: Callable[..., Listening]) -> None:
    long = "x" * (1 << 24)
    server = listen(ScriptedGenerator(lambda request, index: long))
    body = b'{"model": "", "messages": [{"role": "user", "content": "tea"}]}'
    with server.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"POST /v1/chat/completions HTTP/1.1\r\n{HOST}{PASS}Content-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body)
        for _ in range(200):  # it is written, and cannot be sent
            if any(one.flow.write_paused for one in server.running.server.server_state.connections):
                break
            time.sleep(0.05)
        assert server.call("/health").status_code == 200
        for _ in range(160):
            if not any(one.flow.write_paused for one in server.running.server.server_state.connections):
                break
            time.sleep(0.05)
        else:
            raise AssertionError("still waiting for a reader")


def test_a_thousand_half_open_connections_keep_nobody_out(
    listen: Callable[..., Listening], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADERS_WITHIN", 60.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2048 + 512), hard))
    server = listen()
    try:
        with ExitStack() as held:
            for _ in range(1000):
                held.enter_context(server.socket()).sendall(b"GET /health HTTP/1.1\r\nHost: loc")
            began = time.monotonic()
            assert server.call("/health").status_code == 200
            assert time.monotonic() - began < 5
            assert len(PatientConnection.silent) <= connections.MOST_SILENT
    finally:
        server.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_files_may_be_open_than_a_shell_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 512), hard))
    try:
        allow_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(hard, connections.FILES)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_who_comes_as_soon_as_the_address_is_told_is_answered(
    make_project: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "generator", lambda *given, **more: ScriptedGenerator("Buy"))
    running = serve(make_project(FILES), ListeningAt(port=0), None)
    assert running.url.endswith(str(running.bound.getsockname()[1]))
    with socket.create_connection(running.bound.getsockname(), timeout=5) as client:
        client.sendall(f"GET /health HTTP/1.1\r\n{HOST}\r\n".encode())
        serving = threading.Thread(target=running.run)
        serving.start()
        assert read(client)[0] == 200
    running.server.should_exit = True
    serving.join(20)
