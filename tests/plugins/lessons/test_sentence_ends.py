from __future__ import annotations

import pytest

from aigc_plugins.lessons.doubtful_ends import doubtful
from aigc_plugins.lessons.multiple_choice import quiz_items
from aigc_plugins.lessons.questions import asks_the_fact
from aigc_plugins.lessons.quiz_material import quiz_fact, quiz_facts, quiz_stem
from aigc_plugins.lessons.sentence_ends import agreeing, taken_apart

COMPUTERS = [
    "RAM loses its content when the power is off.",
    "The CPU carries out the instructions of a program.",
    "A firewall filters network traffic.",
    "An SSD has no moving parts.",
    "Backups protect against loss.",
]


@pytest.mark.parametrize(
    ("sentence", "subject"),
    [
        ("A chipped mug should not be used for hot drinks.", "A chipped mug"),
        ("Red blood cells carry oxygen.", "Red blood cells"),
        ("An unconscious person who breathes is put in the recovery position.", "An unconscious person who breathes"),
        ("Mars is called the red planet.", "Mars"),
        ("Gutenberg printed the Bible in Mainz.", "Gutenberg"),
        ("Lake Victoria lies between Uganda, Kenya and Tanzania.", "Lake Victoria"),
        ("Rennet curdles milk.", "Rennet"),  # in no list, but by its place
        ("The harpist plucks the strings.", "The harpist"),
        ("Wasps annoy the neighbours.", "Wasps"),
        ("Gift cards expire after three years.", "Gift cards"),
        ("Parallel lines never meet.", "Parallel lines"),
        ("A stop sign has eight sides.", "A stop sign"),
        ("Brown signs point to sights.", "Brown signs"),
        ("The heart pumps blood through the body.", "The heart"),
        ("The first aid box hangs by the door.", "The first aid box"),
    ],
)
def test_a_sentence_is_taken_apart_before_its_verb(sentence: str, subject: str) -> None:
    end = taken_apart(sentence)
    assert end and end.subject == subject and sentence == f"{subject} {end.end}."


@pytest.mark.parametrize(
    "sentence",
    [
        "Phishing mails imitate known senders.",
        "Wear shoes with a grip.",
        "In autumn trees lose their leaves.",
        "It spreads.",
        "水会沸腾。",
    ],
)
def test_a_sentence_that_is_not_sure_is_left(sentence: str) -> None:
    assert taken_apart(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "several", "end"),
    [
        ("A cactus stores water in its stem.", True, "store water in their stem"),
        ("Comets consist of ice.", False, "consists of ice"),
        ("Bees carry pollen.", False, "carries pollen"),
        ("The Moon orbits the Earth.", True, "orbit the Earth"),
        ("Alarms are tested on Mondays.", False, "is tested on Mondays"),
        ("Rennet curdles milk.", True, "curdle milk"),
        ("Venom paralyses the prey.", True, "paralyse the prey"),
        ("Foam passes the sieve.", True, "pass the sieve"),
        ("A bank never asks for passwords.", True, ""),
        ("The skin is the largest organ.", True, ""),  # of one thing only
        ("Laptops are locked when nobody sits at them.", False, ""),
        ("The emergency number is 112.", False, ""),
    ],
)
def test_an_end_agrees_with_another_subject(sentence: str, several: bool, end: str) -> None:
    apart = taken_apart(sentence)
    assert apart and agreeing(apart, several=several) == end


def test_plain_sentences_are_asked_for_their_ends() -> None:
    facts = quiz_facts(COMPUTERS)
    items = quiz_items(facts, [])
    assert len(items) == len(COMPUTERS)
    for item in items:
        assert item["stem"].startswith("Which ending fits best? ") and item["stem"].endswith(" …")  # type: ignore[attr-defined]
        ends = {
            agreeing(one, several=item["stem"].startswith("Which ending fits best? Backups"))
            for one in map(taken_apart, COMPUTERS)
            if one
        }  # type: ignore[attr-defined]
        assert set(item["options"]) <= ends  # type: ignore[call-overload]


