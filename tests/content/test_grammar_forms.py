"""What an engine without regexes may know of an output's grammar: a line, prose, or one of some choices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.content import choices, free_form, output_grammar
from aigc.types import Grammar, Json


def of(chat: bool = True, **words: Json) -> Grammar:
    grammar = output_grammar({"text": {"type": "string", **words}}, True, chat=chat)
    assert grammar is not None
    return grammar


@given(least=st.integers(0, 200), most=st.integers(200, 999), chat=st.booleans())
def test_a_text_of_some_length_is_a_line_or_prose(least: int, most: int, chat: bool) -> None:
    assert free_form(of(chat, minLength=least)) == "line"
    assert free_form(of(chat, minLength=least, limit={"chars": most})) == "line"
    prose = {"contentMediaType": "text/markdown", "minLength": least, "limit": {"chars": most}}
    assert free_form(of(chat, **prose)) == "prose"


@pytest.mark.parametrize(
    "grammar",
    [
        of(pattern="^[A-Z]{2}-[0-9]+$"),
        of(pattern="[a-z]"),
        of(enum=["red", "blue"]),
        of(const="red"),
        Grammar(kind="json", source="{}"),
        Grammar(kind="lark", source='start: "a"'),
    ],
)
def test_anything_else_is_not(grammar: Grammar) -> None:
    assert free_form(grammar) is None


@given(st.lists(st.text(st.characters(codec="ascii") | st.sampled_from("。é"), min_size=1), min_size=1, unique=True))
def test_an_enum_is_known_by_its_choices(allowed: list[str]) -> None:
    assert choices(of(enum=allowed)) == tuple(allowed)


def test_a_pattern_or_a_line_has_no_choices() -> None:
    assert choices(of(pattern="^(a|b)$")) is None
    assert choices(of()) is None
    assert choices(Grammar(kind="json", source="true")) is None
