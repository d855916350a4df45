"""Sentences that keep to their brief and sentences that do not, written by hand; half of them were kept aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.types import Field
from aigc_plugins.rules.facts import facts_from_brief
from aigc_plugins.rules.proofs import without_proofs

FOLDER = Path(__file__).parent
CASES = {
    name: [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]
    for name in ("fact_cases", "fact_cases_aside")
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_kept_and_what_is_not(field: Callable[..., Field], name: str) -> None:
    found = {
        one["text"]: (one["kept"], [finding.message for finding in facts_from_brief(one["text"], field(one["brief"]))])
        for one in CASES[name]
    }
    assert {text: messages for text, (kept, messages) in found.items() if kept and messages} == {}, "false alarms"
    assert [text for text, (kept, messages) in found.items() if not kept and not messages] == [], "missed"


def test_there_are_enough_of_them_in_both_languages() -> None:
    assert len(CASES["fact_cases"]) >= 120 and len(CASES["fact_cases_aside"]) >= 60
    for cases in CASES.values():
        for chinese in (True, False):
            kept = [one["kept"] for one in cases if (one["brief"].get("language") == "zh") == chinese]
            assert kept.count(True) >= 10 and kept.count(False) >= 10


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("names", "Our designer Maria Lopez likes it."),
        ("quotations", "They say “nothing boils any faster in here”."),
        ("number_words", "Boils in seven minutes."),
    ],
)
def test_what_a_type_need_not_look_up(field: Callable[..., Field], option: str, text: str) -> None:
    options: dict[str, Any] = {option: False}
    assert list(facts_from_brief(text, field({"product": "Kettle"}))) != []
    assert list(facts_from_brief(text, field({"product": "Kettle"}), **options)) == []


def test_a_name_is_told_with_a_warning_and_all_else_refused(field: Callable[..., Field]) -> None:
    findings = list(facts_from_brief("Maria, meet us: Leeds has 12 kettles.", field({"product": "Kettle"})))
    assert [(one.message, one.severity) for one in findings] == [("'12' is not in the brief", "reject")] + [
        ("names 'Leeds', which the brief does not", "warn")
    ] * (len(findings) - 1)


def test_a_proof_is_no_fact_and_its_claim_is() -> None:
    given = {
        "claims": ["97% of owners agree [survey of 412 owners, 2026-05]", "抑菌率达99%【报告2026-118】"],
        "note": "x [1]",
    }
    assert without_proofs(given) == {"claims": ["97% of owners agree", "抑菌率达99%"], "note": "x [1]"}
