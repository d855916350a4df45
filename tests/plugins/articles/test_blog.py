"""The whole of `articles/blog` over answers that a model gave, with the faults it had in them."""

from __future__ import annotations

import pytest

from aigc import Pipeline, Project
from aigc.content import brief_values
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Request

FACTS = [
    "An agenda sent a day early lets people prepare.",
    "Meetings of 25 minutes leave time for a short break.",
    "One person should write down decisions during the meeting.",
    "Cameras can stay off when the connection is slow.",
]
TOPIC = "remote team meetings"
PLAIN = {
    "title": "Remote Team Meetings",
    "paragraphs": "",
    "headings": "Nothing of the Kind",
}


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.open()


def written(project: Project, facts: list[str] | None = None, *, about: str = TOPIC, **answers: str) -> Artifact:
    content_type = project.content_type("articles/blog")
    values = {"topic": about, "audience": "team leads" if about == TOPIC else None, "facts": facts}
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
    assert artifact.fields["intro"] == paragraph
    assert artifact.fields["sections"] == [{"text": " ".join(FACTS[2:])}]


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
    assert artifact.fields["intro"] == " ".join(FACTS[:2])
    assert artifact.fields["sections"] == [{"text": " ".join(FACTS[2:])}]


def test_markup_quotation_marks_and_emoji_are_taken_off(project: Project) -> None:
    paragraph = "## Introduction\n**The agenda is sent a day early, which lets people prepare.**"
    artifact = written(project, FACTS, title='"Remote Team Meetings for Team Leads" 🚀', paragraphs=paragraph)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == "Remote Team Meetings for Team Leads"
    assert artifact.fields["intro"].startswith("The agenda is sent a day early, which lets people prepare. ")


def test_an_article_opens_with_what_its_facts_say(project: Project) -> None:
    artifact = written(project, FACTS)
    assert artifact.fields["intro"] == " ".join(FACTS[:2])
    artifact = written(project, FACTS[:2])
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == " ".join(FACTS[:2]) and artifact.fields["sections"] == []


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
    told = {artifact.fields["intro"], offered["intro"]}
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
    assert artifact.fields["intro"] == f"{fact} {FACTS[1]}"


def test_words_of_the_topic_do_not_change_a_fact(project: Project) -> None:
    mixed = "An agenda of remote team meetings sent a day early lets people prepare."
    artifact = written(project, FACTS, paragraphs=mixed)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == " ".join(FACTS[:2])


def test_a_chinese_article_opens_with_its_facts_too(project: Project) -> None:
    content_type = project.content_type("articles/blog")
    facts = ["给视障跑者当陪跑员要先学引导。", "陪跑员和跑者各拉一根绳子。"]
    values = {"topic": "给视障跑者当陪跑员", "facts": facts, "sections": 2, "language": "zh"}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))
    generator = ScriptedGenerator(lambda request, index: "没有这样的事")
    (artifact,) = Pipeline(generator, project.environment).write(content_type, [brief])
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == "".join(facts) and artifact.fields["sections"] == []


def test_a_fact_with_a_pause_of_its_own_is_not_run_together_with_another(project: Project) -> None:
    facts = ["Twice a year is enough, with cats four times.", "Wait 30 minutes before you switch it on again."]
    run = "Twice a year is enough, and with cats four times, wait 30 minutes before you switch it on again."
    artifact = written(project, facts, about="cleaning the coils", paragraphs=run)
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["intro"] == " ".join(facts)


def test_a_title_that_is_no_english_is_replaced(project: Project) -> None:
    artifact = written(project, FACTS, title="How to Remote Team Meetings")
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == "Remote Team Meetings"


@pytest.mark.parametrize("title", ["Working from a Hut for Team Leads", "Working from the Hut on a Hill"])
def test_a_title_that_hangs_its_reader_on_or_says_more_is_replaced(project: Project, title: str) -> None:
    content_type = project.content_type("articles/blog")
    values = {"topic": "working from a hut", "audience": "team leads", "facts": FACTS}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))
    generator = ScriptedGenerator(lambda request, index: title)
    (artifact,) = Pipeline(generator, project.environment).write(content_type, [brief])
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == "Working from a Hut"


@pytest.mark.parametrize("topic", ["bees", "tea", "life in St. Ives, why is it cold?", "caring for a dog"])
@pytest.mark.parametrize("audience", [None, "people with a long-term illness"])
def test_the_plain_parts_of_any_topic_are_accepted(project: Project, topic: str, audience: str | None) -> None:
    content_type = project.content_type("articles/blog")
    values = {"topic": topic, "audience": audience, "facts": FACTS}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))
    (artifact,) = Pipeline(ScriptedGenerator(lambda request, index: "@@"), project.environment).write(
        content_type, [brief]
    )
    assert artifact.status == "accepted", artifact.reason
