"""`/v1/completions`: several prompts, several texts of each, what stands before and behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Completion, Request

from .served import Served, serve

__all__ = ["serve"]  # a fixture

TEXTS = "/v1/completions"


def by_prompt(request: Request, index: int) -> str:
    """Write the prompt and the text's number."""
    prompt = "".join(one.content for one in request.prompt.messages) or str(request.prompt.ids)
    return f" {prompt} {index}"


def test_each_prompt_has_its_texts_in_order(serve: Callable[..., Served]) -> None:
    server = serve(by_prompt)
    told = server.told(TEXTS, {"prompt": ["one", "two"], "n": 2, "echo": True})
    assert [(one["index"], one["text"]) for one in told["choices"]] == [
        (0, "one one 0"),
        (1, "one one 1"),
        (2, "two two 0"),
        (3, "two two 1"),
    ]
    assert told["usage"]["prompt_tokens"] == 14 and told["usage"]["completion_tokens"] == 8
    assert told["object"] == "text_completion" and told["choices"][0]["logprobs"] is None
    asked = server.asked
    assert not asked.prompt.chat and asked.sampling.max_tokens == 16 and asked.sampling.n == 2 and asked.urgent


def test_prompts_may_come_in_tokens(serve: Callable[..., Served]) -> None:
    server = serve(by_prompt)
    assert server.told(TEXTS, {"prompt": [5, 6]})["choices"][0]["text"] == " (5, 6) 0"
    told = server.told(TEXTS, {"prompt": [[5], [6, 7]]})
    assert [one["text"] for one in told["choices"]] == [" (5,) 0", " (6, 7) 0"]
    echoed = server.told(TEXTS, {"prompt": [5, 6], "echo": True})
    assert echoed["choices"][0]["text"] == "tokens (5, 6) 0", "whose text only the model knows"


def test_a_stream_of_several_prompts_is_the_same_text(serve: Callable[..., Served]) -> None:
    server = serve(by_prompt)
    asked = {"prompt": ["one", "two"], "n": 2, "echo": True, "logprobs": 1, "stream_options": {"include_usage": True}}
    whole = server.told(TEXTS, asked)
    *chunks, usage, done = server.events(TEXTS, asked)
    assert done == "[DONE]" and usage["usage"] == whole["usage"] and usage["choices"] == []
    for choice in whole["choices"]:
        own = [one["choices"][0] for one in chunks if one["choices"][0]["index"] == choice["index"]]
        assert "".join(one["text"] for one in own) == choice["text"]
        assert [one["finish_reason"] for one in own if one["finish_reason"]] == ["stop"]
        for name in ("tokens", "token_logprobs", "text_offset", "top_logprobs"):
            assert [one for part in own if part["logprobs"] for one in part["logprobs"][name]] == choice["logprobs"][
                name
            ]


def test_figures_say_where_each_token_begins(serve: Callable[..., Served]) -> None:
    (choice,) = serve(" Überall Öl").told(TEXTS, {"prompt": "Wo ist", "echo": True, "logprobs": 2})["choices"]
    figures = choice["logprobs"]
    assert figures["tokens"] == ["Wo", " ist", " Überall", " Öl"] and choice["text"] == "Wo ist Überall Öl"
    for token, offset in zip(figures["tokens"], figures["text_offset"], strict=True):
        assert choice["text"][offset:].startswith(token)
    assert figures["token_logprobs"] == [-0.5, -1.5, -0.5, -1.5]
    assert figures["top_logprobs"][1] == {" ist": -1.5, "?": -3.0}
    (bare,) = serve(" Öl").told(TEXTS, {"prompt": "Wo ist", "logprobs": 0})["choices"]
    assert bare["logprobs"]["text_offset"] == [0] and bare["logprobs"]["top_logprobs"] == [{" Öl": -0.5}]


def test_only_the_prompts_figures_may_be_asked_for(serve: Callable[..., Served]) -> None:
    asked = {"prompt": "Wo ist", "echo": True, "logprobs": 1, "max_tokens": 0}
    (choice,) = serve(" Öl").told(TEXTS, asked)["choices"]
    assert (choice["text"], choice["finish_reason"]) == ("Wo ist", "length")
    assert choice["logprobs"]["tokens"] == ["Wo", " ist"]


@pytest.mark.parametrize("stream", [False, True])
def test_the_text_before_which_the_suffix_is_likeliest_is_told(stream: bool, serve: Callable[..., Served]) -> None:
    texts = [" red", " green", " blue", " grey"]

    def likely(request: Request) -> float:
        assert request.given == " sky" and not request.prompt.chat
        return -0.5 if request.prompt.messages[0].content == "The blue" else -2.0

    server = serve(lambda request, index: texts[index], likely=likely)
    asked = {"prompt": "The", "suffix": " sky"}
    told = (
        "".join(one["choices"][0]["text"] for one in server.events(TEXTS, asked)[:-1])
        if stream
        else (server.told(TEXTS, asked)["choices"][0]["text"])
    )
    assert told == " blue"
    assert [one.sampling.n for one in server.generator.requests if one.given is None] == [4]
    server = serve(lambda request, index: texts[index % 4], likely=lambda request: float(request.prompt.ids == (5, 6)))
    assert server.told(TEXTS, {"prompt": [5, 6], "suffix": " sky", "n": 2})["choices"][1]["index"] == 1
    assert server.asked.prompt.ids == (5, 6) and server.asked.prompt.messages[0].content in texts


def test_the_likeliest_of_several_is_told(serve: Callable[..., Served]) -> None:
    def answer(request: Request, index: int) -> Completion:
        return Completion(request_id="", text=f" {index}", mean_logprob=-abs(index - 2.2))

    server = serve(answer)
    told = server.told(TEXTS, {"prompt": "A", "best_of": 5, "n": 2})
    assert [(one["index"], one["text"]) for one in told["choices"]] == [(0, " 2"), (1, " 3")]
    assert server.asked.sampling.n == 5


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": ["a", 5]}, "prompt"),
        ({"prompt": [-1]}, "prompt"),
        ({"logprobs": 6}, "logprobs"),
        ({"best_of": 1, "n": 2}, "best_of"),
        ({"best_of": 3, "stream": True}, "best_of"),
        ({"best_of": 3, "suffix": "b"}, "best_of"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(more: dict[str, Any], param: str, serve: Callable[..., Served]) -> None:
    status, told, message = serve().refused(TEXTS, {"prompt": "A", **more})
    assert (status, told) == (400, param) and message.startswith(param)


def test_a_body_without_a_prompt_is_refused(serve: Callable[..., Served]) -> None:
    assert serve().refused(TEXTS, {})[:2] == (400, "prompt")


def test_one_prompt_that_fails_fails_the_call(serve: Callable[..., Served]) -> None:
    error = "the prompt has 600 tokens and the model takes 512"

    def answer(request: Request, index: int) -> str | Completion:
        long = request.prompt.messages[0].content == "long"
        return Completion(request_id="", text="", finish_reason="error", error=error) if long else "Fine and good."

    assert serve(answer).refused(TEXTS, {"prompt": ["fine", "long"]}) == (400, "prompt", error)
