r"""Patterns answer as `re` does, in a time that grows with the text alone."""

from __future__ import annotations

import re
import time

import pytest

from aigc.bounds.patterns import LONGEST, BoundedPattern, TooComplex, check_pattern

EASY = [
    r"^\d{4}-\d\d$",
    r"[A-Z]{2,3}",
    r"^[^!]+$",
    "a|b",
    r"^.{3,5}$",
    r"\w+\s\w+",
    "x{",
    "[[a]",
    "a{,2}b",
    r"\{e\}",
    "é+",
]
TEXTS = ["", "a", "2026-12-31", "AB c", "no!", "x{e<=1}", "[", "aab", "éé", "two words", "b" * 9, "{e}", "line\nbreak"]
SLOW = [
    (r"^(a+)+$", "a" * 5000 + "b"),
    (r"^(a|aa)+$", "a" * 5000 + "b"),
    (r"^(\w+\s?)*!$", "word " * 900),
    ("(x+x+)+y", "x" * 3000),
]


@pytest.mark.filterwarnings("ignore:Possible nested set")
@pytest.mark.parametrize("pattern", EASY)
def test_it_answers_as_re_does(pattern: str) -> None:
    check_pattern(pattern)
    quick, steady = BoundedPattern(pattern), BoundedPattern(pattern)
    steady._slow = True  # as after a text that was too much
    for text in TEXTS:
        assert quick.found_in(text) == bool(re.search(pattern, text)), text
        assert steady.found_in(text) == bool(re.search(pattern, text)), text


@pytest.mark.parametrize(("pattern", "text"), SLOW)
def test_what_re_never_ends_is_answered_soon_and_right(pattern: str, text: str) -> None:
    bounded, started = BoundedPattern(pattern), time.process_time()
    assert bounded.found_in(text) is False
    assert bounded.found_in(text) is False
    assert time.process_time() - started < 10


def test_a_text_too_long_for_a_slow_pattern_is_not_told_of() -> None:
    with pytest.raises(TooComplex, match="takes too long"):
        BoundedPattern("^(a|aa)+$").found_in("a" * LONGEST + "ab")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?:(?:a{1000}){1000}){1000}", "repeats too often: it has "),
        ("((((a{0,99}){0,99}){0,99}){0,99})b", "repeats too often: it has "),
        ("(?:" * 200 + "a" + ")" * 200, "over 100 parentheses within each other"),
        ("(" * 5000 + "a" + ")" * 5000, "nested too deeply"),
        ("a{99999999999}", "no regular expression: the repetition number is too large"),
        ("(a", "no regular expression: missing"),
    ],
)
def test_what_would_fill_the_memory_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(TooComplex, match=why):
        check_pattern(pattern)
