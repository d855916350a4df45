from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import aigc_plugins.formats
import aigc_plugins.rules
import aigc_plugins.text
from aigc import Project
from aigc.testing import open_project

REQUIRED = inspect.Parameter.empty


@pytest.fixture
def project(tmp_path) -> Project:
    three = {"text": aigc_plugins.text, "rules": aigc_plugins.rules, "formats": aigc_plugins.formats}
    return open_project(tmp_path, only=[], plugins=three)


def test_the_three_plugins_load_side_by_side(project):
    registry = project.registry
    assert [plugin.error for plugin in registry.plugins] == ["", "", ""]
    assert registry.names("exporter") == ["csv", "google-ads-editor", "jsonl", "markdown", "xlsx"]
    assert registry.names("importer") == ["csv", "json", "jsonl", "xlsx", "xml"]
    assert {"limits", "facts_from_brief", "no_near_duplicates"} < set(registry.names("check"))
    assert {"strip_chatter", "trim_to_limit"} < set(registry.names("postprocessor"))


def test_every_option_has_a_type_a_yaml_value_can_meet(project):
    registry = project.registry
    for kind in ("check", "postprocessor", "exporter", "importer"):
        for name in registry.names(kind):
            extension = registry.get(kind, name)
            defaults = {option.name: option.default for option in extension.options if option.default is not REQUIRED}
            needed = {"field": "x", "fields": ["x"], "least": 3, "before": "x", "language": "en"}
            needed |= {"keyword": "x", "source": "x", "medium": "x", "campaign": "x"}
            required = {option.name: needed[option.name] for option in extension.options if option.default is REQUIRED}
            assert extension.bind({**defaults, **required}, "x.yaml:1").name == name


def test_importing_them_loads_nothing_heavy():
    script = (
        "import sys, aigc_plugins.text, aigc_plugins.rules, aigc_plugins.formats;"
        "print(sorted({'openpyxl', 'rapidfuzz', 'yaml', 'pydantic', 'jsonschema', 'torch'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
