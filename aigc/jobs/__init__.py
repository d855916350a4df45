"""MANY briefs: a file of rows → briefs → a folder in which every one of them is accounted for.

A job is a folder: `artifacts.jsonl` (one line per brief, in the briefs' order), the exports, `job.json` (what was
asked). N briefs in, N artifacts out, each accepted, flagged, rejected or failed with a reason; interrupted, what was
finished is kept.

Names: `read_briefs(rows, content_type, …)` → Brief or RowFailure per row; `run_job(…) -> JobReport`; `read_artifacts(folder)`;
`export(artifacts, …)`. Knows: files, rows, counting. Does not know: how a piece is written (pipeline), torch, click.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aigc.types import Status, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """This is how a job ended. `lines` counts texts in exported pieces, `fallback_lines` those a fallback wrote."""

    folder: Path
    content_type: str
    briefs: int
    counts: Mapping[Status, int]
    reasons: Mapping[str, int]
    lines: int
    fallback_lines: int
    seconds: float
    usage: Usage
    files: tuple[Path, ...] = ()
    interrupted: bool = False
