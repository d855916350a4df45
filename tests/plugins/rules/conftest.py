from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Brief, Draft, Field


@pytest.fixture
def field() -> Callable[..., Field]:
    """Make a Field: `field({"product": "Kettle"}, item="28 mg", path="headline", limit={"width": 30})`."""

    def make(
        values: dict[str, Any] | None = None,
        *,
        item: Any = None,
        path: str = "text",
        finish_reason: Any = "stop",
        **schema: Any,
    ) -> Field:
        brief = Brief(id="1", values=values or {})
        draft = Draft(brief=brief, fields={}, schema={}, item=item, finish_reason=finish_reason)
        return Field(path=path, schema=schema, draft=draft)

    return make


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Make a Draft of fields; without a schema every value is allowed."""

    def make(schema: dict[str, Any] | None = None, /, **fields: Any) -> Draft:
        given = {name: {} for name in fields} if schema is None else schema
        return Draft(brief=Brief(id="1", values={}), fields=fields, schema=given)

    return make
