"""One JSON object per line: what a program reads next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import AssetFolder, exporter, whole_file
from aigc.types import Artifact, Json


@exporter(name="jsonl", suffixes=(".jsonl",), writes=("content.jsonl",))
def jsonl_pieces(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """One JSON object per piece: id, status, content type, brief, fields, findings; its files in the folder `media`."""
    path, media = folder / "content.jsonl", AssetFolder(folder)
    placed: list[Path] = []
    with whole_file(path) as file:
        for artifact in artifacts:
            record: dict[str, Json] = {
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
            if artifact.assets:
                there = media.place(artifact)
                placed += there
                record["assets"] = [
                    {"name": one.name, "media_type": one.media_type, "file": at.relative_to(folder).as_posix()}
                    for one, at in zip(artifact.assets, there, strict=True)
                ]
            file.write(json.dumps(record, ensure_ascii=False, default=str) + "\n")
    yield from (path, *placed)
