"""What stands in `report.html`, told from the file itself."""

from __future__ import annotations

import json
import random
import re
import tracemalloc
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.errors import JobError
from aigc.jobs import write_report
from aigc.jobs.report import charts
from aigc.jobs.report.figures import CheckFigures, Lengths, Times, read_figures
from aigc.jobs.report.listing import marked, piece_record
from aigc.jobs.report.reading import Reader
from aigc.ledger import Ledger, opened_ledger
from aigc.types import Finding, Json, Line

from .conftest import EVIL, all_kinds, piece, write_ledger


class Page(HTMLParser):
    """This reads a page as a browser would: its elements, its words, and its lumps of pieces."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.lumps: list[str] = []
        self.words = ""
        self._in: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs
        self._in.append("lump" if ("class", "lump") in attrs else tag)
        if self._in[-1] == "lump":
            self.lumps.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in.pop()
        if tag in ("p", "li", "dd", "td", "th", "span", "h1", "h2", "figcaption"):
            self.words += "\n"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self._in and self._in[-1] == "lump":
            self.lumps[-1] += data
        elif self._in and self._in[-1] not in ("script", "style", "title"):
            self.words += data

    @property
    def lines(self) -> list[tuple[Json, Json]]:
        told = [line.split("\t") for lump in self.lumps for line in lump.split("\n")]
        return [(json.loads(head), json.loads(body)) for head, body in told]

    @property
    def said(self) -> str:
        return re.sub(r"\s+", " ", self.words)


Page.CDATA_CONTENT_ELEMENTS = ("script", "style")


def report(folder: Path, content_type: ContentType | None, **most: int) -> Page:
    with opened_ledger(folder) as ledger:
        return Page(write_report(folder, ledger, content_type, **most))


def test_it_counts_what_became_of_the_briefs(made: Path, advert: ContentType) -> None:
    said = report(made, advert).said
    assert "2 of 7 pieces accepted, 1 still to write" in said
    for part in ("2 accepted 29 %", "2 flagged 29 %", "1 rejected 14 %", "1 failed 14 %", "1 waiting 14 %"):
        assert part in said
    assert "8.0 s 2.0 s a piece" in said and "120 15 a second" in said and "1,500 10 model calls" in said
    assert "7 % 1 of 15" in said and "shop/advert version 4" in said
    assert "1 failed: products.csv:5: product: is needed" in said and "1 rejected: facts, hype, limits" in said


def test_it_tells_the_accepted_share_of_each_check(made: Path, advert: ContentType) -> None:
    with opened_ledger(made) as ledger:
        figures = read_figures(ledger, Reader(advert), advert)
    shares = {one.name: (one.accepted, one.pieces) for one in figures.checks}
    assert shares == {
        "hype": (3, 5),
        "limits": (4, 5),
        "facts": (4, 5),
        "unique": (4, 5),
        "emoji": (5, 5),
        "repair": (5, 5),
    }
    assert next(one.name for one in figures.checks) == "hype", "the strictest first"
    assert figures.quiet == ["no_placeholder", "not_cut"], "of stages and of the whole, less what was said"
    assert "hype 60 %" in report(made, advert).said


def test_lengths_are_counted_as_the_platform_counts(made: Path, advert: ContentType) -> None:
    with opened_ledger(made) as ledger:
        lengths = {one.kind: one for one in read_figures(ledger, Reader(advert), advert).lengths}
    headlines = lengths["headlines[]"]
    assert headlines.unit == ("width", 30) and headlines.lengths[26] == 1, (
        "折叠电动自行车，续航40公里 is 14 characters wide 26"
    )
    assert (headlines.count, headlines.over, headlines.fallbacks, headlines.repaired) == (8, 3, 1, 1)
    assert lengths["title"].unit == ("chars", 60), "maxLength is a limit too"
    assert lengths["clusters[].name"].unit == ("words", 4) and lengths["clusters[].name"].lengths == {7: 1, 2: 1}
    assert not {"url", "clusters[].intent"} & set(lengths), "addresses and choices have no length to speak of"
    assert "8 texts, limit 30" in report(made, advert).said


def test_without_its_content_type_a_job_is_reported_without_limits(made: Path) -> None:
    page = report(made, None)
    assert "In characters, without limits: shop/advert could not be loaded." in page.said
    with opened_ledger(made) as ledger:
        figures = read_figures(ledger, Reader(None), None)
    assert {one.unit for one in figures.lengths} == {("chars", None)} and not figures.quiet
    assert "url" not in {one.kind for one in figures.lengths}
    assert [body["id"] for _, body in page.lines] == ["0001", "0002", "0003", "0004", "0005", "0006"]
    assert all("limit" not in text for _, body in page.lines for _, one in body["fields"] for text in one["texts"])


def test_a_job_in_which_nothing_is_written_yet_has_a_report(tmp_path: Path, advert: ContentType) -> None:
    page = report(write_ledger(tmp_path / "new", []), advert)
    assert "0 of 1 pieces accepted, 1 still to write" in page.said and "There is no text yet." in page.said
    assert page.lines == [] and "Nobody looked for pieces that repeat each other" in page.said


def test_it_tells_times_by_stage_and_who_repeats_whom(made: Path, advert: ContentType) -> None:
    said = report(made, advert).said
    assert "lines 10 20 1,500 120 0.5 s" in said and "half within 0.7 s, 90 % within 0.9 s" in said
    assert "1 piece repeats another; 1 was written again for it." in said and "0006 repeats 0001" in said


def test_the_same_ledger_gives_the_same_bytes(made: Path, advert: ContentType) -> None:
    with opened_ledger(made) as ledger:
        first = write_report(made, ledger, advert).read_bytes()
        assert write_report(made, ledger, advert).read_bytes() == first


# -- pieces -----------------------------------------------------------------------------------------------------------


def test_every_piece_stands_beside_its_brief_with_its_findings(made: Path, advert: ContentType) -> None:
    (head, body), (_, second), (_, third), (_, failed), *_ = report(made, advert).lines
    assert head == ["0001", "accepted", [], "", 1, 0]
    assert body["title"] == "Enamel mug" and body["source"] == "products.csv:0001" and body["took"] == [2, 300, 24, 0.5]
    assert body["brief"] == [
        ["product", ["Enamel mug"]],
        ["benefits", ["keeps coffee warm for 2 hours", "white rim"]],
        ["language", ["en"]],
    ]
    headlines, title, url = (field for _, field in body["fields"])
    assert {name: said for name, said in headlines["texts"][0].items() if name != "others"} == {
        "text": ["Enamel Mug"], "label": "1", "length": 10, "limit": 30, "unit": "columns", "by": "repaired"
    }  # fmt: skip
    assert headlines["texts"][1]["by"] == "fallback" and title["texts"][0]["unit"] == "characters"
    assert url == {"texts": [{"text": ["https://example.com/mug"]}]}
    assert second["findings"] == [["note", "repair", "left out", "lines[2]"]], "what is said of no text stands apart"
    assert second["reason"] == "", "a finding says it"
    assert third["language"] == "zh"
    assert third["fields"][2][1]["findings"] == [["reject", "limits", "has too few items", ""]]
    assert [one["label"] for one in third["fields"][2][1]["texts"]] == [
        "1 · name",
        "1 · intent",
        "2 · name",
        "2 · intent",
    ]
    assert failed["reason"] == "products.csv:5: product: is needed" and failed["fields"] == []


def test_findings_are_marked_by_characters_not_by_utf16(made: Path, advert: ContentType) -> None:
    bodies = [body for _, body in report(made, advert).lines]
    (text,) = bodies[1]["fields"][0][1]["texts"]
    assert text["text"] == ["☕️ The ", ["warn", "best"], " mug ", ["note", "👩‍👩‍👧"], " ever made"]
    assert [one[:2] for one in text["findings"]] == [["warn", "hype"], ["note", "emoji"]]
    assert bodies[2]["fields"][0][1]["texts"][0]["text"] == [
        "折叠电动自行车，续", ["warn", "航"], ["reject", "40"], ["warn", "公"], "里"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "parts"),
    [
        ([], ["abcdef"]),
        ([(0, 6)], [["warn", "abcdef"]]),
        ([(2, 2)], ["abcdef"]),
        ([(-3, 2), (4, 99)], [["warn", "ab"], "cd", ["warn", "ef"]]),
        ([(5, 3)], ["abcdef"]),
        ([(1, 3), (2, 4)], ["a", ["warn", "b"], ["warn", "c"], ["warn", "d"], "ef"]),
    ],
)
def test_a_text_is_cut_where_findings_are(spans: list[tuple[int, int]], parts: Json) -> None:
    assert marked("abcdef", [Finding(message="", span=span, severity="warn") for span in spans]) == parts


def test_whatever_findings_say_the_text_stays_whole() -> None:
    draw = random.Random(8)
    for _ in range(300):
        text = "".join(draw.choices("ab ☕👩é里", k=draw.randint(0, 12)))
        spans = [(draw.randint(-2, 14), draw.randint(-2, 14)) for _ in range(draw.randint(0, 4))]
        parts = marked(text, [Finding(message="", span=span) for span in spans])
        assert "".join(part if isinstance(part, str) else part[1] for part in parts) == text


def test_of_too_many_pieces_those_short_of_accepted_are_listed_first(made: Path, advert: ContentType) -> None:
    page = report(made, advert, most=2)
    assert [piece["id"] for _, piece in page.lines] == ["0002", "0003"]
    page = report(made, advert, most=5)
    assert [piece["id"] for _, piece in page.lines] == ["0001", "0002", "0003", "0004", "0006"]
    assert "lists what is short of accepted first; 1 more pieces are in artifacts.jsonl" in page.said
    assert "2 of 7 pieces accepted" in page.said, "all are counted"


# -- what is written by strangers -------------------------------------------------------------------------------------


def test_nothing_in_a_brief_or_a_text_becomes_part_of_the_page(made: Path, advert: ContentType) -> None:
    plain = report(write_ledger(made.parent / "plain", [one for one in all_kinds() if one.id != "0005"]), advert)
    page = report(made, advert)
    more = {name: page.elements[name] - plain.elements[name] for name in ("script", "img", "svg", "figure", "b")}
    assert more == {"script": 0, "img": 0, "svg": 1, "figure": 1, "b": 1}, "one chart more, for the field of that name"
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    raw = (made / "report.html").read_text("utf-8")
    assert "<script>document" not in raw and "<!-- {{" not in raw and "<b>co" not in raw
    evil = page.lines[4][1]
    assert evil["title"] == "" and evil["brief"][0] == ["product", [EVIL]]
    assert evil["fields"][0][1]["texts"][0]["text"] == [EVIL], "and yet it is all there"
    assert "spring & <b>co" in page.words


def test_half_a_character_and_control_characters_do_no_harm(made: Path, advert: ContentType) -> None:
    odd = report(made, advert).lines[4][1]["fields"][0][1]["texts"][1]["text"]
    assert odd == ["half \ud800, \u202eback, \u2028, \x00"]
    assert b"\x00" not in (made / "report.html").read_bytes()


def test_the_pages_policy_lets_only_its_own_style_and_script_run(made: Path, advert: ContentType) -> None:
    import base64
    import hashlib

    page = report(made, advert)
    raw = (made / "report.html").read_text("utf-8")
    (policy,) = [value for _, value in page.attributes if value and "default-src" in value]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'") and "unsafe" not in policy
    for name in ("style", "script"):
        (inside,) = re.findall(rf"<{name}>(.*?)</{name}>", raw, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert not re.search(r"""(src|href)=["'](?!#)""", raw), "nothing is fetched"
    assert not [name for name, _ in page.attributes if name == "style"]


