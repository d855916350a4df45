"""What a model wrote for pieces: every candidate that is kept, with its verdict and the place in the piece it became.

A piece's lines have one number together, its writing. A piece that is replaced or no longer asked for takes it along
into the history, and one that comes back from there brings it along, so that no line is ever copied or moved. A row per
line reads best in an SQLite browser; with numbers that only grow it is as fast as one JSON text per piece and, from a
dozen lines on, half as large: rows of a few KB leave pages half empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from aigc.ledger.damage import passing_over, read_as
from aigc.ledger.database import Database
from aigc.ledger.entry import FINISHED
from aigc.ledger.record import json_text, whole_text
from aigc.types import Brief, Finding, Json, Line, Status

COLUMNS = "stage, item, attempt, candidate, text, taken, fields, findings, finish_reason, mean_logprob, request, prompt"
VERDICT = ("field", "check", "severity", "message")
INSERT_LINE = f"insert or replace into lines (writing, {COLUMNS}) values ({', '.join('?' * 13)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """This is a line with the brief and the status of the piece that it was written for. `replaced` pieces stand no
    more: their brief was written again, has changed or is no longer asked for."""

    brief: Brief
    status: Status
    key: str
    replaced: bool
    line: Line

    def record(self) -> dict[str, Json]:
        """Return it as JSON, the brief by its id and values."""
        line = asdict(self.line)
        line["findings"] = [dict(zip(VERDICT, one, strict=True)) for one in verdict(self.line)]
        told = {"id": self.brief.id, "status": self.status, "replaced": self.replaced, "key": self.key}
        return {**told, "brief": dict(self.brief.values), **line}


class Lines:
    """This is what models wrote, as far as it is kept. A ledger of the format before has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self) -> Iterator[KeptLine]:
        """Yield every line: those of the pieces that stand, in the briefs' order, then those of replaced ones."""
        if self._database.format < 2:
            return
        for question in (STANDING, REPLACED):
            for row in self._database.rows(question):
                kept = passing_over(partial(self._kept, row, question is REPLACED), self._database.path)
                if kept is not None:
                    yield kept

    def of(self, writing: int) -> list[Line]:
        """Return the lines of one piece, by its writing's number."""
        if not writing:
            return []
        rows = self._database.ask(f"select {COLUMNS} from lines where writing = ? {ORDER}", (writing,))
        path = self._database.path
        read = (passing_over(partial(self._line, row), path) for row in rows)
        return [line for line in read if line is not None]

    def _kept(self, row: Sequence[Json], replaced: bool) -> KeptLine:
        name, brief, source, draw, status, key, *line = row
        with read_as(self._database.path, f"the brief {name!r}"):
            asked = Brief(id=name, values=json.loads(brief), source=source, draw=draw)
        return KeptLine(brief=asked, status=status, key=key, replaced=replaced, line=self._line(line))

    def _line(self, row: Sequence[Json]) -> Line:
        with read_as(self._database.path, f"a line of the stage {row[0]!r}", hint="the piece has the others"):
            return _line_of(row)

    def any_rejected(self) -> bool:
        """Say whether there are lines that were not taken."""
        if self._database.format < 2:
            return False
        return self._database.ask("select exists (select 1 from lines where not taken)") == [(1,)]


ORDER = "order by stage, item, attempt, candidate"
STANDING = f"""
select p.id, p.brief, p.source, p.draw, p.status, p.key, {COLUMNS}
from pieces p join lines l on l.writing = p.writing where {FINISHED} {ORDER.replace("by ", "by place, ")}
"""
REPLACED = f"""
select h.id, h.brief, '', 0, h.status, h.key, {COLUMNS}
from (select *, min(seq) from history where writing > 0 group by writing) h join lines l on l.writing = h.writing
where h.writing not in (select writing from pieces) {ORDER.replace("by ", "by seq, ")}
"""


def line_row(writing: int, line: Line) -> tuple[Json, ...]:
    """Return a line as `INSERT_LINE` takes it."""
    return (
        writing,
        line.stage,
        line.item,
        line.attempt,
        line.candidate,
        whole_text(str(line.text)),
        line.taken,
        whole_text("\n".join(line.fields)),
        json_text(verdict(line)) if line.findings else "[]",
        whole_text(str(line.finish_reason)),
        None if line.mean_logprob is None else float(line.mean_logprob),
        line.request,
        line.prompt,
    )


def verdict(line: Line) -> list[tuple[str, ...]]:
    """Return a line's findings as `VERDICT` names their parts."""
    return [(one.field, one.check, one.severity, one.message) for one in line.findings]


def _line_of(row: Sequence[Json]) -> Line:
    """Read a line from its row, of which `COLUMNS` was asked."""
    stage, item, attempt, candidate, text, taken, fields, findings, finish_reason, logprob, request, prompt = row
    return Line(
        stage=stage,
        item=item,
        attempt=attempt,
        candidate=candidate,
        text=text,
        taken=bool(taken),
        fields=tuple(fields.split("\n")) if fields else (),
        findings=tuple(
            Finding(field=field, check=check, severity=severity, message=message)
            for field, check, severity, message in json.loads(findings)
        ),
        finish_reason=finish_reason,
        mean_logprob=logprob,
        request=request,
        prompt=prompt,
    )
