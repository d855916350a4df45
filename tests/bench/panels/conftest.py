from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

KETTLE = {"product": "Gooseneck kettle", "category": "Kitchen", "language": "en"} | {
    "facts": ["heats in 4 minutes", "weighs 1.1 kg"]
}
LOCK = {"product": "Bike lock", "category": "Cycling", "language": "en", "facts": ["opens without a key", "2 m long"]}
TEA = {"product": "冷泡茶", "category": "饮料", "language": "zh", "facts": ["5分钟出味"]}
BRIEFS = [KETTLE, LOCK, TEA]  # invented


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return what imports a script of this folder by its name."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return import_module


@pytest.fixture
def briefs() -> list[dict[str, Any]]:
    return BRIEFS


@pytest.fixture
def rows_file(tmp_path: Path) -> Callable[[str, Sequence[Mapping[str, Any]]], Path]:
    """Return what writes rows into a file of JSONL."""

    def write(name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return path

    return write
