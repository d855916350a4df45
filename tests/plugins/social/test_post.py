"""Posts as they go out: within their platform, counted its way, whole facts only, in the brief's own words."""

from __future__ import annotations

import csv
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.content import measure
from aigc.types import Brief, Draft
from aigc_plugins.social.hashtags import camel_case, post_hashtags
from aigc_plugins.social.post_checks import keeps_platform_advice, keeps_platform_limits, says_what_it_is_about
from aigc_plugins.social.post_parts import PostBrief, body, hook, post_part
from aigc_plugins.social.social_platforms import social_platforms

DESK = {
    "product": "Standing desk",
    "brand": "Tablewright",
    "url": "https://example.com/office/standing-desk-with-an-address-that-goes-on",
    "facts": [
        *("height from 62 to 127 cm", "three heights are kept", "carries 120 kg", "the top is solid beech"),
        *(
            "cables run in a channel under the top",
            "stops when it meets an obstacle",
            "built in two hours with one key",
        ),
        *("five years of spare parts", "the motor is as quiet as a fridge"),
    ],
}


def part(name: str, platform: str, written: list[str] | None = None, **values: Any) -> Any:
    context = SimpleNamespace(get_all=lambda: {"platform": platform, "language": "en", **values})
    return post_part(context, name, written or [])  # type: ignore[arg-type]


def findings(platform: str, check: Any = keeps_platform_limits, **fields: Any) -> list[str]:
    brief = Brief(id="a", values={"platform": platform, "language": "en"})
    return [getattr(one, "message", one) for one in check(Draft(brief=brief, fields=fields, schema={}))]


@pytest.mark.parametrize("name", list(social_platforms()))
def test_what_a_platform_takes_has_a_source_and_a_day(name):
    platform = social_platforms()[name]
    assert platform.source and platform.checked_on == "2026-11" and "{tag}" in platform.hashtags.form


def test_the_type_offers_the_platforms_there_are():
    from importlib.resources import files

    import yaml

    told = yaml.safe_load(files("aigc_plugins.templates").joinpath("social/post.yaml").read_text(encoding="utf-8"))
    assert told["brief"]["platform"]["enum"] == list(social_platforms())


def test_a_post_names_the_product_tells_facts_and_links():
    assert part("post", "x", **DESK | {"facts": DESK["facts"][:2]}).split("\n\n") == [
        "Standing desk by Tablewright: height from 62 to 127 cm. Three heights are kept.",
        "Find yours online: " + DESK["url"],
        "#StandingDesk #Tablewright",
    ]


def test_facts_are_a_list_where_the_platform_has_one():
    post = part("post", "linkedin", **DESK)
    assert post.count("\n• ") == len(DESK["facts"]) - 1
    assert "\n• Carries 120 kg\n" in post


def test_what_is_too_long_goes_fact_by_fact_and_the_thread_has_them_all():
    post, thread = part("post", "x", **DESK), part("thread", "x", **DESK)
    told = [fact for fact in DESK["facts"] if fact.lower() in post.lower()]
    assert told == DESK["facts"][: len(told)] and 1 < len(told) < len(DESK["facts"])
    assert measure(post, "x_weighted") <= 280 and len(post) > 280  # the link counts 23
    assert all(any(fact.lower() in one.lower() for one in thread) for fact in DESK["facts"])
    assert [one[-3:] for one in thread] == [f"{at}/{len(thread)}" for at in range(1, len(thread) + 1)]
    assert all(measure(one, "x_weighted") <= 280 for one in thread)
    assert part("thread", "linkedin", **DESK) == [] == part("thread", "x", **DESK | {"facts": ["one"]})


def test_a_topic_counts_the_facts_that_are_told():
    told = {"topic": "growing herbs", "facts": [f"Herb {name} needs sun." * 4 for name in "abcdefgh"]}
    post = part("post", "x", **told)
    many = post.count("Herb") // 4
    counted = ["", "", "two", "three"][many]
    assert 1 < many < 8 and post.startswith(f"Growing herbs: {counted} things to know\n\n")
    assert part("hook", "x", **told | {"audience": "beginners"}).endswith("things beginners should know")


