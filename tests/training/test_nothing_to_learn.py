"""A content type that asks no model has nothing that could be learnt."""

from __future__ import annotations

import pytest

from aigc import Project
from aigc.errors import UsageError
from aigc.training.type_rows import _stage as stage_of


def test_a_type_that_asks_no_model_has_nothing_to_learn() -> None:
    project = Project.open()
    with pytest.raises(UsageError, match="asks no model"):
        stage_of(project.content_type("support/macro"), "")
