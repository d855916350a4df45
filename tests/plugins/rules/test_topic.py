from __future__ import annotations

import pytest

from aigc.errors import UsageError
from aigc_plugins.rules.topic import about_brief, contains, language_matches, written_in

KETTLE = {"product": "Trail Kettle", "benefits": ["Boils quickly", "轻便水壶"], "language": "en"}


@pytest.mark.parametrize(
    "text", ["A kettle for you", "Boiling made easy", "quick tea", "水壶", "TRAIL-READY", "这把水壶很轻"]
)
def test_about_the_brief(field, text):
    assert not list(about_brief(text, field(KETTLE)))


@pytest.mark.parametrize("text", ["Dogs are great", "You and your best", "汽车"])
def test_not_about_the_brief(field, text):
    assert list(about_brief(text, field(KETTLE))) == ["has no word in common with the brief"]


def test_about_given_fields_or_the_item_or_a_value(field):
    place = field(KETTLE, item="natural rubber sole")
    assert list(about_brief("Trail mix", place, with_=["benefits"])) == ["has no word in common with benefits"]
    assert not list(about_brief("Rubber soles", place, with_=["item"]))
    assert list(about_brief("Trail kettle", place, with_=["item"]))
    assert list(about_brief("Trail kettle", place, value="tea pot")) == ["has no word in common with 'tea pot'"]
    assert not list(about_brief("Tea time", place, value="tea pot"))
    with pytest.raises(UsageError, match="did you mean 'benefits'"):
        list(about_brief("x", place, with_=["benefit"]))


def test_scripts_that_cannot_be_compared_are_let_pass(field):
    assert not list(about_brief("轻便水壶", field({"product": "Kettle"})))


def test_contains(draft):
    piece = draft(title="Rain Boots for Kids", headlines=["Rain boots", "Warm feet", "RAIN  BOOTS now"])
    assert not list(contains(piece, field="title", value="rain boots"))
    assert not list(contains(piece, field="headlines", value="rain boots", at_least=2))
    assert not list(contains(piece, value=["Kids", "warm"]))
    assert not list(contains(piece, field="title", any=["mud", "kids"]))
    assert not list(contains(piece, field="title", value=None))
    (finding,) = contains(piece, field="title", value="mud")
    assert (finding.field, finding.message) == ("title", "does not contain 'mud'")
    (finding,) = contains(piece, field="headlines", value="rain boots", at_least=3)
    assert finding.message == "does not contain 'rain boots' in 3 of its texts"
    (finding,) = contains(piece, field="title", any=["mud", "sun"])
    assert finding.message == "contains none of 'mud', 'sun'"
    with pytest.raises(UsageError, match="did you mean 'title'"):
        list(contains(piece, field="titel", value="x"))


@pytest.mark.parametrize(
    ("language", "text", "ok"),
    [
        ("en", "Warm feet", True),
        ("en", "温暖的双脚", False),
        ("en", "Warm 温暖 feet", False),
        ("en", "Try our 小米 phone", True),  # the brief says 小米
        ("en", "Тёплые ноги", False),
        ("zh", "温暖的双脚", True),
        ("zh", "Warm feet", False),
        ("zh", "Nike Air Max 跑鞋", True),  # the brief says Nike Air Max
        ("zh", "Super Soft 跑", False),
        ("zh", "靴子です", False),
        ("zh", "123", True),
        ("zh-TW", "溫暖", True),
        ("ru", "anything", True),
    ],
)
def test_language(field, language, text, ok):
    place = field({"language": language, "brand": "Nike Air Max, 小米"})
    assert (list(language_matches(text, place)) == []) is ok


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("zh", "The office is closed on Monday, and we are back on Tuesday.", ["is in English, not in Chinese"]),
        ("zh", "办公室周一关闭，周二重新开放。", []),
        ("de", "The office is closed on Monday, and we are back on Tuesday.", ["is in English, not in German"]),
        ("de", "OK", []),  # too short to tell
        ("", "办公室周一关闭，周二重新开放。", []),
    ],
)
def test_a_text_is_in_the_language_that_was_asked_for(language, text, found):
    assert list(written_in(text, language=language)) == found
