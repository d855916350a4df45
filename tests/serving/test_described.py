"""`/openapi.json` and `/metrics`: what a server says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from aigc.serving.metrics import CountedGenerator, Metrics
from aigc.types import Completion, Message, Prompt, Request, SamplingParams, Usage

from .served import TOKEN, Served, Spelling, serve
from .test_chat import CHAT, HELLO

__all__ = ["serve"]  # a fixture


def test_neither_is_told_without_a_token(serve: Callable[..., Served]) -> None:
    server = serve()
    for path in ("/openapi.json", "/metrics", "/v1/models", "/nowhere"):
        assert server.call(path, token="").status_code == server.call(path, token=TOKEN + "x").status_code == 401


def test_each_route_is_described(serve: Callable[..., Served]) -> None:
    told = serve().told("/openapi.json")
    assert {path: set(one) for path, one in told["paths"].items()} == {
        "/health": {"get"},
        "/v1/models": {"get"},
        "/v1/models/{name}": {"get"},
        "/v1/chat/completions": {"post"},
        "/v1/completions": {"post"},
        "/v1/responses": {"post"},
        "/metrics": {"get"},
        "/openapi.json": {"get"},
    }
    for path, methods in told["paths"].items():
        for operation in methods.values():
            assert operation["summary"].endswith("."), path
    schemas = told["components"]["schemas"]
    for found in re.findall(r"#/components/schemas/(\w+)", str(told)):
        assert found in schemas
    number = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 64}, {"type": "null"}]}
    assert number["anyOf"] == schemas["ChatBody"]["properties"]["n"]["anyOf"]
    assert schemas["ChatBody"]["required"] == ["messages"] and schemas["CompletionBody"]["required"] == ["prompt"]
    assert told["paths"]["/health"]["get"]["security"] == [] and told["security"] == [{"token": []}]


def test_a_prompts_tokens_are_those_of_the_model(serve: Callable[..., Served]) -> None:
    told = serve(metrics=Metrics(vocab=259)).told("/openapi.json")["components"]["schemas"]["CompletionBody"][
        "properties"
    ]
    found = re.findall(r"'maximum': (\d+)", str(told["prompt"]))
    assert found == ["258", "258"] and "258" not in str(told["max_tokens"])


def test_whole_numbers_are_taken_however_they_are_written(serve: Callable[..., Served]) -> None:
    server = serve()
    server.told(CHAT, {**HELLO, "max_tokens": 3.0})
    assert server.asked.sampling.max_tokens == 3
    assert server.refused(CHAT, {**HELLO, "max_tokens": 3.5})[:2] == (400, "max_tokens")
    assert server.refused(CHAT, {**HELLO, "max_tokens": True})[:2] == (400, "max_tokens")


def figures(text: str) -> dict[str, float]:
    """Read Prometheus' text, each line of it."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = re.fullmatch(r'(\w+(?:\{(?:\w+="[^"\n]*",?)*\})?) (\S+)', line).groups()  # type: ignore[union-attr]
            found[name] = float(value)
    return found


def test_calls_are_counted_by_route_and_status(serve: Callable[..., Served]) -> None:
    server = serve()
    server.told(CHAT, HELLO)
    server.events(CHAT, HELLO)
    server.call(CHAT, {**HELLO, "n": 0})
    server.call(CHAT, HELLO, token="")
    server.call("/v1/models/x")
    server.call("/no/such/path")
    answer = server.call("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = figures(answer.text)

    def calls(route: str, method: str, status: int) -> float:
        return told[f'aigc_http_requests_total{{route="{route}",method="{method}",status="{status}"}}']

    assert [calls(CHAT, "POST", status) for status in (200, 400, 401)] == [2, 1, 1]
    assert calls("/v1/models/{name:path}", "GET", 404) == calls("other", "GET", 404) == 1
    seconds = "aigc_http_request_seconds"
    assert told[f'{seconds}_count{{route="{CHAT}"}}'] == 4 == told[f'{seconds}_bucket{{route="{CHAT}",le="+Inf"}}']
    assert 0 < told[f'{seconds}_sum{{route="{CHAT}"}}'] < 60
    many = [told[f'{seconds}_bucket{{route="{CHAT}",le="{most}"}}'] for most in ("0.005", "1", "300")]
    assert many == sorted(many) and many[-1] == 4
    assert (
        told["aigc_requests_in_hand"] == 0 == told["aigc_requests_waiting"] and told["aigc_generator_steps_total"] > 0
    )


def test_texts_and_tokens_are_counted_where_they_are_written() -> None:
    usage = Usage(prompt=7, cached=5, sampled=3, forced=2)
    metrics = Metrics()
    inner = Spelling(lambda request, index: Completion(request_id="", text="Hi.", usage=usage))
    generator = CountedGenerator(inner, metrics)
    prompt = Prompt(messages=(Message(role="user", content="Hello"),))
    generator.submit(Request(id="a", prompt=prompt, sampling=SamplingParams(n=2), stream=True))
    while generator.step():
        pass
    assert metrics.tokens == {"prompt": 7, "cached": 5, "sampled": 6, "forced": 4}, "the prompt is read once"
    inner.vocab = 259  # type: ignore[attr-defined]
    CountedGenerator(inner, metrics)
    assert metrics.vocab == 259 and metrics.texts == {"stop": 2} and generator.capacity == inner.capacity
    generator.cancel("a")
    assert inner.cancelled == ["a"]
