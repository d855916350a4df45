from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc import Extension
from aigc.types import Artifact, Brief, Draft, Field, Provenance
from aigc_plugins import stories


@pytest.fixture
def found() -> Callable[..., str]:
    """Return a function that runs a check: `found("keeps_tense", "He is here.")` on a text, on scenes where it is a
    list; options by their names, the brief's values as `brief`, the item as `item`."""
    checks = {one.name: one.function for one in stories.aigc_checks() if isinstance(one, Extension)}

    def run(
        check: str, told: str | list[str], brief: dict[str, Any] | None = None, item: Any = None, **options: Any
    ) -> str:
        fields = {"scenes": [{"text": one} for one in told]} if isinstance(told, list) else {}
        draft = Draft(brief=Brief(id="1", values=brief or {}), fields=fields, schema={}, item=item)
        if isinstance(told, list):
            findings = checks[check](draft, **options)
        else:
            wants = "field" in checks[check].__annotations__ and checks[check].__annotations__["field"] == "Field"
            field = Field(path="scenes[0].text", schema={}, draft=draft)
            findings = checks[check](told, field, **options) if wants else checks[check](told, **options)
        return "; ".join(one if isinstance(one, str) else f"{one.field} {one.message}".strip() for one in findings)

    return run


@pytest.fixture
def story() -> Callable[..., Artifact]:
    """Make a finished story: `story("1", "A Title", ["One scene.", "Another."], language="zh")`."""

    def make(name: str, title: str, scenes: list[str], reason: str = "", **values: Any) -> Artifact:
        return Artifact(
            id=name,
            status="flagged" if reason else "accepted",
            reason=reason,
            fields={"title": title, "description": "What it is about.", "scenes": [{"text": one} for one in scenes]},
            brief=Brief(id=name, values=values),
            provenance=Provenance(content_type="stories/test", version=1, model="tiny"),
        )

    return make
