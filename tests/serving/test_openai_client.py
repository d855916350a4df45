"""OpenAI's own Python client against a server on a real socket: what it reads, it reads strictly."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from aigc.types import Request

from .served import TOKEN, Served, serve
from .test_chat import WEATHER, called
from .test_responses import WEATHER as FLAT_WEATHER

__all__ = ["serve"]  # a fixture

openai = pytest.importorskip("openai", reason="pip install 'aigc[test]'")
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def connect(serve: Callable[..., Served]) -> Iterator[Callable[..., Any]]:
    """Return a function that serves a script on a socket, and gives a client of it."""
    running: list[tuple[uvicorn.Server, threading.Thread, socket.socket, Any]] = []

    def connected(answer: Any, *, strict: bool = True, **plan: Any) -> Any:
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(serve(answer, **plan).app, log_level="error", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        client = openai.OpenAI(
            base_url=f"http://127.0.0.1:{bound.getsockname()[1]}/v1",
            api_key=TOKEN,
            max_retries=0,
            _strict_response_validation=strict,
        )
        running.append((server, thread, bound, client))
        return client

    yield connected
    for server, thread, bound, client in running:
        client.close()
        server.should_exit = True
        thread.join()
        bound.close()


def test_a_chat_streams(connect: Callable[..., Any]) -> None:
    client = connect("Good morning to you.")
    whole = client.chat.completions.create(model="tiny", messages=HELLO, logprobs=True, top_logprobs=2)
    assert whole.choices[0].message.content == "Good morning to you." and whole.usage.total_tokens == 11
    assert whole.choices[0].logprobs.content[0].top_logprobs[1].token == "?"
    stream = client.chat.completions.create(
        model="tiny", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == "Good morning to you."
    assert chunks[-1].usage == whole.usage


def weather(request: Request, index: int) -> str:
    """Call the tool, and say what it gave."""
    last = request.prompt.messages[-1]
    return f"It is {last.content}." if last.role == "tool" else called(("weather", '{"city": "Oslo"}'))


def test_tools_are_called_and_answered(connect: Callable[..., Any]) -> None:
    client = connect(weather)
    with client.chat.completions.stream(model="tiny", messages=HELLO, tools=[WEATHER]) as stream:
        events = list(stream)
        made = stream.get_final_completion().choices[0].message
    assert [one.type for one in events if one.type.startswith("tool_calls")][-1] == "tool_calls.function.arguments.done"
    (call,) = made.tool_calls
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    turns = [*HELLO, made.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": "-4"}]
    answer = client.chat.completions.create(model="tiny", messages=turns, tools=[WEATHER])
    assert answer.choices[0].message.content == "It is -4."


def test_a_form_is_parsed(connect: Callable[..., Any]) -> None:
    from pydantic import BaseModel

    class Order(BaseModel):
        size: str

    client = connect('{"size": "L"}')
    parsed = client.chat.completions.parse(model="tiny", messages=HELLO, response_format=Order)
    assert parsed.choices[0].message.parsed == Order(size="L")
    assert client.responses.parse(model="tiny", input="Hello", text_format=Order).output_parsed == Order(size="L")


def test_responses_stream_and_call(connect: Callable[..., Any]) -> None:
    client = connect("Good morning to you.")
    with client.responses.stream(model="tiny", input="Hello") as stream:
        text = "".join(one.delta for one in stream if one.type == "response.output_text.delta")
        assert text == "Good morning to you." == stream.get_final_response().output_text
    client = connect(weather)
    made = client.responses.create(model="tiny", input="Hello", tools=[FLAT_WEATHER], store=False)
    (call,) = made.output
    items = [*HELLO, *made.output, {"type": "function_call_output", "call_id": call.call_id, "output": "-4"}]
    assert client.responses.create(model="tiny", input=items, tools=[FLAT_WEATHER]).output_text == "It is -4."


def test_texts_go_on(connect: Callable[..., Any]) -> None:
    client = connect(" morning to you.")
    asked: dict[str, Any] = {"model": "tiny", "prompt": ["Good", "Bad"], "logprobs": 1, "echo": True, "n": 2}
    whole = client.completions.create(**asked)
    assert [one.text for one in whole.choices[::2]] == ["Good morning to you.", "Bad morning to you."]
    texts = [""] * 4
    client = connect(" morning to you.", strict=False)  # whose types have no chunk without a reason to end
    for chunk in client.completions.create(**asked, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.text
    assert texts == [one.text for one in whole.choices]


def test_errors_are_the_clients_own(connect: Callable[..., Any]) -> None:
    client = connect("Good morning to you.")
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-9' here; there are: tiny, house"):
        client.chat.completions.create(model="gpt-9", messages=HELLO)
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="tiny", messages=HELLO, n=99)
    assert caught.value.param == "n" and caught.value.code == "invalid_value"
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="another-token-that-is-none").models.list()
    assert [one.id for one in client.models.list()] == ["tiny", "house"]
