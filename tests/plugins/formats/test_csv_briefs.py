from __future__ import annotations

import pytest

from aigc.errors import BriefError
from aigc_plugins.formats.csv_briefs import csv_briefs


@pytest.fixture
def read(tmp_path):
    """Write bytes (or UTF-8 text) to products.csv and read it: (values, line, error) per row."""

    def run(content, **options):
        path = tmp_path / "products.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return [(dict(row.values), row.where, row.error) for row in csv_briefs(path, **options)]

    return run


MUG = [({"product": "Trail Mug", "price": "9"}, "products.csv:2", "")]


@pytest.mark.parametrize(
    "content",
    [
        "product,price\nTrail Mug,9\n",
        "product,price\nTrail Mug,9",
        "product,price\r\nTrail Mug,9\r\n",
        "product,price\rTrail Mug,9\r",
        "product;price\nTrail Mug;9\n",
        "product\tprice\nTrail Mug\t9\n",
        "product|price\nTrail Mug|9\n",
        '"product","price"\n"Trail Mug","9"\n',
        " product , price \nTrail Mug,9\n",
        "product,price,,\nTrail Mug,9,,\n",
        "product,price\nTrail Mug,9,,\n",
        "product,price\nTrail Mug,9\n\n,\n\n",
        b"\xef\xbb\xbfproduct,price\nTrail Mug,9\n",
        "product,price\nTrail Mug,9\n".encode("utf-16"),
        "\ufeffproduct\tprice\r\nTrail Mug\t9\r\n".encode("utf-16-le"),
        "\ufeffproduct,price\nTrail Mug,9\n".encode("utf-16-be"),
        "product,price\nTrail Mug,9\n".encode("utf-16-le"),
        "product,price\nTrail Mug,9\n".encode("utf-16-be"),
    ],
)
def test_the_files_people_have(read, content):
    assert read(content) == MUG


def test_excels_own_separator_line(read):
    assert read("sep=;\nproduct;price\nTrail Mug;9\n") == [(MUG[0][0], "products.csv:3", "")]


def test_a_semicolon_in_a_cell_is_no_delimiter(read):
    assert read("product,benefits\nMug,light;strong;blue\n")[0][0] == {
        "product": "Mug",
        "benefits": "light;strong;blue",
    }


def test_a_comma_in_a_quoted_header_is_no_delimiter(read):
    assert read('"a, b, c";d\n1;2\n')[0][0] == {"a, b, c": "1", "d": "2"}


def test_one_column(read):
    assert read("product\nMug\n")[0][0] == {"product": "Mug"}


def test_lines_are_counted_past_quoted_line_breaks_and_empty_lines(read):
    rows = read('a,b\n"1\n1",2\n\n3,4\n')
    assert [(values["a"], where) for values, where, _ in rows] == [("1\n1", "products.csv:2"), ("3", "products.csv:5")]


def test_an_empty_cell_is_an_empty_text(read):
    assert read("a,b\n1,\n")[0][0] == {"a": "1", "b": ""}


def test_chinese_in_each_encoding(read):
    text = "产品,价格\n折叠车,9\n"
    wanted = {"产品": "折叠车", "价格": "9"}
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert read(("\ufeff" + text).encode(encoding), encoding=encoding)[0][0] == wanted
        if encoding not in ("utf-16-le", "utf-16-be"):  # without Latin letters nothing tells UTF-16 without a mark
            assert read(text.encode(encoding))[0][0] == wanted
        assert read(text.encode(encoding), encoding=encoding)[0][0] == wanted
    assert read(text.encode("gb18030"), encoding="gb18030")[0][0] == wanted


def test_a_row_with_too_many_cells_fails_alone(read):
    rows = read("a,b\n1,2\n1,2,3\n3,4\n")
    assert [error.partition(";")[0] for _, _, error in rows] == ["", "has 3 cells, the header has 2", ""]
    assert rows[1][1] == "products.csv:3" and "--input delimiter=X or header=N" in rows[1][2]


