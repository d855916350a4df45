"""MANY briefs: a file of rows → briefs → a folder in which every one of them is accounted for.

A job is a folder: `job.sqlite` (the ledger, which is the job), and written from it `artifacts.jsonl` (one line per
brief, in the briefs' order), the exports and `report.html`. N briefs in, N accounted for at every moment: waiting, or
accepted, flagged, rejected or failed with a reason; a row that cannot be read fails alone. However a run ends, the same
job on the same folder goes on where it was, asks nothing twice, and redoes only what changed. `unique` sends pieces
that repeat each other back to be written again. What it will take is told before a model loads (`forecast`), by what
this machine did. Where it is written changes nothing of this: a `Runner` does it here, or on a Ray cluster.

Names: `Forecaster`, `Forecast`, `check_model`, `Unique`, `written_already` (before it begins); `open_job`, `run_job`,
`Job`; `running` (who writes there); `at_desk`, `Desk`, `review_setup`, `is_behind`, `catch_up` (people decide),
`Judgement`, `judgements`, `label_rows`, `LABEL_COLUMNS` (what that teaches); `voice_written_in`, `prepare_folder`,
`refuse_foreign`, `is_foreign`, `replacing`, `read_artifacts`, `export`, `remember_exports`, `write_report`,
`add_piece`, `keep_piece`, `single_pieces` (the folder); `Localised`, `MarketChange` (another market); `Local`,
`ray_runner` (where it is written).
Knows: folders, the ledger's questions, and where a job runs on it, Ray. Does not know: how a piece is written
(writing), where briefs come from (asking), SQL, torch, click.
"""

from __future__ import annotations

from aigc.jobs.folder import (
    Good,
    earlier_exports,
    export,
    own_options,
    prepare_folder,
    read_artifacts,
    remember_exports,
)
from aigc.jobs.folder_record import ARTIFACTS_FILE, is_foreign, refuse_foreign
from aigc.jobs.forecast import Forecast, Forecaster, check_model, rates_file
from aigc.jobs.judgements import LABEL_COLUMNS, Judgement, judgements, label_rows
from aigc.jobs.keys import written_already
from aigc.jobs.localising import Localised, MarketChange
from aigc.jobs.lock import running
from aigc.jobs.ray import RayRunner, ray_runner
from aigc.jobs.report import REPORT, write_report
from aigc.jobs.reviewing import Desk, at_desk, catch_up, is_behind, review_setup, voice_written_in
from aigc.jobs.run import Job, open_job, run_job
from aigc.jobs.runner import Local
from aigc.jobs.single_pieces import add_piece, keep_piece, single_pieces
from aigc.jobs.staging import replacing
from aigc.jobs.uniqueness import Unique

__all__ = [
    "ARTIFACTS_FILE",
    "LABEL_COLUMNS",
    "REPORT",
    "Desk",
    "Forecast",
    "Forecaster",
    "Good",
    "Job",
    "Judgement",
    "Local",
    "Localised",
    "MarketChange",
    "RayRunner",
    "Unique",
    "add_piece",
    "at_desk",
    "catch_up",
    "check_model",
    "earlier_exports",
    "export",
    "is_behind",
    "is_foreign",
    "judgements",
    "keep_piece",
    "label_rows",
    "open_job",
    "own_options",
    "prepare_folder",
    "rates_file",
    "ray_runner",
    "read_artifacts",
    "refuse_foreign",
    "remember_exports",
    "replacing",
    "review_setup",
    "run_job",
    "running",
    "single_pieces",
    "voice_written_in",
    "write_report",
    "written_already",
]
