from __future__ import annotations

import pytest

from aigc.types import Brief, Draft
from aigc_plugins.ads.strength import ad_strength, diversity, headline_kind

BARREL = {
    "product": "Rain barrel",
    "brand": "Oakrow",
    "benefits": ["holds 200 litres", "childproof lid"],
    "price": "$49",
    "keyword": "water butt",
}

OURS = "by number and diversity (our count, as Google describes it)"


def ad(headlines: list[str], descriptions: int = 4) -> Draft:
    fields = {"headlines": headlines, "descriptions": ["A."] * descriptions}
    return Draft(brief=Brief(id="1", values=BARREL), fields=fields, schema={})


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Catch 200 litres of rain", "fresh"),
        ("Holds 200 Litres", "plain"),
        ("Rain Barrel: Childproof Lid", "plain"),
        ("Yours for $49", "plain"),
        ("Rain Barrel by Oakrow", "name"),
        ("Water Butt", "name"),
        ("Order Yours Online", "call"),
        ("View the Rain Barrel", "call"),
        ("Buy Now", "call"),
        ("Get Yours Before Tomorrow", "call"),
        ("Learn More & Order", "call"),
        ("立即购买吧", "call"),
        ("Get 200 Litres of Rain", "fresh"),
        ("Shop for Rain", "fresh"),
    ],
)
def test_a_headline_is_fresh_plain_a_name_or_a_call(line: str, kind: str) -> None:
    assert headline_kind(line, BARREL) == kind


def test_an_ad_says_how_strong_it_is_and_what_it_wants() -> None:
    (told,) = ad_strength(ad(["Rain Barrel", "Holds 200 Litres", "Holds 200 Litres Too", "Order Yours Online"], 3))
    assert told.startswith(f"strength poor {OURS}: 4 headlines, 3 descriptions, ")
    assert "wanting: 11 headlines, 4 descriptions" in told and "'water butt' in 3 headlines" in told
    assert told.endswith("; fresh 25%, plain 25%, name 25%, call 25%")


def test_a_full_and_varied_ad_is_excellent() -> None:
    words = ["red", "blue", "green", "black", "white", "grey", "wide", "deep", "inner", "outer"]
    lines = ["Water Butt", "Water Butt: Childproof Lid", "Water Butt by Oakrow", *(f"{word} tap" for word in words)]
    (told,) = ad_strength(ad(lines))
    assert told.startswith(f"strength excellent {OURS}: 13 headlines, 4 descriptions, ") and "wanting" not in told


def test_nothing_is_said_of_no_ad_or_unasked() -> None:
    assert list(ad_strength(ad([]))) == [] and list(ad_strength(ad(["Rain Barrel"]), told=False)) == []
    assert ad_strength.severity == "note"


def test_diversity_is_the_share_of_words_that_lines_do_not_share() -> None:
    assert diversity(["red lid", "blue tap"]) == 1 and diversity(["red lid", "red lid"]) == 0


def test_an_ad_says_why_its_keyword_does_not_stand_in_more_headlines() -> None:
    for keyword, why in (
        ("water butt near me", "'water butt near me' in 3 headlines (worded as a search)"),
        ("large garden water butts", "'large garden water butts' in 3 headlines (it leaves 6 of 30 characters)"),
        ("large recycled garden water butts", "(wider than 30 characters)"),
        ("water butt", "'water butt' in 3 headlines;"),
    ):
        draft = Draft(brief=Brief(id="1", values=BARREL | {"keyword": keyword}), fields={"headlines": ["A"]}, schema={})
        (told,) = ad_strength(draft)
        assert why in told
