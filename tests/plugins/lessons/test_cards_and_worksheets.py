"""Cards and worksheets are right by construction: every gap can be guessed, and one answer fits."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.lessons.flashcards import cards_differ, every_fact_taught, flashcards
from aigc_plugins.lessons.sure_gaps import sure_gap
from aigc_plugins.lessons.taught_facts import each_taught, taught_facts, to_ask, told_language
from aigc_plugins.lessons.worksheets import key_answers_sheet, worksheet

VOCABULARY = ["dog = Hund", "cat = Katze", "bird = Vogel", "horse = Pferd", "steed = Pferd"]


def draft(fields: dict[str, Any], **values: Any) -> Draft:
    return Draft(brief=Brief(id="1", values=values), fields=fields, schema={})


@pytest.mark.parametrize(
    ("fact", "gap", "answer"),
    [
        ("Water boils at *100 °C* at sea level.", "Water boils at ____ at sea level.", "100 °C"),
        ("Ice is *frozen* water.", "Ice is ____ water.", "frozen"),
        ("A spider has eight legs.", "A spider has ____ legs.", "eight"),
        ("Light travels at 300,000 km/s in empty space", "Light travels at ____ in empty space.", "300,000 km/s"),
        (
            "Water turning into vapour is called evaporation.",
            "Water turning into vapour is called ____.",
            "evaporation",
        ),
        ("Jupiter is the largest planet.", "____ is the largest planet.", "Jupiter"),
        (
            "The powerhouse of the cell is the mitochondrion.",
            "The powerhouse of the cell is ____.",
            "the mitochondrion",
        ),
        ("Marie Curie discovered radium.", "____ discovered radium.", "Marie Curie"),
        ("The tallest trees are redwoods.", "The tallest trees are ____.", "redwoods"),
        ("The plural of child is children.", "The plural of child is ____.", "children"),
        ("The Bastille was stormed on 14 July 1789.", "The Bastille was stormed on ____.", "14 July 1789"),
        ("The Seven Years' War began in 1756.", "The Seven Years' War began in ____.", "1756"),
        ("A right angle measures 90°.", "A right angle measures ____.", "90°"),
        ("中国有五十六个民族。", "中国有____民族。", "五十六个"),
        ("黄河是中国第二长河。", "____是中国第二长河。", "黄河"),
        ("《西游记》的作者是吴承恩。", "《西游记》的作者是____。", "吴承恩"),
        ("木星是太阳系中最大的行星。", "____是太阳系中最大的行星。", "木星"),
        ("世界上最高的山是珠穆朗玛峰。", "世界上最高的山是____。", "珠穆朗玛峰"),
        ("一年有四个季节。", "一年有____季节。", "四个"),
        ("长城全长21196千米。", "长城全长____。", "21196千米"),
    ],
)
def test_a_gap_that_can_be_guessed(fact: str, gap: str, answer: str) -> None:
    (made,) = taught_facts([fact])
    assert (made.kind, made.gap, made.answer) == ("sentence", gap, answer)
    assert made.gap.replace("____", made.answer).rstrip(".。") == fact.replace("*", "").rstrip(".。")


@pytest.mark.parametrize(
    "fact",
    [
        "Ice is cold.",
        "The sky is blue.",
        "Photosynthesis needs light.",
        "Iron rusts.",
        "A seed needs water to sprout.",
        "Plants need water.",
        "Water turned into ice.",
        "The guillotine was used for executions.",
        "北京是中国的首都。",
        "四大发明是造纸术、印刷术、火药和指南针。",
        "Two and two are four.",
        "Shakespeare wrote 37 plays between 1590 and 1613.",
        "冰很冷。",
        "《三字经》是一本书。",
        "A *dog* is a dog.",
    ],
)
def test_a_gap_that_more_would_fit_or_that_is_given_away_is_none(fact: str) -> None:
    assert all(one is None or not one.gap for one in each_taught([fact]))
    (told,) = every_fact_taught(draft({}, facts=[fact]))
    assert "put *asterisks* around" in told


def test_a_gap_is_looked_for_where_the_sentence_does_not_say_its_answer() -> None:
    assert sure_gap("A spring in the hills is called a spring.") is None
    assert sure_gap("A young cat is called a kitten.") == ("a kitten", 22)
    assert sure_gap("Two like poles push each other away.") is None, "it tells which, not how many"
    assert sure_gap("Eight planets go round the sun.") == ("Eight", 0)


def test_a_gap_with_two_answers_is_none() -> None:
    made = taught_facts(
        ["Rain is a form of *water*.", "Rain is a form of *precipitation*.", "Snow is a form of *water*."]
    )
    assert [one.gap for one in made] == ["", "", "Snow is a form of ____."]
    assert [one.gap for one in taught_facts(["bank = Bank", "bank = Ufer"])] == ["", ""]


def test_a_fact_twice_is_one() -> None:
    assert len(taught_facts(["dog = Hund", "dog=Hund"])) == 1
    assert len(to_ask(["Ice is *frozen* water.", "Ice is *frozen* water."])) == 1


def test_cards_of_all_kinds_of_facts() -> None:
    facts = ["dog = Hund", "Who wrote Emma? = Jane Austen", "4 + 5 = 9", "A spider has eight legs.", "Ice is cold."]
    cards = flashcards(facts, tags=["a"])
    assert [(card["front"], card["back"]) for card in cards] == [
        ("dog", "Hund"),
        ("Who wrote Emma?", "Jane Austen"),
        ("4 + 5", "9"),
        ("A spider has ____ legs.", "eight"),
    ]
    assert all(card["tags"] == ["a"] for card in cards)
    assert flashcards(["Emma = Jane Austen"], "author of")[0]["front"] == "author of Emma"
    assert flashcards(["法国=巴黎"], "首都")[0]["front"] == "法国的首都"
    assert [card["front"] for card in flashcards(facts, fronts=["How many legs has a spider?"])][3] == (
        "How many legs has a spider?"
    )


def test_cards_both_ways_have_all_answers_to_one_front() -> None:
    cards = {card["front"]: card["back"] for card in flashcards(VOCABULARY, both_ways=True)}
    assert cards["Pferd"] == "horse; steed" and cards["Hund"] == "dog" and cards["steed"] == "Pferd"
    assert len(flashcards(VOCABULARY)) == 5
    assert [card["front"] for card in flashcards(["Ohio = Columbus", "4 + 5 = 9"], "capital of", both_ways=True)] == [
        "capital of Ohio",
        "4 + 5",
        "Columbus is the capital of ____.",
    ]
    chinese = {card["front"]: card["back"] for card in flashcards(["马=Pferd", "骏马=Pferd"], both_ways=True)}
    assert chinese["Pferd"] == "马；骏马"


def test_cards_that_say_nothing_are_found() -> None:
    cards = [{"front": "Dog", "back": "Hund"}, {"front": "dog ", "back": "Rüde"}, {"front": "a", "back": "A"}]
    assert [(finding.message, finding.field) for finding in cards_differ(draft({"cards": cards}))] == [
        ("this front comes twice", "cards[1].front"),
        ("its back is its front", "cards[2].back"),
    ]
    assert not list(cards_differ(draft({"cards": flashcards(VOCABULARY, both_ways=True)})))


def test_a_worksheet_has_one_answer_for_each_task() -> None:
    facts = [*VOCABULARY, "4 + 5 = 9", "Who wrote Emma? = Jane Austen", "The *Nile* is a river.", "Ice is cold."]
    sheet = worksheet(facts)
    assert sheet["left"] == ["dog", "cat", "bird"]  # two go with Pferd, which is why those have gaps
    letters = zip(sheet["left"], sheet["key"]["matching"], strict=True)
    right = {left: sheet["right"][ord(letter) - 65] for left, letter in letters}
    assert right == {"dog": "Hund", "cat": "Katze", "bird": "Vogel"}
    assert sheet["right"] != ["Hund", "Katze", "Vogel"]
    assert sheet["gaps"] == ["horse = ____", "steed = ____", "4 + 5 = ____", "The ____ is a river."]
    assert sorted(sheet["word_bank"]) == sorted(sheet["key"]["gaps"]) == ["9", "Nile", "Pferd", "Pferd"]
    assert (sheet["questions"], sheet["key"]["questions"]) == (["Who wrote Emma?"], ["Jane Austen"])
    assert not list(key_answers_sheet(draft(sheet)))
    assert sheet == worksheet(facts)


def test_too_few_pairs_are_gaps_and_so_are_too_many() -> None:
    assert worksheet(["Ohio = Columbus", "Texas = Austin"], "capital of")["gaps"] == [
        "The capital of Ohio is ____.",
        "The capital of Texas is ____.",
    ]
    sheet = worksheet([f"left{at} = right{at}" for at in range(14)])
    assert len(sheet["left"]) == len(sheet["right"]) == 12
    assert sheet["gaps"] == ["left12 = ____", "left13 = ____"]


def test_a_question_that_a_model_wrote_takes_the_gap_s_place() -> None:
    facts = ["A spider has eight legs.", "Marie Curie discovered radium."]
    sheet = worksheet(facts, written=["How many legs has a spider?", "____ discovered radium."])
    assert sheet["gaps"] == ["____ discovered radium."]
    assert (sheet["questions"], sheet["key"]["questions"]) == (["How many legs has a spider?"], ["eight"])


def test_the_list_of_words_does_not_tell_what_begins_a_sentence() -> None:
    facts = ["The Nile is the longest river in Africa.", "A spider has eight legs."]
    assert "the Nile" in worksheet(facts)["word_bank"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word_bank": ["a"]}, "has not the words that the key has"),
        ({"gaps": ["no gap"]}, "has 0 gaps"),
        ({"key": {"gaps": [], "matching": ["A", "B", "C"], "questions": ["x"]}}, "the key has not one answer for each"),
        ({"key": {"gaps": ["b"], "matching": ["A", "A", "C"], "questions": ["x"]}}, "gives not each letter to one"),
        ({"right": ["1", "1", "3"]}, "has one thing twice, so that two letters fit"),
        ({"gaps": [], "left": [], "questions": []}, "no fact is a pair"),
        ({}, ""),
    ],
)
def test_a_key_that_does_not_answer_its_sheet_is_found(changes: dict[str, Any], message: str) -> None:
    sheet: dict[str, Any] = {"gaps": ["a ____"], "word_bank": ["b"], "left": ["x", "y", "z"], "right": ["1", "2", "3"]}
    sheet |= {"questions": ["?"], "key": {"gaps": ["b"], "matching": ["A", "B", "C"], "questions": ["x"]}}
    found = [finding.message for finding in key_answers_sheet(draft(sheet | changes))]
    assert any(told.startswith(message) for told in found) if message else not found


def test_the_language_is_the_facts_own_where_none_is_said() -> None:
    assert told_language(["法国=巴黎", "德国=柏林"], None) == "zh"
    assert told_language(["dog = 狗", "cat = 猫"], None) == "en"
    assert told_language(["dog = Hund"], "zh") == "zh"


def test_a_blank_that_somebody_left_is_the_gap() -> None:
    facts = [
        "The capital of France is ____. = Paris",
        "Ice is _____ water = frozen",
        "法国的首都是（ ） = 巴黎",
        "____ and ____",
    ]
    assert [one.gap for one in taught_facts(facts)] == [
        "The capital of France is ____.",
        "Ice is ____ water",
        "法国的首都是____",
        "",
    ]
    assert worksheet(facts)["key"]["gaps"] == ["Paris", "frozen", "巴黎"]
    assert flashcards(facts[:1])[0]["front"] == "The capital of France is ____."


def test_sides_that_differ_by_an_article_alone_are_not_matched() -> None:
    sheet = worksheet(["le chat = the cat", "le chat (m) = cat", "le chien = dog", "avoir = to have", "être = to be"])
    assert sheet["left"] == ["le chien", "avoir", "être"]
    assert sheet["gaps"] == ["le chat = ____", "le chat (m) = ____"]


def test_words_of_any_script_are_no_sum() -> None:
    sheet = worksheet(["дом = house", "кот = cat", "лес = forest", "3 × 3 = 9"])
    assert sheet["left"] == ["дом", "кот", "лес"] and sheet["gaps"] == ["3 × 3 = ____"]


@pytest.mark.parametrize("cards", ["Berlin", ["Berlin", "Paris"], None, {"front": "a"}])
def test_what_is_no_card_breaks_nothing(cards: object) -> None:
    assert not list(cards_differ(draft({"cards": cards})))
