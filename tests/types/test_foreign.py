"""What comes from elsewhere is read, or refused in words, and never ends in an error of Python's own."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.types.foreign import (
    DEEP,
    DEEPEST,
    HALVED,
    LONG,
    encodes,
    flaw,
    lines_of,
    read_json,
    sane_count,
    whole_text,
    without_halves,
)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [DEEPEST + 2, 500, 900, 990, 100_000])
@pytest.mark.parametrize("form", ["{}", '{{"a": [{}]}}', "[1, {}]"])
def test_json_that_is_nested_too_deep_is_refused_in_words(depth: int, form: str) -> None:
    with pytest.raises(ValueError, match=DEEP):
        read_json(form.format(nested(depth)))
    with pytest.raises(ValueError, match=DEEP):
        read_json(form.format(nested(depth)).encode(), marked=True)


def test_json_as_people_have_it_is_read() -> None:
    assert read_json(nested(DEEPEST)) == json.loads(nested(DEEPEST))
    assert read_json(json.dumps([[number] for number in range(1000)])) == [[number] for number in range(1000)]
    assert read_json('{"a": 12345678901234567890, "b": "\\ud83d\\ude00"}') == {"a": 12345678901234567890, "b": "😀"}
    assert read_json('{"a": 1}'.encode("utf-16")) == {"a": 1}
    pairs = read_json('{"a": 1.50, "b": []}', pairs=list, number=lambda text: len(text))  # type: ignore[arg-type, return-value]
    assert pairs == [("a", 4), ("b", [])]


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 5000])
def test_a_number_that_no_float_takes_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=LONG):
        read_json(f'{{"a": [{number}]}}')


@pytest.mark.parametrize("text", [r'"\ud83d"', r'{"a\udc00": 1}', r'["\ude00\ud83d"]', '"\ud800"'])
def test_half_a_character_is_refused_or_marked(text: str) -> None:
    with pytest.raises(ValueError, match=HALVED):
        read_json(text)
    assert "\ufffd" in json.dumps(read_json(text, marked=True), ensure_ascii=False)
    with pytest.raises(ValueError, match=DEEP):
        read_json(f"[{text}, {nested(500)}]", marked=True)


def test_what_is_no_json_is_told_as_python_tells_it() -> None:
    for broken in ("", "{", "[1,]", "nul"):
        with pytest.raises(json.JSONDecodeError):
            read_json(broken)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@settings(deadline=None, max_examples=200)
@given(JSON, st.integers(0, 400), st.booleans())
def test_what_was_read_can_be_written_again(value: Any, deeper: int, marked: bool) -> None:
    text = nested(deeper)[:deeper] + json.dumps(value) + "]" * deeper
    try:
        read = read_json(text, marked=marked)
    except ValueError:
        return
    assert not flaw(read)
    json.dumps(read, ensure_ascii=False).encode()


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_texts_are_spelled_out_or_marked(text: str) -> None:
    for whole in (whole_text(text), without_halves(text)):
        assert encodes(whole)
        assert whole == text or not encodes(text)


def test_lines_that_are_too_long_are_passed_over() -> None:
    file = io.BytesIO(b"one\n" + b"x" * 100 + b"\n\ntwo\n" + b"y" * 100)
    assert list(lines_of(file, longest=10)) == [(0, b"one\n"), (4, None), (105, b"\n"), (106, b"two\n"), (110, None)]
    assert [line for _, line in lines_of(io.BytesIO(b"1234567890\n1234567890"), longest=10)] == [
        b"1234567890\n",
        b"1234567890",
    ]


def test_counts_of_tokens() -> None:
    assert [sane_count(one) for one in (0, 5, 1 << 40)] == [True] * 3
    assert not any(sane_count(one) for one in (-1, 1 << 63, 1.5, None, "5", float("inf")))
