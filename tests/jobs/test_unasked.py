"""Types that ask no model: none is fetched or opened for them, and no forecast speaks of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aigc.testing import run_cli

TYPE = """aigc: 1
name: shop/label
summary: A label.
brief:
  product: {type: string}
stages: {}
output:
  text: {type: string, from: "{{ product }}"}
"""
STAGED = TYPE.replace("stages: {}", "stages:\n  one: {prompt: label.j2, output: {type: string}}")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Make a project whose model nobody can have."""
    folder = tmp_path / "templates" / "shop"
    folder.mkdir(parents=True)
    (tmp_path / "aigc.yaml").write_text("model: someone/nothing-of-this-name\n", encoding="utf-8")
    (folder / "label.yaml").write_text(TYPE, encoding="utf-8")
    (folder / "label.j2").write_text("{% extends 'base.j2' %}{% block task %}x{% endblock %}", encoding="utf-8")
    (tmp_path / "items.csv").write_text("product\nMug\nCup\n", encoding="utf-8")
    return tmp_path


def test_a_batch_of_a_type_that_asks_no_model_opens_none(shop: Path) -> None:
    environment = {"AIGC_CACHE": str(shop / "cache"), "HF_HUB_OFFLINE": "1"}
    argv = ("batch", "shop/label", "items.csv")
    dry = run_cli(*argv, "--dry-run", cwd=shop, environment=environment)
    assert dry.code == 0 and "Forecast: 2 pieces; this type asks no model" in dry.out, dry.err
    assert "token" not in dry.out + dry.err and "memory" not in dry.out
    ran = run_cli(*argv, "--out", "made", cwd=shop, environment=environment)
    assert ran.code == 0 and "2 pieces: 2 accepted" in ran.out, ran.err
    assert not list(shop.glob("cache/models/*"))
    pieces = [json.loads(line) for line in (shop / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()]
    assert [one["provenance"]["model"] for one in pieces] == ["", ""]
    assert "asks no model" in run_cli("job", "made", cwd=shop, environment=environment).out
    again = run_cli(*argv, "--out", "made", "-m", "another/name", cwd=shop, environment=environment)
    assert "(2 were there already)" in again.out, "no piece hangs on a model"
    one = run_cli("generate", "shop/label", "product=Mug", cwd=shop, environment=environment)
    assert (one.code, one.out.strip()) == (0, "Mug"), one.err


def test_a_type_that_asks_one_still_needs_it(shop: Path) -> None:
    (shop / "templates" / "shop" / "label.yaml").write_text(STAGED, encoding="utf-8")
    environment = {"AIGC_CACHE": str(shop / "cache"), "HF_HUB_OFFLINE": "1"}
    ran = run_cli("batch", "shop/label", "items.csv", "--out", "made", cwd=shop, environment=environment)
    assert ran.code != 0 and "nothing-of-this-name" in ran.err


def test_an_output_that_is_an_optional_input_is_as_optional(shop: Path) -> None:
    label = shop / "templates" / "shop" / "label.yaml"
    optional = "  price: {type: string, default: null}\nstages"
    label.write_text(TYPE.replace("stages", optional) + '  price: {type: string, from: "{{ price }}"}\n', "utf-8")
    (shop / "items.csv").write_text("product,price\nMug,3 €\nCup,\n", encoding="utf-8")
    ran = run_cli("batch", "shop/label", "items.csv", "--out", "made", "--to", "csv", cwd=shop)
    assert ran.code == 0 and "2 pieces: 2 accepted" in ran.out, ran.out + ran.err


def test_the_names_of_a_composition_are_checked_where_no_stage_is(shop: Path) -> None:
    label = shop / "templates" / "shop" / "label.yaml"
    label.write_text(TYPE.replace("{{ product }}", "{{ prodct }}"), encoding="utf-8")
    ran = run_cli("check", cwd=shop)
    assert ran.code == 1 and "did you mean 'product'?" in ran.out
