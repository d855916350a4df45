from __future__ import annotations

import pytest

from aigc.types import Brief, Draft, Field
from aigc_plugins.seo.subjects import keeps_its_subject

TORCH = {"topic": "Rechargeable bike lamp with a bell", "facts": ["It shines for five hours.", "It weighs 90 g."]}
BAGS = {"topic": "旧书包缝补", "facts": ["一只25元，两天取。", "拉链另算。"]}


def found(values: dict[str, object], text: str) -> list[str]:
    field = Field(path="", schema={}, draft=Draft(brief=Brief(id="1", values=values), fields={}, schema={}))
    return [one.message for one in keeps_its_subject(text, field)]


@pytest.mark.parametrize(
    "text",
    [
        "A bell that shines for five hours. It weighs 90 g.",
        "Rechargeable. The bell weighs 90 g.",
        "A rechargeable bell which shines for five hours.",
    ],
)
def test_a_part_does_not_take_the_place_of_the_thing(text: str) -> None:
    assert found(TORCH, text)


@pytest.mark.parametrize(
    "text",
    [
        "A bike lamp that shines for five hours, with a bell.",
        "The lamp is rechargeable and weighs 90 g.",
        "A rechargeable bike lamp with a bell. It shines for five hours.",
    ],
)
def test_the_thing_itself_may_be_spoken_of(text: str) -> None:
    assert not found(TORCH, text)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("Bird seed without wheat, 10 kilos", "The bag of 10 kilos is made of paper."),
        ("Learning to read a tide table", "A tide table is read from the left."),
        ("Painting on silk", "The silk is stretched over a frame."),
    ],
)
def test_other_things_of_the_page_may_be_spoken_of(topic: str, text: str) -> None:
    assert not found({"topic": topic, "facts": []}, text)


def test_a_price_is_no_property_of_what_is_repaired() -> None:
    assert found(BAGS, "缝补一只25元的旧书包，两天取。")
    assert not found(BAGS, "旧书包缝补，一只25元，两天取。")
    assert not found({"topic": "25元的书包", "facts": []}, "25元的书包，结实。")


def test_nothing_is_for_what_the_brief_does_not_count() -> None:
    bench = {"topic": "Folding bench", "facts": ["It seats four.", "It lasts 3 summers.", "For two grown people."]}
    assert found(bench, "A folding bench for four seats.")
    assert not found(bench, "A folding bench for two people.")
    assert not found(bench, "A folding bench for three summers.")


def test_the_bundled_description_asks_for_it() -> None:
    from aigc import Project

    (stage,) = (one for one in Project.open().content_type("seo/meta").stages if one.name == "description")
    assert "keeps_its_subject" in {bound.name for bound in stage.checks}
