from __future__ import annotations

import re

import pytest

from aigc import Pipeline, Project
from aigc.content import brief_values, measure
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Draft, Field
from aigc_plugins.seo.clusters import keyword_clusters
from aigc_plugins.seo.intent import search_intent
from aigc_plugins.seo.meta import (
    meta_adds_something,
    meta_description,
    says_it_once,
    whole_sentences,
)
from aigc_plugins.seo.phrases import finish_phrase, finishes_phrase, normalised, search_phrases
from aigc_plugins.seo.titles import meta_title, title_keeps_to_topic


def draft(**fields: str) -> Draft:
    return Draft(brief=Brief(id="1", values={"language": "en"}), fields=fields, schema={})


FIELD = Field(path="text", schema={}, draft=draft())


@pytest.mark.parametrize(
    ("keyword", "intent"),
    [
        ("how to clean a tent", "informational"),
        ("how to buy a tent", "informational"),  # asks how
        ("tent setup guide", "informational"),
        ("tent", "informational"),
        ("best tents", "commercial"),
        ("tent vs hammock", "commercial"),
        ("tent reviews", "commercial"),
        ("tent for two people", "commercial"),
        ("buy tent", "transactional"),
        ("cheap best tent", "transactional"),
        ("tent price", "transactional"),
        ("yoga classes near me", "transactional"),
        ("acme login", "navigational"),
        ("desktop", "informational"),  # "top" only as a whole word
        ("帐篷怎么搭", "informational"),
        ("帐篷推荐", "commercial"),
        ("帐篷哪个好", "commercial"),
        ("帐篷多少钱", "transactional"),
        ("某某官网", "navigational"),
    ],
)
def test_intent_is_read_from_the_words(keyword: str, intent: str) -> None:
    assert search_intent(keyword) == intent


def test_a_search_for_a_brand_looks_for_its_site() -> None:
    assert search_intent("Acme Tents", ["acme tents"]) == "navigational"
    assert search_intent("acme tents") == "informational"


def test_words_before_the_topic_narrow_it_down() -> None:
    assert search_intent("wide running shoes", topic="running shoes") == "commercial"
    assert search_intent("running shoes", topic="running shoes") == "informational"


def test_keywords_are_normalised() -> None:
    assert normalised('  "Best  Tents", ') == "best tents"
    assert normalised("What’s a tent?") == "what's a tent"


@pytest.mark.parametrize("written", ["two people", "best tent for two people", "Best tent for two people, best tent"])
def test_a_finished_phrase_has_its_beginning(written: str) -> None:
    assert finish_phrase(written, begins="best tent for") == "best tent for two people"


@pytest.mark.parametrize(
    ("written", "begins", "search"),
    [
        ("for a balcony", "best rain barrel for", "best rain barrel for a balcony"),
        ("rain barrel for a balcony", "best rain barrel for", "best rain barrel for a balcony"),
        ("best rain barrel for for a balcony", "best rain barrel for", "best rain barrel for a balcony"),
        ("for for your balcony", "rain barrel for", "rain barrel for balcony"),
        ("forests", "rain barrel for", "rain barrel for forests"),
        ("怎么安装", "雨水桶怎么", "雨水桶怎么安装"),
        ("雨水桶怎么怎么安装", "雨水桶怎么", "雨水桶怎么安装"),
        ("和水箱的区别", "雨水桶和", "雨水桶和水箱的区别"),
        ("合租的房子", "适合", "适合合租的房子"),
    ],
)
def test_no_search_says_its_connecting_word_twice(written: str, begins: str, search: str) -> None:
    assert finish_phrase(written, begins=begins) == search


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("best tent for two people", ""),
        ("tent for two", "does not begin"),
        ("best tent for you", "nothing new"),
        ("best tent for sale", "nothing new"),
        ("best tent for a family of four with dogs", "at most"),
        ("best tent for hiking with", "before its last word"),
        ("best tent for the family", "one thing"),
        ("best tent for tent camping", "again"),
        ("best tent for u.s", "is none"),
        ("best tent for india", "names 'india'"),
    ],
)
def test_a_finished_phrase_says_something_new(text: str, wrong: str) -> None:
    found = list(finishes_phrase(text, FIELD, begins="best tent for"))
    assert any(wrong in message for message in found) if wrong else not found


