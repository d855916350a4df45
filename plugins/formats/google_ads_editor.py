"""Responsive search ads as Google Ads Editor imports them, measured once more on the way out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from aigc import exporter, whole_file
from aigc.content import measure
from aigc.errors import JobError
from aigc.types import Artifact, Json
from aigc_plugins.formats.ad_pins import places_of, unfilled
from aigc_plugins.formats.formulas import harmless, what_runs
from aigc_plugins.formats.sound_text import sound_line

FILES = ("google-ads-editor.csv", "google-ads-editor.tsv")
AD_TYPE = "Responsive search ad"
# column, least, most, width each (East Asian wide characters count 2)
HEADLINES = ("Headline", 3, 15, 30)
DESCRIPTIONS = ("Description", 2, 4, 90)
LINES = ("headlines", "descriptions")  # the fields of these
PATH_WIDTH = 15
LONGEST_CAMPAIGN = 128
COLUMNS = (
    ["Campaign", "Ad Group", "Ad type"]
    + [f"Headline {number}" for number in range(1, 16)]
    + [f"Description {number}" for number in range(1, 5)]
    + ["Path 1", "Path 2", "Final URL", "Status"]
)
KINDS = {"headlines": "H", "descriptions": "D"}  # of places that texts are pinned to
POSITION = "position"  # behind the name of a column: where its text is pinned
GIVEN = ("Campaign", "Ad Group", "Final URL")  # columns that a brief or an option fills
COMMENT = "Comment"  # stays within the Editor
LINKS = ("final_url", "url")  # fields or inputs, the first that there is
LONGEST_LINK = 2048
LINK = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def what_is_refused(artifact: Artifact, **options: str) -> Iterator[str]:
    """Yield what keeps a piece from being imported; of a row, whose fields are all None yet, what it will lack."""
    fields = artifact.fields
    if any(value is not None for value in fields.values()):
        yield from _problems(fields, _row(artifact, **options))
        for name, kind in KINDS.items():
            yield from unfilled(places_of(artifact, _lines(fields, name), kind), kind)
        return
    row = _row(artifact, **options)
    yield from what_runs({name: row[name] for name in GIVEN})
    made_by = artifact.provenance.content_type
    yield from (f"will have no {name}, which {made_by} does not write" for name in LINES if name not in fields)
    if not any(name in fields for name in LINKS):
        yield from _link_problems(_first(artifact.brief.values, *LINKS) or options.get("url", ""))


@exporter(name="google-ads-editor", suffixes=(".csv", ".tsv"), writes=FILES, refuses=what_is_refused)
def google_ads_editor(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    campaign: str = "",
    ad_group: str = "",
    url: str = "",
    status: Literal["Paused", "Enabled"] = "Paused",
) -> Iterator[Path]:
    """Google Ads Editor: one responsive search ad per row, as CSV (UTF-8) and as TSV (UTF-16, the Editor's own).

    Pieces need the fields `headlines` and `descriptions`; `path1`, `path2` are used where they are. The final URL is
    the field or input `final_url` or `url`, else the option `url`. The ad group is the input `ad_group`, else the
    option, else the input `product`, else the piece's id. The campaign is the input `campaign`, else the option, else
    what the folder is called: `spring` of a job in spring/. Texts are written as they are, without controls; one
    that a spreadsheet would run is refused. JobError names what cannot be imported, before anything is written. A
    flagged piece is paused whatever `status` says, and has its reason as a comment. The brief's `pins` fill "Headline 1
    position" and its like. Such columns are there only where they are needed.
    """
    rows, problems, campaign = [], [], campaign or own_campaign(folder)
    for artifact in artifacts:
        row = _row(artifact, campaign=campaign, ad_group=ad_group, url=url, status=status)
        problems += [f"{artifact.id}: {what}" for what in _problems(artifact.fields, row)]
        rows.append(row)
    if problems:
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise JobError(f"google-ads-editor: {'; '.join(problems[:3])}{more}")
    yield _table(folder / FILES[0], rows, encoding="utf-8-sig", dialect="excel")
    yield _table(folder / FILES[1], rows, encoding="utf-16", dialect="excel-tab")


def own_campaign(folder: Path) -> str:
    """Return what a campaign is called where nobody says it: as the folder, which is the job's."""
    return sound_line(folder.resolve().name)[:LONGEST_CAMPAIGN] or "AIGC"


def _row(
    artifact: Artifact, *, campaign: str = "", ad_group: str = "", url: str = "", status: str = "Paused"
) -> dict[str, str]:
    fields, values = artifact.fields, artifact.brief.values
    paths = fields.get("paths") or []
    row = {
        "Campaign": _first(values, "campaign") or campaign,
        "Ad Group": _first(values, "ad_group") or ad_group or _first(values, "product") or artifact.id,
        "Ad type": AD_TYPE,
        "Path 1": _first(fields, "path1", "path_1") or (str(paths[0]) if paths else ""),
        "Path 2": _first(fields, "path2", "path_2") or (str(paths[1]) if len(paths) > 1 else ""),
        "Final URL": _first(fields, *LINKS) or _first(values, *LINKS) or url,
        "Status": status,
    }
    if artifact.status == "flagged":
        row |= {"Status": "Paused", COMMENT: harmless(f"flagged: {artifact.reason}")}
    for column, field in (("Headline", "headlines"), ("Description", "descriptions")):
        lines = _lines(fields, field)
        row |= {f"{column} {number}": text for number, text in enumerate(lines, 1)}
        places = enumerate(places_of(artifact, lines, KINDS[field]), 1)
        row |= {f"{column} {number} {POSITION}": str(place) for number, place in places if place}
    return {column: sound_line(text) for column, text in row.items()}


def _problems(fields: Mapping[str, Json], row: Mapping[str, str]) -> Iterator[str]:
    for field, (column, least, most, width) in (("headlines", HEADLINES), ("descriptions", DESCRIPTIONS)):
        lines = _lines(fields, field)
        if not least <= len(lines) <= most:
            yield f"has {len(lines)} {field}, Google takes {least} to {most}"
        for number, text in enumerate(lines[:most], 1):
            if (wide := measure(sound_line(text), "width")) > width:
                yield f"{column} {number} has width {wide}, at most {width}"
    for column in ("Path 1", "Path 2"):
        if (wide := measure(row[column], "width")) > PATH_WIDTH or "/" in row[column]:
            yield f"{column} {row[column]!r} has width {wide}, at most {PATH_WIDTH} and no slash"
    if row["Path 2"] and not row["Path 1"]:
        yield "has a Path 2 without a Path 1"
    yield from _link_problems(row["Final URL"])
    yield from what_runs({column: text for column, text in row.items() if column != COMMENT})


def _link_problems(text: str) -> Iterator[str]:
    if not text:
        yield "has no Final URL, which an input `url` or the option `url` gives"
    elif not LINK.match(text):
        yield f"has the Final URL {text!r}, which is no link: one begins with https://"
    elif len(text) > LONGEST_LINK:
        yield f"has a Final URL of {len(text)} characters, Google takes at most {LONGEST_LINK}"


def _table(path: Path, rows: Sequence[Mapping[str, str]], *, encoding: str, dialect: str) -> Path:
    with whole_file(path, encoding=encoding, newline="") as file:
        used = set().union(*rows)
        columns = [one for name in COLUMNS for one in (name, f"{name} {POSITION}") if one == name or one in used]
        columns += [COMMENT] if COMMENT in used else []
        table = csv.DictWriter(file, columns, restval="", dialect=dialect)
        table.writeheader()
        table.writerows(rows)
    return path


def _lines(fields: Mapping[str, Json], name: str) -> list[str]:
    lines = fields.get(name)
    return [line for line in lines if isinstance(line, str) and line.strip()] if isinstance(lines, list) else []


def _first(values: Mapping[str, Json], *names: str) -> str:
    return next((sound_line(str(values[name])) for name in names if values.get(name)), "")
