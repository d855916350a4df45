"""Files that are called what they are not: the message says what each is, and what to do about it."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from pathlib import Path

import pytest

from aigc.asking import open_rows
from aigc.errors import BriefError
from aigc.plugs.registry import Registry

JSON = '{"topic": "Mug"}\n{"topic": "Cup"}\n'


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.discover(only={"formats"})


def packed(part: str) -> bytes:
    """Return an archive with one file of that name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(part, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", packed("content.xml"), "not an Excel workbook but an OpenDocument one (.ods); save it as .xlsx"),
        ("a.xlsx", packed("Index/Document.iwa"), "not an Excel workbook but one of Numbers; save it as .xlsx"),
        ("a.xlsx", packed("xl/workbook.bin"), "not an Excel workbook but a binary one (.xlsb); save it as .xlsx"),
        ("a.xlsx", packed("word/document.xml"), "not an Excel workbook but a Word document"),
        ("a.xlsx", packed("x.txt"), "is a broken Excel workbook: it has no xl/workbook.xml"),
        (
            "a.xlsx",
            b"\xef\xbb\xbf<html><table></table></html>",
            "it is a web page: open it in Excel and save it as .xlsx",
        ),
        ("a.xlsx", "topic\tkeyword\n".encode("utf-16"), "it looks like text: name it .csv"),
        ("a.csv", packed("Queries.csv"), "it looks like a file whose name ends in .xlsx or .zip"),
        (
            "a.csv",
            JSON.encode(),
            "is no table; it looks like JSON: name it .json, or .jsonl where each line is an object",
        ),
        ("a.csv", b'[\n {"topic": "Mug"}]', "is no table; it looks like JSON"),
        ("a.csv", b"<table><tr><td>topic</td></tr></table>", "it looks like a web page: save its table as .csv"),
        ("a.csv", b'<?xml version="1.0"?><rss/>', "it looks like XML: name it .xml"),
        ("a.csv", "topic\n水筒\n".encode("cp932"), "say --input encoding=cp1252, or such as cp1250, cp1251, cp932"),
        ("a.zip", packed("Queries.csv"), "no importer reads '.zip'; unpack it and name a file that was in it"),
        ("a.csv.gz", b"\x1f\x8b", "no importer reads '.gz'; unpack it and name a file that was in it"),
        ("a.json", JSON.encode(), "Extra data (column 1); where each line is an object the file is called .jsonl"),
        (
            "a.json",
            JSON.encode("utf-16"),
            "Extra data (column 1); where each line is an object the file is called .jsonl",
        ),
        ("a.json", b'[{"topic":\n"M\xfcg"}]', "a.json:2: byte 0xfc at offset 13 is not UTF-8; save it as UTF-8"),
        ("a.json", b'\xef\xbb\xbf[{"topic": "M\xfcg"}]', "a.json:1: byte 0xfc at offset 16 is not UTF-8"),
        ("a.json", JSON.encode("utf-16")[:-1], "a.json:2: byte 0x0a at offset 68 is not UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_that_is_another_is_called_by_its_name(
    registry: Registry, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    try:
        said_of_it = " ".join(row.error for row in open_rows(tmp_path / name, registry))
    except BriefError as error:
        said_of_it = str(error)
    assert told in said_of_it and "\n" not in said_of_it


def test_braces_and_brackets_begin_many_a_column(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("{topic},[keyword]\nMug,mug\n")
    (row,) = open_rows(tmp_path / "a.csv", registry)
    assert row.values == {"{topic}": "Mug", "[keyword]": "mug"}


def test_utf_32_is_not_taken_for_the_utf_16_that_it_begins_like(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("topic,keyword\nMug,mug\nCup,cup\n".encode("utf-32"))
    assert [dict(row.values) for row in open_rows(tmp_path / "a.csv", registry)] == [
        {"topic": "Mug", "keyword": "mug"},
        {"topic": "Cup", "keyword": "cup"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl"])
def test_a_mark_or_its_zeros_tell_the_encoding_of_any_file(
    registry: Registry, tmp_path: Path, name: str, encoding: str
) -> None:
    rows = [{"topic": "水筒\u2028", "keyword": "mug"}, {"topic": "Cup \N{SEWING NEEDLE}", "keyword": "cup"}]
    texts = {
        "a.csv": "topic,keyword\n" + "".join(f"{row['topic']},{row['keyword']}\n" for row in rows),
        "a.json": json.dumps({"made": "x", "products": rows}, ensure_ascii=False, indent=1),
        "a.jsonl": "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows),
    }
    mark = b"" if encoding != "utf-16-be" or name == "a.csv" else b"\xfe\xff"
    (tmp_path / name).write_bytes(mark + texts[name].encode(encoding))
    assert [dict(row.values) for row in open_rows(tmp_path / name, registry)] == rows


def test_a_broken_byte_of_utf_16_costs_its_line_alone(registry: Registry, tmp_path: Path) -> None:
    lines = ['{"topic": "Mug"}\n', '{"topic": "C?p"}\n', '{"topic": "Tea"}\n']
    first, second, third = (line.encode("utf-16-le") for line in lines)
    second = second.replace("?".encode("utf-16-le"), b"\x41\xd8")  # the first half of a character alone
    (tmp_path / "a.jsonl").write_bytes(codecs.BOM_UTF16_LE + first + second + third)
    rows = list(open_rows(tmp_path / "a.jsonl", registry))
    assert [(row.where, row.error) for row in rows] == [
        ("a.jsonl:1", ""),
        ("a.jsonl:2", "byte 0x41 is not UTF-16"),
        ("a.jsonl:3", ""),
    ]
