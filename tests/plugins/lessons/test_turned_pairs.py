"""Pairs that stand on two cards, turned round, and statements of which one word is turned into its opposite."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aigc_plugins.lessons.false_statements import false_statements
from aigc_plugins.lessons.flashcards import flashcards
from aigc_plugins.lessons.taught_facts import taught_facts


def sides(facts: Sequence[str], relation: str | None = None) -> dict[object, object]:
    return {card["front"]: card["back"] for card in flashcards(facts, relation, both_ways=True)}


@pytest.mark.parametrize(
    ("facts", "relation", "front", "back"),
    [
        (["钠=Na", "钾=K"], "元素符号", "Na是什么的元素符号？", "钠"),
        (["法国=巴黎", "德国=柏林"], "首都", "巴黎是哪里的首都？", "法国"),
        (["《静夜思》=李白", "《望庐山瀑布》=李白"], "作者", "李白是哪部作品的作者？", "《静夜思》；《望庐山瀑布》"),
        (["大=小", "高=矮"], "反义词", "“小”是什么的反义词？", "大"),
        (["France = Paris", "Italy = Rome"], "capital of", "Rome is the capital of ____.", "Italy"),
        (["hot = cold", "big = small"], "opposite of", "“cold” is the opposite of ____.", "hot"),
        (["Na ↔ 钠", "K ↔ 钾"], None, "钠", "Na"),
        (["Na <-> sodium", "K <-> potassium"], None, "sodium", "Na"),
        (["H2O = water", "+ = plus", "4 + 5 = 9"], None, "water", "H2O"),
        (["H2O = 水", "+ = 加号"], None, "加号", "+"),
    ],
)
def test_a_pair_is_turned_round(facts: list[str], relation: str | None, front: str, back: str) -> None:
    cards = sides(facts, relation)
    assert cards[front] == back and "9" not in cards


def test_a_relation_that_is_no_noun_is_asked_one_way() -> None:
    cards = sides(["window = glass", "wall = brick"], "made of")
    assert list(cards) == ["What is a window made of?", "What is a wall made of?"]


@pytest.mark.parametrize(
    "fact",
    [
        "Morse code is made of short and long signals.",
        "It is a code of long and loud signals.",
        "Warm air rises higher, as cold air sinks.",
    ],
)
def test_a_word_beside_its_opposite_is_not_turned(fact: str) -> None:
    assert false_statements(taught_facts([fact])) == []
