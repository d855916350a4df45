"""What is read out of a brief is its own, however many briefs there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest

from aigc.content import by_brief, once_per_brief
from aigc.types import Json

Reading: TypeAlias = Callable[[Mapping[str, Json]], str]
READ: list[str] = []


@pytest.fixture
def name_of() -> Reading:
    READ.clear()

    @once_per_brief
    def read(values: Mapping[str, Json]) -> str:
        READ.append(str(values["name"]))
        return str(values["name"])

    return read


def test_values_are_read_once_and_never_taken_for_those_of_another_brief(name_of: Reading) -> None:
    mug, kettle = {"name": "mug"}, {"name": "kettle"}
    assert [name_of(mug), name_of(kettle), name_of(mug), name_of(dict(mug))] == ["mug", "kettle", "mug", "mug"]
    assert READ == ["mug", "kettle", "mug"]  # equal values of another brief are read too


def test_only_the_latest_briefs_are_remembered(name_of: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_brief, "BRIEFS", 2)
    briefs = [{"name": str(number)} for number in range(4)]
    assert [name_of(values) for values in (*briefs, briefs[3], briefs[0])] == ["0", "1", "2", "3", "3", "0"]
    assert READ == ["0", "1", "2", "3", "0"]
