"""A damaged or hostile workbook is refused in one sentence and in bounded memory, never with an error of Python's."""

from __future__ import annotations

import re
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from aigc.errors import BriefError
from aigc_plugins.formats import workbook
from aigc_plugins.formats.xlsx_briefs import sheets_of, xlsx_briefs

SHEET, STYLES, TEXTS, MAIN = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"

MANY = 1 << 26  # bytes
Change = Callable[[bytes], bytes | None]


NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "xl/_rels/workbook.xml.rels"
PARTS = {
    MAIN: f'<workbook {NAMESPACE} xmlns:r="{RELATED}"><sheets><sheet name="One" r:id="r1"/></sheets></workbook>',
    RELATIONS: '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{RELATED}/styles" Target="styles.xml"/>'
    f'<Relationship Id="r3" Type="{RELATED}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    STYLES: f'<styleSheet {NAMESPACE}><numFmts><numFmt numFmtId="164" formatCode="0.00"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    TEXTS: f"<sst {NAMESPACE}><si><t>product</t></si><si><t>price</t></si><si><t>Mug</t></si></sst>",
    SHEET: f"<worksheet {NAMESPACE}><sheetData>"
    '<row r="1"><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
    '<row r="2"><c r="B2" t="s"><v>2</v></c><c r="C2" s="1"><v>3.5</v></c></row></sheetData></worksheet>',
}


