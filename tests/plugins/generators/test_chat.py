"""Requests in the protocol's words, and answers in ours: no server needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aigc.content import output_grammar
from aigc.types import Grammar, Message, Prompt, Request, SamplingParams, TokenLogprob, ToolCall
from aigc_plugins.generators.chat import Growing, Refused, Wording, completions

Ask = Callable[..., Request]


def grammar(chat: bool = True, **words: Any) -> Grammar | None:
    return output_grammar({"text": {"type": "string", **words}}, True, chat=chat)


LINE = grammar(limit={"chars": 40})
PROSE = grammar(contentMediaType="text/markdown", minLength=20)
CHOICE = grammar(enum=["red", "dark-blue"])
PATTERN = grammar(pattern="^[A-Z]{2}$")
LARK = Grammar(kind="lark", source='start: "a"')
FIELDS = output_grammar({"title": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}}, False)


def test_fields_become_a_json_schema(ask: Ask) -> None:
    body = Wording(model="m").call(ask(grammar=FIELDS)).body
    wanted = body["response_format"]["json_schema"]
    assert body["response_format"]["type"] == "json_schema"
    assert wanted["strict"] is True
    assert list(wanted["schema"]["properties"]) == ["title", "tags"]
    assert "x-guidance" not in wanted["schema"], "a word to our own engine only"


def test_a_line_ends_at_its_end(ask: Ask) -> None:
    assert Wording(model="m").call(ask(grammar=LINE)).body["stop"] == ["\n"]
    assert Wording(model="m").call(ask(grammar=LINE, stop=("###",))).body["stop"] == ["###", "\n"]
    assert Wording(model="m").call(ask(grammar=LINE, stop=("\n",))).body["stop"] == ["\n"]
    assert "stop" not in Wording(model="m").call(ask(grammar=PROSE)).body
    assert "stop" not in Wording(model="m").call(ask()).body


@pytest.mark.parametrize("server", ["any", "openai"])
@pytest.mark.parametrize("asked", [CHOICE, PATTERN, LARK], ids=["choice", "pattern", "lark"])
def test_what_cannot_be_kept_is_refused(ask: Ask, asked: Grammar, server: Any) -> None:
    with pytest.raises(Refused, match=r"^the server cannot hold an output to a .*; say engine\.server=vllm"):
        Wording(model="m", server=server).call(ask(grammar=asked))


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        (LINE, "regex", LINE and LINE.source),
        (PATTERN, "regex", PATTERN and PATTERN.source),
        (CHOICE, "choice", ["red", "dark-blue"]),
        (LARK, "grammar", LARK.source),
    ],
)
def test_vllm_keeps_everything(ask: Ask, asked: Grammar, kind: str, said: Any) -> None:
    assert Wording(model="m", server="vllm").call(ask(grammar=asked)).body["structured_outputs"] == {kind: said}
    assert Wording(model="m", server="vllm-guided").call(ask(grammar=asked)).body[f"guided_{kind}"] == said
    assert "response_format" in Wording(model="m", server="vllm").call(ask(grammar=FIELDS)).body


def test_filters_the_protocol_lacks_are_left_out_and_said_once(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    request = ask(top_k=40, min_p=0.1, repetition_penalty=1.1, presence_penalty=0.5)
    wording = Wording(model="m")
    body = wording.call(request).body
    wording.call(request)
    assert body["presence_penalty"] == 0.5
    assert not body.keys() & {"top_k", "min_p", "repetition_penalty"}
    assert sorted(record.message.split()[0] for record in caplog.records) == ["min_p", "repetition_penalty", "top_k"]
    body = Wording(model="m", server="vllm").call(request).body
    assert (body["top_k"], body["min_p"], body["repetition_penalty"]) == (40, 0.1, 1.1)


def test_penalties_and_biases_of_tokens_are_the_protocol_s(ask: Ask) -> None:
    for server in ("any", "openai", "vllm"):
        body = (
            Wording(model="m", server=server)
            .call(  # type: ignore[arg-type]
                ask(frequency_penalty=0.5, logit_bias=((7, -100.0), (9, 2.5)))
            )
            .body
        )
        assert (body["frequency_penalty"], body["logit_bias"]) == (0.5, {"7": -100.0, "9": 2.5})
    assert not Wording(model="m").call(ask()).body.keys() & {"frequency_penalty", "logit_bias"}


def test_calls_of_tools_are_told_and_tools_refused(ask: Ask) -> None:
    call = ToolCall(name="stock", arguments='{"of": "mug"}', id="a1")
    messages = (
        Message(role="user", content="How many?"),
        Message(role="assistant", content="", calls=(call,)),
        Message(role="tool", content="12", answers="a1"),
    )
    request = replace(ask(), prompt=Prompt(messages=messages))
    assert Wording(model="m").call(request).body["messages"][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "a1", "type": "function", "function": {"name": "stock", "arguments": '{"of": "mug"}'}}
            ],
        },
        {"role": "tool", "content": "12", "tool_call_id": "a1"},
    ]
    for prompt, reason in (
        (replace(request.prompt, tools=("{}",)), "tools cannot be sent: the calls in an answer would be lost"),
        (replace(request.prompt, chat=False), "calls of tools cannot be sent as plain text"),
    ):
        with pytest.raises(Refused, match=f"^{reason}$"):
            Wording(model="m").call(replace(request, prompt=prompt))


def test_parts_of_a_stream_have_their_tokens_figures(ask: Ask) -> None:
    def told(token: int) -> Any:
        return {"content": [{"token": f"token_id:{token}", "logprob": -1.0, "top_logprobs": []}]}

    events = [
        {"choices": [{"index": 0, "delta": {"content": text}, "logprobs": told(token)}]}
        for text, token in (("a", 5), ("", 6), ("b", 7))
    ]
    for asked, expected in ((1, [("a", [5]), ("", [6]), ("b", [7])]), (0, [("a", []), ("b", [])])):
        growing = Growing(replace(ask(logprobs=asked), stream=True))
        parts = [part for event in events for part in growing.take(event)]
        assert [(part.text, [one.token for one in part.logprobs]) for part in parts] == expected


def test_openai_has_its_own_word_for_the_longest_text(ask: Ask) -> None:
    body = Wording(model="m", server="openai").call(ask(max_tokens=9)).body
    assert (body["max_completion_tokens"], "max_tokens" in body) == (9, False)


def test_plain_text_goes_to_the_plain_endpoint() -> None:
    turns = [("system", "You write."), ("user", "Tent"), ("assistant", "2 kg"), ("user", "Mug")]
    prompt = Prompt(messages=tuple(Message(role=role, content=said) for role, said in turns), chat=False)  # type: ignore[arg-type]
    request = Request(id="1", prompt=prompt, grammar=grammar(chat=False), sampling=SamplingParams(n=2))
    call = Wording(model="m").call(request)
    assert call.endpoint == "completions"
    assert call.body["prompt"] == "You write.\n\nTent\n2 kg\n\nMug\n"
    assert (call.body["logprobs"], call.body["stop"]) == (0, ["\n"])
    told = {"tokens": [" holds", " tea"], "token_logprobs": [None, -2.0], "top_logprobs": None}
    answer = {"choices": [{"index": 0, "text": " holds tea", "logprobs": told}, {"index": 1, "text": " x"}]}
    assert [(one.text, one.mean_logprob) for one in completions(request, answer)] == [
        (" holds tea", -2.0),
        (" x", None),
    ]


def test_plain_text_cannot_be_held_to_fields_but_by_vllm() -> None:
    request = Request(id="1", prompt=Prompt(messages=(), chat=False), grammar=FIELDS)
    with pytest.raises(Refused, match="a json grammar"):
        Wording(model="m").call(request)
    assert "response_format" in Wording(model="m", server="vllm").call(request).body


def test_a_question_how_likely_a_text_is_is_refused(ask: Ask) -> None:
    with pytest.raises(Refused, match="how likely a given text is cannot be asked of this generator"):
        Wording(model="m", server="vllm").call(replace(ask("1"), given="Y"))


def test_an_adapter_is_refused(ask: Ask) -> None:
    with pytest.raises(Refused, match=r"'lora/ads' cannot be sent"):
        Wording(model="m").call(ask(adapter="lora/ads"))


def one(request: Request, text: str | None, finish: str = "stop", **more: Any) -> Any:
    choice = {"index": 0, "message": {"content": text, **more}, "finish_reason": finish}
    return completions(request, {"choices": [choice]})[0]


def test_why_a_text_ended(ask: Ask) -> None:
    assert one(ask(), "cut", "length").finish_reason == "length"
    assert one(ask(), "done", "eos").finish_reason == "stop"
    assert (one(ask(), None).text, one(ask(), None).finish_reason) == ("", "stop")
    stopped = one(ask(), "half", "content_filter")
    assert (stopped.text, stopped.error) == ("", "the server's content filter stopped the text")
    assert one(ask(), None, refusal="I will not.").error == "the model refused: I will not."


def test_a_stop_string_the_server_left_in_is_cut_off(ask: Ask) -> None:
    cut = one(ask(stop=("###", "\n")), "Made to last\nSure###", "length")
    assert (cut.text, cut.finish_reason) == ("Made to last", "stop")
    assert one(ask(grammar=LINE), "Made to last\nAnd more", "stop").text == "Made to last"
    assert one(ask(grammar=LINE), "\nMade to last\n", "stop").text == "Made to last", "a break before it is no end"
    assert one(ask(grammar=PROSE), "One\n\nTwo", "stop").text == "One\n\nTwo"


def test_vllm_tells_token_ids(ask: Ask) -> None:
    request = ask(logprobs=2)
    body = Wording(model="m", server="vllm").call(request).body
    assert (body["logprobs"], body["top_logprobs"], body["return_tokens_as_token_ids"]) == (True, 2, True)
    tops = [{"token": "token_id:7", "logprob": -0.5}, {"token": "token_id:9", "logprob": -1.5}]
    told = {"content": [{"token": "token_id:7", "logprob": -0.5, "top_logprobs": tops}]}
    choice = {"index": 0, "message": {"content": "x"}, "finish_reason": "stop", "logprobs": told}
    (said,) = completions(request, {"choices": [choice]})
    assert said.token_ids == (7,)
    assert said.logprobs == (TokenLogprob(token=7, logprob=-0.5, top=((7, -0.5), (9, -1.5))),)


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"choices": None}, {"choices": [3]}, {"choices": [[]]}])
def test_what_is_no_answer_is_said(ask: Ask, answer: Any) -> None:
    with pytest.raises(ValueError, match="what is no completion"):
        completions(ask(), answer)


def test_the_body_is_json(ask: Ask) -> None:
    for asked in (LINE, PROSE, FIELDS, None):
        body = Wording(model="m").call(ask(text="折叠自行车", grammar=asked)).body
        assert json.loads(json.dumps(body)) == body and body["messages"][-1]["content"] == "折叠自行车"


def test_greedy_candidates_are_asked_for_once(ask: Ask) -> None:
    greedy, warm = ask(n=3, temperature=0.0), ask(n=3, temperature=0.7)
    assert "n" not in Wording(model="m").call(greedy).body and Wording(model="m").call(warm).body["n"] == 3
    answer = {"choices": [{"index": 0, "message": {"content": "Warm"}}], "usage": {"completion_tokens": 2}}
    came = completions(greedy, answer)
    assert [(one.index, one.text, one.finish_reason) for one in came] == [(n, "Warm", "stop") for n in range(3)]
    assert [one.usage.sampled for one in came] == [2, 0, 0]
