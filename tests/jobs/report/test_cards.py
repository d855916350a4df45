"""Pieces as they look where they are published, and words that say what they mean."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.jobs import write_report
from aigc.jobs.report.cards import card_of
from aigc.jobs.report.listing import STILL, piece_record
from aigc.jobs.report.meanings import LONGEST, MEANINGS, meanings_of
from aigc.jobs.report.reading import Reader
from aigc.ledger import opened_ledger
from aigc.ledger.entry import Entry
from aigc.types import STATUSES, Artifact, Brief, Finding, Json

from .chromium import Chromium, found
from .conftest import EVIL, piece, write_ledger

AD: dict[str, Json] = {
    "headlines": ["Enamel Mug", "Holds 0.4 Litres", "Best Mug", "Dishwasher Safe"],
    "descriptions": ["A mug that holds 0.4 litres.", "Dishwasher safe.", "Order today."],
    "path1": "Camping",
    "path2": "Mug",
    "final_url": "https://www.example.com/camping/mug?ref=1",
}


def written(fields: dict[str, Json], **values: Json) -> Artifact:
    """This is a piece with these fields, of a brief with these values."""
    return replace(piece("0001", fields=fields), brief=Brief(id="0001", values=values))


def test_an_ad_stands_under_the_address_that_people_see() -> None:
    card = card_of(written(AD, brand="Emberhill", language="en"))
    assert card is not None and (card.like, card.label, card.who) == ("ad", "Sponsored", "Emberhill")
    assert card.where == "example.com/Camping/Mug"
    assert card.blocks == (
        ("title", ("headlines[0]", "headlines[1]", "headlines[2]")),
        ("text", ("descriptions[0]", "descriptions[1]")),
    )
    chinese = card_of(written(AD, language="zh"))
    assert chinese is not None and (chinese.label, chinese.who) == ("赞助", "example.com")


def test_a_post_has_its_platform_and_a_thread_a_card_for_each_part() -> None:
    post = card_of(written({"hook": "A", "post": "A mug.", "thread": []}, product="Mug", platform="xiaohongshu"))
    assert post is not None and (post.like, post.who, post.where) == ("post", "Mug", "小红书")
    assert post.blocks == (("post", ("post",)),) and post.whole
    thread = card_of(written({"post": "A mug.", "thread": ["One 1/2", "Two 2/2"]}, platform="bluesky"))
    assert thread is not None and thread.where == "Bluesky"
    assert thread.blocks == (("post", ("thread[0]",)), ("post", ("thread[1]",)))


def test_an_article_reads_from_its_title_to_its_last_section() -> None:
    sections: Json = [{"heading": "Light", "text": "Basil needs sun."}, {"text": "Mint does not."}]
    card = card_of(written({"title": "Herbs", "description": "d", "intro": "i", "sections": sections}))
    assert card is not None and card.like == "article"
    assert [path for _, paths in card.blocks for path in paths] == [
        *("title", "intro", "sections[0].heading", "sections[0].text", "sections[1].heading", "sections[1].text")
    ]


def test_a_page_title_and_its_description_are_a_search_result() -> None:
    card = card_of(written({"title": "Mugs", "description": "All mugs."}, url="https://example.com/kitchen/mugs"))
    assert card is not None and (card.like, card.where) == ("result", "example.com › kitchen › mugs")
    bare = card_of(written({"title": "Mugs", "description": "All mugs."}, topic="mugs"))
    assert bare is not None and (bare.who, bare.where) == ("", "")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "Words."},
        {"headlines": "no list", "descriptions": ["one"]},
        {"headlines": ["one"], "descriptions": []},
        {"post": ["no text"]},
        {"title": "Plan", "description": "d", "phases": []},
        {"title": None, "sections": []},
    ],
)
def test_what_is_like_nothing_known_is_shown_as_text(fields: dict[str, Json]) -> None:
    assert card_of(written(fields)) is None


def test_an_address_that_is_none_stands_nowhere() -> None:
    for url in ("http://[", "", "words", "mailto:a@example.com"):
        card = card_of(written({**AD, "final_url": url, "path1": "", "path2": ""}))
        assert card is not None and card.where == ""


def test_a_card_names_texts_that_are_in_the_piece(advert: ContentType) -> None:
    few: dict[str, Json] = {"headlines": ["One", "Two"], "descriptions": ["D."]}
    record = piece_record(Entry(place=0, artifact=written(few)), Reader(advert))
    assert record["card"]["blocks"] == [
        ["title", [["headlines", 0], ["headlines", 1]]],
        ["text", [["descriptions", 0]]],
    ]


# -- words ------------------------------------------------------------------------------------------------------------


def test_every_word_of_a_piece_has_a_meaning(advert: ContentType) -> None:
    assert {*STATUSES, "waiting", "fallback", "repaired", "picked", "Note", "Doubt", "Refused"} <= {*MEANINGS}
    told = meanings_of(advert, ["limits", "repair", "gone"])
    assert told["limits"] and told["repair"] == MEANINGS["repair"] and "gone" not in told
    assert all(len(meaning) <= LONGEST + 2 and "\n" not in meaning for meaning in told.values())


def test_the_page_begins_with_the_pieces_and_ends_with_its_words(made: Path, advert: ContentType) -> None:
    with opened_ledger(made) as ledger:
        raw = write_report(made, ledger, advert).read_text("utf-8")
    places = [raw.index(one) for one in ('id="pieces"', 'id="figures"', 'id="checks"', 'id="words"')]
    assert places == sorted(places)
    assert 'id="means-fallback">No line of the model' in raw


def test_who_has_no_script_reads_the_first_pieces(tmp_path: Path, advert: ContentType) -> None:
    pieces = [piece(f"{at:04}", fields={**AD, "path1": EVIL, "path2": "\x00\x1b[2J"}) for at in range(STILL + 3)]
    folder = write_ledger(tmp_path / "job", pieces)
    with opened_ledger(folder) as ledger:
        raw = write_report(folder, ledger, advert).read_text("utf-8")
    (still,) = re.findall(r"<noscript>(.*?)</noscript>", raw, re.DOTALL)
    assert still.count('<article class="piece">') == STILL and f"the first {STILL} are here" in still
    assert "Enamel Mug<span" in still and "<script" not in still and "<img" not in still and "\x1b" not in raw
    assert still.count("&lt;/script&gt;") >= STILL, "and yet it is all there"


# -- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_a_browser_shows_the_ad_with_its_mark_and_says_what_words_mean(tmp_path: Path, advert: ContentType) -> None:
    program = found()
    assert program, "these tests need Chromium: apt-get install chromium"
    best = Finding(message="has 'Best'", field="headlines[2]", span=(0, 4), check="hype", severity="warn")
    posts: dict[str, Json] = {"post": f"Look: https://example.com/a #Mug {EVIL}", "thread": []}
    pieces = [piece("0001", "flagged", AD, findings=[best], fallbacks=["headlines[1]"]), piece("0002", fields=posts)]
    folder = write_ledger(tmp_path / "job", pieces)
    browser = Chromium(program)
    try:
        with opened_ledger(folder) as ledger:
            browser.open(write_report(folder, ledger, advert))
        assert browser.texts(".card.ad .label") == ["Sponsored"]
        assert browser.texts(".card.ad .shows-title") == ["Enamel Mug | Holds 0.4 Litres | Best Mug"]
        assert browser.texts(".card.ad .shows-text") == ["A mug that holds 0.4 litres. Dishwasher safe."]
        assert browser.texts(".card.ad mark.warn") == ["Best"], "as in the list below"
        assert browser.texts(".card.post .shows-post") == [posts["post"]]
        assert browser.texts(".card.post .link") == ["https://example.com/a", "#Mug"]
        assert browser.texts(".parts summary") == ["Its parts, with their lengths"]
        assert not browser.ask("document.querySelector('.parts').open"), "a post is read whole"
        tip = "getComputedStyle(document.querySelector('.by'), '::after').content"
        assert browser.ask(tip) == "none"
        browser.click(".by")
        assert MEANINGS["fallback"] in browser.ask(tip)
        assert browser.ask("document.title") != "owned" and browser.complaints == []
    finally:
        browser.close()
