"""What a plugin raises becomes one of our errors, which names it; a person's Ctrl-C stays one."""

from __future__ import annotations

import pytest

from aigc.bounds.boundary import Boundary, Contained, told
from aigc.errors import EngineError, PluginError, UsageError


class Sulks(BaseException):
    """This is an exception whose own code breaks."""

    def __str__(self) -> str:
        raise SystemExit(0)


@pytest.mark.parametrize(
    ("error", "said_as"),
    [
        (SystemExit(0), "SystemExit: 0"),
        (GeneratorExit(), "GeneratorExit"),
        (ValueError("no\nway"), "ValueError: no\nway"),
        (RecursionError("deep"), "RecursionError: deep"),
        (Sulks(), "Sulks: …"),
    ],
)
def test_everything_is_caught_and_named(error: BaseException, said_as: str) -> None:
    with pytest.raises(PluginError) as caught, Boundary("check 'polite'", 60, where="line.yaml:12"):
        raise error
    assert str(caught.value) == f"line.yaml:12: check 'polite' broke: {said_as}"
    with Contained("plugin 'shop'", 60) as call:
        raise error
    assert call.reason == said_as and call.error is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), UsageError("ours")])
def test_ours_and_a_persons_pass(error: BaseException) -> None:
    with pytest.raises(type(error)), Boundary("check 'polite'", 60):
        raise error


def test_our_error_ends_with_what_is_contained_and_a_persons_does_not() -> None:
    with Contained("plugin 'shop'", 60) as call:
        raise UsageError("ours", hint="mend it")
    assert call.reason == "ours; mend it"
    with pytest.raises(KeyboardInterrupt), Contained("plugin 'shop'", 60):
        raise KeyboardInterrupt


def test_the_kind_of_error_is_the_callers_choice() -> None:
    with (
        pytest.raises(EngineError, match="generator 'x' broke: SystemExit"),
        Boundary("generator 'x'", 9, kind=EngineError),
    ):
        raise SystemExit


def test_a_message_of_any_length_is_told_short() -> None:
    assert len(told(ValueError("x" * 10**6))) < 500
