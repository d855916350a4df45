"""The page of a comparison: figures on top, and below them each brief with what every writer made of it.

It opens anywhere, from a file, without a network and without a script. What briefs and models say is text and never
markup: the template escapes it, and the page's own policy lets nothing run and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import cast

import jinja2
from markupsafe import Markup

from aigc.content import ContentType
from aigc.errors import AigcError, UsageError
from aigc.evaluation.comparison import (
    Column,
    difference_text,
    kinds_of,
    number,
    value_text,
    verdict,
)
from aigc.evaluation.proportion import Estimate, Proportion
from aigc.evaluation.writer_figures import FigureKind, Value
from aigc.jobs.report.listing import marked
from aigc.jobs.report.reading import UNITS, Reader
from aigc.types import Artifact, Brief, Finding, Json

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'"
LONGEST = 60  # characters of a title


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCell:
    """This is one figure of one writer as the page shows it; bars and the marks of an interval are in percent of the
    room there is for 100 %, None for what is no share."""

    text: str
    change: str = ""
    verdict: str = ""
    bar: float | None = None
    low: float | None = None
    high: float | None = None


def check_target(path: Path) -> None:
    """Refuse, with a UsageError, a file that is there already or cannot be written, before anything is done for it."""
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path}: is there already", hint="name a file that is not, nothing is overwritten")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {str(path.parent)!r}")


def write_comparison(
    path: Path, columns: Sequence[Column], *, title: str, content_type: ContentType | None = None, note: str = ""
) -> Path:
    """Write the page of a comparison; the first column is the one that others are held against.

    `content_type` gives limits. `note` is a sentence below the title. UsageError where the file is there already,
    AigcError where the disk refuses; nothing is left then.
    """
    check_target(path)
    text = comparison_page(columns, title=title, content_type=content_type, note=note)
    try:
        with path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path}: is there already") from None
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise AigcError(f"{path}: cannot be written ({error.strerror or error})") from error
    return path


def comparison_page(
    columns: Sequence[Column], *, title: str, content_type: ContentType | None = None, note: str = ""
) -> str:
    """Return the page as HTML. The same columns give the same text."""
    style = Markup(_part("side_by_side.css"))
    return _template().render(
        title=title,
        note=note,
        style=style,
        policy=POLICY.format(_digest(style)),
        columns=columns,
        figures=[(kind, _cells(kind, columns)) for kind in kinds_of(columns)],
        rows=_rows(columns, Reader(content_type)),
    )


def _cells(kind: FigureKind, columns: Sequence[Column]) -> list[FigureCell]:
    first = columns[0].values.get(kind.name)
    cells = []
    for place, column in enumerate(columns):
        value = column.values.get(kind.name)
        bounds = value.interval if isinstance(value, Proportion) else None
        cells.append(
            FigureCell(
                text=value_text(value, kind),
                change=difference_text(value, first, kind) if place else "",
                verdict=verdict(value, first, kind) if place else "",
                bar=_bar(value, kind),
                low=round(100 * bounds[0], 2) if bounds else None,
                high=round(100 * bounds[1], 2) if bounds else None,
            )
        )
    return cells


def _bar(value: Value, kind: FigureKind) -> float | None:
    """Return how long a bar is, in percent; None for what has no natural end."""
    shares = kind.name in ("distinct_1", "distinct_2", "self_similarity", "quality")
    own = number(value)
    if own is None or isinstance(value, Estimate) or not (isinstance(value, Proportion) or shares):
        return None
    return round(100 * own, 2)


def _rows(columns: Sequence[Column], reader: Reader) -> list[dict[str, Json]]:
    """Return each brief with the pieces made of it, one for each column, None where a column has none."""
    by_column = [{one.id: one for one in column.artifacts} for column in columns]
    briefs: dict[str, Brief] = {one.id: one.brief for column in columns for one in column.artifacts}
    rows: list[dict[str, Json]] = []
    for name, brief in briefs.items():
        pieces = [_piece(made[name], reader) if name in made else None for made in by_column]
        told = [{**piece, "label": ""} for piece in pieces if piece]
        rows.append(
            {
                "id": name,
                "title": _title(brief),
                "values": [(key, _spoken(value)) for key, value in brief.values.items() if value not in (None, "", [])],
                "language": str(brief.values.get("language") or ""),
                "pieces": pieces,
                "same": len(told) == len(columns) and all(one == told[0] for one in told),
            }
        )
    return rows


def _piece(artifact: Artifact, reader: Reader) -> dict[str, Json]:
    left = list(artifact.findings)
    provenance = artifact.provenance
    fields = []
    for name, value in artifact.fields.items():
        texts = []
        for text in reader.texts(name, value):
            mine = [finding for finding in left if finding.field == text.path]
            left = [finding for finding in left if finding not in mine]
            by = "fallback" if text.path in provenance.fallbacks else ""
            by = by or ("repaired" if text.path in provenance.repaired else "")
            limit = text.unit[1]
            size = f"{text.length} of {limit} {UNITS[text.unit[0]]}" if limit and text.length is not None else ""
            texts.append({"parts": _parts(text.text, mine), "by": by, "findings": mine, "size": size})
        fields.append((name, texts))
    told = any(finding.message in artifact.reason for finding in artifact.findings)
    return {
        "status": artifact.status,
        "reason": "" if told else artifact.reason,
        "fields": fields,
        "findings": left,
    }


def _parts(text: str, findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return a text cut where findings mark it: (severity or nothing, part)."""
    parts = marked(text, findings)
    return [("", part) if isinstance(part, str) else cast("tuple[str, str]", tuple(part)) for part in parts]


def _title(brief: Brief) -> str:
    title = next((value for value in brief.values.values() if isinstance(value, str) and value), "")
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"


def _spoken(value: Json) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}: {', '.join(_spoken(item))}" for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [line for item in value for line in _spoken(item)]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(_part("side_by_side.j2"))


def _part(name: str) -> str:
    return files("aigc.evaluation").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return how a page's policy names a style that it allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