# -- charts -----------------------------------------------------------------------------------------------------------


def test_bars_by_length_fill_the_width_and_stand_left_of_the_limit_they_keep() -> None:
    lengths = Lengths(kind="x", unit=("width", 30), lengths=Counter({5: 1, 30: 4, 31: 2}))
    chart = charts.by_length(lengths)
    assert [(bar.kind, bar.height) for bar in chart.bars] == [("plain", 25), ("plain", 100), ("rejected", 50)]
    kept, over = chart.bars[1:]
    assert kept.x + kept.width <= (chart.limit or 0) <= over.x and over.x + over.width <= 100
    assert [bar.title for bar in chart.bars] == ["5 columns: 1", "30 columns: 4", "31 columns: 2"]
    assert (lengths.median, lengths.longest, lengths.over) == (30, 31, 2)
    within = charts.by_length(Lengths(kind="x", unit=("width", 30), lengths=Counter({5: 1})))
    assert (within.limit, within.end) == (100, 30)
    long = charts.by_length(Lengths(kind="x", unit=("chars", None), lengths=Counter(range(0, 9000, 7))))
    assert len(long.bars) <= charts.BARS and long.limit is None and long.bars[-1].x < 100


def test_other_bars() -> None:
    bars = charts.by_status({"accepted": 3, "failed": 1, "waiting": 0})
    assert [(bar.kind, bar.x, bar.width) for bar in bars] == [("accepted", 0, 75), ("failed", 75, 25)]
    assert charts.by_status({}) == []
    check = CheckFigures(name="x", pieces=10, counts={"note": 4, "warn": 1, "reject": 2})
    assert [bar.title for bar in charts.by_check(check)] == [
        "no complaint: 7 of 10 (70 %)", "doubts: 1 of 10 (10 %)", "refusals: 2 of 10 (20 %)"
    ]  # fmt: skip
    assert charts.complaints(check) == "2 refused · 1 doubted · 4 noted"
    times = charts.by_time(Times(pieces=3, longest=4.0, width=0.1, bins={0: 1, 39: 2}))
    assert [bar.title for bar in times.bars] == ["up to 0.1 s: 1", "up to 4.0 s: 2"] and times.bars[1].x < 100


