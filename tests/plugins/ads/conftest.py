from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc.content import ContentType
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.types import Brief, Draft, Field


@pytest.fixture(scope="session")
def project() -> Project:
    """Return a project without a folder, with the plugins that search ads need."""
    return Project.open(registry=Registry.discover(only={"text", "rules", "formats", "ads", "claims", "scorers"}))


@pytest.fixture(scope="session")
def search_ad(project: Project) -> ContentType:
    return project.content_type("ads/google-search")


@pytest.fixture
def field() -> Callable[..., Field]:
    """Make the place a line stands in: `field("no flicker", product="Desk lamp", limit={"width": 30})`."""

    def make(item: Any = None, *, path: str = "text", limit: Any = None, fields: Any = None, **values: Any) -> Field:
        draft = Draft(brief=Brief(id="1", values=values), fields=fields or {}, schema={}, item=item)
        return Field(path=path, schema={"limit": limit} if limit else {}, draft=draft)

    return make
