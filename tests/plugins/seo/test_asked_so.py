"""Searches are those that people make of a thing, a service, a firm, a skill, an event or a place."""

from __future__ import annotations

from typing import Any

import pytest

from aigc_plugins.seo.clusters import keyword_clusters
from aigc_plugins.seo.kinds import topic_kind
from aigc_plugins.seo.phrases import searched_for


def clusters(topic: str, **brief: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in keyword_clusters([], topic, **brief):
        found[str(one["intent"])] = list(one["keywords"])  # type: ignore[call-overload]
    return found


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("保温杯", "goods"),
        ("假牙修复", "service"),
        ("上门洗车", "service"),
        ("装修公司", "provider"),
        ("整理收纳师", "provider"),
        ("学吉他", "skill"),
        ("种草莓", "skill"),
        ("水彩入门", "skill"),
        ("草莓音乐节", "event"),
        ("自然博物馆", "place"),
        ("落日", "unsure"),
    ],
)
def test_chinese_topics_are_told_apart(topic: str, kind: str) -> None:
    assert topic_kind(topic, "zh").name == kind
    found = clusters(topic, language="zh")
    every = [one for keywords in found.values() for one in keywords]
    assert len(found) == 3 and all(len(keywords) >= 3 for keywords in found.values())
    assert not any(one.endswith(("使用方法", "是什么")) or one.startswith("购买") for one in every)


@pytest.mark.parametrize(
    ("end", "fine"),
    [
        ("home use", True),
        ("small home", True),
        ("orchid house", False),
        ("sale in kimpton", False),
        ("greenhouse", False),
        ("green", False),
        ("orchids", True),  # as a seed has it
    ],
)
def test_a_large_model_too_may_say_only_what_is_asked(end: str, fine: bool) -> None:
    begins, topic = "best greenhouse heater for", "greenhouse heater"
    found = list(searched_for(f"{begins} {end}", begins=begins, topic=topic, given=["heater for orchids"], whole=False))
    assert (not found) is fine


@pytest.mark.parametrize(("end", "fine"), [("清洗", True), ("招人", False), ("处理", False)])
def test_a_chinese_search_is_one_that_is_asked(end: str, fine: bool) -> None:
    found = list(searched_for(f"保温杯怎么{end}", begins="保温杯怎么", topic="保温杯", whole=False))
    assert (not found) is fine


def test_sorts_of_a_thing_are_compared_and_what_one_reads_of_it_is_learnt() -> None:
    found = clusters("reclaimed floorboards", seeds=["old oak boards", "floorboards care"])
    assert "old oak boards" in found["commercial"] and "floorboards care" in found["informational"]
    found = clusters("雨水桶", seeds=["带龙头的雨水桶"], language="zh")
    assert "带龙头的雨水桶" in found["commercial"]
