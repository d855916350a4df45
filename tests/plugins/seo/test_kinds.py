from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.seo.clusters import CLUSTERS, keyword_clusters
from aigc_plugins.seo.intent import search_intent
from aigc_plugins.seo.kinds import topic_kind, with_article
from aigc_plugins.seo.phrases import finishes_phrase, search_phrases, searched_for

FIELD = Field(path="text", schema={}, draft=Draft(brief=Brief(id="1", values={}), fields={}, schema={}))
TOPICS = {
    "electric toothbrush": "goods",
    "wool socks": "wear",
    "standing desk": "furniture",
    "raised garden bed": "goods",
    "bookkeeping software for freelancers": "software",
    "password manager": "app",
    "pottery workshop": "class",
    "dog boarding": "service",
    "piano tuner": "provider",
    "tree surgeon": "provider",
    "home brewing": "subject",
    "pine shelving": "goods",
    "seaside hotel": "place",
    "jazz festival tickets": "event",
    "remote work": "subject",
    "photosynthesis": "subject",
    "growing herbs on a balcony": "doing",
    "cold brew coffee at home": "at_home",
    "hiking in madeira": "outing",
    "wild camping in scotland": "outing",
    "pruning apple trees": "doing",
    "felting a hat": "doing",
    "pruning shears": "goods",
    "bedding with a zip": "goods",
    "learning platform": "software",
    "hiking boots": "wear",
    "cleaning in leeds": "service",
    "travel insurance": "insurance",
    "student loan": "loan",
    "grammar exercises": "material",
    "sleep apnea": "condition",
    "wisdom tooth removal": "procedure",
}


def keywords(topic: str, *found: str, **brief: Any) -> list[str]:
    clusters = keyword_clusters(found, topic, **brief)
    return [keyword for cluster in clusters for keyword in cluster["keywords"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("topic", "kind"), TOPICS.items())
def test_a_topic_is_of_the_kind_that_its_head_names(topic: str, kind: str) -> None:
    assert topic_kind(topic).name == kind
    clusters = keyword_clusters([], topic)
    assert len(clusters) >= 3 and all(len(cluster["keywords"]) >= 3 for cluster in clusters)  # type: ignore[arg-type]


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if " for " not in topic])
def test_the_searches_of_a_cluster_want_what_it_says(topic: str) -> None:
    kind = topic_kind(topic)
    for cluster in ("learn", "compare", "fit", "buy"):
        for search in kind.searches(cluster):
            assert search_intent(search, topic=topic) == CLUSTERS[cluster][0], search
            assert "{" not in search


@pytest.mark.parametrize(
    ("topic", "brief", "nobody"),
    [
        ("roof repair", {}, "roof repair for beginners"),
        ("wool socks", {}, "wool socks alternatives"),
        ("beeswax candles", {}, "beeswax candles for beginners"),
        ("cold brew coffee at home", {}, "buy cold brew coffee at home"),
        ("jazz festival tickets", {}, "jazz festival tickets for beginners"),
        ("moving company", {}, "buy moving company"),
        ("dog boarding", {"brand": "Paw Lodge"}, "paw lodge login"),
        ("pottery workshop", {}, "how to choose pottery workshop"),
        ("tax advice for freelancers", {}, "tax advice for freelancers for beginners"),
        ("pruning apple trees", {}, "buy pruning apple trees"),
        ("hiking in madeira", {}, "best hiking in madeira courses"),
        ("travel insurance", {}, "book travel insurance"),
        ("grammar exercises", {}, "which grammar exercises to buy"),
    ],
)
def test_no_search_is_of_another_kind(topic: str, brief: dict[str, Any], nobody: str) -> None:
    assert nobody not in keywords(topic, **brief)


def test_what_nobody_names_and_people_look_for_near_by_is_not_bought() -> None:
    near = keywords("dog whisperer", local=True)
    assert "affordable dog whisperer" in near and not any(one.startswith("buy ") for one in near)
    assert "buy dog whistle" in keywords("dog whistle")


def test_a_kind_has_its_own_searches() -> None:
    assert "roof repair quote" in keywords("roof repair")
    assert "keyholm login" in keywords("password manager", brand="Keyholm")
    assert "best cold brew coffee kit" in keywords("cold brew coffee at home")
    assert "best sourdough kit" in keywords("baking sourdough at home")
    assert "cheap jazz festival tickets" in keywords("jazz festival tickets")
    assert "best books on growing herbs on a balcony" in keywords("growing herbs on a balcony")
    assert "hire piano tuner" in keywords("piano tuner")


