"""What a fourth reading found: names cut short, a cap lost, one colon behind another, a keyword of all trades."""

from __future__ import annotations

from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.long_lines import asset_descriptions, baidu_descriptions, baidu_title, long_headlines
from aigc_plugins.ads.provisos import drops_proviso, warns
from aigc_plugins.ads.search_assets import ad_callouts, ad_keywords
from aigc_plugins.ads.word_lists import TAIL


def test_no_name_ends_in_made() -> None:
    assert TAIL.sub("", "Oak dining tables made to order") == "Oak dining tables"
    assert TAIL.sub("", "Steel shelves cut to size") == "Steel shelves"


def test_a_cap_is_never_lost_from_a_promise() -> None:
    fact = "损坏按购入价赔偿，最高5000元，需有发票"
    assert drops_proviso("损坏按购入价赔偿", fact) and ad_callouts([fact]) == []
    assert drops_proviso("Damage is covered", "Damage is covered up to £5,000")


def test_what_a_thing_is_not_for_is_no_headline() -> None:
    assert warns("not for marble")
    made = headline_set({"lines": 5}, ["Not for marble"], ["not for marble", "cleans 40 m²"], product="Stone cleaner")
    assert "Not for marble" not in made


def test_a_keyword_says_for_whom() -> None:
    words = {one["keyword"] for one in ad_keywords("Booking system for hair salons")}
    assert words == {"booking system for hair salons"}


def test_no_colon_stands_behind_another_and_half_a_list_nowhere() -> None:
    facts = ["上课时间：周六、周日下午两点", "画材全包", "每班8人"]
    long = long_headlines(facts, product="油画周末班", language="zh")
    told = asset_descriptions(facts, product="油画周末班", language="zh")
    assert all(line.count("：") < 2 for line in [*long, *told])
    made = headline_set({"lines": 5}, ["上课时间：周六", "画材全包"], facts, product="油画周末班", language="zh")
    assert "上课时间：周六" not in made


def test_what_has_a_colon_is_a_sentence_of_its_own_on_baidu() -> None:
    facts = ["开放时间：周六日9点至17点", "摘草莓", "距地铁站1公里", "喂小羊"]
    assert baidu_title(facts, product="亲子农场") == "亲子农场：摘草莓"
    told = "".join(baidu_descriptions(facts, product="亲子农场", price="每人60元"))
    assert "开放时间：周六日9点至17点。" in told


def test_a_tour_that_leaves_has_its_name() -> None:
    facts = ["leaves on Saturdays at 9 am from Symonds Yat", "three hours with a guide"]
    made = headline_set({"name": 1, "tight": 3}, [], facts, product="Guided kayak tour")
    assert "Leaves on Saturdays" not in made
