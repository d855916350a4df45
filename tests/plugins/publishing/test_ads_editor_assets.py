from __future__ import annotations

import csv

import pytest
from hypothesis import given

from aigc.errors import JobError
from aigc_plugins.formats.formulas import does_harm
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.ads_editor_assets import ads_editor_assets, what_assets_refuse

from .conftest import piece, texts

KEYWORDS = [{"keyword": "compost bin", "match": "Exact"}, {"keyword": "free", "match": "Negative Phrase"}]
LINK = {"text": "Sizes", "description1": "From 100 litres", "description2": "To 600", "url": "https://example.com/s"}


def table(folder, *pieces, **options):
    (path,) = ads_editor_assets(pieces, folder, **options)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: text for name, text in row.items() if text} for row in csv.DictReader(file)]


def test_keywords_links_and_callouts_are_read_back(tmp_path):
    made = piece(values={"product": "Bin"}, keywords=KEYWORDS, sitelinks=[LINK], callouts=["Holds 300 litres"])
    assert table(tmp_path, made, campaign="Garden") == [
        {
            "Campaign": "Garden",
            "Ad Group": "Bin",
            "Keyword": "compost bin",
            "Criterion Type": "Exact",
            "Status": "Paused",
        },
        {
            "Campaign": "Garden",
            "Ad Group": "Bin",
            "Keyword": "free",
            "Criterion Type": "Negative Phrase",
            "Status": "Paused",
        },
        {
            "Campaign": "Garden",
            "Link Text": "Sizes",
            "Description Line 1": "From 100 litres",
            "Description Line 2": "To 600",
            "Final URL": "https://example.com/s",
            "Status": "Paused",
        },
        {"Campaign": "Garden", "Callout text": "Holds 300 litres", "Status": "Paused"},
    ]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+Cmd|x", "@Sum(A1)", "Warm;=cmd|'x'!A0"])
def test_what_a_spreadsheet_would_run_is_refused(tmp_path, text):
    values = {"product": "Bin"}
    for column, made in (
        ("Keyword", piece("b7", values, keywords=[{"keyword": text, "match": "Exact"}])),
        ("Link Text", piece("b7", values, sitelinks=[{**LINK, "text": text}])),
        ("Callout text", piece("b7", values, callouts=[text])),
        ("Ad Group", piece("b7", {"product": text}, keywords=KEYWORDS)),
        ("Campaign", piece("b7", {**values, "campaign": text}, keywords=KEYWORDS)),
    ):
        with pytest.raises(JobError, match=f"b7: has an? {column} that a spreadsheet would run"):
            list(ads_editor_assets([made], tmp_path))
    with pytest.raises(JobError, match="has a Campaign that a spreadsheet would run"):
        list(ads_editor_assets([piece(values=values, keywords=KEYWORDS)], tmp_path, campaign=text))
    assert not list(tmp_path.iterdir())


def test_the_inputs_name_campaign_and_group(tmp_path):
    made = piece(values={"product": "Bin", "ad_group": "Bins", "campaign": "Spring"}, keywords=KEYWORDS[:1])
    assert [(row["Campaign"], row["Ad Group"]) for row in table(tmp_path, made)] == [("Spring", "Bins")]


def test_a_campaign_that_nobody_names_is_called_as_the_folder(tmp_path):
    (tmp_path / "Spring sale").mkdir()
    (row,) = table(tmp_path / "Spring sale", piece(values={"product": "Bin"}, keywords=KEYWORDS[:1]))
    assert row["Campaign"] == "Spring sale"


def test_a_piece_without_any_is_refused(tmp_path):
    bare = piece(values={}, title="x")
    assert list(what_assets_refuse(bare)) == ["has neither keywords nor sitelinks nor callouts"]
    with pytest.raises(JobError, match=r"ads-editor-assets: .*has neither"):
        table(tmp_path, bare)


@given(text=texts())
def test_any_text_is_one_line_of_one_row(tmp_path_factory, text):
    made = piece(values={"product": "Bin"}, callouts=[text, "Fine"])
    if list(what_assets_refuse(made)):
        assert does_harm(sound_line(text))
        return
    rows = table(tmp_path_factory.mktemp("assets"), made)
    assert [row["Callout text"] for row in rows][-1] == "Fine" and len(rows) <= 2
