"""A quiz asks what it surely can: notes, orders and pairs that say nothing are left out, and the rest is asked well."""

from __future__ import annotations

import pytest

from aigc.types import Brief, Draft, Finding
from aigc_plugins.lessons.flashcards import every_fact_taught
from aigc_plugins.lessons.multiple_choice import quiz_items
from aigc_plugins.lessons.questions import asks_the_fact, every_fact_asked
from aigc_plugins.lessons.quiz_material import quiz_fact, quiz_facts, quiz_stem
from aigc_plugins.lessons.sentence_ends import is_note, taken_apart
from aigc_plugins.lessons.sure_gaps import sure_gap
from aigc_plugins.lessons.worksheets import key_answers_sheet, worksheet

CAT = ["猫砂盆每天清理2次", "猫的正常体温是38.5℃。", "驱虫每3个月一次。", "洋葱对猫有毒"]


def draft(fields: dict[str, object], facts: list[str], language: str = "en") -> Draft:
    values = {"facts": facts, "topic": "any", "language": language}
    return Draft(brief=Brief(id="1", values=values), fields=fields, schema={})


def items_of(facts: list[str], language: str = "en", topic: str = "") -> dict[str, list[str]]:
    made = quiz_facts(facts, None, language, topic)
    stems = [quiz_stem(fact, language) for fact in made if not fact["question"]]
    return {str(one["stem"]): one["options"] for one in quiz_items(made, stems, language=language)}  # type: ignore[misc]


def test_what_is_left_out_is_noted_where_enough_is_asked() -> None:
    items = [{"stem": str(made["question"]), "feedback": made["statement"]} for made in quiz_facts(CAT, None, "zh")]
    (told,) = every_fact_asked(draft({"items": items}, CAT, "zh"))
    assert isinstance(told, Finding) and told.severity == "note" and "1 of 4 facts left out" in told.message
    (told,) = every_fact_asked(draft({"items": items[:2]}, [*CAT[:2], CAT[3]], "zh"))
    assert isinstance(told, str), "two questions are no quiz"
    assert len(list(every_fact_asked(draft({"items": items}, [*CAT, *"甲乙丙丁"], "zh")))) == 5, "most are left out"


def test_what_is_left_out_of_cards_is_noted_where_there_are_enough() -> None:
    facts = ["dog = Hund", "cat = Katze", "A spider has eight legs.", "Ice is cold."]
    (told,) = every_fact_taught(draft({"cards": [{}, {}, {}]}, facts))
    assert isinstance(told, Finding) and told.severity == "note"
    (told,) = every_fact_taught(draft({"cards": [{}, {}]}, facts))
    assert isinstance(told, str)


def test_pairs_that_say_nothing_are_left_out_where_enough_is_asked() -> None:
    assert not any("相对应" in made["question"] for made in quiz_facts([*CAT, "清明 = 扫墓踏青"], None, "zh"))
    assert any("相对应" in made["question"] for made in quiz_facts(["清明 = 扫墓踏青", CAT[0]], None, "zh"))


@pytest.mark.parametrize(
    "text",
    [
        "Check for swarm cells every 7 days from April to July.",
        "varroa mite: treat in August, after the honey is off",
        "Drones are the male bees, they have no sting",
        "Label the box with the date",
    ],
)
def test_orders_notes_and_two_sentences_are_not_taken_apart(text: str) -> None:
    assert taken_apart(text) is None


def test_a_note_has_no_gap_and_a_noun_tells_no_one() -> None:
    assert (
        is_note("baths at Bath, hot spring water, 46 °C") and sure_gap("baths at Bath, hot spring water, 46 °C") is None
    )
    assert not is_note("Keep paths 60 cm wide.") and not is_note("Books are lent for 3 weeks, DVDs for one.")
    assert quiz_fact("Let the loaf cool for 1 hour before cutting") is None
    assert sure_gap("Take it out 1 hour before the meal.") is None and quiz_fact("Take it out 2 hours before the meal.")


@pytest.mark.parametrize(
    ("fact", "stem"),
    [
        ("canvas = the layer that gives the chest its shape", "Which description fits “canvas”?"),
        ("flat white = double ristretto with microfoam", "Which description fits “flat white”?"),
        ("cortado = espresso with an equal part of milk", "Which description fits “cortado”?"),
        ("moat = a ditch with water", "What is a moat?"),
        ("dense crumb = too little proving", 'What goes with "dense crumb"?'),
        ("flat loaf = weak flour", 'What goes with "flat loaf"?'),
    ],
)
def test_a_pair_is_asked_without_an_article_that_nobody_knows(fact: str, stem: str) -> None:
    made = quiz_fact(fact)
    assert made and quiz_stem(made) == stem


def test_no_description_says_the_word_that_it_is_asked_for() -> None:
    facts = [
        "lapel = the folded flap on the front",
        "vent = the slit at the back",
        "gorge = the seam where collar meets lapel",
        "welt = the reinforced edge of a pocket",
        "canvas = the layer that gives the chest its shape",
    ]
    options = items_of(facts)
    assert "the seam where collar meets lapel" not in options["Which description fits “lapel”?"]
    assert len(options) == len(facts)


@pytest.mark.parametrize(
    ("fact", "stem", "answer"),
    [
        ("毕昇发明了活字印刷术", "谁发明了活字印刷术？", "毕昇"),
        ("蔡伦在公元105年改进了造纸术。", "蔡伦在公元多少年改进了造纸术？", "105"),
        ("盖碗一次放5克茶叶", "盖碗一次放多少克茶叶？", "5"),
        ("龙井茶产于浙江杭州。", "龙井茶产于哪里？", "浙江杭州"),
        ("音调由频率决定", "音调由什么决定？", "频率"),
        ("过期药品属于有害垃圾。", "过期药品属于哪一类？", "有害垃圾"),
        ("立春是二十四节气中的第一个节气。", "二十四节气中的第一个节气是什么？", "立春"),
        ("驱虫每3个月一次。", "驱虫每几个月一次？", "3"),
    ],
)
def test_a_chinese_sentence_is_asked_in_its_place(fact: str, stem: str, answer: str) -> None:
    (made,) = quiz_facts([fact], None, "zh")
    assert (made["question"], made["answer"]) == (stem, answer)


