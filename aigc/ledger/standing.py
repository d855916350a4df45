"""Where a job stands: what its ledger says as a whole, and what the same command would do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aigc.ledger.ledger import Ledger
from aigc.types import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """This counts a job's briefs. `begun` ones wait with some answers recorded; `kept` pieces are in the history.
    `fallbacks` are texts that no model wrote, of how many that stages wrote.

    `model` is what the last run wrote with. `seconds` are of all runs together, `written` the pieces those wrote;
    `command` was the last one given, `awaited` says what has to happen before it is given again. `forecast` is what its
    last run was expected to take, with what it `took` beside it once it was over.
    """

    content_type: str
    model: str
    command: str
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    requests: int
    prompt_tokens: int
    written_tokens: int
    fallbacks: tuple[int, int]
    begun: int
    kept: int
    seconds: float
    written: int
    forecast: Mapping[str, Json]
    awaited: tuple[str, ...] = ()

    @property
    def briefs(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get("waiting", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """This is why so many `pieces` are short of accepted: what `checks` found in them, or the reason itself where it is
    none of theirs. `first` is the id of the first of them, whose own reason is `reason`."""

    status: str
    checks: str
    pieces: int
    first: str
    reason: str


def complaints(ledger: Ledger, most: int) -> tuple[list[Complaint], int]:
    """This is what pieces are short of accepted for, `most` of it, most frequent first; and how much more there is."""
    ask = (  # SQLite takes all columns from the row that has the min
        "select status, checks, count(*), id, reason, min(place) from pieces "
        "where status not in ('waiting', 'accepted') "
        "group by status, iif(checks = '', reason, checks)"
    )
    rows = ledger.ask(f"select *, count(*) over () from ({ask}) order by 3 desc, 6 limit ?", [most])
    named = [
        Complaint(status=status, checks=checks, pieces=many, first=name, reason=reason)
        for status, checks, many, name, reason, *_ in rows
    ]
    return named, rows[0][-1] - len(rows) if rows else 0


def unusable_rows(ledger: Ledger) -> int:
    """This is how many rows could not be briefs: what writes has nothing to do with that, so no retry helps them."""
    return int(ledger.ask("select count(*) from pieces where status = 'failed' and key = ''")[0][0])


def standing(ledger: Ledger) -> Standing:
    """This reads where a job stands. It is safe while a run writes."""
    facts: Mapping[str, Json] = ledger.facts()
    ask = "select total(requests), total(prompt_tokens), total(written_tokens) from pieces where status <> 'waiting'"
    requests, prompt, written = (int(one) for one in ledger.ask(ask)[0])
    lines, unwritten = ledger.lines()
    return Standing(
        content_type=str(facts.get("content_type", "")),
        model=str(facts.get("model", "")),
        command=str(facts.get("command", "")),
        counts=dict(ledger.counts()),
        reasons=dict(ledger.reasons()),
        requests=requests,
        prompt_tokens=prompt,
        written_tokens=written,
        fallbacks=(unwritten, lines),
        begun=int(ledger.ask("select count(distinct id) from completions")[0][0]),
        kept=int(ledger.ask("select count(*) from history")[0][0]),
        seconds=float(facts.get("seconds", 0.0)),
        written=int(facts.get("written", 0)),
        forecast={**facts["forecast"], "took": facts.get("took")} if "forecast" in facts else {},
        awaited=tuple(facts.get("awaited", ())),
    )
