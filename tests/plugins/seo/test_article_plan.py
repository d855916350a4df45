"""A plan of an article sorts what the brief has; its table feeds articles/blog."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from aigc.testing import run_cli
from aigc.types import Brief, Draft
from aigc_plugins.seo.answers import asked_for, told_by, wanted_of
from aigc_plugins.seo.article_plan import not_covered, plan_links, plan_schema
from aigc_plugins.seo.outlines import (
    facts_are_sorted,
    outline_text,
    plan_outline,
    plan_sections,
    searches_have_answers,
)

QUESTIONS = ["How do I clean a rain barrel?", "What to do with a rain barrel in winter?"]
FACTS = ["The barrel is rinsed to clean it.", "It is emptied before winter.", "Moss is harmless."]


def headings(seeds: list[str], questions: list[str], keyword: str = "rain barrel") -> list[str]:
    return [one.heading for one in plan_outline(keyword, seeds, questions).sections]


def planned(keyword: str, searches: list[str], facts: list[str], language: str = "en") -> dict[str, list[str]]:
    """Return the facts of each heading, and of those below it."""
    outline = plan_outline(keyword, searches, [], facts, language)
    return {one.heading: [*one.facts] for section in outline.sections for one in section.every}


def test_questions_lead_and_searches_to_buy_are_no_headings() -> None:
    seeds = ["rain barrel with tap", "best rain barrel", "buy rain barrel", "rain barrel"]
    assert headings(seeds, QUESTIONS) == [*QUESTIONS, "Rain barrel with tap"]
    assert (
        headings(["buy rain barrel", "rain barrel near me"], [])[0] == "Buy rain barrel"
    )  # where there is nothing else
    assert "boat hire for two" in [one.casefold() for one in headings(["boat hire for two"], [], "boat hire")]


def test_what_asks_the_same_is_named_with_it() -> None:
    outline = plan_outline("rain barrel", ["rain barrel cost"], ["How much is a rain barrel?"], ["It is $40."])
    (first,) = outline.sections
    assert first.searches == ("rain barrel cost",)
    assert "- Also searched: rain barrel cost" in outline_text(outline)


def test_there_are_six_headings_at_most_and_others_stand_below_the_last() -> None:
    things = ["tap", "lid", "stand", "hose", "mesh", "pump", "colour", "filter"]
    seeds = [f"rain barrel {thing}" for thing in things]
    outline = plan_outline("rain barrel", seeds, [], [f"Its {thing} is new." for thing in things])
    assert len(outline.sections) == 6 and plan_sections(outline) == 6
    text = outline_text(outline)
    assert "## Good to know\n### Rain barrel pump\n- Its pump is new.\n### Rain barrel colour" in text
    assert all(text.count(f"Its {thing} is new.") == 1 for thing in things)


def test_a_fact_stands_under_the_heading_it_answers_and_the_others_under_one_of_their_own() -> None:
    one, two, rest = plan_outline("rain barrel", [], QUESTIONS, FACTS).sections
    assert (one.facts, two.facts) == ((FACTS[0],), (FACTS[1],))
    assert (rest.heading, rest.facts) == ("Good to know", (FACTS[2],))


ANSWERED = [
    ("How often should a clock be oiled?", "Oil is needed once in five years."),
    ("How long does the repair take?", "Most are done within 10 working days."),
    ("How soon is it ready?", "It is ready in a week."),
    ("What does it cost to oil a clock?", "We charge €40."),
    ("Clock repair prices", "An estimate is free of charge."),
    ("When are you open?", "We open on Saturdays at 9:30."),
    ("Where is the workshop?", "You find us next to the harbour."),
    ("Where do you work?", "We work at Barton."),
    ("From what age may children come?", "Children aged 8 and older may come."),
    ("How heavy is it?", "It weighs 12 kg."),
    ("What should I bring?", "A box is provided."),
    ("钟表多久保养一次？", "每五年上一次油。"),
    ("维修要几天？", "一般七个工作日。"),
    ("修钟多少钱", "清洗另收80元。"),
    ("几点开门？", "周六上午九点。"),
    ("店在哪里？", "店在东门街12号。"),
    ("几岁能学？", "八岁以上都可以。"),
    ("要带什么？", "工具由店里提供。"),
]


@pytest.mark.parametrize(("search", "fact"), ANSWERED)
def test_what_is_asked_is_told(search: str, fact: str) -> None:
    assert asked_for(search) & told_by(fact)
    language = "en" if search.isascii() else "zh"
    others = ["Brass is a soft metal."] if language == "en" else ["黄铜很软。"]
    keyword = "clock repair" if language == "en" else "钟表维修"
    outline = plan_outline(keyword, [], [search, "Why brass?"], [*others, fact], language)
    assert [one.facts for one in outline.sections if one.search == search] == [(fact,)]


def test_a_time_of_the_day_is_not_how_often_and_a_span_is_no_price() -> None:
    assert "often" not in told_by("It opens every day at 9 am.") and "often" not in told_by("每天九点开门。")
    assert "long" not in told_by("It costs £45 a day.") and "long" not in told_by("Oil it every 3 months.")
    assert "where" not in told_by("It is oiled in March.")


def test_a_fact_of_another_thing_does_not_answer() -> None:
    facts = ["草莓每天要晒六小时太阳。", "春天两三天浇一次水。"]
    assert planned("种草莓", ["草莓几天浇一次水", "草莓用什么土"], facts, "zh")["草莓几天浇一次水？"] == [facts[1]]
    found = planned("quails", ["Do quails need a permit?", "quails eggs"], ["The run needs a net."])
    assert "Do quails need a permit?" not in found and found["Good to know"] == ["The run needs a net."]


def test_what_nobody_asks_has_headings_of_its_own() -> None:
    facts = ["It costs £9.", "We are next to the pier.", "Open on Sundays.", "Dogs are welcome."]
    found = planned("boat hire", ["boat hire for two"], facts)
    assert [found[name] for name in ("Prices", "Location", "Dates and times", "Good to know")] == [
        [one] for one in facts
    ]
    assert "Location" not in planned("linen", [], ["Flax comes from Lille and is woven in Porto."])
    found = planned("保养钟表", ["保养钟表用什么油"], ["工具一套30元。", "铜不能用水洗。"], "zh")
    assert (found["价格"], found["还要知道的"]) == (["工具一套30元。"], ["铜不能用水洗。"])


def test_a_fact_stands_once_and_what_it_answers_too_is_named_with_it() -> None:
    fact = "Frames cost £9 and take two days."
    outline = plan_outline("prints", [], ["How much are frames?", "How long do frames take?"], [fact])
    assert [(one.facts, one.searches) for one in outline.sections] == [((fact,), ("How long do frames take?",))]


APART = [
    ("How much weight does it hold?", "It holds 30 kg.", "It costs 120 euros."),
    ("How deep is garlic planted?", "Each clove sits 5 cm deep.", "Leave 15 cm between the cloves."),
    ("What should I wear?", "Sturdy shoes are enough.", "You bring the cake."),
    ("opening hours", "It is open from 9 am to 6 pm.", "The season runs from June to July."),
    ("Do you deliver?", "Delivery is free from 30 metres.", "A metre is €9."),
    ("How long is the cable?", "The cord measures 75 cm.", "A litre boils in three minutes."),
    ("多久浇一次水", "每十天浇一次透水。", "每天要有四小时以上的阳光。"),
    ("多重？", "整车重6.8公斤。", "14寸适合身高95厘米的孩子。"),
    ("要多长时间？", "大约四十分钟。", "清洗后七天内有异响免费上门检查。"),
    ("下雨可以退款吗？", "大风停航时全额退款。", "第二天中午十二点前退营。"),
    ("怎么收纳", "收纳前要晾干。", "一件58元。"),
    ("多久能学会", "五节课学会双摇。", "请假提前一天说。"),
]


@pytest.mark.parametrize(("search", "fact", "other"), APART)
def test_a_fact_of_the_same_kind_that_tells_another_thing_stands_elsewhere(search: str, fact: str, other: str) -> None:
    language = "en" if fact.isascii() or "€" in other else "zh"
    outline = plan_outline("thing", [], [search], [other, fact], language)
    assert [one.facts for one in outline.sections if one.search == search] == [(fact,)]


def test_what_is_asked_is_read_without_the_keyword() -> None:
    assert wanted_of("dog grooming for old dogs", "dog grooming") <= {"dogs"}
    found = planned("linen bedding", ["What is linen bedding made of?"], ["Linen bedding is washed warm."])
    assert "What is linen bedding made of?" not in found  # the keyword itself tells no material
    assert not asked_for("how to charge a battery") and "price" not in asked_for("gluten free bread")


def test_words_for_the_same_answer_one_another() -> None:
    searches = ["when to harvest garlic", "Can it go in the dishwasher?"]
    facts = ["It is lifted when half of the leaves are yellow.", "Wash it by hand."]
    assert [planned("growing garlic", searches, facts)[one] for one in ("When to harvest garlic", searches[1])] == [
        [one] for one in facts
    ]
    assert planned("养多肉", ["多肉要晒太阳吗"], ["要有四小时阳光。"], "zh")["多肉要晒太阳吗？"] == ["要有四小时阳光。"]


def test_what_is_told_of_something_else_is_named_with_it_and_not_to_be_checked() -> None:
    outline = plan_outline("wool rug", ["wool rug price", "wool rug size for a hall"], [], ["The 2 m rug is €390."])
    assert outline.sections[0].searches == ("wool rug size for a hall",) and not outline.unanswered
    outline = plan_outline("class", [], ["Is the class gluten free?"], ["The evening costs 79 euros."])
    assert outline.unanswered == ("Is the class gluten free?",)
    facts = ["早上七点半入园，下午四点半接。", "带一条小毯子。"]
    found = planned("幼儿园入园", ["几点接送？", "幼儿园入园准备什么"], facts, "zh")
    assert [*found.values()] == [[one] for one in facts]


def test_two_searches_change_facts_where_both_are_then_answered_better() -> None:
    facts = ["The lid is opened above 15 °C.", "It keeps off frost to minus five degrees."]
    found = planned("cold frame", ["cold frame temperature", "when to open a cold frame"], facts)
    assert found["When to open a cold frame"] == [facts[0]]


def test_a_rare_word_tells_more_than_one_that_many_facts_have() -> None:
    facts = ["A starter is fed daily.", "In the fridge it is fed once a week.", "It is fed with rye."]
    found = planned("starter", ["starter in the fridge", "How is a starter fed?"], facts)
    assert found["Starter in the fridge"] == [facts[1]]


def test_what_no_fact_answers_is_no_heading_but_to_be_checked() -> None:
    questions = [*QUESTIONS, "how often is the tap changed"]
    outline = plan_outline("rain barrel", ["rain barrel lid", "buy rain barrel"], questions, FACTS)
    assert outline.unanswered == ("How often is the tap changed?",)
    assert outline.others == ("rain barrel lid", "buy rain barrel")
    assert "tap" not in outline_text(outline) and "lid" not in outline_text(outline)
    values, fields = {"facts": FACTS}, {"to_check": list(outline.unanswered)}
    draft = Draft(brief=Brief(id="1", values=values), fields=fields, schema={})
    assert [one.message for one in searches_have_answers(draft, field="to_check")] == [
        "no fact of the brief answers 'How often is the tap changed?'"
    ]


def test_names_keep_their_capitals_and_questions_get_their_mark() -> None:
    searches = ["italian a1 course", "what do i need for a course", "what to bring to a course"]
    facts = ["For A1 no Italian is needed.", "You need a pen for the course.", "Bring a pen to the course."]
    found = planned("evening classes", searches, facts)
    assert "Italian A1 course" in found and "What do I need for a course?" in found
    assert "古筝多久能弹曲子？" in planned("古筝", ["古筝多久能弹曲子"], ["三个月能弹一首小曲。"], "zh")


@pytest.mark.parametrize(("questions", "sections"), [(QUESTIONS[:1], 2), (QUESTIONS, 3)])
def test_there_are_as_many_sections_as_headings(questions: list[str], sections: int) -> None:
    outline = plan_outline("rain barrel", ["rain barrel lid"], questions)
    assert plan_sections(outline) == len(outline.sections) == sections  # without facts, searches are the headings


def test_links_lead_to_where_one_gets_what_is_wanted() -> None:
    book, prices, reach, history, boats = (
        f"{title} = https://e.com/{at}"
        for at, title in enumerate(("Reserve a place", "Price list", "Find us", "Our history", "Rowing boats"))
    )
    pages = [history, boats, reach, prices, book]
    searches = ["boat hire cost", "boat hire near me", "rowing boat hire"]
    assert plan_links("boat hire", searches, [], pages) == [book, prices, reach, boats]
    assert plan_links("rowing", ["buy boats"], [], pages) == [boats, book]
    assert plan_links("rowing boats", ["old rowing boats"], [], pages) == [boats]
    pages = ["预约维修 = https://e.com/1", "联系我们 = https://e.com/2", "店史 = https://e.com/3"]
    assert plan_links("修钟", ["修钟附近"], [], pages) == pages[:2]


def test_links_lead_only_to_what_the_searches_and_facts_speak_of() -> None:
    pages = [f"{title} = https://e.com/{at}" for at, title in enumerate(("Boat shoes", "Island map", "Sea kayaks"))]
    assert plan_links("boat hire", ["boat hire length"], ["The island is near."], pages) == [pages[1]]
    pages = ["洗衣机清洗 = https://e.com/1", "空调滤网 = https://e.com/2", "疫苗价格 = https://e.com/3"]
    assert plan_links("空调清洗", ["空调清洗多少钱"], ["先拆滤网。"], pages) == [pages[1]]
    assert plan_links("duvets", [], ["We collect in Leeds."], ["Collection = https://e.com/1"]) == []


def test_headings_of_others_are_named_where_the_brief_says_nothing_of_it() -> None:
    assert not_covered(["Winter storage", "Mosquito nets", "Rain barrel"], "rain barrel", [*QUESTIONS, *FACTS]) == [
        "Mosquito nets"
    ]


@pytest.mark.parametrize(
    ("intent", "facts", "schema"),
    [
        ("informational", ["costs $20"], "BlogPosting"),
        ("commercial", [], "BlogPosting"),
        ("transactional", ["The barrel costs 89 €."], "Product"),
        ("transactional", ["The barrel holds 89 litres."], "WebPage"),
        ("navigational", [], "WebPage"),
    ],
)
def test_the_schema_goes_by_what_is_wanted(intent: str, facts: list[str], schema: str) -> None:
    assert plan_schema(intent, facts) == schema


def test_the_table_of_plans_feeds_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli("batch", "seo/article-brief", "sample", "--out", "plans").code == 0
    with Path("plans", "content.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ran = run_cli("batch", "articles/blog", "plans/content.csv", "--out", "blog", "--dry-run", "--json")
    assert ran.code == 0, ran.err
    told = ran.json
    assert told["valid"] == len(rows) == 3
    assert {"topic", "keyword", "audience", "facts", "sections", "language"} <= rows[0].keys()
    assert run_cli("test", "seo/article-brief").code == 0


def test_chinese_plans_have_full_width_marks_and_read_facts_that_have_none() -> None:
    outline = plan_outline("旧衣改造", [], ["多久能拿?"], ["一般两周,急单五天"], "zh")
    assert outline_text(outline, "zh") == "## 多久能拿？\n- 一般两周，急单五天"


@pytest.mark.parametrize(
    ("keyword", "search", "right", "wrong"),
    [
        ("chimney sweep", "How long does it take?", "Forty minutes or so.", "You get a bill by email the same day."),
        ("bat survey", "When to do a bat survey", "From May to July.", "Mon-Fri 8 to 4, no weekends"),
        ("violin rental", "What happens if it breaks?", "Damage is £2 a month.", "Half the first year's rent counts."),
        ("dress hire", "dress hire size", "It comes in size 8 to 16.", "Swap it for the next size at any time."),
        ("ceilidh band", "How long do you play?", "Two sets of 75 minutes.", "Send us the song two months ahead."),
        ("starter", "Do you ship to Ireland?", "Delivered to Ireland too.", "Posted on Mondays only."),
        ("violin hire", "What size for a 7 year old?", "At 7 most play a half.", "The case is 60 cm long."),
        ("violin hire", "Can I swap it when my child grows?", "Exchange is free.", "Children like the red one."),
        ("getting rid of moths", "Do lavender bags help?", "Lavender does nothing.", "Freeze it in a sealed bag."),
        ("ceilidh band", "How many musicians come?", "Four of us and a caller.", "Space for the band is 3 m."),
    ],
)
def test_a_sentence_of_something_else_answers_no_search(keyword: str, search: str, right: str, wrong: str) -> None:
    told = planned(keyword, [search], [wrong, right])
    assert told.pop(next(iter(told))) == [right] and any(wrong in facts for facts in told.values())


@pytest.mark.parametrize(
    ("keyword", "search", "right", "wrong"),
    [
        ("古琴入门", "没有基础能学吗", "零起点的人占八成。", "初学用3000元的琴就够了。"),
        ("听力检测", "听力检测多长时间", "全套40分钟。", "轻度只建议半年后复查。"),
        ("宠物火化", "宠物火化流程", "先称重，再入炉。", "在家先用毛巾包好。"),
        ("加装电梯", "加装电梯多少钱", "一部45万到60万元。", "市里每部给20万元。"),
        ("天文露营", "天文露营几月合适", "九月到十一月最好。", "周六下午三点坐大巴。"),
        ("加装电梯", "多少户同意", "要四分之三的业主。", "噪音很小。"),
    ],
)
def test_a_chinese_sentence_of_something_else_answers_no_search(
    keyword: str, search: str, right: str, wrong: str
) -> None:
    told = planned(keyword, [search], [wrong, right], "zh")
    assert told.pop(next(iter(told))) == [right] and any(wrong.strip("。") in str(facts) for facts in told.values())


def test_free_parking_is_no_price_of_the_keyword() -> None:
    facts = ["门口能停30辆，免费", "成人168元"]
    told = planned("皮划艇", ["有地方停车吗？", "皮划艇多少钱？"], facts, "zh")
    assert told == {"有地方停车吗？": facts[:1], "皮划艇多少钱？": facts[1:]}


def test_a_price_stays_with_the_search_for_it() -> None:
    told = planned("kayak trip", ["kayak trip cost", "kayak trip for kids"], ["Kids £9, adults £20.", "A map is £2."])
    assert told == {"Kayak trip cost": ["Kids £9, adults £20.", "A map is £2."]}


def test_a_mishap_asks_not_what_is_included_nor_how_far_ahead_how_long_it_takes() -> None:
    assert not asked_for("What if we get a puncture?") and asked_for("要提前多久约？") == {"book"}


def test_what_asks_the_same_is_to_be_checked_once() -> None:
    outline = plan_outline(
        "tattoo care", ["can you swim with tattoo care"], ["Can I go swimming?"], ["Film comes off on day four."]
    )
    assert outline.unanswered == ("Can I go swimming?",) and outline.others == ("can you swim with tattoo care",)


def sorted_draft(questions: list[str], outline: str, to_check: list[str]) -> Draft:
    facts = ["No pool for a week.", "It peels.", "Wait 48 hours."]
    values = {"questions": questions, "facts": facts, "language": "en"}
    return Draft(brief=Brief(id="1", values=values), fields={"outline": outline, "to_check": to_check}, schema={})


def test_who_has_to_sort_is_told_and_where_to_look() -> None:
    questions = ["Can I swim?", "Is flaking bad?", "Is sport fine?", "What is it?"]
    rest = "## What is it?\n- Ink.\n## Good to know\n- No pool for a week.\n- It peels.\n- Wait 48 hours."
    draft = sorted_draft(questions, rest, questions[:3])
    (finding,) = facts_are_sorted(draft, field="to_check")
    assert finding.message.startswith("3 of 4 questions and 3 facts share no word")
    assert not list(facts_are_sorted(sorted_draft(questions, rest, questions[:2]), field="to_check"))
    assert not list(facts_are_sorted(sorted_draft([*questions, "A?", "B?"], rest, questions[:3]), field="to_check"))
    told = [one.message for one in searches_have_answers(draft, field="to_check")]
    assert told[0] == "no fact has the words of 'Can I swim?': see 'Good to know'"


def test_half_of_a_questions_words_answer_nothing() -> None:
    facts = ["kennel cough jab two weeks before", "dogs that bite stay out"]
    outline = plan_outline("dog boarding", [], ["Do kennels give medication?"], facts)
    assert [one.heading for one in outline.sections] == ["Good to know"]
    assert outline.unanswered == ("Do kennels give medication?",)
    assert "- Kennel cough jab two weeks before" in outline_text(outline)


def test_how_long_it_is_practised_a_day_is_not_how_long_it_takes() -> None:
    facts = ["ten minutes a day beats one hour on Sunday", "x y z"]
    outline = plan_outline("ukulele", [], ["How long does it take?"], facts)
    assert outline.unanswered == ("How long does it take?",)
