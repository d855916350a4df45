"""`/v1/chat/completions` as OpenAI has it: a body is read into a Request, what comes back told whole or in chunks."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from aigc.serving.refusals import Refusal
from aigc.serving.response_format import grammar_of
from aigc.serving.tool_calls import CallReader, Function, Tool, ToolChoice, choice_of
from aigc.serving.wire import MOST_TOP, Body, Leniency, Sampled, sampling_of
from aigc.types import Completion, Delta, Json, Message, Prompt, Request, Role, TokenLogprob, ToolCall, taken

FINISHED = {"stop": "stop", "length": "length", "cancelled": "stop", "error": "stop", "deferred": "stop"}


class ContentPart(Body):
    type: str
    text: str | None = None


class MadeFunction(Body):
    name: str
    arguments: str = "{}"


class MadeCall(Body):
    id: str = ""
    function: MadeFunction


class Turn(Body):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None
    tool_calls: list[MadeCall] | None = None
    tool_call_id: str | None = None


class ResponseFormat(Body):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: dict[str, Any] | None = None


class ChatBody(Sampled):
    messages: Annotated[list[Turn], Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=0)] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MOST_TOP)] | None = None
    response_format: ResponseFormat | None = None
    tools: list[Tool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    functions: list[Function] | None = None
    function_call: str | dict[str, Any] | None = None
    modalities: list[str] | None = None
    store: bool | None = None


@dataclass(slots=True)
class ChatAnswer:
    """This tells what comes of one call, by the model's name, as JSON."""

    model: str
    body: ChatBody
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))
    calling: bool = False  # whether answers may be calls
    _readers: dict[int, CallReader] = field(default_factory=dict)

    def whole(self, answers: Sequence[Completion]) -> dict[str, Json]:
        """Return the answer in one piece."""
        choices = []
        for one in answers:
            message, finish = self._message(one)
            told = {"index": one.index, "message": message, "logprobs": self._logprobs(one.logprobs)}
            choices.append({**told, "finish_reason": finish})
        return self._record("chat.completion", choices, usage_of(answers))

    def first(self) -> Iterator[dict[str, Json]]:
        """Yield the chunks that begin each choice."""
        for index in range(self.body.n or 1):
            yield self._chunk(index, {"role": "assistant", "content": "", "refusal": None})

    def parts(self, delta: Delta) -> Iterator[dict[str, Json]]:
        """Yield the chunks of a part of a text."""
        if not self.calling:
            yield self._chunk(delta.index, {"content": delta.text}, logprobs=delta.logprobs)
            return
        for part in self._reader(delta.index).feed(delta.text):
            yield self._called(delta.index, *part)

    def last(self, answer: Completion) -> Iterator[dict[str, Json]]:
        """Yield the chunks that end a choice."""
        finish = FINISHED[answer.finish_reason]
        if self.calling:
            reader = self._reader(answer.index)
            for part in reader.end():
                yield self._called(answer.index, *part)
            finish = "tool_calls" if reader.calls and finish == "stop" else finish
        yield self._chunk(answer.index, {}, finish=finish)

    def usage(self, answers: Sequence[Completion]) -> dict[str, Json]:
        """Return the chunk that has the tokens of all choices and none of them."""
        return self._record("chat.completion.chunk", [], usage_of(answers))

    def _reader(self, index: int) -> CallReader:
        return self._readers.setdefault(index, CallReader())

    def _called(self, index: int, kind: str, number: int, text: str) -> dict[str, Json]:
        if kind == "text":
            return self._chunk(index, {"content": text})
        call: dict[str, Json] = {"index": number, "function": {"arguments": text}}
        if kind == "call":
            own = self._reader(index).calls[number].id
            call = {"index": number, "id": own, "type": "function", "function": {"name": text, "arguments": ""}}
        return self._chunk(index, {"tool_calls": [call]})

    def _message(self, answer: Completion) -> tuple[dict[str, Json], str]:
        """Return the message of an answer, and how it ended."""
        told: dict[str, Json] = {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []}
        finish = FINISHED[answer.finish_reason]
        if self.calling:
            reader = CallReader()
            reader.feed(answer.text)
            reader.end()
            if reader.calls:
                told["content"] = reader.text or None
                told["tool_calls"] = [
                    {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments}}
                    for one in reader.calls
                ]
                finish = "tool_calls" if finish == "stop" else finish
        return told, finish

    def _chunk(
        self, index: int, delta: Mapping[str, Json], *, finish: str | None = None, logprobs: Sequence[TokenLogprob] = ()
    ) -> dict[str, Json]:
        told = {"index": index, "delta": dict(delta), "logprobs": self._logprobs(logprobs), "finish_reason": finish}
        return self._record("chat.completion.chunk", [told], None)

    def _record(self, kind: str, choices: list[dict[str, Json]], usage: Json) -> dict[str, Json]:
        about = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**about, "choices": choices, "usage": usage, "system_fingerprint": None}

    def _logprobs(self, told: Sequence[TokenLogprob]) -> Json:
        if not self.body.logprobs or not told:
            return None
        most = self.body.top_logprobs or 0
        return {"content": [_told(one, most) for one in told], "refusal": None}