@pytest.mark.parametrize(
    ("count", "total", "said"),
    [(0, 3, "0 %"), (3, 3, "100 %"), (1, 3, "33 %"), (1, 9999, "0.1 %"), (9998, 9999, "99.9 %"), (0, 0, "–")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(count: int, total: int, said: str) -> None:
    assert charts.share(count, total) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0.0 s"), (0.02, "20 ms"), (8.24, "8.2 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations(seconds: float, said: str) -> None:
    assert charts.duration(seconds) == said


# -- size and disks ---------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_job(tmp_path: Path, advert: ContentType) -> None:
    peaks = []
    for count in (300, 3000):
        folder = write_ledger(tmp_path / str(count), [piece(f"{at:05}") for at in range(count)])
        report(folder, advert)  # whatever is loaded once
        with opened_ledger(folder) as ledger:
            tracemalloc.start()
            write_report(folder, ledger, advert)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] + 300_000, peaks


def test_a_disk_that_refuses_is_said_and_leaves_the_old_report(
    made: Path, advert: ContentType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **more: object) -> str:
        raise OSError(28, "No space left on device")

    report(made, advert)
    before = (made / "report.html").read_bytes()
    monkeypatch.setattr("aigc.jobs.staging.tempfile.mkdtemp", full)
    with opened_ledger(made) as ledger, pytest.raises(JobError, match=r"report\.html: cannot be written"):
        write_report(made, ledger, advert)
    assert (made / "report.html").read_bytes() == before


def test_piece_record_of_an_entry_alone(made: Path) -> None:
    ledger = Ledger(made / "job.sqlite")
    assert piece_record(ledger.pieces.entry("0006"), Reader(None))["twin"] == "0001"
    ledger.close()


def test_half_a_character_in_a_fields_name_does_no_harm_either(tmp_path: Path) -> None:
    page = report(write_ledger(tmp_path / "odd", [piece("1", fields={"odd \ud800": "x"})]), None)
    assert "odd \\ud800 1 text" in page.said and page.lines[0][1]["fields"][0][0] == "odd \ud800"


def test_candidates_that_were_not_taken_stand_beside_the_text_that_was(made: Path, advert: ContentType) -> None:
    page = report(made, advert)
    _, first = page.lines[0]
    texts = dict(first["fields"])["headlines"]["texts"]
    findings = [["reject", "hype", "promises too much: best", ""], ["note", "emoji", "has an emoji", ""]]
    assert texts[0]["others"] == [["The best mug of all", findings], [EVIL, []]]
    assert "others" not in texts[1], "a fallback came from none of them"
    ((name, others),) = first["others"]
    assert name == "lines[1]" and len(others[0][0]) == 400 and others[0][0].endswith("best…")
    assert not any("others" in piece for _, piece in page.lines[1:])


def test_of_very_many_candidates_a_piece_shows_some(tmp_path: Path, advert: ContentType) -> None:
    lines = [Line(stage="lines", item=at // 9, candidate=at % 9, text=f"mug {at}") for at in range(90)]
    page = report(write_ledger(tmp_path / "many", [piece("1", lines=lines)]), advert)
    ((_, shown),) = page.lines
    assert [name for name, _ in shown["others"]] == [f"lines[{at}]" for at in range(4)]
    assert [len(others) for _, others in shown["others"]] == [9, 9, 9, 9]
