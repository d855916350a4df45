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


@pytest.mark.parametrize("line", ["1", "1,2,3"])
def test_a_ragged_row_fails_alone(read, line):
    rows = read(f"a,b\n1,2\n{line}\n3,4\n")
    assert [error for _, _, error in rows] == ["", f"has {line.count(',') + 1} cells, the header has 2", ""]
    assert rows[1][1] == "products.csv:3"


def test_a_row_with_misplaced_quotes_fails_alone(read):
    rows = read('a,b\n"1"x,2\n3,4\n')
    assert rows[0][1] == "products.csv:2" and rows[0][2].startswith("cannot be read")
    assert rows[1] == ({"a": "3", "b": "4"}, "products.csv:3", "")


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
        ("a,b,a\n1,2,3\n", "products.csv:1: columns 1 and 3 are both named 'a'"),
        ("a, a\n1,2\n", "products.csv:1: columns 1 and 2 are both named 'a'"),
        ("a,,b\n1,2,3\n", "products.csv:1: column 2 has no name"),
        ('a,b\n1,2\n"3,4\n5,6\n', "products.csv:3: a quotation mark opened in this row is never closed"),
        ("product\nCafé\n".encode("cp1252"), "products.csv:2: byte 0xe9 at offset 11 is not UTF-8"),
        ("a\nok\n折叠\n".encode("gb18030"), "products.csv:3: byte 0xd5 at offset 5 is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(read, content, message):
    with pytest.raises(BriefError) as caught:
        read(content)
    assert caught.value.message == message


def test_the_option_that_says_an_encoding_is_named(read):
    with pytest.raises(BriefError, match="--input encoding=cp1252"):
        list(read("product\nCafé\n".encode("cp1252")))


def test_a_wrong_byte_far_down_is_found(read):
    with pytest.raises(BriefError, match=r"products\.csv:5002: byte 0xff"):
        read(b"a,b\n" + b"1,2\n" * 5000 + b"1,\xff\n" + b"1,2\n" * 5000)


def test_a_utf_16_file_cut_in_the_middle_of_a_character(read):
    with pytest.raises(BriefError, match=r"products\.csv:2: byte 0x31 at offset 10 is not UTF-16"):
        read("a,b\n1".encode("utf-16")[:-1])


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
