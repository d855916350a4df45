"""What can be known of a translation: all that its source has is there again, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from aigc.types import Brief, Candidate, Draft, Field, Likelihood, Prompt
from aigc_plugins.localise.back_translation import translates_back
from aigc_plugins.localise.translating import lines_to_translate, translated_text
from aigc_plugins.localise.translation_checks import all_translated, translation_keeps


def draft(source: str, language: str = "zh", **more: Any) -> Draft:
    (item,) = lines_to_translate(source, language, **more)
    return Draft(brief=Brief(id="1", values={"language": language}), fields={}, schema={}, item=item)


def told(source: str, text: str, language: str = "zh", **more: Any) -> list[str]:
    where = Field(path="text", schema={}, draft=draft(source, language, **more))
    return [one.message for one in translation_keeps(text, where)]


@pytest.mark.parametrize(
    ("source", "text", "language"),
    [
        ("Trail shoes, 240 g each", "越野跑鞋，每只240克", "zh"),
        ("Two drawers for 20,000 teas", "两个抽屉，可放2万份茶", "zh"),
        ("Order by 12 May and save 20%", "5月12日前下单，立省20%", "zh"),
        ("See https://example.com/bin for the manual", "说明书见 https://example.com/bin", "zh"),
        ("A USB lamp", "USB灯", "zh"),
        ("Is it dry?", "它干了吗？", "zh"),
        ("容量300升，高1.2米", "Holds 300 litres, 1.2 m high", "en"),
        ("两个抽屉", "Two drawers", "en"),
        ("Holds 750 ml", "Holds 750 ml", "zh"),  # the source itself: `all_translated` tells of it
    ],
)
def test_a_translation_with_all_of_its_source_passes(source: str, text: str, language: str) -> None:
    assert told(source, text, language) == []


@pytest.mark.parametrize(
    ("source", "text", "language", "message"),
    [
        ("Shines for 40 hours", "可亮14小时", "zh", "leaves out '40 hours'"),
        ("Shines for 40 hours", "可亮40分钟", "zh", "leaves out '40 hours'"),
        ("Shines all night", "可亮12小时整夜", "zh", "which the source has not"),
        ("Order by 12 May", "6月12日前下单", "zh", "leaves out"),
        ("See https://example.com/bin today", "今天见 https://example.com/tin", "zh", "leaves out 'https"),
        ("Waterproof boots for autumn", "Waterproof的秋季靴子", "zh", "'Waterproof' is not translated"),
        ("Boots", "boots!", "zh", ""),
        ("A lamp for tea", "Eine Lampe für Tee", "zh", "no Chinese character"),
        ("秋季防水靴", "Waterproof 靴 for autumn", "en", "'靴' is not translated"),
        ("A lamp that folds flat and fits every bag you own", "灯", "zh", "too long or too short"),
        ("A lamp", "一盏可以折叠的灯，放进任何包里都合适，非常方便", "zh", "too long or too short"),
        ("Is it dry?", "它干了。", "zh", "'?'"),
        ("Ends 12 May 2026", "5月12日2026年结束", "zh", "writes the year last"),
    ],
)
def test_what_is_another_or_missing_is_refused(source: str, text: str, language: str, message: str) -> None:
    found = told(source, text, language)
    assert any(message in one for one in found) if message else not found


def test_names_terms_limits_and_the_form_of_address_are_kept() -> None:
    assert told("Meadowly bins", "草地堆肥桶", keep=["Meadowly"]) == ["leaves out the name 'Meadowly'"]
    assert told("Meadowly bins", "Meadowly堆肥桶", keep=["Meadowly"]) == []
    assert told("A camping mug", "野营马克杯", terms=["camping mug = 露营杯"]) == [
        "does not say '露营杯' for 'camping mug'"
    ]
    assert told("A camping mug", "露营杯", terms=["camping mug = 露营杯", "lid = 盖"]) == []
    assert told("A camping mug", "露营杯", limit={"width": 5}) == ["has 6 width, at most 5"]
    assert told("Your boots", "你的靴子", formality="formal") == ["'你' is not formal"]
    assert told("Your boots", "您的靴子", formality="informal") == ["'您' is not informal"]
    assert told("Your boots", "你的靴子") == told("Your boots", "您的靴子") == []


def test_a_text_is_cut_into_lines_and_put_together_again() -> None:
    text = "# Bins\n\n- Holds 300 litres\n- Meadowly\n2. https://example.com\nLast  \n"
    lines = lines_to_translate(text, "zh", keep=["Meadowly"])
    assert [one["text"] for one in lines] == ["Bins", "Holds 300 litres", "Last"]
    made = translated_text(text, ["桶", "容量300升", "末"], keep=["Meadowly"])
    assert made == "# 桶\n\n- 容量300升\n- Meadowly\n2. https://example.com\n末  \n"


def test_a_line_that_stands_as_it_was_is_told_of() -> None:
    of = lines_to_translate("Holds 300 litres\nOpens", "zh")
    piece = Draft(brief=Brief(id="1", values={}), fields={"text": "- Holds 300 litres\n打开"}, schema={})
    assert [one.field for one in all_translated(piece, of=of)] == ["text"]


def test_the_translation_that_can_be_told_back_is_preferred() -> None:
    prompt = Prompt(messages=())
    texts = ["容量300升", "Holds 300 litres."]
    scoring = translates_back([Candidate(text=one, draft=draft("Holds 300 litres"), prompt=prompt) for one in texts])
    asks = next(scoring)
    assert [one.text for one in asks] == ["Holds 300 litres"] * 2 and texts[0] in asks[0].prompt.messages[0].content
    with pytest.raises(StopIteration) as done:
        scoring.send([Likelihood(total=-2.0, tokens=4)] * 2)
    first, second = done.value.value
    assert first == -0.5 and second != second  # which is no number: the source is no translation
