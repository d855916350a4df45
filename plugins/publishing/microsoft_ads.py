"""Responsive search ads and keywords as a bulk file of Microsoft Advertising, measured once more on the way out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from aigc import exporter, whole_file
from aigc.content import measure
from aigc.types import Artifact, Json
from aigc_plugins.formats.ad_pins import places_of, unfilled
from aigc_plugins.formats.formulas import what_runs
from aigc_plugins.formats.google_ads_editor import own_campaign
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.piece_values import link_of, link_problems, of_piece, refuse, unwritten
from aigc_plugins.publishing.platforms import platform

NAME = "microsoft-ads"
FILE = "microsoft-ads.csv"
LISTS = {"headlines": ("Headline", "H"), "descriptions": ("Description", "D")}
PATHS = ("path1", "path2")
NEGATIVE = "Negative "


def what_microsoft_refuses(
    artifact: Artifact, *, campaign: str = "", url: str = "", status: str = "", **_: Json
) -> Iterator[str]:
    """Yield what keeps a piece out of the file; of a row, whose fields are all None yet, what it will lack."""
    fields = artifact.fields
    rows = [_placed(artifact, campaign), *_ads(artifact, url, status), *_keywords(artifact, status)]
    columns = platform(NAME).columns
    yield from (what for row in rows for what in what_runs({columns[name]: text for name, text in row.items()}))
    if not ("keywords" in fields or set(LISTS) <= set(fields)):
        yield "has neither headlines and descriptions nor keywords"
    elif unwritten(artifact):
        if set(LISTS) <= set(fields):
            yield from link_problems(artifact, url, needed="Final Url")
    elif "headlines" in fields:
        yield from _problems(artifact, url)


@exporter(name=NAME, suffixes=(".csv",), writes=(FILE,), refuses=what_microsoft_refuses)
def microsoft_ads(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    campaign: str = "",
    url: str = "",
    status: Literal["Paused", "Active"] = "Paused",
) -> Iterator[Path]:
    """Microsoft Advertising: responsive search ads and keywords as a bulk file, for the Editor or Import > From file.

    Pieces need the fields `headlines` and `descriptions`, with `path1` and `path2` where they are, or `keywords` (of
    `keyword` and `match`). The brief's `pins` become pinned texts. The final URL is the field or input `final_url` or
    `url`, else the option. The ad group is the input `ad_group`, else `product`, else the piece's id; the campaign
    the input `campaign`, else the option, else what the folder is called. Both must be there already, or be made in the
    Editor. Microsoft counts as Google does, a Chinese character or an emoji twice. A flagged ad is paused whatever
    `status` says. Texts are written as they are, and one that a spreadsheet would run is refused.
    """
    asked = {"campaign": campaign or own_campaign(folder), "url": url, "status": status}
    refuse(NAME, ((one, what) for one in artifacts for what in what_microsoft_refuses(one, **asked)))
    columns = platform(NAME).columns
    with whole_file(folder / FILE, encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(columns.values()), restval="")
        table.writeheader()
        table.writerow({columns["type"]: "Format Version", columns["name"]: "6.0"})
        for one in artifacts:
            placed = _placed(one, asked["campaign"])
            rows = [*_ads(one, url, status), *_keywords(one, status)]
            table.writerows({columns[name]: text for name, text in {**placed, **row}.items()} for row in rows)
    yield folder / FILE


def _placed(artifact: Artifact, campaign: str) -> dict[str, str]:
    """Return where a piece belongs in the account."""
    group = of_piece(artifact, "ad_group", "product") or sound_line(artifact.id)
    return {"campaign": of_piece(artifact, "campaign") or sound_line(campaign), "ad_group": group}


def _ads(artifact: Artifact, url: str, status: str) -> Iterator[dict[str, str]]:
    if not artifact.fields.get("headlines"):
        return
    row = {"type": "Responsive Search Ad", "status": "Paused" if artifact.status == "flagged" else status}
    row |= {"client_id": sound_line(artifact.id), "final_url": link_of(artifact, url)}
    row |= {path: sound_line(artifact.fields.get(path)) for path in PATHS}
    for field, (called, kind) in LISTS.items():
        lines = _lines(artifact.fields, field)
        pinned = zip(lines, places_of(artifact, lines, kind), strict=True)
        assets = [{"text": line} | ({"pinnedField": f"{called}{at}"} if at else {}) for line, at in pinned]
        row[field] = json.dumps(assets, ensure_ascii=False, separators=(",", ":"))
    yield row


def _keywords(artifact: Artifact, status: str) -> Iterator[dict[str, str]]:
    listed = artifact.fields.get("keywords")
    for one in listed if isinstance(listed, list) else ():
        if not (isinstance(one, Mapping) and one.get("keyword")):
            continue
        match = str(one.get("match") or "Broad")
        row = {"keyword": sound_line(one["keyword"]), "match": match.removeprefix(NEGATIVE)}
        if match.startswith(NEGATIVE):  # of these there is no broad match
            exact = "Exact" if row["match"] == "Exact" else "Phrase"
            yield row | {"type": "Ad Group Negative Keyword", "status": "Active", "match": exact}
        else:
            yield row | {"type": "Keyword", "status": status}


def _problems(artifact: Artifact, url: str) -> Iterator[str]:
    limits, columns = platform(NAME).longest, platform(NAME).columns
    for field, least, most in (("headlines", 3, 15), ("descriptions", 2, 4)):
        called, kind = LISTS[field]
        lines = _lines(artifact.fields, field)
        if not least <= len(lines) <= most:
            yield f"has {len(lines)} {field}, Microsoft takes {least} to {most}"
        for number, line in enumerate(lines[:most], 1):
            if (wide := measure(line, "width")) > limits[field]:
                yield f"{called} {number} has width {wide}, at most {limits[field]}"
        yield from unfilled(places_of(artifact, lines, kind), kind)
    paths = [sound_line(artifact.fields.get(path)) for path in PATHS]
    for name, text in zip(PATHS, paths, strict=True):
        if (wide := measure(text, "width")) > limits[name] or "/" in text:
            yield f"{columns[name]} {text!r} has width {wide}, at most {limits[name]} and no slash"
    if paths[1] and not paths[0]:
        yield "has a Path 2 without a Path 1"
    yield from link_problems(artifact, url, needed="Final Url")
    link = link_of(artifact, url)
    if len(link) > limits["final_url"]:
        yield f"has a Final Url of {len(link)} characters, at most {limits['final_url']}"
    shown = "/".join(filter(None, [urlsplit(link).netloc, *paths]))
    if len(shown) > limits["domain"]:
        yield f"shows {shown!r}, {len(shown)} characters, at most {limits['domain']}"


def _lines(fields: Mapping[str, Json], name: str) -> list[str]:
    lines = fields.get(name)
    return [sound_line(line) for line in lines if sound_line(line)] if isinstance(lines, list) else []
