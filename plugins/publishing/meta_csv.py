"""Titles and meta descriptions of pages as a table: to read beside a crawl, or to import into WordPress."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from aigc import exporter, whole_file
from aigc.content import measure
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import harmless
from aigc_plugins.formats.piece_titles import free_name, page_name
from aigc_plugins.publishing.piece_values import (
    description_of,
    filled_in,
    first,
    flag_of,
    link_of,
    link_problems,
    of_piece,
    refuse,
    title_of,
)
from aigc_plugins.publishing.platforms import platform

FILE = "meta.csv"
TITLE_SIZE, DESCRIPTION_SIZE = 20, 14  # pixels of Google's desktop results; `measure` counts those of 20


def what_meta_csv_refuses(artifact: Artifact, *, url: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece out of the table; of a row, whose fields are all None yet, what it will lack."""
    yield from (f"has no {name}" for name, text in _texts(filled_in(artifact)).items() if not text)
    yield from link_problems(artifact, url, needed="URL")


@exporter(name="meta-csv", suffixes=(".csv",), writes=(FILE,), refuses=what_meta_csv_refuses)
def meta_table(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    layout: Literal["plain", "screaming-frog", "yoast"] = "plain",
    url: str = "",
) -> Iterator[Path]:
    """A row per page: its URL, title and meta description with their lengths and pixels in Google's results.

    For pieces with a title and a description: `seo/meta`, articles. Fields `meta_title` and `meta_description` go
    before those. The URL is the field or input `url`, else the option, in which {id} and {slug} are the piece's. The
    layout `screaming-frog` has the columns of a crawl, `yoast` those that WordPress importers map to Yoast's metas.
    No slug stands twice: a later page gets a number.
    UTF-8 with a byte order mark; a text that a spreadsheet would run gets an apostrophe in front, as in `csv`.
    """
    refuse("meta-csv", ((one, what) for one in artifacts for what in what_meta_csv_refuses(one, url=url)))
    columns = platform("meta-csv").layouts[layout]
    with whole_file(folder / FILE, encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(heading for heading, _ in columns)
        taken: set[str] = set()
        for artifact in artifacts:
            row = {**_row(artifact, url), "slug": free_name(page_name(artifact), taken)}
            table.writerow(harmless(row[name]) for _, name in columns)
    yield folder / FILE


def _texts(artifact: Artifact) -> dict[str, str]:
    title = first(artifact.fields, "meta_title") or title_of(artifact)
    return {"title": title, "description": description_of(artifact)}


def _row(artifact: Artifact, url: str) -> Mapping[str, str]:
    texts = _texts(artifact)
    return {
        **texts,
        "url": link_of(artifact, url),
        "title_length": str(measure(texts["title"], "chars")),
        "title_pixels": str(_pixels(texts["title"], TITLE_SIZE)),
        "description_length": str(measure(texts["description"], "chars")),
        "description_pixels": str(_pixels(texts["description"], DESCRIPTION_SIZE)),
        "keyword": of_piece(artifact, "keyword", "focus_keyword"),
        "status": flag_of(artifact) or artifact.status,
    }


def _pixels(text: str, size: int) -> int:
    return -(-measure(text, "pixels") * size // TITLE_SIZE)
