"""Rows that a format would refuse once their pieces are written: they fail before anything is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from aigc.content import ContentType
from aigc.errors import PluginError
from aigc.plugs.extension import Bound
from aigc.types import Artifact, Brief, Provenance


def without_refused(
    briefs: Iterable[Brief | Artifact], content_type: ContentType, exports: Iterable[Bound]
) -> Iterator[Brief | Artifact]:
    """Yield the briefs, a failed Artifact in place of each that one of the formats, with its options, refuses."""
    picky = [one for one in exports if one.extension.refuses]
    if not picky:
        yield from briefs
        return
    made_by = Provenance(content_type=content_type.name, version=content_type.version)
    fields = dict.fromkeys(content_type.output)
    for brief in briefs:
        if isinstance(brief, Brief):
            row = Artifact(id=brief.id, status="failed", fields=fields, brief=brief, provenance=made_by)
            wrong = [f"{one.name} refuses it: {what}" for one in picky for what in _refusals(one, row)]
            if wrong:
                yield replace(row, fields={}, reason=f"{brief.source}: {'; '.join(wrong)}")
                continue
        yield brief


def _refusals(export: Bound, row: Artifact) -> list[str]:
    """Return what a format refuses of a row. One that breaks refuses nothing: it is told of when it is to write."""
    with suppress(PluginError):
        return export.refusals(row)
    return []
