"""What is asked for: rows of a file somebody already has → briefs, crossed, with ids of their own, as a plan says.

A row that cannot be a brief is a failed artifact with its reason, and nothing else fails for it; what is wrong with the
file or the plan is refused before anything is written.

A file that a tool exported is read as its `FileOrigin` says, which a plugin declares in YAML: what feeds what, and
which rows are one.

Names: `Plan`, `Export`, `read_plan`, `write_plan`, `is_job_file`, `PLAN_FILE` (a job file); `open_rows`, `open_sheet`
(the same, in whichever line and sheet the columns `Needed` are named), `sheets_of`, `read_briefs`, `rows_about` (rows →
briefs); `Cleaning` (what is done to their values); `FileOrigin`, `origins`, `read_origin` (what tools export);
`sample_briefs`, `sample_values` (what a type gives to try it with); `survey_briefs`, `Survey` (a first reading of all
rows), `Tally` (what was done to them, counted), `KEEP_ALL` (an option: none is passed over), `ROW`; `spoken` (a matrix
as the command line says it). Knows: files, rows, importers, projects. Does not know: how pieces are written, or where.
"""

from __future__ import annotations

from aigc.asking.briefs import read_briefs
from aigc.asking.cleaning import Cleaning
from aigc.asking.headers import Needed
from aigc.asking.importing import open_rows, rows_about, sheets_of
from aigc.asking.matrix import spoken
from aigc.asking.notes import Tally
from aigc.asking.origins import FileOrigin, origins, read_origin
from aigc.asking.passing import KEEP_ALL, ROW
from aigc.asking.plan import FILE as PLAN_FILE
from aigc.asking.plan import Export, Plan
from aigc.asking.plan_file import is_job_file, read_plan, write_plan
from aigc.asking.samples import sample_briefs, sample_values
from aigc.asking.sheets import open_sheet
from aigc.asking.survey import Survey, survey_briefs

__all__ = [
    "KEEP_ALL",
    "PLAN_FILE",
    "ROW",
    "Cleaning",
    "Export",
    "FileOrigin",
    "Needed",
    "Plan",
    "Survey",
    "Tally",
    "is_job_file",
    "open_rows",
    "open_sheet",
    "origins",
    "read_briefs",
    "read_origin",
    "read_plan",
    "rows_about",
    "sample_briefs",
    "sample_values",
    "sheets_of",
    "spoken",
    "survey_briefs",
    "write_plan",
]
