"""Goldens: what came out once, was looked at and is kept beside the test, in a file that people can read."""

from __future__ import annotations

import json
from dataclasses import asdict
from difflib import unified_diff
from pathlib import Path

from aigc.types import Artifact, Json

UPDATE = "--aigc-update-goldens"


def golden_text(value: Json | Artifact) -> str:
    """Return what stands in a golden: a text as it is, a piece by its status, fields and findings, else JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Artifact):
        findings = [{key: one for key, one in asdict(found).items() if one} for found in value.findings]
        value = {"id": value.id, "status": value.status, "fields": dict(value.fields), "findings": findings}
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def assert_golden(file: Path, value: Json | Artifact, *, update: bool = False) -> None:
    """Compare a value with its golden; AssertionError with the difference. With `update` the golden becomes the value,
    and nothing is compared."""
    text = golden_text(value)
    if update:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        return
    if not file.is_file():
        raise AssertionError(f"{file}: there is no such golden; {UPDATE} writes it")
    kept = file.read_text(encoding="utf-8")
    if kept != text:
        lines = unified_diff(kept.splitlines(), text.splitlines(), str(file), "what came out", lineterm="", n=1)
        raise AssertionError("\n".join([*lines, f"{UPDATE} takes it as it is now"]))
