"""A plugin's generator that breaks, gives nonsense or does not answer is an EngineError with its name."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from aigc.errors import EngineError
from aigc.generating.bounded import BoundedGenerator, opened
from aigc.testing import ScriptedGenerator
from aigc.types import Completion, Delta, Message, Prompt, Request, SamplingParams

ASKED = Request(id="1", prompt=Prompt(messages=(Message(role="user", content="x"),)))


def raises(error: BaseException) -> Callable[..., Any]:
    def act(*given: Any) -> Any:
        raise error

    return act


class Odd(ScriptedGenerator):
    """This is a generator whose parts the test replaces."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(lambda request, index: "A text.")
        vars(self).update(parts)


def step_of(generator: Any, seconds: float = 60) -> Sequence[Any]:
    bounded = BoundedGenerator(generator, "odd", seconds)
    bounded.submit(ASKED)
    return bounded.step()


def test_what_a_good_one_says_is_passed_on() -> None:
    (answer,) = step_of(Odd())
    assert answer.text == "A text."
    bounded = opened(Odd, "odd", 60)
    assert isinstance(bounded, BoundedGenerator) and bounded.capacity == 8 and not hasattr(bounded, "score")
    assert bounded.vocab == 0, "which it does not tell"
    assert opened(lambda: Odd(vocab=9), "odd", 60).vocab == 9  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"step": raises(SystemExit(0))}, "generator 'odd' broke: SystemExit: 0"),
        ({"step": raises(GeneratorExit())}, "generator 'odd' broke: GeneratorExit"),
        ({"submit": raises(SystemExit(0))}, "generator 'odd' broke: SystemExit: 0"),
        ({"step": lambda: None}, "broke: TypeError"),
        ({"step": lambda: ["text"]}, "gave 'text' in place of a completion"),
        ({"step": lambda: [Completion(request_id="1", text=None)]}, "gave a completion that is none"),  # type: ignore[arg-type]
        ({"step": lambda: [Completion(request_id="1", text="", finish_reason="bored")]}, "that is none"),  # type: ignore[arg-type]
        ({"step": lambda: [Completion(request_id="1", text="", usage=7)]}, "that is none"),  # type: ignore[arg-type]
        ({"capacity": 0}, "has room for 0 requests, at least 1"),
        ({"capacity": "many"}, "has room for 'many' requests"),
    ],
)
def test_one_that_breaks_or_gives_nonsense_is_named(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(EngineError, match=why):
        step_of(Odd(**parts))


def test_what_is_no_generator_is_named() -> None:
    with pytest.raises(EngineError, match="gave nothing, which is no generator: it has no 'submit'"):
        opened(lambda: None, "odd", 60)
    with pytest.raises(EngineError, match="generator 'odd' broke: SystemExit"):
        opened(raises(SystemExit(0)), "odd", 60)


def test_one_that_does_not_come_back_is_given_up() -> None:
    with pytest.raises(EngineError, match=r"generator 'odd' does not answer: it took longer than 0\.2 s"):
        step_of(Odd(step=lambda: time.sleep(30)), 0.2)


def test_one_that_answers_nothing_is_given_up() -> None:
    bounded = BoundedGenerator(Odd(step=list), "odd", 0.05)
    assert bounded.step() == []  # nothing is in hand
    bounded.submit(ASKED)
    with pytest.raises(EngineError, match=r"has not answered for 0\.05 s, with 1 requests in hand"):
        for _ in range(1000):
            assert bounded.step() == []
            time.sleep(0.001)


@pytest.mark.parametrize(
    "answer",
    [
        Completion(request_id="nobody", text="x"),
        Completion(request_id="1", index=7, text="x"),
        Completion(request_id="1", index=-1, text="x"),
        Delta(request_id="nobody", index=0, text="x"),
    ],
)
def test_nor_is_one_whose_answers_nobody_asked_for(answer: Completion | Delta) -> None:
    bounded = BoundedGenerator(Odd(step=lambda: [answer]), "odd", 0.05)
    bounded.submit(ASKED)
    with pytest.raises(EngineError, match=r"has not answered for 0\.05 s"):
        for _ in range(1000):
            assert bounded.step() == [answer]
            time.sleep(0.001)


def test_one_of_several_answers_that_comes_twice_is_one() -> None:
    twice = [Completion(request_id="1", index=0, text="x")] * 2
    bounded = BoundedGenerator(Odd(step=lambda: twice), "odd", 0.05)
    bounded.submit(replace(ASKED, sampling=SamplingParams(n=2)))
    with pytest.raises(EngineError, match="with 1 requests in hand"):
        for _ in range(1000):
            bounded.step()
            time.sleep(0.001)


def test_closing_never_breaks() -> None:
    BoundedGenerator(Odd(close=raises(SystemExit(0))), "odd", 60).close()
