from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from aigc.content import measure
from aigc.errors import JobError
from aigc_plugins.formats.google_ads_editor import google_ads_editor, what_is_refused

HEADLINES = ["Warm Feet All Day", "Natural Rubber", "折叠电动自行车"]
DESCRIPTIONS = ["Boots that keep small feet warm.", "Made for puddles."]
URL = {"url": "https://example.com/boots", "product": "Kids Boots"}
COLUMNS = [
    *("Campaign", "Ad Group", "Ad type"),
    *(f"Headline {number}" for number in range(1, 16)),
    *(f"Description {number}" for number in range(1, 5)),
    *("Path 1", "Path 2", "Final URL", "Status"),
]


@pytest.fixture
def ad(artifact):
    def make(name="1", values=URL, **fields):
        return artifact(name, values, **{"headlines": HEADLINES, "descriptions": DESCRIPTIONS, **fields})

    return make


def read(path, **how):
    with path.open(newline="", **how) as file:
        return list(csv.DictReader(file, dialect="excel-tab" if path.suffix == ".tsv" else "excel"))


def test_both_files_read_back(tmp_path, ad):
    pieces = [ad(path1="boots", path2="kids"), ad("2", headlines=[f"Line {n}" for n in range(15)])]
    (spring := tmp_path / "spring").mkdir()
    first, second = google_ads_editor(pieces, spring)
    assert [first.name, second.name] == ["google-ads-editor.csv", "google-ads-editor.tsv"]
    assert first.read_bytes().startswith(b"\xef\xbb\xbf")
    assert second.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    rows = read(first, encoding="utf-8-sig")
    assert rows == read(second, encoding="utf-16")
    assert list(rows[0]) == COLUMNS
    assert rows[0]["Campaign"] == "spring" and rows[0]["Ad Group"] == "Kids Boots"
    assert rows[0]["Ad type"] == "Responsive search ad" and rows[0]["Status"] == "Paused"
    assert rows[0]["Final URL"] == URL["url"]
    assert (rows[0]["Path 1"], rows[0]["Path 2"]) == ("boots", "kids")
    assert [rows[0][f"Headline {n}"] for n in range(1, 5)] == [*HEADLINES, ""]
    assert [rows[0][f"Description {n}"] for n in range(1, 4)] == [*DESCRIPTIONS, ""]
    assert rows[1]["Headline 15"] == "Line 14"
    for row in rows:
        for column, cell in row.items():
            most = {"Headline": 30, "Description": 90, "Path": 15}.get(column.partition(" ")[0], 2048)
            assert measure(cell, "width") <= most


def test_options_and_inputs(tmp_path, ad, artifact):
    pieces = [ad(), ad("2", {"campaign": "Own", "ad_group": "Group", "final_url": "https://a.b/c"})]
    path, _ = google_ads_editor(pieces, tmp_path, campaign="Autumn", ad_group="All", status="Enabled")
    rows = read(path, encoding="utf-8-sig")
    assert [(row["Campaign"], row["Ad Group"], row["Status"]) for row in rows] == [
        ("Autumn", "All", "Enabled"),
        ("Own", "Group", "Enabled"),
    ]
    assert rows[1]["Final URL"] == "https://a.b/c"


def test_the_option_url_stands_in(tmp_path, ad):
    path, _ = google_ads_editor([ad(values={})], tmp_path, url="https://example.com")
    (row,) = read(path, encoding="utf-8-sig")
    assert (row["Final URL"], row["Ad Group"]) == ("https://example.com", "1")


def test_a_line_that_looks_like_a_formula_is_left_as_it_is(tmp_path, ad):
    path, _ = google_ads_editor([ad(headlines=["+20% More", "=Fit", "-20°C Warm"])], tmp_path)
    (row,) = read(path, encoding="utf-8-sig")
    assert [row[f"Headline {n}"] for n in (1, 2, 3)] == ["+20% More", "=Fit", "-20°C Warm"]


FORMULAS = ('=HYPERLINK("http://x")', "+Cmd|x", "@Sum(A1)", "Warm;=cmd|'x'!A0")


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize(
    ("column", "values", "fields", "options"),
    [
        ("Headline 2", {}, {"headlines": ["Warm", "%s", "Dry"]}, {}),
        ("Description 1", {}, {"descriptions": ["%s", "Dry"]}, {}),
        ("Path 1", {}, {"path1": "%s"}, {}),
        ("Ad Group", {"product": "%s"}, {}, {}),
        ("Campaign", {"campaign": "%s"}, {}, {}),
        ("Campaign", {}, {}, {"campaign": "%s"}),
    ],
)
def test_what_a_spreadsheet_would_run_is_refused_by_row_and_place(tmp_path, ad, text, column, values, fields, options):
    def filled(given):
        one = {
            name: [line.replace("%s", text) for line in (value if isinstance(value, list) else [value])]
            for name, value in given.items()
        }
        return {name: lines if isinstance(given[name], list) else lines[0] for name, lines in one.items()}

    made, asked = ad("b7", {**URL, **filled(values)}, **filled(fields)), filled(options)
    with pytest.raises(JobError) as refused:
        list(google_ads_editor([ad(), made], tmp_path, **asked))
    told = f"{column} that a spreadsheet would run: {text[:40]!r}"
    assert "b7: has a" in refused.value.message and told in refused.value.message and not list(tmp_path.iterdir())
    if not fields:  # is known before anything is written
        row = replace(made, fields=dict.fromkeys(made.fields))
        assert any("would run" in one for one in what_is_refused(row, **asked))


