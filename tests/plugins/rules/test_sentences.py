from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from aigc_plugins.rules.sentences import complete_sentence, not_cut


@pytest.mark.parametrize(
    "text",
    [
        "Natural Rubber Kids Rain Boots",
        "Warm feet all day.",
        "Why wait?",
        "手感柔和",
        "骑行新方向",
        "轻便折叠车",
        'Fits 27" screens',
        "Boots (new)",
        "1) open 2) pour",
        "“Warm”",
        "",
    ],
)
def test_a_whole_line_is_not_cut(field, text):
    assert list(not_cut(text, field())) == []


def test_every_closing_of_an_ad_is_whole(field):
    closings = yaml.safe_load((files("aigc_plugins.ads") / "closings.yaml").read_text("utf-8"))
    texts = [text for kinds in closings.values() for those in kinds.values() for text in those]
    assert len(texts) > 100 and [text for text in texts if list(not_cut(text.rstrip("."), field()))] == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Boots for kids and", "'and'"),
        ("Boots with", "'with'"),
        ("Made of the", "the"),
        ("Warm, dry,", "','"),
        ("Warm -", "'-'"),
        ("Boots (new", "( )"),
        ("舒适的", "'的'"),
        ("轻便，", "'，'"),
        ("适合你和", "'和'"),
        ("（新款", "（ ）"),
        ("Wait...", "dots"),
        ("等等…", "dots"),
        ('Say "hi', "quotation mark"),
    ],
)
def test_a_cut_line_is_found(field, text, part):
    assert any(part in message for message in not_cut(text, field()))


def test_a_stump_of_a_word_of_the_brief_is_found_where_the_text_had_to_stop(field):
    brief = {"benefits": ["Natural Rubber", "cup holders"]}
    assert list(not_cut("Natural Rub", field(brief, finish_reason="length")))
    assert list(not_cut("Natural Rub", field(brief, limit={"width": 11})))
    assert not list(not_cut("Natural Rub", field(brief, limit={"width": 30})))
    assert not list(not_cut("Natural Rubber", field(brief, finish_reason="length")))
    assert not list(not_cut("Two holder", field(brief, finish_reason="length")))


def test_a_unit_written_short_is_no_stump(field):
    brief = {"benefits": ["folds flat in ten seconds", "up to 50 metres", "saves 20 measurements"]}
    for whole in ("Folds in 10 sec", "Up to 50 m"):
        assert not list(not_cut(whole, field(brief, limit={"width": len(whole)})))
    assert list(not_cut("Folds flat in sec", field(brief, limit={"width": 17})))
    without = {"benefits": ["saves 20 measurements"]}
    assert list(not_cut("Saves 20 m", field(without, limit={"width": 10})))


@pytest.mark.parametrize(
    "text",
    [
        "Warm feet all day.",
        'He said "warm."',
        "Really?",
        "双脚温暖。",
        "他说：“好！”",
        "Intro:\n\n- one\n- two",
        "| a | b |",
        "**Bold end.**",
        "Two handles to pull them on.",
        "What is it made of?",
    ],
)
def test_a_sentence_is_complete(field, text):
    assert list(complete_sentence(text, field())) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Warm feet all day", "full stop"),
        ("Warm feet and", "'and'"),
        ("双脚温暖", "full stop"),
        ("Warm (feet.", "( )"),
        ('Warm "feet.', "quotation mark"),
        ("“暖。", "“ ”"),
        ("Text.\n\n## Next", "heading"),
        ("- one and", "'and'"),
        ("A mug with.", "'with.'"),
        ("Made for the!", "'the!'"),
    ],
)
def test_an_incomplete_sentence_is_found(field, text, part):
    assert any(part in message for message in complete_sentence(text, field()))


def test_the_brief_may_end_in_a_function_word_itself(field):
    brief = field({"benefits": ["two handles to pull them on", "easy to live with"]})
    assert not list(not_cut("Handles to Pull Them On", brief))
    assert not list(complete_sentence("A mug that is easy to live with.", brief))
    assert list(not_cut("Handles to Put On", brief))
