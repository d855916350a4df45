"""A job counted: how many pieces are in which state, for which reasons, and what they took.

Nothing here grows with the number of pieces: what is counted is counted by SQL, and lists have an end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aigc.ledger.database import Database, among
from aigc.ledger.entry import FINISHED, SECONDS
from aigc.types import ABOUT_BRIEF, WHOLE

BINS = 40  # of a distribution of times
LEFT_OUT = '"check": "left_out"'  # in the JSON of a piece that does without something of its brief, and no other
REASON = "status || ': ' || iif(checks = '', reason, checks)"


def _sums(*columns: str) -> str:
    """Return the sums of columns in SQL; one that somebody made endless counts as much as a whole number may."""
    return ", ".join(f"total(cast({column} as integer))" for column in columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """This is why so many `pieces` are short of accepted: what `checks` found in them, or the reason itself where it is
    none of theirs. `first` is the id of the first of them, whose own reason is `reason`."""

    status: str
    checks: str
    pieces: int
    first: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """This is what finished pieces took: model calls, and tokens read and written."""

    requests: int
    prompt_tokens: int
    written_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """This is how long pieces, or one stage of them, took, in seconds. `bins` counts pieces per `width` seconds, from
    0."""

    pieces: int = 0
    median: float = 0.0
    slow: float = 0.0  # nine of ten take no longer
    longest: float = 0.0
    width: float = 0.0
    bins: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTotals:
    """This is what one stage took, over all pieces that were really written."""

    name: str
    requests: int
    completions: int
    prompt_tokens: int
    written_tokens: int
    times: Times


class Totals:
    """This is a job counted, safe to ask for while a run writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, only: Collection[str] = ()) -> Counter[str]:
        """Count the briefs in each state, `waiting` included; of some ids where `only` names them."""
        question = f"select status, count(*) from pieces where true {among(only)} group by status"
        return Counter(dict(self._database.ask(question, tuple(only))))

    def reasons(self) -> Counter[str]:
        """Count the pieces that are short of accepted by the kind of reason."""
        question = f"select {REASON}, count(*) from pieces where {FINISHED} and status <> 'accepted' group by 1"
        return Counter(dict(self._database.ask(question)))

    def frequent_reasons(self, most: int) -> list[tuple[str, int]]:
        """Return the `most` frequent reasons why pieces are short of accepted, with how many are."""
        rows = self._database.ask(
            f"select {REASON}, count(*) from pieces where {FINISHED} and status <> 'accepted' "
            f"group by 1 order by 2 desc, 1 limit ?",
            (most,),
        )
        return [(str(reason), int(count)) for reason, count in rows]

    def complaints(self, most: int) -> tuple[list[Complaint], int]:
        """Return what pieces are short of accepted for, `most` of it, most frequent first; and how much more there
        is."""
        grouped = (  # SQLite takes all columns from the row that has the min
            f"select status, checks, count(*), id, reason, min(place) from pieces "
            f"where {FINISHED} and status <> 'accepted' group by status, iif(checks = '', reason, checks)"
        )
        question = f"select *, count(*) over () from ({grouped}) order by 3 desc, 6 limit ?"
        rows = self._database.ask(question, (most,))
        named = [
            Complaint(status=status, checks=checks, pieces=many, first=name, reason=reason)
            for status, checks, many, name, reason, *_ in rows
        ]
        return named, rows[0][-1] - len(rows) if rows else 0

    def unusable_rows(self) -> int:
        """Count the rows that could not be briefs: no retry helps them, only another file."""
        return self._one("select count(*) from pieces where status = 'failed' and key = ''")

    def faulty_briefs(self, most: int) -> tuple[list[str], int]:
        """Return `most` of the rows whose brief alone rejects their piece, by place and reason, and how many there are:
        another try helps none."""
        question = (
            "select source, id, reason, count(*) over () from pieces "
            "where status = 'rejected' and reason like ? order by place limit ?"
        )
        rows = self._database.ask(question, (f"{WHOLE}: {ABOUT_BRIEF}%", most))
        told = [f"{source or name}: {reason.removeprefix(f'{WHOLE}: ')}" for source, name, reason, _ in rows]
        return told, rows[0][-1] if rows else 0

    def texts(self) -> tuple[int, int]:
        """Return how many texts stages wrote with a model at hand, and how many of these no model wrote."""
        asked = "iif(json_valid(artifact), artifact ->> '$.provenance.requests', 0) > 0"  # whoever answered, and when
        ((lines, fallbacks),) = self._database.ask(
            f"select {_sums('lines', 'fallbacks')} from pieces where {FINISHED} and {asked}"
        )
        return int(lines), int(fallbacks)

    def left_out(self) -> tuple[int, str]:
        """Count the usable pieces that do without something their brief says, with the id of the first."""
        return self._usable("instr(artifact, ?)", LEFT_OUT)

    def shorter_than(self, name: str, least: int) -> tuple[int, str]:
        """Count the usable pieces whose list of a name has fewer than so many items, with the id of the first."""
        length = "json_array_length(artifact, ?)"
        return self._usable(f"iif(json_valid(artifact), {length}, null) < ?", f'$.fields."{name}"', least)

    def _usable(self, condition: str, *values: str | int) -> tuple[int, str]:
        """Count the accepted and flagged pieces of which a condition holds, with the id of the first."""
        usable = f"status in ('accepted', 'flagged') and {condition}"
        ((many, first, _),) = self._database.ask(f"select count(*), id, min(place) from pieces where {usable}", values)
        return int(many), str(first or "")

    def reused(self) -> int:
        """Count the pieces that stand and that the last run did not write."""
        return self._one(f"select count(*) from pieces where {FINISHED} and key <> '' and finished_run < run")

    def begun(self) -> int:
        """Count the briefs that wait with some answers recorded."""
        return self._one("select count(distinct id) from completions")

    def kept(self) -> int:
        """Count the pieces in the history."""
        return self._one("select count(*) from history")

    def work(self) -> Work:
        """Return what finished pieces took."""
        question = f"select {_sums('requests', 'prompt_tokens', 'written_tokens')} from pieces where {FINISHED}"
        requests, prompt, written = (int(total) for total in self._database.ask(question)[0])
        return Work(requests=requests, prompt_tokens=prompt, written_tokens=written)

    def stages(self) -> list[StageTotals]:
        """Return what each stage took, by name."""
        rows = self._database.ask(
            f"select stage, {_sums('requests', 'completions', 'prompt_tokens', 'written_tokens')} "
            "from stages group by stage order by stage"
        )
        return [
            StageTotals(
                name=str(name),
                requests=int(requests),
                completions=int(completions),
                prompt_tokens=int(prompt),
                written_tokens=int(written),
                times=self._times("stages where stage = ?", str(name)),
            )
            for name, requests, completions, prompt, written in rows
        ]

    def times(self) -> Times:
        """Return how long the pieces took that were really written."""
        return self._times(f"pieces where {FINISHED} and requests > 0")

    def _times(self, rows: str, *values: str) -> Times:
        ask = self._database.ask
        ((count, longest),) = ask(f"select count(*), max({SECONDS}) from {rows}", values)
        if not count:
            return Times()
        at = f"select {SECONDS} from {rows} order by 1 limit 1 offset ?"
        ((median,),) = ask(at, (*values, (count - 1) // 2))
        ((slow,),) = ask(at, (*values, (count - 1) * 9 // 10))
        width = longest / BINS or 1.0
        question = f"select min(cast(seconds / ? as integer), {BINS - 1}), count(*) from {rows} group by 1"
        bins: dict[int, int] = dict(ask(question, (width, *values)))
        return Times(pieces=count, median=median, slow=slow, longest=longest, width=width, bins=bins)

    def _one(self, question: str) -> int:
        return int(self._database.ask(question)[0][0])
