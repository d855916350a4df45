"""A server on a real socket, over a project of a small type and a script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2

from aigc.project import Project
from aigc.serving.server import ListeningAt, RunningServer, serve
from aigc.types import Generator
from tests.serving.puppets import PATIENCE

TOKENS = {"write": "a-token-that-writes", "review": "a-token-that-reviews", "admin": "a-token-that-rules"}
ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
prompt: item.j2
output: {type: string, limit: {chars: 12}}
checks: [limits]
exports: [csv]
repair: {attempts: 0}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
FILES = {"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK}
Answered = tuple[int, Mapping[str, str], bytes]


class Listening:
    """This is a server that runs on a thread."""

    def __init__(self, project: Project, generator: Generator, folder: Path, jobs: Sequence[Path] = ()) -> None:
        tokens = folder / "tokens.yaml"
        tokens.write_text("".join(f"{role}: {{token: {one}, role: {role}}}\n" for role, one in TOKENS.items()))
        tokens.chmod(0o600)
        with patch.object(Project, "generator", lambda *given, **more: generator):
            self.running: RunningServer = serve(project, ListeningAt(port=0), tokens, jobs=jobs)
        self._thread = threading.Thread(target=self.running.run, daemon=True)
        self._thread.start()
        self.port = self.running.bound.getsockname()[1]
        while not self.running.server.started:
            threading.Event().wait(0.02)

    def close(self) -> None:
        """End it, as the first Ctrl-C does."""
        self.running.server.handle_exit(2, None)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def call(self, path: str, body: Any = None, *, role: str = "admin", **headers: str) -> httpx2.Response:
        """Make one call, with a body by POST."""
        token = {"authorization": f"Bearer {TOKENS[role]}"} if role else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with httpx2.Client(base_url=self.running.url, headers=token | named, timeout=PATIENCE) as client:
            return client.get(path) if body is None else client.post(path, json=body)

    def socket(self) -> socket.socket:
        """Return a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def send(self, text: str | bytes) -> tuple[int, bytes]:
        """Send bytes as they are, and read until it closes or nothing comes; return the status, 0 for none."""
        with closing(self.socket()) as client:
            client.sendall(text if isinstance(text, bytes) else text.encode())
            return read(client)


def read(client: socket.socket, *, seconds: float = PATIENCE) -> tuple[int, bytes]:
    """Read what comes until the other side closes; return the status and all of it."""
    client.settimeout(seconds)
    got = b""
    while b"\r\n\r\n" not in got or not _whole(got):
        try:
            more = client.recv(1 << 16)
        except ConnectionError:
            break
        if not more:
            break
        got += more
    return (int(got.split()[1]) if got else 0), got


def _whole(got: bytes) -> bool:
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(lengths) and len(body) >= int(lengths[0])
