from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.types import Artifact, Brief, Provenance


@pytest.fixture
def artifact() -> Callable[..., Artifact]:
    """Make a finished piece: `artifact("1", {"product": "Kettle"}, title="Tea")`."""

    def make(name: str, values: dict[str, Any] | None = None, **fields: Any) -> Artifact:
        return Artifact(
            id=name,
            status="accepted",
            fields=fields,
            brief=Brief(id=name, values=values or {}),
            provenance=Provenance(content_type="ads/test", version=1, model="tiny"),
        )

    return make
