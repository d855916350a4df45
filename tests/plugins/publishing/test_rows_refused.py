"""What a format will refuse of a piece is told of its row, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.testing import run_cli

PAGES = "id,topic,keyword\nmug,Enamel mug,enamel mug\n"
COUNTED = "topic,keyword\nEnamel mug,enamel mug\n"
ADS = "id,product,benefits,url\nmug,Enamel mug,holds 350 ml,https://example.com/mug\n"


@pytest.mark.parametrize(
    ("kind", "rows", "asked", "told"),
    [
        ("seo/meta", PAGES, "html", "html refuses it: has no text beside its title and description"),
        ("seo/meta", PAGES, "wxr", "wxr refuses it: has no text beside its title and description"),
        ("seo/meta", PAGES, "shopify", "shopify refuses it: has no product title"),
        ("seo/meta", COUNTED, "merchant-center", "merchant-center refuses it: has no id of its own"),
        ("seo/meta", PAGES, "meta-csv", "meta-csv refuses it: has no URL"),
        ("seo/meta", PAGES, "google-ads-editor", "will have no headlines, which seo/meta does not write"),
        ("ads/google-search", ADS, "merchant-center", "merchant-center refuses it: has no title"),
        ("seo/meta", PAGES, "merchant-center", ""),
    ],
)
def test_before_writing(tmp_path, kind, rows, asked, told):
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    ran = run_cli("batch", kind, "rows.csv", "--to", asked, "--dry-run", "--json", cwd=tmp_path)
    found = ran.json
    assert (found["failed"], told in "".join(found["reasons"])) == (bool(told), True)
    assert ran.code == bool(told)


def test_nothing_is_made_of_rows_that_are_all_refused(tmp_path):
    (tmp_path / "rows.csv").write_text(PAGES, encoding="utf-8")
    ran = run_cli("batch", "seo/meta", "rows.csv", "--to", "html", "--out", "made", cwd=tmp_path)
    assert ran.code == 2
    assert "html refuses it: has no text beside its title and description" in ran.err
    assert not (tmp_path / "made" / "artifacts.jsonl").exists()


def test_a_dry_run_tells_which_column_a_shop_will_know_its_products_by(tmp_path: Path) -> None:
    (tmp_path / "pages.csv").write_text("SKU,Handle,topic,keyword\nMUG-1,mug,Enamel mug,mug\n", encoding="utf-8")
    argv = ("batch", "seo/meta", "pages.csv", "--to", "shopify", "--dry-run")
    told = "pages.csv: shopify: the id of each piece, and the handle of its product, is what the column 'SKU' has"
    assert told in run_cli(*argv, "--map", "id=SKU", cwd=tmp_path).err
    assert "the id of each piece" not in run_cli(*argv, "--map", "id=Handle", cwd=tmp_path).err
    assert "the id of each piece" not in run_cli(*argv[:3], "--map", "id=SKU", "--dry-run", cwd=tmp_path).err