def test_missing_cells_at_the_end_of_a_row_are_empty(read):
    assert read("a,b,c\n1\n1,2,\n") == [
        ({"a": "1", "b": "", "c": ""}, "products.csv:2", ""),
        ({"a": "1", "b": "2", "c": ""}, "products.csv:3", ""),
    ]


def test_a_column_without_a_name_is_called_by_its_number_where_it_holds_something(read):
    rows = read(",a,\n0,1,\n,2,x\n3,4,\n")
    assert [values for values, _, _ in rows] == [
        {"a": "1", "column 1": "0"},
        {"a": "2", "column 3": "x"},
        {"a": "4", "column 1": "3"},
    ]


@pytest.mark.parametrize("head", ["a,b,a", "a, b ,a ", "\u200ba,b,a"])
def test_columns_that_are_called_the_same_say_which_they_are(read, head):
    assert read(f"{head}\n1,2,3\n")[0][0] == {"a (column 1)": "1", "b": "2", "a (column 3)": "3"}
    assert len(read("a,a,a (column 1)\n1,2,3\n")[0][0]) == 3


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "  ", "\t", "\n", "\r\n", " \u2009", "\u00a0\u200b"])
def test_white_space_of_any_kind_in_a_header_is_one_space(read, space):
    assert read(f'"Page{space}topic",b\n1,2\n')[0][0] == {"Page topic": "1", "b": "2"}


def test_a_header_may_have_a_line_break_before_its_delimiter_shows(read):
    assert read('"Page\n(of ours, new)";b\n1;2\n') == [({"Page (of ours, new)": "1", "b": "2"}, "products.csv:3", "")]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a;b (main, exact)\n1;2\n", ["a", "b (main, exact)"]),
        ("a;b, c, d\n1;2\n3;4\n", ["a", "b, c, d"]),
        ("a,b (x;y;z)\n1,2;3;4\n1,2;3\n", ["a", "b (x;y;z)"]),
        ("a, b;c\n1,5;2\n2,5;3\n", ["a, b", "c"]),
        ("a\tb, c\n1,5\t2\n1,5\t3\n", ["a", "b, c"]),
        ("a|b;c|d\n1|2|3\n", ["a", "b;c", "d"]),
        ("a,b,c;d\n1\n", ["a", "b", "c;d"]),
        ('a;b\n"1,2,3";4\n', ["a", "b"]),
        ("a,b;c\n1;2\n", ["a,b", "c"]),
        ("a;b,c\n1,2\n", ["a;b", "c"]),
    ],
)
def test_the_rows_decide_on_the_delimiter(read, content, names):
    assert list(read(content)[0][0]) == names


