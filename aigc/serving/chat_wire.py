"""`/v1/chat/completions` as OpenAI has it: a body is read into a Request, what comes back told whole or in chunks."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from aigc.serving.calling import CallReader, Chosen, Function, Tool, ToolChoice, choice_of
from aigc.serving.events import DONE, event_text
from aigc.serving.refusals import ParamNames
from aigc.serving.response_format import ResponseFormat, grammar_of
from aigc.serving.token_log import PlacedToken, TokenLog, chat_logprobs
from aigc.serving.turns_read import Turn, read_turns
from aigc.serving.usage import FINISHED, usage_of
from aigc.serving.wire import MOST_TOP, WHOLE, Leniency, Sampled, sampling_of
from aigc.types import Completion, Delta, Json, Prompt, Request


class ChatBody(Sampled):
    messages: Annotated[list[Turn], Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=0), WHOLE] | None = None
    max_completion_tokens: Annotated[int, Field(ge=0), WHOLE] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MOST_TOP), WHOLE] | None = None
    response_format: ResponseFormat | None = None
    tools: list[Tool] | None = None
    tool_choice: Chosen | None = None
    parallel_tool_calls: bool | None = None
    functions: list[Function] | None = None
    function_call: Literal["none", "auto"] | dict[str, Any] | None = None
    modalities: list[str] | None = None
    web_search_options: dict[str, Any] | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    moderation: dict[str, Any] | None = None
    store: bool | None = None

    @property
    def limit(self) -> int | None:
        """How many tokens an answer may have."""
        return self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens

    @property
    def of_functions(self) -> bool:
        """Whether it speaks the protocol's older words: an answer calls one function, without an id."""
        return bool(self.functions) and not self.tools


@dataclass(slots=True)
class ChatAnswer:
    """This tells what comes of one call, by the model's name, as JSON."""

    named: ClassVar[ParamNames] = ParamNames(prompt="messages", grammar="response_format", tools="tools")

    model: str
    body: ChatBody
    calling: bool = False  # whether answers may be calls
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))
    _readers: dict[int, CallReader] = field(default_factory=dict)
    _logs: dict[int, TokenLog] = field(default_factory=dict)

    def whole(self, told: Sequence[Sequence[Completion]]) -> dict[str, Json]:
        """Return the answer in one piece."""
        choices = []
        for one in told[0]:
            message, finish = self._message(one)
            tokens = self._log(one.index).feed(one.text, one.logprobs)
            choice = {"index": one.index, "message": message, "logprobs": self._logprobs(tokens)}
            choices.append({**choice, "finish_reason": finish})
        return {**self._record("chat.completion", choices), "usage": usage_of(told)}

    def begin(self) -> Iterator[str]:
        """Yield the chunks that begin each choice."""
        for index in range(self.body.n or 1):
            yield self._chunk(
                index, {"role": "assistant", "content": None if self._called_only else "", "refusal": None}
            )

    def parts(self, place: int, delta: Delta) -> Iterator[str]:
        """Yield the chunks of a part of a text."""
        if self.body.limit == 0:
            return
        tokens = self._logprobs(self._log(delta.index).feed(delta.text, delta.logprobs))
        if not self.calling:
            if delta.text or tokens:
                yield self._chunk(delta.index, {"content": delta.text}, logprobs=tokens)
            return
        parts = self._reader(delta.index).feed(delta.text)
        for part in parts:
            yield self._called(delta.index, *part, logprobs=tokens)
            tokens = None
        if tokens:
            yield self._chunk(delta.index, {}, logprobs=tokens)

    def last(self, place: int, answer: Completion) -> Iterator[str]:
        """Yield the chunks that end a choice."""
        finish = self._finish(answer)
        if self.calling and self.body.limit != 0:
            reader = self._reader(answer.index)
            for part in reader.end():
                yield self._called(answer.index, *part)
            finish = self._with_calls(finish, reader)
        yield self._chunk(answer.index, {}, finish=finish)

    def end(self, told: Sequence[Sequence[Completion]]) -> Iterator[str]:
        """Yield what follows the last choice."""
        if self.body.with_usage:
            yield event_text({**self._record("chat.completion.chunk", []), "usage": usage_of(told)})
        yield DONE

    def failed(self, message: str) -> Iterator[str]:
        """Yield what ends a stream that cannot go on."""
        yield event_text({"error": {"message": message, "type": "server_error", "param": None, "code": None}})

    @property
    def _called_only(self) -> bool:
        return self.calling and (self.body.tool_choice == "required" or isinstance(self.body.tool_choice, dict))

    def _reader(self, index: int) -> CallReader:
        return self._readers.setdefault(index, CallReader())

    def _log(self, index: int) -> TokenLog:
        held = self.calling or (self.body.response_format is not None and self.body.response_format.type != "text")
        return self._logs.setdefault(index, TokenLog(placed=not held))

    def _finish(self, answer: Completion) -> str:
        return "length" if self.body.limit == 0 else FINISHED[answer.finish_reason]

    def _with_calls(self, finish: str, reader: CallReader) -> str:
        if not reader.calls or finish != "stop":
            return finish
        return "function_call" if self.body.of_functions else "tool_calls"

    def _called(self, index: int, kind: str, number: int, text: str, *, logprobs: Json = None) -> str:
        if kind == "text":
            return self._chunk(index, {"content": text}, logprobs=logprobs)
        begins = kind == "call"
        function: dict[str, Json] = {"name": text, "arguments": ""} if begins else {"arguments": text}
        if self.body.of_functions:
            return self._chunk(index, {"function_call": function}, logprobs=logprobs)
        own = {"id": self._reader(index).calls[number].id, "type": "function"} if begins else {}
        return self._chunk(index, {"tool_calls": [{"index": number, **own, "function": function}]}, logprobs=logprobs)

    def _message(self, answer: Completion) -> tuple[dict[str, Json], str]:
        """Return the message of an answer, and how it ended."""
        text = "" if self.body.limit == 0 else answer.text
        told: dict[str, Json] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        if not self.calling:
            return told, self._finish(answer)
        reader = self._reader(answer.index)
        reader.feed(text)
        reader.end()
        if reader.calls:
            told["content"] = reader.text or None
            calls = [{"name": one.name, "arguments": one.arguments} for one in reader.calls]
            if self.body.of_functions:
                told["function_call"] = calls[0]
            else:
                ids = [one.id for one in reader.calls]
                told["tool_calls"] = [
                    {"id": own, "type": "function", "function": call} for own, call in zip(ids, calls, strict=True)
                ]
        return told, self._with_calls(self._finish(answer), reader)

    def _chunk(self, index: int, delta: Mapping[str, Json], *, finish: str | None = None, logprobs: Json = None) -> str:
        told = {"index": index, "delta": dict(delta), "logprobs": logprobs, "finish_reason": finish}
        usage = {"usage": None} if self.body.with_usage else {}
        return event_text({**self._record("chat.completion.chunk", [told]), **usage})

    def _record(self, kind: str, choices: list[dict[str, Json]]) -> dict[str, Json]:
        about = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**about, "choices": choices, "system_fingerprint": None}

    def _logprobs(self, tokens: Sequence[PlacedToken]) -> Json:
        if not self.body.logprobs or self.body.limit == 0 or not tokens:
            return None
        return {"content": chat_logprobs(tokens, self.body.top_logprobs or 0), "refusal": None}


