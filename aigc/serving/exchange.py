"""The asking of one call's requests, all at once: their answers when all are there, or what is new as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request as Call

from aigc.errors import AigcError
from aigc.serving.events import unless_gone
from aigc.serving.refusals import ParamNames, Refusal
from aigc.serving.switchboard import BROKE, CLOSED, Event, Switchboard
from aigc.types import Completion, Request

News: TypeAlias = tuple[int, Event]  # of which request


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """This asks a switchboard for one call. A request that fails is a Refusal, by the names that its endpoint has for
    what was wrong."""

    board: Switchboard
    named: ParamNames

    async def answers(self, call: Call, requests: Sequence[Request]) -> list[list[Completion]]:
        """Return the answers to each request, unless the caller goes before they are there."""
        told = await self.outcomes(call, requests)
        for one in (one for answers in told for one in answers):
            self.refuse(one)
        return told

    async def outcomes(self, call: Call, requests: Sequence[Request]) -> list[list[Completion]]:
        """Return the same, with those that failed."""
        return await unless_gone(call, self._all(requests))

    async def _all(self, requests: Sequence[Request]) -> list[list[Completion]]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(request)) for request in requests]
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _one(self, request: Request) -> list[Completion]:
        async with self.board.ask(request) as asked:
            return await asked.answers()

    async def news(self, requests: Sequence[Request]) -> AsyncIterator[News]:
        """Yield what comes of the requests as it comes. Once something has come, a request that fails is told as it
        is, a Completion with its error."""
        begun = False
        async for place, event in self._news(requests):
            if not begun and isinstance(event, Completion):
                self.refuse(event)
            begun = True
            yield place, event

    async def _news(self, requests: Sequence[Request]) -> AsyncIterator[News]:
        if len(requests) == 1:
            async with self.board.ask(requests[0]) as asked:
                async for event in asked:
                    yield 0, event
            return
        queue: asyncio.Queue[News | AigcError | None] = asyncio.Queue(maxsize=1)  # what a slow reader leaves is merged

        async def hear(place: int, request: Request) -> None:
            try:
                async with self.board.ask(request) as asked:
                    async for event in asked:
                        await queue.put((place, event))
                await queue.put(None)
            except AigcError as error:
                await queue.put(error)

        tasks = [asyncio.create_task(hear(place, request)) for place, request in enumerate(requests)]
        left = len(tasks)
        try:
            while left:
                told = await queue.get()
                if isinstance(told, AigcError):
                    raise told
                if told is None:
                    left -= 1
                else:
                    yield told
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def refuse(self, answer: Completion) -> None:
        """Raise what a failed answer is over HTTP."""
        if answer.finish_reason not in ("error", "deferred"):
            return
        if answer.error == CLOSED:
            raise Refusal(503, answer.error, code="closing", headers={"retry-after": "10"})
        if answer.error.startswith(BROKE):
            raise Refusal(500, answer.error, code="generator_failed")
        param, code = self.named.blamed(answer.error)
        raise Refusal(400, answer.error, param=param, code=code)