@pytest.mark.parametrize("hint", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;", '\ufeff"sep=;"'])
def test_excels_line_in_any_form(read, hint):
    assert read(f"{hint}\na;b\n1;2\n") == [({"a": "1", "b": "2"}, "products.csv:3", "")]


ABOVE = 'A "title", of more\n"Two\n",\n\na,b\n1,2\n'


def test_the_line_of_the_header_can_be_said(read):
    assert read(ABOVE, header=5) == [({"a": "1", "b": "2"}, "products.csv:6", "")]
    assert read("sep=;\nnote\na;b\n1;2\n", header=3)[0][0] == {"a": "1", "b": "2"}


def test_without_a_header_columns_are_numbers(read):
    rows = read("1,2\n\n3\n4,5,6\n7\n", header=0)
    assert [(values, where.partition(":")[2]) for values, where, _ in rows] == [
        ({"1": "1", "2": "2"}, "1"),
        ({"1": "3", "2": ""}, "3"),
        ({"1": "4", "2": "5", "3": "6"}, "4"),
        ({"1": "7", "2": "", "3": ""}, "5"),
    ]
    assert read("A title, of ours\na;b\n1;2\n", header=0)[1][0] == {"1": "a", "2": "b"}


@pytest.mark.parametrize("byte", [b"\xe9", b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_a_broken_byte_fails_its_row_alone(read, byte):
    rows = read(b"a,b\n1,2\n3,caf" + byte + b"\n5,6\n")
    assert [values for values, _, error in rows if not error] == [{"a": "1", "b": "2"}, {"a": "5", "b": "6"}]
    ((values, where, error),) = [row for row in rows if row[2]]
    assert where == "products.csv:3" and error.startswith(f"column 'b' has byte {byte[0]:#04x}, which is not UTF-8")
    assert "--input encoding=cp1252" in error and "\ufffd" in values["b"]
    values["b"].encode()


def test_a_broken_byte_in_a_quoted_cell_fails_all_its_lines(read):
    rows = read(b'a,b\n1,"x\n\xe9\ny"\n3,4\n')
    assert [(where, bool(error)) for _, where, error in rows] == [("products.csv:2", True), ("products.csv:5", False)]


def test_a_row_with_misplaced_quotes_fails_alone(read):
    rows = read('a,b\n"1"x,2\n3,4\n')
    assert rows[0][1] == "products.csv:2"
    assert rows[0][2].startswith(
        'cannot be read: a quotation mark within quotes is not doubled; write "" for it, or say '
    )
    assert "--input delimiter=X if ',' is not" in rows[0][2]
    assert rows[1] == ({"a": "3", "b": "4"}, "products.csv:3", "")


def test_a_space_behind_each_delimiter_is_no_part_of_a_cell(read):
    rows = read('a, b, c\n1, "2, 3", 4\n5, 6, 7\n')
    assert [(values, error) for values, _, error in rows] == [
        ({"a": "1", "b": "2, 3", "c": "4"}, ""),
        ({"a": "5", "b": "6", "c": "7"}, ""),
    ]
    assert read("a,b\n1, 2\n")[0][0] == {"a": "1", "b": " 2"}


def test_lines_swallowed_by_a_misplaced_quote_are_named(read):
    rows = read('a,b\n"1,2\n3,"4"\n5,6\n')
    assert rows[0][1] == "products.csv:2" and rows[0][2].endswith("(lines 2 to 3)")
    assert rows[1][0] == {"a": "5", "b": "6"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "products.csv: the file is empty"),
        ("\n\n", "products.csv: the file is empty"),
        (b"\xef\xbb\xbf", "products.csv: the file is empty"),
        ("a,b\n", "products.csv: the file has a header and no rows"),
        ('a,b\n1,2\n"3,4\n5,6\n', "products.csv:3: a quotation mark opened in this row is never closed"),
        (b"PK\x03\x04\x14\x00", "products.csv: is no text"),
        ("Café\nMug\n".encode("cp1252"), "products.csv:1: the header has byte 0xe9, which is not UTF-8"),
        ("\n折叠\n1\n".encode("gb18030"), "products.csv:2: the header has byte 0xd5, which is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(read, content, message):
    with pytest.raises(BriefError) as caught:
        read(content)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"header": 2}, "products.csv:2: names no columns"),
        ({"header": 9}, "products.csv: has 4 lines, so none is header=9"),
        ({"header": 3, "delimiter": "::"}, "products.csv: no delimiter is '::'"),
        ({"encoding": "base64"}, "products.csv: no encoding is called 'base64'"),
    ],
)
def test_an_option_that_does_not_fit_the_file(read, options, message):
    with pytest.raises(BriefError) as caught:
        read("title\n\na\n1\n", **options)
    assert caught.value.message == message


def test_a_header_in_another_encoding_names_the_option(read):
    with pytest.raises(BriefError, match="--input encoding=cp1252"):
        read("Café\nMug\n".encode("cp1252"))


