"""Sentences by hand, good and bad: which checks let through what they should, and stop what they should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aigc.types import Brief, Draft, Field, texts_in
from aigc_plugins.rules import (
    no_markup,
    no_mojibake,
    no_stock_phrases,
    promises_from_brief,
    real_words,
    supported_by_brief,
)

TABLE = yaml.safe_load(Path(__file__).with_name("sentences.yaml").read_text(encoding="utf-8"))
OF_TEXT = (no_markup, no_mojibake, promises_from_brief, real_words, supported_by_brief)


def found_in(text: str, brief: dict[str, Any]) -> dict[str, list[str]]:
    """Return what each check that finds anything says of a text."""
    draft = Draft(brief=Brief(id="1", values=brief), fields={"text": text}, schema={})
    field = Field(path="text", schema={}, draft=draft)
    facts = brief.get("facts") or [brief["topic"]]
    found: dict[str, Any] = {"no_stock_phrases": no_stock_phrases(draft)}
    for check in OF_TEXT:
        options = {"facts": facts} if check is supported_by_brief else {}
        found[check.name] = check(text, field, **options) if check.takes_field else check(text)
    return {
        name: messages
        for name, findings in found.items()
        if (messages := [getattr(one, "message", one) for one in findings])
    }


def rows(kind: str) -> list[Any]:
    return [
        pytest.param(entry["brief"], text, name, id=text[:40])
        for entry in TABLE
        for name, texts in (entry["bad"].items() if kind == "bad" else [("", entry["good"])])
        for text in texts
    ]


@pytest.mark.parametrize(("brief", "text", "name"), rows("good"))
def test_a_good_sentence_breaks_no_rule(brief: dict[str, Any], text: str, name: str) -> None:
    assert found_in(text, brief) == {}


@pytest.mark.parametrize(("brief", "text", "name"), rows("bad"))
def test_a_bad_sentence_breaks_its_rule(brief: dict[str, Any], text: str, name: str) -> None:
    assert name in found_in(text, brief)


def test_a_brief_breaks_no_rule_itself() -> None:
    for entry in TABLE:
        for text in texts_in(entry["brief"].get("facts", [])):
            assert found_in(text, entry["brief"]) == {}, text
