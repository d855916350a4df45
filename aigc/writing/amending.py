"""A finished piece with a person's texts in it, judged again as a whole.

What stages' checks found in a model's lines stays where those still stand. A person's own text is checked by what the
whole piece must keep to: the limits, the content type's checks and the policy. Stages' checks are for a model's lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from aigc.errors import AigcError
from aigc.types import Artifact, Draft, Finding, Json, with_texts
from aigc.writing.drafting import distinct, verdict
from aigc.writing.sheet import Setup, Sheet

CHANGED = "the brief changed since a person chose this"


def amended(setup: Setup, written: Artifact, texts: Mapping[str, str], stale: Collection[str] = ()) -> Artifact:
    """Return what a model wrote with other texts at some places, its findings and status worked out again.

    Texts at `stale` places were chosen for another brief, which may have been of another thing altogether.
    """
    fields = with_texts(written.fields, texts)
    before = {_told(finding) for finding in _found(setup, written, written.fields)}
    after = {_told(finding): finding for finding in _found(setup, written, fields)}
    new = [one for told, one in after.items() if told not in before or one.field in texts]
    gone = before - set(after)
    kept = [one for one in written.findings if one.field not in texts and _told(one) not in gone]
    changed = [Finding(message=CHANGED, field=place, check="review", severity="warn") for place in stale]
    findings = tuple(distinct([*changed, *new, *kept]))
    status, reason = verdict(findings)
    return replace(written, fields=fields, findings=findings, status=status, reason=reason)


def refusals(piece: Artifact, written: Artifact, places: Collection[str]) -> list[Finding]:
    """Return why a piece with other texts at `places` cannot be used, as far as what was written could."""
    there = {_told(finding) for finding in written.findings}
    new = [one for one in piece.findings if one.severity == "reject" and _told(one) not in there]
    return sorted(new, key=lambda one: (one.field not in places, one.check != "limits"))


def _found(setup: Setup, written: Artifact, fields: Mapping[str, Json]) -> list[Finding]:
    """Return what is wrong with these fields; a check that needs what stages gave, which is not kept, finds nothing."""
    content_type, sheet = setup.content_type, Sheet(setup=setup, brief=written.brief)
    draft = Draft(brief=sheet.brief, fields=fields, schema=content_type.output, assets=written.assets)
    findings = sheet.judged(draft, (), names := sheet.names())
    for bound in (*content_type.checks, *setup.policy):
        try:
            findings += sheet.judged(draft, (bound,), names)
        except AigcError:
            continue
    return distinct(findings)


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.field, finding.check, finding.message
