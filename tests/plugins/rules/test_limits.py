from __future__ import annotations

import pytest

from aigc_plugins.rules.lengths import longer_than, shorter_than
from aigc_plugins.rules.limits import limits, min_words

SCHEMA = {
    "headlines": {
        "type": "array",
        "minItems": 2,
        "maxItems": 3,
        "items": {"type": "string", "minLength": 3, "limit": {"width": 10}},
    },
    "title": {"type": "string", "maxLength": 5},
    "intent": {"type": "string", "enum": ["buy", "learn"]},
    "minutes": {"type": "integer", "minimum": 5, "maximum": 60},
    "slug": {"type": "string", "pattern": "^[a-z-]+$"},
    "steps": {
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "object", "properties": {"name": {"type": "string", "limit": {"words": 2}}}},
    },
    "note": {"type": "string", "default": None},
}
GOOD = {
    "headlines": ["Warm Feet", "Dry Feet"],
    "title": "Boots",
    "intent": "buy",
    "minutes": 5,
    "slug": "warm-feet",
    "steps": [{"name": "put on"}],
}


def findings(draft, **changed):
    fields = {name: value for name, value in {**GOOD, **changed}.items() if value is not ...}
    return [(finding.field, finding.message) for finding in limits(draft(SCHEMA, **fields))]


def test_a_good_draft_has_no_findings(draft):
    assert findings(draft) == []


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        (
            {"headlines": ["Warm Feet", "Natural Rubber"]},
            "headlines[1]",
            "has 14 columns (wide characters count 2), at most 10",
        ),
        (
            {"headlines": ["Warm Feet", "折叠电动自行车"]},
            "headlines[1]",
            "has 14 columns (wide characters count 2), at most 10",
        ),
        ({"headlines": ["Warm Feet", "ab"]}, "headlines[1]", "has 2 characters, at least 3"),
        ({"headlines": ["Warm Feet", ""]}, "headlines[1]", "has 0 characters, at least 3"),
        ({"headlines": ["Warm"]}, "headlines", "has 1 item, at least 2"),
        ({"headlines": ["Warm"] * 4}, "headlines", "has 4 items, at most 3"),
        ({"title": "Bootss"}, "title", "has 6 characters, at most 5"),
        ({"title": ...}, "title", "is missing"),
        ({"title": None}, "title", "is missing"),
        ({"intent": "sell"}, "intent", "is 'sell', not one of buy, learn"),
        ({"minutes": 61}, "minutes", "is 61, at most 60"),
        ({"minutes": 0}, "minutes", "is 0, at least 5"),
        ({"slug": "Warm Feet"}, "slug", "is 'Warm Feet', which does not match '^[a-z-]+$'"),
        ({"steps": [{"name": "put them on"}]}, "steps[0].name", "has 3 words, at most 2"),
        ({"steps": [{}]}, "steps[0]", "lacks 'name'"),
        ({"steps": [{"name": "a"}, {"name": "a"}]}, "steps", "has a mapping twice"),
    ],
)
def test_what_breaks_a_bound_is_found(draft, changed, field, message):
    assert findings(draft, **changed) == [(field, message)]


def test_a_nullable_field_may_be_missing(draft):
    assert findings(draft, note=None) == []


def test_combining_characters_count_once_composed(draft):
    assert findings(draft, title="cafe\u0301s") == []


@pytest.mark.parametrize(("text", "ok"), [("one two three", True), ("one two", False), ("三个字", True)])
def test_min_words(text, ok):
    assert (list(min_words(text, least=3)) == []) is ok


def test_a_shorter_and_a_longer_form_have_fewer_and_more_words():
    assert not list(shorter_than("Closed today", before="We are closed today"))
    assert list(shorter_than("We are closed", before="Closed for now")) == ["has 3 words, and the text before had 3"]
    assert not list(shorter_than("Anything", before=" "))
    assert not list(longer_than("Closed today. Open on Monday", before="Closed today."))
    assert list(longer_than("Closed today.", before="Closed today.")) == ["adds nothing to the text before"]
    assert not list(longer_than("", before=""))