@pytest.mark.parametrize(
    ("topic", "written"),
    [
        ("electric toothbrush", "an electric toothbrush"),
        ("wool socks", "wool socks"),
        ("roof repair", "roof repair"),
        ("dog boarding", "dog boarding"),
        ("wine tasting", "a wine tasting"),
        ("unicycle for adults", "a unicycle for adults"),
        ("brass compass", "a brass compass"),
        ("m8 bolt", "an m8 bolt"),
        ("8 mm drill bit", "an 8 mm drill bit"),
        ("hdmi cable", "an hdmi cable"),
        ("one man tent", "a one man tent"),
    ],
)
def test_a_topic_stands_in_a_sentence_with_its_article(topic: str, written: str) -> None:
    assert with_article(topic) == written


def test_searches_are_built_on_the_seeds_that_name_a_thing() -> None:
    found = keywords("running shoes", seeds=["wide running shoes", "best shoes for flat feet", "how to lace shoes"])
    assert {"best wide running shoes", "buy wide running shoes"} <= {*found}
    assert not any("best best" in one or "buy how" in one or "buy best" in one for one in found)


def test_a_seed_alone_among_the_uses_is_not_lost() -> None:
    assert "low light house plants" in keywords("house plants", seeds=["low light house plants"])


@pytest.mark.parametrize("topic", ["tax advice for freelancers", "children's bike", "how to fix a bike", "roof repair"])
def test_nothing_is_asked_for_a_topic_that_is_for_somebody_or_of_a_kind_that_is_for_nobody(topic: str) -> None:
    assert search_phrases(topic) == []


@pytest.mark.parametrize(
    ("end", "fine"),
    [
        ("small businesses", True),
        ("freelancers", True),
        ("a-list celebrities", False),
        ("spookers", False),
        ("europe", False),
    ],
)
def test_a_small_model_may_say_what_is_asked_of_the_kind(end: str, fine: bool) -> None:
    begins = "best accounting software for"
    found = list(searched_for(f"{begins} {end}", begins=begins, topic="accounting software"))
    assert (not found) is fine
    assert not list(searched_for(f"{begins} {end}", begins=begins, topic=""))


@pytest.mark.parametrize(
    ("begins", "end"),
    [
        ("wedding photography for", "weddings"),
        ("dog boarding for", "dogs"),
        ("wool socks for", "a non-branded item"),
        ("wool socks for", "a-list celebrities"),
        ("mugs for", "everyone on the planet"),
        ("mugs for", "people to enjoy"),
    ],
)
def test_no_model_says_a_topic_again_or_goes_on_as_a_sentence(begins: str, end: str) -> None:
    assert list(finishes_phrase(f"{begins} {end}", FIELD, begins=begins))


def test_chinese_topics_have_kinds_too() -> None:
    assert topic_kind("周末陶艺课", "zh").name == "class"
    assert "适合新手的瑜伽课" in keywords("瑜伽课", language="zh")
    assert "购买屋顶维修" not in keywords("屋顶维修", language="zh")
    assert "屋顶维修报价" in keywords("屋顶维修", language="zh")
    assert not {"屋顶维修怎么选", "屋顶维修测评"} & {*keywords("屋顶维修", language="zh")}
    assert {"旅游保险怎么选", "购买旅游保险"} <= {*keywords("旅游保险", language="zh")}
    assert "海边民宿怎么选" in keywords("海边民宿", language="zh")


def test_nothing_is_asked_for_a_size_or_for_what_is_in_a_box() -> None:
    assert not topic_kind("m8 bolts").open and topic_kind("steel bolts").open
    assert topic_kind("fruit box").name == "box" and not topic_kind("fruit box").open
    assert topic_kind("tool box").open


def test_several_things_are_one_before_a_noun_as_people_type_it() -> None:
    searched = keywords("camping stoves")
    assert {"camping stove reviews", "camping stove price", "best camping stoves", "buy camping stoves"} <= {*searched}
    assert "camping stoves reviews" not in searched
    assert {"buy cheese festival tickets", "cheese festivals near me"} <= {*keywords("cheese festivals", local=True)}
    assert "sunglasses reviews" in keywords("sunglasses") and "cherry price" in keywords("cherries")


def test_nobody_buys_what_one_has_or_what_a_doctor_does() -> None:
    assert topic_kind("sleep apnea").name == "condition" and topic_kind("bursitis").name == "condition"
    assert "sleep apnea symptoms" in keywords("sleep apnea") and "buy sleep apnea" not in keywords("sleep apnea")
    assert topic_kind("wisdom tooth removal").name == "procedure" and topic_kind("tree removal").name == "service"
    assert "wisdom tooth removal recovery" in keywords("wisdom tooth removal")
    assert topic_kind("装修贷款", "zh").name == "loan" and "装修贷款利率" in keywords("装修贷款", language="zh")