def test_a_written_first_line_stands_for_its_fact():
    post = part("post", "linkedin", ["120 kg is what it carries."], **DESK)
    assert post.startswith("120 kg is what it carries.\n\nStanding desk by Tablewright:\n• Height from 62")
    assert "Carries 120 kg" not in post and "\n• Three heights are kept\n" in post


def test_chinese_posts_have_the_platforms_own_form():
    values = {
        "product": "儿童雨靴",
        "language": "zh",
        "facts": ["天然橡胶", "内里加绒保暖"],
        "url": "https://example.com/a",
    }
    post = part("post", "weibo", **values)
    assert post.startswith("儿童雨靴：天然橡胶。内里加绒保暖。\n\n") and post.endswith(
        "：https://example.com/a\n\n#儿童雨靴#"
    )
    red = part("post", "xiaohongshu", **values)
    assert "https" not in red and red.endswith("#儿童雨靴") and "\n✅ 内里加绒保暖" in red
    assert "✅" not in part("post", "xiaohongshu", **values, tone="正式")
    assert part("hook", "xiaohongshu", **values | {"facts": ["一句放不进二十个字的标题里的很长的事实"]}) == "儿童雨靴"


def test_price_and_offer_are_told_as_the_brief_has_them():
    told = {"product": "Mug", "facts": ["holds 1 litre"], "price": "$9", "offer": "free delivery over $40"}
    assert part("body", "linkedin", **told) == "Yours for $9.\nFree delivery over $40."
    assert "Price: from $9." in part("body", "linkedin", **told | {"price": "from $9"})


def test_alt_text_only_where_there_is_a_picture():
    assert part("alt_text", "x", **DESK) == ""
    assert part("alt_text", "x", **DESK, media="desk.jpg") == "Standing desk by Tablewright"
    assert part("alt_text", "x", **DESK, picture="a woman at the standing desk") == "A woman at the standing desk"
    assert part("alt_text", "x", **DESK, picture="A top of beech").endswith(": a top of beech")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("rain boots", "RainBoots"),
        ("#Noise-cancelling headphones", "NoiseCancellingHeadphones"),
        ("Puddle & Co", "PuddleAndCo"),
        ("kid's shoes", "KidsShoes"),
        ("iPhone case", "IPhoneCase"),
        ("#露营", "露营"),
        ("雨天 穿搭", "雨天穿搭"),
        ("!!", ""),
    ],
)
def test_a_hashtag_is_the_words_in_camel_case(text, tag):
    assert camel_case(text) == tag


def test_hashtags_are_the_briefs_own_words_each_once():
    names = ["Invoice software for freelancers", "Billwren", None, "software"]
    assert post_hashtags(["#billWREN", "2026"], names, "#{tag}", 9) == ["#BillWREN", "#InvoiceSoftware", "#Software"]
    assert post_hashtags(["a b", "c"], [], "#{tag}#", 1) == ["#AB#"]
    assert post_hashtags([], ["caring for a kitchen knife"], "#{tag}", 3) == ["#CaringForAKitchenKnife"]
    assert post_hashtags([], ["what a locksmith asks before he comes"], "#{tag}", 3) == []
    assert post_hashtags([], ["extra soft organic cotton bath towels"], "#{tag}", 3) == ["#SoftOrganicCottonBathTowels"]


