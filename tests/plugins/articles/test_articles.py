from __future__ import annotations

import pytest

from aigc.content import measure
from aigc.types import Brief, Draft, Field
from aigc_plugins.articles.article_titles import titles_its_topic
from aigc_plugins.articles.headings import first_sentence, heads_its_points, point_heading
from aigc_plugins.articles.paragraphs import keep_supported_sentences, tell_facts_once
from aigc_plugins.articles.parts import (
    article_angles,
    article_description,
    article_title,
    sections_as_asked,
)

FACT = "Pots need drainage holes so that roots do not rot."


def field(item: str | list[str] | None = FACT, **values: str) -> Field:
    brief = Brief(id="1", values={"topic": "growing herbs on a balcony", **values})
    return Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=item))


@pytest.mark.parametrize(
    "dropped",
    [
        "In fact, the Romans used drainage holes in Egypt.",
        "Drill 5 drainage holes into every pot.",
        "I always make drainage holes.",
        "Meetings are more productive in the morning.",
        "Here is why roots need drainage.",
        "Drainage holes are a double-edged sword.",
        "Drainage holes are what pots need so that roots do not rot.",
        "Drainage holes let the roots",
    ],
)
def test_what_the_brief_does_not_carry_is_taken_out(dropped: str) -> None:
    kept = "A pot needs drainage holes, or its roots rot."
    assert keep_supported_sentences(f"{kept} {dropped}", field()) == kept


def test_a_sentence_may_go_on_from_the_one_before_but_not_from_one_that_is_out() -> None:
    text = "Pots need drainage holes. They keep roots from rot."
    assert keep_supported_sentences(text, field()) == text
    assert keep_supported_sentences("Terracotta drains superbly. They keep roots from rot.", field()) == ""


def test_sentences_are_counted() -> None:
    text = "Basil needs 6.5 hours of sun. Grow herbs on your balcony. The sun is up for hours."
    assert (
        keep_supported_sentences(text, field("Basil needs 6.5 hours of sun."), at_most=2) == text.partition(" The")[0]
    )


def test_every_fact_is_told_once_in_its_place() -> None:
    facts = [FACT, "Mint spreads quickly, so give it its own pot.", "Most herbs need little fertiliser"]
    text = (
        "Mint spreads quickly, so it is given its own pot. Mint spreads quickly, so it gets its own pot. Herbs smell."
    )
    assert tell_facts_once(text, field(facts)) == (
        f"{FACT} Mint spreads quickly, so it is given its own pot. Most herbs need little fertiliser."
    )


def test_one_sentence_may_tell_two_facts() -> None:
    facts = ["Water the pot when the top 2 cm are dry.", "Turn the pot once a week."]
    text = "Water the pot when the top 2 cm are dry, and turn the pot once a week."
    assert tell_facts_once(text, field(facts)) == text


@pytest.mark.parametrize("text", ["", "Balconies are magical.", "Basil needs 8 hours of sun.", "It needs six hours."])
def test_without_a_usable_sentence_the_facts_stand(text: str) -> None:
    assert (
        tell_facts_once(text, field(["Basil needs six hours of sun", FACT])) == f"Basil needs six hours of sun. {FACT}"
    )


def test_chinese_facts_are_told_without_blanks_between() -> None:
    facts = ["花盆要有排水孔。", "每天浇一次水"]
    assert tell_facts_once("花盆一定要有排水孔。阳台的风景很美。", field(facts)) == "花盆一定要有排水孔。每天浇一次水。"


@pytest.mark.parametrize(
    ("paragraph", "heading"),
    [
        ("Mint spreads quickly, so give it its own pot. More.", "Mint Spreads Quickly"),
        ("Pots need drainage holes so that roots do not rot.", "Pots Need Drainage Holes"),
        ("A dishwasher dulls the blade.", "A Dishwasher Dulls the Blade"),
        ("薄荷长得很快，所以要单独种。", "薄荷长得很快"),
    ],
)
def test_a_heading_is_made_of_the_first_clause(paragraph: str, heading: str) -> None:
    assert point_heading([paragraph, "Another."]) == heading
    assert not list(heads_its_points(heading, points=[paragraph]))


def test_a_made_heading_always_fits() -> None:
    assert measure(point_heading(["word " * 40 + "."]), "chars") <= 60


@pytest.mark.parametrize(
    "heading", ["Bloom on Your Balcony", "Drainage Floors for Pots", "Holes", "Pots Need Pots with Drainage Holes"]
)
def test_a_heading_that_says_something_else_is_refused(heading: str) -> None:
    assert list(heads_its_points(heading, points=[FACT]))


def test_a_first_sentence_is_not_cut_at_a_point_inside() -> None:
    assert first_sentence("It weighs 2.5 kg. It is light.") == "It weighs 2.5 kg."
    assert first_sentence("第一句。第二句。") == "第一句。"


def test_points_are_asked_for_only_without_facts() -> None:
    assert article_angles("herbs", 3, facts=["A fact."]) == []
    assert len(article_angles("herbs", 3)) == 6


@pytest.mark.parametrize("topic", ["growing herbs on a balcony", "a very long topic " * 4, "阳台种香草"])
@pytest.mark.parametrize("audience", [None, "beginners"])
def test_plain_parts_keep_their_limits(topic: str, audience: str | None) -> None:
    language = "en" if topic.isascii() else "zh"
    facts = [FACT, "Mint spreads quickly", "Most herbs need little fertiliser."]
    title = article_title(topic.strip(), language)
    assert 4 <= len(title) <= 60 and measure(title, "pixels") <= 580
    assert 5 <= measure(article_description(topic.strip(), audience, facts, language), "chars") <= 155


