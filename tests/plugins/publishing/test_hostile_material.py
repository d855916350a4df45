"""Dates, pictures, templates of accounts and markup that are none cost their own piece a format, and nobody theirs."""

from __future__ import annotations

import os
import re
import struct
import zlib

import pytest

from aigc.errors import JobError
from aigc.types import Asset
from aigc_plugins.formats.markdown_pieces import markdown_pieces
from aigc_plugins.formats.piece_dates import date_problems
from aigc_plugins.publishing.merchant_center import what_merchant_center_refuses
from aigc_plugins.publishing.own_export import LARGEST, MOST_COLUMNS, OwnExport
from aigc_plugins.publishing.word_document import word_documents

RUNS = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](java&#115;cript:alert(1))"
    ' [c](JavaScript&colon;alert(1))\n{: onclick="alert(1)"}\n{::options parse_block_html="true" /}'
)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, inside: bytes) -> bytes:
        return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01", "0999-12-31T12:00"]
)
def test_a_date_that_calendars_cannot_hold_is_none(artifact, date):
    assert [told[:12] for told in date_problems(artifact(title="t", date=date))] == ["has the date"]
    assert not list(date_problems(artifact(title="t", date="1000-01-02T00:00+01:00")))


def test_what_is_wrong_is_said_in_a_line(artifact):
    assert len(next(date_problems(artifact(title="t", date="x" * 100_000)))) < 200


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        *(("image/png", png(*size)) for size in ((0, 0), (1, 2**31 - 1))),
        *(("image/gif", content) for content in (b"GIF89a\1", b"GIF89a" + b"\0" * 7)),
        ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"),
        ("image/png", b"BM" + b"\0" * 60),
    ],
)
def test_a_damaged_picture_is_named_in_place_of_shown(artifact, tmp_path, kind, content):
    from dataclasses import replace

    piece = replace(artifact(title="t", text="b"), assets=(Asset.of("cup.png", kind, content),))
    path = next(iter(word_documents([piece], tmp_path)))
    import docx

    assert docx.Document(str(path)).paragraphs[-1].text == "cup.png"


@pytest.mark.parametrize("kind", ["pipe", "device", "large", "wide"])
def test_an_export_that_is_none_is_told_at_once(tmp_path, kind):
    path = tmp_path / "ads.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(LARGEST + 1)
    else:
        path.write_text(",".join(map(str, range(MOST_COLUMNS + 1))) + "\n1\n", encoding="utf-8")
    with pytest.raises(JobError, match=r"no file|larger than|columns"):
        OwnExport.read(path)


def test_an_id_is_no_formula(artifact):
    piece = artifact(values={"sku": '=HYPERLINK("http://x")'}, title="t", description="d")
    assert any("spreadsheet" in told for told in what_merchant_center_refuses(piece))


@pytest.mark.parametrize("site", ["jekyll", "astro"])
def test_a_site_hands_nothing_on_that_browsers_run(artifact, tmp_path, site):
    from dataclasses import replace

    asset = Asset.of(f"x](javascript:alert(1)) {RUNS}{{{{ site.x }}}}.png", "image/png", b"x")
    piece = replace(artifact(title="t", date="2026-12-01", text=RUNS, part=[RUNS]), assets=(asset,))
    body = next(iter(markdown_pieces([piece], tmp_path, site=site))).read_text(encoding="utf-8").split("\n---\n", 1)[1]
    assert not re.search(r"<\w|&#115;|&colon;|(?i:javascript:)", body) and r"![x\](" in body
    assert site == "astro" or not re.search(r"\{[:{%]", body)
    assert "alert(1)" in body


def test_markdown_holds_no_half_characters(artifact, tmp_path):
    piece = artifact(title="a\ud800b", text="c\x0bd\0", tags=["\ud800"], author="\x07e")
    text = next(iter(markdown_pieces([piece], tmp_path))).read_text(encoding="utf-8")
    assert "title: ab" in text and "cd" in text and not re.search(r"[\x00-\x08\x0b-\x1f]", text)
