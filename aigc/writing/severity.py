"""How bad findings are together, and what they make of a piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aigc.types import SEVERITIES, WHOLE, Finding, Status


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Return `findings` with each message on a field once, with the greater severity."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.field, finding.message)
        held = kept.get(key)
        if held is None or SEVERITIES.index(finding.severity) > SEVERITIES.index(held.severity):
            kept[key] = finding
    return list(kept.values())


def severity_rank(findings: Sequence[Finding]) -> tuple[int, int]:
    """Return how bad findings are, to be compared: (rank of the worst or -1, how many are that bad)."""
    ranks = [SEVERITIES.index(finding.severity) for finding in findings]
    worst = max(ranks, default=-1)
    return worst, ranks.count(worst)


def verdict(findings: Sequence[Finding]) -> tuple[Status, str]:
    """Return what findings make of a piece, and the reason where it is short of accepted: its brief, if that is one."""
    worst = severity_rank(findings)[0]
    status: Status = "rejected" if worst == 2 else "flagged" if worst == 1 else "accepted"
    why = sorted((it for it in findings if it.severity == SEVERITIES[max(worst, 1)]), key=lambda it: not it.about_brief)
    return status, f"{why[0].field or WHOLE}: {why[0].message}" if why else ""
