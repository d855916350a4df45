"""What a report counts over a whole job: one pass over the pieces, and a few questions to the ledger.

Nothing here grows with the number of pieces: lengths are counted by length, times are asked of SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aigc.content import ContentType
from aigc.jobs.report.reading import Reader, Said, Unit
from aigc.ledger.entry import Entry
from aigc.ledger.ledger import FINISHED, Ledger
from aigc.ledger.standing import Standing, standing
from aigc.types import SEVERITIES, Artifact, Severity

NAMED = 8  # reasons and twins that are named
BINS = 40
WROTE = f"{FINISHED} and requests > 0"


@dataclass(slots=True, kw_only=True)
class Lengths:
    """This is how long the texts of one kind are: length → how many."""

    kind: str
    unit: Unit
    lengths: Counter[int] = field(default_factory=Counter)
    fallbacks: int = 0
    repaired: int = 0

    @property
    def count(self) -> int:
        return self.lengths.total()

    @property
    def longest(self) -> int:
        return max(self.lengths, default=0)

    @property
    def over(self) -> int:
        limit = self.unit[1]
        return 0 if limit is None else sum(many for length, many in self.lengths.items() if length > limit)

    @property
    def median(self) -> int:
        left = (self.count + 1) // 2
        for length in sorted(self.lengths):
            left -= self.lengths[length]
            if left <= 0:
                return length
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFigures:
    """This counts the pieces a check spoke of, each once, by its severest word there."""

    name: str
    pieces: int
    said: Mapping[Severity, int]

    @property
    def accepted(self) -> int:
        """This is the pieces it had no complaint about; a note is none."""
        return self.pieces - self.said.get("warn", 0) - self.said.get("reject", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """This is what pieces, or one stage of them, took. `bins` counts pieces per `width` seconds, from 0."""

    pieces: int = 0
    median: float = 0.0
    slow: float = 0.0  # nine of ten take no longer
    longest: float = 0.0
    width: float = 0.0
    bins: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """This is what one stage took, over all pieces that were really written."""

    name: str
    requests: int
    completions: int
    prompt_tokens: int
    written_tokens: int
    times: Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """This is what the uniqueness guard found; `looked` says whether it was ever on. `first` is (id, twin's id)."""

    looked: bool
    count: int
    first: Sequence[tuple[str, str]]
    again: int  # pieces that were written again for repeating another


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """This is everything a report counts. `quiet` checks had nothing to say in any piece."""

    standing: Standing
    version: int
    reasons: Sequence[tuple[str, int]]
    checks: Sequence[CheckFigures]
    quiet: Sequence[str]
    lengths: Sequence[Lengths]
    stages: Sequence[StageFigures]
    times: Times
    repeats: Repeats

    @property
    def finished(self) -> int:
        return self.standing.briefs - self.standing.waiting


def read_figures(
    ledger: Ledger,
    reader: Reader,
    content_type: ContentType | None,
    seen: Callable[[Entry], None] = lambda entry: None,
) -> Figures:
    """This counts a job; `seen` is told of each piece."""
    said: dict[str, Counter[Severity]] = {}
    lengths: dict[str, Lengths] = {}
    judged = 0
    for entry in ledger.entries():
        seen(entry)
        judged += entry.artifact.status != "failed" or bool(entry.artifact.findings)
        for name, severity in severest(entry.artifact).items():
            said.setdefault(name, Counter())[severity] += 1
        _count_lengths(entry, reader, lengths)
    checks = [CheckFigures(name=name, pieces=judged, said=counts) for name, counts in said.items()]
    reasons = ledger.ask(
        "select status || ': ' || iif(checks = '', reason, checks), count(*) from pieces "
        f"where {FINISHED} and status <> 'accepted' group by 1 order by 2 desc, 1 limit {NAMED}"
    )
    return Figures(
        standing=standing(ledger),
        version=int(ledger.facts().get("version", 0)),
        reasons=[(str(reason), int(count)) for reason, count in reasons],
        checks=sorted(checks, key=lambda one: (one.accepted, one.name)),
        quiet=sorted(_checks_of(content_type) - set(said)),
        lengths=list(lengths.values()),
        stages=_stages(ledger, content_type),
        times=_times(ledger, "pieces", WROTE),
        repeats=_repeats(ledger),
    )


def severest(artifact: Artifact) -> dict[str, Severity]:
    """This is check → its severest word about a piece."""
    worst: dict[str, Severity] = {}
    for finding in artifact.findings:
        held = worst.get(finding.check)
        if held is None or SEVERITIES.index(finding.severity) > SEVERITIES.index(held):
            worst[finding.check] = finding.severity
    return worst


def _count_lengths(entry: Entry, reader: Reader, lengths: dict[str, Lengths]) -> None:
    provenance = entry.artifact.provenance
    for name, value in entry.artifact.fields.items():
        for said in reader.texts(name, value):
            if said.length is None:
                continue
            held = _held(lengths, said)
            held.lengths[said.length] += 1
            held.fallbacks += said.path in provenance.fallbacks
            held.repaired += said.path in provenance.repaired


def _held(lengths: dict[str, Lengths], said: Said) -> Lengths:
    kind = said.kind
    if kind not in lengths:
        lengths[kind] = Lengths(kind=kind, unit=said.unit)
    return lengths[kind]


def _checks_of(content_type: ContentType | None) -> set[str]:
    if content_type is None:
        return set()
    bound = [*content_type.checks, *(check for stage in content_type.stages for check in stage.checks)]
    return {check.name for check in bound}


def _stages(ledger: Ledger, content_type: ContentType | None) -> list[StageFigures]:
    rows = ledger.ask(
        "select stage, total(requests), total(completions), total(prompt_tokens), total(written_tokens) from stages "
        "group by stage order by stage"
    )
    order = [stage.name for stage in content_type.stages] if content_type else []
    rows.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    return [
        StageFigures(
            name=str(name),
            requests=int(requests),
            completions=int(completions),
            prompt_tokens=int(prompt),
            written_tokens=int(written),
            times=_times(ledger, "stages", "stage = ?", str(name)),
        )
        for name, requests, completions, prompt, written in rows
    ]


def _times(ledger: Ledger, table: str, which: str, *values: str) -> Times:
    ((count, longest),) = ledger.ask(f"select count(*), max(seconds) from {table} where {which}", values)
    if not count:
        return Times()
    at = f"select seconds from {table} where {which} order by seconds limit 1 offset ?"
    ((median,),) = ledger.ask(at, (*values, (count - 1) // 2))
    ((slow,),) = ledger.ask(at, (*values, (count - 1) * 9 // 10))
    width = longest / BINS or 1.0
    ask = f"select min(cast(seconds / ? as integer), {BINS - 1}), count(*) from {table} where {which} group by 1"
    bins: dict[int, int] = dict(ledger.ask(ask, (width, *values)))
    return Times(pieces=count, median=median, slow=slow, longest=longest, width=width, bins=bins)


def _repeats(ledger: Ledger) -> Repeats:
    ((count, again),) = ledger.ask("select count(nullif(twin, '')), count(nullif(nudges, 0)) from pieces")
    ((looked,),) = ledger.ask("select exists (select 1 from sketches)")
    first = ledger.ask(f"select id, twin from pieces where twin <> '' order by place limit {NAMED}")
    return Repeats(looked=bool(looked or count or again), count=count, first=first, again=again)
