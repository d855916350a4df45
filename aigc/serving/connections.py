"""Connections that hold still: uvicorn waits for ever for the rest of a request line or header; this does not."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_WITHIN = 15.0  # seconds from a connection's first byte, or its making, to the end of its headers
MOST_SILENT = 256  # connections that have not sent their headers yet


class PatientConnection(H11Protocol):
    """This is one connection; it is closed where its headers are not here in time. Of too many silent ones the oldest
    goes first, so that they do not keep others out."""

    silent: ClassVar[dict[int, PatientConnection]] = {}  # in the order in which they came
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for headers."""
        super().connection_made(transport)
        self._await_headers()

    def handle_events(self) -> None:
        """Read what has come; the wait is over once a request has begun."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._headers_came()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._headers_came()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request's headers, once its first byte is here: until then it is kept alive."""
        super().on_response_complete()
        trailing, _ = self.conn.trailing_data
        if trailing and not self.transport.is_closing():
            self._await_headers()

    def _await_headers(self) -> None:
        self._headers_came()
        self._timer = self.loop.call_later(HEADERS_WITHIN, self._give_up)
        self.silent[id(self)] = self
        if len(self.silent) > MOST_SILENT:
            next(iter(self.silent.values()))._give_up()

    def _headers_came(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.silent.pop(id(self), None)

    def _give_up(self) -> None:
        self._headers_came()
        if not self.transport.is_closing():
            self.transport.abort()
