"""A bounded free text ends on a whole word; nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Delta, Grammar, TokenLogprob

OpenTiny = Callable[..., Any]
OPEN = '{"h":"'
LINE = Grammar(kind="regex", source=r"[^\s](?:[^\n]{0,18}[^\s])?")


def field(**words: Any) -> Grammar:
    """An object of this one field, and a number after it."""
    fields = {"h": words, "n": {"type": "integer", "minimum": 1, "maximum": 9}}
    schema = {"type": "object", "properties": fields, "required": ["h", "n"], "additionalProperties": False}
    return Grammar(kind="json", source=json.dumps(schema))


def write(engine: Any, grammar: Grammar, text: str, limit: int = 200) -> Any:
    """A row that samples `text`, a byte a token, until the grammar forces something or the text ends."""
    from aigc.engine.rows import BatchRow

    encoded = engine.encode(_request(grammar, limit))
    row = BatchRow(request=encoded, index=0, ending=encoded.ending(0), constraint=encoded.constraint, pending=[])
    row.write_forced()
    begun = list(row.written)
    for at, token in enumerate(text.encode()):
        if row.finish is not None or row.written != [*begun, *text.encode()[:at]]:
            break
        assert row.constraint.takes([token]), f"{text!r} is not allowed from {at} on"
        row.take(TokenLogprob(token=token, logprob=0.0))
    return row


def _request(grammar: Grammar, limit: int) -> Any:
    from .conftest import ask

    return ask("1", "x", grammar=grammar, max_tokens=limit)


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ({"maxLength": 20}, "A lovely mug, winter", "A lovely mug"),  # full, perhaps within a word
        ({"maxLength": 20}, "A lovely mug for w", "A lovely mug for"),  # no room for an ordinary word: not even begun
        ({"maxLength": 20}, "One mug for morning.", "One mug for morning."),  # full, and whole
        ({"maxLength": 20}, "A lovely mug, big, a", "A lovely mug, big"),  # a comma goes with what it announced
        ({"maxLength": 20}, "Costs only 1,234,567", "Costs only"),  # nor is a number broken
        ({"maxLength": 20}, "One mug for morning ", "One mug for morning"),
        ({"maxLength": 12}, "Unquestionable"[:12], "Unquestionab"),  # one word, longer than its room
        ({"maxLength": 20, "minLength": 18}, "A lovely mug for win", "A lovely mug for win"),  # it must be so long
        ({"maxLength": 6}, "折叠电动自行", "折叠电动自行"),  # no blanks, no words
        ({"maxLength": 12}, "折叠电动自行车 moun", "折叠电动自行车"),
        ({"maxLength": 11}, "a 折叠电动自行车km", "a 折叠电动自行车"),
        ({"maxLength": 12}, "Dans un café", "Dans un"),
        ({"pattern": r"^[^\s](?:[^\n]{0,18}[^\s])?$"}, "A lovely mug for win", "A lovely mug for"),
    ],
)
def test_a_string_in_json_ends_on_a_whole_word(
    words: dict[str, Any], text: str, found: str, open_tiny: OpenTiny
) -> None:
    row = write(open_tiny(), field(type="string", **words), text)
    closing = '","n":'
    assert row.ending.text == OPEN + found + closing
    assert row.free == len(row.written)  # the closing was not sampled,
    assert row.forced == len(OPEN) + len(closing)
    assert len(row.scores) == len(found.encode())  # and what was taken back has left no score


@pytest.mark.parametrize(
    ("choice", "stem", "text"),
    [
        (["Buy", "Buy now"], "Buy", " "),
        (["Buy", "Buy now", "Buy new"], "Buy", " n"),
        (["a win", "a winter"], "a win", "t"),
    ],
)
def test_a_choice_is_left_alone(choice: list[str], stem: str, text: str, open_tiny: OpenTiny) -> None:
    row = write(open_tiny(), field(enum=choice), text)
    assert row.ending.text.startswith(OPEN + stem + text) and row.finish is None


def test_an_ordinary_ending_is_left_alone(open_tiny: OpenTiny) -> None:
    engine = open_tiny()
    for text in ('A mug for wi"', 'A lovely"', 'One mug for 12"', 'A \\"tall\\", cup"'):
        row = write(engine, field(type="string", maxLength=20), text)
        assert row.ending.text.startswith(OPEN + text) and row.finish is None


def test_far_from_its_limit_every_word_may_begin(open_tiny: OpenTiny) -> None:
    text = "A mug is a mug is a mug is a mug is a mug"
    for words in ({"type": "string"}, {"type": "string", "maxLength": len(text) + 6}):
        assert write(open_tiny(), field(**words), text).ending.text == OPEN + text


def test_items_of_a_list_end_on_whole_words(open_tiny: OpenTiny) -> None:
    grammar = field(type="array", items={"type": "string", "maxLength": 12}, minItems=2, maxItems=4)
    assert write(open_tiny(), grammar, "A lovely mug").ending.text == '{"h":["A lovely","'


def test_a_labelled_line_ends_on_a_whole_word(open_tiny: OpenTiny) -> None:
    grammar = Grammar(kind="lark", source='start: "H: " /[^\\n]{1,12}/ "\\nD: " /[^\\n]{1,12}/')
    assert write(open_tiny(), grammar, "A lovely mug").ending.text == "H: A lovely\nD: "


@pytest.mark.parametrize(
    ("text", "limit", "found", "finish"),
    [
        ("A lovely mug for win", 200, "A lovely mug for", "stop"),  # full after 20 characters
        ("A lovely mug f", 14, "A lovely mug", "stop"),  # its tokens are used up
        ("A lovely mug.", 13, "A lovely mug.", "stop"),
        ("A lovely", 8, "A", "stop"),  # more of the word might have come
        ("Lovely", 6, "Lovely", "length"),  # nothing whole to land on
    ],
)
def test_a_line_ends_on_a_whole_word(text: str, limit: int, found: str, finish: str, open_tiny: OpenTiny) -> None:
    row = write(open_tiny(), LINE, text, limit)
    assert (row.ending.text, row.finish) == (found, finish)
    assert (row.forced, len(row.scores)) == (0, len(found))


def test_a_choice_cut_by_the_length_is_left_alone(open_tiny: OpenTiny) -> None:
    row = write(open_tiny(), Grammar(kind="regex", source="(?:[xy]|[xy] no|[xy] now)"), "x no", 3)
    assert (row.ending.text, row.finish) == ("x n", "length")


def test_the_last_string_is_closed_where_the_tokens_run_out(open_tiny: OpenTiny) -> None:
    schema = {"type": "object", "properties": {"h": {"type": "string", "maxLength": 90}}, "required": ["h"]}
    schema["additionalProperties"] = False
    row = write(open_tiny(), Grammar(kind="json", source=json.dumps(schema)), "A lovely mug for wi", len(OPEN) + 18)
    assert (row.ending.text, row.finish) == ('{"h":"A lovely mug for"}', "stop")


WORDS = [
    Grammar(kind="regex", source="[a-z](?:[a-z ]{0,20}[a-z])?"),
    field(type="string", pattern="^[a-d](?:[a-z ]{0,20}[a-z])?$"),
    field(type="array", items={"type": "string", "pattern": "^[a-z ]{0,16}$"}, minItems=1, maxItems=3),
]


@pytest.mark.parametrize("deterministic", [False, True])
def test_setting_back_loses_nothing(
    deterministic: bool, open_tiny: OpenTiny, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written after words were taken back is what the slow reference, which has no slots, writes."""
    from aigc.engine.reference import Reference
    from aigc.engine.rows import BatchRow

    taken: list[int] = []
    take_back = BatchRow._take_back
    monkeypatch.setattr(BatchRow, "_take_back", lambda row, count: (taken.append(count), take_back(row, count)))
    engine = open_tiny(deterministic=deterministic)
    requests = [
        asking(str(seed), "a mug", grammar=WORDS[seed % 3], temperature=1.0, seed=seed, max_tokens=70)
        for seed in range(36)
    ]
    done = running(engine, requests)
    assert len(taken) > 4 and max(taken) > 3
    reference = Reference(engine, engine.folder)
    for request in requests:
        for slow in reference.write(request):
            fast = done[request.id, slow.index]
            assert (fast.text, fast.usage.forced, fast.finish_reason) == (
                slow.text,
                slow.usage.forced,
                slow.finish_reason,
            )


def test_a_stream_shows_no_word_that_is_taken_back(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    requests = [
        asking(str(seed), "a mug", grammar=WORDS[seed % 3], temperature=1.0, seed=seed, max_tokens=70, stream=True)
        for seed in range(9)
    ]
    engine = open_tiny()
    for request in requests:
        engine.submit(request)
    shown = {request.id: "" for request in requests}
    steps = 0
    while engine.busy:
        for result in engine.step():
            if isinstance(result, Delta):
                shown[result.request_id] += result.text
                steps += 1
            else:
                assert shown[result.request_id] == result.text
    assert steps > 2 * len(requests)
