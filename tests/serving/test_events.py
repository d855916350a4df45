"""Streams: nobody writes for who has gone, and what is refused before the first event is a plain answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from aigc.serving.events import streamed
from aigc.serving.refusals import Refusal


def call(*messages: str) -> Request:
    """Return a call that hears of these, and of nothing more."""
    left = list(messages)

    async def receive() -> Any:
        if not left:
            await asyncio.Event().wait()
        return {"type": left.pop(0)}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


def test_who_goes_before_the_first_event_ends_the_work() -> None:
    closed = []

    async def never() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "late"
        finally:
            closed.append(True)

    with pytest.raises(ClientDisconnect):
        asyncio.run(streamed(call("http.disconnect"), never()))
    assert closed == [True]


def test_what_is_refused_before_the_first_event_is_raised() -> None:
    async def refused() -> AsyncIterator[str]:
        raise Refusal(400, "no")
        yield "late"

    with pytest.raises(Refusal):
        asyncio.run(streamed(call(), refused()))


def test_all_events_are_sent() -> None:
    async def two() -> AsyncIterator[str]:
        yield "one"
        yield "two"

    async def read() -> list[Any]:
        answer = await streamed(call(), two(), {"x-aigc-ignored": "n"})
        assert answer.headers["x-aigc-ignored"] == "n"
        return [part async for part in answer.body_iterator]

    assert asyncio.run(read()) == ["one", "two"]
