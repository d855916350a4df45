"""Lines that people and models wrote, good and bad, per check."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from aigc.testing import open_project, try_scorer
from aigc.types import Brief, Candidate, Draft, Prompt
from aigc_plugins import claims
from aigc_plugins.claims import kind_of_line
from aigc_plugins.claims.line_kinds import adds

CHECKS = (
    "adds_something",
    "keeps_key_word",
    "names_kept",
    "no_comparatives",
    "no_filler",
    "no_new_claims",
    "no_stump",
    "same_conditions",
    "same_doers",
    "same_negations",
    "same_numbers",
    "who_does_what",
)

GOOD = [
    ("Moka pot", "makes 6 espresso cups", "6 espresso cups after dinner"),
    ("Cast iron trivet", "rubber feet", "Scratched table? Rubber feet"),
    ("Step ladder", "4.5 kg", "Lift 4.5 kg with one hand"),
    ("Digital meat thermometer", "range -50 to 300 °C", "Freezer to oven: -50 to 300 °C"),
    ("Loose leaf Earl Grey", "oil of bergamot from Calabria", "Calabrian bergamot oil in tea"),
    ("Loose leaf Earl Grey", "oil of bergamot from Calabria", "Smell Calabria's bergamot oil"),
    ("Knife sharpening by post", "two-way postage included", "Post it, we pay both ways: two-way postage"),
    ("Boots", "free repairs for life", "Worn out? Free repairs for life"),
    ("Plug", "USB-C port", "Charge by USB-C at your desk"),
    ("Cleaning service", "no contract", "Not sure? No contract"),
    ("Paint set", "12 colours", "Pick from 12 colours"),
    ("Oat drink", "made from 4 ingredients", "4 ingredients in your cup"),
    ("Rope", "from 2 to 6 metres", "Choose 2 to 6 metres"),
    ("Flower show", "growers from 14 countries", "Growers from 14 countries and a clinic at the show"),
    ("Boots", "can be resoled", "Worn out? Resole the boots"),
    ("铸铁炖锅", "容量4.5升", "周末炖汤，一锅4.5升"),
    ("电饭煲", "内胆带手柄", "怕烫手？内胆带手柄"),
    ("不粘平底锅", "手柄可拆卸", "手柄拆下，平底锅收进柜里"),
    ("锻打菜刀", "终身免费磨刀", "刀钝了？终身免费磨"),
    ("陪练课", "两位老师", "2位老师陪孩子练琴"),
    ("折叠椅", "可以折叠的", "椅子可以折叠"),
]

BAD = [
    ("same_numbers", "Parcel service", "arrives in 2 days", "2 boxes, one inside the other", "the fact has 2 day"),
    ("same_numbers", "Parcel service", "2 parcels at once", "2 boxes, one inside the other", "counts 'boxes'"),
    (
        "same_numbers",
        "Shaver",
        "charges in 120 minutes",
        "Charge for 120 minutes",
        "for 120 minutes: the fact has 'in'",
    ),
    ("same_numbers", "Shaver", "60 minutes per charge", "60 seconds per charge", "the fact has 60 min"),
    ("same_numbers", "Kettle", "holds 1.7 litres", "Tea for 8: 1.7 litres", "'8' is not in the fact"),
    ("same_numbers", "Kettle", "holds 1.7 litres", "Fill the kettle once", "leaves out '1.7 litres'"),
    ("same_numbers", "Kettle", "holds two litres", "3 litres of tea", "'3 litres' is not in the fact"),
    ("same_numbers", "Lessons", "4 children per teacher", "4 lessons per child", "counts 'lessons'"),
    ("same_numbers", "Bike stand", "holds bikes up to 25 kg", "Hold your bike: 25 kg", "drops a limit (at most)"),
    ("same_numbers", "Tent", "packs to 42 cm", "Packed over 42 cm", "adds a limit (over)"),
    ("same_numbers", "Night train", "arrives at 7:30", "Wake there at 8:30", "'8:30' is not in the fact"),
    ("same_numbers", "Food fair", "soup from 11 am", "Soup at 11 am", "drops a limit (beginning)"),
    ("same_numbers", "Violin rental", "insurance from 3 euros a month", "Covered: 3 euros a month", "drops a limit"),
    ("same_numbers", "After-school care", "open until 7 pm", "Open at 7 pm", "at 7: the fact has 'until'"),
    ("same_numbers", "托管班", "管到晚上7点", "晚上7点，接孩子", "drops a limit (until)"),
    ("keeps_key_word", "Patent search", "answer in 3 working days", "An answer in 3 days", "loses 'working'"),
    ("who_does_what", "Straw hat", "woven in Ecuador", "Weave a hat in Ecuador", "tells the reader to weave"),
    ("who_does_what", "Sardines", "caught off Brittany", "Hungry? Catch sardines", "tells the reader to catch"),
    ("no_stump", "保温杯", "可用洗碗机清洗", "每天晚上，可用洗碗机清", "is cut off from '可用洗碗机清洗'"),
    ("no_stump", "保温杯", ["容量0.5升", "杯盖防漏"], "杯盖防，带0.5升水出门。", "'杯盖防' is cut off"),
    ("no_stump", "保温杯", ["杯盖防漏", "容量0.5升"], "杯盖防和0.5升的容量。", "'杯盖防' is cut off"),
    ("no_stump", "人体工学椅", "高度可调，适合办公室使用", "高度可调，适合办公室使", "'适合办公室使' is cut off"),
    ("same_numbers", "电动车", "续航40公里", "上班40分钟", "the fact has 40"),
    ("same_numbers", "电动车", "最多载两人", "周末载2人", "drops a limit (at most)"),
    ("same_numbers", "电动车", "续航40公里", "续航约40公里", "adds a limit (about)"),
    ("same_numbers", "电饭煲", "24小时预约", "睡前预约，早上喝粥", "leaves out '24小时'"),
    ("same_negations", "Nappies", "no fragrance", "Fragrance for the baby", "loses 'no'"),
    ("same_negations", "Bookkeeping", "fixed monthly fee", "Business with no monthly fee", "denies what"),
    ("same_negations", "Rye bread", "baked overnight", "Gluten-free, baked overnight", "denies what"),
    ("same_negations", "Cordless trimmer", "cuts up to 18 mm", "Can't cut branches up to 18 mm", "denies what"),
    ("same_negations", "袜子", "袜口不勒腿", "袜口勒腿一整天", "loses '不'"),
    ("same_negations", "颜料", "24色", "24色无味颜料", "denies what"),
    ("names_kept", "Plug", "USB-C port", "Charge by usb-c at home", "the brief has 'USB-C'"),
    ("names_kept", "Earl Grey", "leaves from Sri Lanka", "Tea leaves from Kenya", "names 'Kenya'"),
    ("names_kept", "耳机", "支持LDAC", "支持LDAC和aptX", "names 'aptX'"),
    ("no_comparatives", "Fan", "35 W", "Cooler nights at 35 W", "compares: 'cooler'"),
    ("no_comparatives", "Fan", "35 W", "More air than ever at 35 W", "compares: 'more'"),
    ("no_comparatives", "Fan", "35 W", "The best fan, 35 W", "'best'"),
    ("no_comparatives", "风扇", "35瓦", "35瓦，夜里更凉快", "compares: '更'"),
    ("no_comparatives", "风扇", "35瓦", "最佳风扇，35瓦", "'最佳'"),
    ("no_new_claims", "Spice grinder", "grinds in 10 seconds", "Fresh spice in 10 seconds", "'fresh' says more"),
    ("no_new_claims", "Garden bench", "seats 3", "Seats 3, weatherproof", "'weatherproof' says more"),
    ("no_new_claims", "电饭煲", "24小时预约", "24小时预约，轻松煮饭", "'轻松' says more"),
    ("no_new_claims", "炒锅", "直径30厘米", "直径30厘米，耐磨", "'耐' says more"),
    ("keeps_key_word", "Cooling rack", "holds 24 half pans", "24 pans at a time", "loses 'half'"),
    ("keeps_key_word", "Wallet", "blocks card skimming", "Your wallet on the road", "says too little"),
    ("keeps_key_word", "颜料", "固体可加水调色", "周末出门写生", "says too little"),
    ("no_filler", "Torch", "400 lumens", "400 lumens, so you know", "'so you know'"),
    ("no_filler", "文具", "附60张标签", "附60张标签等等", "'等等'"),
    ("who_does_what", "Lamp", "1.8 kg", "Beginner? 1.8 kg", "nothing to do with the fact"),
    ("who_does_what", "Class", "you eat what you cook", "We eat what you cook", "says that we"),
    ("who_does_what", "Night train", "arrives at 7 am", "You arrive at the station at 7 am", "it is the product"),
    ("who_does_what", "Dehumidifier", "12 litres a day", "12 litres a day, so you sleep", "concludes with 'so'"),
    ("who_does_what", "Step ladder", "4 steps", "4 steps, then the carpet", "goes on with"),
    ("who_does_what", "Step ladder", "4 steps", "4 steps from ladder", "lacks an article"),
    ("who_does_what", "Spice grinder", "grinds in 10 seconds", "10 seconds to a spice mill", ""),
    ("who_does_what", "台灯", "重1.8公斤", "喜欢唱歌？重1.8公斤", "nothing to do with the fact"),
]


@pytest.mark.parametrize(("product", "fact", "line"), GOOD)
def test_a_line_that_adds_everyday_words_passes(found: Callable[..., str], product: str, fact: str, line: str) -> None:
    assert {one: text for one in CHECKS if (text := found(one, line, fact, product=product))} == {}


@pytest.mark.parametrize(("check", "product", "fact", "line", "message"), BAD)
def test_a_line_that_says_something_else_is_refused(
    found: Callable[..., str], check: str, product: str, fact: str, line: str, message: str
) -> None:
    assert message in found(check, line, fact, product=product)


@pytest.mark.parametrize(("product", "fact", "line"), GOOD)
def test_a_plain_fact_is_never_refused(found: Callable[..., str], product: str, fact: str, line: str) -> None:
    refusing = [one for one in CHECKS if one != "adds_something"]
    assert {one: text for one in refusing if (text := found(one, fact, fact, product=product))} == {}


def test_what_the_brief_says_the_line_may_say(found: Callable[..., str]) -> None:
    line = "Fresh spice by Kornblum, 10% off"
    assert found("no_new_claims", line, "grinds spice", product="Fresh spice", brand="Kornblum", offer="10% off") == ""
    assert found("same_numbers", line, "grinds spice", offer="10% off") == ""
    assert found("names_kept", line, "grinds spice", brand="Kornblum") == ""
    assert found("no_comparatives", "Quieter than a fridge", "quieter than a fridge") == ""


def test_a_description_joins_facts_and_without_an_item_the_briefs_facts_count(found: Callable[..., str]) -> None:
    facts = ["holds 2.2 litres", "whistles when the water boils"]
    line = "Put 2.2 litres on the stove and wait for the whistle."
    assert found("same_numbers", line, facts) == ""
    assert found("same_numbers", line, None, facts=facts) == ""
    assert found("keeps_key_word", "Put 2.2 litres on the stove.", facts) != ""


def test_at_most_so_many_words_are_new(found: Callable[..., str]) -> None:
    line = "Sit on the sofa, drink tea, read a book, watch the birds: 35 W"
    assert "adds 8 words" in found("no_new_claims", line, "35 W")


def test_a_language_without_lists_is_not_judged_fit(found: Callable[..., str]) -> None:
    assert "no list for 'de'" in found("no_new_claims", "Leise mit 35 W", "35 W", language="de")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Hot pots land on 18 cm of iron", "fresh"),
        ("18 cm across", "plain"),
        ("It is 18 cm across, so you know", "plain"),
        ("Cast iron trivet", "name"),
        ("Shop Online Today", "call"),
        ("Buy now!", "call"),
        ("Order yours right here", "call"),
        ("Today, here and online", "fresh"),
        ("Get dinner on the table", "fresh"),
        ("Cast iron trivet: 18 cm across", "joined"),
    ],
)
def test_fresh_lines_are_told_from_plain_ones(line: str, kind: str) -> None:
    assert kind_of_line(line, ["18 cm across"], "Cast iron trivet", ["Shop online today"]) == kind


def test_chinese_lines_are_told_apart_too() -> None:
    assert kind_of_line("容量5升", ["容量5升"], "空气炸锅") == "plain"
    assert kind_of_line("空气炸锅，容量5升", ["容量5升"], "空气炸锅") == "joined"
    assert kind_of_line("5升薯条，一锅炸好", ["容量5升"], "空气炸锅") == "fresh"
    assert kind_of_line("马上下单，在线选购", ["容量5升"], "空气炸锅") == "call"
    assert kind_of_line("马上炸薯条", ["容量5升"], "空气炸锅") == "fresh"


def test_no_line_keeps_a_fact_without_a_word(found: Callable[..., str]) -> None:
    for fact in (".", "…", "- ;"):
        assert found("keeps_key_word", "Socks for you", fact) == "the fact has no word"
    assert found("keeps_key_word", "Takes 5", "5") == ""


def test_plain_lines_get_a_note(found: Callable[..., str], tmp_path: Path) -> None:
    assert found("adds_something", "Rubber feet", "rubber feet", product="Trivet") == "is the plain fact"
    registry = open_project(tmp_path, only=[], plugins={"claims": claims}).registry
    assert registry.names("check") == list(CHECKS)
    assert [one for one in CHECKS if registry.get("check", one).severity == "note"] == ["adds_something"]


def test_what_adds_to_its_fact_scores_one() -> None:
    lines = ["Washes at 30 degrees", "Washes at 30 degrees tonight", "Order now"]
    brief = Brief(id="1", values={"product": "Wool blanket", "language": "en"})
    drafts = [Draft(brief=brief, fields={"line": line}, item="washes at 30 degrees", schema={}) for line in lines]
    candidates = [
        Candidate(text=line, draft=draft, prompt=Prompt(messages=())) for line, draft in zip(lines, drafts, strict=True)
    ]
    assert try_scorer(adds, candidates) == [0.0, 1.0, 0.0]


def test_languages_have_the_same_lists() -> None:
    room = files("aigc_plugins.claims")
    en, zh = (yaml.safe_load(room.joinpath(f"{one}.yaml").read_text("utf-8")) for one in ("en", "zh"))
    assert en.keys() == zh.keys()
    assert {key: type(value) for key, value in en.items()} == {key: type(value) for key, value in zh.items()}


def test_a_line_takes_well_below_two_milliseconds(found: Callable[..., str]) -> None:
    fact = "reads in 3 seconds"
    [found(one, "Rare? Know it in 3 seconds", fact, product="Thermometer") for one in CHECKS]
    begin = time.process_time()
    for number in range(50):
        line = f"Rare or done? Turn number {number}: know it in 3 seconds"
        [found(one, line, fact, product="Thermometer") for one in CHECKS]
    assert (time.process_time() - begin) / 50 < 0.005  # a slow machine's allowance
