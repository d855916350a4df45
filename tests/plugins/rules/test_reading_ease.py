"""Grades of English by two formulas, sentences of Chinese by their length."""

from __future__ import annotations

import pytest

from aigc_plugins.rules.reading_ease import automated_grade, readability, reading_grade

PLAIN = "The cat sat on the mat. The dog ran to the door. It was a hot day and we all sat in the sun. " * 2
HARD = (
    "Notwithstanding considerable organisational complexity, institutional stakeholders systematically prioritise "
    "interdepartmental communication, facilitating comprehensive implementation of multidimensional administrative "
    "recommendations throughout international subsidiaries, irrespective of jurisdictional particularities."
) * 2


def test_grades_follow_the_formulas() -> None:
    text = "The cat sat on the mat."  # 6 words of one syllable, 17 letters
    assert reading_grade(text) == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert automated_grade(text) == pytest.approx(4.71 * 17 / 6 + 0.5 * 6 - 21.43)
    assert reading_grade("") == automated_grade("…") == 0


def test_a_text_keeps_within_its_grades() -> None:
    assert not list(readability(PLAIN, most=4))
    (low,) = readability(PLAIN, least=6)
    assert "at least 6 is wanted" in low
    (high,) = readability(HARD, most=12)
    assert "at most 12 is wanted" in high


def test_short_texts_are_not_graded() -> None:
    assert not list(readability("Interdepartmental communication facilitates implementation.", most=1))


def test_chinese_goes_by_its_sentences() -> None:
    long = "这是一个没有停顿而且一直说下去的句子" * 4 + "。"
    (found,) = readability(long)
    assert "72 characters on average, at most 40" in found
    assert not list(readability("雨靴很轻。孩子很喜欢。" * 5)) and not list(readability(long, sentence=80))
