"""What a fact holds under stays with it, and what it warns of is no reason to click."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.testing import run_cli
from aigc_plugins.ads.fact_forms import clauses
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.headline_set import headline_set
from aigc_plugins.ads.long_lines import baidu_descriptions, long_headlines
from aigc_plugins.ads.provisos import is_sending, selling, warns
from aigc_plugins.ads.search_assets import ad_callouts
from aigc_plugins.ads.shortened import parts
from aigc_plugins.ads.sure_forms import ends_surely, other_lines
from aigc_plugins.ads.wording import WITH_DAY
from aigc_plugins.shops.listing_parts import listing_title

ALL = {"name": 1, "lines": 7, "tight": 3, "price": 1, "clauses": 2, "calls": 2, "joined": [5, 14], "parts": [4, 13]}
BOUND = (
    "Standard service £65, parts extra",
    "Boat trips at 11am and 2pm, weather permitting",
    "Ships in 5 days, UK mainland only",
    "Unlimited rides with a £14 wristband",
    "满两盒包邮，新疆西藏除外",
    "质保3年，密封条除外",
)


@pytest.mark.parametrize("fact", BOUND)
def test_a_condition_stays_with_its_fact_in_every_headline(fact: str) -> None:
    language = "zh" if "，" in fact else "en"
    product = "礼盒" if language == "zh" else "Day out"
    end = fact.replace("，", ",").split(",")[-1].strip() if "£14" not in fact else "£14"
    given = [line for line in (plain_line(fact, 30, 0.4, numbers=False),) if line]
    told = [fact.split(", ")[0], *given]
    lines = headline_set(ALL, told, [fact, "seats"], product=product, language=language)
    words = fact.split()[0].lower() if language == "en" else fact[:3]
    about = [line for line in lines if words in line.lower()]
    assert all(end.lower() in line.lower() for line in about), about
    assert not any(line.lower().startswith(end.lower()) for line in [*other_lines(fact), *parts(fact), *clauses(fact)])


def test_an_end_without_a_condition_may_still_go() -> None:
    assert ends_surely("30 whimsy pieces", ", shaped like birds")
    assert clauses("报价单逐项列明，签约后不加价") == ("报价单逐项列明", "签约后不加价")


def test_a_price_that_is_not_all_of_it_stands_in_no_headline() -> None:
    facts = ["Standard service £65, parts extra", "Same-day visits"]
    lines = headline_set(ALL, [], facts, product="Bike mechanic", price="£65")
    assert not any("£65" in line and "extra" not in line for line in lines)
    assert any("£65" in line for line in headline_set(ALL, [], facts[1:], product="Bike mechanic", price="£65"))


@pytest.mark.parametrize(
    "fact",
    [
        "Minimum hire 3 months",
        "No cash machines on site",
        "Closed Mondays except bank holidays",
        "Bring your own chair or stool",
        "Birds' nests removed from £40 extra",
        "chips will rust if left wet",
        "春节期间加收30%",
        "500元以下不支持分期",
        "不建议暴晒或机洗",
        "需带疫苗本",
        "会掉纸屑",
        "不含修图软件会员",
        "type and ink sold separately",
        "hand wash cool",
        "for hobby use only",
        "own boots required",
        "use only with an adult",
        "£10 extra for evenings",
    ],
)
def test_a_warning_is_no_headline_and_no_callout(fact: str) -> None:
    other = "two free walks" if fact[0] < "\u3400" else "每天遛两次"
    assert warns(fact) and selling([fact, other]) == [other] and selling([fact]) == [fact]
    assert ad_callouts([fact, other]) == [other[:1].upper() + other[1:]]
    lines = headline_set(ALL, [fact[:1].upper() + fact[1:]], [fact, other], product="Boarding")
    assert not any(fact[:9].lower() in line.lower() for line in lines)
    assert listing_title("Mat", [fact, "8 mm"]) == "Mat, 8 mm"


@pytest.mark.parametrize(
    "fact",
    [
        "No experience needed",
        "No parking fees",
        "At no extra cost",
        "Extra large drum",
        "Closed-cell foam",
        "节假日不加收",
        "无加收费用",
        "Minimum fuss",
        "No experience required",
        "Rubber wheels that do not mark floors",
        "Shared folders with read-only rights",
        "不含广告",
        "免押金",
        "不易碎",
        "不怕水",
        "轨道不另收费",
    ],
)
def test_what_only_looks_like_a_warning_is_sold(fact: str) -> None:
    assert not warns(fact)


def test_a_title_does_not_tell_how_a_thing_is_sent() -> None:
    assert is_sending("Ships within 2 days") and not is_sending("Ship's bell of brass")
    assert listing_title("Apron", ["ships within 2 days", "waxed cotton"]) == "Apron, waxed cotton"
    assert listing_title("猕猴桃", ["每年9月中旬开始发货", "四川蒲江产"], language="zh") == "猕猴桃，四川蒲江产"


def test_what_was_done_to_a_thing_is_no_part_by_itself() -> None:
    assert not parts("every machine stripped, descaled and tested for 3 days")


def test_a_brand_that_has_the_name_already_does_not_follow_it() -> None:
    lines = headline_set({"brand": 1}, [], ["boat trips"], product="Canal museum", brand="Locks Museum")
    assert lines[:1] == ["Locks Museum"]
    other = headline_set({"brand": 1}, [], ["boat trips"], product="Canal museum", brand="Foxton")
    assert other[0] == "Canal museum by Foxton"


@pytest.mark.parametrize(
    ("day", "is_odd"), [("Saturday 5 and Sunday 6 September", True), ("6 September", True), ("Sunday lessons", False)]
)
def test_nothing_is_had_with_a_day(day: str, is_odd: bool) -> None:
    assert (WITH_DAY.search(f"A vintage fair with {day}.") is not None) == is_odd


def test_with_once_no_fact_stands_alone_and_beside_the_name() -> None:
    facts = ["holds 120 balls", "18 kg with wheels", "remote included", "two speeds"]
    mix = {"once": 1, "name": 1, "lines": 7, "joined": [5, 14], "paired": [6, 12], "shortened": [4, 11]}
    alone = [fact[:1].upper() + fact[1:] for fact in facts]
    lines = headline_set(mix, alone, facts, product="Ball machine", brand="Baseline")
    for words in ("120", "18", "remote", "speeds"):
        assert sum(words in line.lower() for line in lines) == 1, lines
    assert sum("ball machine" in line.lower() for line in lines) >= 3, lines
    zh = headline_set(
        mix, ["承重120公斤", "护栏高36厘米"], ["承重120公斤", "护栏高36厘米"], product="儿童床", language="zh"
    )
    assert sum("120" in line for line in zh) == sum("36" in line for line in zh) == 1, zh


def test_what_has_to_be_paid_besides_is_not_paired_with_what_is_free() -> None:
    lines = long_headlines(["首次上门评估免费", "夜间另收40元", "护理员持证"], product="老人居家照护", language="zh")
    assert lines and not any("另收" in line for line in lines)


def test_a_feed_text_tells_each_fact_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    facts = "帽檐透明，不挡视线;袖口、下摆都有反光条;折起来只有一个饭盒大;M到XXL"
    told = run_cli(
        "generate",
        "ads/feed",
        "product=雨衣",
        f"benefits={facts}",
        "url=https://example.com/a",
        "language=zh",
        "--json",
    ).out
    text = told[told.index('"primary_text"') : told.index('"headline"')]
    assert text.count("反光条") == 1 and text.count("饭盒") == 1


def test_what_has_commas_is_divided_by_semicolons_in_chinese() -> None:
    facts = ["公安备案", "市区30分钟内到，夜间加收50元", "先报价后开锁", "送3把钥匙"]
    assert "；先报价后开锁。" in baidu_descriptions(facts, product="开锁")[0]


@pytest.mark.parametrize(
    ("fact", "warned"),
    [
        ("doesn't come with peppercorns", True),
        ("drink within two days of opening", True),
        ("no tickets on the gate", True),
        ("not for anyone under 16", True),
        ("not electronic ones", True),
        ("bring a chair, there's no seating", True),
        ("不含充电头", True),
        ("开袋后两周内喝完", True),
        ("no tickets needed", False),
        ("不含糖", False),
    ],
)
def test_what_is_not_had_is_no_reason_to_click(fact: str, warned: bool) -> None:
    assert warns(fact) == warned
