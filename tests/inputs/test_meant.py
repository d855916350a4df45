"""A cell is read as what it means for the input that it feeds: a language, true or false, facts between bars."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aigc.asking import Plan, Tally, survey_briefs
from aigc.cli import main
from aigc.content.brief import read_values
from aigc.content.language_names import as_language, language_code
from aigc.content.languages import NAMES
from aigc.project import Project
from aigc.types import Artifact, Brief

ADS = "ads/google-search"
HEAD = "product,benefits,url,offer,language\n"
LINK = "https://example.com/"
SAMPLES = sorted((Path(__file__).parents[2] / "templates").glob("*/briefs/*"))
SAMPLES = [path for path in SAMPLES if not path.name.startswith("faq-")]  # tickets, which the sample of the FAQ names
Read = Callable[..., list[Brief | Artifact]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(content: str, name: str = ADS, settings: dict[str, Any] | None = None, **plan: Any) -> Any:
        file = tmp_path / "rows.csv"
        file.write_text(content, encoding="utf-8")
        project = Project.open(tmp_path)
        if settings:
            (tmp_path / "aigc.yaml").write_text("importers: {clean: false}\n")
            project = Project.open(tmp_path)
        return list(Plan(type=name, briefs=str(file), **plan).rows(project, project.content_type(name)))

    return read


def values(rows: list[Brief | Artifact], name: str) -> list[Any]:
    return [row.values[name] if isinstance(row, Brief) else row.reason for row in rows]


# -- languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("EN", "en"),
        ("en-GB", "en"),
        ("en_US.UTF-8", "en"),
        (" eng ", "en"),
        ("English (UK)", "en"),
        ("English - US", "en"),
        ("Englisch", "en"),
        ("DEUTSCH", "de"),
        ("français", "fr"),
        ("zh-CN", "zh"),
        ("zh_Hans_CN", "zh"),
        ("中文", "zh"),
        ("中文（简体）", "zh"),
        ("Chinese (Simplified)", "zh"),
        ("zh-TW", "zh-hant"),
        ("中文（繁體）", "zh-hant"),
        ("Chinese (Traditional)", "zh-hant"),
        ("German/English", ""),
        ("Klingon", ""),
        ("us", ""),
        ("", ""),
    ],
)
def test_a_language_is_told_by_code_country_or_name(written: str, code: str) -> None:
    assert language_code(written) == code


def test_every_language_that_is_detected_can_be_named() -> None:
    assert {code: language_code(name) for code, name in NAMES.items()} == {code: code for code in NAMES}


def test_a_language_is_read_as_the_one_the_input_may_be() -> None:
    assert as_language("English", ("en-US", "de")) == "en-US"
    assert as_language("en-GB", ("en-US", "de")) == "en-GB", "it is another one"
    assert as_language("en", ("en-US", "en-GB")) == "en", "it may be either"
    assert as_language("de", ("English", "German")) == "German"
    assert read_values({"language": {"type": "string"}}, {"language": "EN"}, complete=True)[0] == {"language": "EN"}


def test_a_language_column_is_read_and_told(read: Read, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = ["EN", "en_US", "English", "中文", "zh-CN", "en", "", "Deutsch", "zh-TW"]
    rows = read(HEAD + "".join(f"Lamp {at},warm,{LINK},,{one}\n" for at, one in enumerate(written)))
    assert values(rows[:7], "language") == ["en", "en", "en", "zh", "zh", "en", "en"]
    assert "language is 'Deutsch', not one of en, zh" in rows[7].reason and "'zh-TW'" in rows[8].reason
    assert rows[2].cleaned == {"language": ("English as en",)} and not rows[5].cleaned and not rows[6].cleaned
    tally = Tally()
    survey_briefs(iter(rows), 0, tally=tally)
    (told,) = tally.told()
    assert (told.input, told.what, told.rows) == ("language", "cleaned", 5)
    assert main(["batch", ADS, str(tmp_path / "rows.csv"), "--dry-run"]) == 1
    assert "EN as en 1, en_US as en 1, English as en 1, 中文 as zh 1, zh-CN as zh 1" in capsys.readouterr().out


def test_a_language_that_is_set_or_crossed_is_read_too(read: Read) -> None:
    rows = f"product,benefits,url\nLamp,warm,{LINK}\n"
    assert values(read(rows, literals={"language": "English"}), "language") == ["en"]
    matrix = {"language": [("EN", "--matrix"), ("zh_CN", "--matrix")]}
    assert values(read(rows, matrix=matrix), "language") == ["en", "zh"]


def test_numbers_are_read_as_the_named_language_writes_them(read: Read) -> None:
    rows = f"product,benefits,url,cost,language\nLamp,warm,{LINK},1.299,English\n"
    assert values(read(rows, literals={"price": "{{ cost | number }}"}), "price") == ["1.299"]


# -- true and false ----------------------------------------------------------------------------------------------------


def test_false_is_no_text_and_true_is_left_out(read: Read) -> None:
    cells = ["FALSE", "TRUE", "20% off", "FALSCH", "Falsch verbunden"]
    rows = read(HEAD + "".join(f"Lamp {at},warm,{LINK},{one},en\n" for at, one in enumerate(cells)))
    assert values(rows, "offer") == [None, None, "20% off", None, "Falsch verbunden"]
    assert rows[0].cleaned == {"offer": ("unknown FALSE",)} and not rows[0].left_out
    assert rows[1].left_out == {"offer": "TRUE is no text"}


def test_a_needed_text_that_is_true_or_false_fails_its_row(read: Read) -> None:
    lamp, switch, facts = read(f"{HEAD}Lamp,warm,{LINK},,en\nTRUE,warm,{LINK},,en\nLamp,FALSE,{LINK},,en\n")
    assert isinstance(lamp, Brief)
    assert switch.reason.startswith("rows.csv:3: product is TRUE, which is no text") and "--map product=" in str(switch)
    assert facts.reason.startswith("rows.csv:4: benefits is FALSE, which is no text")


def test_words_of_a_program_are_true_or_false_where_the_column_has_no_others(read: Read) -> None:
    rows = read(f"{HEAD}Lamp,warm,{LINK},true,en\nMug,warm,{LINK},False,en\nMug,red,{LINK},,en\n")
    assert values(rows, "offer") == [None, None, None] and rows[0].left_out == {"offer": "true is no text"}
    rows = read(f"{HEAD}Lamp,warm,{LINK},true,en\nMug,warm,{LINK},Half price,en\n")
    assert values(rows, "offer") == ["true", "Half price"]


def test_cells_stay_as_they_are_where_nothing_is_cleaned(read: Read) -> None:
    rows = read(f"{HEAD}TRUE,warm | dry | red,{LINK},FALSE,en\n", settings={"clean": False})
    assert values(rows, "product") == ["TRUE"] and values(rows, "offer") == ["FALSE"]
    assert values(rows, "benefits") == [["warm | dry | red"]]


def test_booleans_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    lines = [["topic", "local", "place"], ["lamps", True, None], ["mugs", False, None], ["hats", 1, None]]
    for line in [*lines, ["caps", "ja", None], ["bags", "是", None], [True, "nein", None], ["cups", "perhaps", True]]:
        book.active.append(line)
    book.save(tmp_path / "topics.xlsx")
    project = Project.open(tmp_path)
    kind = project.content_type("seo/keywords")
    rows = list(Plan(type=kind.name, briefs=str(tmp_path / "topics.xlsx")).rows(project, kind))
    assert values(rows[:5], "local") == [True, False, True, True, True]
    assert "topic is TRUE, which is no text" in rows[5].reason and "local must be" in rows[6].reason


@pytest.mark.parametrize("word", ["yes", "Ja", "是", "1", "oui", "Sí", "✓", "✔️", "x", "TRUE", "WAHR", True, 1, 1.0])
def test_words_for_true(word: Any) -> None:
    assert read_values({"local": {"type": "boolean"}}, {"local": word}, complete=True) == ({"local": True}, [])


@pytest.mark.parametrize("word", ["no", "Nein", "否", "0", "non", "FALSCH", "Falso", False, 0, 0.0])
def test_words_for_false(word: Any) -> None:
    assert read_values({"local": {"type": "boolean"}}, {"local": word}, complete=True) == ({"local": False}, [])


# -- bars --------------------------------------------------------------------------------------------------------------


def facts(read: Read, *cells: str) -> list[Any]:
    return values(read("product,benefits,url\n" + "".join(f'Lamp,"{one}",{LINK}\n' for one in cells)), "benefits")


def test_bars_part_facts_where_the_rows_hold_them(read: Read) -> None:
    assert facts(read, "warm | light", "dry|red | blue", "one") == [["warm", "light"], ["dry", "red", "blue"], ["one"]]
    assert facts(read, "warm | light | dry") == [["warm", "light", "dry"]]
    assert facts(read, "防水｜轻便｜耐用") == [["防水", "轻便", "耐用"]]
    (row,) = read(f"product,benefits,url\nLamp,warm | light | dry,{LINK}\n")
    assert row.cleaned == {"benefits": ("bars",)}


@pytest.mark.parametrize(
    "cells",
    [
        ["warm | light"],  # a lone one
        ["warm | light | dry", "one", "two", "three"],  # not in the others
        ["warm | light; dry", "red | blue; one"],  # which `;` parts
        ["a || b", "c || d"],
        ["(a|b)", "[x|y|z]"],
        ["`a | b`", "x |= y"],
        ["| a | b |", "| c | d |"],
        ["https://example.com/a|b", "https://example.com/c|d"],
    ],
)
def test_bars_that_part_no_facts(read: Read, cells: list[str]) -> None:
    assert [fact for row in facts(read, *cells) for fact in row if "|" in fact]


def test_a_bar_of_a_link_is_its_own(read: Read) -> None:
    told = facts(read, "see https://example.com/a|b | warm", "dry | red")
    assert told == [["see https://example.com/a|b", "warm"], ["dry", "red"]]


# -- commas ------------------------------------------------------------------------------------------------------------


def test_commas_part_short_facts(read: Read, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert facts(read, "keeps hot 6 hours, 350 ml, leakproof lid", "1,5 l, light,  dry inside", "one") == [
        ["keeps hot 6 hours", "350 ml", "leakproof lid"],
        ["1,5 l", "light", "dry inside"],
        ["one"],
    ]
    assert facts(read, "保温6小时、350毫升、防漏") == [["保温6小时", "350毫升", "防漏"]]
    (row,) = read(f'product,benefits,url\nMug,"hot 6 hours, 350 ml, leakproof",{LINK}\n')
    assert row.cleaned == {"benefits": ("commas",)}
    assert main(["batch", ADS, str(tmp_path / "rows.csv"), "--dry-run"]) == 0
    assert "commas 1" in capsys.readouterr().out


def test_few_rows_with_commas_are_no_lists(read: Read) -> None:
    cells = ["hot 6 hours, 350 ml, leakproof", "one", "two"]
    assert facts(read, *cells) == [[cell] for cell in cells]


@pytest.mark.parametrize(
    "cell",
    [
        "hot 6 hours, 350 ml",
        "red, blue and green",
        "for gas, induction, charcoal",
        "works on gas, induction, charcoal",
        "packs of 50, 200, 500",
        "sizes S, M, L",
        "colours: red, blue, green",
        "when it rains, the lid, which is glued, stays dry",
        "Soft, warm, light. Washes well",
        "made in Portugal, by hand, from cork",
        "open Monday, 3 May, 10 am",
        "Hauptstrasse 5, 80331 Munich, Germany",
        "covers (red, blue, green)",
        "keeps tea hot for more than six hours, even outdoors, light",
        "1,299 steps a day",
        "适用于燃气灶、电磁炉、烤箱",
        "有红色、蓝色、绿色",
        "红色、蓝色、绿色三种",
        "茶、咖啡和果汁",
    ],
)
def test_commas_that_part_no_facts(read: Read, cell: str) -> None:
    assert facts(read, cell) == [[cell]]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples_are_read_as_they_are(path: Path) -> None:
    project = Project.open(path.parents[3])
    kind = project.content_type(f"{path.parents[1].name}/{path.stem.removesuffix('-zh')}")
    rows = list(Plan(type=kind.name, briefs=str(path)).rows(project, kind))
    assert rows and not any(
        "commas" in terms for row in rows if isinstance(row, Brief) for terms in row.cleaned.values()
    )


# -- lists in JSON -----------------------------------------------------------------------------------------------------


def test_the_list_with_the_needed_columns_is_read_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = '[{"topic": "lamps", "keyword": "lamp"}, {"topic": "mugs", "keyword": "mug"}]'
    file = tmp_path / "pages.json"
    dry = ["batch", "seo/meta", str(file), "--dry-run"]
    file.write_text(f'{{"total": 2, "pages": {rows}}}')
    assert main(dry) == 0
    told = capsys.readouterr()
    assert "pages.json: read from the list 'pages', not the whole of it (--input sheet=NAME)\n" in told.err
    assert "2 rows: 2 valid, 0 not" in told.out and "(pages.json: pages 1)" in told.out
    file.write_text(f'{{"shops": [{{"name": "x"}}], "data": {{"items": {rows}, "old": {rows}}}}}')
    assert main(dry) == 0
    told = capsys.readouterr()
    assert "read from the list 'data.items', not the whole of it, 'shops'" in told.err
    assert "one list is read; 'data.old' would do as well" in told.err
    file.write_text('{"topic": "lamps", "keyword": "lamp", "reviews": [{"stars": 5}]}')
    assert main(dry) == 0
    told = capsys.readouterr()
    assert "read from" not in told.err and "1 rows: 1 valid" in told.out, "it is one brief"


def test_tables_in_json_are_read_by_column_or_by_id_as_the_type_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pages.json"
    dry = ["batch", "seo/meta", str(file), "--dry-run"]
    for text in (
        '{"topic": {"0": "lamps", "1": "mugs"}, "keyword": {"0": "lamp", "1": "mug"}}',
        '{"A": {"topic": "lamps", "keyword": "lamp"}, "B": {"topic": "mugs", "keyword": "mug"}}',
    ):
        file.write_text(text)
        assert main(dry) == 0
        told = capsys.readouterr()
        assert "2 rows: 2 valid" in told.out and "read by-" in told.out and not told.err.startswith("pages.json")
    file.write_text('{"topic": {"A": "lamps", "B": "mugs"}, "keyword": {"A": "lamp", "B": "mug"}}')
    assert main(dry) == 0
    told = capsys.readouterr()
    assert "read from the list 'by-column', not 'by-id'" in told.err and "── A (" in told.out


def test_a_list_that_is_read_is_no_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pages.json"
    rows = '[{"subject": "lamps", "keyword": "lamp"}]'
    for text, remedy in (
        (f'{{"total": 1, "pages": {rows}}}', False),
        (f'{{"data": {{"pages": {rows}, "old": {rows}}}, "ok": true}}', True),
    ):
        file.write_text(text)
        assert main(["batch", "seo/meta", str(file), "--dry-run"]) != 0
        told = capsys.readouterr().err
        assert "no column for the needed input" in told and ("--input sheet=NAME" in told) is remedy


# -- links behind texts ------------------------------------------------------------------------------------------------


def linked(tmp_path: Path, texts: list[Any]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["product", "benefits", "url"])
    for at, text in enumerate(texts, 2):
        book.active.append(["Desk lamp", "warm; light", text])
        book.active.cell(at, 3).hyperlink = f"https://example.com/{at}?a=1&b=2"
        book.active.cell(at, 3).value = text
        book.active.cell(at, 1).hyperlink = f"https://example.com/name{at}"
    book.save(tmp_path / "links.xlsx")
    return tmp_path / "links.xlsx"


def test_a_url_is_the_link_behind_the_text_of_a_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = linked(tmp_path, ["Shop\u200b link", "https://shown.example/", "zum Shop"])
    project = Project.open(tmp_path)
    kind = project.content_type(ADS)
    rows = list(Plan(type=ADS, briefs=str(path)).rows(project, kind))
    assert values(rows, "url") == [
        "https://example.com/2?a=1&b=2",
        "https://shown.example/",
        "https://example.com/4?a=1&b=2",
    ]
    assert values(rows, "product") == ["Desk lamp"] * 3, "a text stays one where no link is asked for"
    assert "the link behind the text" in rows[0].cleaned["url"] and "url" not in rows[1].cleaned
    assert [type(row.values["url"]) for row in rows] == [str] * 3
    mapped = list(Plan(type=ADS, briefs=str(path), columns={"url": "product"}).rows(project, kind))
    assert values(mapped, "url") == [f"https://example.com/name{at}" for at in (2, 3, 4)]
    assert main(["batch", ADS, str(path), "--dry-run"]) == 0
    assert "the link behind the text 2" in capsys.readouterr().out


def test_without_cleaning_a_cell_is_no_more_than_its_text(tmp_path: Path) -> None:
    path = linked(tmp_path, ["Shop link"])
    (tmp_path / "aigc.yaml").write_text("importers: {clean: false}\n")
    project = Project.open(tmp_path)
    (row,) = Plan(type=ADS, briefs=str(path)).rows(project, project.content_type(ADS))
    assert isinstance(row, Artifact) and "url" in row.reason


@pytest.mark.parametrize(
    ("cell", "facts"),
    [
        ("warm • light • dry", ["warm", "light", "dry"]),
        ("• warm • light", ["warm", "light"]),
        ("Salt • pepper", ["Salt • pepper"]),
        ("Anna·Maria·Ruiz", ["Anna·Maria·Ruiz"]),
        ("9 - 5 - 3", ["9 - 5 - 3"]),
    ],
)
def test_bullets_within_a_cell_part_the_facts_of_a_list(read: Read, cell: str, facts: list[str]) -> None:
    rows = read(f"product,benefits,url\nA • b • c,{cell},{LINK}\n")
    assert (values(rows, "benefits"), values(rows, "product")) == ([facts], ["A • b • c"])
