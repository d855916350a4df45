"""The content type as a whole, with scripted answers, and the products it ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aigc import Pipeline, Project
from aigc.content import ContentType, brief_values, evaluate, measure
from aigc.testing import ScriptedGenerator, briefs_in
from aigc.types import Artifact, Brief, Request, Row

BRIEFS = Path(__file__).parents[3] / "templates" / "ads" / "briefs"
TENT = {
    "product": "Hiking tent",
    "benefits": ["weighs 1.9 kg", "pitches in 5 minutes", "two doors", "packs down to 42 cm", "waterproof"],
    "url": "https://example.com/tent",
    "brand": "Fernway",
    "category": "outdoor",
    "offer": "Free returns",
}


def faithful(request: Request, index: int) -> str:
    """Answer as a model does that keeps to the shots."""
    task = request.prompt.messages[-1].content
    if "：" in task or "；" in task:
        return task.replace("：", "，").replace("；", "，") + "。"
    if stage(request) == "introductions":
        product, _, fact = task.partition(": ")
        return f"A {product.lower()} that {fact}."
    return task.replace("; ", ", ") + ("." if stage(request) == "pairs" else "")


def stage(request: Request) -> str:
    return request.about.stage if request.about else ""


@pytest.fixture
def write(project: Project, search_ad: ContentType):  # type: ignore[no-untyped-def]
    def run(answer, voice: str = "facts", **values: object) -> Artifact:  # type: ignore[no-untyped-def]
        brief = Brief(id="1", values=brief_values(search_ad, TENT | values, where="test"))
        pipeline = Pipeline(ScriptedGenerator(answer), project.environment, voice=lambda content_type: voice)
        return next(iter(pipeline.write(search_ad, [brief])))

    return run


def test_one_fact_becomes_one_line(write) -> None:  # type: ignore[no-untyped-def]
    ad = write(faithful)
    assert (ad.status, ad.reason) == ("accepted", "")
    assert ad.fields["headlines"][:7] == [
        "Hiking Tent by Fernway",
        "Weighs 1.9 kg",
        "Pitches in 5 Minutes",
        "Two Doors",
        "Packs Down to 42 cm",
        "Waterproof",
        "Free Returns",
    ]
    assert len(ad.fields["headlines"]) == 10
    starts = [
        "A hiking tent that weighs 1.9 kg. ",
        "Pitches in 5 minutes, two doors. Free returns. ",
        "Packs down to 42",
    ]
    for text, start in zip(ad.fields["descriptions"], starts, strict=True):
        assert text.startswith(start) and measure(text, "width") <= 90
    assert (ad.fields["path1"], ad.fields["path2"]) == ("Outdoor", "Hiking-Tent")
    assert ad.fields["final_url"] == "https://example.com/tent"
    assert ad.provenance.fallbacks == () and ad.provenance.lines == 8


def test_the_joined_voice_tells_facts_beside_the_product_too(write) -> None:  # type: ignore[no-untyped-def]
    ad = write(faithful, voice="joined")
    assert (ad.status, ad.reason) == ("accepted", "")
    lines = ad.fields["headlines"]
    assert lines[:6] == write(faithful).fields["headlines"][:6]
    assert {"Hiking Tent: 1.9 kg", "Hiking Tent: Two Doors", "Tent Pitches in 5 Minutes"} <= {*lines}
    assert 11 <= len(lines) <= 15 and len(ad.fields["descriptions"]) == 4
    assert ad.fields["descriptions"][1].startswith("Hiking tent: pitches in 5 minutes, two doors. Free returns.")
    assert {finding.check for finding in ad.findings} == {"ad_strength"}
    assert "fresh 0%" in ad.findings[-1].message


def test_a_fact_that_stands_beside_the_product_only_is_offered_there(write) -> None:  # type: ignore[no-untyped-def]
    def fresh(request: Request, index: int) -> str:
        fact = request.prompt.messages[-1].content.partition(": ")[2]
        return f"{fact} in the evening" if stage(request) == "copy" else f"Today: {fact}"

    ad = write(
        fresh, voice="copy", product="Travel mug", keyword="travel mug", benefits=["leakproof lid", "holds 0.5 litres"]
    )
    (lid,) = {one.field for one in ad.suggestions if one.text == "Leakproof Lid in the Evening"}
    number = int(lid.removeprefix("headlines[").removesuffix("]"))
    assert ad.fields["headlines"][number] == "Travel Mug: Leakproof Lid"
    assert "Leakproof Lid" not in ad.fields["headlines"]


def test_the_stage_copy_asks_a_judge_where_there_is_one(search_ad: ContentType) -> None:
    copy, joint = search_ad.picking("copy")
    assert copy.pick and [bound.name for bound in copy.pick.judge] == ["judged"]
    assert joint.pick and not joint.pick.judge
    assert not search_ad.picking("facts") and not search_ad.picking("joined")


def test_the_copy_voice_lets_a_fresh_line_stand_above_the_floor_only(write) -> None:  # type: ignore[no-untyped-def]
    def fresh(request: Request, index: int) -> str:
        fact = request.prompt.messages[-1].content.partition(": ")[2]
        if stage(request) == "joint":
            return f"In the evening it {fact.replace('; ', ' and ')}."
        return f"{fact} in the evening" if index else f"Today: {fact}"

    ad = write(fresh, voice="copy", benefits=["weighs 1.9 kg", "two doors", "folds to 42 cm"])
    assert ad.status == "accepted"  # no mix was fitted for a scripted generator
    assert not any("evening" in line.lower() for line in ad.fields["headlines"])
    assert "Weighs 1.9 kg" in ad.fields["headlines"]
    assert any(one.text == "Two Doors in the Evening" for one in ad.suggestions)
    assert any("Hiking tent: weighs 1.9 kg, two doors." in text for text in ad.fields["descriptions"])


def test_what_is_called_for_suits_an_event_and_its_hour_keeps_its_spelling(write) -> None:  # type: ignore[no-untyped-def]
    values = {"product": "Concert evening", "category": "events", "benefits": ["starts at 8 pm", "80 seats"]}
    ad = write(faithful, voice="joined", brand=None, offer=None, **values)
    assert "Starts at 8 pm" in ad.fields["headlines"]
    assert not any("shop" in text.lower() or "order" in text.lower() for text in ad.fields["descriptions"])


def test_every_voice_makes_an_ad_of_few_facts(write) -> None:  # type: ignore[no-untyped-def]
    for voice in ("copy", "joined"):
        for count, least in ((1, 4), (2, 6), (3, 8)):
            ad = write(faithful, voice=voice, benefits=TENT["benefits"][:count], offer=None)
            assert (ad.status, ad.reason) == ("accepted", ""), voice
            assert least <= len(ad.fields["headlines"]) < 11 and len(ad.fields["descriptions"]) >= 2


def test_what_a_model_makes_up_gives_way_to_the_fact(write) -> None:  # type: ignore[no-untyped-def]
    ad = write(lambda request, index: "The 99 best tents of the world!")
    assert ad.status == "accepted"
    assert "Weighs 1.9 kg" in ad.fields["headlines"]
    assert ad.fields["descriptions"][0].startswith("Hiking tent: weighs 1.9 kg.")
    assert len(ad.provenance.fallbacks) == ad.provenance.lines
    assert not any("99" in text for text in (*ad.fields["headlines"], *ad.fields["descriptions"]))


def test_one_fact_alone_still_makes_an_ad(write) -> None:  # type: ignore[no-untyped-def]
    ad = write(faithful, benefits=["weighs 1.9 kg"], brand=None, category=None, offer=None)
    assert ad.status == "accepted"
    assert len(ad.fields["headlines"]) >= 3 and len(ad.fields["descriptions"]) == 2
    assert (ad.fields["path1"], ad.fields["path2"]) == ("Hiking-Tent", "")


@pytest.mark.parametrize(
    ("product", "fact"),
    [
        ("Hiking boots", "keep feet warm"),
        ("lamp", "does not flicker"),
        ("Mug", "warm"),
        ("TV", "see all the details"),
        ("Online maths tutoring for small children in primary school", "waterproof"),
        ("Handmade waterproof leather boots with a wool lining", "two doors"),
        ("A folding electric cargo bicycle with a large front box for up to three children", "waterproof"),
        ("Kettle", "keeps the water warm for a very long time without any noise"),
    ],
)
@pytest.mark.parametrize("category", [None, "software", "service"])
@pytest.mark.parametrize("answer", [faithful, lambda request, index: "The 99 best tents of the world!"])
def test_one_short_fact_never_makes_lines_that_say_the_same(write, answer, product, fact, category) -> None:  # type: ignore[no-untyped-def]
    ad = write(answer, product=product[:80], benefits=[fact], brand=None, category=category, offer=None)
    assert (ad.status, ad.reason) == ("accepted", "")
    assert len(ad.fields["headlines"]) >= 3 and len(ad.fields["descriptions"]) == 2


@pytest.mark.parametrize(
    ("product", "facts"),
    [
        ("Mug", ["warm", "dry"]),
        ("Long distance night train to the sea", ["two doors", "two seats"]),
        ("Handmade waterproof leather boots", ["two doors", "red", "blue"]),
        ("Shop", ["keep feet warm", "keep feet dry", "light"]),
    ],
)
@pytest.mark.parametrize("answer", [faithful, lambda request, index: "The 99 best tents of the world!"])
def test_short_facts_that_are_alike_are_told_apart(write, answer, product, facts) -> None:  # type: ignore[no-untyped-def]
    ad = write(answer, product=product, benefits=facts, brand=None, category=None, offer=None)
    assert (ad.status, ad.reason) == ("accepted", "")


@pytest.mark.parametrize(("product", "fact"), [("台灯", "保温"), ("随行杯", "轻"), ("记账软件", "无频闪")])
def test_one_short_fact_in_chinese_makes_an_ad(write, product: str, fact: str) -> None:  # type: ignore[no-untyped-def]
    ad = write(faithful, product=product, benefits=[fact], brand=None, category=None, offer=None, language="zh")
    assert (ad.status, ad.reason) == ("accepted", "")


def test_what_a_model_writes_twice_is_still_caught(write) -> None:  # type: ignore[no-untyped-def]
    def same(request: Request, index: int) -> str:
        return "A hiking tent that is waterproof." if stage(request) == "introductions" else faithful(request, index)

    ad = write(same, benefits=["waterproof", "waterproof in rain"], brand=None, category=None, offer=None)
    assert len({text.split(". ")[0] for text in ad.fields["descriptions"]}) == 2


def test_twelve_facts_stay_within_fifteen_headlines(write) -> None:  # type: ignore[no-untyped-def]
    facts = [
        f"{word} pocket"
        for word in [
            "red",
            "blue",
            "green",
            "black",
            "white",
            "grey",
            "small",
            "large",
            "inner",
            "outer",
            "wide",
            "deep",
        ]
    ]
    ad = write(faithful, benefits=facts, keyword="light tent", price="$99")
    assert len(ad.fields["headlines"]) == 15 and len(ad.fields["descriptions"]) == 4


def test_an_ad_in_chinese_is_counted_in_double_width(write) -> None:  # type: ignore[no-untyped-def]
    facts = ["整车重14公斤", "10秒折叠", "可拆卸电池，续航40公里"]
    ad = write(faithful, product="电动自行车", benefits=facts, brand="轻踏", category="出行", offer="", language="zh")
    assert ad.status == "accepted"
    assert ad.fields["headlines"][:4] == ["轻踏电动自行车", *facts]
    assert ad.fields["descriptions"][0].startswith("电动自行车，整车重14公斤。")
    assert ad.fields["descriptions"][1].startswith("10秒折叠，可拆卸电池，续航40公里。")
    assert all(measure(text, "width") <= 30 for text in ad.fields["headlines"])


def test_the_shipped_products_are_sixty_good_briefs(project: Project, search_ad: ContentType) -> None:
    file = BRIEFS / "google-search.csv"
    values = [brief.values for brief in briefs_in(project, search_ad, file)]
    assert len({value["product"] for value in values}) == len({value["url"] for value in values}) == 60
    assert all(3 <= len(value["benefits"]) <= 6 for value in values)
    assert all(len(set(value["benefits"])) == len(value["benefits"]) for value in values)
    assert all(str(value["url"]).startswith("https://example.com/") for value in values)
    assert len({value["category"] for value in values}) == 12
    assert sum(any(char.isdigit() for char in fact) for value in values for fact in value["benefits"]) >= 120


def test_the_chinese_products_are_good_briefs_too(project: Project, search_ad: ContentType) -> None:
    file = BRIEFS / "google-search-zh.csv"
    briefs = briefs_in(project, search_ad, file)
    assert [brief.values["language"] for brief in briefs] == ["zh"] * 8


def test_a_table_of_measurements_becomes_facts_and_unknown_cells_do_not(
    project: Project, search_ad: ContentType
) -> None:
    cells = {"name": "ford torino", "horsepower": "140", "miles_per_gallon": "", "origin": "USA"}
    literals = {
        "product": "{{ name | product_name }}",
        "url": "https://example.com/cars",
        "benefits": """{{ [
            miles_per_gallon | fact("{} mpg"), horsepower | fact("{} hp"), origin | fact("made in {}")
        ] }}""",
    }
    rows = [Row(values=cells, where="cars.csv:2")]
    (brief,) = briefs_in(project, search_ad, rows, set_=literals)
    assert brief.values["product"] == "Ford Torino"
    assert brief.values["benefits"] == ["140 hp", "made in USA"]


def test_the_globals_work_in_expressions(project: Project) -> None:
    names = {"stages": {"lines": ["Weighs 1 kg"]}, "product": "Kettle", "language": "en", "category": None}
    expression = "{{ stages.lines + calls_to_action(language, product, category) }}"
    assert len(evaluate(project.environment, expression, names)) == 4
    assert evaluate(project.environment, "{{ display_path(product)[0] }}", names) == "Kettle"


def test_gimmicks_of_a_brief_are_printed_nowhere(write) -> None:  # type: ignore[no-untyped-def]
    facts = ["A*Maz*Ing lid", "F-R-E-E pegs", "f1ts in a bag", "_Strong_ poles", "~1.9 kg", "pitches in 5~6 minutes"]
    ad = write(faithful, voice="joined", benefits=facts, offer="~10 % 0ff*", brand="e.l.f.")
    texts = [*ad.fields["headlines"], *ad.fields["descriptions"]]
    assert (ad.status, ad.reason) == ("accepted", "")
    assert not [text for text in texts if re.search(r"[*_~]|F-R|f1ts|0ff|E\.l", text)]
    assert {"Amazing Lid", "Free Pegs", "Fits in a Bag", "Strong Poles"} <= set(texts)
    assert any("about 10 % off" in text.lower() for text in texts) and any("by e.l.f." in text for text in texts)
    told = " ".join(finding.message for finding in ad.findings if finding.severity == "note")
    assert "F-R-E-E as Free" in told and "f1ts as Fits" in told


def test_a_brand_that_is_written_so_stays(write) -> None:  # type: ignore[no-untyped-def]
    for brand in ("Toys-R-Us", "P!nk", "7-Eleven", "e.l.f.", "F-R-E-E", "Yahoo!"):
        ad = write(faithful, voice="joined", brand=brand)
        assert (ad.status, ad.reason) == ("accepted", "")
        assert f"Hiking Tent by {brand}" in ad.fields["headlines"]
