from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Brief, Draft, Field


@pytest.fixture
def field() -> Callable[..., Field]:
    """Make a Field: `field({"language": "zh"}, limit={"width": 30}, finish_reason="length")`."""

    def make(values: dict[str, Any] | None = None, *, finish_reason: Any = "stop", **schema: Any) -> Field:
        brief = Brief(id="1", values=values or {})
        draft = Draft(brief=brief, fields={}, schema={}, finish_reason=finish_reason)
        return Field(path="text", schema=schema, draft=draft)

    return make