def test_a_sentence_is_never_asked_for_its_article_or_its_last_word() -> None:
    assert quiz_fact("A chipped mug should not be used for hot drinks.") is None
    assert quiz_fact("The chain should be oiled often.") is None
    (fact,) = quiz_facts(["Clay is fired at 1,000 °C."])
    assert quiz_stem(fact) == "Fill in the gap: Clay is fired at ____."


def test_a_range_is_not_asked_for_one_of_its_numbers() -> None:
    assert quiz_fact("Cold brew steeps for 12 to 18 hours.") is None
    assert quiz_fact("Water should be between 92 and 96 °C.") is None


def test_a_gap_does_not_tell_by_its_article_or_its_capital() -> None:
    (fact,) = quiz_facts(["Wear shoes with a *grip*."])
    assert quiz_stem(fact) == "Fill in the gap: Wear shoes with a(n) ____."
    facts = quiz_facts(
        [
            "*Seeds* are the parts that grow.",
            "The parts that drink are *roots*.",
            "The parts that make food are *leaves*.",
            "The parts that smell are *petals*.",
        ]
    )
    item = quiz_items(facts, [quiz_stem(one) for one in facts])[0]
    assert item["answer"] == "Seeds" and all(str(option)[0].isupper() for option in item["options"])  # type: ignore[attr-defined]


