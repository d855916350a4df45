"""Sections of two or three facts, their headings, and short articles that have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc import Project
from aigc.types import Artifact, Brief, Draft, Field
from aigc_plugins.articles.grouping import share_out, under_headings
from aigc_plugins.articles.parts import article_sections
from aigc_plugins.articles.section_names import names_its_section, says_no_sentence_again, section_name
from aigc_plugins.articles.things import orders, things
from aigc_plugins.formats.markdown_pieces import markdown_pieces
from tests.plugins.articles.test_blog import written

MARKET = [
    "The label names the farmer, the weight and the best-before date.",
    "A stall of three metres costs 18 euros a day, and the council sends the bill.",
    "Scales must be calibrated every two years by a firm that has a licence.",
    "The van is parked behind the hall before seven in the morning.",
    "Leftover jars go back in the van by two o'clock, when the hall closes.",
    "Awnings are tied down with two ropes when the wind is strong.",
    "Awnings of three metres keep off the rain, and cost 80 euros.",
]
UNLIKE = [*MARKET[:4], "Tasting spoons are used once and go in the bag under the table.", *MARKET[5:]]
SHED = ["The roof comes off first.", "Two people need five hours.", "Asbestos sheets need a licensed firm."]


def field(item: list[str]) -> Field:
    return Field(
        path="heading", schema={}, draft=Draft(brief=Brief(id="1", values={}), fields={}, schema={}, item=item)
    )


@pytest.mark.parametrize(
    ("points", "sections", "sizes"),
    [(9, 4, [3, 3, 3]), (8, 4, [3, 3, 2]), (7, 4, [3, 2, 2]), (4, 6, [2, 2]), (3, 4, [3]), (8, 2, [4, 4]), (0, 4, [])],
)
def test_points_are_shared_out_in_order_two_or_three_together(points: int, sections: int, sizes: list[int]) -> None:
    shared = share_out([str(at) for at in range(points)], sections)
    assert [len(part) for part in shared] == sizes
    assert [point for part in shared for point in part] == [str(at) for at in range(points)]


def test_points_that_share_words_stand_together() -> None:
    facts = ["The gate is shut.", "A goat eats hay.", "Hay is dry.", "Goat hay is cut in June.", "Rain falls."]
    assert share_out(facts, 4) == [facts[:2], facts[2:]] or share_out(facts, 4) == [facts[:3], facts[3:]]
    facts = ["The gate is shut.", "A path leads up.", "The hay is dry.", "Hay is cut in June.", "Dry hay burns."]
    assert share_out(facts, 4) == [facts[:2], facts[2:]]


def test_what_speaks_of_the_point_before_opens_no_section() -> None:
    facts = ["The gate is shut.", "Mussels cost six pounds.", "They steam for five minutes.", "Lemon goes on top."]
    assert share_out(facts, 4) == [facts[:2], facts[2:]], "there is no other way to share four"
    facts = [
        "The gate is shut.",
        "The lamp is lit.",
        "Mussels cost six pounds.",
        "They steam long.",
        "Lemon goes on top.",
    ]
    assert share_out(facts, 4) == [facts[:2], facts[2:]]


def test_a_short_article_has_no_headings() -> None:
    assert under_headings(share_out(MARKET, 4)) == share_out(MARKET, 4)[1:]
    assert under_headings(share_out(UNLIKE, 4)) == [], "where the facts of a section share nothing"
    assert under_headings(share_out(MARKET, 4), "a van with awnings") == [], "nor beyond the topic"
    assert under_headings(share_out(SHED, 4)) == [] == under_headings(share_out(MARKET[3:], 4))
    long = " ".join(MARKET)
    assert under_headings(share_out([long, long, long], 4)) == [], "of three facts"
    assert article_sections([], ["One.", "Two."], [SHED[:2], SHED[2:]]) == [{"text": "Two."}]


@pytest.mark.parametrize(
    ("fact", "named"),
    [
        ("The waiting list is two years long.", ["the waiting list"]),
        ("Only two visitors may be at the bed at a time.", ["visitors", "the bed"]),
        ("Bring a sleeping bag liner and ear plugs.", ["a sleeping bag liner", "ear plugs"]),
        ("Cut back roots that circle the pot.", ["roots", "the pot"]),
        ("Heavy boxes go behind the seats.", ["heavy boxes", "the seats"]),
        ("Each page has one map.", ["the page", "a map"]),
        ("You need eight repairers.", ["repairers"]),
        ("Two people need about five hours.", []),
        ("Nobody sings alone.", []),
        ("The label names the beekeeper.", ["the label", "the beekeeper"]),
        ("先到居委会登记，再搭鸽棚。", ["居委会", "鸽棚"]),
        ("病鸽单独关十天。", ["病鸽"]),
        ("早上六点以前不放飞。", []),
    ],
)
def test_the_things_of_a_fact(fact: str, named: list[str]) -> None:
    assert things(fact) == named


@pytest.mark.parametrize(
    ("sentence", "order"),
    [("Bring a liner.", True), ("Never block the hole.", True), ("Water costs extra.", False), ("Boots stay.", False)],
)
def test_an_order_is_told_from_a_statement(sentence: str, order: bool) -> None:
    assert orders(sentence) is order


@pytest.mark.parametrize(
    ("points", "topic", "name"),
    [
        (["Bunks are given out at six.", "Bring a liner.", "Boots stay by the door."], "", ""),
        (["The waiting list is long.", "Sheds are high.", "Only the waiting list counts."], "", "The Waiting List"),
        (["The pool is warm.", "The pool opens at six."], "the pool", ""),
        (["Two people need five hours.", "It is enough."], "", ""),
        (["下铺比上铺贵30元。", "贵重东西放在枕头边。"], "", ""),
        (["病鸽单独关十天。", "病鸽不放飞。"], "", "病鸽"),
    ],
)
def test_a_made_heading_names_what_two_facts_share(points: list[str], topic: str, name: str) -> None:
    assert section_name(points, topic) == name


@pytest.mark.parametrize("points", [MARKET[3:5], MARKET[5:]])
def test_a_made_heading_keeps_its_own_rules(points: list[str]) -> None:
    name = section_name(points)
    assert name and not list(names_its_section(name, field(points)))
    assert not list(says_no_sentence_again(name, field(points)))


@pytest.mark.parametrize(
    ("heading", "fine"),
    [
        ("The Van", True),
        ("In the Van", True),
        ("The Hall", True),
        ("The Van and the Hall", False),
        ("Leftover Jars", False),
        ("The Van, the Hall", False),
        ("The Van Is Parked Behind the Hall Before Seven in the Morning", False),
        ("Before the Van", False),
        ("How to Sell More", False),
    ],
)
def test_a_heading_names_one_thing_of_two_of_its_facts(heading: str, fine: bool) -> None:
    facts = [*MARKET[3:5], "Spoons go in the van and the hall."]
    assert (not list(names_its_section(heading, field(facts)))) is fine


def test_a_preposition_leads_a_heading_where_it_stands_in_the_fact() -> None:
    facts = ["Be at the pitch before the match.", "Parents leave before the match."]
    assert not list(names_its_section("Before the Match", field(facts)))
    assert list(names_its_section("After the Match", field(facts)))


@pytest.mark.parametrize(
    ("heading", "facts"),
    [
        ("Two People Need About Five Hours", SHED),
        ("The Roof Comes Off", SHED),
        ("Asbestos Sheets and a Licensed Firm", SHED),
        ("鸽棚和窗户", ["鸽棚离窗户五米。", "先到居委会登记。"]),
    ],
)
def test_a_heading_never_says_its_sentence_again(heading: str, facts: list[str]) -> None:
    assert list(says_no_sentence_again(heading, field(facts)))
    assert not list(says_no_sentence_again("The Roof and a Firm", field(SHED)))


def test_a_heading_that_cannot_be_made_leaves_none_over_the_others() -> None:
    groups = [MARKET[:3], ["Two people need five hours.", "It is enough."], MARKET[3:5]]
    assert not under_headings(groups) and article_sections([], ["One.", "Two.", "Three."], groups) == [
        {"text": "Two."},
        {"text": "Three."},
    ]


def test_two_headings_of_an_article_are_never_equal() -> None:
    groups = share_out(MARKET, 4)
    made = [section_name(group) for group in groups[1:]]
    sections = article_sections([made[0], made[0]], ["One.", "Two.", "Three."], groups)
    assert [section["heading"] for section in sections] == made
    assert [section["heading"] for section in article_sections([made[0]], ["1.", "2.", "3."], groups)] == made


def long_article(**answers: str) -> Artifact:
    return written(Project.open(), MARKET, about="selling at a market", **answers)


def test_a_longer_article_has_a_short_heading_over_each_section() -> None:
    artifact = long_article(headings="The Label Names the Farmer")
    assert artifact.status == "accepted", artifact.reason
    opening, *groups = share_out(MARKET, 4)
    assert artifact.fields["intro"] == " ".join(opening)
    assert [section["heading"] for section in artifact.fields["sections"]] == [section_name(one) for one in groups]
    assert [section["text"] for section in artifact.fields["sections"]] == [" ".join(one) for one in groups]


def test_a_heading_of_the_model_that_keeps_the_rules_stands() -> None:
    artifact = long_article(headings="The Hall")
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["sections"][0]["heading"] == "The Hall"


def test_markdown_shows_paragraphs_without_headings_one_after_another(tmp_path: Path) -> None:
    artifact = written(Project.open(), [*SHED, "The council collects two cubic metres."], about="taking down a shed")
    assert artifact.status == "accepted", artifact.reason
    shown = next(iter(markdown_pieces([artifact], tmp_path))).read_text(encoding="utf-8")
    assert shown.endswith(
        f"\n\n{' '.join(SHED[:2])}\n\nAsbestos sheets need a licensed firm. The council collects two cubic metres.\n"
    )
    assert "##" not in shown


def test_headings_of_the_bundled_type_are_held_to_both_rules() -> None:
    (stage,) = (one for one in Project.open().content_type("articles/blog").stages if one.name == "headings")
    assert {"names_its_section", "says_no_sentence_again"} <= {bound.name for bound in stage.checks}
