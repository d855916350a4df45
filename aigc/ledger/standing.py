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
        """Count all briefs."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """Count the briefs without a piece."""
        return self.counts.get("waiting", 0)


def standing(ledger: Ledger) -> Standing:
    """Read where a job stands. It is safe while a run writes."""
    facts: Mapping[str, Json] = ledger.facts()
    totals = ledger.totals
    work, (lines, unwritten) = totals.work(), totals.texts()
    return Standing(
        content_type=str(facts.get("content_type", "")),
        model=str(facts.get("model", "")),
        command=str(facts.get("command", "")),
        counts=dict(totals.counts()),
        reasons=dict(totals.reasons()),
        requests=work.requests,
        prompt_tokens=work.prompt_tokens,
        written_tokens=work.written_tokens,
        fallbacks=(unwritten, lines),
        begun=totals.begun(),
        kept=totals.kept(),
        seconds=float(facts.get("seconds", 0.0)),
        written=int(facts.get("written", 0)),
        forecast={**facts["forecast"], "took": facts.get("took")} if "forecast" in facts else {},
        awaited=tuple(facts.get("awaited", ())),
    )
