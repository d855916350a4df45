"""Ledgers with everything in them that a report may have to show."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.ledger import Ledger
from aigc.ledger.entry import Finished, Spent
from aigc.project import Project
from aigc.types import Artifact, Brief, Finding, Json, Line, Provenance, Status, Usage

ADVERT = """
aigc: 1
name: shop/advert
version: 4
summary: An advert.
brief:
  product: {type: string}
  benefits: {type: array, items: {type: string}, default: []}
  language: {type: string, enum: [en, zh], default: en}
stages:
  lines: {prompt: advert.j2, output: {type: string, limit: {width: 30}}, checks: [not_cut]}
output:
  headlines: {type: array, items: {type: string, limit: {width: 30}}, from: "{{ [stages.lines] }}"}
  title: {type: string, maxLength: 60, from: "{{ product }}"}
  clusters:
    type: array
    items: {type: object, properties: {name: {type: string, limit: {words: 4}}, intent: {type: string, enum: [a, b]}}}
    from: "{{ [] }}"
  text: {type: string, from: "{{ product }}"}
  url: {type: string, format: uri, from: "{{ product }}"}
checks: [limits, no_placeholder]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
EVIL = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><!-- {{ 7*7 }}"
ARTICLE = "## Cold brew at home\n\n" + "Grind 80 g of beans coarsely and leave them in a litre of cold water. " * 12


def piece(
    name: str,
    status: Status = "accepted",
    fields: dict[str, Json] | None = None,
    *,
    findings: Sequence[Finding] = (),
    reason: str = "",
    product: str = "Enamel mug",
    benefits: Sequence[str] = (),
    language: str = "en",
    fallbacks: Sequence[str] = (),
    repaired: Sequence[str] = (),
    lines: Sequence[Line] = (),
) -> Artifact:
    """This is an artifact that came from a brief of its own."""
    values = {"product": product, "benefits": list(benefits), "language": language}
    return Artifact(
        id=name,
        status=status,
        reason=reason,
        fields=fields if fields is not None else {"headlines": ["Buy a mug"], "url": "https://example.com/mug"},
        findings=tuple(findings),
        brief=Brief(id=name, values=values, source=f"products.csv:{name}"),
        provenance=Provenance(
            content_type="shop/advert",
            version=4,
            requests=2,
            usage=Usage(prompt=300, sampled=20, forced=4),
            lines=3,
            fallbacks=tuple(fallbacks),
            repaired=tuple(repaired),
        ),
        lines=tuple(lines),
    )


def written() -> Iterator[Line]:
    """Yield lines of a piece: one was written again and then taken, of the next item nothing was."""
    hype = Finding(message="promises too much: best", field="text", check="hype")
    emoji = Finding(message="has an emoji", field="text", check="emoji", severity="note")
    yield Line(stage="lines", candidate=0, text="The best mug of all", findings=(hype, emoji))
    yield Line(stage="lines", candidate=1, text=EVIL)
    yield Line(stage="lines", attempt=1, text="Enamel Mug", taken=True, fields=("headlines[0]",))
    yield Line(stage="lines", item=1, text="best " * 200, findings=(hype,))


def all_kinds() -> Iterator[Artifact]:
    yield piece(
        "0001",
        fields={"headlines": ["Enamel Mug", "Warm for 2 Hours"], "title": "Mug", "url": "https://example.com/mug"},
        benefits=["keeps coffee warm for 2 hours", "white rim"],
        fallbacks=["headlines[1]"],
        repaired=["headlines[0]"],
        lines=list(written()),
    )
    yield piece(
        "0002",
        "flagged",
        {"headlines": ["☕️ The best mug 👩‍👩‍👧 ever made"], "title": "Mug", "text": ARTICLE},
        findings=[
            Finding(
                message="promises too much: best", field="headlines[0]", span=(7, 11), check="hype", severity="warn"
            ),
            Finding(message="has an emoji", field="headlines[0]", span=(16, 21), check="emoji", severity="note"),
            Finding(message="left out", field="lines[2]", check="repair", severity="note"),
        ],
        reason="headlines[0]: promises too much: best",
    )
    yield piece(
        "0003",
        "rejected",
        {
            "headlines": ["折叠电动自行车，续航40公里", "城市通勤更轻松，一次充电最长可用四十小时不停歇"],
            "title": "折叠电动自行车",
            "clusters": [{"name": "电动自行车 推荐", "intent": "a"}, {"name": "folding e-bike", "intent": "b"}],
        },
        findings=[
            Finding(message="has 46 columns, at most 30", field="headlines[1]", check="limits"),
            Finding(message="40 is not in the brief", field="headlines[0]", span=(10, 12), check="facts"),
            Finding(message="40 is no claim", field="headlines[0]", span=(9, 13), check="hype", severity="warn"),
            Finding(message="has too few items", field="clusters", check="limits"),
        ],
        reason="headlines[1]: has 46 columns, at most 30",
        product="折叠电动自行车",
        benefits=["续航40公里", "整车18公斤"],
        language="zh",
    )
    yield piece("0004", "failed", {}, reason="products.csv:5: product: is needed", product="")
    yield piece("0005", fields={"headlines": [EVIL, "half \ud800, \u202eback, \u2028, \x00"], EVIL: EVIL}, product=EVIL)
    yield piece(
        "0006",
        "flagged",
        findings=[Finding(message="says much the same as 0001 (97%)", check="unique", severity="warn")],
        reason="says much the same as 0001 (97%)",
    )


def png(red: int) -> bytes:
    """Return a picture of one pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes([0, red, 0, 0]))) + chunk(b"IEND", b"")


def write_ledger(folder: Path, artifacts: Sequence[Artifact], *, model: str = "tiny") -> Path:
    """This makes a job of finished pieces, and one that waits."""
    folder.mkdir(exist_ok=True)
    ledger = Ledger(folder / "job.sqlite")
    ledger.note(
        content_type="shop/advert", version=4, model=model, command="aigc batch shop/advert", seconds=8.0, written=4
    )
    failed = {one.id: one for one in artifacts if one.status == "failed"}
    asked = [failed.get(one.id, one.brief) for one in artifacts]
    ledger.briefs.register([*asked, Brief(id="waits", values={"product": "later"})], lambda brief: brief.id)
    for place, one in enumerate(artifacts):
        if one.status != "failed":
            spent = Spent(requests=2, completions=4, usage=one.provenance.usage, seconds=0.5)
            ledger.pieces.finish(Finished(artifact=one, spent={"lines": spent}, seconds=0.5 + place % 7 / 10))
    ledger.close()
    with sqlite3.connect(folder / "job.sqlite") as db:
        db.execute("update pieces set twin = '0001', nudges = 2 where id = '0006'")
    return folder


@pytest.fixture
def advert(make_project: Callable[..., Project]) -> ContentType:
    return make_project({"templates/shop/advert.yaml": ADVERT, "templates/shop/advert.j2": TASK}).content_type(
        "shop/advert"
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """This is the folder of a job with pieces of all kinds."""
    return write_ledger(tmp_path / "spring & <b>co", list(all_kinds()))
