"""MANY briefs: a file of rows → briefs → a folder in which every one of them is accounted for.

A job is a folder: `artifacts.jsonl` (one line per brief, in the briefs' order) and the exports. N briefs in, N
artifacts out, each accepted, flagged, rejected or failed with a reason; a row that cannot be read fails alone.
Interrupted, what was finished is kept, and the same job on the same folder writes only what is missing or changed.

Names: `open_rows`, `read_briefs`, `sample_briefs` (rows → briefs); `run_job`, `JobReport`; `prepare_folder`,
`read_artifacts`, `artifact_record`, `export` (the folder). Knows: files, rows, counting. Does not know: how a piece is
written (pipeline), torch, click.
"""

from __future__ import annotations

from aigc.jobs.briefs import open_rows, read_briefs, sample_briefs
from aigc.jobs.folder import artifact_record, export, prepare_folder, read_artifacts
from aigc.jobs.run import JobReport, run_job

__all__ = [
    "JobReport",
    "artifact_record",
    "export",
    "open_rows",
    "prepare_folder",
    "read_artifacts",
    "read_briefs",
    "run_job",
    "sample_briefs",
]