def test_a_comment_is_made_harmless(tmp_path, ad):
    path, _ = google_ads_editor([replace(ad(), status="flagged", reason="says;=cmd|'x'!A0")], tmp_path)
    (row,) = read(path, encoding="utf-8-sig")
    assert row["Comment"] == "flagged: says;'=cmd|'x'!A0"


def test_no_file_has_controls_or_halves_of_characters(tmp_path, ad):
    odd = "Warm\0 Feet\x1b[31m\ud800"
    files = google_ads_editor([ad(headlines=[odd] * 3, path1="b\0")], tmp_path, campaign="C\0", ad_group="G\x07")
    for path, encoding in zip(files, ("utf-8-sig", "utf-16"), strict=True):
        (row,) = read(path, encoding=encoding)
        assert [row[name] for name in ("Headline 1", "Path 1", "Campaign", "Ad Group")] == [
            "Warm Feet[31m",
            "b",
            "C",
            "G",
        ]


@pytest.mark.parametrize(
    ("values", "fields", "message"),
    [
        ({}, {}, "1: has no Final URL"),
        ({"url": "example.com"}, {}, "1: has the Final URL 'example.com', which is no link"),
        ({"url": f"https://a.b/{'x' * 2040}"}, {}, "1: has a Final URL of 2052 characters, Google takes at most 2048"),
        (URL, {"headlines": [*HEADLINES, "Natural Rubber Rain Boots for All"]}, "Headline 4 has width 33, at most 30"),
        (URL, {"headlines": [*HEADLINES, "折叠电动自行车折叠电动自行车车车"]}, "Headline 4 has width 32, at most 30"),
        (URL, {"descriptions": ["x" * 91, "y"]}, "Description 1 has width 91, at most 90"),
        (URL, {"headlines": HEADLINES[:2]}, "has 2 headlines, Google takes 3 to 15"),
        (URL, {"headlines": ["x"] * 16}, "has 16 headlines, Google takes 3 to 15"),
        (URL, {"headlines": None}, "has 0 headlines"),
        (URL, {"descriptions": ["x"]}, "has 1 descriptions, Google takes 2 to 4"),
        (URL, {"path1": "rain/boots"}, "Path 1 'rain/boots'"),
        (URL, {"path1": "rain-boots-for-kids"}, "Path 1 'rain-boots-for-kids' has width 19"),
        (URL, {"path2": "kids"}, "has a Path 2 without a Path 1"),
    ],
)
def test_what_cannot_be_imported_is_refused_before_anything_is_written(tmp_path, ad, values, fields, message):
    with pytest.raises(JobError) as caught:
        list(google_ads_editor([ad("0"), ad(values=values, **fields)], tmp_path))
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["HTTPS://", "Http://", "https://"])
def test_a_scheme_in_capitals_is_a_link(tmp_path, ad, scheme):
    path, _ = google_ads_editor([ad(values={"url": f"{scheme}example.com/b"})], tmp_path)
    assert read(path, encoding="utf-8-sig")[0]["Final URL"] == f"{scheme}example.com/b"


def test_a_piece_is_refused_by_itself_and_a_row_by_its_link(ad):
    assert list(google_ads_editor.refuses(ad(), campaign="Spring")) == []
    assert "Headline" in next(iter(google_ads_editor.refuses(ad(headlines=["x" * 31, "y", "z"]))))
    unwritten = {"headlines": None, "descriptions": None}
    assert [told[:16] for told in google_ads_editor.refuses(ad(values={}, **unwritten))] == ["has no Final URL"]
    assert list(google_ads_editor.refuses(ad(values={}, **unwritten), url="https://example.com")) == []
    assert list(google_ads_editor.refuses(ad(values={}, final_url=None, **unwritten))) == [], "which it may yet get"
    (told,) = google_ads_editor.refuses(ad(values={"url": "example.com"}, **unwritten))
    assert "'example.com', which is no link" in told
    assert list(google_ads_editor.refuses(ad(values={"url": "example.com"}, final_url=None, **unwritten))) == []


def test_many_problems_are_summed_up(tmp_path, ad):
    with pytest.raises(JobError, match=r"1: has no Final URL, .*`url` gives; 2: .*; 3: .* \(and 2 more\)$"):
        list(google_ads_editor([ad(str(number), {}) for number in range(1, 6)], tmp_path))


def test_a_flagged_ad_is_paused_and_has_its_reason_as_a_comment(tmp_path, ad):
    flagged = replace(ad("2"), status="flagged", reason="the piece: the row\nis in German")
    path, _ = google_ads_editor([ad(), flagged], tmp_path, status="Enabled")
    rows = read(path, encoding="utf-8-sig")
    assert [(row["Status"], row["Comment"]) for row in rows] == [
        ("Enabled", ""),
        ("Paused", "flagged: the piece: the row is in German"),
    ]


def test_pins_have_columns_of_their_own_where_there_are_any(tmp_path, ad):
    pinned = ad("2", {**URL, "pins": ["h1: natural rubber", "H2 = Warm feet all day", "D1 = Made for puddles", "oops"]})
    path, other = google_ads_editor([ad(), pinned], tmp_path)
    rows = read(path, encoding="utf-8-sig")
    assert rows == read(other, encoding="utf-16")
    columns = list(rows[0])
    assert columns[columns.index("Headline 2") + 1] == "Headline 2 position" and "Headline 3 position" not in columns
    names = ("Headline 1 position", "Headline 2 position", "Description 2 position")
    assert [[row[name] for name in names] for row in rows] == [["", "", ""], ["2", "1", "1"]]


def test_pins_that_leave_a_place_empty_are_refused(ad):
    pinned = ad(values={**URL, "pins": [f"H1 = {line}" for line in HEADLINES]})
    assert [told.partition(",")[0] for told in google_ads_editor.refuses(pinned)] == ["pins all but 0 lines"]
