from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer, grammar_from

from aigc.content import output_grammar, with_kept
from aigc.content.grammar import longest
from aigc.types import Grammar

TOKENIZER = LLTokenizer("byte")
FORMATS = {"json": "json_schema", "regex": "regex"}


def allows(grammar: Grammar | None, text: str) -> bool:
    assert grammar is not None
    matcher = LLMatcher(TOKENIZER, grammar_from(FORMATS[grammar.kind], grammar.source))
    assert not matcher.get_error(), matcher.get_error()
    written = text.encode()
    return matcher.try_consume_tokens(list(written)) == len(written) and matcher.is_accepting()


def line(**words: Any) -> Grammar | None:
    return output_grammar({"text": {"type": "string", **words}}, True)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("Hello there", True),
        ("折叠电动自行车", True),
        ("It’s “quoted” inside", True),
        ("Hello", False),  # shorter than minLength
        ("", False),
        (" Hello there", False),
        ("Hello there ", False),
        ('"Hello there"', False),
        ("“Hello there”", False),
        ("Hello\nthere", False),
        ("Hello\u2028there", False),
        ("Hello\tthere", False),
        ("x" * 42, True),  # 30 and the slack of 12
        ("x" * 43, False),
    ],
)
def test_a_single_string_is_a_line(text: str, fine: bool) -> None:
    assert allows(line(minLength=6, limit={"width": 30}), text) is fine


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ({"maxLength": 10}, 22),
        ({"limit": {"chars": 155}}, 217),
        ({"limit": {"width": 90}}, 126),
        ({"limit": {"words": 10}}, 112),
        ({"limit": {"pixels": 580}}, 103),
        ({"maxLength": 1, "minLength": 1}, 13),
        ({}, None),
    ],
)
def test_bounds_have_slack(words: dict[str, Any], most: int | None) -> None:
    assert longest(words) == most
    if most:
        assert allows(line(**words), "x" * most)
        assert not allows(line(**words), "x" * (most + 1))


def test_lines_without_bounds_and_of_one_character() -> None:
    assert allows(line(), "x" * 500)
    assert allows(line(), "x")
    assert not allows(line(), "x\ny")
    assert allows(line(minLength=2), "xy")
    assert not allows(line(minLength=2), "x")


def test_prose_may_have_line_breaks_and_is_free_without_bounds() -> None:
    assert line(contentMediaType="text/markdown") is None
    bounded = line(contentMediaType="text/markdown", maxLength=40)
    assert allows(bounded, '# Title\n\n"Text"')
    assert not allows(bounded, "# Title\n\nText\n")
    assert allows(line(contentMediaType="text/plain", minLength=4), "a\n\nb")


@pytest.mark.parametrize("word", ["a-b", "c+ #&~d", "(x|y)*", "[1]", "中.文", "$5^\\"])
def test_an_enum_is_its_words_and_nothing_else(word: str) -> None:
    grammar = line(enum=[word, "other one"])
    assert allows(grammar, word)
    assert allows(grammar, "other one")
    assert not allows(grammar, "another")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8), min_size=1, max_size=3))
def test_any_enum_allows_its_own_words(words: list[str]) -> None:
    assert all(allows(line(enum=words), word) for word in words)


def test_a_pattern_holds_for_the_whole_line() -> None:
    assert allows(line(pattern="^[a-z-]+$"), "ab-c")
    assert not allows(line(pattern="^[a-z-]+$"), "ab c")
    assert allows(line(pattern="[0-9]{2}"), "about 22 km")
    assert not allows(line(pattern="[0-9]{2}"), "about 2 km")


