"""No feed takes more memory or time than its records may, whatever it is made of."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aigc.errors import BriefError
from aigc.types import Row
from aigc_plugins.formats.xml_briefs import xml_briefs

MUG = "<item><t>Mug</t></item>"
FEEDS = sys.modules["aigc_plugins.formats.xml_briefs"]
BLOCK = 1 << 16


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds are a sixteenth of what they are: nothing takes long."""
    for name in ("LARGEST_RECORD", "LARGEST_TAG"):
        monkeypatch.setattr(FEEDS, name, getattr(FEEDS, name) >> 4)


def rows(folder: Path, head: str, block: str = "", times: int = 0, tail: str = "") -> Iterator[Row]:
    with (folder / "a.xml").open("w", encoding="utf-8") as file:
        file.write(head)
        for _ in range(times):
            file.write(block)
        file.write(tail)
    return xml_briefs(folder / "a.xml")


@pytest.mark.parametrize(
    "head",
    ["<item><t a='", "<item><", "<!--", "<?", "<a b='", "<item><![CDATA[x]]></", "<!DOCTYPE a SYSTEM '", "<!DOCTYPE "],
)
def test_a_tag_without_an_end_is_given_up(head: str, tmp_path: Path) -> None:
    begin = "" if "DOCTYPE" in head else "<r>"
    found = rows(tmp_path, begin + head, "x" * BLOCK, 10)
    with pytest.raises(BriefError, match=r"a\.xml:1: a tag or comment that begins here does not end"):
        list(found)


@pytest.mark.parametrize(
    "block",
    [
        "x" * BLOCK,
        "<![CDATA[" + "x" * BLOCK + "]]>",
        "<a/>" * 1000,
        "<a b='c'>x</a>" * 1000,
        "&nbsp;" * 9000,
        "<a>" * 40,
    ],
)
def test_a_record_without_an_end_is_given_up(block: str, tmp_path: Path) -> None:
    found = rows(tmp_path, f"<r>{MUG}\n<item><t>", block, (1 << 21) // len(block))
    taken = [next(found)]
    with pytest.raises(BriefError, match=r"a\.xml:2: the item that begins here is never closed"):
        taken += found
    assert [row.values for row in taken] == [{"t": "Mug"}]


def test_names_within_each_other_do_not_multiply(tmp_path: Path) -> None:
    names = [f"{place:02d}".join(("n" * 20_000, "")) for place in range(90)]
    deep = "".join(f"<{name}>x" for name in names) + "".join(f"</{name}>" for name in reversed(names))
    with pytest.raises(BriefError, match="the item that begins here is never closed"):
        list(rows(tmp_path, "<r><item>", deep, 1, "</item></r>"))


def test_a_record_nested_too_deep_fails_alone(tmp_path: Path) -> None:
    for depth in (101, 5000):
        first, odd, last = rows(tmp_path, f"<r>{MUG}<item>{'<d>' * depth}x{'</d>' * depth}</item>{MUG}</r>")
        assert (odd.error, first.error, last.error) == ("is nested more than 100 deep", "", "")
        assert first.values == last.values == {"t": "Mug"}
    (whole,) = rows(tmp_path, f"<r><item>{'<d>' * 100}x{'</d>' * 100}</item></r>")
    assert list(whole.values.values()) == ["x"]


def test_records_within_too_many_others_are_given_up(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match=r"a\.xml:1: is nested more than 100 deep"):
        list(rows(tmp_path, "<r>" * 101))
    (row,) = rows(tmp_path, "<r>" * 99 + MUG + "</r>" * 99)
    assert row.values == {"t": "Mug"}


def test_many_comments_and_records_are_none_too_many(tmp_path: Path) -> None:
    block = "<!-- " + "x" * 1000 + " --><?a b?>" + MUG
    assert sum(1 for _ in rows(tmp_path, "<r>", block * 50, 20, "</r>")) == 1000


@pytest.mark.parametrize(
    ("record", "values"),
    [
        ("<t>Mug <b>blue</b>, big</t>", {"t": "Mug blue, big", "t b": "blue"}),
        ("<t> <b>Mug</b> <i>big</i> </t>", {"t b": "Mug", "t i": "big"}),
        ("<t>A <b>Mug</b></t><t>Cup</t>", {"t b": "Mug", "t": ["A Mug", "Cup"]}),
        ('<t href="/mug"/>', {"t": "/mug"}),
        ('<t href="/mug">Mug</t>', {"t": "Mug"}),
        ('<t>See <a href="/mug">here</a></t>', {"t": "See here", "t a": "here"}),
    ],
)
def test_a_text_with_elements_in_it_is_read_whole(tmp_path: Path, record: str, values: dict[str, object]) -> None:
    (row,) = rows(tmp_path, f"<r><item>{record}</item></r>")
    assert dict(row.values) == values


@pytest.mark.parametrize("encoding", ["gb18030", "GBK", "Shift_JIS", "big5", "euc-jp", "windows-1252", "utf-16"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    text = "Café" if encoding == "windows-1252" else "水"
    feed = f'<?xml version="1.0" encoding="{encoding}"?>\n<r>{f"<item><t>{text}</t></item>" * 9000}</r>'
    (tmp_path / "a.xml").write_bytes(feed.encode(encoding))
    read = list(xml_briefs(tmp_path / "a.xml"))
    assert len(read) == 9000 and {row.values["t"] for row in read} == {text}


def test_a_byte_that_the_declared_encoding_has_not_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b'<?xml version="1.0" encoding="gbk"?><r><item><t>\xff\xff</t></item></r>')
    with pytest.raises(BriefError, match=r"a\.xml: cannot be read: 'gbk' codec can't decode byte 0xff"):
        list(xml_briefs(tmp_path / "a.xml"))


def test_blank_lines_behind_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b'\xef\xbb\xbf\n\n<?xml version="1.0"?>\n<r>\n' + MUG.encode() + b"</r>")
    (row,) = xml_briefs(tmp_path / "a.xml")
    assert (row.where, row.values) == ("a.xml:5", {"t": "Mug"})


def test_a_name_as_long_as_a_page_is_told_in_short(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match="no element is called one of") as caught:
        list(rows(tmp_path, f"<{'n' * 9000}/>"))
    assert len(str(caught.value)) < 300