def test_no_chinese_search_says_its_topic_again_or_asks_how_a_service_is_used() -> None:
    assert list(finishes_phrase("雨棚清洗怎么清洗", FIELD, begins="雨棚清洗怎么"))
    assert not list(finishes_phrase("雨棚怎么安装", FIELD, begins="雨棚怎么"))
    assert search_phrases("雨棚", language="zh") and not search_phrases("雨棚清洗", language="zh")


def test_seeds_are_built_on_unless_they_are_narrow_already() -> None:
    begun = [phrase["begins"] for phrase in search_phrases("tent", ["Dome Tent", "tent for kids"])]
    assert "dome tent for" in begun
    assert "tent for kids for" not in begun


def test_clusters_hold_one_intent_and_no_keyword_twice() -> None:
    found = ["best tent for hiking", "tents for hiking", "tent for hiking", "how to choose tent for winter"]
    clusters = keyword_clusters(found, "tent", ["dome tent"], brand="Acme", local=True)
    keywords = [keyword for cluster in clusters for keyword in cluster["keywords"]]  # type: ignore[attr-defined]
    assert len(keywords) == len(set(keywords))
    assert "tents for hiking" in keywords and "tent for hiking" not in keywords  # one search, once
    assert 3 <= len(clusters) <= 6
    for cluster in clusters:
        assert 3 <= len(cluster["keywords"]) <= 8  # type: ignore[arg-type]
        if cluster["intent"] in ("informational", "commercial"):
            assert {search_intent(k, topic="tent") for k in cluster["keywords"]} == {cluster["intent"]}  # type: ignore[attr-defined]


def test_clusters_stand_without_a_single_idea_of_the_model() -> None:
    for language, topic in (("en", "standing desk"), ("zh", "升降桌")):
        clusters = keyword_clusters([], topic, language=language)
        assert len(clusters) >= 3
        assert all(len(cluster["keywords"]) >= 3 for cluster in clusters)  # type: ignore[arg-type]


def test_a_plain_title_holds_the_keyword_and_fits() -> None:
    for topic, keyword in (
        ("Growing herbs on a balcony", "balcony herb garden"),
        ("x" * 150, "tea"),
        ("茶" * 80, "绿茶"),
    ):
        title = meta_title(topic, keyword, "zh" if "茶" in topic else "en")
        assert keyword in title.casefold()
        assert measure(title, "pixels") <= 580
        assert 40 <= measure(meta_description(topic, keyword), "chars") <= 155


def test_a_description_is_more_than_its_title() -> None:
    title = "Herbs on a Balcony"
    assert not list(meta_adds_something(draft(title=title, description="Which pots and soil basil and mint want.")))
    assert list(meta_adds_something(draft(title=title, description="Herbs on a balcony. Read more about it here.")))
    assert list(meta_adds_something(draft(title=title, description="Balcony herbs: herbs on balcony.")))


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("Learn how to grow herbs in pots.", True),
        ("Learn how to choose a desk and how to choose a room.", False),
        ("Dog Grooming at Home with a Dog", False),
        ("自制燕麦奶：一台搅拌机就够了", True),
    ],
)
def test_a_short_text_says_things_once(text: str, fine: bool) -> None:
    assert (not list(says_it_once(text, FIELD))) is fine


