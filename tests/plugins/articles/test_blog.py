"""The whole of `articles/blog` over answers that a model gave, with the faults it had in them."""

from __future__ import annotations

import pytest

from aigc.content import brief_values
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Request
from aigc.writing.pipeline import Pipeline

FACTS = [
    "An agenda sent a day early lets people prepare.",
    "Meetings of 25 minutes leave time for a short break.",
    "One person should write down decisions during the meeting.",
    "Cameras can stay off when the connection is slow.",
]
PLAIN = {
    "title": "Remote Team Meetings",
    "intro": "This article for team leads is about remote team meetings.",
    "paragraphs": "",
    "headings": "Nothing of the Kind",
}


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.open()


def written(project: Project, facts: list[str] | None = None, **answers: str) -> Artifact:
    content_type = project.content_type("articles/blog")
    values = {"topic": "remote team meetings", "audience": "team leads", "sections": 2, "facts": facts}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))

    def answer(request: Request, index: int) -> str:
        assert request.about
        return (PLAIN | answers).get(request.about.stage, "Send the agenda for remote team meetings a day early.")

    (artifact,) = Pipeline(ScriptedGenerator(answer), project.environment).write(content_type, [brief])
    return artifact


def test_what_two_sentences_make_of_the_facts_stays(project: Project) -> None:
    paragraph = (
        "People can prepare when the agenda is sent a day early. A 25-minute meeting leaves time for a short break."
    )
    artifact = written(project, FACTS, paragraphs=paragraph)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["sections"][0]["text"] == paragraph
    assert artifact.fields["sections"][1]["text"] == " ".join(FACTS[2:])


@pytest.mark.parametrize(
    "fault",
    [
        "Take a 25-minute break.",
        "Everyone is on the same page when the agenda is sent a day early.",
        "The agenda is sent a day early, and that lets people prepare their lunch in Paris.",
        "Meetings of 50 minutes leave time for a short break.",
        "Cameras cannot stay off when the connection is slow.",
        "## Intro",
        "An agenda sent a day early lets people prepa\ufffd.",
        "One person should write down asdf decisions during the meeting.",
    ],
)
def test_a_fault_gives_way_to_the_plain_fact(project: Project, fault: str) -> None:
    artifact = written(project, FACTS, paragraphs=fault)
    assert artifact.status == "accepted", artifact.reason
    assert [section["text"] for section in artifact.fields["sections"]] == [" ".join(FACTS[:2]), " ".join(FACTS[2:])]


def test_markup_quotation_marks_and_emoji_are_taken_off(project: Project) -> None:
    artifact = written(
        project,
        FACTS,
        title='"Remote Team Meetings for Team Leads" 🚀',
        intro="## Introduction\n**Team leads** can read here about remote team meetings.**",
    )
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == "Remote Team Meetings for Team Leads"
    assert artifact.fields["intro"] == "Team leads can read here about remote team meetings."


@pytest.mark.parametrize(
    "intro",
    [
        "In today's fast-paced world remote team meetings matter to team leads.",
        "One person should write down the decisions during a remote team meeting.",
        "Download the free template for remote team meetings, written for team leads.",
    ],
)
def test_an_intro_that_says_too_much_is_replaced(project: Project, intro: str) -> None:
    artifact = written(project, FACTS, intro=intro)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == "This article is about remote team meetings and is written for team leads."


def test_an_article_without_facts_is_flagged(project: Project) -> None:
    artifact = written(project)
    assert artifact.status != "accepted"
    assert any("the brief has no facts" in finding.message for finding in artifact.findings)


def test_every_text_of_a_stage_offers_its_next_best(project: Project) -> None:
    content_type = project.content_type("articles/blog")
    values = {"topic": "remote team meetings", "audience": "team leads", "sections": 2, "facts": FACTS}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))
    texts = {
        "title": ["Remote Team Meetings", "Remote Team Meetings for Team Leads"],
        "intro": [
            "Team leads can read here about remote team meetings.",
            "Here team leads read about the agenda of remote team meetings.",
        ],
        "paragraphs": [
            "People can prepare when the agenda is sent a day early.",
            "When the agenda is sent a day early, it lets people prepare.",
        ],
        "headings": ["Nothing of the Kind"],
    }

    def answer(request: Request, index: int) -> str:
        assert request.about
        return texts[request.about.stage][index % len(texts[request.about.stage])]

    (artifact,) = Pipeline(ScriptedGenerator(answer), project.environment).write(content_type, [brief])
    assert artifact.status == "accepted", artifact.reason
    offered = {one.field: one.text for one in artifact.suggestions}
    assert {artifact.fields["title"], offered["title"]} == set(texts["title"])
    assert {artifact.fields["intro"], offered["intro"]} == set(texts["intro"])
    told = {artifact.fields["sections"][0]["text"], offered["sections[0].text"]}
    assert told == {f"{text} {FACTS[1]}" for text in texts["paragraphs"]}  # a fact that was left untold stands


@pytest.mark.parametrize(
    ("fact", "turned"),
    [
        ("We repair your bike at your door.", "Repair your bike at our door."),
        ("The teacher fires your bowls.", "Fire your bowls for the teacher."),
    ],
)
def test_a_paragraph_does_not_let_the_reader_do_what_the_business_does(
    project: Project, fact: str, turned: str
) -> None:
    artifact = written(project, [fact, FACTS[1]], paragraphs=turned)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["sections"][0]["text"] == fact


def test_words_of_the_topic_do_not_change_a_fact(project: Project) -> None:
    mixed = "An agenda of remote team meetings sent a day early lets people prepare."
    artifact = written(project, FACTS, paragraphs=mixed)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["sections"][0]["text"] == " ".join(FACTS[:2])


@pytest.mark.parametrize(
    "intro", ["Remote team meetings are the right thing for team leads.", "Team leads need to prepare for meetings."]
)
def test_an_intro_that_states_something_is_replaced(project: Project, intro: str) -> None:
    artifact = written(project, FACTS, intro=intro)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == "This article is about remote team meetings and is written for team leads."


def test_a_plain_chinese_intro_may_name_what_a_paragraph_is_of(project: Project) -> None:
    content_type = project.content_type("articles/blog")
    facts = ["给视障跑者当陪跑员要先学引导。", "陪跑员和跑者各拉一根绳子。"]
    values = {"topic": "给视障跑者当陪跑员", "facts": facts, "sections": 2, "language": "zh"}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))
    generator = ScriptedGenerator(lambda request, index: "没有这样的事")
    (artifact,) = Pipeline(generator, project.environment).write(content_type, [brief])
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == "这篇文章介绍给视障跑者当陪跑员。"
    assert [section["text"] for section in artifact.fields["sections"]] == facts


def test_headings_that_come_out_equal_reject_no_article(project: Project) -> None:
    facts = [
        "Mint spreads quickly, so give it a pot.",
        "Mint likes shade.",
        "Mint spreads quickly, so cut it.",
        FACTS[3],
    ]
    artifact = written(project, facts, headings="Mint Spreads Quickly")
    assert artifact.status == "accepted", artifact.reason
    headings = [section["heading"] for section in artifact.fields["sections"]]
    assert headings == ["Mint Spreads Quickly", "Cameras Can Stay Off When the Connection Is Slow"]


def test_a_title_that_is_no_english_is_replaced(project: Project) -> None:
    artifact = written(project, FACTS, title="How to Remote Team Meetings")
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == "Remote Team Meetings: A Guide for Team Leads"
