from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.util import find_spec

import pytest
import yaml
from hypothesis import given, settings

import aigc_plugins.publishing
from aigc.testing import open_project, run_cli, try_exporter
from aigc_plugins.formats.formulas import does_harm
from aigc_plugins.formats.markdown_pieces import markdown_pieces
from aigc_plugins.publishing.platforms import platform

from .conftest import piece, texts

NAMES = ["ads-editor-assets", "calendar", "docx", "html", "merchant-center", "meta-ads", "meta-csv", "microsoft-ads"]
NAMES += ["schedule", "shopify", "wxr", "zendesk-macros"]
GOOD = {
    "callouts": ["Holds 350 ml"],
    "headlines": ["Mug", "Steel Mug", "Holds 350 ml"],
    "descriptions": ["A mug.", "It is steel."],
    "title": "Mug",
    "description": "A mug.",
    "text": "It holds 350 ml.",
    "tags": ["mug"],
}
NEEDED = {"meta-ads": {"template": "ads.csv"}}  # options without a default
HEAD = "Ad Name,Title,Body\nOld,Was,Was\n"


@pytest.fixture
def registry(tmp_path_factory):
    return open_project(tmp_path_factory.mktemp("project"), {}, only=["formats", "publishing"]).registry


def test_the_plugin_declares_its_exporters(registry):
    assert [one.error for one in registry.plugins] == ["", ""]
    assert set(NAMES) <= set(registry.names("exporter"))


def test_every_option_has_a_type_a_yaml_value_can_meet(registry):
    for name in NAMES:
        extension = registry.get("exporter", name)
        defaults = {one.name: one.default for one in extension.options} | NEEDED.get(name, {})
        assert extension.bind(defaults, "x.yaml:1").name == name


def test_one_bad_piece_never_costs_the_others_their_file(tmp_path, registry):
    pytest.importorskip("docx")
    (tmp_path / "ads.csv").write_text(HEAD, encoding="utf-8")
    values = {"url": "https://example.com/mug", "date": "2026-12-01"}
    pieces = [piece("mug", values, **GOOD), piece("0001", {"url": "mug", "date": "soon"}, stem=["no title"])]
    told: list[str] = []
    options = {"meta-ads": {"template": str(tmp_path / "ads.csv")}}
    options |= dict.fromkeys(NEEDED, options["meta-ads"])
    paths = [
        path
        for name in NAMES
        for path in try_exporter(
            registry.get("exporter", name), pieces, tmp_path / "out", refused=told.append, **options.get(name, {})
        )
    ]
    assert sorted(one.partition(" without 1 of 2: 0001: ")[0] for one in told) == NAMES, told
    assert [path.relative_to(tmp_path / "out").as_posix() for path in sorted(paths)] == [
        *(
            "ads-editor-assets.csv",
            "calendar.csv",
            "calendar.ics",
            "docx/mug.docx",
            "html/mug.html",
            "merchant-center.tsv",
        ),
        *(
            "merchant-center.xml",
            "meta-ads.csv",
            "meta.csv",
            "microsoft-ads.csv",
            "schedule.csv",
            "shopify.csv",
            "wordpress.xml",
        ),
        *("zendesk-macros.csv", "zendesk-macros.json"),
    ]


@pytest.mark.parametrize(
    "name", ["shopify", "merchant-center", "meta-ads", "microsoft-ads", "zendesk-macros", "meta-csv"]
)
def test_what_a_platform_takes_has_a_source_and_a_day(name):
    told = platform(name)
    assert told.source and told.checked_on and (told.columns or told.layouts)
    assert set(told.longest) <= set(told.columns)


def test_the_label_for_people_has_the_words_that_china_asks_for():
    from importlib.resources import files

    text = files("aigc_plugins.formats").joinpath("ai_label.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    assert told["source"] and told["checked_on"]
    assert "AI" in told["visible"]["zh"] and "生成" in told["visible"]["zh"]


def test_importing_it_loads_nothing_heavy():
    script = (
        "import sys, aigc_plugins.publishing;"
        "print(sorted({'docx', 'lxml', 'openpyxl', 'yaml', 'pydantic', 'torch'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@settings(max_examples=25, deadline=None)
@given(name=texts(), author=texts(), reason=texts(), price=texts(), language=texts(), brand=texts(), producer=texts())
def test_whatever_a_brief_holds_every_file_is_read(
    tmp_path_factory, name, author, reason, price, language, brand, producer
):
    folder = tmp_path_factory.mktemp("all")
    (folder / "ads.csv").write_text(HEAD, encoding="utf-8")
    values = {"url": "https://example.com/mug", "date": "2026-12-01", "author": author, "price": price}
    values |= {"language": language, "brand": brand, "product": name, "keyword": name}
    ident = name.encode("utf-8", "replace").decode()  # a file of briefs has no halves of characters
    made = replace(piece(ident, values, **GOOD), status="flagged", reason=reason)
    asked = {"template": str(folder / "ads.csv"), "producer": producer, "ai_label": "visible", "site": "hugo"}
    for exporter in (*aigc_plugins.publishing.aigc_exporters(), markdown_pieces):
        own = {one.name: asked[one.name] for one in exporter.options if one.name in asked}
        if exporter.name == "docx" and not find_spec("docx"):
            continue
        if refused := list(exporter.refuses(made, **own)):
            runs = does_harm(ident) and all("a spreadsheet would run" in one for one in refused)
            assert runs or exporter.name in ("shopify", "merchant-center"), "an id that is none"
            continue
        for path in exporter([made], folder / "out", **own):
            read(path)


def read(path) -> None:
    """Read a file as whoever takes it does."""
    text = "" if path.suffix == ".docx" else path.read_text("utf-8-sig")
    if path.suffix == ".xml":
        assert ET.fromstring(text) is not None
    elif path.suffix == ".json":
        assert json.loads(text)
    elif path.suffix == ".csv":
        assert len({len(row) for row in csv.reader(io.StringIO(text, newline=""))}) == 1
    elif path.suffix == ".md":
        assert yaml.safe_load(text.split("---\n")[1])["piece"]["status"] == "flagged"


def test_a_tool_is_shown_with_what_it_exports_and_what_it_imports(tmp_path, monkeypatch):
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    shown = run_cli("show", "shopify", cwd=tmp_path).out
    assert "shopify: exports of Shopify" in shown and "exporter shopify\n" in shown
    told = run_cli("show", "merchant-center", "--json", cwd=tmp_path)
    assert isinstance(told.json, dict), "as before there was a format of that name"
