"""A finished job for another market: judged anew by its own type, exported by its own formats."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aigc.testing import ScriptedGenerator, run_cli
from aigc.types import Request

ROWS = [
    {
        "product": "Gray travel mug",
        "benefits": "holds 12 oz;keeps its color;leakproof lid;fits a cup holder",
        "url": "https://example.com/color-mugs",
        "brand": "Color Center",
        "category": "kitchen",
    },
    {
        "product": "Cast iron pan",
        "benefits": "weighs 5 lb;made by traveling smiths;sale ends 5/12/2026",
        "url": "https://example.com/pans",
        "price": "$49",
    },
]


def nothing(request: Request, index: int) -> str:
    return "-"


def batch(folder: Path, name: str, rows: list[dict[str, Any]], *words: str) -> None:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ran = run_cli(
        "batch", name, "rows.jsonl", "--out", "made", *words, cwd=folder, generator=ScriptedGenerator(nothing)
    )
    assert ran.code in (0, 1), ran.err


def pieces(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "artifacts.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def ads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ads")
    batch(folder, "ads/google-search", ROWS)
    assert {one["status"] for one in pieces(folder / "made")} == {"accepted"}
    return folder


def test_an_ad_leaves_for_britain_as_an_ads_editor_file(ads: Path) -> None:
    ran = run_cli("localise", "made", "--market", "gb", "--out", "gb", "--rate", "usd=0.79@2026-11-30", cwd=ads)
    assert ran.code == 0, ran.err + ran.out
    assert "2 pieces: 2 accepted" in ran.out and "Fallback lines" not in ran.out, "no model was asked"
    mug, pan = pieces(ads / "gb")
    said = json.dumps([mug["fields"], pan["fields"]], ensure_ascii=False)
    for new, old in (("340 g", "12 oz"), ("Grey", "Gray"), ("2.3 kg", "5 lb"), ("£38.71", "$49"), ("12 May", "5/12")):
        assert new.lower() in said.lower() and old.lower() not in said.lower(), new
    assert "Color Center" in said and mug["fields"]["final_url"] == ROWS[0]["url"]
    assert mug["brief"]["values"]["benefits"][:2] == ["holds 340 g", "keeps its colour"]
    assert mug["provenance"]["content_type"] == "ads/google-search" and mug["provenance"]["requests"] == 0
    (file,) = (ads / "gb").glob("google-ads-editor*.csv")
    with file.open(encoding="utf-16" if file.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig") as read:
        text = read.read()
    assert "340 g" in text and "12 oz" not in text


def test_the_mark_of_localised_pieces_is_in_no_export(ads: Path) -> None:
    assert run_cli("localise", "made", "--market", "gb", "--out", "marked", cwd=ads).code == 1  # the price
    words = [word for name in ("csv", "xlsx", "jsonl", "markdown") for word in ("--to", name)]
    assert run_cli("export", "marked", *words, cwd=ads).code == 0
    told = [one for one in (ads / "marked").rglob("*") if one.suffix in (".csv", ".jsonl", ".md", ".html", ".tsv")]
    assert [one.name for one in told if b"localised_from" in one.read_bytes()] == ["artifacts.jsonl"]
    assert "product" in (ads / "marked/content.csv").read_text("utf-8-sig").splitlines()[0].split(",")


def test_a_price_without_a_rate_flags_its_piece_alone(ads: Path) -> None:
    ran = run_cli("localise", "made", "--market", "gb", "--out", "priced", cwd=ads)
    assert ran.code == 1
    mug, pan = pieces(ads / "priced")
    assert (mug["status"], pan["status"]) == ("accepted", "flagged") and "no rate was given" in pan["reason"]


def test_limits_are_counted_anew(ads: Path) -> None:
    """What is too long afterwards is left out of a list that can do without it, and told of."""
    ran = run_cli(
        "localise", "made", "--market", "gb", "--measures", "both", "--out", "both", "--with-flagged", cwd=ads
    )
    assert ran.code == 1  # the price
    before, after = pieces(ads / "made")[0], pieces(ads / "both")[0]
    said = [*after["fields"]["headlines"], *after["fields"]["descriptions"]]
    assert "340 g (12 oz)" in " ".join(said).replace("Oz", "oz")
    assert max(map(len, after["fields"]["headlines"])) <= 30 and after["status"] == "accepted"
    gone = [one for one in after["findings"] if "left out" in one["message"]]
    assert gone and {one["severity"] for one in gone} == {"note"}
    fewer = len(before["fields"]["headlines"]) - len(after["fields"]["headlines"])
    assert fewer == len([one for one in gone if one["field"] == "headlines"])


def test_a_field_that_no_longer_fits_is_refused(tmp_path: Path) -> None:
    title = "Bin with 12 oz " + "x" * 50
    batch(tmp_path, "shops/listing", [{"product": title, "facts": "keeps its color"}])
    ran = run_cli("localise", "made", "--market", "gb", "--measures", "both", "--out", "gb", cwd=tmp_path)
    made = pieces(tmp_path / "gb")[0]
    assert ran.code == 1 and made["status"] == "rejected" and made["reason"].startswith("meta_title: has 7")


def test_what_the_brief_does_not_have_is_still_refused(tmp_path: Path) -> None:
    """The localised piece is held against its localised brief, not against itself."""
    batch(tmp_path, "shops/listing", [{"product": "Bin", "facts": "holds 12 oz;weighs 5 lb"}])
    assert run_cli("localise", "made", "--market", "gb", "--out", "gb", cwd=tmp_path).code == 0
    made = pieces(tmp_path / "gb")[0]
    assert made["fields"]["bullets"] == ["Weighs 2.3 kg"]
    assert made["fields"]["description"] == "The bin holds 340 g."
    assert made["brief"]["values"]["facts"] == ["holds 340 g", "weighs 2.3 kg"]
    texts = json.dumps({name: one for name, one in made["brief"]["values"].items() if name != "facts"})
    assert "340" not in texts


def test_a_listing_goes_metric_and_back(tmp_path: Path) -> None:
    facts = "holds 200 litres;carries up to 130 kg;washes at 30 degrees"
    batch(tmp_path, "shops/listing", [{"product": "Grey bin", "facts": facts, "sku": "12 oz"}])
    ran = run_cli("localise", "made", "--from", "gb", "--market", "us", "--out", "us", cwd=tmp_path)
    assert ran.code == 1
    made = pieces(tmp_path / "us")[0]
    assert made["fields"]["bullets"] == ["Carries up to 286 lb", "Washes at 30 degrees"]
    assert made["fields"]["description"] == "The gray bin holds 53 gallons."
    assert made["status"] == "flagged" and "'30 degrees' was not converted" in made["reason"]
    assert made["brief"]["values"]["sku"] == "12 oz"  # for exports only
    again = run_cli("localise", "made", "--from", "gb", "--market", "us", "--out", "us", cwd=tmp_path)
    assert "1 were there already" in again.out
    assert run_cli("export", "us", "--to", "jsonl", "--with-flagged", cwd=tmp_path).code == 0


def test_what_was_flagged_stays_flagged(tmp_path: Path) -> None:
    batch(tmp_path, "shops/listing", [{"product": "Gray bin", "facts": "keeps its color", "picture": "x" * 300}])
    assert pieces(tmp_path / "made")[0]["status"] == "flagged"
    ran = run_cli("localise", "made", "--market", "gb", "--out", "gb", cwd=tmp_path)
    assert ran.code == 3 and "--with-flagged takes flagged pieces too" in ran.err
    ran = run_cli("localise", "made", "--market", "gb", "--out", "gb", "--with-flagged", cwd=tmp_path)
    after = pieces(tmp_path / "gb")[0]
    assert (after["status"], after["fields"]["bullets"]) == ("flagged", ["Keeps its colour"]) and ran.code == 1


SLOGAN = """
aigc: 1
name: shop/slogan
summary: A slogan.
brief: {product: {type: string}}
stages:
  line:
    prompt: slogan.j2
    output: {type: string}
    repair: {attempts: 0}
    checks: [min_words: {least: 5, severity: warn}]
