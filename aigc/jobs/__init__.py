"""MANY briefs: a file of rows → briefs → a folder in which every one of them is accounted for.

A job is a folder: `job.sqlite` (the ledger, which is the job), and written from it `artifacts.jsonl` (one line per
brief, in the briefs' order), the exports and `report.html`. N briefs in, N accounted for at every moment: waiting, or
accepted, flagged, rejected or failed with a reason; a row that cannot be read fails alone. However a run ends, the same
job on the same folder goes on where it was, asks nothing twice, and redoes only what changed. `unique` has pieces that
repeat each other written again. What it will take is told before a model loads (`forecast`), by what this machine did.
Where it is written changes nothing of this: a `Runner` does it here, or on a Ray cluster.

Names: `Plan`, `read_plan`, `write_plan` (a job file); `open_rows`, `read_briefs`, `sample_briefs` (rows → briefs);
`Forecaster`, `Forecast`, `check_model`, `written_already` (before it begins); `open_job`, `run_job`, `Job`,
`JobReport`; `Ledger`, `Entry`, `opened_ledger`, `standing`, `complaints`, `running` (what is known of every brief);
`prepare_folder`, `read_artifacts`, `artifact_record`, `export`, `remember_exports`, `write_report` (the folder);
`ray_runner`. Knows: files, rows, SQLite, counting, and where a job runs on it, Ray. Does not know: how a piece is
written (pipeline), torch, click.
"""

from __future__ import annotations

from aigc.jobs.briefs import open_rows, read_briefs, rows_about, sample_briefs
from aigc.jobs.entry import Entry
from aigc.jobs.folder import (
    Export,
    Good,
    earlier_exports,
    export,
    opened_ledger,
    own_options,
    prepare_folder,
    read_artifacts,
    remember_exports,
)
from aigc.jobs.forecast import Forecast, Forecaster, check_model
from aigc.jobs.keys import written_already
from aigc.jobs.ledger import Ledger
from aigc.jobs.lock import running
from aigc.jobs.matrix import spoken
from aigc.jobs.plan import Plan, is_job_file, read_plan, write_plan
from aigc.jobs.rates import rates_file
from aigc.jobs.ray_runner import RayRunner, ray_runner
from aigc.jobs.record import artifact_record
from aigc.jobs.report import REPORT, write_report
from aigc.jobs.run import Job, JobReport, open_job, run_job
from aigc.jobs.standing import Complaint, Standing, complaints, standing, unusable_rows

__all__ = [
    "REPORT",
    "Complaint",
    "Entry",
    "Export",
    "Forecast",
    "Forecaster",
    "Good",
    "Job",
    "JobReport",
    "Ledger",
    "Plan",
    "RayRunner",
    "Standing",
    "artifact_record",
    "check_model",
    "complaints",
    "earlier_exports",
    "export",
    "is_job_file",
    "open_job",
    "open_rows",
    "opened_ledger",
    "own_options",
    "prepare_folder",
    "rates_file",
    "ray_runner",
    "read_artifacts",
    "read_briefs",
    "read_plan",
    "remember_exports",
    "rows_about",
    "run_job",
    "running",
    "sample_briefs",
    "spoken",
    "standing",
    "unusable_rows",
    "write_plan",
    "write_report",
    "written_already",
]