def test_a_sorting_asks_for_the_class() -> None:
    facts = ["废电池 = 有害垃圾", "剩饭菜 = 厨余垃圾", "旧报纸 = 可回收物", "用过的纸巾 = 其他垃圾"]
    options = items_of(facts, "zh", "生活垃圾分类")
    assert set(options["用过的纸巾属于哪一类？"]) == {"有害垃圾", "厨余垃圾", "可回收物", "其他垃圾"}


def test_numbers_beside_a_number_are_possible_ones() -> None:
    assert set(items_of(CAT, "zh")["猫的正常体温是多少℃？"]) <= {"38.5", "37.5", "39.5", "36.5", "40.5", "35.5"}
    facts = ["绿茶 = 80°C", "乌龙茶 = 95°C", "白茶 = 85°C", "普洱茶 = 100°C"]
    made = quiz_facts(facts, "适合的水温", "zh")
    for item in quiz_items(made, (), language="zh"):
        assert set(item["options"]) == {"80°C", "95°C", "85°C", "100°C"}  # type: ignore[call-overload]
        assert str(item["stem"]).endswith("适合的水温是多少？")
    (options,) = items_of(["Milk must not go over 65 °C"]).values()
    assert all(int(option.split()[0]) <= 65 for option in options), "what is over the bound is not allowed either"


def test_one_gap_has_no_list_of_one_word() -> None:
    made = worksheet(["dog = Hund", "cat = Katze", "cow = Kuh", "A spider has eight legs."])
    assert made["gaps"] and not made["word_bank"]
    assert not list(key_answers_sheet(draft(made, [])))
    two = worksheet(["A spider has eight legs.", "An insect has six legs."])
    assert len(two["word_bank"]) == 2 and list(key_answers_sheet(draft(two | {"word_bank": []}, [])))


def test_a_letter_is_no_sum() -> None:
    assert worksheet(["H = hydrogen", "O = oxygen", "C = carbon"])["left"] == ["H", "O", "C"]


def test_an_end_is_asked_only_where_it_is_surely_one() -> None:
    facts = [
        "Haemoglobin binds oxygen in red blood cells.",
        "fridges contain gas, never tip them over",
        "The site is open from 8 to 18, Sundays closed",
        "Sow cornflowers in March",
        "A moraine is 23 km long",
    ]
    assert not any(made.get("others") for made in quiz_facts(facts))
    assert not any("cornflowers" in made["rest"] for made in quiz_facts(facts))


@pytest.mark.parametrize(
    ("fact", "stem"),
    [
        ("柯洁是最年轻的五冠王。", "最年轻的五冠王是谁？"),
        ("黄河是中国第二长的河。", "中国第二长的河是什么？"),
        ("家用灭火器每5年更换一次", "家用灭火器每几年更换一次？"),
        ("成年人有206块骨头", "成年人有多少块骨头？"),
    ],
)
def test_a_chinese_question_asks_for_the_kind_of_its_answer(fact: str, stem: str) -> None:
    (made,) = quiz_facts([fact], None, "zh")
    assert made["question"] == stem


def test_a_chinese_question_says_no_number_that_is_its_answer() -> None:
    made = quiz_fact("家用灭火器每5年更换一次", None, "zh")
    assert made and list(asks_the_fact("家用灭火器每5年更换一次？", fact=made))


def test_the_right_description_does_not_begin_otherwise_than_all_others() -> None:
    facts = [
        "bezel = the ring around the glass",
        "crown = the knob that sets the time",
        "lug = the part that holds the strap",
        "balance wheel = swings to and fro to keep time",
    ]
    assert "Which description fits “balance wheel”?" not in items_of(facts)


def test_a_sentence_is_told_with_its_capital_and_one_mark() -> None:
    assert worksheet(["fridges hold 5 boxes"])["gaps"] == ["Fridges hold ____ boxes."]
    assert worksheet(["Would you like still or *sparkling* water?"])["gaps"] == ["Would you like still or ____ water?"]


def test_a_learned_word_takes_no_guessed_article() -> None:
    made = quiz_fact("anorexia = a loss of appetite")
    assert made and quiz_stem(made) == "Which description fits “anorexia”?"


def test_what_is_singled_out_is_asked_for() -> None:
    made = quiz_fact("Snowdon is the highest mountain in Wales.")
    assert made and made["answer"] == "Snowdon"


def test_customs_have_no_choice_and_bounds_none_beyond() -> None:
    customs = ["端午节 = 赛龙舟", "中秋节 = 赏月", "重阳节 = 登高", "清明节 = 扫墓", "元宵节 = 看花灯"]
    assert not quiz_items(quiz_facts(customs, "习俗", "zh"), (), language="zh")
    cold = items_of(["Silk must be cleaned at 30 °C or below"]).values()
    assert not any(int(option.split()[0]) > 30 for options in cold for option in options)
    warm = items_of(["冲泡水温不超过95度", "一饼普洱茶重357克"], "zh")["冲泡水温不超过多少度？"]
    assert all(int(option) <= 100 for option in warm)


def test_a_time_of_the_clock_is_no_number_to_guess() -> None:
    assert quiz_fact("Callout time is 18:00") is None or "____:00" not in quiz_fact("Callout time is 18:00")["rest"]  # type: ignore[index]