def test_a_title_keeps_to_its_topic() -> None:
    values = {"topic": "Dog grooming at home", "keyword": "dog grooming"}
    field = Field(path="title", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
    assert not list(title_keeps_to_topic("Dog Grooming at Home: Essential Tools", field))
    assert list(title_keeps_to_topic("Dog Grooming at Home: Before Puppies Become Grumpy", field))


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Bike Repair Course: Three Evenings", True),
        ("Bike Repair Course: Evenings of Three", False),
        ("Bike Repair Course: Hot Tea and Cake", False),
        ("单车维修课：一共三个晚上", True),
        ("单车维修课：热茶和蛋糕管够", False),
    ],
)
def test_a_title_may_say_a_fact_of_the_page(title: str, kept: bool) -> None:
    facts = ["The course lasts three evenings.", "课程一共三个晚上。"]
    values = {"topic": "Bike repair course 单车维修课", "keyword": "", "facts": facts}
    field = Field(path="title", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
    assert (not list(title_keeps_to_topic(title, field, new_words=1))) is kept


def test_a_description_is_made_of_sentences() -> None:
    assert not list(whole_sentences("Learn how to groom a dog. See which tools you need.", FIELD))
    assert list(whole_sentences("Dog grooming. Learn how to groom a dog.", FIELD))
    assert list(whole_sentences("Learn how to wash, how to brush and how to clip a dog.", FIELD))


def test_a_short_sentence_of_the_page_may_stand() -> None:
    values = {"facts": ["Skis travel free.", "Berths with light"]}
    field = Field(path="text", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
    assert not list(whole_sentences("The train runs on Fridays. Skis travel free.", field))
    assert list(whole_sentences("The train runs on Fridays. Berths with light.", field))


@pytest.mark.parametrize(
    ("topic", "facts", "text"),
    [
        ("bike repair in Bristol", [], "Bike repair in Bristol: read on to find out more."),
        ("Where to sleep in Kent?", [], "Where to sleep in Kent? read on to find out more."),
        ("Bike repair", ["Call before 9 am"], "Bike repair: Call before 9 am."),
        ("NASA on stage", ["It has one act.", "x y z " * 30], "NASA on stage: It has one act."),
        ("Tents", ["Two poles", "Floors"], "Tents: two poles, floors."),
        (
            "Night train",
            ["Skis travel free.", "Floors", "A berth has a light."],
            "Night train: Skis travel free. A berth has a light.",
        ),
        (  # a fact that would make the text say a word too often is left out
            "Piano shop",
            [
                "Thirty pianos stand in a hall by the river.",
                "Every piano is tuned.",
                "You may pay in four parts or more.",
            ],
            "Piano shop: Thirty pianos stand in a hall by the river. You may pay in four parts or more.",
        ),
        ("Tents: a choice", ["A tent has two poles."], "Tents: a choice. A tent has two poles."),
    ],
)
def test_a_plain_description_says_what_the_page_says(topic: str, facts: list[str], text: str) -> None:
    assert meta_description(topic, "bike repair", facts=facts) == text


def test_a_plain_chinese_description_promises_nothing() -> None:
    assert meta_description("木工课", "木工课", "zh", ["一次两小时"]) == "木工课：一次两小时。"


def test_a_plain_chinese_description_names_its_page_once() -> None:
    assert meta_description("成人古筝小班", "成人古筝课", "zh", ["每周上课一次。"]) == "成人古筝小班：每周上课一次。"


@pytest.mark.parametrize(
    ("title", "kept"),
    [("Lessons in Swimming for Children with Autism", True), ("How to Swimming Lessons Autism", False)],
)
def test_a_title_has_the_words_of_its_keyword_as_one_says_them(title: str, kept: bool) -> None:
    project = Project.open()
    topic, facts = "Swimming lessons for children with autism", ["A lesson takes 30 minutes.", "The pool is warm."]
    answers = {"title": title, "description": "A lesson takes 30 minutes, and the pool is warm."}
    values = {"topic": topic, "keyword": "swimming lessons autism", "facts": facts, "language": "en"}
    generator = ScriptedGenerator(lambda request, index: answers[request.about.stage if request.about else ""])
    content_type = project.content_type("seo/meta")
    (artifact,) = Pipeline(generator, project.environment).write(content_type, [Brief(id="1", values=values)])
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == (title if kept else "Swimming Lessons for Children with Autism")


@pytest.mark.parametrize(
    ("description", "kept"),
    [
        ("A wool blanket of 150 by 200 cm. It is woven in Wales.", True),
        ("A wool blanket woven in Wales. See patterns, care tips and sizes.", False),
        ("Read reviews and compare prices of a wool blanket woven in Wales.", False),
        ("A beautiful, cosy wool blanket woven in Wales.", False),
        ("A wool blanket of 150 by 250 cm woven in Wales.", False),
    ],
)
def test_what_a_model_adds_to_a_page_never_leaves(description: str, kept: bool) -> None:
    project = Project.open()
    answers = {"title": '"Wool Blanket from Wales" ✨', "description": description}
    brief = Brief(
        id="1",
        values={"topic": "A wool blanket of 150 by 200 cm woven in Wales", "keyword": "wool blanket", "facts": []}
        | {"language": "en"},
    )
    generator = ScriptedGenerator(lambda request, index: answers[request.about.stage if request.about else ""])
    (artifact,) = Pipeline(generator, project.environment).write(project.content_type("seo/meta"), [brief])
    assert artifact.status == "accepted", artifact.reason
    assert artifact.fields["title"] == "Wool Blanket from Wales"
    assert (artifact.fields["description"] == description) is kept
    assert not {"patterns", "reviews", "beautiful", "250"} & set(re.findall(r"\w+", artifact.fields["description"]))


def test_a_page_offers_other_titles_and_descriptions() -> None:
    texts = {
        "title": ["Wool Blanket from Wales", "Wool Blanket Woven in Wales"],
        "description": ["A wool blanket of 150 by 200 cm woven in Wales.", "Woven in Wales: a blanket of wool."],
    }
    project = Project.open()
    content_type = project.content_type("seo/meta")
    values = {"topic": "A wool blanket of 150 by 200 cm woven in Wales", "keyword": "wool blanket"}
    brief = Brief(id="1", values=brief_values(content_type, values, where="here"))
    generator = ScriptedGenerator(lambda request, index: texts[request.about.stage if request.about else ""][index % 2])
    (artifact,) = Pipeline(generator, project.environment).write(content_type, [brief])
    assert artifact.status == "accepted", artifact.reason
    offered = {one.field: one.text for one in artifact.suggestions}
    assert all({artifact.fields[name], offered[name]} == set(both) for name, both in texts.items())


def test_a_search_that_is_left_out_is_named_with_the_reason() -> None:
    project = Project.open()
    content_type = project.content_type("seo/keywords")
    brief = Brief(id="1", values=brief_values(content_type, {"topic": "wool rugs"}, where="the test"))
    (piece,) = project.pipeline(ScriptedGenerator(lambda request, candidate: "cashmere")).write(content_type, [brief])
    notes = [finding.message for finding in piece.findings if finding.field == "ideas[0]"]
    assert len(notes) == 1 and notes[0].startswith("left out: 'best wool rugs for cashmere' ends as no search")
    assert "(they end in home," in notes[0] and "give it as a seed" in notes[0]


def test_a_description_that_tells_another_fact_than_its_title_says_more() -> None:
    values = {"topic": "老房子窗户隔音改造", "facts": ["换玻璃只要半天。", "上门测量不收费。"]}
    title, same = "窗户隔音改造：换玻璃只要半天", "老房子窗户隔音改造，换玻璃只要半天。"
    for text, more in ((same, False), (same + "上门测量不收费。", True)):
        fields = {"title": title, "description": text}
        found = list(meta_adds_something(Draft(brief=Brief(id="1", values=values), fields=fields, schema={})))
        assert (not found) is more
