"""The whole way with our own engine and a tiny random GPT, a byte a token: what is held is held, what does not fit is
refused, figures are the model's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aigc.testing import tiny_gpt

from .served import Served
from .test_chat import CHAT, HELLO

TEXTS, RESPONSES = "/v1/completions", "/v1/responses"
ITEM = {
    "type": "object",
    "properties": {"size": {"enum": ["S", "L"]}},
    "required": ["size"],
    "additionalProperties": False,
}
ORDER = {"type": "function", "function": {"name": "order", "parameters": ITEM}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from aigc.engine import EngineOptions, open_engine

    folder: Path = tiny_gpt("llama", tmp_path_factory.mktemp("tiny") / "llama")
    served = Served(open_engine(folder, EngineOptions(device="cpu")))
    yield served
    served.board.close()


def test_calls_keep_to_their_schema_whole_and_in_parts(server: Served) -> None:
    asked = {**HELLO, "tools": [ORDER], "tool_choice": "required", "parallel_tool_calls": False, "seed": 3}
    (choice,) = server.told(CHAT, asked)["choices"]
    (call,) = choice["message"]["tool_calls"]
    jsonschema.validate(json.loads(call["function"]["arguments"]), ITEM)
    assert choice["finish_reason"] == "tool_calls"
    deltas = [one["choices"][0]["delta"] for one in server.events(CHAT, asked)[:-1]]
    parts = [part["function"]["arguments"] for delta in deltas for part in delta.get("tool_calls", ())]
    assert "".join(parts) == call["function"]["arguments"]
    flat = {"type": "function", **ORDER["function"]}  # type: ignore[dict-item]
    (item,) = server.told(RESPONSES, {"input": "Hello", "tools": [flat], "tool_choice": "required", "seed": 3})[
        "output"
    ][:1]
    jsonschema.validate(json.loads(item["arguments"]), ITEM)


def test_a_schema_is_held_or_refused(server: Served) -> None:
    form: dict[str, Any] = {"type": "json_schema", "json_schema": {"name": "order", "schema": ITEM}}
    for seed in range(3):
        (choice,) = server.told(CHAT, {**HELLO, "response_format": form, "seed": seed})["choices"]
        jsonschema.validate(json.loads(choice["message"]["content"]), ITEM)
    for schema in ({"not": {"type": "string"}}, {"type": "object", "dependentRequired": {}}, {"type": "nothing"}):
        form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        for stream in (False, True):
            assert server.refused(CHAT, {**HELLO, "response_format": form, "stream": stream})[:2] == (
                400,
                "response_format",
            )
        flat = {"type": "json_schema", "name": "x", "schema": schema}
        assert server.refused(RESPONSES, {"input": "Hello", "text": {"format": flat}})[:2] == (400, "text.format")
        tool = {"type": "function", "function": {"name": "f", "parameters": {"properties": {"a": schema}}}}
        assert server.refused(CHAT, {**HELLO, "tools": [tool]})[:2] == (400, "tools")


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        (CHAT, {"messages": [{"role": "user", "content": "a" * 600}]}, "messages"),
        (TEXTS, {"prompt": "a" * 600}, "prompt"),
        (TEXTS, {"prompt": [["A", "b"], "c"]}, "prompt"),
        (TEXTS, {"prompt": [999_999]}, "prompt"),
        (TEXTS, {"prompt": [269], "repetition_penalty": 2}, "prompt"),  # padding behind the vocabulary
        (TEXTS, {"prompt": "Hi", "suffix": "a" * 600}, "suffix"),
        (RESPONSES, {"input": "a" * 600}, "input"),
        (CHAT, {**HELLO, "logit_bias": {"9999": 5}}, "logit_bias"),
    ],
)
def test_what_does_not_fit_is_refused_never_cut(path: str, body: Any, param: str, server: Served) -> None:
    for stream in (False, True):
        assert server.refused(path, {**body, "stream": stream})[:2] == (400, param)


def test_without_a_limit_a_text_ends_where_the_model_has_no_room(server: Served) -> None:
    told = server.told(CHAT, {**HELLO, "logit_bias": {"256": -100, "258": -100}})
    assert told["choices"][0]["finish_reason"] == "length" and told["usage"]["total_tokens"] == 512


def test_figures_in_parts_are_those_of_the_whole(server: Served) -> None:
    asked = {**HELLO, "logprobs": True, "top_logprobs": 2, "max_tokens": 24, "seed": 11, "temperature": 1.0}
    (choice,) = server.told(CHAT, asked)["choices"]
    content = choice["logprobs"]["content"]
    assert all(len(one["top_logprobs"]) == 2 and one["logprob"] <= one["top_logprobs"][0]["logprob"] for one in content)
    written = b"".join(bytes(one["bytes"]) for one in content).decode("utf-8", "replace")
    assert written == choice["message"]["content"]
    chunks = [one["choices"][0] for one in server.events(CHAT, asked)[:-1]]
    told = [one for chunk in chunks if chunk["logprobs"] for one in chunk["logprobs"]["content"]]
    assert [one["bytes"] for one in told] == [one["bytes"] for one in content]
    assert [one["logprob"] for one in told] == pytest.approx([one["logprob"] for one in content])


def test_an_echo_has_the_figures_of_text_and_tokens_alike(server: Served) -> None:
    asked = {"echo": True, "logprobs": 1, "max_tokens": 0}
    (by_text,) = server.told(TEXTS, {**asked, "prompt": "Tea é"})["choices"]
    (by_tokens,) = server.told(TEXTS, {**asked, "prompt": list("Tea é".encode())})["choices"]
    assert by_text["text"] == by_tokens["text"] == "Tea é"
    figures = by_text["logprobs"]
    assert figures["tokens"] == ["T", "e", "a", " ", "bytes:\\xc3", "bytes:\\xa9"]
    assert figures["text_offset"] == [0, 1, 2, 3, 4, 4] and figures["token_logprobs"][0] == 0
    assert all(one < 0 for one in figures["token_logprobs"][1:])
    assert by_tokens["logprobs"]["token_logprobs"] == pytest.approx(figures["token_logprobs"])


def test_the_suffix_decides_among_the_texts(server: Served) -> None:
    asked = {"prompt": "Tea", "max_tokens": 3, "seed": 5, "logit_bias": {str(token): -100 for token in range(128, 259)}}
    plain = server.told(TEXTS, {**asked, "n": 4})
    texts = [one["text"] for one in plain["choices"]]

    def likely(text: str) -> float:
        whole = {"prompt": f"Tea{text} pot", "echo": True, "logprobs": 0, "max_tokens": 0}
        return sum(server.told(TEXTS, whole)["choices"][0]["logprobs"]["token_logprobs"][-4:])

    told = server.told(TEXTS, {**asked, "suffix": " pot"})["choices"][0]["text"]
    assert told == max(texts, key=likely) and len(set(texts)) > 1


def test_tools_are_told_to_a_model_whose_template_has_none(server: Served) -> None:
    counted = [server.told(CHAT, {**HELLO, "max_tokens": 0, **more})["usage"] for more in ({}, {"tools": [ORDER]})]
    assert counted[1]["prompt_tokens"] > counted[0]["prompt_tokens"] + 200