def read_chat(asked: Leniency, body: ChatBody, *, context: int) -> Request:
    """Return what a body asks for. Refusal names the parameter that cannot be done."""
    _refuse_others(asked, body)
    choice, grammar = tools_of(asked, body), grammar_of(body.response_format)
    if choice.calls and grammar is not None:
        asked.cannot("response_format", "cannot be held beside tools")
    return Request(
        id="",
        prompt=Prompt(messages=read_turns(asked, body.messages), tools=choice.shown()),
        sampling=sampling_of(
            asked,
            body,
            most=context if body.limit is None else body.limit,
            logprobs=max(1, body.top_logprobs or 0) if body.logprobs else 0,
        ),
        grammar=choice.grammar() or grammar,
        stream=bool(body.stream),
        urgent=True,
    )


def _refuse_others(asked: Leniency, body: ChatBody) -> None:
    """Refuse what no model here does."""
    if any(one != "text" for one in body.modalities or ()):
        asked.cannot("modalities", "only text is written here")
    if body.top_logprobs and not body.logprobs:
        asked.cannot("top_logprobs", "needs logprobs")
    if body.web_search_options is not None:
        asked.cannot("web_search_options", "nothing is looked up here")
    if body.reasoning_effort not in (None, "none"):
        asked.cannot("reasoning_effort", "nothing is thought over here but `none`")
    if body.verbosity not in (None, "medium"):
        asked.cannot("verbosity", "only `medium`, as the model has it")
    if body.moderation is not None:
        asked.cannot("moderation", "nothing is moderated here")
    if body.store:
        asked.cannot("store", "nothing is kept here")


def tools_of(asked: Leniency, body: ChatBody) -> ToolChoice:
    """Return which calls may come of a body's tools, in today's words or the older `functions`."""
    if body.of_functions:
        several, choice, tools = False, body.function_call, [*(body.functions or ())]
        return choice_of(asked, tools, choice, several=several, param="function_call")
    tools = []
    for place, tool in enumerate(body.tools or ()):
        if tool.function is None:
            asked.cannot(f"tools.{place}", f"a tool of type {tool.type!r} cannot be called here")
        else:
            tools.append(tool.function)
    return choice_of(asked, tools, body.tool_choice, several=body.parallel_tool_calls is not False)
