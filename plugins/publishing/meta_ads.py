"""Texts of ads for Facebook and Instagram, in a file that the user's own Ads Manager exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from aigc import exporter
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import does_harm, what_runs
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.own_export import OwnExport
from aigc_plugins.publishing.piece_values import (
    filled_in,
    first,
    link_of,
    link_problems,
    of_piece,
    refuse,
    text_of,
)
from aigc_plugins.publishing.platforms import platform

NAME = "meta-ads"
FILE = "meta-ads.csv"
AdStatus: TypeAlias = Literal["PAUSED", "ACTIVE"]
TEXTS = ("title", "body", "description", "action", "link")


def what_meta_ads_refuses(artifact: Artifact, *, template: str, url: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece out of the file; of a row, whose fields are all None yet, what it will lack. JobError
    where the template cannot be read: better now than later."""
    file = OwnExport.read(Path(template))
    yield from link_problems(artifact, url)
    columns = platform(NAME).columns
    texts = _texts(filled_in(artifact), url)
    yield from (f"has no {columns[name]}" for name in ("title", "body") if not texts[name])
    yield from (f"has a {columns[name]} that a spreadsheet would run" for name in TEXTS if does_harm(texts[name]))
    name = _ad_name(artifact)
    yield from what_runs({columns["name"]: name})
    if len(file.rows) > 1 and not file.named(columns["name"], name):
        yield f"has no row in {file.path.name}: none of its {len(file.rows)} ads is called {name[:80]!r}"


@exporter(name=NAME, suffixes=(".csv",), writes=(FILE,), refuses=what_meta_ads_refuses)
def meta_ads(
    artifacts: Sequence[Artifact], folder: Path, *, template: str, url: str = "", status: AdStatus = "PAUSED"
) -> Iterator[Path]:
    """Meta ads: your own export from Ads Manager with Title, Body, Link Description, Call to Action and Link filled in.

    `template` is that export as CSV, with English columns. With one ad in it each piece becomes a new ad like it,
    called after the input `ad_name`, else the piece's id, with `status` and no Ad ID; with more, the ad of that name
    gets the texts, and the others are left out. Pieces need a `headline` or `title` and a `primary_text`, `text` or
    `body`; a `description`, `cta` and link are used where there are any, and every other column stays as it is. The
    link is the field or input `link` or `url`, else the option, in which {id} and {slug} are the piece's. Texts are
    written as they are, and one that a spreadsheet would run is refused. The ad of a flagged piece is paused.
    """
    asked = {"template": template, "url": url}
    problems = [(one, what) for one in artifacts for what in what_meta_ads_refuses(one, **asked)]
    taken: dict[str, str] = {}
    for one in artifacts:
        if taken.setdefault(_ad_name(one), one.id) != one.id:
            problems.append((one, f"is called {_ad_name(one)!r} as {taken[_ad_name(one)]} is"))
    refuse(NAME, problems)
    file = OwnExport.read(Path(template))
    rows = [_row(file, one, url, status) for one in artifacts]
    added = dict.fromkeys(name for row in rows for name in row if name not in file.columns)
    file.write(folder / FILE, rows, list(added))
    yield folder / FILE


def _row(file: OwnExport, artifact: Artifact, url: str, status: AdStatus) -> Mapping[str, str]:
    columns = {name: file.column(heading) for name, heading in platform(NAME).columns.items()}
    own = file.named(columns["name"], _ad_name(artifact))
    row = dict((own or file.rows)[0])
    if not own:
        row |= {columns["name"]: _ad_name(artifact), columns["status"]: status}
        row |= {columns["id"]: ""} if columns["id"] in row else {}
    if artifact.status == "flagged":
        row[columns["status"]] = "PAUSED"
    return row | {columns[name]: text for name, text in _texts(artifact, url).items() if text}


def _texts(artifact: Artifact, url: str) -> dict[str, str]:
    fields = artifact.fields
    return {
        "title": first(fields, "headline", "title"),
        "body": text_of(artifact, "primary_text", "text", "body"),
        "description": first(fields, "description", "link_description"),
        "action": of_piece(artifact, "cta", "call_to_action").upper().replace(" ", "_"),
        "link": link_of(artifact, url),
    }


def _ad_name(artifact: Artifact) -> str:
    return first(artifact.brief.values, "ad_name") or sound_line(artifact.id)
