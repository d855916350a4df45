"""Keywords, sitelinks and callouts as Google Ads Editor imports them, one row each."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aigc import exporter, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.formats.formulas import what_runs
from aigc_plugins.formats.google_ads_editor import own_campaign
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.piece_values import of_piece, refuse, unwritten

NAME = "ads-editor-assets"
FILE = "ads-editor-assets.csv"
GROUP = ("Campaign", "Ad Group")
COLUMNS = (
    *GROUP,
    *("Keyword", "Criterion Type"),
    *("Link Text", "Description Line 1", "Description Line 2", "Final URL"),
    *("Callout text", "Status"),
)
LINK_COLUMNS = {"Link Text": "text", "Description Line 1": "description1", "Description Line 2": "description2"}


def what_assets_refuse(artifact: Artifact, *, campaign: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece out of the file; of a row, whose fields are all None yet, what it will lack."""
    campaign, group = _placed(artifact, campaign)
    yield from what_runs({"Campaign": campaign, "Ad Group": group})
    if unwritten(artifact):
        return
    rows = list(_rows(artifact, "", ""))
    yield from (what for row in rows for what in what_runs(row))
    if not rows:
        yield "has neither keywords nor sitelinks nor callouts"


@exporter(name=NAME, suffixes=(".csv",), writes=(FILE,), refuses=what_assets_refuse)
def ads_editor_assets(artifacts: Sequence[Artifact], folder: Path, *, campaign: str = "") -> Iterator[Path]:
    """Google Ads Editor: keywords with their match types, sitelinks and callouts, a row each, as CSV (UTF-8).

    For pieces with lists `keywords` (of `keyword` and `match`), `sitelinks` (of `text`, `description1`, `description2`
    and `url`) or `callouts`. The ad group is the input `ad_group`, else `product`, else the piece's id; the campaign
    the input `campaign`, else the option, else what the folder is called. Sitelinks and callouts are the campaign's.
    All are paused. Texts are written as they are, and one that a spreadsheet would run is refused.
    """
    campaign = campaign or own_campaign(folder)
    refuse(NAME, ((one, what) for one in artifacts for what in what_assets_refuse(one, campaign=campaign)))
    with whole_file(folder / FILE, encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        for one in artifacts:
            table.writerows(_rows(one, *_placed(one, campaign)))
    yield folder / FILE


def _placed(artifact: Artifact, campaign: str) -> tuple[str, str]:
    """Return the campaign and the ad group of a piece."""
    group = of_piece(artifact, "ad_group", "product") or sound_line(artifact.id)
    return of_piece(artifact, "campaign") or sound_line(campaign), group


def _rows(artifact: Artifact, campaign: str, group: str) -> Iterator[dict[str, str]]:
    fields = artifact.fields
    for one in _listed(fields, "keywords"):
        if isinstance(one, Mapping) and one.get("keyword"):
            placed = {"Campaign": campaign, "Ad Group": group, "Status": "Paused"}
            yield placed | {"Keyword": _line(one["keyword"]), "Criterion Type": _line(one.get("match") or "Broad")}
    for one in _listed(fields, "sitelinks"):
        if isinstance(one, Mapping) and one.get("text"):
            texts = {column: _line(one.get(name) or "") for column, name in LINK_COLUMNS.items()}
            yield {"Campaign": campaign, **texts, "Final URL": _line(one.get("url") or ""), "Status": "Paused"}
    for one in _listed(fields, "callouts"):
        if isinstance(one, str) and _line(one):
            yield {"Campaign": campaign, "Callout text": _line(one), "Status": "Paused"}


def _listed(fields: Mapping[str, Json], name: str) -> list[Json]:
    found = fields.get(name)
    return found if isinstance(found, list) else []


def _line(text: Json) -> str:
    return sound_line(str(text))