def read_chat(asked: Leniency, body: ChatBody, *, context: int) -> Request:
    """Return what a body asks for. Refusal names the parameter that cannot be done."""
    if "audio" in (body.modalities or ()):
        asked.cannot("modalities", "only text is written here")
    limit = body.max_completion_tokens if body.max_completion_tokens is not None else body.max_tokens
    if body.top_logprobs and not body.logprobs:
        raise Refusal(400, "top_logprobs: needs logprobs", param="top_logprobs", code="invalid_value")
    choice, grammar = tools_of(asked, body), grammar_of(body.response_format)
    if choice.calls and grammar is not None:
        asked.cannot("response_format", "cannot be held beside tools")
    messages = tuple(read_turn(turn, f"messages.{place}") for place, turn in enumerate(body.messages))
    return Request(
        id="",
        prompt=Prompt(messages=messages, tools=choice.shown()),
        sampling=sampling_of(
            asked,
            body,
            most=context if limit is None else limit,
            logprobs=max(1, body.top_logprobs or 0) if body.logprobs else 0,
        ),
        grammar=choice.grammar() or grammar,
        stream=bool(body.stream),
        urgent=True,
    )


def tools_of(asked: Leniency, body: ChatBody) -> ToolChoice:
    """Return which calls may come of a body's tools, in today's words or the older `functions`."""
    tools = [*(body.functions or ())]
    for place, tool in enumerate(body.tools or ()):
        if tool.function is None:
            asked.cannot(f"tools.{place}", f"a tool of type {tool.type!r} cannot be called here")
        else:
            tools.append(tool.function)
    choice = body.tool_choice if body.tool_choice is not None else body.function_call
    return choice_of(tools, choice, several=body.parallel_tool_calls is not False)


def read_turn(turn: Turn, where: str) -> Message:
    """Return a turn as models know them. Refusal for what is no text."""
    calls = tuple(
        ToolCall(name=one.function.name, arguments=one.function.arguments, id=one.id) for one in turn.tool_calls or ()
    )
    role: Role = "system" if turn.role == "developer" else "tool" if turn.role == "function" else turn.role
    content = text_of(turn.content, f"{where}.content")
    return Message(role=role, content=content, calls=calls, answers=turn.tool_call_id or "")


def text_of(content: str | Sequence[ContentPart] | None, where: str) -> str:
    """Return the text of a turn that may come in parts."""
    if content is None or isinstance(content, str):
        return content or ""
    for place, part in enumerate(content):
        if part.text is None:
            param = f"{where}.{place}"
            raise Refusal(
                400, f"{param}: a part of type {part.type!r} is no text", param=param, code="unsupported_part"
            )
    return "".join(part.text or "" for part in content)


def usage_of(answers: Sequence[Completion]) -> dict[str, Json]:
    """Return the tokens of a call: its prompt counts once."""
    usage = taken(answers)
    written = usage.sampled + usage.forced
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": written,
        "total_tokens": usage.prompt + written,
        "prompt_tokens_details": {"cached_tokens": min(usage.cached, usage.prompt), "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _told(one: TokenLogprob, most: int) -> dict[str, Json]:
    likely = [_token(spelled, pair[1]) for spelled, pair in zip(one.top_spelled, one.top, strict=False)]
    return {**_token(one.spelled or b"", one.logprob), "top_logprobs": likely[:most]}


def _token(spelled: bytes, logprob: float) -> dict[str, Json]:
    return {"token": spelled.decode("utf-8", "replace"), "logprob": max(logprob, -9999.0), "bytes": list(spelled)}
