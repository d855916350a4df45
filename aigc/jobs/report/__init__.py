"""`report.html`: a whole job on one page that opens anywhere, from a file, without a network.

One pass over the ledger counts (`figures`) and lists pieces (`listing`), which wait in a temporary file until what
stands above them is counted, so a job of any size fits. It holds everything it needs: style, script, charts (plain
SVG), and the pieces as JSON, of which the script shows a page at a time. What briefs and models say is text and never
markup: the template escapes it, no `<` stands in the JSON, the script builds text nodes only, and the page's own
policy lets nothing but its own script run and loads nothing but files of pieces, from the folder `assets` beside it.
Texts are measured as their content type's limits count them; where that type can no longer be loaded there are counts
of characters and no limits. The same ledger gives the same bytes.

Names: `write_report`, `REPORT` (the file's name). Knows: ledger, entries, schemas, measures, HTML. Does not know: how
pieces are written, projects, click.
"""

from __future__ import annotations

from aigc.jobs.folder_record import REPORT
from aigc.jobs.report.page import write_report

__all__ = ["REPORT", "write_report"]
