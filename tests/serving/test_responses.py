"""`/v1/responses`: items in, items out, each step of a stream an event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Completion, Usage

from .served import Served, serve
from .test_chat import called

__all__ = ["serve"]  # a fixture

RESPONSES = "/v1/responses"
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {"city": {}}}}
ITEM = ["response.output_item.added", "response.output_item.done"]
TEXT = [
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
]
CALL = ["response.function_call_arguments.delta", "response.function_call_arguments.done"]


def kinds(events: list[Any]) -> list[str]:
    """Return what happened, deltas in a row as one."""
    names = [one["type"] for one in events]
    return [name for at, name in enumerate(names) if not name.endswith("delta") or names[at - 1] != name]


def without_times(told: dict[str, Any]) -> dict[str, Any]:
    """Leave out what differs from call to call."""
    output = [{name: one for name, one in item.items() if name not in ("id", "call_id")} for item in told["output"]]
    return {**told, "output": output, "id": "", "created_at": 0, "completed_at": 0}


def test_a_text_is_answered_by_a_message(serve: Callable[..., Served]) -> None:
    server = serve()
    told = server.told(
        RESPONSES, {"model": "tiny", "input": "Hello", "instructions": "Be brief.", "metadata": {"a": "b"}}
    )
    assert [(one.role, one.content) for one in server.asked.prompt.messages] == [
        ("system", "Be brief."),
        ("user", "Hello"),
    ]
    (item,) = told["output"]
    assert (item["type"], item["role"], item["status"]) == ("message", "assistant", "completed")
    assert item["content"] == [
        {"type": "output_text", "text": "Good morning to you.", "annotations": [], "logprobs": []}
    ]
    assert told["status"] == "completed" and told["completed_at"] and told["metadata"] == {"a": "b"}
    assert told["usage"]["input_tokens"] == 7 and told["usage"]["output_tokens"] == 4
    assert told["usage"]["total_tokens"] == 11 and told["store"] is False and told["error"] is None


def test_a_stream_tells_each_step_and_ends_with_all_of_it(serve: Callable[..., Served]) -> None:
    server = serve()
    asked = {"input": "Hello", "include": ["message.output_text.logprobs"], "top_logprobs": 1}
    events = server.events(RESPONSES, asked)
    assert kinds(events) == [
        "response.created",
        "response.in_progress",
        ITEM[0],
        *TEXT,
        ITEM[1],
        "response.completed",
    ]
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    deltas = [one for one in events if one["type"].endswith("text.delta")]
    assert "".join(one["delta"] for one in deltas) == "Good morning to you."
    last = events[-1]["response"]
    assert without_times(last) == without_times(server.told(RESPONSES, asked))
    assert [token for one in deltas for token in one["logprobs"]] == last["output"][0]["content"][0]["logprobs"]
    assert [one["token"] for one in last["output"][0]["content"][0]["logprobs"]] == ["Good", " morning", " to", " you."]
    assert {one["item_id"] for one in events if "item_id" in one} == {last["output"][0]["id"]}
    assert events[0]["response"]["status"] == "in_progress" and events[0]["response"]["output"] == []


def test_calls_are_items_of_their_own(serve: Callable[..., Served]) -> None:
    server = serve(called(("weather", '{"city": "Oslo"}'), ("weather", "{}")))
    asked = {"input": "Hello", "tools": [WEATHER], "tool_choice": "required"}
    events = server.events(RESPONSES, asked)
    one = [ITEM[0], *CALL, ITEM[1]]
    assert kinds(events) == ["response.created", "response.in_progress", *one, *one, "response.completed"]
    last = events[-1]["response"]
    assert [(item["name"], item["arguments"], item["status"]) for item in last["output"]] == [
        ("weather", '{"city": "Oslo"}', "completed"),
        ("weather", "{}", "completed"),
    ]
    parts = [event["delta"] for event in events if event["type"] == CALL[0] and event["output_index"] == 0]
    assert "".join(parts) == '{"city": "Oslo"}'
    assert last["tool_choice"] == "required" and last["tools"][0]["name"] == "weather"
    assert without_times(last) == without_times(server.told(RESPONSES, asked))
    server.told(RESPONSES, {**asked, "tool_choice": {"type": "function", "name": "weather"}})
    assert server.asked.grammar.source.startswith("start: call\n")


def test_items_that_came_out_go_in_again(serve: Callable[..., Served]) -> None:
    server = serve(called(("weather", '{"city": "Oslo"}')))
    (call,) = server.told(RESPONSES, {"input": "Hello", "tools": [WEATHER]})["output"]
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me see."}]}
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Cold?"}]},
        message,
        call,
        {"type": "function_call_output", "call_id": call["call_id"], "output": "-4"},
    ]
    server.told(RESPONSES, {"input": items, "tools": [WEATHER]})
    user, made, answer = server.asked.prompt.messages
    assert user.content == "Cold?" and made.content == "Let me see." and made.calls[0].arguments == '{"city": "Oslo"}'
    assert (answer.role, answer.content, answer.answers) == ("tool", "-4", made.calls[0].id)


def test_a_form_is_held_by_a_grammar(serve: Callable[..., Served]) -> None:
    server = serve("{}")
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    form = {"type": "json_schema", "name": "x", "schema": schema}
    told = server.told(RESPONSES, {"input": "Hello", "text": {"format": form}})
    assert json.loads(server.asked.grammar.source) == schema
    assert {**told["text"]["format"], **form} == told["text"]["format"]
    error = "the json grammar does not compile: Unknown format"
    failed = Completion(request_id="", text="", finish_reason="error", error=error)
    asked = {"input": "Hello", "text": {"format": form}}
    assert serve(lambda request, index: failed).refused(RESPONSES, asked) == (400, "text.format", error)


def test_what_is_cut_off_is_incomplete(serve: Callable[..., Served]) -> None:
    cut = Completion(request_id="", text="Good mor", finish_reason="length", usage=Usage(sampled=2))
    server = serve(lambda request, index: cut)
    told = server.told(RESPONSES, {"input": "Hello", "max_output_tokens": 2})
    assert told["status"] == "incomplete" and told["incomplete_details"] == {"reason": "max_output_tokens"}
    assert told["output"][0]["status"] == "incomplete" and server.asked.sampling.max_tokens == 2
    assert server.events(RESPONSES, {"input": "Hello"})[-1]["type"] == "response.incomplete"


def test_a_stream_that_breaks_off_ends_as_failed(serve: Callable[..., Served]) -> None:
    failed = Completion(request_id="", text="Never mind", finish_reason="error", error="the grammar broke off")
    last = serve(lambda request, index: failed).events(RESPONSES, {"input": "Hello"})[-1]
    assert last["type"] == "response.failed" and last["response"]["status"] == "failed"
    assert last["response"]["error"] == {"code": "server_error", "message": "the grammar broke off"}


def test_an_empty_text_is_a_message_too(serve: Callable[..., Served]) -> None:
    (item,) = serve("").told(RESPONSES, {"input": "Hello"})["output"]
    assert item["content"][0]["text"] == ""


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"input": None}, "input"),
    ({"store": True}, "store"),
    ({"background": True}, "background"),
    ({"previous_response_id": "resp_1"}, "previous_response_id"),
    ({"conversation": {"id": "x"}}, "conversation"),
    ({"prompt": {"id": "x"}}, "prompt"),
    ({"truncation": "auto"}, "truncation"),
    ({"reasoning": {"effort": "high"}}, "reasoning.effort"),
    ({"text": {"verbosity": "low"}}, "text.verbosity"),
    ({"moderation": {}}, "moderation"),
    ({"n": 2}, "n"),
    ({"tools": [{"type": "web_search"}]}, "tools.0"),
    ({"tools": [WEATHER], "text": {"format": {"type": "json_object"}}}, "text.format"),
    ({"input": [{"type": "item_reference", "id": "x"}]}, "input.0"),
    ({"input": [{"type": "function_call_output", "call_id": "x", "output": "-4"}]}, "input.0.call_id"),
    ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input.0.content.0"),
]


@pytest.mark.parametrize(("more", "param"), IMPOSSIBLE)
def test_what_cannot_be_done_is_refused_or_left_out_by_name(
    more: dict[str, Any], param: str, serve: Callable[..., Served]
) -> None:
    status, told, message = serve().refused(RESPONSES, {"input": "Hello", **more})
    assert (status, told) == (400, param) and message.startswith(f"{param}: ")
    done = serve(lenient=True).call(RESPONSES, {"input": "Hello", **more})
    assert done.status_code == 200 and done.headers["x-aigc-ignored"] == param


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"input": 5}, "input"),
        ({"temperature": 3}, "temperature"),
        ({"truncation": "some"}, "truncation"),
        ({"text": {"format": {"type": "json_schema", "name": "x"}}}, "text.format"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(more: dict[str, Any], param: str, serve: Callable[..., Served]) -> None:
    status, told, message = serve(lenient=True).refused(RESPONSES, {"input": "Hello", **more})
    assert status == 400 and (told or "").startswith(param) and message.startswith(param)