@pytest.mark.parametrize(
    ("platform", "fields", "message"),
    [
        ("x", {"post": "a" * 281}, "counts 281 (x_weighted), at most 280"),
        ("x", {"post": "字" * 141}, "counts 282 (x_weighted), at most 280"),
        ("x", {"thread": ["a", "字" * 141]}, "counts 282 (x_weighted), at most 280"),
        ("bluesky", {"post": "👩🏽‍💻" * 301}, "counts 301 (graphemes), at most 300"),
        ("xiaohongshu", {"hook": "字" * 21}, "counts 21 (xhs), at most 20"),
        ("xiaohongshu", {"post": "详情 https://example.com/a"}, "has the link 'https://example.com/a'"),
        ("xiaohongshu", {"post": "加微信领取"}, "holds for a contact"),
        ("xiaohongshu", {"hashtags": ["#字"] * 11}, "has 11 hashtags, at most 10"),
        ("weibo", {"hashtags": ["#露营"]}, "is no hashtag there: #{tag}#"),
        ("x", {"hashtags": ["#rain boots"]}, "is no hashtag there: #{tag}"),
        ("x", {"hashtags": ["#2026"]}, "is no hashtag there: #{tag}"),
    ],
)
def test_what_a_platform_does_not_take_is_refused(platform, fields, message):
    assert [one for one in findings(platform, **fields) if message in one]


@pytest.mark.parametrize(
    ("platform", "fields"),
    [
        ("x", {"post": "a" * 256 + " https://example.com/" + "b" * 99}),
        ("bluesky", {"post": "🇩🇪" * 300}),
        ("xiaohongshu", {"hook": "Claude 4.6发布，AI助手又进化了", "hashtags": ["#露营"] * 10}),
        ("weibo", {"post": "字" * 2001, "hashtags": ["#露营#"]}),  # no document says so: advice
    ],
)
def test_what_it_takes_passes(platform, fields):
    assert findings(platform, **fields) == []


def test_advice_only_warns():
    assert keeps_platform_advice.severity == "warn"
    assert findings("weibo", keeps_platform_advice, post="字" * 2001)
    assert findings("linkedin", keeps_platform_advice, post="✅" * 4) == ["has 4 emoji, 3 are advised"]
    assert findings("facebook", keeps_platform_advice, hook="a" * 126)
    assert findings("x", keeps_platform_advice, hashtags=["#A", "#B", "#C"])


def test_a_post_is_about_something():
    assert findings("x", says_what_it_is_about) == ["the brief has neither a product nor a topic"]


WORDS = st.text(st.sampled_from("ab é字漢👍🏽🇩🇪.!—…9"), min_size=1, max_size=200).filter(
    lambda text: re.search("[ab字]", text)
)


@settings(max_examples=60, deadline=None)
@given(
    facts=st.lists(WORDS, min_size=1, max_size=8),
    product=st.sampled_from(["Desk", "折叠电动车", "a" * 80]),
    platform=st.sampled_from(list(social_platforms())),
    language=st.sampled_from(["en", "zh"]),
)
def test_every_post_keeps_its_hard_limits_and_cuts_no_fact(facts, product, platform, language):
    values = {"product": product, "facts": facts, "language": language, "url": "https://example.com/" + "a" * 90}
    fields = {name: part(name, platform, **values) for name in ("hook", "post", "thread", "hashtags")}
    if platform in ("xiaohongshu", "wechat") and product == "a" * 80:
        assert findings(platform, **fields)  # a name of 80 letters is no title there
        return
    assert [one for one in findings(platform, **fields) if "counts" in one] == []


