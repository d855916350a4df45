"""Alt texts say what there is to see, whole parts of it, and files have names that addresses can have."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.testing import run_cli
from aigc.types import Brief, Draft
from aigc_plugins.seo.pictures import (
    MOST_SHOWN,
    alt_text,
    names_no_picture,
    picture_file,
    picture_told_whole,
    picture_words,
)
from aigc_plugins.seo.web_names import LONGEST, WORD, has_web_name, web_name

SEEN = st.text(min_size=1, max_size=160)
BRIEF = Brief(id="1", values={})
SAID = st.none() | st.text(max_size=80)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Photo of a wooden sign", "A wooden sign"),
        ("an image of a wooden sign", "A wooden sign"),
        ("close-up photo showing a hinge", "A hinge"),
        ("a picture frame on a wall", "A picture frame on a wall"),  # which is what there is to see
        ("photo of", "Photo of"),
    ],
)
def test_it_is_not_said_that_it_is_a_picture(subject: str, shown: str) -> None:
    assert alt_text(subject) == shown


@pytest.mark.parametrize(("subject", "shown"), [("一张猫的照片", "一张猫的照片"), ("图片：睡着的猫", "睡着的猫")])
def test_nor_is_it_in_chinese(subject: str, shown: str) -> None:
    assert alt_text(subject, language="zh") == shown


def test_parts_stand_in_their_order() -> None:
    parts = {"setting": "a yard after rain", "written": '"Open"', "product": "Rain boots", "brand": "Meadowly"}
    assert alt_text("a child jumps", **parts) == (
        'Rain boots by Meadowly: a child jumps, a yard after rain, with the words "Open"'
    )
    assert alt_text("rain boots on a mat", product="Rain boots") == "Rain boots on a mat"
    assert alt_text("Meadowly boots", brand="Meadowly") == "Meadowly boots"
    assert alt_text("孩子跳进水坑", setting="院子里", product="雨靴", brand="小水洼", language="zh") == (
        "小水洼雨靴：院子里，孩子跳进水坑"
    )
    assert alt_text("两把伞", setting="背景是大海", written="雨", language="zh") == "两把伞，背景是大海，图上写着“雨”"
    assert alt_text("a hen drinks while a cat looks on", setting="in a yard").endswith("looks on, in a yard")


def test_what_has_no_room_is_left_out_whole_and_named() -> None:
    given = {"setting": "in " + "a long, long yard " * 8, "text": "Open on Sundays", "product": "Rain boots"}
    parts = {"setting": given["setting"], "written": given["text"], "product": given["product"]}
    text = alt_text("a child in red boots jumps", **parts)
    assert text == 'A child in red boots jumps, with the words "Open on Sundays"'
    assert alt_text("a child " * 9, product="Rain boots", brand="M" * 40).startswith("Rain boots: a child")
    draft = Draft(brief=Brief(id="1", values=given), fields={"alt_text": text}, schema={})
    found = [one.message for one in picture_told_whole(draft, field="alt_text", inputs=["setting", "text", "product"])]
    assert ["setting" in found[0], "product" in found[1]] == [True, True] and len(found) == 2
    parts["setting"] = "in front of a terraced house in a long street on a rainy morning"
    text = alt_text("two volunteers lift a sofa into a van", **parts, brand="Second Home")
    assert "rainy morning" in text and text.endswith('Text in the picture: "Open on Sundays"'), (
        "all that is seen is told"
    )


@pytest.mark.parametrize(
    ("subject", "product", "brand", "text"),
    [
        ("shoe polish tin on newspaper", "Black shoe polish", "Corran", "Corran black shoe polish tin on newspaper"),
        ("a jar of wax polish on a shelf", "Wax polish", "Amber", "A jar of Amber wax polish on a shelf"),
        ("a wax polish jar", "Wax polish", "Amber", "An Amber wax polish jar"),
        ("a ferry leaves, ten people wave", None, None, "A ferry leaves, and ten people wave"),
        ("a smith hammers a bar, sparks fly", None, None, "A smith hammers a bar, and sparks fly"),
        ("two boats, one with a hole", None, None, "Two boats, one with a hole"),
        ("鞋油盒", "黑色鞋油", "老靴匠", "老靴匠黑色鞋油盒"),
    ],
)
def test_nothing_is_told_twice_or_spliced(subject: str, product: str | None, brand: str | None, text: str) -> None:
    language = "en" if subject.isascii() else "zh"
    assert alt_text(subject, product=product, brand=brand, language=language) == text


def test_a_place_stands_where_it_is_of_the_whole() -> None:
    text = alt_text("a ferry leaves, ten people wave", setting="in evening light", written="Line 4")
    assert text == 'In evening light, a ferry leaves, and ten people wave. Text in the picture: "Line 4"'
    assert alt_text("孩子包饺子", setting="社区活动室", language="zh") == "在社区活动室，孩子包饺子"
    assert picture_words("a shoe polish tin", "Black shoe polish") == "a black shoe polish tin"


@given(SEEN, SAID, SAID, SAID, st.sampled_from(["en", "zh"]))
def test_it_is_short_enough_whatever_is_seen(
    subject: str, setting: str | None, written: str | None, product: str | None, language: str
) -> None:
    text = alt_text(subject, setting=setting, written=written, product=product, brand="Meadowly", language=language)
    assert len(text) <= MOST_SHOWN


@pytest.mark.parametrize(
    ("texts", "file", "name"),
    [
        (["Rain boots in a yard"], "IMG_1.JPG", "rain-boots-yard.jpg"),
        (["photo of a sign"], "sign.webp", "sign.webp"),
        (["Crème brûlée & Käsespätzle für 2"], None, "creme-brulee-kasespatzle-fur-2.jpg"),
        ([None, "Åsa's Øl"], "a.PNG", "asas-ol.png"),
        (["的"], "IMG_0412.JPEG", "img-0412.jpeg"),
        (["the of"], None, "the-of.jpg"),
        (["的"], None, "picture.jpg"),
        (["three boats lie upside down on a beach, one with a hole"], None, "three-boats-lie-upside-down-beach.jpg"),
        (["two drums hang from a bare hook on a beam"], None, "two-drums-hang-bare-hook-beam.jpg"),
        (["a boy mends a long torn red net"], None, "boy-mends-long-torn-red-net.jpg"),
        (
            ["old maps hang beside each other, some without any frames left there"],
            None,
            "old-maps-hang.jpg",
        ),
    ],
)
def test_a_file_is_named_after_what_it_shows(
    monkeypatch: pytest.MonkeyPatch, texts: list[str | None], file: str | None, name: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypinyin", None)  # whether it is installed or not
    assert picture_file(*texts, file=file) == name


@settings(deadline=None)  # pinyin loads its words once
@given(st.text(max_size=300))
def test_a_name_is_small_ascii(text: str) -> None:
    name = web_name(text)
    assert len(name) <= LONGEST and all(WORD.fullmatch(word) for word in name.split("-") if name)


def test_chinese_is_pinyin_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypinyin", SimpleNamespace(lazy_pinyin=lambda run: ["yu", "xue"]))
    assert web_name("雨靴 X2") == "yu-xue-x2"
    monkeypatch.setitem(__import__("sys").modules, "pypinyin", None)
    assert web_name("雨靴 X2", "rain boots") == "x2"
    assert web_name("雨靴", "rain boots") == "rain-boots"


def test_pinyin_itself() -> None:
    pytest.importorskip("pypinyin")
    assert web_name("雨水桶") == "yu-shui-tong" and web_name("绿茶 2.0") == "lv-cha-2-0"
    assert web_name("银行 Card") == "yin-hang-card", "a word tells how its characters are read"
    long = web_name("一二三四五六七八九十百千万亿")
    assert long.count("-") == 11 and len(long) <= LONGEST


def test_a_page_without_an_address_is_told_so() -> None:
    told = [
        one.message for one in has_web_name.function(Draft(brief=BRIEF, fields={"slug": ""}, schema={}), field="slug")
    ]
    assert len(told) == 1 and "aigc[pinyin]" in told[0]
    assert not list(has_web_name.function(Draft(brief=BRIEF, fields={"slug": "boots"}, schema={}), field="slug"))


@pytest.mark.parametrize(("text", "wrong"), [("Image of boots", True), ("照片：雨靴", True), ("Boots on a mat", False)])
def test_saying_that_it_is_an_image_is_found(text: str, wrong: bool) -> None:
    assert bool(list(names_no_picture(text))) is wrong


def test_a_picture_that_only_adorns_has_an_empty_text(tmp_path: Path) -> None:
    row = {"subject": "a wavy line", "decorative": True}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert run_cli("batch", "seo/alt-texts", str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "made")).code == 0
    (line,) = (tmp_path / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["fields"] == {"alt_text": "", "file_name": "wavy-line.jpg"}


def test_chinese_alt_texts_have_full_width_marks(tmp_path: Path) -> None:
    given = ("subject=一只乌龟晒背,旁边有水盆", "name=tortoise", "language=zh", "file=a.png")
    result = run_cli("generate", "seo/alt-texts", *given, cwd=tmp_path)
    assert "一只乌龟晒背，旁边有水盆" in result.out
