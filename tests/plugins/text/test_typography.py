from __future__ import annotations

import pytest

from aigc_plugins.text.chinese import fullwidth_punctuation
from aigc_plugins.text.emoji import strip_emoji
from aigc_plugins.text.quotes import normalise_quotes
from aigc_plugins.text.spaces import normalise_spaces


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hello ,world !  nice", "Hello, world! nice"),
        ("by P!nk!Buy", "by P!nk! Buy"),
        ("wow!buy,now", "wow! buy, now"),
        ("a  b\u00a0c\td", "a b c d"),
        ("zero\u200bwidth", "zerowidth"),
        (" both ends ", "both ends"),
        ("(see below ) now", "(see below ) now"),
        ("你好 ，世界 ！ 买 iPhone 手机", "你好，世界！买 iPhone 手机"),
        ("折 叠 车", "折叠车"),
        ("1,200 W, 40 km", "1,200 W, 40 km"),
        ("10:30", "10:30"),
        ("www.example.com", "www.example.com"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("- a\n  - b", "- a\n  - b"),
        ("```\nx  =  1\n```\na  b", "```\nx  =  1\n```\na b"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_spaces(text, wanted):
    assert normalise_spaces(text) == wanted


@pytest.mark.parametrize(
    ("han_latin", "wanted"), [("keep", "续航 40km电池"), ("none", "续航40km电池"), ("space", "续航 40km 电池")]
)
def test_spaces_between_chinese_and_latin(han_latin, wanted):
    assert normalise_spaces("续航 40km电池", han_latin=han_latin) == wanted


@pytest.mark.parametrize(
    ("text", "style", "language", "wanted"),
    [
        ("“It’s” ``good''", "auto", "en", '"It\'s" "good"'),
        ("«Guten Tag» ‚ja‘", "auto", "en", "\"Guten Tag\" 'ja'"),
        ('他说"好"', "auto", "zh", "他说“好”"),
        ('"hi" he said', "auto", "zh", '"hi" he said'),
        ('It\'s a 27" "wide" screen', "curly", "en", 'It’s a 27" “wide” screen'),
        ('\'Tis "it"', "curly", "en", "‘Tis “it”"),
        ("Run `a = '“'` now", "auto", "en", "Run `a = '“'` now"),
        ('a "lonely mark', "curly", "en", 'a "lonely mark'),
    ],
)
def test_quotes(field, text, style, language, wanted):
    assert normalise_quotes(text, field({"language": language}), style=style) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("你好,世界!", "你好，世界！"),
        ("轻便(含电池)", "轻便（含电池）"),
        ("买3,000件,现在10:30", "买3,000件，现在10:30"),
        ("真的?是的.", "真的？是的。"),
        ("等等...", "等等……"),
        ("用iPhone,更快", "用iPhone，更快"),
        ("版本2.0.1", "版本2.0.1"),
        ("English, only.", "English, only."),
    ],
)
def test_fullwidth_punctuation(field, text, wanted):
    assert fullwidth_punctuation(text, field({"language": "zh"})) == wanted
    assert fullwidth_punctuation(text, field({"language": "en"})) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Fun 🎉 boots!", "Fun boots!"),
        ("Fun boots 🎉!", "Fun boots!"),
        ("🎉 Fun", "Fun"),
        ("Family 👨‍👩‍👧 day", "Family day"),
        ("Family👨‍👩‍👧 day", "Family day"),
        ("Flag 🇨🇳 and 1️⃣ key", "Flag and key"),
        ("好用👍！", "好用！"),
        ("5★ hotel ✓ ©™ → 4#", "5★ hotel ✓ ©™ → 4#"),
        ("a\n  b 🎉\nc", "a\n  b\nc"),
    ],
)
def test_emoji(text, wanted):
    assert strip_emoji(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("👩‍🍳 Linen apron", "Linen apron"),
        ("✅ washes at 40 degrees. ★ neck strap.", "Washes at 40 degrees. Neck strap."),
        ("light • strong ● warm", "light, strong, warm"),
        ("• warm", "Warm"),
        ("Home › Mugs » Steel", "Home, Mugs, Steel"),
        ("› warm", "Warm"),
        ("★★★★★ 4.8 of 5", "4.8 of 5"),
        ("A → B ❤️", "A B"),
        ("🎉 -15%", "-15%"),
        ("©™ 5 × 4 #1 ½", "©™ 5 × 4 #1 ½"),
        ("4.5★ rated, 4.5 ★ rated", "4.5 rated, 4.5 rated"),
        ("Fast✅Easy", "Fast Easy"),
        ("*** Sale *** now", "Sale now"),
        ("Why wait?? Now!!! A ~~ b", "Why wait? Now! A b"),
        ("10✕20 cm, 10 ✖️ 20 cm", "10×20 cm, 10 × 20 cm"),
        ("strong ← light ◉ lid ‼ wow ℹ info", "strong light, lid wow info"),
    ],
)
def test_signs_that_only_adorn_go_where_that_is_asked_for(text, wanted):
    assert strip_emoji(text, symbols=True) == wanted
