"""The generator over a server, against a real one on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from aigc.errors import EngineError, UsageError
from aigc.types import Generator, Grammar, Request, Usage
from aigc_plugins.generators.openai import openai

Connect = Callable[..., Generator]
Ask = Callable[..., Request]


def test_a_request_is_answered(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("Made to last"))
    ((one,),) = finish(connect(), ask(temperature=0.4, top_p=0.9, max_tokens=20, seed=2**40 + 5)).values()
    assert (one.text, one.finish_reason, one.error) == ("Made to last", "stop", "")
    assert one.usage == Usage(prompt=10, cached=6, sampled=4)
    assert server.asked[0].path == "/v1/chat/completions"
    assert server.bodies == [
        {
            "model": "tiny",
            "messages": [{"role": "user", "content": "A slogan."}],
            "temperature": 0.4,
            "top_p": 0.9,
            "max_tokens": 20,
            "seed": 5,
        }
    ]


def test_candidates_come_together_with_their_likelihood(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("one", "two", "three"))
    (came,) = finish(connect(), ask(n=3)).values()
    assert [(one.index, one.text) for one in came] == [(0, "one"), (1, "two"), (2, "three")]
    assert [one.mean_logprob for one in came] == [-1, -2, -3]
    assert sum((one.usage for one in came), Usage()) == Usage(prompt=10, cached=6, sampled=4)
    assert (server.bodies[0]["n"], server.bodies[0]["logprobs"]) == (3, True)
    (came,) = finish(connect(logprobs=False), ask(n=3)).values()
    assert "logprobs" not in server.bodies[1]


def test_a_candidate_the_server_leaves_out_is_an_error(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("one"))
    (came,) = finish(connect(), ask(n=2)).values()
    assert [one.finish_reason for one in came] == ["stop", "error"]
    assert came[1].error == "the server gave no text for candidate 2 of 2"


def test_no_more_than_so_many_at_once(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("x", wait=0.02))
    generator = connect(concurrency=5)
    assert generator.capacity == 5
    came = finish(generator, *[ask(str(number)) for number in range(40)])
    assert all(len(completions) == 1 for completions in came.values())
    assert 2 <= server.busiest <= 5
    assert len(server.asked) == 40


def test_submitting_does_not_wait_and_a_step_takes_what_finished(server: Any, connect: Connect, ask: Ask) -> None:
    server.answer = lambda asked: server.says("x", wait=0.5 if "slow" in str(asked.body) else 0)
    generator = connect()
    started = time.monotonic()
    generator.submit(ask("slow", "slow"))
    generator.submit(ask("quick"))
    assert time.monotonic() - started < 0.1
    assert [event.request_id for event in generator.step()] == ["quick"]
    assert [event.request_id for event in generator.step()] == ["slow"]
    assert time.monotonic() - started >= 0.5
    assert generator.step() == []


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_the_server_asks_and_so_do_the_others(
    server: Any, connect: Connect, ask: Ask, finish: Any, status: int
) -> None:
    server.script(server.fails(status, "busy", headers={"Retry-After": "0.4"}), server.says("at last"))
    generator = connect(concurrency=1)
    ((one,), _) = finish(generator, ask("1"), ask("2")).values()
    assert one.text == "at last"
    times = [asked.at for asked in server.asked]
    assert len(times) == 3
    assert times[1] - times[0] >= 0.39


def test_a_pause_holds_everybody_back(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.fails(429, headers={"Retry-After": "0.5"}), server.says("x"))
    generator = connect(concurrency=2)
    generator.submit(ask("1"))
    time.sleep(0.2)
    generator.submit(ask("2"))
    list(iter(generator.step, []))
    times = [asked.at for asked in server.asked]
    assert all(at - times[0] >= 0.45 for at in times[1:])


def test_a_server_that_serves_some_and_puts_others_off_loses_nobody(
    server: Any, connect: Connect, ask: Ask, finish: Any
) -> None:
    last = [0.0]

    def answer(asked: Any) -> Any:  # one in ten milliseconds, and it does not say when to come back
        if asked.at - last[0] < 0.01:
            return server.fails(429, "slow down")
        last[0] = asked.at
        return server.says("x")

    server.answer = answer
    came = finish(connect(concurrency=16, attempts=4, backoff=0.02), *[ask(str(number)) for number in range(60)])
    assert [one.error for (one,) in came.values() if one.error] == []
    assert len(server.asked) > 60, "some were put off"


def test_a_date_to_wait_for_is_understood(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    later = formatdate(time.time() + 1.5, usegmt=True)  # in whole seconds
    server.script(server.fails(503, headers={"Retry-After": later}), server.says("x"))
    ((one,),) = finish(connect(), ask()).values()
    assert one.text == "x"
    assert server.asked[1].at - server.asked[0].at >= 0.4


def test_one_who_asks_to_wait_for_hours_ends_the_run(server: Any, connect: Connect, ask: Ask) -> None:
    server.script(server.fails(429, "day's limit reached", headers={"Retry-After": "7200"}))
    generator = connect()
    generator.submit(ask())
    with pytest.raises(EngineError, match=r"429: day's limit reached, and asks to wait 7200 seconds; run it"):
        generator.step()


@pytest.mark.parametrize("status", [408, 500, 502, 529])
def test_a_passing_failure_is_tried_again(server: Any, connect: Connect, ask: Ask, finish: Any, status: int) -> None:
    server.script(server.fails(status, "oops"), server.fails(status, "oops"), server.says("x"))
    ((one,),) = finish(connect(), ask()).values()
    assert (one.text, len(server.asked)) == ("x", 3)


def test_one_that_fails_for_good_is_a_sentence_and_the_others_go_on(
    server: Any, connect: Connect, ask: Ask, finish: Any
) -> None:
    server.answer = lambda asked: server.fails(500, "cuda broke") if "bad" in str(asked.body) else server.says("x")
    came = finish(connect(), ask("bad", "bad", n=2), ask("good"))
    assert [one.finish_reason for one in came["bad"]] == ["error", "error"]
    assert came["bad"][0].error == "the server answered 500: cuda broke (3 attempts)"
    assert came["good"][0].text == "x"


def test_what_the_server_refuses_is_not_asked_again(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.fails(400, "This model's context is 512 tokens.\nDetails: …"))
    ((one,),) = finish(connect(), ask()).values()
    assert one.error == "the server answered 400: This model's context is 512 tokens"
    assert len(server.asked) == 1


def test_half_an_answer_is_tried_again(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.reply('{"choices": [{"mess'), server.reply({"detail": "?"}), server.says("x"))
    ((one,),) = finish(connect(), ask()).values()
    assert (one.text, len(server.asked)) == ("x", 3)
    server.script(server.reply("<html>"))
    ((one,),) = finish(connect(), ask()).values()
    assert one.error == "the server answered with what is no JSON (3 attempts)"


def test_an_error_in_spite_of_its_status_is_tried_again(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.fails(200, "upstream is busy"))
    ((one,),) = finish(connect(), ask()).values()
    assert one.error == "the server said: upstream is busy (3 attempts)"


def test_a_connection_that_breaks_off_is_tried_again(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.reply(hang_up=True), server.says("x"))
    ((one,),) = finish(connect(), ask()).values()
    assert one.text == "x"


def test_a_slow_answer_is_given_up(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("too late", wait=5))
    started = time.monotonic()
    ((one,),) = finish(connect(timeout=0.2, attempts=2), ask()).values()
    assert one.error == "no answer within 0.2 seconds (2 attempts)"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_stops_at_once(
    server: Any, connect: Connect, ask: Ask, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("SHOP_KEY", "not-the-key")
    server.script(server.fails(status, "Incorrect API key provided: not-…"))
    generator = connect(api_key_env="SHOP_KEY")
    generator.submit(ask())
    with pytest.raises(EngineError, match=f"answered {status}: Incorrect.*; is the key in SHOP_KEY right") as error:
        generator.step()
    assert "not-the-key" not in str(error.value)
    assert [asked.headers["Authorization"] for asked in server.asked] == ["Bearer not-the-key"]


def test_a_missing_key_is_said_with_the_remedy(server: Any, connect: Connect, ask: Ask) -> None:
    server.script(server.fails(401, "no key"))
    generator = connect()
    generator.submit(ask())
    with pytest.raises(EngineError, match=r"-o engine\.api_key_env=OPENAI_API_KEY"):
        generator.step()
    assert "Authorization" not in server.asked[0].headers


def test_a_wrong_address_stops_at_once(server: Any, connect: Connect, ask: Ask) -> None:
    server.script(server.reply("not found", 404))
    generator = connect()
    generator.submit(ask())
    with pytest.raises(EngineError, match=r"answered 404; the address goes as far as /v1"):
        generator.step()


def test_a_server_that_is_not_there_stops_at_once(connect: Connect, ask: Ask) -> None:
    generator = connect(base_url="http://127.0.0.1:9/v1")
    generator.submit(ask())
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:9/v1: cannot be reached: .*; is the server running"):
        generator.step()


def test_a_wrong_model_is_told_from_a_wrong_address(server: Any, connect: Connect, ask: Ask) -> None:
    models = server.reply({"data": [{"id": "tiny-2"}, {"id": "large"}]})
    server.answer = lambda asked: models if asked.body is None else server.fails(404, "It does not exist.")
    generator = connect()
    generator.submit(ask())
    with pytest.raises(EngineError, match=r"does not exist; the server has no model 'tiny'; did you mean 'tiny-2'"):
        generator.step()


def test_the_name_of_a_model_fills_no_screen(server: Any, connect: Connect, ask: Ask) -> None:
    models = server.reply({"data": [{"id": "m" * 3_000_000}]})
    server.answer = lambda asked: models if asked.body is None else server.fails(404, "It does not exist.")
    generator = connect()
    generator.submit(ask())
    with pytest.raises(EngineError, match=r"the server has no model") as caught:
        generator.step()
    assert len(str(caught.value)) < 1000


def test_an_account_without_credit_stops_at_once(server: Any, connect: Connect, ask: Ask) -> None:
    server.script(server.fails(429, "You exceeded your current quota", code="insufficient_quota"))
    generator = connect()
    generator.submit(ask())
    with pytest.raises(EngineError, match="no credit left"):
        generator.step()


def test_a_server_that_goes_away_ends_the_run(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("x", headers={"Connection": "close"}))
    generator = connect()
    finish(generator, ask())
    server.close()
    generator.submit(ask("2"))
    with pytest.raises(EngineError, match=r"cannot be reached: .* \(3 attempts\); start the server and run it again"):
        generator.step()


def test_a_cancelled_request_comes_back_at_once_and_only_once(server: Any, connect: Connect, ask: Ask) -> None:
    server.answer = lambda asked: server.says("x", wait=3 if "slow" in str(asked.body) else 0.1)
    generator = connect(concurrency=2)
    started = time.monotonic()
    generator.submit(ask("slow", "slow"))
    generator.submit(ask("2"))
    generator.submit(ask("queued"))
    time.sleep(0.05)
    generator.cancel("slow")
    generator.cancel("queued")
    generator.cancel("nobody")
    events = [event for step in iter(generator.step, []) for event in step]
    assert [(event.request_id, event.finish_reason) for event in events] == [
        ("slow", "cancelled"),
        ("queued", "cancelled"),
        ("2", "stop"),
    ]
    assert time.monotonic() - started < 1


def test_closing_waits_for_nobody_and_leaves_no_thread(server: Any, connect: Connect, ask: Ask) -> None:
    server.script(server.says("x", wait=5))
    generator = connect()
    for number in range(8):
        generator.submit(ask(str(number)))
    time.sleep(0.1)
    started = time.monotonic()
    generator.close()
    generator.close()
    assert time.monotonic() - started < 1
    assert "aigc-openai" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(EngineError, match="closed"):
        generator.submit(ask("9"))


def test_a_text_appears_as_it_is_written(server: Any, connect: Connect, ask: Ask, watch: Any) -> None:
    server.script(server.streams("Made ", "to ", "last"))
    parts, whole = watch(connect(), ask(stream=True))
    assert parts == ["Made ", "to ", "last"]
    assert (whole.text, whole.finish_reason) == ("Made to last", "stop")
    assert whole.usage == Usage(prompt=7, sampled=3)
    assert server.bodies[0]["stream"] is True


def test_a_stream_is_tried_again_only_before_anything_was_shown(
    server: Any, connect: Connect, ask: Ask, watch: Any
) -> None:
    server.script(server.fails(500), server.streams(finish=None), server.streams("x"))
    parts, whole = watch(connect(), ask(stream=True))
    assert (parts, whole.text) == (["x"], "x")
    server.script(server.streams("Made ", "to ", finish=None), server.streams("never asked"))
    parts, whole = watch(connect(), ask("2", stream=True))
    assert parts == ["Made ", "to "]
    assert whole.error == "the server's stream broke off after 8 characters"


def test_an_error_inside_a_stream_is_a_sentence(server: Any, connect: Connect, ask: Ask, watch: Any) -> None:
    server.script(server.reply(events=[*server.streams("Made ").events[:2], {"error": {"message": "out of memory"}}]))
    _, whole = watch(connect(), ask(stream=True))
    assert whole.error == "the server said: out of memory after 5 characters"
    server.script(server.reply(events=["data: {broken"]))
    _, whole = watch(connect(), ask("2", stream=True))
    assert whole.error == "the server answered with what is no JSON (3 attempts)"


def test_requests_per_minute_are_kept(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    started = time.monotonic()
    finish(connect(requests_per_minute=600), *[ask(str(number)) for number in range(16)])
    assert 0.5 <= time.monotonic() - started < 2  # ten at once, then ten a second


def test_tokens_per_minute_are_kept(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    server.script(server.says("x", wait=0))
    started = time.monotonic()
    finish(connect(tokens_per_minute=60_000, concurrency=1), *[ask(str(n), max_tokens=900) for n in range(4)])
    assert time.monotonic() - started < 1  # 14 tokens of 900 were used, the rest is given back
    server.answer = lambda asked: server.reply({**server.says("x").body, "usage": {"prompt_tokens": 600}})
    started = time.monotonic()
    finish(connect(tokens_per_minute=60_000, concurrency=1), *[ask(str(n), max_tokens=500) for n in range(4)])
    assert 0.7 <= time.monotonic() - started < 3


def test_what_no_server_can_do_is_a_sentence(server: Any, connect: Connect, ask: Ask, finish: Any) -> None:
    pattern = Grammar(kind="regex", source="[A-Z]{2}")
    ((one,),) = finish(connect(), ask(grammar=pattern)).values()
    assert one.error.startswith("the server cannot hold an output to a choice or a pattern; say engine.server=vllm")
    assert not server.asked
    ((one,),) = finish(connect(server="vllm"), ask(grammar=pattern)).values()
    assert not one.error


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base_url": ""}, "needs the server's address; such as --base-url"),
        ({"base_url": "localhost:8000"}, "'localhost:8000' is no web address"),
        ({"base_url": "http://[::1/v1"}, "is no web address"),
        ({"base_url": "http://me:secret@host/v1"}, "no place for a name, a password"),
        ({"api_key_env": "NO_SUCH_KEY"}, "the environment has no NO_SUCH_KEY"),
        ({"api_key_env": "sk-secret"}, "is no name of an environment variable"),
    ],
)
def test_wrong_options_are_said_before_anything_is_asked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        openai("tiny", **{"base_url": "http://localhost:1/v1", **options})
    assert "secret" not in str(error.value)
