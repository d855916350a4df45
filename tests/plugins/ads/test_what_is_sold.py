"""What is sold is known, and a fact keeps what it holds for."""

from __future__ import annotations

import pytest

from aigc_plugins.ads.calls import sold_as
from aigc_plugins.ads.compose import price_line, product_line
from aigc_plugins.ads.search_assets import ad_callouts, ad_keywords


@pytest.mark.parametrize(
    ("product", "facts", "sold"),
    [
        ("Gutter sweeping", ["moss taken away"], "service"),
        ("Canoe hire on the canal", ["paddles included"], "service"),
        ("Ash stool", ["45 cm high, made of ash"], "goods"),
        ("Lantern walkway", ["open until 9 pm"], "unsure"),
    ],
)
def test_what_is_sold_is_told_by_name_and_facts(product: str, facts: list[str], sold: str) -> None:
    assert sold_as(product, None, facts) == sold


def test_only_a_thing_is_yours_for_its_price() -> None:
    assert price_line("£68", "en", "service") == "Price: £68"
    assert price_line("£68", "en", "goods") == "Yours for £68"
    assert price_line("每次90元", "zh", "service") == "每次90元"


def test_brand_and_product_are_joined_as_one_reads_them() -> None:
    assert product_line("舞校晚间班", "青石舞校", "zh") == "青石舞校晚间班"
    assert product_line("A4打印纸", "云帆Pro", "zh") == "云帆Pro A4打印纸"


def test_assets_keep_conditions_and_have_clean_keywords() -> None:
    facts = ["first swimming free of charge", "runs on gas in a power outage", "saddler comes to the stable"]
    assert ad_callouts(facts) == ["First swimming free"]
    assert ad_keywords('"Rill" 3/8 mm')[0]["keyword"] == "rill 3 8 mm"
