"""Ads for feeds, Performance Max and Baidu, and what stands around search ads: limits hold, and nothing is made up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.content import measure
from aigc.testing import run_cli
from aigc_plugins.ads.feed_ads import ad_platform, ad_platforms
from aigc_plugins.ads.long_lines import asset_descriptions, baidu_descriptions, baidu_title, long_headlines
from aigc_plugins.ads.search_assets import ad_callouts, ad_keywords, ad_sitelinks

FACTS = st.lists(
    st.sampled_from(
        [
            "holds 0.9 litres, enough for three large mugs",
            "gooseneck spout for a slow, even pour",
            "weighs 1.1 kg",
            "a mechanic comes to your door within 48 hours",
            "free of BPA",
            "made of solid oak from a single tree that stood in the valley behind the workshop for two hundred years",
            "容量0.9升",
            "一次充电最长可用40小时，低温下也能用上一整个冬天而不需要再充电",
        ]
    ),
    min_size=1,
    max_size=8,
    unique=True,
)
PRODUCTS = st.sampled_from(["Kettle", "Invoice software for freelancers who work at home", "手冲咖啡壶"])


@settings(deadline=None)
@given(facts=FACTS, product=PRODUCTS)
def test_lines_keep_to_their_widths(facts: list[str], product: str) -> None:
    assert all(measure(one, "width") <= 90 for one in long_headlines(facts, product=product))
    first, *rest = asset_descriptions(facts, product=product)
    assert measure(first, "width") <= 60 and all(measure(one, "width") <= 90 for one in rest) and len(rest) < 5
    assert measure(baidu_title(facts, product=product, brand="山雀"), "width") <= 50
    assert all(measure(one, "width") <= 80 for one in baidu_descriptions(facts, product=product))
    assert all(measure(one, "width") <= 25 for one in ad_callouts(facts))


@pytest.mark.parametrize("name", ad_platforms())
def test_a_platform_has_a_source_and_bounds(name: str) -> None:
    platform = ad_platform(name)
    assert platform.source and platform.checked_on and platform.texts and platform.actions
    assert all(bound.advised <= bound.most for bound in platform.texts.values())


def test_keywords_are_as_given_without_signs() -> None:
    found = ad_keywords("Oat bar (box)", keywords=["Oat Bars!"], brand="Field", negatives=["free", "free"])
    assert [(one["keyword"], one["match"]) for one in found] == [
        ("oat bars", "Phrase"),
        ("oat bar box", "Phrase"),
        ("oat bars", "Exact"),
        ("oat bar box", "Exact"),
        ("field oat bar box", "Exact"),
        ("free", "Negative Phrase"),
    ]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("Sizes = https://a.example/s", ("Sizes", "", "", "https://a.example/s")),
        ("sizes | https://a.example/s?a=1 | One / Two", ("Sizes", "One", "Two", "https://a.example/s?a=1")),
        ("Sizes = https://a.example/s | Only one", ("Sizes", "", "", "https://a.example/s")),
        (f"Sizes = https://a.example/s | {'x' * 36} / Two", ("Sizes", "", "", "https://a.example/s")),
    ],
)
def test_a_sitelink_has_both_lines_or_none(page: str, link: tuple[str, ...]) -> None:
    assert [tuple(one.values()) for one in ad_sitelinks([page])] == [link]


@pytest.mark.parametrize("name", ["feed", "performance-max", "baidu", "search-assets"])
def test_the_samples_are_accepted(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli("batch", f"ads/{name}", "sample", "--out", "made").code == 0
    pieces = [json.loads(line) for line in (tmp_path / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()]
    assert len(pieces) >= 4 and {one["status"] for one in pieces} == {"accepted"}
    assert run_cli("test", f"ads/{name}").code == 0
