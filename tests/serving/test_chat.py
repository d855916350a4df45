"""`/v1/chat/completions`: what is asked becomes a Request, and what comes back is told as OpenAI's clients read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from aigc.serving.calling import CallReader
from aigc.types import Completion, TokenLogprob

from .served import Served, scores, serve

__all__ = ["serve"]  # a fixture

CHAT = "/v1/chat/completions"
HELLO = {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}]}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
TIME = {"type": "function", "function": {"name": "time"}}


def called(*calls: tuple[str, str]) -> str:
    """Write calls as models do."""
    return "\n".join(
        f'<tool_call>\n{{"name": "{name}", "arguments": {arguments}}}\n</tool_call>' for name, arguments in calls
    )


def test_what_is_asked_is_what_the_generator_gets(serve: Callable[..., Served]) -> None:
    server = serve()
    turns = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]},
    ]
    more = {"temperature": 0.5, "top_p": 0.9, "top_k": 7, "min_p": 0.1, "frequency_penalty": 1, "presence_penalty": -1}
    told = server.told(
        CHAT, {**HELLO, **more, "messages": turns, "stop": "\n", "seed": 4, "max_tokens": 9, "logit_bias": {"5": -100}}
    )
    asked = server.asked
    assert [(one.role, one.content) for one in asked.prompt.messages] == [("system", "Be brief."), ("user", "Hello")]
    assert {name: getattr(asked.sampling, name) for name in more} == more
    assert (asked.sampling.stop, asked.sampling.seed, asked.sampling.max_tokens) == (("\n",), 4, 9)
    assert asked.sampling.logit_bias == ((5, -100.0),) and asked.urgent and asked.adapter is None
    (choice,) = told["choices"]
    assert choice["message"]["content"] == "Good morning to you." and choice["finish_reason"] == "stop"
    assert told["usage"]["prompt_tokens"] == 7 and told["usage"]["completion_tokens"] == 4
    assert told["usage"]["total_tokens"] == 11 and told["object"] == "chat.completion" and told["model"] == "tiny"


def test_an_adapter_is_a_model_of_its_own(serve: Callable[..., Served]) -> None:
    server = serve()
    assert server.told(CHAT, {**HELLO, "model": "house"})["model"] == "house"
    assert server.asked.adapter == "/adapters/house"
    assert [one["id"] for one in server.told("/v1/models")["data"]] == ["tiny", "house"]
    assert server.told("/v1/models/house")["id"] == "house"
    status, param, message = server.refused(CHAT, {**HELLO, "model": "gpt-9"})
    assert (status, param) == (404, "model") and "tiny, house" in message
    assert server.call("/v1/models/gpt-9").status_code == 404
    assert serve(any_model=True).told(CHAT, {**HELLO, "model": "gpt-9"})["model"] == "gpt-9"


def test_two_texts_come_in_parts_and_are_the_same_whole(serve: Callable[..., Served]) -> None:
    server = serve(lambda request, index: ["Good morning to you.", "Hi."][index])
    asked = {**HELLO, "n": 2, "logprobs": True, "top_logprobs": 1, "stream_options": {"include_usage": True}}
    whole = server.told(CHAT, asked)
    *chunks, usage, done = server.events(CHAT, asked)
    assert done == "[DONE]" and usage["choices"] == [] and usage["usage"] == whole["usage"]
    assert all(one["usage"] is None and one["object"] == "chat.completion.chunk" for one in chunks)
    for choice in whole["choices"]:
        own = [one["choices"][0] for one in chunks if one["choices"][0]["index"] == choice["index"]]
        assert own[0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
        assert "".join(one["delta"].get("content") or "" for one in own) == choice["message"]["content"]
        assert [token for one in own if one["logprobs"] for token in one["logprobs"]["content"]] == (
            choice["logprobs"]["content"]
        )
        assert [one["finish_reason"] for one in own if one["finish_reason"]] == ["stop"]
    first = whole["choices"][0]["logprobs"]["content"][1]
    assert first["token"] == " morning" and bytes(first["bytes"]) == b" morning" and first["logprob"] == -1.5
    assert [one["token"] for one in first["top_logprobs"]] == [" morning"]
    assert len({one["id"] for one in chunks}) == 1


def test_no_figures_are_told_of_what_is_not_in_the_text(serve: Callable[..., Served]) -> None:
    end = TokenLogprob(token=2, logprob=-0.1, spelled=b"<|im_end|>")
    halves = [TokenLogprob(token=3, logprob=-0.2, spelled=one) for one in ("é".encode()[:1], "é".encode()[1:])]
    text = "Good é"
    server = serve(
        lambda request, index: Completion(request_id="", text=text, logprobs=(*scores("Good "), *halves, end))
    )
    for told in (
        server.told(CHAT, {**HELLO, "logprobs": True})["choices"][0]["logprobs"]["content"],
        [
            token
            for one in server.events(CHAT, {**HELLO, "logprobs": True})[:-1]
            for token in (one["choices"][0]["logprobs"] or {"content": []})["content"]
        ],
    ):
        assert b"".join(bytes(one["bytes"]) for one in told) == text.encode()
        assert told[-1]["token"] == "\ufffd" and told[0]["top_logprobs"] == []


def test_of_no_tokens_comes_no_text(serve: Callable[..., Served]) -> None:
    server = serve()
    for name in ("max_tokens", "max_completion_tokens"):
        (choice,) = server.told(CHAT, {**HELLO, name: 0})["choices"]
        assert (choice["message"]["content"], choice["finish_reason"]) == ("", "length")
        *chunks, done = server.events(CHAT, {**HELLO, name: 0})
        assert [one["choices"][0]["delta"].get("content") for one in chunks] == ["", None]
        assert chunks[-1]["choices"][0]["finish_reason"] == "length" and done == "[DONE]"


@pytest.mark.parametrize("several", [True, False])
def test_calls_come_as_calls_whole_and_in_parts(several: bool, serve: Callable[..., Served]) -> None:
    calls = [("weather", '{"city": "Os lo"}'), ("time", "{}")]
    server = serve(called(*calls))
    asked = {**HELLO, "tools": [WEATHER, TIME], "tool_choice": "required", "parallel_tool_calls": several}
    (choice,) = server.told(CHAT, asked)["choices"]
    assert choice["finish_reason"] == "tool_calls" and choice["message"]["content"] is None
    made = [(one["function"]["name"], one["function"]["arguments"]) for one in choice["message"]["tool_calls"]]
    assert made == calls and all(one["id"].startswith("call_") for one in choice["message"]["tool_calls"])
    source = server.asked.grammar.source
    assert "text" not in source and ("*" in source.partition("\n")[0]) == several
    assert [json.loads(one)["function"]["name"] for one in server.asked.prompt.tools] == ["weather", "time"]
    deltas = [one["choices"][0]["delta"] for one in server.events(CHAT, asked)[:-1]]
    parts = [call for delta in deltas for call in delta.get("tool_calls", ())]
    begun = [one for one in parts if "id" in one]
    assert [(one["index"], one["function"]["name"]) for one in begun] == [(0, "weather"), (1, "time")]
    for index, (_, arguments) in enumerate(calls):
        own = [one["function"]["arguments"] for one in parts if one["index"] == index]
        assert "".join(own) == arguments


def test_what_may_be_text_or_a_call_is_what_the_model_makes_it(serve: Callable[..., Served]) -> None:
    asked = {**HELLO, "tools": [WEATHER]}
    server = serve("It is <b>cold</b>.")
    (choice,) = server.told(CHAT, asked)["choices"]
    assert choice["message"]["content"] == "It is <b>cold</b>." and "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "stop" and server.asked.grammar.source.startswith("start: text | call")
    parts = [one["choices"][0]["delta"].get("content") or "" for one in server.events(CHAT, asked)[:-1]]
    assert "".join(parts) == "It is <b>cold</b>."
    server.told(CHAT, {**asked, "tool_choice": "none"})
    assert server.asked.grammar is None and server.asked.prompt.tools == ()


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "function": {"name": "time"}},
        {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "time"}}]},
        },
    ],
)
def test_only_the_tool_that_is_named_may_be_called(choice: Any, serve: Callable[..., Served]) -> None:
    server = serve(called(("time", "{}")))
    server.told(CHAT, {**HELLO, "tools": [WEATHER, TIME], "tool_choice": choice})
    source = server.asked.grammar.source
    assert "weather" not in source and "text" not in source and '"time' in source.replace("\\", "")


def test_a_call_that_is_cut_off_says_so(serve: Callable[..., Served]) -> None:
    cut = Completion(request_id="", text=called(("weather", '{"city": "Os'))[:-14], finish_reason="length")
    server = serve(lambda request, index: cut)
    (choice,) = server.told(CHAT, {**HELLO, "tools": [WEATHER]})["choices"]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["tool_calls"][0]["function"]["arguments"].startswith('{"city": "Os')


def test_calls_and_their_answers_go_back_to_the_model(serve: Callable[..., Served]) -> None:
    server = serve("It is cold.")
    made = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    turns = [
        *HELLO["messages"],
        {"role": "assistant", "content": None, "tool_calls": [made]},
        {"role": "tool", "tool_call_id": "call_1", "content": "-4"},
    ]
    server.told(CHAT, {**HELLO, "messages": turns, "tools": [WEATHER]})
    _, call, answer = server.asked.prompt.messages
    assert [(one.id, one.name, one.arguments) for one in call.calls] == [("call_1", "weather", '{"city": "Oslo"}')]
    assert (answer.role, answer.content, answer.answers) == ("tool", "-4", "call_1")


def test_the_older_words_for_tools_are_answered_in_them(serve: Callable[..., Served]) -> None:
    server = serve(called(("weather", '{"city": "Oslo"}')))
    asked = {**HELLO, "functions": [WEATHER["function"]], "function_call": {"name": "weather"}}
    (choice,) = server.told(CHAT, asked)["choices"]
    assert choice["finish_reason"] == "function_call" and "tool_calls" not in choice["message"]
    assert choice["message"]["function_call"] == {"name": "weather", "arguments": '{"city": "Oslo"}'}
    deltas = [one["choices"][0]["delta"].get("function_call") or {} for one in server.events(CHAT, asked)[:-1]]
    assert "".join(one.get("arguments", "") for one in deltas) == '{"city": "Oslo"}'
    turns = [
        {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
        {"role": "function", "name": "weather", "content": "-4"},
    ]
    server.told(CHAT, {**HELLO, "messages": turns})
    assert server.asked.prompt.messages[1].answers == "weather" == server.asked.prompt.messages[0].calls[0].name


def test_a_form_is_held_by_a_grammar(serve: Callable[..., Served]) -> None:
    server = serve("{}")
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    server.told(
        CHAT, {**HELLO, "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}
    )
    assert json.loads(server.asked.grammar.source) == schema and server.asked.grammar.kind == "json"
    server.told(CHAT, {**HELLO, "response_format": {"type": "json_object"}})
    assert json.loads(server.asked.grammar.source) == {"type": "object"}
    server.told(CHAT, {**HELLO, "response_format": {"type": "text"}})
    assert server.asked.grammar is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "wizard", "content": "Hi"}]}, "messages.0.role"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
    ({"temperature": "hot"}, "temperature"),
    ({"temperature": 3}, "temperature"),
    ({"max_tokens": -1}, "max_tokens"),
    ({"n": 0}, "n"),
    ({"n": "2"}, "n"),
    ({"stop": 5}, "stop"),
    ({"top_logprobs": 3}, "top_logprobs"),
    ({"logit_bias": {"Oslo": 5}}, "logit_bias"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools.0.function.name"),
    ({"response_format": {"type": "xml"}}, "response_format"),
    ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format"),
]
IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, "messages.0.content.0"),
    ({"messages": [{"role": "tool", "tool_call_id": "x", "content": "-4"}]}, "messages.0.tool_call_id"),
    (
        {"messages": [{"role": "assistant", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "["}}]}]},
        "messages.0.tool_calls.0.arguments",
    ),
    ({"tools": [{"type": "custom"}]}, "tools.0"),
    ({"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "wether"}}}, "tool_choice"),
    ({"tools": [WEATHER], "tool_choice": {"type": "web"}}, "tool_choice"),
    ({"tools": [WEATHER], "response_format": {"type": "json_object"}}, "response_format"),
    ({"tool_choice": "required"}, "tool_choice"),
    ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "string"}}}]}, "tools"),
    ({"modalities": ["text", "audio"]}, "modalities"),
    ({"web_search_options": {}}, "web_search_options"),
    ({"reasoning_effort": "high"}, "reasoning_effort"),
    ({"verbosity": "low"}, "verbosity"),
    ({"moderation": {}}, "moderation"),
    ({"store": True}, "store"),
]


@pytest.mark.parametrize(("more", "param"), WRONG)
def test_what_is_wrong_is_refused_by_its_name(more: dict[str, Any], param: str, serve: Callable[..., Served]) -> None:
    for lenient in (False, True):
        server = serve(lenient=lenient)
        if lenient and param in ("top_logprobs", "logit_bias"):
            continue
        status, told, message = server.refused(CHAT, {**HELLO, **more})
        assert status == 400 and (told or "").startswith(param) and message.startswith(param)
        assert not server.generator.requests


@pytest.mark.parametrize(("more", "param"), IMPOSSIBLE)
def test_what_cannot_be_done_is_refused_or_left_out_by_name(
    more: dict[str, Any], param: str, serve: Callable[..., Served]
) -> None:
    status, told, message = serve().refused(CHAT, {**HELLO, **more})
    assert (status, told) == (400, param) and message.startswith(f"{param}: ")
    for body in ({**HELLO, **more}, {**HELLO, **more, "stream": True}):
        done = serve(lenient=True).call(CHAT, body)
        assert done.status_code == 200 and done.headers["x-aigc-ignored"] == param


def test_what_nobody_knows_is_taken(serve: Callable[..., Served]) -> None:
    done = serve().call(CHAT, {**HELLO, "prompt_cache_key": "x", "metadata": {"a": "b"}, "brand_new": [1]})
    assert done.status_code == 200 and "x-aigc-ignored" not in done.headers


@pytest.mark.parametrize(
    ("error", "param", "code"),
    [
        ("the prompt has 600 tokens and the model takes 512", "messages", "context_length_exceeded"),
        ("the json grammar does not compile: Unknown format", "response_format", "invalid_value"),
        ("the lark grammar does not compile: at 5(8)", "tools", "invalid_value"),
        ("logit_bias: there is no token 999, the model knows 259", "logit_bias", "invalid_value"),
        ("the text does not fit into memory", None, "cannot_be_written"),
    ],
)
def test_what_the_generator_refuses_is_refused_before_a_stream(
    error: str, param: str | None, code: str, serve: Callable[..., Served]
) -> None:
    failed = Completion(request_id="", text="", finish_reason="error", error=error)
    server = serve(lambda request, index: failed)
    for stream in (False, True):
        answer = server.call(CHAT, {**HELLO, "stream": stream})
        assert answer.status_code == 400
        assert answer.json()["error"] == {
            "message": error,
            "type": "invalid_request_error",
            "param": param,
            "code": code,
        }


def test_a_stream_that_breaks_off_ends_with_the_error(serve: Callable[..., Served]) -> None:
    failed = Completion(request_id="", text="Never mind", finish_reason="error", error="the grammar broke off")
    server = serve(lambda request, index: failed)
    *chunks, last = server.events(CHAT, HELLO)
    assert last["error"]["message"] == "the grammar broke off" and last["error"]["type"] == "server_error"
    assert "".join(one["choices"][0]["delta"]["content"] for one in chunks) == "Never mind"


def test_an_answer_is_read_alike_however_it_is_cut() -> None:
    calls = called(("weather", '{"city": "}\\n</tool_call>"}'), ("time", "{}"))
    for text in (calls, "Plain <tool_call> text", "<b>", "<tool_call>\n", ""):
        whole = read_in([text])
        for size in (1, 2, 3, 7):
            assert read_in([text[at : at + size] for at in range(0, len(text), size)]) == whole
        if text == calls:
            assert whole == ("", [("weather", '{"city": "}\\n</tool_call>"}'), ("time", "{}")])
        else:
            assert whole == (text, [])
    parts = CallReader()
    told = [part for letter in calls for part in parts.feed(letter)]
    assert len([one for one in told if one[0] == "arguments"]) > 20, "the arguments come as they are written"


def read_in(parts: list[str]) -> tuple[str, list[tuple[str, str]]]:
    reader = CallReader()
    told = [part for text in parts for part in reader.feed(text)] + reader.end()
    assert "".join(text for kind, _, text in told if kind == "text") == reader.text
    for number, call in enumerate(reader.calls):
        assert "".join(text for kind, at, text in told if (kind, at) == ("arguments", number)) == call.arguments
    return reader.text, [(one.name, one.arguments) for one in reader.calls]
