"""An article of several sections has a heading above each."""

from __future__ import annotations

from aigc.types import Brief, Draft
from aigc_plugins.articles.parts import sections_have_headings


def found(*headings: str) -> list[str]:
    sections = [{"heading": one, "text": "A text."} if one else {"text": "A text."} for one in headings]
    draft = Draft(fields={"sections": sections}, brief=Brief(id="1", values={}), schema={})
    return [one.message for one in sections_have_headings(draft)]


def test_sections_without_headings_are_told() -> None:
    assert found("", "", "") == ["3 of 3 sections have no heading"]
    assert found("Soil", "") == ["1 of 2 sections have no heading"]
    assert not found("Soil", "Water") and not found(""), "a short article has none"
