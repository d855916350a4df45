"""Rows as a batch reads them, for tests that write what files ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from aigc.asking import open_rows, read_briefs, sample_briefs
from aigc.content import ContentType
from aigc.project import Project
from aigc.types import Brief, Row

NOTHING: Mapping[str, str] = {}


def briefs_in(
    project: Project,
    content_type: ContentType,
    rows: Path | Iterable[Row] | None = None,
    *,
    set_: Mapping[str, str] = NOTHING,
) -> list[Brief]:
    """Return the briefs that a batch makes of a file or of rows, else of the sample that a content type ships, with
    what `--set` would set. AssertionError with the reason of each row that is none."""
    if rows is None or isinstance(rows, Path):
        rows = open_rows(rows or sample_briefs(content_type), project.registry)
    read = list(read_briefs(rows, content_type, project.environment, literals=dict(set_)))
    wrong = [f"{one.brief.source}: {one.reason}" for one in read if not isinstance(one, Brief)]
    if wrong:
        raise AssertionError("\n".join(wrong))
    return [one for one in read if isinstance(one, Brief)]
