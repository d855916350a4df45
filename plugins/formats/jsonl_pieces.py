"""One JSON object per line: what a program reads next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import exporter
from aigc.types import Artifact
from aigc_plugins.formats.writing import written


@exporter(name="jsonl", suffixes=(".jsonl",))
def jsonl_pieces(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """One JSON object per piece: id, status, content type, brief, fields, findings."""
    path = folder / "content.jsonl"
    with written(path) as file:
        for artifact in artifacts:
            record = {
                "id": artifact.id,
                "status": artifact.status,
                "content_type": artifact.provenance.content_type,
                "model": artifact.provenance.model,
                "brief": dict(artifact.brief.values),
                "fields": dict(artifact.fields),
                "findings": [
                    {"severity": one.severity, "check": one.check, "field": one.field, "message": one.message}
                    for one in artifact.findings
                ],
            }
            file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
    yield path
