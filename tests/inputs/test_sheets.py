"""Excel workbooks as people have them: the rows are what Excel shows, or refused by name."""

from __future__ import annotations

import datetime
import json
import pickle
import string
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.asking import Plan
from aigc.cli import main
from aigc.cli.reports import print_sheet
from aigc.errors import BriefError
from aigc.project import Project
from aigc.types import Artifact, Brief, Row, ShownNumber
from aigc_plugins.formats.xlsx_briefs import sheets_of, xlsx_briefs

HERE = Path(__file__).parent
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = """<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="00000"/></numFmts>
<fills><fill><surprise/></fill></fills>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>"""


def read(name: str, **options: Any) -> list[Row]:
    return list(xlsx_briefs(HERE / name, **options))


def values(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    return [row.values for row in rows]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a workbook of XML, sheet by sheet."""

    def write(*sheets: str, states: Mapping[int, str] = {}, texts: Sequence[str] = (), main: str = MAIN) -> Path:
        path = tmp_path / "b.xlsx"
        names = "".join(
            f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}" state="{states.get(n, "visible")}"/>'
            for n in range(1, len(sheets) + 1)
        )
        related = "".join(
            f'<Relationship Id="rId{n}" Type="{RELATION}/worksheet" Target="/xl/worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        related += f'<Relationship Id="s" Type="{RELATION}/styles" Target="styles.xml"/>'
        related += f'<Relationship Id="t" Type="{RELATION}/sharedStrings" Target="sharedStrings.xml"/>'
        items = "".join(f"<si>{text}</si>" for text in texts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{main}" xmlns:r="{RELATION}"><sheets>{names}</sheets></workbook>',
            )
            archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{related}</Relationships>")
            archive.writestr("xl/styles.xml", STYLES.format(main=main))
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{items}</sst>')
            for number, rows in enumerate(sheets, 1):
                text = rows if rows.startswith("<?xml") else f'<worksheet xmlns="{main}">{rows}</worksheet>'
                archive.writestr(f"xl/worksheets/sheet{number}.xml", text)
        return path

    return write


def row(number: int, *cells: Any, more: str = "") -> str:
    """Return the XML of a row; a text is written into its cell, other XML as it is."""
    written = []
    for letter, cell in zip(string.ascii_uppercase, cells, strict=False):
        if isinstance(cell, str) and cell.startswith("<c"):
            written.append(cell)
        elif isinstance(cell, str):
            written.append(f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>')
        elif cell is not None:
            written.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
    return f'<row r="{number}"{more}>{"".join(written)}</row>'


def sheet(*rows: str, after: str = "") -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>{after}"


def test_a_dimension_that_is_too_small_hides_no_row() -> None:
    assert [row.values["topic"] for row in read("02-dimension-short.xlsx")] == ["Cold brew at home", "Oat milk at home"]


def test_numbers_are_what_excel_shows() -> None:
    shown = [(row.values["id"], row.values["price"], row.values["offer"]) for row in read("03-number-formats.xlsx")]
    assert shown == [("00417", "$29.90", "15%"), ("00502", "24.50 €", "20%")]


def test_a_carriage_return_of_a_program_is_read() -> None:
    assert "washes at 40 degrees" in str(read("09-x000d.xlsx")[0].values["benefits"])


def test_a_formula_without_a_saved_value_is_named() -> None:
    rows = read("16-formula-without-value.xlsx")
    assert [row.error.partition(";")[0] for row in rows] == [
        "'topic' (B2) is a formula without a saved value",
        "'topic' (B3) is a formula without a saved value",
    ]


def test_cells_merged_downwards_stand_for_every_row() -> None:
    rows = read("18-merged.xlsx")
    assert [row.values["keyword"] for row in rows] == ["cold brew"] * 3
    assert [row.cleaned for row in rows] == [{}, *[{"keyword": ("filled from merged cells",)}] * 2]


def test_a_format_on_the_last_cell_of_a_sheet_costs_nothing() -> None:
    begun = time.process_time()
    assert len(read("29-whole-sheet-formatted.xlsx")) == 2
    assert time.process_time() - begun < 5


def test_a_hundred_thousand_rows_of_nothing_cost_little(book: Callable[..., Path]) -> None:
    nothing = "".join(
        f'<row r="{n}" spans="1:2"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(3, 100_000)
    )
    path = book(sheet(row(1, "a"), row(2, "tea"), nothing))
    begun = time.process_time()
    assert values(list(xlsx_briefs(path))) == [{"a": "tea"}]
    assert time.process_time() - begun < 8


def test_what_is_merged_sideways_is_one_value(book: Callable[..., Path]) -> None:
    merges = '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:B4"/><mergeCell ref="A6:C6"/></mergeCells>'
    rows = [row(2, "a", "b", "c"), row(3, "wide", "beneath", 1), row(4, None, "beneath", 2), row(6, "Summer")]
    path = book(sheet(row(1, "All our teas"), *rows, after=merges))
    assert values(list(xlsx_briefs(path, header=2))) == [
        {"a": "wide", "b": None, "c": 1},
        {"a": "wide", "b": None, "c": 2},
        {"a": "Summer", "b": None, "c": None},
    ]
    beside = ("merged with the cell beside it",)
    assert [row.cleaned for row in xlsx_briefs(path, header=2)] == [
        {"b": beside},
        {"a": ("filled from merged cells",), "b": beside},
        {"b": beside, "c": beside},
    ]


def test_merged_cells_make_no_row_of_nothing(book: Callable[..., Path]) -> None:
    after = '<mergeCells><mergeCell ref="A2:A5"/></mergeCells>'
    path = book(sheet(row(1, "a", "b"), row(2, "tea", 1), row(3, None, " "), row(4, None, 2), after=after))
    assert values(list(xlsx_briefs(path))) == [{"a": "tea", "b": 1}, {"a": "tea", "b": 2}]


def test_a_merged_header_fills_no_row(book: Callable[..., Path]) -> None:
    after = '<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'
    assert values(list(xlsx_briefs(book(sheet(row(1, "a", "b"), row(2, None, 1), after=after))))) == [
        {"a": None, "b": 1}
    ]


def test_a_row_of_formulas_without_values_is_a_row(book: Callable[..., Path]) -> None:
    (only,) = xlsx_briefs(book(sheet(row(1, "a"), row(2, '<c r="A2"><f>LOWER(B2)</f></c>'))))
    assert only.values == {"a": "=LOWER(B2)"}
    assert "'a' (A2) is a formula without a saved value" in only.error


def test_a_hidden_row_is_read_and_noted(book: Callable[..., Path]) -> None:
    rows = list(xlsx_briefs(book(sheet(row(1, "a"), row(2, "tea"), row(3, "mug", more=' hidden="1"')))))
    assert [(row.values["a"], row.cleaned) for row in rows] == [("tea", {}), ("mug", {"a": ("in a hidden row",)})]


@pytest.mark.parametrize("hidden", ["1", "true"])
def test_a_hidden_column_is_read_and_noted(book: Callable[..., Path], hidden: str) -> None:
    columns = f'<cols><col min="1" max="1" hidden="0"/><col min="2" max="16384" hidden="{hidden}"/></cols>'
    rows = [row(1, "a", "b", "c"), row(2, "tea", "mug"), row(3, "jug", "pot", "cup", more=' hidden="1"')]
    tea, jug = xlsx_briefs(book(columns + sheet(*rows)))
    assert (tea.values["b"], tea.cleaned) == ("mug", {"b": ("in a hidden column",)})
    both = ("in a hidden row", "in a hidden column")
    assert jug.cleaned == {"a": ("in a hidden row",), "b": both, "c": both}


def test_a_column_that_claims_to_reach_far_takes_no_memory(book: Callable[..., Path]) -> None:
    columns = '<cols><col min="2" max="99999999999" hidden="1"/></cols>'
    (only,) = xlsx_briefs(book(columns + sheet(row(1, "a", "b"), row(2, "tea", "mug"))))
    assert only.cleaned == {"b": ("in a hidden column",)}


def test_a_hidden_first_sheet_is_passed_over(book: Callable[..., Path]) -> None:
    path = book(sheet(row(1, "x"), row(2, "y")), sheet(row(1, "a"), row(2, "tea")), states={1: "veryHidden"})
    (only,) = xlsx_briefs(path)
    assert (only.values, only.where) == ({"a": "tea"}, "b.xlsx:2")
    assert values(list(xlsx_briefs(path, sheet="Sheet1"))) == [{"x": "y"}]


def test_formulas_with_saved_values_are_their_values(book: Callable[..., Path]) -> None:
    cells = [
        '<c r="A2" t="str"><f>B1&amp;"s"</f><v>teas</v></c>',
        '<c r="B2" t="str"><f>IF(A1="","",1)</f><v></v></c>',
        '<c r="C2" s="1"><f t="shared" si="0"/><v>417</v></c>',
        '<c r="D2" t="b"><f>TRUE()</f><v>1</v></c>',
        '<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    ]
    (only,) = xlsx_briefs(book(sheet(row(1, *"abcde"), row(2, *cells))))
    assert only.values == {"a": "teas", "b": None, "c": "00417", "d": True, "e": None}
    assert (only.error, only.cleaned) == ("", {"e": ("unknown #DIV/0!",)})


def test_a_format_that_cannot_show_the_number_is_named(book: Callable[..., Path]) -> None:
    (only,) = xlsx_briefs(book(sheet(row(1, "a", "b"), row(2, '<c r="A2" s="2"><v>-5</v></c>', 1))))
    assert (only.values["a"], only.cleaned) == (-5, {"a": ("without its number format",)})


def test_rich_texts_are_read_without_reading_aids(book: Callable[..., Path]) -> None:
    texts = ["<t>a</t>", "<r><t>Oak </t></r><r><rPr/><t>board</t></r><rPh><t>oku</t></rPh>"]
    (only,) = xlsx_briefs(
        book(sheet(row(1, '<c r="A1" t="s"><v>0</v></c>'), row(2, '<c t="s"><v>1</v></c>')), texts=texts)
    )
    assert only.values == {"a": "Oak board"}


def test_a_sheet_of_a_chart_is_no_table(book: Callable[..., Path]) -> None:
    path = book("<chart/>", sheet(row(1, "a"), row(2, "tea")))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    related = parts["xl/_rels/workbook.xml.rels"].replace("worksheet", "chartsheet", 1).replace("sheet2", "SHEET2")
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**parts, "xl/_rels/workbook.xml.rels": related}.items():
            archive.writestr(name, text)
    assert sheets_of(path) == ["Sheet2"]
    assert values(list(xlsx_briefs(path))) == [{"a": "tea"}]


@pytest.mark.parametrize("main", [MAIN, STRICT])
def test_other_ways_to_write_the_same(book: Callable[..., Path], main: str) -> None:
    """Tell rows and cells without places, a prefix of the namespace, and the strict namespace."""
    rows = '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c><x:c t="str"><x:v>b</x:v></x:c></x:row>'
    rows += "<x:row><x:c/><x:c><x:v>2</x:v></x:c></x:row>"
    text = f'<?xml version="1.0"?><x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    assert values(list(xlsx_briefs(book(text, main=main)))) == [{"a": None, "b": 2}]


def test_an_id_of_more_digits_than_excel_keeps_is_as_it_is_written(book: Callable[..., Path]) -> None:
    cells = ('<c r="A2"><v>23850000000000017</v></c>', 1)
    (only,) = xlsx_briefs(book(sheet(row(1, "id", "b"), row(2, *cells))))
    assert str(only.values["id"]) == "23850000000000017"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "b.xlsx: is not an Excel workbook; it looks like text: name it .csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old Excel workbook \(\.xls\); save it in Excel as \.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (b"", "b.xlsx: the file is empty"),
    ],
)
def test_a_file_that_is_no_workbook_is_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    with pytest.raises(BriefError, match=message) as caught:
        list(xlsx_briefs(path))
    assert "\n" not in str(caught.value)


def test_a_workbook_that_is_broken_on_the_way_is_one_sentence(book: Callable[..., Path]) -> None:
    rows = iter(xlsx_briefs(book(sheet(row(1, "a"), row(2, "tea")) + "<broken")))
    with pytest.raises(BriefError, match=r"b\.xlsx: is a broken Excel workbook: ") as caught:
        list(rows)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_workbook_that_was_cut_off_is_one_sentence(book: Callable[..., Path], cut: float) -> None:
    path = book(sheet(row(1, "a"), row(2, "tea")))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    with pytest.raises(BriefError, match=r"b\.xlsx: is a broken Excel workbook: File is not a zip file"):
        list(xlsx_briefs(path))


def test_memory_stays_flat(book: Callable[..., Path]) -> None:
    """Read five times as many rows in the same memory: rows stream, and shared texts lie in a file."""
    import tracemalloc

    from aigc_plugins.formats import workbook

    def peak(many: int) -> int:
        cells = [row(n, f'<c t="s"><v>{n - 1}</v></c>') for n in range(1, many)]
        path = book(sheet(*cells), texts=[f"<t>{n} {'tea ' * 50}</t>" for n in range(many)])
        del cells
        tracemalloc.start()
        assert sum(1 for _ in xlsx_briefs(path)) == many - 2
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    before, workbook.IN_MEMORY = workbook.IN_MEMORY, 1 << 16
    try:
        assert peak(5_000) < peak(1_000) * 1.5 + 100_000
    finally:
        workbook.IN_MEMORY = before


ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
  price: {type: string, default: ""}
  pieces: {type: number, default: 1}
prompt: item.j2
output: {type: string}
"""


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    """Return a project with a type that needs a product."""
    task = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
    return make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": task})


@pytest.fixture
def asked(project: Project) -> Callable[..., list[Brief | Artifact]]:
    """Return a function that reads a workbook as briefs."""

    def ask(path: Path, **options: Any) -> list[Brief | Artifact]:
        plan = Plan(type="shop/item", briefs=str(path), **options)
        return list(plan.rows(project, project.content_type("shop/item")))

    return ask


Asked = Callable[..., list[Brief | Artifact]]
README = sheet(row(1, "How to fill in this file"), row(2, "Write a product in each line"))


def test_the_sheet_that_has_what_is_needed_is_read(book: Callable[..., Path], asked: Asked) -> None:
    path = book(README, sheet(row(1, "product"), row(2, "Mug")), sheet(row(1, "product"), row(2, "Cup")))
    assert [brief.values["product"] for brief in asked(path)] == ["Mug"]
    assert [brief.values["product"] for brief in asked(path, reading={"sheet": "Sheet3"})] == ["Cup"]


def test_the_first_sheet_is_read_where_it_has_what_is_needed(book: Callable[..., Path], asked: Asked) -> None:
    path = book(sheet(row(1, "product"), row(2, "Mug")), sheet(row(1, "product", "price"), row(2, "Cup")))
    assert [brief.values["product"] for brief in asked(path)] == ["Mug"]


@pytest.mark.parametrize("first", [README, sheet(row(1, "nothing below")), sheet()])
def test_the_others_are_named_where_no_sheet_has_it(book: Callable[..., Path], asked: Asked, first: str) -> None:
    with pytest.raises(BriefError, match="--input sheet=NAME: Sheet2"):
        asked(book(first, sheet(row(1, "name"), row(2, "Mug"))))


def test_the_file_with_a_sheet_to_read_first_is_read(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    rows = asked(HERE / "17-readme-sheet.xlsx", columns={"product": "topic"})
    assert [brief.values["product"] for brief in rows] == ["Cold brew at home", "Oat milk at home"]
    print_sheet(HERE / "17-readme-sheet.xlsx", "Data", ["Read me"])
    told = "17-readme-sheet.xlsx: read from the sheet 'Data', not 'Read me' (--input sheet=NAME)\n"
    assert capsys.readouterr().err == told


def test_sheets_that_would_do_as_well_are_told(
    book: Callable[..., Path], asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = (row(1, "product"), row(2, "Mug"))
    path = book(README, sheet(*table), sheet(row(1, "name"), row(2, "Pot")), sheet(*table))
    monkeypatch.chdir(path.parent)
    main(["batch", "shop/item", str(path), "--dry-run"])
    told = capsys.readouterr().err
    assert "b.xlsx: read from the sheet 'Sheet2', not 'Sheet1' (--input sheet=NAME)\n" in told
    assert "b.xlsx: one sheet is read; 'Sheet4' would do as well (--input sheet=NAME)\n" in told
    main(["batch", "shop/item", str(path), "--dry-run", "--input", "sheet=Sheet4"])
    assert "would do" not in capsys.readouterr().err


def test_a_formula_without_a_value_fails_its_row_where_it_is_needed(book: Callable[..., Path], asked: Asked) -> None:
    path = book(sheet(row(1, "product", "margin"), row(2, "Mug", '<c r="B2"><f>A2*2</f></c>')))
    assert [type(one) for one in asked(path)] == [Brief]
    (failed,) = asked(path, columns={"price": "margin"})
    assert "b.xlsx:2: 'margin' (B2) is a formula without a saved value" in failed.reason
    (failed,) = asked(path, literals={"price": "{{ margin }} €"})
    assert "b.xlsx:2: 'margin' (B2) is a formula without a saved value" in failed.reason


def test_an_error_is_unknown_as_an_empty_cell_is(book: Callable[..., Path], asked: Asked) -> None:
    errors = [f'<c r="{at}" t="e"><v>#REF!</v></c>' for at in ("A3", "B2", "C2")]
    rows = [row(1, "product", "ratio", "pieces"), row(2, "Mug", *errors[1:]), row(3, errors[0], "half", 2)]
    mug, nothing = asked(book(sheet(*rows)), columns={"price": "ratio"})
    assert isinstance(mug, Brief) and (mug.values["price"], mug.values["pieces"]) == ("", 1)
    assert mug.cleaned == {"price": ("unknown #REF!",), "pieces": ("unknown #REF!",)}
    assert isinstance(nothing, Artifact) and nothing.reason == "b.xlsx:3: product is missing"
    (mug, _) = asked(book(sheet(*rows)), literals={"price": "{{ ratio or 'on request' }}"})
    assert mug.values["price"] == "on request"


def test_an_error_is_no_name_of_a_brief(book: Callable[..., Path], asked: Asked) -> None:
    cells = ['<c r="B2" t="e"><v>#N/A</v></c>', '<c r="B3" t="e"><v>#N/A</v></c>']
    rows = [row(1, "product", "id"), row(2, "Mug", cells[0]), row(3, "Cup", cells[1])]
    assert [one.id for one in asked(book(sheet(*rows)))] == ["0001", "0002"]


def test_a_dry_run_counts_errors_and_what_is_hidden(
    book: Callable[..., Path], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = ['<c r="B2" t="e"><v>#N/A</v></c>', '<c r="B3" t="e"><v>#DIV/0!</v></c>']
    columns = '<cols><col min="3" max="3" hidden="1"/></cols>'
    rows = [row(1, "product", "price", "pieces"), row(2, "Mug", cells[0], 2), row(3, "Cup", cells[1], 3)]
    path = book(columns + sheet(*rows, row(4, "Pot", "9 €", more=' hidden="1"')))
    argv = ["batch", "shop/item", str(path), "--dry-run", "--json", "--project", str(project.folder)]
    assert main(argv) == 0
    assert json.loads(capsys.readouterr().out)["read"] == [
        {"input": "price", "what": "unknown", "rows": 2, "terms": {"#N/A": 1, "#DIV/0!": 1}},
        {"input": "price", "what": "cleaned", "rows": 1, "terms": {"in a hidden row": 1}},
        {"input": "pieces", "what": "cleaned", "rows": 2, "terms": {"in a hidden column": 2}},
        {"input": "product", "what": "cleaned", "rows": 1, "terms": {"in a hidden row": 1}},
    ]


def test_a_shown_number_is_a_number_where_one_is_asked_for(asked: Asked) -> None:
    feeding = {"columns": {"price": "price", "pieces": "price"}}
    assert [
        (one.values["price"], one.values["pieces"]) for one in asked(HERE / "03-number-formats.xlsx", **feeding)
    ] == [
        ("$29.90", 29.9),
        ("24.50 €", 24.5),
    ]
    computed = asked(HERE / "03-number-formats.xlsx", literals={"price": "{{ (row.price | float * 2) | round(2) }} €"})
    assert [one.values["price"] for one in computed] == ["59.8 €", "49.0 €"]


def test_a_shown_number_is_itself_after_a_journey() -> None:
    came = pickle.loads(pickle.dumps(ShownNumber("$29.90", 29.9)))
    assert (came, float(came)) == ("$29.90", 29.9)


WORDS = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), include_characters="\n"), min_size=1, max_size=12
).filter(lambda text: text.strip() != "")
CENTS = st.integers(-10_000_000, 10_000_000)
FORMATS: Mapping[str, Callable[[int], tuple[Any, str]]] = {
    '"$"#,##0.00': lambda n: (n / 100, f"{'-' if n < 0 else ''}${abs(n) / 100:,.2f}"),
    "#,##0.00 [$€-407]": lambda n: (n / 100, f"{n / 100:,.2f} €"),
    "0%": lambda n: (n / 100, f"{n}%"),
    "0.0%": lambda n: (n / 1000, f"{'-' if n < 0 else ''}{abs(n) // 10}.{abs(n) % 10}%"),
    "00000": lambda n: (abs(n), f"{abs(n):05}"),
    "#,##0": lambda n: (n, f"{n:,}"),
    "dd.mm.yyyy": lambda n: (day(n), f"{day(n):%d.%m.%Y}"),
    "d mmmm yyyy": lambda n: (day(n), f"{day(n).day} {day(n):%B %Y}"),
    "yyyy-mm-dd": lambda n: (day(n), day(n).isoformat()),
    "General": lambda n: (n, n),
}


def day(number: int) -> datetime.date:
    return datetime.date(2026, 1, 1) + datetime.timedelta(days=number % 20_000)


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, list[str], list[list[tuple[Any, Any, str]]], int]:
    """Return the row of the header; its names; the rows' cells, each written, read back, and with its format; and how
    many rows are merged in the first column."""
    names = draw(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=6), min_size=1, max_size=4, unique=True))
    kinds = [draw(st.sampled_from(["text", "bool", *FORMATS])) for _ in names]

    def cell(kind: str) -> tuple[Any, Any, str]:
        if kind in FORMATS:
            written, shown = FORMATS[kind](draw(CENTS))
            return written, shown, kind
        value = draw(WORDS if kind == "text" else st.booleans())
        return value, value, "General"

    rows = [[cell(kind) for kind in kinds] for _ in range(draw(st.integers(1, 5)))]
    return draw(st.integers(1, 4)), names, rows, draw(st.integers(1, len(rows))) if len(names) > 1 else 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_rows_come_back_or_are_refused_by_name(
    tmp_path: Path, drawn: tuple[int, list[str], list[list[tuple[Any, Any, str]]], int]
) -> None:
    header, names, rows, merged = drawn
    made = openpyxl.Workbook()
    table = made.active
    for above in range(1, header):
        table.cell(above, 1, f"Note {above}")
    for at, name in enumerate(names, 1):
        table.cell(header, at, name)
        for below, cells in enumerate(rows, 1):
            written, _, code = cells[at - 1]
            table.cell(header + below, at, written).number_format = code
    table.merge_cells(start_row=header + 1, end_row=header + merged, start_column=1, end_column=1)
    path = tmp_path / "b.xlsx"
    made.save(path)

    found = list(xlsx_briefs(path, header=header))
    assert [row.where for row in found] == [f"b.xlsx:{header + below}" for below in range(1, len(rows) + 1)]
    for number, (came, cells) in enumerate(zip(found, rows, strict=True)):
        first = rows[0][0] if number < merged else cells[0]
        wanted = {name: shown for name, (_, shown, _) in zip(names, [first, *cells[1:]], strict=True)}
        refused = [name for name, value in wanted.items() if isinstance(value, str) and value[0] in "=#"]
        if came.error:
            assert any(repr(name) in came.error for name in refused)
        else:
            assert came.values == wanted


def test_a_formula_that_makes_a_link_is_one(book: Callable[..., Path]) -> None:
    def made(formula: str) -> str:
        return f'<c r="A2" t="str"><f>{formula}</f><v>Shop link</v></c>'

    for formula, link in (
        ('HYPERLINK("https://example.com/?a=1&amp;b=2","Shop link")', "https://example.com/?a=1&b=2"),
        ('hyperlink( "https://example.com/" )', "https://example.com/"),
        ('HYPERLINK("https://example.com/"&amp;B2,"Shop link")', ""),
        ('HYPERLINK("#Sheet2!A1","Shop link")', ""),
        ('UPPER("Shop link")', ""),
    ):
        (one,) = xlsx_briefs(book(sheet(row(1, "url"), row(2, made(formula)))))
        assert one.values == {"url": "Shop link"} and getattr(one.values["url"], "link", "") == link
        assert getattr(pickle.loads(pickle.dumps(one)).values["url"], "link", "") == link
