"""What is known of every brief of a job: one SQLite file, in which each has a row from the moment it was asked for.

All SQL of the project is here, behind questions with names. `ledger` is the open file and holds the rooms that are
asked: `briefs`, `completions`, `pieces`, `lines`, `reviews`, `twins`, `totals`; `ledger.sql` says what stands in it,
`database` is the connection, `store` what a project's jobs share. `entry` and `record` are a finished piece as a row
and as JSON, `standing` is the job as a whole, `recorder` a Generator that writes down what another one answers before
anybody sees it, `assets` the folder of pieces' files, `scratch` texts by name in a file that is thrown away,
`kept_sources` what was read of a folder of sources, and `conversations` what was said in chats.

Names: `Ledger`, `opened_ledger`, `has_ledger`, `check_job`, `Entry`, `KeptLine`, `artifact_record`, `Standing`,
`standing`, `Complaint`. Knows: SQLite, briefs, artifacts, completions, requests' digests. Does not know: content
types, exports, projects.
"""

from __future__ import annotations

from aigc.ledger.entry import Entry
from aigc.ledger.ledger import Ledger, check_job, has_ledger, opened_ledger
from aigc.ledger.lines import KeptLine
from aigc.ledger.record import artifact_record
from aigc.ledger.standing import Standing, standing
from aigc.ledger.totals import Complaint

__all__ = [
    "Complaint",
    "Entry",
    "KeptLine",
    "Ledger",
    "Standing",
    "artifact_record",
    "check_job",
    "has_ledger",
    "opened_ledger",
    "standing",
]
