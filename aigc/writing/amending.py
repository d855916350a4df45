"""A finished piece with a person's texts in it, judged again as a whole.

What stages' checks found in a model's lines stays where those still stand. A person's own text is checked by what the
whole piece must keep to: the limits, the content type's checks and the policy; and, where whoever judges says of which
stage's line it stands in place, by what that stage's lines must.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from aigc.content import ContentType, Stage
from aigc.errors import AigcError
from aigc.types import Artifact, Draft, Finding, Json, with_texts
from aigc.writing.drafting import Origin, root_of
from aigc.writing.item import items_of
from aigc.writing.severity import distinct, verdict
from aigc.writing.sheet import Setup, Sheet

CHANGED = "the brief changed since a person chose this"
OF_STAGE = re.compile(r"\s*\{\{\s*stages\.(\w+)(?:\.(\w+))?\s*\}\}\s*")
AFTER = re.compile(r"\w+(?:\[(\d+)\])?(?:\.(\w+))?")  # a field of the piece


def amended(
    setup: Setup,
    written: Artifact,
    texts: Mapping[str, str],
    stale: Collection[str] = (),
    lines: Mapping[str, Origin] | None = None,
) -> Artifact:
    """Return what a model wrote with other texts at some places, its findings and status worked out again.

    Texts at `stale` places were chosen for another brief, which may have been of another thing altogether; those of
    `lines` are held to what lines of that origin are.
    """
    fields = with_texts(written.fields, texts)
    before = {_told(finding) for finding in _found(setup, written, written.fields)}
    after = {_told(finding): finding for finding in _found(setup, written, fields)}
    new = [one for told, one in after.items() if told not in before or one.field in texts]
    held = {place: origin for place, origin in (lines or {}).items() if place in texts}
    new += [one for place, origin in held.items() for one in _as_line(setup, written, place, origin, texts[place])]
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


def line_at(content_type: ContentType, place: str, stage: str = "", item: int | None = None) -> Origin | None:
    """Return which stage's line stands at a place of a piece, and which field of it: that of the `stage` and `item`
    where these are known, else as the output says; None where that is no plain `stages.NAME`."""
    plain = OF_STAGE.fullmatch(str(content_type.output.get(root_of(place), {}).get("from", "")))
    within = AFTER.fullmatch(place)
    if plain and within and stage in ("", plain[1]):
        stage, name = plain[1], plain[2] or within[2] or ""
        item = int(within[1] or 0) if item is None else item
    else:
        name = root_of(place)
    one = next((one for one in content_type.stages if one.name == stage), None)
    if one is None or item is None:
        return None
    fields = [*one.output]
    name = fields[0] if len(fields) == 1 else name if name in fields else one.pick.field if one.pick else ""
    return Origin(stage, item, name) if name else None


def _as_line(setup: Setup, written: Artifact, place: str, origin: Origin, text: str) -> Iterator[Finding]:
    """Yield what is wrong with a text as a line of a stage; a check that needs what other stages gave finds nothing."""
    stage = next(one for one in setup.content_type.stages if one.name == origin.stage)
    sheet = Sheet(setup=setup, brief=written.brief)
    value = _value(stage, sheet, origin.item)
    schema = {origin.field: stage.output[origin.field]}
    draft = Draft(brief=sheet.brief, fields={origin.field: text}, schema=schema, item=value)
    names = sheet.names(item=value, index=origin.item)
    for checks in ((), *((bound,) for bound in stage.checks)):
        try:
            found = sheet.judged(draft, checks, names)
        except AigcError:
            continue
        yield from (replace(one, field=place) for one in found)


def _value(stage: Stage, sheet: Sheet, item: int) -> Json:
    """Return what a stage goes over for an item; None where it goes over nothing, or what an earlier stage gave."""
    try:
        return items_of(stage, sheet)[item].value
    except (AigcError, IndexError):
        return None