def changed(path: Path, changes: Mapping[str, Change], *, packed: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a workbook with some parts changed, or left out where there is nothing left of them."""
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, text in PARTS.items():
            content = changes[name](text.encode()) if name in changes else text.encode()
            if content is not None:
                archive.writestr(name, content)
    return path


def within(pattern: bytes, replacement: bytes) -> Change:
    def change(content: bytes) -> bytes:
        assert re.search(pattern, content), content
        return re.sub(pattern, replacement, content, count=1)

    return change


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def nothing(content: bytes) -> None:
    return None


REFUSED: list[tuple[dict[str, Change], str]] = [
    ({SHEET: half}, "is a broken Excel workbook: "),
    ({SHEET: nothing}, "is a broken Excel workbook: There is no item named"),
    ({SHEET: lambda content: b""}, "is a broken Excel workbook: no element found"),
    ({MAIN: lambda content: content[:100]}, "is a broken Excel workbook: "),
    ({MAIN: nothing}, "is a broken Excel workbook: it has no xl/workbook.xml"),
    ({TEXTS: nothing}, ":1: the header has a cell B1, which is the shared text 0, which the file does not have"),
    ({SHEET: within(rb'r="C1"', b'r="B1"')}, ":1: the header has the cell 'B1' twice"),
    ({SHEET: within(rb'<row r="1"', b'<row r="0"')}, ":1: the header is numbered '0', which no row of a sheet is"),
    ({STYLES: half}, "is a broken Excel workbook: "),
    ({SHEET: within(rb"<v>3.5</v>", b"<v>&x;</v>")}, "undefined entity: line 1, column 219 (in or behind row 2)"),
    ({SHEET: within(rb"<v>3.5</v>", b"<v>&#xD800;</v>")}, "is a broken Excel workbook: "),
    ({SHEET: lambda content: b"<a>" * 100_000}, "is a broken Excel workbook: "),
]


@pytest.mark.parametrize(("changes", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_a_damaged_workbook_is_refused_in_a_sentence(tmp_path: Path, changes: dict[str, Change], sentence: str) -> None:
    path = changed(tmp_path / "b.xlsx", changes)
    with pytest.raises(BriefError) as told:
        list(xlsx_briefs(path))
    assert str(told.value).startswith("b.xlsx:")
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


ALONE: list[tuple[str, bytes, bytes, str]] = [
    ("ZZZZZZ9", rb'r="C2"', b'r="ZZZZZZ9"', "b.xlsx:2: has the cell 'ZZZZZZ9', which no sheet has"),
    ("XFE2", rb'r="C2"', b'r="XFE2"', "b.xlsx:2: has the cell 'XFE2', which no sheet has"),
    ("alone", rb'<c r="B2".*?<c r="C2"', b'<c r="ZZZZZ2"', "b.xlsx:2: has the cell 'ZZZZZ2', which no sheet has"),
    ("twice", rb'r="C2"', b'r="B2"', "b.xlsx:2: has the cell 'B2' twice"),
    ("many", rb'<c r="C2".*?</c>', b"<c><v>1</v></c>" * 20_000, "b.xlsx:2: has the cell '', which no sheet has"),
    ("row", rb'<row r="2"', b'<row r="1000000000"', "b.xlsx:2: is numbered '1000000000', which no row"),
    ("row -2", rb'<row r="2"', b'<row r="-2"', "b.xlsx:2: is numbered '-2', which no row of a sheet is"),
    ("row 9…", rb'<row r="2"', b'<row r="' + b"9" * 5000 + b'"', "b.xlsx:2: is numbered '999999999999…', which"),
    (
        "text 9…",
        rb'(<c r="C2").*?</c>',
        rb'\1 t="s"><v>99999999999999</v></c>',
        "'price' (C2) is the shared text 999999999",
    ),
    ("text 3", rb'(<c r="C2").*?</c>', rb'\1 t="s"><v>3</v></c>', "b.xlsx:2: 'price' (C2) is the shared text 3, which"),
    ("text -1", rb'(<c r="C2").*?</c>', rb'\1 t="s"><v>-1</v></c>', "b.xlsx:2: 'price' (C2) is the shared text -1,"),
    ("three", rb"<v>3.5</v>", b"<v>three</v>", "b.xlsx:2: 'price' (C2) is no number but 'three'"),
    ("digits", rb"<v>3.5</v>", b"<v>" + b"7" * 6000 + b"</v>", "'price' (C2) is a number of more than 300 digits"),
    ("yes", rb'(<c r="C2").*?</c>', rb'\1 t="b"><v>yes</v></c>', "'price' (C2) is neither true nor false but 'yes'"),
]


@pytest.mark.parametrize(("pattern", "replacement", "told"), [one[1:] for one in ALONE], ids=[one[0] for one in ALONE])
def test_a_cell_that_makes_no_sense_costs_its_row_alone(
    tmp_path: Path, pattern: bytes, replacement: bytes, told: str
) -> None:
    last = b'<row r="3"><c r="B3" t="s"><v>2</v></c><c r="C3"><v>4.5</v></c></row></sheetData>'
    path = changed(
        tmp_path / "b.xlsx",
        {SHEET: lambda content: within(pattern, replacement)(content).replace(b"</sheetData>", last)},
    )
    bad, good = xlsx_briefs(path)
    assert told in f"{bad.where}: {bad.error}" and len(bad.error) < 200
    assert (good.where, good.error, dict(good.values)) == ("b.xlsx:3", "", {"product": "Mug", "price": 4.5})
    if "'price'" in told:
        assert dict(bad.faults) == {"price": bad.error}, "who needs no price can use the row"
        assert dict(bad.values) == {"product": "Mug", "price": None}


def test_a_style_or_a_width_that_makes_no_sense_costs_no_row(tmp_path: Path) -> None:
    columns = b'<cols><col min="-99999999999999" max="7777777777777777" hidden="1"/><col hidden="1"/></cols><sheetData>'
    for style in (b"x", b"-7", b"9" * 5000, b"77"):
        change = within(rb's="1"', b's="' + style + b'"')
        path = changed(
            tmp_path / "b.xlsx",
            {SHEET: lambda content, change=change: change(content).replace(b"<sheetData>", columns)},
        )
        (row,) = xlsx_briefs(path)
        assert (row.error, row.values["price"]) == ("", 3.5)
        assert "without its number format" in row.cleaned["price"]


def test_a_workbook_of_a_chart_alone_has_no_sheet_to_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet()
    book.remove(book.active)
    book.save(path := tmp_path / "chart.xlsx")
    with pytest.raises(BriefError, match="has no sheet with cells"):
        list(xlsx_briefs(path))


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_cannot_be_unpacked_is_broken(tmp_path: Path, packed: int) -> None:
    path = changed(tmp_path / "b.xlsx", {}, packed=packed)
    assert [row.values["product"] for row in xlsx_briefs(path)] == ["Mug"]
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(MAIN).header_offset + 30 + len(MAIN)
    content[at + 12 : at + 80] = b"\xff" * 68
    path.write_bytes(content)
    with pytest.raises(BriefError):
        sheets_of(path)


@pytest.mark.parametrize("number", ["1e300", "-1e300", "nan", "inf", "1e999", "-0.0", "0.5", "1e16", "99999999"])
@pytest.mark.parametrize(
    "code", ["yyyy-mm-dd", "[h]:mm:ss", "# ?/?", "0.00E+00", "0.00%", "#,##0.00", "0" * 250, "%" * 250, "0" * 9999]
)
def test_a_number_that_its_format_makes_nothing_of_costs_no_row(tmp_path: Path, number: str, code: str) -> None:
    changes = {
        SHEET: within(rb"<v>3.5</v>", f"<v>{number}</v>".encode()),
        STYLES: within(rb'formatCode="0.00"', f'formatCode="{code}"'.encode()),
    }
    path = changed(tmp_path / "b.xlsx", changes)
    assert [row.values["product"] for row in xlsx_briefs(path)] == ["Mug"]


@pytest.mark.parametrize(
    "changes",
    [
        {MAIN: lambda content: content + b" " * MANY},
        {STYLES: lambda content: content + b" " * MANY},
        {RELATIONS: lambda content: content + b" " * MANY},
        {TEXTS: lambda content: content.replace(b"<t>Mug", b"<t>" + b"M" * MANY)},
        {TEXTS: lambda content: content.replace(b"<si>", b"<x/>" * (1 << 19) + b"<si>", 1)},
        {SHEET: within(rb'<c r="B2".*?</c>', b'<c r="B2" t="str"><v>' + b"M" * MANY + b"</v></c>")},
        {SHEET: within(rb'<c r="B2".*?</c>', b'<c r="B2"><f>' + b"M" * MANY + b"</f></c>")},
        {SHEET: within(rb'<c r="B2"', b'<c x="' + b"M" * MANY + b'" r="B2"')},
    ],
    ids=["sheets", "styles", "relations", "text", "no text", "cell", "formula", "tag"],
)
def test_a_few_bytes_that_unpack_to_very_many_are_refused_in_bounded_memory(
    tmp_path: Path, changes: dict[str, Change]
) -> None:
    path = changed(tmp_path / "b.xlsx", changes)
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(BriefError, match=r"b\.xlsx: is a broken Excel workbook: ") as told:
            list(xlsx_briefs(path))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(str(told.value)) < 300
    assert most < MANY


def test_one_long_text_that_every_row_has_is_no_way_to_fill_the_memory(tmp_path: Path) -> None:
    row = b'<row><c t="s"><v>0</v></c></row>'
    path = changed(
        tmp_path / "b.xlsx",
        {
            TEXTS: within(rb"<t>product</t>", b"<t>" + b"i" * 300_000 + b"</t>"),
            SHEET: lambda content: content.replace(b"</sheetData>", row * 1000 + b"</sheetData>"),
        },
    )
    with pytest.raises(BriefError, match="it has a shared text that no cell can have"):
        list(xlsx_briefs(path))
    assert workbook.LARGEST_TEXT >= 8 * 32_767, "Excel's own cells fit"