output: {slogan: {type: string, limit: {chars: 40}, from: "{{ stages.line }}"}}
"""


def test_what_a_stage_was_flagged_for_stays(tmp_path: Path) -> None:
    """Nobody looks for it again: stages' checks are for a model's own lines."""
    (tmp_path / "templates" / "shop").mkdir(parents=True)
    (tmp_path / "aigc.yaml").touch()
    (tmp_path / "templates" / "shop" / "slogan.yaml").write_text(SLOGAN, encoding="utf-8")
    task = '{% extends "base.j2" %}{% block task %}{{ product }}{% endblock %}'
    (tmp_path / "templates" / "shop" / "slogan.j2").write_text(task, encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"product": "Gray mug"}\n', encoding="utf-8")
    script = ScriptedGenerator("A gray mug")
    run_cli("batch", "shop/slogan", "rows.jsonl", "--out", "made", cwd=tmp_path, generator=script)
    run_cli("localise", "made", "--market", "gb", "--out", "gb", "--with-flagged", cwd=tmp_path)
    made = pieces(tmp_path / "gb")[0]
    assert (made["status"], made["fields"]) == ("flagged", {"slogan": "A grey mug"})
    assert [one["check"] for one in made["findings"]] == ["min_words"]


def test_a_brand_pack_says_what_stays(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "aigc.yaml").write_text("", encoding="utf-8")
    pack = "aigc: 1\nbrand: Color Works\nterms: {mug: color cup}\nmarkets:\n  gb: {voice: Calm.}\n"
    (tmp_path / "brands" / "works.yaml").write_text(pack, encoding="utf-8")
    row = {"product": "Gray bin of Color Works", "facts": "a color cup;keeps its color", "brand_pack": "works"}
    batch(tmp_path, "shops/listing", [row])
    assert run_cli("localise", "made", "--market", "gb", "--out", "gb", cwd=tmp_path).code == 0
    made = pieces(tmp_path / "gb")[0]
    assert made["fields"]["bullets"] == ["A color cup"]
    assert "keeps its colour" in made["fields"]["description"]
    assert made["brief"]["values"]["market"] == "gb" and "Grey bin of Color Works" in json.dumps(made["fields"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--market", "uk", "--out", "x"], "no market 'uk'"),
        (["--market", "gb"], "--out DIR is needed"),
        (["--market", "gb", "--out", "made"], "is the batch itself"),
        (["--market", "gb", "--out", "x", "--rate", "usd=1"], "the rate usd='1' is none"),
        (["--market", "tw", "--out", "x"], "no piece to localise for tw"),
        (["--market", "de", "--translate", "--out", "x"], "localise/text is not written in 'de'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(ads: Path, words: list[str], message: str) -> None:
    ran = run_cli("localise", "made", *words, cwd=ads)
    assert ran.code in (2, 3) and message in ran.err and not (ads / "x").exists()


def test_no_job_is_no_batch(tmp_path: Path) -> None:
    ran = run_cli("localise", "there", "--market", "gb", "--out", "x", cwd=tmp_path)
    assert ran.code == 2 and "no such folder" in ran.err


CHINESE = {
    "Compost bin": "堆肥桶",
    "holds 300 litres": "容量300升",
    "opens at the bottom": "底部可打开",
    "Holds 300 litres": "容量300升",
    "Opens at the bottom": "底部可打开",
    "The Meadowly compost bin holds 300 litres.": "Meadowly堆肥桶容量300升。",
}


def translator(request: Request, index: int) -> str:
    line = request.prompt.messages[-1].content.rsplit("\n", 1)[-1]
    if line in CHINESE:
        return CHINESE[line]
    out = line.replace("Meadowly compost bin", "Meadowly堆肥桶").replace("Compost bin", "堆肥桶")
    for old, new in (("holds 300 litres", "容量300升"), ("opens at the bottom", "底部可打开")):
        out = out.replace(old, new).replace(old.capitalize(), new)
    return out.replace(" by Meadowly", "，Meadowly").replace(", ", "，").replace(": ", "：").replace(" and ", "，")


def translated(folder: Path, *words: str, answer: Any = translator) -> Any:
    script = ScriptedGenerator(answer, likely=lambda request: -0.5)
    return run_cli(
        "localise", "made", "--market", "cn", "--translate", "--out", "cn", *words, cwd=folder, generator=script
    )


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    row = {"product": "Compost bin", "brand": "Meadowly", "facts": "holds 300 litres;opens at the bottom"}
    batch(tmp_path, "shops/listing", [row])
    return tmp_path


def test_a_listing_is_translated_with_its_brief(listing: Path) -> None:
    ran = translated(listing)
    made = pieces(listing / "cn")[0]
    assert made["brief"]["values"]["facts"] == ["容量300升", "底部可打开"], ran.err
    assert made["brief"]["values"]["language"] == "zh" and made["brief"]["values"]["brand"] == "Meadowly"
    assert made["fields"]["bullets"] == ["底部可打开"] and "容量300升" in made["fields"]["description"]
    assert made["fields"]["title"].startswith("Meadowly堆肥桶") and made["status"] == "accepted", made["findings"]
    assert ran.code == 0, ran.err
    assert "3 of 3 texts of the briefs translated" in ran.err


def test_a_line_that_no_candidate_holds_for_flags_the_piece(listing: Path) -> None:
    def wrong(request: Request, index: int) -> str:
        return translator(request, index).replace("300", "200")

    ran = translated(listing, answer=wrong)
    made = pieces(listing / "cn")[0]
    assert ran.code == 1 and made["status"] != "accepted"
    assert "all_translated" in {one["check"] for one in made["findings"]}
    assert "200" not in json.dumps(made["fields"])


def test_a_translation_that_its_source_cannot_be_told_from_does_not_stand(listing: Path) -> None:
    script = ScriptedGenerator(translator, likely=lambda request: -4.0)
    ran = run_cli("localise", "made", "--market", "cn", "--translate", "--out", "cn", cwd=listing, generator=script)
    assert ran.code == 1 and pieces(listing / "cn")[0]["status"] != "accepted"


def test_pieces_in_another_language_are_left_out_unless_they_are_translated(tmp_path: Path) -> None:
    english = {"product": "Compost bin", "facts": "holds 300 litres;opens at the bottom"}
    rows = [english, {"product": "儿童雨靴", "facts": "天然橡胶;内里加绒保暖", "language": "zh"}]
    batch(tmp_path, "shops/listing", rows)
    ran = run_cli("localise", "made", "--market", "gb", "--out", "gb", cwd=tmp_path)
    assert "1 piece in another language" in ran.err and len(pieces(tmp_path / "gb")) == 1


def test_the_exports_are_the_types_own(listing: Path) -> None:
    assert run_cli("localise", "made", "--market", "gb", "--out", "gb", "--to", "csv", cwd=listing).code == 0
    with (listing / "gb" / "content.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["bullets 1"] == "Opens at the bottom"


def test_a_file_of_yours_in_the_folder_is_refused_before_anything_is_written(ads: Path) -> None:
    mine = ads / "theirs" / "content.csv"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    ran = run_cli("localise", "made", "--market", "gb", "--to", "csv", "--out", "theirs", cwd=ads)
    assert (ran.code, [one.name for one in mine.parent.iterdir()]) == (2, [mine.name])
    assert mine.read_text("utf-8") == "mine" and "content.csv" in ran.err


def test_a_piece_of_no_known_status_is_named_and_the_others_leave(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    batch(tmp_path, "ads/google-search", [ROWS[0], {**ROWS[0], "product": "Gray tea mug"}])
    with closing(sqlite3.connect(tmp_path / "made/job.sqlite")) as db, db:
        assert db.execute("update pieces set status = 'odd' where id = '0001'").rowcount
    ran = run_cli("localise", "made", "--market", "gb", "--out", "gb", cwd=tmp_path)
    assert ran.code == 1 and "made/job.sqlite: what it holds of '0001' is damaged" in caplog.text + ran.err
    assert [(one["id"], one["status"]) for one in pieces(tmp_path / "gb")] == [("0002", "accepted")]


@pytest.mark.parametrize("term", ["nope", "=nope", "nope= "])
def test_a_term_without_its_translation_is_refused(tmp_path: Path, term: str) -> None:
    ran = run_cli("localise", "made", "--market", "gb", "--out", "gb", "--term", term, cwd=tmp_path)
    assert ran.code == 2 and f"--term: {term!r} is no TERM=TRANSLATION" in ran.err


@pytest.mark.parametrize("at", ["loading", "briefs", "pieces"])
def test_one_that_is_interrupted_says_the_command_that_goes_on(
    listing: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(request: Request, index: int) -> str:
        in_pieces = (listing / "cn/job.sqlite").exists()
        if at == "pieces" and not in_pieces:
            return translator(request, index)
        raise KeyboardInterrupt

    def never(project: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if at == "loading":
            patched.setattr("aigc.cli.localise.check_model", never)
        ran = translated(listing, "--json", answer=stopped)
        assert ran.code == 130, ran.err
        again = "aigc localise made --market cn --translate --out cn --json"
        assert ran.json["interrupted"] and ran.json["again"] == again
        assert f"This writes the rest:\n  {again.removesuffix(' --json')}\n" in translated(listing, answer=stopped).err
    assert translated(listing).code == 0
