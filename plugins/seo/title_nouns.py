"""What an article tells, as nouns for its title: of the things that are asked, and of the deeds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.ads.calls import offering
from aigc_plugins.rules.content_words import HAN, content
from aigc_plugins.seo.answers import LIGHT, asked_for, characters, subject_words, told_by, told_in_title, wanted_of
from aigc_plugins.seo.outlines import PlannedSection
from aigc_plugins.seo.whose import has_price_of_another

MOST_TOLD, LEAST_TOLD = 3, 2  # nouns of a title
MEASURES = frozenset(("size", "weight", "deep", "tall", "capacity"))  # of a service these are something else's
TAKING = re.compile(r"\btakes?\b|\bturnaround\b|要多[久长]|要几天|工期", re.IGNORECASE)
ASIDE = re.compile(r"^How |^What |\band\b")
# What may stand behind a Chinese keyword as a noun: 二手钢琴保养.
_NOUNS = """
    保养 清洗 清洁 安装 选购 挑选 搬运 验货 流程 步骤 尺寸 尺码 材质 材料 费用 价格 注意事项 区别 种类 品种 摆放 施肥
    浇水 修剪 存放 保存 调音 维修 训练 工具 配方 好处 作用 时间 路线 交通 门票 装备 手续 条件 安全 优缺点 防水
"""
NOUNS = frozenset(_NOUNS.split())
# The noun of a deed that is asked how it is done.
DEEDS = {
    "clean": "Cleaning", "wash": "Washing", "train": "Training", "store": "Storage", "install": "Installation",
    "feed": "Feeding", "prune": "Pruning", "plant": "Planting", "water": "Watering", "choose": "Choosing",
    "repair": "Repair", "fix": "Repair", "maintain": "Maintenance", "measure": "Measuring", "book": "Booking",
    "sharpen": "Sharpening", "test": "Testing", "pack": "Packing", "harvest": "Harvesting", "oil": "Oiling",
    "dry": "Drying", "paint": "Painting", "empty": "Emptying",
}  # fmt: skip
HOW = re.compile(r"^how (?:to|(?:do|should|can) (?:i|you|we)) (?P<deed>\w+) (?P<object>.+?)\??$", re.IGNORECASE)
DEEDS_HAN = {"洗": "清洗", "选": "挑选", "挑": "挑选", "装": "安装", "存": "保存", "养": "养护", "收": "收纳"}
HOW_HAN = re.compile("(?:怎么|怎样|如何)([\u3400-\u9fff]{1,2})[？?]?$")


def told_in_titles(sections: Sequence[PlannedSection], keyword: str, language: str) -> list[str]:
    """Return up to three things that an article tells, as titles have them: "Price", "Training", "How Long It Takes".

    They are asked of the keyword itself, how long only as what it takes, or are the deed that is asked how to do; in
    Chinese a known noun behind the keyword too. What begins with "How", and dates and times, come last.
    """
    found, apart = list[str](), asked_for(keyword)  # "Running Costs: Prices"
    apart |= MEASURES if offering(keyword, None, further=True) == "service" else frozenset()
    for one in sections:
        told = frozenset[str]().union(*map(told_by, one.facts)) - apart
        if all(has_price_of_another(fact, keyword) for fact in one.facts):
            told -= frozenset(("price",))
        if not one.search:
            found += told_in_title(told, language, heading=one.heading)
        elif subject_words(one.search, keyword) or characters(one.search, keyword):
            found += [noun] if (noun := _noun(one.search, keyword)) else []
        else:
            kinds = told & wanted_of(one.search, keyword)
            found += told_in_title(kinds if TAKING.search(one.search) else kinds - {"long"}, language)[:1]
    return sorted(dict.fromkeys(found), key=lambda one: bool(ASIDE.search(one)))[:MOST_TOLD]


def _noun(search: str, keyword: str) -> str:
    """Return the noun by which a search says more than the keyword; none where that is not sure."""
    if HAN.search(search):
        if how := HOW_HAN.search(search):
            deed = DEEDS_HAN.get(how[1], how[1])
            return deed if deed in {*NOUNS, *DEEDS_HAN.values()} else ""
        rest = search.removeprefix(keyword).removeprefix("的")
        return rest if rest in NOUNS and rest != search else ""
    known = content(keyword) | LIGHT
    how = HOW.search(search)
    return "" if how is None or content(how["object"]) - known else DEEDS.get(how["deed"].casefold(), "")
