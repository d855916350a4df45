"""OpenAI's protocol: `/v1/models`, `/v1/chat/completions`, `/v1/completions`, `/v1/responses`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request as Call
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aigc.serving.chat_wire import ChatAnswer, ChatBody, read_chat
from aigc.serving.events import DONE, event_text, streamed, unless_gone
from aigc.serving.refusals import Refusal
from aigc.serving.switchboard import BROKE, QueueFull, Switchboard
from aigc.serving.wire import Leniency, read_body, refuse_unknown
from aigc.types import Completion, Delta, Json, Request
from aigc.types.foreign import read_json

RETRY = {"retry-after": "2"}  # seconds


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

    async def chat(self, call: Call) -> Response:
        """Answer a chat."""
        asked = Leniency(lenient=self.lenient)
        body = read_body(ChatBody, await json_of(call))
        name = refuse_unknown(body.model, self.models, any_model=self.any_model)
        request = replace(read_chat(asked, body, context=self.context), adapter=self.models[name] or None)
        answer = ChatAnswer(model=body.model or name, body=body, calling=bool(request.prompt.tools))
        if body.stream:
            return await streamed(self._chat_events(request, answer), asked.headers)
        return JSONResponse(answer.whole(await self.answers(call, request)), headers=asked.headers)

    async def answers(self, call: Call, request: Request) -> Sequence[Completion]:
        """Return the answers to a request, unless its caller goes before they are there."""

        async def all_of_them() -> list[Completion]:
            async with self.board.ask(request) as asked:
                return await asked.answers()

        told = await unless_gone(call, all_of_them())
        for one in told:
            refuse_error(one)
        return told

    async def _chat_events(self, request: Request, answer: ChatAnswer) -> AsyncIterator[str]:
        answers: list[Completion] = []
        begun = False
        async with self.board.ask(request) as asked:
            async for event in asked:
                if isinstance(event, Completion) and event.finish_reason == "error":
                    if not begun:
                        refuse_error(event)
                    yield event_text({"error": {"message": event.error, "type": "server_error"}})
                    return
                if not begun:
                    for chunk in answer.first():
                        yield event_text(chunk)
                    begun = True
                if isinstance(event, Delta):
                    chunks = answer.parts(event)
                else:
                    answers.append(event)
                    chunks = answer.last(event)
                for chunk in chunks:
                    yield event_text(chunk)
        if answer.body.stream_options is not None and answer.body.stream_options.include_usage:
            yield event_text(answer.usage(answers))
        yield DONE


async def json_of(call: Call) -> Json:
    """Return the JSON of a body. Refusal for what is none."""
    try:
        return read_json(await call.body())
    except ValueError as error:
        raise Refusal(400, f"the body is no JSON: {error}", code="invalid_json") from error


def refuse_error(answer: Completion) -> None:
    """Raise what a failed answer is over HTTP."""
    if answer.finish_reason not in ("error", "deferred"):
        return
    if answer.error.startswith(BROKE):
        raise Refusal(500, answer.error, code="generator_failed")
    long = "tokens and the model takes" in answer.error
    raise Refusal(
        400,
        answer.error,
        param="messages" if long else "",
        code="context_length_exceeded" if long else "cannot_be_written",
    )


def full(error: QueueFull) -> Refusal:
    """Return what a full queue is over HTTP."""
    return Refusal(429, f"{error}; try again later", code="queue_full", headers=RETRY)