@pytest.mark.parametrize("delimiter", ["\t", "\\t", "tab"])
def test_a_tab_can_be_typed(read, delimiter):
    assert read("a,b\tc\n1,2\t3\n", delimiter=delimiter)[0][0] == {"a,b": "1,2", "c": "3"}


def test_a_wrong_byte_far_down_is_found(read):
    rows = read(b"a,b\n" + b"1,2\n" * 5000 + b"1,\xff\n" + b"1,2\n" * 5000)
    assert [(at, where) for at, (_, where, error) in enumerate(rows) if error] == [(5000, "products.csv:5002")]


def test_a_utf_16_file_cut_in_the_middle_of_a_character(read):
    ((values, _, error),) = read("a,b\n1,2".encode("utf-16")[:-1])
    assert values["a"] == "1" and error.startswith("column 'b' has byte 0x32, which is not UTF-16")


def test_an_unknown_encoding(read):
    with pytest.raises(BriefError, match="no encoding is called 'klingon'"):
        read("a\n1\n", encoding="klingon")


def test_a_given_delimiter_wins(read):
    assert read("a,b;c\n1,2;3\n", delimiter=";")[0][0] == {"a,b": "1,2", "c": "3"}


def test_a_missing_file(tmp_path):
    with pytest.raises(BriefError, match="cannot be read"):
        list(csv_briefs(tmp_path / "none.csv"))


def test_rows_come_before_the_file_is_read_to_its_end(tmp_path):
    path = tmp_path / "big.csv"
    path.write_text("a,b\n" + "1,2\n" * 100_000 + '"never closed\n')
    rows = csv_briefs(path)
    assert next(rows).values == {"a": "1", "b": "2"}
    rows.close()


def test_a_very_long_cell_is_read(read):
    ((values, _, error),) = read("product\n" + "x" * 200_000 + "\n")
    assert (len(values["product"]), error) == (200_000, "")


def test_what_is_written_as_a_formula_so_that_excel_keeps_it_is_a_text(read):
    rows = read('id,a\n"=""00417""",<p class="x">y</p>\n="00418",b\n"=""1""&""2""",=A1\n')
    assert [row[0] for row in rows] == [
        {"id": "00417", "a": '<p class="x">y</p>'},
        {"id": "00418", "a": "b"},
        {"id": '="1"&"2"', "a": "=A1"},
    ]


@pytest.mark.parametrize("begin", ["", "a,b\n1,2\n"])
@pytest.mark.parametrize("sign", ["\0", "x", ","])
def test_a_line_without_end_is_told_before_it_fills_the_memory(tmp_path, monkeypatch, begin, sign):
    monkeypatch.setitem(csv_briefs.function.__globals__, "LARGEST_LINE", 5000)
    path = tmp_path / "products.csv"
    path.write_text(begin + sign * 20_000)
    hint = "not written or copied whole" if sign == "\0" else "parted by line breaks"
    with pytest.raises(BriefError, match=rf"products.csv:{3 if begin else 1}: is longer than 5,000 char.*{hint}"):
        list(csv_briefs(path))


def test_a_file_that_begins_with_empty_bytes_is_no_table(tmp_path):
    path = tmp_path / "products.csv"
    path.write_text("\0" * 20_000)
    with pytest.raises(BriefError, match=r"products.csv:1: begins with empty bytes \(NUL\); it was not written"):
        list(csv_briefs(path))


def test_a_row_of_lines_without_end_is_broken_off(tmp_path, monkeypatch):
    monkeypatch.setitem(csv_briefs.function.__globals__, "LARGEST_ROW", 5000)
    path = tmp_path / "products.csv"
    path.write_text("a,b\n1,2\n" * 5000)
    assert len(list(csv_briefs(path))) == 9999, "the size is a row's, not the file's"
    path.write_text("a,b\n" + '"\n",' * 2000)
    with pytest.raises(BriefError, match=r"products.csv:2: a quotation mark opened in this row is never closed"):
        list(csv_briefs(path))
