from __future__ import annotations

import pytest

from aigc.errors import UsageError
from aigc_plugins.rules.words import forbidden_words, no_chatter


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The best kettle", "best"),
        ("THE BEST", "BEST"),
        ("We are #1", "#1"),
        ("No. 1 in tea", "No. 1"),
        ("国家级品质", "国家级"),
        ("最佳选择", "最佳"),
        ("ｂｅｓｔ", "ｂｅｓｔ"),
        ("b\u200best", "b\u200best"),
        ("world leading", "world leading"),
    ],
)
def test_superlatives(field, text, wanted):
    findings = list(forbidden_words(text, field(), lists=["superlatives"]))
    assert wanted in [text[slice(*finding.span)] for finding in findings]
    assert all("forbidden" in finding.message for finding in findings)


@pytest.mark.parametrize("text", ["bestow", "Best before 2026", "最佳食用时间：三天", "Arbest", "good"])
def test_harmless_words(field, text):
    assert not list(forbidden_words(text, field(), lists=["superlatives"]))


def test_own_words_and_exceptions(field):
    assert list(forbidden_words("Cheap boots", field(), words=["cheap"]))
    assert not list(forbidden_words("Cheaper boots", field(), words=["cheap"]))
    assert not list(forbidden_words("The best boots", field(), lists=["superlatives"], allow=["Best"]))
    assert not list(forbidden_words("The best boots", field()))


def test_a_word_of_the_brief_is_forgiven_only_when_asked(field):
    brief = field({"product": "Best Foot Socks"})
    assert list(forbidden_words("Best Foot Socks", brief, lists=["superlatives"]))
    assert not list(forbidden_words("Best Foot Socks", brief, lists=["superlatives"], unless_in_brief=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cliches", "In today’s fast-paced world"),
        ("cliches", "综上所述"),
        ("claims", "Clinically proven"),
        ("claims", "药到病除"),
        ("urgency", "Act now"),
        ("urgency", "手慢无"),
        ("coarse", "This kettle is the Shit"),
        ("coarse", "牛逼的水壶"),
    ],
)
def test_each_list(field, name, text):
    assert list(forbidden_words(text, field(), lists=[name]))


def test_an_unknown_list_is_refused_when_the_content_type_loads():
    with pytest.raises(UsageError, match="lists"):
        forbidden_words.bind({"lists": ["superlative"]}, "ad.yaml:3")


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I like boots",
        "I'm sorry, no boots",
        "I can’t help with that",
        "Here is a headline for you",
        "Sure! Here you go",
        "Certainly.",
        "Headline: boots",
        "Boots. Let me know if you like them.",
        "I hope this helps!",
        "<|im_start|>",
        "好的，以下是标题",
        "作为AI，我",
        "抱歉，我不能",
        "希望这些对您有帮助",
    ],
)
def test_chatter(text):
    assert len(list(no_chatter(text))) == 1


@pytest.mark.parametrize(
    "text", ["Sure-footed boots", "Here are the facts.", "Certainly warm", "好的靴子", "Answer the call"]
)
def test_no_chatter(text):
    assert not list(no_chatter(text))
