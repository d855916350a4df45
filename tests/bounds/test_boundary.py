"""What a plugin raises becomes one of our errors, which names it; a person's Ctrl-C stays one."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.bounds.boundary import Boundary, Contained, told
from aigc.errors import EngineError, PluginError, UsageError, describe, first_line
from aigc.plugs.failing import place_of


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


class Unplaced(Exception):
    """This is an exception that ends the program when it is asked where it came from."""

    @property
    def __traceback__(self) -> Any:  # type: ignore[override]
        raise SystemExit(0)


class Lying(Exception):
    """This is an exception that breaks when it is asked what it is."""

    @property
    def __class__(self) -> Any:
        raise KeyError("class")


class Posing(Exception):
    """This is an exception that says that a person broke off."""

    __class__ = KeyboardInterrupt  # type: ignore[assignment]


class Named(type):
    """This is a type that breaks when it is asked for a name or an instance."""

    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise SystemExit(0)

    def __instancecheck__(cls, one: object) -> bool:
        raise SystemExit(0)


class OfOddType(Exception, metaclass=Named):
    """This is an exception of such a type."""


@pytest.mark.parametrize("kind", [Unplaced, Lying, Posing, OfOddType], ids=["place", "kind", "person", "type"])
def test_an_error_that_answers_for_itself_is_told_as_any_other(kind: type[Exception]) -> None:
    with pytest.raises(PluginError) as caught, Boundary("check 'polite'", 60):
        raise kind("x")
    name = type.__dict__["__name__"].__get__(kind)
    assert str(caught.value) == f"check 'polite' broke: {name}: x"
    with Contained("plugin 'shop'", 60) as call:
        raise kind("x")
    assert call.reason == f"{name}: x" and isinstance(call.error, Exception)
    assert call.error.__traceback__ is not None and place_of(call.error).startswith(__file__)


def test_what_breaks_when_it_is_shown_is_told_by_its_type() -> None:
    class Shy:
        def __repr__(self) -> str:
            raise SystemExit(0)

    assert describe(Shy()) == "a value of type Shy"
    assert first_line(Sulks()) == "…"
