from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.content import COUNTERS, limit_of, measure


@pytest.mark.parametrize(
    ("text", "counter", "size"),
    [
        ("Hello", "chars", 5),
        ("Cafe\u0301", "chars", 4),  # NFC
        ("折叠电动车", "chars", 5),
        ("折叠电动车", "width", 10),
        ("续航40公里", "width", 10),
        ("ＡＢＣ", "width", 6),  # full-width letters
        ("ｶﾀｶﾅ", "width", 4),  # half-width katakana
        ("naïve £5 · ×2", "width", 13),  # ambiguous characters are narrow
        ("q\u0323\u0307", "width", 3),  # no composed form: every code point counts
        ("", "width", 0),
        ("Read https://example.com/a/very/long/path?x=1 now", "x_weighted", 5 + 23 + 4),
        ("See example.com.", "x_weighted", 4 + 23 + 1),
        ("你好", "x_weighted", 4),
        ("“quoted” – text", "x_weighted", 15),
        ("👨‍👩‍👧‍👦", "x_weighted", 2),
        ("🇨🇳 ok", "x_weighted", 5),
        ("1️⃣", "x_weighted", 2),
        ("é", "bytes", 2),
        ("中", "bytes", 3),
        ("one two  three", "words", 3),
        ("don't stop - now", "words", 3),
        ("我们 use GPT 写作", "words", 6),
        ("iiii", "pixels", 18),  # 4 · 222/1000 em · 20 px = 17.76
        ("WWWW", "pixels", 76),
        ("中文", "pixels", 40),
        ("é", "pixels", 12),
    ],
)
def test_counts_as_the_platform_does(text: str, counter: str, size: int) -> None:
    assert measure(text, counter) == size


def test_pixels_of_a_known_title() -> None:
    # H 722 e 556 l 222 l 222 o 556 space 278 W 944 o 556 r 333 l 222 d 556 = 5167/1000 em at 20 px
    assert measure("Hello World", "pixels") == 104


def test_an_unknown_counter_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        measure("x", "furlongs")


@pytest.mark.parametrize(
    ("schema", "limit"),
    [
        ({"limit": {"width": 30}}, ("width", 30)),
        ({"limit": {"width": 30}, "maxLength": 99}, ("width", 30)),
        ({"maxLength": 99}, ("chars", 99)),
        ({"minLength": 3}, None),
    ],
)
def test_limit_of(schema: dict[str, object], limit: object) -> None:
    assert limit_of(schema) == limit


@given(st.text())
def test_measures_do_not_depend_on_the_normal_form(text: str) -> None:
    for counter in COUNTERS:
        assert measure(text, counter) == measure(unicodedata.normalize("NFD", text), counter)


@given(st.text(), st.text())
def test_joining_never_adds_more_than_the_parts(left: str, right: str) -> None:
    for counter in ("chars", "width", "bytes"):
        assert measure(left + right, counter) <= measure(left, counter) + measure(right, counter)
