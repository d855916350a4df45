"""Neither the place nor the length nor the kind of an option tells which is right."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.lessons.multiple_choice import lacking_answers, quiz_items, short_questions
from aigc_plugins.lessons.number_words import near_counts, of_like_count
from aigc_plugins.lessons.option_lengths import key_not_longest, of_fair_lengths
from aigc_plugins.lessons.quiz_material import quiz_facts, quiz_stem

_CAPITALS = """
    Albania=Tirana Austria=Vienna Belgium=Brussels Croatia=Zagreb Denmark=Copenhagen Finland=Helsinki France=Paris
    Greece=Athens Iceland=Reykjavik Italy=Rome Norway=Oslo Malta=Valletta Slovenia=Ljubljana Spain=Madrid
    Serbia=Belgrade Moldova=Chisinau Portugal=Lisbon Poland=Warsaw Hungary=Budapest Ireland=Dublin
"""
CAPITALS = _CAPITALS.split()


def items_of(facts: list[str], relation: str | None = None) -> list[dict[str, Any]]:
    made = quiz_facts(facts, relation)
    return quiz_items(made, [quiz_stem(fact) for fact in made if not fact["question"]])


def is_longest(item: dict[str, Any]) -> bool:
    return all(len(one) < len(item["answer"]) for one in item["options"] if one != item["answer"])


def test_places_and_lengths_are_as_chance_has_them() -> None:
    items = items_of(CAPITALS, "capital of")
    assert len(items) == 20
    assert set(Counter(item["options"].index(item["answer"]) for item in items).values()) == {5}
    assert 3 <= sum(map(is_longest, items)) <= 5
    shortest = [
        all(len(one) > len(item["answer"]) for one in item["options"] if one != item["answer"]) for item in items
    ]
    assert 2 <= sum(shortest) <= 8
    assert items == items_of(CAPITALS, "capital of")


def test_an_answer_that_is_longest_whatever_is_chosen_takes_the_place_of_one_that_need_not_be() -> None:
    words = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg", "hhhhhhhh"]
    fair = of_fair_lengths([[word, *(other for other in words if other != word)] for word in words], 4)
    assert [one[0] for one in fair] == words and all(len(set(one)) == 4 for one in fair)
    longest = [one[0] for one in fair if all(len(other) < len(one[0]) for other in one[1:])]
    assert len(longest) == 2 and longest[-1] == "hhhhhhhh"


def test_options_that_look_like_the_answer_go_before_others_and_keep_their_order() -> None:
    (fair,) = of_fair_lengths([["the Sun", "rain", "the Moon", "the sky", "a cloud", "snow"]], 4)
    assert fair == ["the Sun", "the Moon", "the sky", "a cloud"]
    (fair,) = of_fair_lengths([["Paris", "rivers", "Rome", "Lyon", "Nantes", "hills"]], 4)
    assert fair == ["Paris", "Rome", "Lyon", "Nantes"]


def test_keys_that_are_longest_too_often_are_told() -> None:
    item = {"stem": "Which?", "options": ["a", "b", "c", "a long one"], "answer": "a long one"}
    short = item | {"answer": "a"}

    def told(items: list[dict[str, Any]]) -> list[str]:
        return list(
            key_not_longest(Draft(brief=Brief(id="1", values={}), fields={"items": items}, schema={}), field="items")
        )

    assert told([item] * 4) == [
        "the right answer is the longest in 4 of 4 questions, such as 'Which?': give longer wrong answers as `wrong`"
    ]
    assert not told([item, item, short, short])
    assert not told([item, item])  # of two questions nothing can be told


@pytest.mark.parametrize(
    ("answer", "other", "alike"),
    [
        ("three", "eight", True),
        ("three", "Paris", False),
        ("Paris", "three", False),
        ("三条", "五条", True),
        ("三条", "五个", False),
        ("三条", "三峡", False),
        ("Paris", "Rome", True),
    ],
)
def test_counts_go_with_counts(answer: str, other: str, alike: bool) -> None:
    assert of_like_count(answer, [other]) == ([other] if alike else [])


@pytest.mark.parametrize(
    ("answer", "near"),
    [
        ("three", ["four", "two", "five", "six", "one"]),
        ("Twelve", ["Eleven", "Ten", "Nine"]),
        ("三条", ["四条", "两条", "五条", "六条", "一条"]),
        ("两个", ["三个", "一个", "四个", "五个"]),
        ("三峡", []),
        ("8", []),
    ],
)
def test_counts_have_others_near_them(answer: str, near: list[str]) -> None:
    assert list(near_counts(answer)) == near


def test_a_counted_thing_needs_no_model() -> None:
    (item,) = items_of(["A triangle has *three* sides."])
    assert set(item["options"]) - {"three"} <= {"four", "two", "five", "six", "one"}
    (item,) = quiz_items(quiz_facts(["三角形有*三条*边。"], None, "zh"), ["三角形有几条边？"])
    assert all(str(one).endswith("条") for one in item["options"])  # type: ignore[attr-defined]


def test_a_name_among_things_that_are_none_has_the_names_that_a_model_gives() -> None:
    facts = quiz_facts(
        ["ice = solid", "water = liquid", "vapour = gas", "jelly = soft", "largest ocean = Pacific Ocean"]
    )
    assert [fact["answer"] for fact in lacking_answers(facts)] == ["Pacific Ocean"]
    stems = [quiz_stem(fact) for fact in facts if not fact["question"]]
    *_, alone = quiz_items(facts, stems)
    assert len(set(alone["options"])) == 4  # type: ignore[call-overload]
    *_, helped = quiz_items(facts, stems, ["Pacific Ocean: Atlantic Ocean; Indian Ocean; Arctic Ocean"])
    assert all(str(one).endswith("Ocean") for one in helped["options"])  # type: ignore[attr-defined]


def test_what_would_give_the_answer_away_is_asked_without_a_choice() -> None:
    facts = quiz_facts(
        [
            "*张衡*制作了地动仪。",
            "记录中药的书叫做*本草*。",
            "写字用什么？ = 毛笔",
            "报警电话是*110*。",
            "*蔡伦*改进了造纸术。",
        ],
        None,
        "zh",
    )
    assert not quiz_items(facts, [], language="zh")
    assert [one["answer"] for one in short_questions(facts, [], language="zh")] == [
        "张衡",
        "本草",
        "毛笔",
        "110",
        "蔡伦",
    ]
    more = quiz_facts(
        [f"*{name}*发明了第{at}种机器。" for at, name in enumerate(["张衡", "蔡伦", "毕昇", "鲁班"], 3)], None, "zh"
    )
    assert len(quiz_items(more, [], language="zh")) == 4 and not short_questions(more, [], language="zh")


def test_numbers_of_telephones_have_only_one_another() -> None:
    facts = quiz_facts(
        [
            f"The emergency number of {land} is *{number}*."
            for land, number in [("Spain", 112), ("Britain", 999), ("China", 110), ("Mars", 911)]
        ]
    )
    assert all(set(item["options"]) <= {"112", "999", "110", "911"} for item in quiz_items(facts, []))  # type: ignore[call-overload]
    assert [one["answer"] for one in short_questions(facts[:2], [])] == ["112", "999"]


def test_wrong_answers_of_a_sum_are_those_of_who_errs() -> None:
    (item,) = quiz_items(quiz_facts(["6 × 7 = 42"]), [])
    assert set(item["options"]) <= {"42", "49", "35", "48", "36"} and "6 times 7" in str(item["feedback"])  # type: ignore[call-overload]
