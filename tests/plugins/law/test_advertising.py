"""The check as pieces meet it: how grave a finding is, what proof excuses, names, sectors, a project's own rules."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import UsageError
from aigc.testing import open_project
from aigc.types import Brief, Draft, Field, Finding
from aigc_plugins.law.advertising import advertising_law
from aigc_plugins.law.rulebook import check_rules, rulebook

OWN = {"clause": "House rule 4", "verdict": "block", "suggest": "Say where it is kept.", "any": ["in the cloud"]}


def found(text: str, values: dict[str, Any] | None = None, **options: Any) -> list[Finding]:
    draft = Draft(brief=Brief(id="1", values=values or {"language": "en"}), fields={}, schema={})
    return list(advertising_law(text, Field(path="text", schema={}, draft=draft), **options))


def test_a_finding_quotes_the_words_names_the_clause_and_says_what_to_do() -> None:
    (finding,) = found("Kettles cure arthritis.")
    assert finding.severity == "reject" and finding.span == (8, 22)
    assert finding.message.startswith("'cure arthritis' is not allowed (Regulation (EU) 1169/2011 art 7(3)")
    assert "leave the disease out" in finding.message


@pytest.mark.parametrize(
    ("text", "severity"),
    [("Doubles your money.", "reject"), ("Made from recycled plastic.", "warn"), ("Two-year warranty.", "note")],
)
def test_the_verdict_decides_how_grave_a_finding_is(text: str, severity: str) -> None:
    assert [finding.severity for finding in found(text)] == [severity]


def test_the_language_of_the_brief_decides_what_is_read_and_regimes_what_else() -> None:
    text = "最佳产品 made from recycled plastic"
    assert [one.message[:4] for one in found(text, {"language": "zh"})] == ["'最佳'"]
    assert [one.severity for one in found(text)] == ["warn"]
    assert [one.severity for one in found(text, regimes=["china", "claims"])] == ["reject", "warn"]


def test_words_are_quoted_as_they_were_written() -> None:
    (finding,) = found("全城最 佳，国\u200b家级", {"language": "zh"}, regimes=["china"])[:1]
    assert finding.span and "全城最 佳，国\u200b家级"[slice(*finding.span)].endswith("最 佳")


@pytest.mark.parametrize(
    "text", ["最·佳产品", "zui佳产品", "最\u200b佳产品", "頂級享受", "第①品牌", "ＮＯ．１的选择", "1 0 0 % 有 效"]
)
def test_a_disguise_hides_nothing_in_chinese(text: str) -> None:
    assert found(text, {"language": "zh"})


@pytest.mark.parametrize(
    "text", ["G u a r a n t e e d to fit", "Cl1nically pr0ven", "gu@ranteed", "ＧＵＡＲＡＮＴＥＥＤ"]
)
def test_a_disguise_hides_nothing_in_english(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", ["H2O and B12", "A4 paper, 3 x 4 x 5 cm", "info@example.com", "A B C and D"])
def test_what_is_spelt_so_for_a_reason_is_no_disguise(text: str) -> None:
    assert not found(text)


def test_a_claim_with_proof_passes_and_says_no_more_than_it_does() -> None:
    proven = {"language": "en", "claims": ["97% of owners would buy it again [survey of 412 owners, 2026-05]"]}
    assert not found("97% of owners would buy it again.", proven)
    assert not found("Quiet and light: 97% of owners would buy again.", proven)
    assert not found("It weighs little and 97% of owners would buy again.", proven)
    assert found("97% of owners lost weight.", proven)
    assert found("99% of owners would buy it again.", proven)
    assert found(
        "97% of owners would buy it again.", {"language": "en", "claims": ["97% of owners would buy it again"]}
    )
    assert found("97% of owners would buy it again.", proven, evidence="proofs")


def test_proof_in_chinese() -> None:
    proven = {"language": "zh", "claims": ["抑菌率达99%【检测报告2026-118】"]}
    assert not found("抗菌砧板，抑菌率达99%", proven) and found("抗菌砧板，除菌率达99%", proven)


def test_what_is_forbidden_no_proof_excuses() -> None:
    assert found("Cures arthritis.", {"language": "en", "claims": ["cures arthritis [trial of 2026]"]})


def test_names_are_no_claims() -> None:
    brief = {"language": "en", "product": "Best Foot Socks", "brand": "First Choice"}
    assert not found("Best Foot Socks keep warm.", brief) and found("The best socks in town.", brief)
    assert found("The best foot socks keep warm.", {"language": "en", "facts": ["best foot socks"]})
    assert not found("Rooms at the Best Harbour Inn include breakfast.")
    assert found("The Best Harbour Inn In Town")  # a headline in title case has no names to tell apart


def test_a_name_is_no_excuse_for_what_it_says_of_a_disease() -> None:
    assert found("治愈糖尿病茶，清香。", {"language": "zh", "product": "治愈糖尿病茶"})


def test_the_brief_says_the_sector() -> None:
    text = "距地铁站仅5分钟。"
    assert not found(text, {"language": "zh", "product": "咖啡店"})
    assert found(text, {"language": "zh", "product": "滨江花园楼盘"})


def test_rules_of_a_project_stand_before_ours() -> None:
    (finding,) = found("Kept in the cloud.", rules={"no-cloud": OWN})
    assert finding.message == "'in the cloud' is not allowed (House rule 4): Say where it is kept."
    assert not found("Made from recycled plastic.", rules={"green": False})
    assert not found("Made from recycled plastic.", rules={"green": OWN})
    assert len(found("Kept in the cloud.", rules={"no-cloud": OWN}, regimes=["china", "claims"])) == 1


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"gren": False}, "there is no rule 'gren' to leave out; did you mean 'green'?"),
        ({"x": {**OWN, "verdict": "blok"}}, "rule 'x': the verdict 'blok' is not one of block, evidence, info"),
        ({"x": {**OWN, "unles": ["a"]}}, "rule 'x' has the unknown key 'unles'; did you mean 'unless'?"),
        ({"x": {**OWN, "any": ["(in the"]}}, "rule 'x': '(in the': '(' is not closed"),
        ({"x": {**OWN, "any": ["(" * 51 + "a" + ")?" * 51]}}, "…: more than 50 groups within each other"),
        ({"x": {**OWN, "any": ["(" * 5000 + "a" + ")?" * 5000]}}, "…: more than 50 groups within each other"),
        ({"x": {**OWN, "unless": ["{no such}"]}}, "rule 'x': '{no such}': there are no words 'no such'"),
        ({"x": {**OWN, "any": "cloud"}}, "rule 'x': 'any' is no list of patterns; write [cloud]"),
        ({"x": {"verdict": "block"}}, "rule 'x' has no 'clause'"),
        ({"x": "cloud"}, "rule 'x' is no mapping with clause, verdict, suggest and any"),
    ],
)
def test_a_wrong_rule_is_refused_where_it_stands(rules: Any, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        advertising_law.bind({"rules": rules}, "aigc.yaml:7")
    assert str(refused.value).startswith("aigc.yaml:7: advertising_law.rules:") and told in str(refused.value)


def test_the_policy_of_a_project_may_have_rules(tmp_path: Path) -> None:
    rule = "{clause: House rule 4, verdict: blok, suggest: Say where., any: [cloud]}"
    files = {"aigc.yaml": f"policy:\n  - advertising_law: {{rules: {{no-cloud: {rule}}}}}\n"}
    project = open_project(tmp_path, files, only=["law", "rules", "text"])
    with pytest.raises(UsageError, match=r"aigc\.yaml:2: policy.*'blok' is not one of block, evidence, info"):
        project.policy()


@pytest.mark.parametrize("regime", ["china", "claims"])
def test_every_rule_reads_and_has_what_people_need(regime: Any) -> None:
    book = rulebook(regime)
    check_rules(book.rules.values())
    assert book.source and book.checked_on == "2026-11" and len(book.rules) > 30
    assert all(rule.clause and rule.suggest and rule.patterns for rule in book.rules.values())
    assert all(part.keys for rule in book.rules.values() for part in rule.patterns), "one without keys is always tried"


@pytest.mark.parametrize(
    "text", ["最好的" * 3000, "best " * 3000, "free " * 2000 + "pay", '"' * 5000, "1 0 0 % " * 2000]
)
def test_a_long_text_takes_no_longer_than_its_length(text: str) -> None:
    began = time.process_time()
    found(text, regimes=["china", "claims"])
    assert time.process_time() - began < 3


def test_a_clean_headline_costs_next_to_nothing() -> None:
    texts = ["Holds 200 litres of rain", "A Travel Mug with a Leakproof Lid"]
    for text in texts:
        found(text)
    costs = []
    for _ in range(20):
        began = time.process_time()
        for text in texts * 20:
            rulebook("claims").broken_in(text.lower())
        costs.append((time.process_time() - began) / 40)
    assert min(costs) < 0.0005
