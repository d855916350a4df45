from __future__ import annotations

import pytest

from aigc_plugins.text.chatter import strip_chatter


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('Sure, here is a headline: "Kids Rain Boots"', "Kids Rain Boots"),
        ("Sure! Here's a headline for your ad:\n\nKids Rain Boots", "Kids Rain Boots"),
        ("Here's a headline:\n**Natural Rubber Boots**", "Natural Rubber Boots"),
        ("Here’s the rewritten title: Warm Feet", "Warm Feet"),
        ("Certainly! Here are 3 headlines:\nWarm Feet", "Warm Feet"),
        ("Sure! I'd be happy to help. Here's a headline:\nWarm Feet", "Warm Feet"),
        ("The following is a description: Warm feet all day.", "Warm feet all day."),
        ("Headline: Warm Feet", "Warm Feet"),
        ("Headline 1: Warm Feet", "Warm Feet"),
        ("**Headline:** Warm Feet", "Warm Feet"),
        ("Meta description: Warm feet.", "Warm feet."),
        ("Title: The Ad: Part 2", "The Ad: Part 2"),
        ("- Warm Feet", "Warm Feet"),
        ("• Warm Feet", "Warm Feet"),
        ("1. Warm Feet", "Warm Feet"),
        ("2) Warm Feet", "Warm Feet"),
        ("## Warm Feet", "Warm Feet"),
        ("*Warm Feet*", "Warm Feet"),
        ("__Warm Feet__", "Warm Feet"),
        ("```\nWarm Feet\n```", "Warm Feet"),
        ("```text\nWarm Feet", "Warm Feet"),
        ("`Warm Feet`", "Warm Feet"),
        ("“Warm Feet”", "Warm Feet"),
        ("'Kids' boots'", "Kids' boots"),
        ('"Warm Feet', "Warm Feet"),
        ("Warm Feet (9 characters)", "Warm Feet"),
        ("Warm feet all day. Let me know if you need more!", "Warm feet all day."),
        ("Warm feet all day.\n\nI hope this helps!", "Warm feet all day."),
        ("好的，以下是广告标题：“折叠车”", "折叠车"),
        ("当然！这是一个标题：折叠车", "折叠车"),
        ("标题：折叠车", "折叠车"),
        ("1、折叠车", "折叠车"),
        ("「折叠车」", "折叠车"),
        ("续航40公里。希望对你有帮助！", "续航40公里。"),
    ],
)
def test_what_wraps_the_piece_goes(field, text, wanted):
    assert strip_chatter(text, field()) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Absolutely fresh coffee",
        "Sure-footed boots",
        "Great. Boots that last",
        "Here is comfort: soft boots",
        '"A" and "B"',
        "Rock 'n' roll",
        "3-in-1 tool",
        "1.5 litres of tea",
        "10% off",
        "Snake_case and *one* star",
        "以下班为例",
        "Sure!",  # nothing but chatter is a check's to refuse
    ],
)
def test_what_only_looks_like_chatter_stays(field, text):
    assert strip_chatter(text, field()) == text


def test_markdown_keeps_its_headings_lists_and_quotes(field):
    text = "# Boots\n\n- warm\n- dry\n\n> *quoted*"
    assert strip_chatter(text, field(contentMediaType="text/markdown")) == text


def test_markdown_loses_the_announcement_and_the_fence(field):
    text = "Here is the article:\n\n```markdown\n# Boots\n\nWarm.\n```"
    assert strip_chatter(text, field(contentMediaType="text/markdown")) == "# Boots\n\nWarm."