def test_a_description_has_whole_facts() -> None:
    facts = [FACT, "Mint spreads quickly, " + "very " * 30 + "quickly.", "Herbs need sun"]
    assert article_description("growing herbs", "beginners", facts) == "Growing herbs for beginners: herbs need sun."


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (["sow A"], "sow A."),
        (["Sow A.", "Pick B."], "pick B."),
        (["Sow A.", "Pick B.", "Dry C.", "Cut D."], "cut D. Pick B."),
        (["Sow A.", "Pick B.", "Dry C.", "Cut D.", "It ends.", "Mow E.", "Dig F."], "cut D. Mow E."),
    ],
)
def test_a_description_is_not_the_opening_again(facts: list[str], told: str) -> None:
    assert article_description("growing herbs", None, facts) == f"Growing herbs: {told}"
    facts = [f"第{one}种香草要放在朝南的窗台上。" for one in "一二三四五"]
    assert article_description("种香草", None, facts, "zh") == f"种香草：{facts[3]}{facts[4]}"


def test_fewer_sections_than_asked_are_noted() -> None:
    values = {"sections": 4, "facts": ["A.", "B.", "C."]}
    draft = Draft(brief=Brief(id="1", values=values), fields={"intro": "A. B. C.", "sections": []}, schema={})
    (found,) = sections_as_asked(draft)
    assert found.field == "sections" and "1 of 4 sections" in found.message and "3 facts" in found.message
    fields = {"intro": "A.", "sections": [{"text": one} for one in "BCD"]}
    assert not list(sections_as_asked(Draft(brief=draft.brief, fields=fields, schema={})))


@pytest.mark.parametrize(
    ("heading", "fine"), [("薄荷要单独种", True), ("薄荷茶的营养价值", False), ("薄荷单独种，让你受益", False)]
)
def test_a_chinese_heading_keeps_to_its_section(heading: str, fine: bool) -> None:
    assert (not list(heads_its_points(heading, points=["薄荷长得很快，所以要单独种。"]))) is fine


@pytest.mark.parametrize(
    ("fact", "heading", "fine"),
    [
        ("The caretaker cleans the filter every month.", "Clean the Filter Every Month", False),
        ("The caretaker cleans the filter every month.", "The Caretaker Cleans the Filter", True),
        ("The boiler is serviced before winter time begins.", "Before Winter Begins", False),
        ("Each flat has the machine in the stairwell for half a day.", "Half Day in a Stairwell", False),
        ("Write down five new words at most.", "Write Down Five New Words", False),
        ("Old glue must be scraped off first.", "Glue Must Be Scraped Off First", False),
        ("Cameras can stay off when the connection is slow.", "Cameras Can Stay Off", False),
        ("Soap works better than oil.", "Soap Works Better", False),
        ("Never leave the pan in water overnight.", "Leave the Pan in Water Overnight", False),
        ("Most indoor plants need bright light but not direct sun.", "Bright Light but Not Direct Sun", True),
        ("At least four metres above the floor, barn owls nest.", "At Least Four Metres Above the Floor", False),
        ("Barn owls like wide quiet fields near water.", "Barn Owls Like Quiet Fields", False),
        ("She cleans the filter every month.", "Clean the Filter Every Month", False),
        ("Members may use the big saw.", "Members Use the Big Saw", False),
        ("每天最多浇一次水。", "每天浇一次水", False),
        ("每本书最多用三滴胶水。", "每本书最多用三滴胶", False),
        ("薄荷长得很快，所以要单独种。", "薄荷要单独种", True),
    ],
)
def test_a_heading_keeps_what_makes_it_true(fact: str, heading: str, fine: bool) -> None:
    assert (not list(heads_its_points(heading, points=[fact]))) is fine
    assert not list(heads_its_points(point_heading(fact), points=[fact]))


def test_a_made_heading_keeps_its_condition() -> None:
    assert point_heading("Cameras can stay off when the connection is slow.").endswith("When the Connection Is Slow")
    assert (
        point_heading("Before winter begins, the boiler is serviced.") == "Before Winter Begins, the Boiler Is Serviced"
    )
    long = "At least four metres above the floor of the barn by the lake, barn owls nest every year."
    assert point_heading(long) == "Barn Owls Nest Every Year"


@pytest.mark.parametrize(
    ("topic", "audience", "title", "fine"),
    [
        ("giving your hair for a wig", None, "How to Give Your Hair for a Wig", True),
        ("growing herbs on a balcony", "beginners", "Growing Herbs on a Balcony", True),
        ("remote team meetings", "team leads", "Remote Team Meetings for Team Leads", True),
        ("shoes for beginners", "beginners", "Shoes for Beginners", True),
        ("wearing lenses for the first time", "teenagers", "Wearing Lenses for the First Time for Teenagers", False),
        ("hosting a quiz in a pub", "landlords", "Hosting a Quiz in a Pub for the Landlords", False),
        ("hosting a quiz in a pub", "landlords", "Hosting a Quiz in a Pub: A Guide for Landlords", True),
        ("renewing a passport from abroad", None, "A Renewing a Passport from Abroad", False),
        ("refereeing a match", None, "Referring a Match", False),
        ("refereeing a match", None, "Refereeing a Fair Match", False),
        ("养鸽子", "新手", "新手怎样养鸽子", True),
        ("第一次露营", None, "第一次露营的回忆", False),
    ],
)
def test_a_title_is_its_topic_and_hangs_no_reader_onto_it(
    topic: str, audience: str | None, title: str, fine: bool
) -> None:
    values = {"topic": topic, "audience": audience}
    given = Field(path="title", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
    assert (not list(titles_its_topic(title, given))) is fine