def test_numbers_count_the_same_thing() -> None:
    facts = quiz_facts(["A burn is cooled for 20 minutes.", "The number is 112.", "An adult has 206 bones."])
    items = {item["answer"]: item["options"] for item in quiz_items(facts, [quiz_stem(one) for one in facts])}
    assert "112" not in items["20"] and "20" not in items["112"]  # type: ignore[operator]
    assert all(int(str(option)) % 5 == 0 for option in items["20"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fact", "question", "wrong"),
    [
        (
            "Napoleon was defeated at Waterloo in 1815.",
            "What is the name of the person who defeated Napoleon at Waterloo?",
            "number",
        ),
        (
            "A potter's wheel is turned by foot or by a *motor*.",
            "What is a wheel turned by foot?",
            "asks what something is",
        ),
        (
            "The first firing is called the *bisque firing*.",
            "What is the first firing?",
            "does not ask what it is called",
        ),
        ("Customer data is *stored in Frankfurt*.", "What is a customer data?", "says a customer"),
        ("Red blood cells carry *oxygen*.", "What is the color of red blood cells?", "leaves out 'carry'"),
        ("A byte has *8* bits.", "How many bits does a byte have?", ""),
        ("Water under the ground is called *groundwater*.", "What is water under the ground called?", ""),
    ],
)
def test_a_question_asks_for_its_answer(fact: str, question: str, wrong: str) -> None:
    made = quiz_fact(fact)
    assert made
    found = list(asks_the_fact(question, fact=made))
    assert any(wrong in message for message in found) if wrong else not found


@pytest.mark.parametrize(
    ("end", "its", "subject", "own", "topic", "may"),
    [
        ("have no sting", "Drones", "Honey", "is stored in cells of wax", "bees", True),
        ("have no sting", "Drones", "Workers", "collect pollen and have a sting", "bees", False),  # of the same thing
        ("tell one another of flowers", "Bees", "Workers", "collect pollen", "bees", True),  # workers are bees
        ("collect pollen in spring", "Workers", "Bees", "tell one another of flowers", "bees", True),
        ("can travel for 100 km", "Ash", "Lava", "flows down the slope", "volcanoes", True),
        ("rises faster in a warm room", "Dough", "Yeast", "turns sugar into gas", "bread", True),
        ("is moved by a motor", "Points", "A train", "needs a kilometre to stop", "signals", True),
        ("is deadly", "The death cap", "The mycelium", "lives under the ground", "mushrooms", True),
        ("may hold one train", "A block", "A train", "needs a kilometre to stop", "signals", True),
        ("slows the train down", "A slope", "A train", "needs a kilometre to stop", "signals", True),
        ("has 12 strings", "The lute", "The harp", "stands on the floor", "music", False),
        ("has a red coat with white spots", "The fly agaric", "The death cap", "is deadly", "mushrooms", False),
        ("filters network traffic", "A firewall", "The CPU", "carries out instructions", "computers", False),
    ],
)
def test_an_end_that_may_be_true_of_another_thing_is_doubted(
    end: str, its: str, subject: str, own: str, topic: str, may: bool
) -> None:
    assert doubtful(end, its, subject, own, topic) is may


def test_no_wrong_answer_is_an_end_that_may_be_true() -> None:
    bees = [
        "Workers collect pollen and have a sting.",
        "Drones have no sting.",
        "Bees tell one another of flowers.",
        "A queen lays up to 2,000 eggs.",
        "Honey keeps for years in a jar.",
        "Wax seals the cells of a comb.",
        "Nectar comes from the flowers of a meadow.",
    ]
    items = quiz_items(quiz_facts(bees, topic="bees"), [])
    options = {item["feedback"]: item["options"] for item in items}
    assert bees[2] not in options  # what bees do, workers do
    assert not any(
        "flowers." in str(option) or "one another" in str(option) for one in options.values() for option in one
    )  # type: ignore[attr-defined]
    assert "has no sting" not in options[bees[4]]  # type: ignore[operator]


def test_a_verb_that_is_a_noun_as_well_stands_behind_a_bare_noun() -> None:
    end = taken_apart("Yeast turns sugar into gas and alcohol.")
    assert end and (end.subject, end.end) == ("Yeast", "turns sugar into gas and alcohol")
    assert agreeing(end, several=True) == "turn sugar into gas and alcohol"


def test_an_end_with_a_second_verb_goes_on_in_its_own_number_only() -> None:
    end = taken_apart("Workers collect nectar and have a sting.")
    assert end and agreeing(end, several=False) == ""
    assert agreeing(end, several=True) == end.end


@pytest.mark.parametrize(
    ("left", "relation", "question", "statement"),
    [
        ("bowline", "used for", "What is a bowline used for?", "A bowline is used for a loop."),
        ("bricks", "made of", "What are bricks made of?", "Bricks are made of a loop."),
        ("the king", "moves of", "What are the moves of the king?", "The moves of the king are a loop."),
        ("Alaska", "capital of", "What is the capital of Alaska?", "The capital of Alaska is a loop."),
    ],
)
def test_a_relation_is_asked_as_it_is_worded(left: str, relation: str, question: str, statement: str) -> None:
    fact = quiz_fact(f"{left} = a loop", relation)
    assert fact and quiz_stem(fact) == question and fact["statement"] == statement


def test_what_does_something_is_asked_for_what_it_does() -> None:
    for answer, question in (
        ("smooths a surface", "What does a plane do?"),
        ("a tool that smooths", "What is a plane?"),
    ):
        fact = quiz_fact(f"plane = {answer}")
        assert fact and quiz_stem(fact) == question


def test_a_plain_question_is_right_whatever_its_answer() -> None:
    fact = quiz_fact("half note = two beats", "length of")
    assert fact and not list(asks_the_fact(quiz_stem(fact), fact=fact))


def test_numbers_beside_a_number_are_of_its_size() -> None:
    items = quiz_items(quiz_facts(["A burn is cooled for *20* minutes."]), [], pool=["911", "30", "999"])
    assert "30" in items[0]["options"] and "911" not in items[0]["options"]  # type: ignore[operator]


def test_centuries_beside_a_century_have_been_and_end_alike() -> None:
    items = quiz_items(quiz_facts(["Wood pulp replaced rags in the 19th century."]), [])
    assert items[0]["answer"] == "19" and {int(str(one)) for one in items[0]["options"]} <= {*range(4, 21)}  # type: ignore[attr-defined]
