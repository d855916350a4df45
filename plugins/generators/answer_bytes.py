"""The bytes of a server's answer, as many as there is room for.

What a server sends is unpacked here, and no further than the answer may be long: a few bytes of gzip can stand for
gigabytes. How long it may be goes by what was asked. Facts: RFC 9110, 8.4 (content codings); WHATWG HTML, 9.2
(server-sent events). Knows no status, no JSON.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from aigc.errors import megabytes
from aigc.types import Request

if TYPE_CHECKING:
    import httpx2

LEAST, MOST = 1 << 22, 1 << 26  # bytes of the longest answer: to a short question, to any
TOKEN = 1 << 12  # bytes that a token of an answer takes with its likeliest others, at most
ASKED_FOR = "gzip, deflate"  # codings
WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # in zlib's own numbers
BREAK = re.compile(rb"[\r\n]+")


class TooManyBytes(Exception):
    """This is an answer that cannot be taken: one sentence."""


def room_for(request: Request) -> int:
    """Return how many bytes the answer to a request may have."""
    return min(LEAST + TOKEN * request.sampling.max_tokens * request.sampling.n, MOST)


async def whole_body(response: httpx2.Response, most: int) -> bytes:
    """Return a body of at most so many bytes. TooManyBytes where it has more, ValueError where none can unpack it."""
    return b"".join([part async for part in _parts(response, most)])


async def lines(response: httpx2.Response, most: int) -> AsyncGenerator[str, None]:
    """Yield the lines of a stream as they come, without blank ones; `most` is for all of them together."""
    begun: list[bytes] = []  # of the line that has not ended
    async for part in _parts(response, most):
        first, *others = BREAK.split(part)
        begun.append(first)
        for other in others:
            if line := b"".join(begun):
                yield line.decode("utf-8", "replace")
            begun = [other]
    if line := b"".join(begun):
        yield line.decode("utf-8", "replace")


async def _parts(response: httpx2.Response, most: int) -> AsyncGenerator[bytes, None]:
    unpack = _Unpacking(response.headers.get("content-encoding", ""), most)
    async for raw in response.aiter_raw():
        if part := unpack.take(raw):
            yield part


class _Unpacking:
    """This unpacks what comes, piece by piece, up to a size."""

    def __init__(self, coding: str, most: int) -> None:
        self._most = self._packed = self._left = most
        self._inner: zlib._Decompress | None = None
        if (named := coding.strip().lower()) not in ("", "identity"):
            if named not in WINDOWS:
                raise TooManyBytes(f"the server packed its answer as {named[:40]!r}, which was not asked for")
            self._inner = zlib.decompressobj(WINDOWS[named])
        self._bare = named == "deflate"  # some servers leave the frame around it out

    def take(self, raw: bytes) -> bytes:
        part = raw if self._inner is None else self._unpacked(raw)
        self._packed -= len(raw)
        self._left -= len(part)
        if self._packed < 0 or self._left < 0:
            raise TooManyBytes(f"the server answered with more than {megabytes(self._most)}")
        return part

    def _unpacked(self, raw: bytes) -> bytes:
        assert self._inner is not None
        try:
            part = self._inner.decompress(raw, self._left + 1)
        except zlib.error:
            if not self._bare:
                raise ValueError("what cannot be unpacked") from None
            self._inner, self._bare = zlib.decompressobj(-15), False
            return self._unpacked(raw)
        self._bare = False
        return part
