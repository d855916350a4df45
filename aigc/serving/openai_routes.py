"""OpenAI's protocol: `/v1/models`, `/v1/chat/completions`, `/v1/completions`, `/v1/responses`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from starlette.requests import Request as Call
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aigc.serving.chat_wire import ChatAnswer, ChatBody, read_chat
from aigc.serving.completion_wire import (
    CompletionBody,
    TextAnswer,
    before_suffix,
    echo_of,
    near_suffix,
    read_completions,
    read_prompt,
)
from aigc.serving.events import streamed
from aigc.serving.exchange import Exchange
from aigc.serving.openapi import takes
from aigc.serving.refusals import ParamNames, Refusal
from aigc.serving.response_input import ResponseBody, read_response
from aigc.serving.response_wire import ResponseAnswer
from aigc.serving.switchboard import QueueFull, Switchboard
from aigc.serving.token_log import PlacedToken
from aigc.serving.wire import Leniency, Sampled, read_body, refuse_unknown
from aigc.types import Completion, Delta, Json, Request, likelihood
from aigc.types.foreign import read_json

RETRY = {"retry-after": "2"}  # seconds


class Answering(Protocol):
    """This tells what comes of a call's requests, whole or as server-sent events."""

    @property
    def named(self) -> ParamNames: ...

    def whole(self, told: Sequence[Sequence[Completion]]) -> dict[str, Json]: ...

    def begin(self) -> Iterator[str]: ...

    def parts(self, place: int, delta: Delta) -> Iterator[str]: ...

    def last(self, place: int, answer: Completion) -> Iterator[str]: ...

    def end(self, told: Sequence[Sequence[Completion]]) -> Iterator[str]: ...

    def failed(self, message: str) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAiRoutes:
    """This is OpenAI's protocol over a switchboard. `models` maps the names that are served to their adapters, the
    model itself first, whose adapter is empty."""

    board: Switchboard
    models: Mapping[str, str]
    context: int
    any_model: bool = False
    lenient: bool = False

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/v1/models", self.list_models),
            Route("/v1/models/{name:path}", self.show_model),
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/completions", self.complete, methods=["POST"]),
            Route("/v1/responses", self.respond, methods=["POST"]),
        ]

    async def list_models(self, call: Call) -> Response:
        """Tell the names that `model` may have."""
        return JSONResponse({"object": "list", "data": [self._model(name) for name in self.models]})

    async def show_model(self, call: Call) -> Response:
        """Tell of one model."""
        name = str(call.path_params["name"])
        found = refuse_unknown(name, self.models, any_model=self.any_model)
        return JSONResponse({**self._model(found), "id": name})

    def _model(self, name: str) -> dict[str, Json]:
        return {"id": name, "object": "model", "created": int(self.board.began), "owned_by": "aigc"}

    @takes(ChatBody, streams=True)
    async def chat(self, call: Call) -> Response:
        """Answer a chat."""
        asked, body = Leniency(lenient=self.lenient), read_body(ChatBody, await json_of(call))
        name, adapter = self._named(body)
        request, choice = read_chat(asked, body, context=self.context)
        answer = ChatAnswer(model=name, body=body, choice=choice)
        return await self._answered(call, answer, [replace(request, adapter=adapter)], asked, stream=request.stream)

    @takes(CompletionBody, streams=True)
    async def complete(self, call: Call) -> Response:
        """Go on with texts."""
        asked, body = Leniency(lenient=self.lenient), read_body(CompletionBody, await json_of(call))
        name, adapter = self._named(body)
        requests = [replace(one, adapter=adapter) for one in read_completions(asked, body)]
        answer = TextAnswer(model=name, body=body, echoed=await self._echoed(call, body, requests))
        if body.tried == body.told:
            return await self._answered(call, answer, requests, asked, stream=bool(body.stream))
        told = await Exchange(board=self.board, named=answer.named).answers(call, requests)
        if body.suffix and body.limit:
            told = [await self._before(call, body.suffix, *one) for one in zip(requests, told, strict=True)]
        if not body.stream:
            return JSONResponse(answer.whole(told), headers=asked.headers)
        return await streamed(call, _later(answer.streamed(told)), asked.headers)

    async def _echoed(
        self, call: Call, body: CompletionBody, requests: Sequence[Request]
    ) -> list[tuple[str, Sequence[PlacedToken]]]:
        """Return prompts as they are to be told; figures of their tokens, and the text of tokens, only the model
        knows."""
        if not body.echo:
            return []
        if body.logprobs is None and all(isinstance(one, str) for one in body.prompts):
            return [(str(one), ()) for one in body.prompts]
        exchange = Exchange(board=self.board, named=ParamNames(prompt="prompt"))
        told = await exchange.answers(call, [read_prompt(one) for one in requests])
        return [echo_of(prompt, read[0].logprobs) for prompt, read in zip(body.prompts, told, strict=True)]

    async def _before(
        self, call: Call, suffix: str, request: Request, answers: Sequence[Completion]
    ) -> list[Completion]:
        """Return answers with how likely the suffix is after each in place of how likely they are themselves; it may
        have no room after some."""
        exchange = Exchange(board=self.board, named=ParamNames(prompt="suffix"))
        for asking in (before_suffix, near_suffix):
            told = await exchange.outcomes(call, [asking(request, one, suffix) for one in answers])
            found = [likelihood(one) for (one,) in told]
            if any(found):
                break
        else:
            exchange.refuse(told[0][0])
            raise Refusal(400, "suffix: how likely it is, what writes here cannot tell", param="suffix")
        pairs = zip(answers, found, strict=True)
        return [replace(one, mean_logprob=known.total if known else None) for one, known in pairs]

    @takes(ResponseBody, streams=True)
    async def respond(self, call: Call) -> Response:
        """Answer, in the words of OpenAI's responses; nothing is kept."""
        asked, body = Leniency(lenient=self.lenient), read_body(ResponseBody, await json_of(call))
        name, adapter = self._named(body)
        request, choice = read_response(asked, body, context=self.context)
        answer = ResponseAnswer(model=name, body=body, choice=choice)
        return await self._answered(call, answer, [replace(request, adapter=adapter)], asked, stream=request.stream)

    def _named(self, body: Sampled) -> tuple[str, str | None]:
        """Return how an answer calls its model, and the adapter that writes it."""
        name = refuse_unknown(body.model, self.models, any_model=self.any_model)
        return body.model or name, self.models[name] or None

    async def _answered(
        self, call: Call, answer: Answering, requests: Sequence[Request], asked: Leniency, *, stream: bool
    ) -> Response:
        exchange = Exchange(board=self.board, named=answer.named)
        if stream:
            return await streamed(call, _events(exchange, answer, requests), asked.headers)
        return JSONResponse(answer.whole(await exchange.answers(call, requests)), headers=asked.headers)


async def _events(exchange: Exchange, answer: Answering, requests: Sequence[Request]) -> AsyncIterator[str]:
    told: list[list[Completion]] = [[] for _ in requests]
    begun = False
    async for place, event in exchange.news(requests):
        if not begun:
            for chunk in answer.begin():
                yield chunk
            begun = True
        if isinstance(event, Completion) and event.finish_reason == "error":
            for chunk in answer.failed(event.error):
                yield chunk
            return
        if isinstance(event, Completion):
            told[place].append(event)
        for chunk in answer.parts(place, event) if isinstance(event, Delta) else answer.last(place, event):
            yield chunk
    for chunk in answer.end(told):
        yield chunk


async def _later(chunks: Iterator[str]) -> AsyncIterator[str]:
    for chunk in chunks:
        yield chunk


async def json_of(call: Call) -> Json:
    """Return the JSON of a body. Refusal for what is none."""
    try:
        return read_json(await call.body())
    except ValueError as error:
        raise Refusal(400, f"the body is no JSON: {error}", code="invalid_json") from error


def full(error: QueueFull) -> Refusal:
    """Return what a full queue is over HTTP."""
    return Refusal(429, f"{error}; try again later", code="queue_full", headers=RETRY)