FIELDS: dict[str, dict[str, Any]] = {
    "title": {"type": "string", "minLength": 5, "limit": {"pixels": 580}, "fallback": "{{ x }}"},
    "groups": {
        "type": "array",
        "minItems": 1,
        "maxItems": 2,
        "uniqueItems": True,
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "main": {"type": "boolean"}}},
    },
    "rank": {"type": "integer", "minimum": 1, "maximum": 9},
    "intent": {"type": "string", "enum": ["to buy", "to learn"]},
    "day": {"type": "string", "format": "date"},
    "link": {"type": "string", "format": "uri"},
    "slug": {"type": "string", "pattern": "^[a-z-]+$", "maxLength": 20},
    "body": {"type": "string", "contentMediaType": "text/markdown"},
}
VALUE: dict[str, Any] = {
    "title": "A title, “quite” fine",
    "groups": [{"name": '中文 \\ "x" y', "main": True}],
    "rank": 3,
    "intent": "to buy",
    "day": "2026-01-02",
    "link": "https://a.b/c",
    "slug": "ab-c",
    "body": "# One\n\nTwo",
}


def test_fields_are_one_compact_object_in_the_schemas_order() -> None:
    grammar = output_grammar(FIELDS, False)
    assert allows(grammar, compact(VALUE))
    assert not allows(grammar, json.dumps(VALUE, ensure_ascii=False))  # blanks
    assert not allows(grammar, compact(dict(reversed(VALUE.items()))))
    assert not allows(grammar, compact({**VALUE, "extra": 1}))
    assert not allows(grammar, compact({name: VALUE[name] for name in list(VALUE)[:-1]}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "A title\non two lines"),
        ("title", " A title"),
        ("title", "x" * 104),
        ("title", "abc"),
        ("groups", []),
        ("groups", [{"name": "x", "main": True}] * 3),
        ("groups", [{"name": "x"}]),
        ("groups", [{"main": True, "name": "x"}]),
        ("rank", 10),
        ("intent", "to sell"),
        ("day", "soon"),
        ("slug", "A b"),
        ("slug", "a" * 33),
    ],
)
def test_each_field_keeps_to_its_words(name: str, value: Any) -> None:
    assert not allows(output_grammar(FIELDS, False), compact({**VALUE, name: value}))


def test_the_source_holds_json_schema_words_only() -> None:
    grammar = output_grammar(FIELDS, False)
    assert grammar is not None
    assert json.loads(grammar.source)["x-guidance"] == {"whitespace_flexible": False}
    assert not any(f'"{word}"' in grammar.source for word in ("limit", "fallback", "from", "uniqueItems"))
    assert grammar == output_grammar(FIELDS, False)


def test_kept_fields_are_given_and_what_follows_the_last_other_is_left_out() -> None:
    kept = {name: value for name, value in VALUE.items() if name not in ("title", "rank")}
    grammar = with_kept(FIELDS, kept)
    written = {name: VALUE[name] for name in ("title", "groups", "rank")}
    assert allows(grammar, compact({**written, "title": "Another title"}))
    assert not allows(grammar, compact({**written, "groups": [{"name": "y", "main": True}]}))
    assert not allows(grammar, compact(VALUE))


@pytest.mark.parametrize("limit", [{"chars": 155}, {"chars": 5000}, {"pixels": 920}])
def test_bounds_of_long_strings_in_an_object_compile_and_hold(limit: dict[str, int]) -> None:
    # llguidance gives up on a pattern that it must intersect with minLength and maxLength
    fields = {"description": {"type": "string", "minLength": 40, "limit": limit}}
    grammar, most = output_grammar(fields, False), longest(fields["description"])
    assert most is not None
    assert allows(grammar, compact({"description": "x" * most}))
    assert not allows(grammar, compact({"description": "x" * (most + 1)}))
    assert not allows(grammar, compact({"description": "x" * 39}))


def test_what_goes_on_from_plain_text_may_begin_with_a_blank() -> None:
    fields = {"text": {"type": "string", "minLength": 3}}
    assert allows(output_grammar(fields, True, chat=False), " made of oak")
    assert allows(output_grammar(fields, True, chat=False), "made of oak")
    assert not allows(output_grammar(fields, True), " made of oak")
    assert output_grammar({"text": {"type": "string", "contentMediaType": "text/plain"}}, True, chat=False) is None
