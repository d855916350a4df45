"""Server-sent events, and a wait that ends when the caller has gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse

from aigc.types import Json

T = TypeVar("T")
DONE = "data: [DONE]\n\n"


def event_text(record: Json, name: str = "") -> str:
    """Return one event as it is sent."""
    named = f"event: {name}\n" if name else ""
    return f"{named}data: {json.dumps(record, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def streamed(
    request: Request, events: AsyncIterator[str], headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Return the answer that sends events, once the first is there: what is refused until then is a plain answer, and
    who goes until then is not answered."""
    try:
        first = await unless_gone(request, anext(events, None))
    except BaseException:
        await events.aclose()  # type: ignore[attr-defined]
        raise

    async def all_events() -> AsyncIterator[str]:
        try:
            if first is not None:
                yield first
                async for one in events:
                    yield one
        finally:
            await events.aclose()  # type: ignore[attr-defined]

    told = {"cache-control": "no-store", "x-accel-buffering": "no", **(headers or {})}
    return StreamingResponse(all_events(), media_type="text/event-stream", headers=told)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Wait for work; ClientDisconnect, with the work ended, where the caller goes before it is done."""
    doing, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise ClientDisconnect
        return doing.result()
    finally:
        gone.cancel()
        doing.cancel()
        await asyncio.gather(doing, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
