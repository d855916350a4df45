"""What is known of every brief of a job: one SQLite file, in which each has a row from the moment it was asked for.

All SQL on it is here, behind questions with names. `ledger` is the open file, `ledger.sql` what stands in it, `store`
what a project's jobs share; `entry` and `record` are a finished piece as a row and as JSON, `standing` is the job as a
whole, and `recorder` is a Generator that writes down what another one answers before anybody sees it.

Names: `Ledger`, `Entry`, `artifact_record`, `Standing`, `standing`, `Complaint`, `complaints`, `unusable_rows`. Knows:
SQLite, briefs, artifacts, completions. Does not know: how a piece is written, content types, exports, projects.
"""

from __future__ import annotations

from aigc.ledger.entry import Entry
from aigc.ledger.ledger import Ledger
from aigc.ledger.record import artifact_record
from aigc.ledger.standing import Complaint, Standing, complaints, standing, unusable_rows

__all__ = [
    "Complaint",
    "Entry",
    "Ledger",
    "Standing",
    "artifact_record",
    "complaints",
    "standing",
    "unusable_rows",
]