def samples() -> list[dict[str, Any]]:
    from importlib.resources import files

    text = files("aigc_plugins.templates").joinpath("social/briefs/post.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    lists = ("facts", "hashtags")
    return [row | {name: list(filter(None, re.split("[;；]", row[name]))) for name in lists} for row in rows]


@pytest.mark.parametrize("platform", list(social_platforms()))
def test_every_sample_makes_a_post_for_every_platform(platform):
    names = ("hook", "post", "thread", "hashtags", "alt_text")
    for row in samples():
        values = {name: value for name, value in row.items() if name != "platform"}
        fields = {name: part(name, platform, **values) for name in names}
        assert findings(platform, **fields) == []
        assert bool(fields["alt_text"]) == bool(row["picture"] or row["media"])
        told = [fact for fact in row["facts"] if fact.rstrip("。.").lower() in fields["post"].lower()]
        assert told == row["facts"][: len(told)] and len(told) > 0


def test_the_samples_are_enough_of_both_languages():
    languages = [row["language"] for row in samples()]
    assert len(languages) >= 12 and languages.count("zh") >= 5
    assert {row["platform"] for row in samples()} == set(social_platforms())


def test_a_topic_that_counts_itself_is_not_counted_again() -> None:
    facts = ["Basil needs sun.", "Mint spreads quickly."]
    for topic, language in (("Two things about herbs", "en"), ("种香草的两件事", "zh")):
        values = {"topic": topic, "facts": facts, "platform": "threads", "language": language}
        assert hook(PostBrief.of(values, [])) == topic


def test_a_question_makes_no_tag_and_in_chinese_no_points() -> None:
    facts = ["We use less bread.", "The rest is given away."]
    assert part("hashtags", "threads", topic="why our night market moves", facts=facts) == []
    zh = {"topic": "为什么我们换成了瓷杯", "facts": ["去年用掉三万个纸杯", "自带杯减三元"], "language": "zh"}
    assert part("hook", "xiaohongshu", **zh) == "为什么我们换成了瓷杯？" and part("hashtags", "xiaohongshu", **zh) == []


@pytest.mark.parametrize("fact", ["Sat 8 Nov, 4 pm to 8 pm", "The road is open again at 20:30."])
def test_a_notice_of_when_asks_nobody_what_is_new(fact: str) -> None:
    assert part("call", "threads", topic="Road closed", facts=[fact, "Ambulances can always pass"]) == ""
    assert part("call", "threads", topic="Roof gardens", facts=["Wind dries.", "Sun dries."]) != ""


def test_a_notice_has_no_points_in_chinese() -> None:
    assert part("hook", "wechat", topic="停水通知", facts=["影响1至6号楼", "请提前储水"], language="zh") == "停水通知"


def test_a_price_by_the_unit_is_not_yours() -> None:
    told = part("body", "x", product="Dog walking", facts=["insured", "four at most"], price="£15 a walk")
    assert "Yours" not in told and "£15 a walk" in told


def test_a_name_with_a_colon_gets_no_second_one() -> None:
    told = part("hook", "x", product="Concert: songs of the harbour", facts=["pay what you can", "doors at 7"])
    assert told == "Concert: songs of the harbour – pay what you can"


def test_a_brand_stands_before_what_follows_a_comma() -> None:
    told = part("hook", "x", product="Loft ladder, 3-part", brand="Steig", facts=["carries 150 kg", "is insulated"])
    assert told == "Loft ladder by Steig, 3-part: carries 150 kg"


@pytest.mark.parametrize(
    ("facts", "language"),
    [(["bring flat shoes", "book three days ahead"], "en"), (["请提前三天预约", "自备拖鞋"], "zh")],
)
def test_nobody_is_asked_which_condition_matters_most(facts: list[str], language: str) -> None:
    assert part("call", "facebook", product="Bowls evening", facts=facts, language=language) == ""
    plain = ["two lanes", "tea and cake"] if language == "en" else ["两条球道", "茶点"]
    assert part("call", "facebook", product="Bowls evening", facts=plain, language=language) != ""


def test_a_topic_that_asks_has_no_number_of_things() -> None:
    facts = ["The rate rises to 15%.", "The allowance doubles."]
    topic = "what changes in payroll this April"
    assert part("hook", "linkedin", topic=topic, facts=facts, audience="small firms") == topic.capitalize().replace(
        "april", "April"
    )


def test_no_tick_stands_before_what_is_not_had() -> None:
    facts = ["boils a litre in four minutes", "weighs 190 g", "not for use inside tents", "cancelled? you pay nothing"]
    values = {"product": "Camping stove", "facts": facts, "platform": "instagram"}
    told = body(PostBrief.of(values, []))
    assert told == "✅ Weighs 190 g\n✅ Cancelled? You pay nothing\n\nPlease note: not for use inside tents."
    kettle = {"product": "电动牙刷", "facts": ["充一次电能用60天", "整机防水", "不含充电头"], "platform": "xiaohongshu"}
    assert body(PostBrief.of(kettle | {"language": "zh"}, [])) == "✅ 整机防水\n\n温馨提示：不含充电头。"
