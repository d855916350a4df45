"""What is said after an answer is good English, and the options of a place are places."""

from __future__ import annotations

import pytest

from aigc_plugins.lessons.asked_things import lacks_article
from aigc_plugins.lessons.multiple_choice import quiz_items, short_questions
from aigc_plugins.lessons.quiz_material import quiz_facts
from aigc_plugins.lessons.readings import reading_text

BONES = ["Longest bone = femur", "Smallest bone = stapes", "Bone of the arm = humerus", "Bone of the shin = tibia"]


def items(facts: list[str], relation: str | None = None, pool: tuple[str, ...] = ()) -> dict[object, dict[str, object]]:
    return {one["stem"]: one for one in quiz_items(quiz_facts(facts, relation), [], [], pool)}


def test_a_noun_without_its_article_is_told_without_is() -> None:
    made = items(BONES)
    assert made["What is the longest bone?"]["feedback"] == "Longest bone: femur."
    assert made["What is the smallest bone?"]["feedback"] == "Smallest bone: stapes."
    asked = ["What is the longest bone? = femur", "Where is it? = in the leg"]
    (first, _) = short_questions(quiz_facts(asked), [])
    assert first["statement"] == "What is the longest bone? Femur."
    assert reading_text([*asked, "Bones are *hard*."]) == "Bones are hard."


def test_a_question_of_which_no_sentence_is_sure_is_answered_without_is() -> None:
    asked = [f"What is the {one} bone? = {bone}" for one, bone in (("longest", "femur"), ("smallest", "stapes"))]
    asked += ["What is the hardest bone? = mandible", "What is the heaviest bone? = tibia"]
    assert items(asked)["What is the longest bone?"]["feedback"] == "Answer: femur."


def test_money_has_its_article() -> None:
    facts = ["Poland = zloty", "Japan = yen", "Hungary = forint", "Thailand = baht"]
    made = items(facts, "currency of")
    assert made["What is the currency of Poland?"]["feedback"] == "The currency of Poland is the zloty."
    assert reading_text(facts[:2], "currency of") == (
        "The currency of Poland is the zloty. The currency of Japan is the yen."
    )


@pytest.mark.parametrize("answer", ["femur", "double bass", "blue whale", "skin graft"])
def test_a_bare_noun_lacks_an_article(answer: str) -> None:
    assert lacks_article(answer)


@pytest.mark.parametrize(
    "answer",
    ["the femur", "flour", "bees", "Jupiter", "blue", "eight", "to pump blood", "in the ear", "swimming", "42", "股骨"],
)
def test_what_stands_behind_is_lacks_none(answer: str) -> None:
    assert not lacks_article(answer)


def test_the_plural_of_a_word_is_told_as_it_is() -> None:
    facts = ["mouse = mice", "child = children", "tooth = teeth", "man = men"]
    assert items(facts, "plural of")["What is the plural of “mouse”?"]["feedback"] == "The plural of “mouse” is mice."


def test_the_options_of_a_place_are_places() -> None:
    facts = [
        "Where is the femur? = in the thigh",
        "Where is the stapes? = in the ear",
        "Where is the tibia? = in the shin",
        "Where is the patella? = in the knee",
        "Where do red blood cells form? = bone marrow",
    ]
    made = items(facts)
    assert "Where do red blood cells form?" not in made, "nothing else is named as its answer is"
    assert len(made) == 4 and all("bone marrow" not in str(one["options"]) for one in made.values())
    pool = ("femur", "tibia", "humerus", "skull")
    mixed = items(["Where do red blood cells form? = bone marrow", "What is the longest bone? = femur"], None, pool)
    assert "Where do red blood cells form?" not in mixed
