"""What the guide shows of advertising law is true."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from aigc.testing import open_project
from aigc.types import Brief, Draft, Field

PAGE = files("aigc").joinpath("guide", "law.md").read_text(encoding="utf-8")


def test_the_rule_of_the_guide_finds_what_it_says(tmp_path: Path) -> None:
    (policy,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    project = open_project(tmp_path, {"aigc.yaml": policy}, only=["law", "rules", "text"])
    (bound,) = project.policy()
    field = Field(path="text", schema={}, draft=Draft(brief=Brief(id="1", values={}), fields={}, schema={}))
    told = {
        text: list(bound.extension(text, field, **bound.values)) for text in ("Kept in the cloud.", "Cloud computing")
    }
    assert [len(found) for found in told.values()] == [1, 0] and "House rule 4" in told["Kept in the cloud."][0].message


def test_the_findings_of_the_guide_are_those_of_the_rules() -> None:
    from aigc_plugins.law.advertising import advertising_law

    shown = re.findall(r"^(?:reject|warn  |note  ) \S+: ('.*?' (?:is not|needs)[^(]*)\(", PAGE, re.MULTILINE)
    texts = {"zh": "最佳", "en": "Compostable. 2-Year Warranty."}
    told = []
    for language, text in texts.items():
        draft = Draft(brief=Brief(id="1", values={"language": language}), fields={}, schema={})
        told += [one.message for one in advertising_law(text, Field(path="text", schema={}, draft=draft))]
    assert len(shown) == len(told) == 3 and all(map(str.startswith, told, shown))
