"""What a report counts over a whole job: one pass over the pieces, and a few questions to the ledger.

Nothing here grows with the number of pieces: lengths are counted by length, times by the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aigc.content import ContentType
from aigc.jobs.report.reading import PieceText, Reader, Unit
from aigc.ledger.entry import Entry
from aigc.ledger.ledger import Ledger
from aigc.ledger.standing import Standing, standing
from aigc.ledger.totals import StageTotals, Times
from aigc.ledger.twins import Repeats
from aigc.types import SEVERITIES, Artifact, Severity

NAMED = 8  # reasons and twins that are named


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
        """Count the texts."""
        return self.lengths.total()

    @property
    def longest(self) -> int:
        """Return the greatest length."""
        return max(self.lengths, default=0)

    @property
    def over(self) -> int:
        """Count the texts above the limit."""
        limit = self.unit[1]
        return 0 if limit is None else sum(many for length, many in self.lengths.items() if length > limit)

    @property
    def median(self) -> int:
        """Return the length that half of the texts do not exceed."""
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
    counts: Mapping[Severity, int]

    @property
    def accepted(self) -> int:
        """Count the pieces it had no complaint about; a note is none."""
        return self.pieces - self.counts.get("warn", 0) - self.counts.get("reject", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """This is everything a report counts. `quiet` checks had nothing to say in any piece."""

    standing: Standing
    version: int
    reasons: Sequence[tuple[str, int]]
    checks: Sequence[CheckFigures]
    quiet: Sequence[str]
    lengths: Sequence[Lengths]
    stages: Sequence[StageTotals]
    times: Times
    repeats: Repeats

    @property
    def finished(self) -> int:
        """Count the pieces."""
        return self.standing.briefs - self.standing.waiting


def read_figures(
    ledger: Ledger,
    reader: Reader,
    content_type: ContentType | None,
    seen: Callable[[Entry], None] = lambda entry: None,
) -> Figures:
    """Count a job; `seen` is told of each piece."""
    by_check: dict[str, Counter[Severity]] = {}
    lengths: dict[str, Lengths] = {}
    judged = 0
    for entry in ledger.pieces.entries():
        seen(entry)
        judged += entry.artifact.status != "failed" or bool(entry.artifact.findings)
        for name, severity in severest(entry.artifact).items():
            by_check.setdefault(name, Counter())[severity] += 1
        _count_lengths(entry, reader, lengths)
    checks = [CheckFigures(name=name, pieces=judged, counts=counts) for name, counts in by_check.items()]
    return Figures(
        standing=standing(ledger),
        version=int(ledger.facts().get("version", 0)),
        reasons=ledger.totals.frequent_reasons(NAMED),
        checks=sorted(checks, key=lambda one: (one.accepted, one.name)),
        quiet=sorted(_checks_of(content_type) - set(by_check)),
        lengths=list(lengths.values()),
        stages=_stages(ledger, content_type),
        times=ledger.totals.times(),
        repeats=ledger.twins.repeats(NAMED),
    )


def severest(artifact: Artifact) -> dict[str, Severity]:
    """Return check → its severest word about a piece."""
    worst: dict[str, Severity] = {}
    for finding in artifact.findings:
        held = worst.get(finding.check)
        if held is None or SEVERITIES.index(finding.severity) > SEVERITIES.index(held):
            worst[finding.check] = finding.severity
    return worst


def _count_lengths(entry: Entry, reader: Reader, lengths: dict[str, Lengths]) -> None:
    provenance = entry.artifact.provenance
    for name, value in entry.artifact.fields.items():
        for text in reader.texts(name, value):
            if text.length is None:
                continue
            held = _held(lengths, text)
            held.lengths[text.length] += 1
            held.fallbacks += text.path in provenance.fallbacks
            held.repaired += text.path in provenance.repaired


def _held(lengths: dict[str, Lengths], text: PieceText) -> Lengths:
    kind = text.kind
    if kind not in lengths:
        lengths[kind] = Lengths(kind=kind, unit=text.unit)
    return lengths[kind]


def _checks_of(content_type: ContentType | None) -> set[str]:
    if content_type is None:
        return set()
    bound = [*content_type.checks, *(check for stage in content_type.stages for check in stage.checks)]
    return {check.name for check in bound}


def _stages(ledger: Ledger, content_type: ContentType | None) -> list[StageTotals]:
    """Return what each stage took, in the content type's order."""
    order = [stage.name for stage in content_type.stages] if content_type else []
    return sorted(
        ledger.totals.stages(), key=lambda stage: order.index(stage.name) if stage.name in order else len(order)
    )
