"""Connections that hold still: uvicorn waits for ever for the rest of a header, for the rest of a body that was refused
and for a reader that does not read; this does not."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_WITHIN = 15.0  # seconds from a request's first byte, or the connection's making, to the end of its headers
READING_WITHIN = 20.0  # seconds in which a reader must read something of what waits to be sent
LINGER = 2.0  # seconds in which a client may read why its body is not wanted
MOST_SILENT = 256  # connections that have not sent their headers yet
FILES = 1 << 16  # that may be open at once, where the system lets us


class PatientConnection(H11Protocol):
    """This is one connection; it is cut where its headers are not here in time, where a refused body goes on, and where
    nobody reads. Of too many silent ones the oldest goes first, so that they do not keep others out."""

    silent: ClassVar[dict[int, PatientConnection]] = {}  # in the order in which they came
    _timers: dict[str, asyncio.TimerHandle]  # what is waited for, and not for ever

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for headers."""
        self._timers = {}
        super().connection_made(transport)
        self._await_headers()

    def _received(self, data: bytes) -> None:
        """Take what has come. A connection that was kept alive waits for headers again from their first byte on."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and "headers" not in self._timers and not self.transport.is_closing():
            self._await_headers()

    data_received = _received

    def handle_events(self) -> None:
        """Read what has come; the wait is over once a request has begun."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._headers_came()
        if self.conn.their_state is not h11.SEND_BODY:
            self._end("body")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._headers_came()
        for name in list(self._timers):
            self._end(name)
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request's headers, once its first byte is here: until then it is kept alive. The rest of a
        body that nobody wants is not waited for."""
        super().on_response_complete()
        if self.transport.is_closing():
            return
        trailing, _ = self.conn.trailing_data
        if self.conn.their_state is h11.SEND_BODY:
            self._begin("body", LINGER)
        elif trailing and self.conn.their_state is h11.IDLE and "headers" not in self._timers:
            self._await_headers()

    def pause_writing(self) -> None:
        """Wait for the reader only so long."""
        super().pause_writing()
        self._begin("reading", READING_WITHIN)

    def resume_writing(self) -> None:
        """Go on: the reader reads."""
        self._end("reading")
        super().resume_writing()

    def _kept_long_enough(self) -> None:
        """Close a connection on which nothing more came, whether its last answer was read or not."""
        super().timeout_keep_alive_handler()
        self._begin("reading", READING_WITHIN)

    timeout_keep_alive_handler = _kept_long_enough

    def _await_headers(self) -> None:
        self._begin("headers", HEADERS_WITHIN)
        self.silent[id(self)] = self
        if len(self.silent) > MOST_SILENT:
            next(iter(self.silent.values()))._cut()

    def _headers_came(self) -> None:
        self._end("headers")
        self.silent.pop(id(self), None)

    def _begin(self, name: str, seconds: float) -> None:
        """Cut the connection so many seconds from now, unless that is ended."""
        self._end(name)
        self._timers[name] = self.loop.call_later(seconds, self._cut)

    def _end(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _cut(self) -> None:
        self._headers_came()
        self.transport.abort()


def allow_files() -> None:
    """Let as many connections be open at once as the system lets a process have."""
    try:
        import resource
    except ImportError:  # Windows counts otherwise
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
