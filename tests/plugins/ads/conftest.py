from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc import Project
from aigc.content import ContentType
from aigc.testing import open_project
from aigc.types import Brief, Draft, Field


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return an empty project, with the plugins that search ads need."""
    only = {"text", "rules", "formats", "ads", "claims", "law", "scorers"}
    return open_project(tmp_path_factory.mktemp("ads"), only=only)


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
