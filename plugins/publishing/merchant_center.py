"""Titles and descriptions for Google Merchant Center, in the attributes that Google wants for texts of a model.

They are `structured_title` and `structured_description`. Neither file has a `title` or `description`: where both are
sent Google takes those, and a text of a model there is against its rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from aigc import exporter, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import does_harm, harmless
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.page_blocks import ABOUT, blocks_of
from aigc_plugins.publishing.piece_values import (
    filled_in,
    link_of,
    link_problems,
    own_id,
    refuse,
    text_of,
    title_of,
)
from aigc_plugins.publishing.platforms import platform

NAME = "merchant-center"
FILES = ("merchant-center.xml", "merchant-center.tsv")
SPACE = "http://base.google.com/ns/1.0"
SOURCE = "trained_algorithmic_media"
IDS = ("offer_id", "item_id", "sku", "id")
MARKS = r"\n.:;!?,。：；！？，"  # after which a sentence or a part of one begins


def what_merchant_center_refuses(artifact: Artifact, *, url: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece out of a feed; of a row, whose fields are all None yet, what it will lack."""
    item = _item(filled_in(artifact), url)
    if not item["id"]:
        yield "has no id of its own, which a column `id` of its file or an input `sku` gives"
    for name, told in (("id", "an id"), ("link", "a link")):
        if does_harm(item[name]):
            yield f"has {told} that a spreadsheet would run: {item[name][:40]!r}"
    yield from (f"has no {name}" for name in ("title", "description") if not item[name])
    yield from platform(NAME).too_long(item)
    yield from link_problems(artifact, url)


@exporter(name=NAME, suffixes=(".xml", ".tsv"), writes=FILES, refuses=what_merchant_center_refuses)
def merchant_feed(artifacts: Sequence[Artifact], folder: Path, *, url: str = "") -> Iterator[Path]:
    """Google Merchant Center: a supplemental feed of texts, as XML and as TSV; upload either.

    For pieces with a title and a description or bullets, one per product. The id is the field or input `offer_id`,
    `item_id`, `sku` or `id`, else the column `id` of the briefs' file; a piece whose row was only counted is refused.
    The link is the field or input `link` or `url`, else the option, in which {id} and {slug} are the piece's. Texts
    stand in `structured_title` and `structured_description` with their digital source type: take `title` and
    `description` of these products out of the main feed, else Google takes those.
    """
    problems = [(one, what) for one in artifacts for what in what_merchant_center_refuses(one, url=url)]
    problems += _twice(artifacts)
    refuse(NAME, problems)
    with whole_file(folder / FILES[0]) as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{SPACE}">\n<channel>\n')
        file.write("<title>AIGC</title>\n<link></link>\n<description></description>\n")
        for artifact in artifacts:
            file.write("\n".join(_lines(_item(artifact, url))) + "\n")
        file.write("</channel>\n</rss>\n")
    linked = any(link_of(one, url) for one in artifacts)
    columns = [name for name in platform(NAME).columns if name != "link" or linked]
    with whole_file(folder / FILES[1]) as file:
        file.write("\t".join(platform(NAME).columns[name] for name in columns) + "\n")
        for artifact in artifacts:
            item = _item(artifact, url)
            file.write("\t".join(_cell(name, item[name]) for name in columns) + "\n")
    yield from (folder / name for name in FILES)


def _twice(artifacts: Sequence[Artifact]) -> Iterator[tuple[Artifact, str]]:
    """Yield the pieces whose id another one has: Google would take one of them, whichever."""
    taken: dict[str, str] = {}
    for artifact in artifacts:
        name = own_id(artifact, *IDS)
        if name and taken.setdefault(name, artifact.id) != artifact.id:
            yield artifact, f"has the id {name!r} of {taken[name]}"


def _says(text: str, line: str) -> bool:
    """Say whether a line is a sentence of a text, or a part of one between marks."""
    words = re.escape(line.strip(" .。"))
    return bool(words) and re.search(rf"(?:^|[{MARKS}])\s*{words}\s*(?:[{MARKS}]|$)", text, re.IGNORECASE) is not None


def _item(artifact: Artifact, url: str) -> dict[str, str]:
    described = text_of(artifact, "description")
    blocks = [block for block in blocks_of(artifact.fields, but=ABOUT) if not block.level]
    lines = [line for block in blocks for line in (*block.text.split("\n"), *block.lines)]
    rest = [line for line in lines if not _says(described, line)]  # as a description made of bullets does
    return {
        "id": own_id(artifact, *IDS),
        "title": title_of(artifact),
        "description": "\n".join(filter(None, (described, *rest))),
        "link": link_of(artifact, url),
    }


def _lines(item: dict[str, str]) -> Iterator[str]:
    yield "<item>"
    yield f"<g:id>{escape(item['id'])}</g:id>"
    for name in ("title", "description"):
        inside = f"<g:digital_source_type>{SOURCE}</g:digital_source_type><g:content>{escape(item[name])}</g:content>"
        yield f"<g:structured_{name}>{inside}</g:structured_{name}>"
    if item["link"]:
        yield f"<g:link>{escape(item['link'])}</g:link>"
    yield "</item>"


def _cell(name: str, text: str) -> str:
    """Return a cell of the TSV, which has no quotes around cells: a text of a model has them around itself, and what a
    spreadsheet would run behind a `;` of it gets an apostrophe in front."""
    line = sound_line(text)
    doubled = line.replace('"', '""')
    return harmless(f'{SOURCE}:"{doubled}"') if name in ("title", "description") else line
