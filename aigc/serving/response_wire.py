"""`/v1/responses` as OpenAI has it, with nothing kept: output items are built as the text comes, each step an event.

    created, in_progress, item*, completed | incomplete | failed
    item: added, (part added, text deltas, text done, part done | argument deltas, arguments done), done

Each event has the next number; the last has the whole response.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from aigc.serving.calling import CallReader, ToolChoice
from aigc.serving.events import event_text
from aigc.serving.refusals import ParamNames
from aigc.serving.response_format import AnyObject, FlatSchema
from aigc.serving.response_input import ResponseBody
from aigc.serving.token_log import PlacedToken, TokenLog, chat_logprobs
from aigc.serving.usage import tokens_of
from aigc.types import Completion, Delta, Json


@dataclass(slots=True)
class ResponseAnswer:
    """This tells what comes of one call, by the model's name, as JSON."""

    named: ClassVar[ParamNames] = ParamNames(prompt="input", grammar="text.format", tools="tools")

    model: str
    body: ResponseBody
    choice: ToolChoice
    id: str = field(default_factory=lambda: f"resp_{secrets.token_hex(16)}")
    created: int = field(default_factory=lambda: int(time.time()))
    output: list[dict[str, Json]] = field(default_factory=list)
    _events: int = 0
    _reader: CallReader = field(default_factory=CallReader)
    _log: TokenLog = field(default_factory=TokenLog)
    _open: bool = False  # whether the last item is being written
    _cut: bool = False  # whether the answer ended for want of tokens

    def whole(self, told: Sequence[Sequence[Completion]]) -> dict[str, Json]:
        """Return the answer in one piece."""
        answer = told[0][0]
        for _ in (
            *self.parts(0, Delta(request_id="", text=answer.text, logprobs=answer.logprobs)),
            *self.last(0, answer),
        ):
            pass
        return self._ended(told)

    def begin(self) -> Iterator[str]:
        """Yield what a stream begins with."""
        self._log.placed = self._plain
        for name in ("created", "in_progress"):
            yield self._event(f"response.{name}", {"response": self._record("in_progress")})

    def parts(self, place: int, delta: Delta) -> Iterator[str]:
        """Yield the events of a part of a text."""
        self._log.placed = self._plain
        tokens = self._log.feed(delta.text, delta.logprobs)
        if not self.choice.calls:
            yield from self._text(delta.text, tokens)
            return
        for kind, _, text in self._reader.feed(delta.text):
            yield from self._part(kind, text, tokens)
            tokens = []

    def last(self, place: int, answer: Completion) -> Iterator[str]:
        """Yield the events that end the last item; there is one at least."""
        self._cut = answer.finish_reason == "length"
        for kind, _, text in self._reader.end() if self.choice.calls else ():
            yield from self._part(kind, text, [])
        if not self.output:
            yield from self._begin_message()
        yield from self._close()

    def end(self, told: Sequence[Sequence[Completion]]) -> Iterator[str]:
        """Yield the event that has all of it."""
        yield self._event(f"response.{'incomplete' if self._cut else 'completed'}", {"response": self._ended(told)})

    def failed(self, message: str) -> Iterator[str]:
        """Yield what ends a stream that cannot go on."""
        error = {"code": "server_error", "message": message}
        yield self._event("response.failed", {"response": {**self._record("failed"), "error": error}})

    @property
    def _plain(self) -> bool:
        """Whether all tokens of the text have figures."""
        return not self.choice.calls and not isinstance(self.body.form, AnyObject | FlatSchema)

    def _part(self, kind: str, text: str, tokens: Sequence[PlacedToken]) -> Iterator[str]:
        if kind == "text":
            yield from self._text(text, tokens)
        elif kind == "call":
            yield from self._close()
            call = self._reader.calls[-1]
            item = {"id": f"fc_{secrets.token_hex(12)}", "type": "function_call", "status": "in_progress"}
            yield from self._add({**item, "call_id": call.id, "name": text, "arguments": ""})
        else:
            self.output[-1]["arguments"] += text
            yield self._item_event("response.function_call_arguments.delta", {"delta": text})

    def _text(self, text: str, tokens: Sequence[PlacedToken]) -> Iterator[str]:
        if not text and not tokens:
            return
        if not self._open:
            yield from self._begin_message()
        part = self.output[-1]["content"][0]
        part["text"] += text
        told = self._logprobs(tokens)
        part["logprobs"] += told
        yield self._item_event("response.output_text.delta", {"content_index": 0, "delta": text, "logprobs": told})

    def _begin_message(self) -> Iterator[str]:
        part: dict[str, Json] = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        item = {"id": f"msg_{secrets.token_hex(12)}", "type": "message", "status": "in_progress", "role": "assistant"}
        yield from self._add({**item, "content": []})
        self.output[-1]["content"].append(part)
        yield self._item_event("response.content_part.added", {"content_index": 0, "part": part})

    def _add(self, item: dict[str, Json]) -> Iterator[str]:
        self.output.append(item)
        self._open = True
        yield self._event("response.output_item.added", {"output_index": len(self.output) - 1, "item": item})

    def _close(self) -> Iterator[str]:
        """Yield the events that end the item that is being written, if one is."""
        if not self._open:
            return
        self._open, item = False, self.output[-1]
        item["status"] = "incomplete" if self._cut else "completed"
        if item["type"] == "function_call":
            told = {"arguments": item["arguments"], "name": item["name"]}
            yield self._item_event("response.function_call_arguments.done", told)
        else:
            part = item["content"][0]
            told = {"content_index": 0, "text": part["text"], "logprobs": part["logprobs"]}
            yield self._item_event("response.output_text.done", told)
            yield self._item_event("response.content_part.done", {"content_index": 0, "part": part})
        yield self._event("response.output_item.done", {"output_index": len(self.output) - 1, "item": item})

    def _item_event(self, name: str, told: Mapping[str, Json]) -> str:
        where = {"item_id": self.output[-1]["id"], "output_index": len(self.output) - 1}
        return self._event(name, {**where, **told})

    def _event(self, name: str, told: Mapping[str, Json]) -> str:
        number, self._events = self._events, self._events + 1
        return event_text({"type": name, "sequence_number": number, **told}, name)

    def _logprobs(self, tokens: Sequence[PlacedToken]) -> list[Json]:
        return chat_logprobs(tokens, self.body.top_logprobs or 0) if self.body.figures else []

    def _ended(self, told: Sequence[Sequence[Completion]]) -> dict[str, Json]:
        usage = tokens_of(told)
        written = usage.sampled + usage.forced
        taken = {
            "input_tokens": usage.prompt,
            "input_tokens_details": {"cached_tokens": min(usage.cached, usage.prompt), "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.prompt + written,
        }
        if self._cut:
            why = {"incomplete_details": {"reason": "max_output_tokens"}}
            return {**self._record("incomplete"), **why, "usage": taken}
        return {**self._record("completed"), "completed_at": int(time.time()), "usage": taken}

    def _record(self, status: str) -> dict[str, Json]:
        """Return the response as it stands, with what it was asked with."""
        body = self.body
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "completed_at": None,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": body.instructions,
            "max_output_tokens": body.max_output_tokens,
            "max_tool_calls": None,
            "model": self.model,
            "output": self.output,
            "parallel_tool_calls": body.parallel_tool_calls is not False,
            "previous_response_id": None,
            "prompt_cache_key": None,
            "reasoning": {"effort": None, "summary": None},
            "safety_identifier": None,
            "service_tier": "default",
            "store": False,
            "temperature": 1.0 if body.temperature is None else body.temperature,
            "top_p": 1.0 if body.top_p is None else body.top_p,
            "presence_penalty": body.presence_penalty or 0.0,
            "frequency_penalty": body.frequency_penalty or 0.0,
            "text": {"format": self._form(), "verbosity": "medium"},
            "tool_choice": self._tool_choice(),
            "tools": self._tools(),
            "top_logprobs": body.top_logprobs or 0,
            "truncation": "disabled",
            "usage": None,
            "user": body.user,
            "metadata": body.metadata or {},
        }

    def _form(self) -> dict[str, Json]:
        form = self.body.form
        if isinstance(form, FlatSchema):
            return {"type": form.type, "name": form.name, "schema": form.schema_, "strict": True, "description": None}
        return {"type": form.type}

    def _tool_choice(self) -> Json:
        if not self.choice.calls:
            return "none" if self.body.tool_choice == "none" else "auto"
        if self.choice.text:
            return "auto"
        only = self.choice.tools[0].name
        return {"type": "function", "name": only} if isinstance(self.body.tool_choice, dict) else "required"

    def _tools(self) -> list[Json]:
        return [
            {
                "type": "function",
                "name": one.name,
                "description": one.description,
                "parameters": one.parameters or {},
                "strict": True,
            }
            for one in self.body.tools or ()
            if one.type == "function" and one.name is not None
        ]
