"""What a class does with the facts of its lesson: sort their things, practise their sums, find their places."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from aigc import Pipeline, Project
from aigc.content import brief_values
from aigc.testing import ScriptedGenerator
from aigc.types import Brief
from aigc_plugins.lessons.board_words import board_words, places
from aigc_plugins.lessons.lesson_content import lesson_content
from aigc_plugins.lessons.lesson_things import lesson_things
from aigc_plugins.lessons.more_sums import more_sums
from aigc_plugins.lessons.phases import planned_lesson
from aigc_plugins.lessons.worked_sums import steps_of, wrong_result, wrong_sum

TASTES = ["Lemon juice = acid", "Vinegar = acid", "Soap = base", "Baking soda = base"]
SAYINGS = [
    "A simile compares with like or as.",
    '"He runs like the wind" is a simile.',
    '"She is as brave as a lion" is a simile.',
    '"Time is money" is a metaphor.',
    '"The classroom was a zoo" is a metaphor.',
]
ROAD = [
    "The Silk Road linked China with the Mediterranean.",
    "Traders carried silk, tea and porcelain west.",
    "Buddhism spread from India to China along the Silk Road.",
    "Paper making reached Baghdad in the 8th century.",
]


def students(made: dict[str, Any], at: int) -> str:
    return str(made["phases"][at]["students"])


@pytest.mark.parametrize(
    ("facts", "heads", "odd"),
    [
        (TASTES, ["acid: ", "base: "], "(base; the others: acid)"),
        (SAYINGS, ["a simile: ", "a metaphor: "], "(a metaphor; the others: a simile)"),
    ],
)
def test_things_of_groups_are_sorted_and_the_odd_one_out_is_found(facts: list[str], heads: list[str], odd: str) -> None:
    made = planned_lesson("what belongs together", 45, facts)
    assert [key[: len(head)] for key, head in zip(made["handout_key"], heads, strict=True)] == heads
    assert len(made["handout"]) == 4 and made["objectives"][0].startswith("Sort examples into these groups")
    assert made["exit_ticket"][0].startswith("Which is the odd one out") and odd in made["exit_key"][0]
    thing = made["exit_key"][0].partition(" (")[0]
    assert thing in made["exit_ticket"][0] and "odd one out" in students(made, 3)
    assert not any("State" in goal for goal in made["objectives"])


def test_no_groups_are_made_of_pairs_that_match_one_to_one_or_that_leave_one_alone() -> None:
    for facts in (["Ohio = Columbus", "Utah = Salt Lake City", "Texas = Austin"], [*TASTES, "Water = neutral"]):
        made = planned_lesson("places", 45, facts)
        assert "odd one out" not in str(made)


def test_litmus_paper_is_no_drawing_paper_and_the_groups_are_checked_with_it() -> None:
    facts = [*TASTES, "Litmus paper turns red in an acid and blue in a base."]
    made = planned_lesson("acids and bases", 60, facts, materials=["litmus paper", "vinegar"])
    assert "check your groups with litmus paper and vinegar" in students(made, 1)
    assert "Draw" not in students(made, 3) and lesson_things(["litmus paper", "试纸"]).made == ()


@pytest.mark.parametrize(
    "given",
    [
        ["4 × 6 = 24", "5 × 7 = 35", "3 × 9 = 27"],
        ["2/7 + 3/7 = 5/7", "1/5 + 2/5 = 3/5"],
        ["3/4 of 20 = 15", "2/5 of 30 = 12", "2/3 of 18 = 12"],
        ["34 + 25 = 59", "42 + 36 = 78", "51 + 27 = 78"],
        ["63 - 21 = 42", "85 - 34 = 51", "77 - 45 = 32"],
        ["56 ÷ 7 = 8", "36 ÷ 6 = 6"],
    ],
)
def test_more_sums_are_right_new_and_as_hard(given: list[str]) -> None:
    made = more_sums(given)
    assert 4 <= len(made) <= 8
    for asked, value in made.items():
        assert wrong_sum(f"{asked} = {value}") is None and f"{asked} = {value}" not in given
        assert Fraction(value) > 0
        if "+" in asked and "/" not in asked:
            left, right = asked.split(" + ")
            assert int(left) % 10 + int(right) % 10 < 10  # as in those given, no ten is carried


def test_sums_of_several_kinds_or_wrong_ones_make_no_more() -> None:
    assert not more_sums(["4 × 6 = 24", "2 + 3 = 5"])
    assert not more_sums(["4 × 6 = 25", "5 × 7 = 35"])
    assert not more_sums(["4 × 6 = 24"])


def test_a_lesson_of_sums_has_a_sheet_of_exercises_and_begins_with_another() -> None:
    made = planned_lesson("times tables", 45, ["4 × 6 = 24", "5 × 7 = 35", "3 × 9 = 27"])
    assert len(made["handout"]) == len(made["handout_key"]) == 6
    first = made["phases"][0]["teacher"].split('"')[1]
    assert "×" in first and not any(first in line for line in made["handout"])
    assert "Solve the exercises of the handout" in students(made, 3) and "key" in made["phases"][3]["teacher"]
    assert "Correct your handout" not in students(made, 2)
    assert not any(asked in line for asked in made["exit_ticket"] for line in made["handout"])


def test_a_part_of_a_number_is_worked_out() -> None:
    assert steps_of("3/4 of 20 = 15", "en") == "First one part: 20 ÷ 4 = 5. Then 3 of them: 3 × 5 = 15."
    assert steps_of("1/4 of 20 = 5", "en") == "Divide by 4: 20 ÷ 4 = 5." and wrong_result("3/4 of 20 = 15") == "5"
    assert planned_lesson("fractions", 45, ["3/4 of 20 = 15", "2/5 of 30 = 12"])["objectives"] == [
        "Solve exercises such as 3/4 of 20."
    ]


def test_a_map_is_searched_for_the_places_of_the_facts() -> None:
    made = planned_lesson("the Silk Road", 50, ROAD, materials=["world map", "coloured pencils"])
    found = students(made, 1)
    assert "on the world map" in found and "China, the Mediterranean, India and Baghdad" in found
    assert "China; west; India; Baghdad" in made["phases"][0]["teacher"] and "poster" in students(made, 3)
    assert "the 8th ____" not in str(made["exit_ticket"]) and "State three" not in str(made)


def test_words_for_the_board_are_names_and_nouns() -> None:
    content = lesson_content(["A fire blanket smothers a fire.", "In winter bees keep warm.", "The sky is blue."])
    assert board_words(content, "safety") == [] and places(content) == []
    content = lesson_content(
        ["Howard Carter opened the tomb.", "Papyrus was made from reeds.", "They used hieroglyphs."]
    )
    assert board_words(lesson_content([*content.told, "Khufu lies in Giza."]), "Egypt")[0] == "Howard Carter"


def test_what_a_topic_says_is_written_is_written() -> None:
    facts = ["A haiku has three lines.", "The first line has five syllables.", "A haiku does not rhyme."]
    made = planned_lesson("Writing a haiku", 45, facts)
    assert students(made, 3).startswith("Now write a haiku of your own.") and facts[2] in students(made, 3)


def test_an_order_is_never_made_false() -> None:
    made = planned_lesson(
        "teeth", 30, ["Brush for two minutes.", "Brush your teeth twice a day.", "Visit the dentist."]
    )
    assert "three minutes" not in str(made)


def test_a_feast_has_no_why_in_chinese() -> None:
    facts = ["端午节是为了纪念屈原。", "人们在门上挂艾草，因为艾草的气味可以驱虫。", "屈原是楚国的诗人。"]
    made = planned_lesson("端午节", 40, facts, language="zh")
    assert "为什么端午节" not in str(made["objectives"]) and "人们在门上挂艾草" in made["objectives"][0]
    sorted_ = planned_lesson("动物", 40, ["猫=哺乳动物", "鲸=哺乳动物", "麻雀=鸟类", "企鹅=鸟类"], language="zh")
    assert sorted_["objectives"] == ["区分哺乳动物和鸟类，并说明理由。"]


def test_a_lesson_of_groups_begins_with_a_difference_and_puts_the_table_on_the_board() -> None:
    made = planned_lesson("Electric circuits", 50, [*TASTES, "A switch opens and closes a circuit."])
    engage, _, explain, _, _ = made["phases"]
    assert "“Lemon juice” and “Soap”" in engage["teacher"] and "difference" in engage["teacher"]
    assert "Write the table on the board" in explain["teacher"] and "Copy the table" in explain["students"]
    assert "facts below" in explain["teacher"] and "State three" not in str(made["objectives"])


def test_products_of_two_digits_are_split_and_no_ten_is_carried_that_none_of_them_carries() -> None:
    given = ["12 × 3 = 36", "21 × 4 = 84", "13 × 2 = 26"]
    assert steps_of(given[0], "en").startswith("Split 12 into 10 and 2: 10 × 3 = 30 and 2 × 3 = 6.")
    for asked, value in more_sums(given).items():
        left, right = map(int, asked.split(" × "))
        assert left * right == int(value) <= 84 and left % 10 * right < 10


def test_words_of_another_language_may_be_taught() -> None:
    project = Project.open()
    content_type = project.content_type("lessons/plan")
    facts = ["el pan = bread", "la leche = milk", "el queso = cheese", "la manzana = apple"]
    inputs = {"subject": "Spanish", "topic": "Food words", "grade": "grade 5", "facts": facts}
    brief = Brief(id="1", values=brief_values(content_type, inputs, where="the test"))
    (piece,) = Pipeline(ScriptedGenerator([]), project.environment).write(content_type, [brief])
    assert piece.status == "accepted", piece.reason
    assert "answer with the other" in str(piece.fields["phases"]) and "about food words" in str(piece.fields["phases"])


def test_measures_are_pairs_whatever_their_unit() -> None:
    made = planned_lesson("lengths", 40, ["1 km = 1000 m", "1 m = 100 cm", "1 cm = 10 mm", "1 kg = 1000 g"])
    assert made["objectives"] == ["Say how much each of these is: 1 km, 1 m, 1 cm and 1 kg."]
    assert "Solve" not in str(made["phases"]) and "1 m" in str(made["handout"])
