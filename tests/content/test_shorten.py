from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.content import COUNTERS, drop_cut_word, drop_dangling, ends_dangling, measure, trim
from aigc.content.measures import clusters

WORDS = st.sampled_from(
    ["light", "mug", "and", "the", "with", "40", "km", "Water-proof,", "折叠", "续航", "，", "(new)", "é́"]
)
TEXTS = st.lists(WORDS, max_size=14).map(" ".join) | st.lists(WORDS, max_size=14).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "limit", "counter", "kept"),
    [
        ("Fits", 30, "width", "Fits"),
        ("  Fits  ", 4, "width", "Fits"),
        ("Hand-thrown stoneware mug with a glazed interior", 30, "width", "Hand-thrown stoneware mug"),
        ("Hand-thrown stoneware mug, glazed", 27, "chars", "Hand-thrown stoneware mug"),
        ("Dinner for two and the kids", 22, "chars", "Dinner for two"),
        ("Rides up to 40 km per charge", 16, "chars", "Rides up"),  # a number without its unit says something else
        ("Model 3000", 10, "chars", "Model 3000"),
        ("Waterproof (rated IP67 inside)", 22, "chars", "Waterproof"),
        ("Extraordinarily long", 5, "chars", ""),
        ("I don’t know them", 8, "chars", "I don’t"),
        ("Starts at 12:30 daily", 13, "chars", "Starts"),
        ("折叠电动自行车，续航长达40公里", 22, "width", "折叠电动自行车"),
        ("折叠电动自行车续航40公里", 20, "width", "折叠电动自行车续航"),
        ("折叠电动自行车续航40公里", 22, "width", "折叠电动自行车续航"),
        ("我们的产品和服务的质量", 18, "width", "我们的产品和服务"),
        ("スマートフォン充電", 8, "width", ""),
        ("a b c d", 2, "words", "a b"),
    ],
)
def test_trims_to_a_clean_end(text: str, limit: int, counter: str, kept: str) -> None:
    assert trim(text, limit, counter) == kept


def test_sentences_stay_whole_and_fall_back_on_words() -> None:
    text = "It folds. It rides 3.5 hours on one charge. It stops!"
    assert trim(text, 45, "chars", "sentence") == "It folds. It rides 3.5 hours on one charge."
    assert trim(text, 20, "chars", "sentence") == "It folds."
    assert trim("It folds in four seconds flat. Yes.", 15, "chars", "sentence") == "It folds"
    assert trim("可以折叠。续航四十公里。", 8, "chars", "sentence") == "可以折叠。"


def test_characters_are_cut_between_grapheme_clusters() -> None:
    family = "👨‍👩‍👧‍👦"
    assert trim(f"ab{family}cd", 6, "chars", "char") == "ab"
    assert trim(f"ab{family}cd", 9, "chars", "char") == f"ab{family}"
    assert trim("abcdef", 3, "chars", "char") == "abc"


def test_a_link_is_not_cut() -> None:
    assert trim("Go to https://example.com/a/b now please", 30, "x_weighted") == "Go to https://example.com/a/b"


@given(TEXTS, st.integers(0, 40), st.sampled_from(COUNTERS), st.sampled_from(["word", "sentence", "char"]))
def test_the_result_is_a_beginning_within_the_limit(text: str, limit: int, counter: str, at: str) -> None:
    kept = trim(text, limit, counter, at)  # type: ignore[arg-type]
    assert measure(kept, counter) <= limit
    assert text.strip().startswith(kept)
    whole = clusters(text.strip())
    assert clusters(kept) == whole[: len(clusters(kept))]


@given(st.lists(st.sampled_from(["light", "mug", "with", "the", "40", "km", "new,"]), max_size=12), st.integers(0, 40))
def test_spaced_text_is_cut_after_a_whole_word(words: list[str], limit: int) -> None:
    kept = trim(" ".join(words), limit, "chars").split()
    assert [word.rstrip(",") for word in kept] == [word.rstrip(",") for word in words[: len(kept)]]
    if len(kept) < len(words) and kept:
        assert kept[-1] not in ("with", "the")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Made of oak and", "Made of oak"),
        ("Made of oak, for the", "Made of oak"),
        ("轻便好骑的", "轻便好骑"),
        ("Made of oak.", "Made of oak."),
        ("A mug [for", "A mug"),
        ("的", "的"),
    ],
)
def test_dangling_ends_are_dropped(text: str, kept: str) -> None:
    assert drop_dangling(text) == kept
    assert ends_dangling(text) is (text != kept)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ride forty kilo", "Ride forty"),
        ("It is done.", "It is done."),
        ("He said “done.”", "He said “done.”"),
        ("Sturdy oak with a gla", "Sturdy oak"),
        ("折叠电动车，续航四十公", "折叠电动车"),
        ("折叠电动车。", "折叠电动车。"),
        ("折叠电动", "折叠电"),
        ("", ""),
        ("Half", ""),
    ],
)
def test_a_cut_text_loses_the_word_it_was_cut_in(text: str, kept: str) -> None:
    assert drop_cut_word(text) == kept


@pytest.mark.parametrize("text", ["x" * 60_000 + " and then the", "7," * 30_000 + " of the", "a " * 20_000])
def test_the_end_of_a_long_text_is_found_from_the_end(text: str) -> None:
    before = time.process_time()
    assert not ends_dangling(drop_dangling(text))
    assert time.process_time() - before < 2, "a search from the beginning tries each place"
