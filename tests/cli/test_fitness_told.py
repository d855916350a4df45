"""What is told of a model's and a type's abilities before anything is written, and what the command line asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from aigc.project import Project
from aigc.testing import ScriptedGenerator

from .conftest import ADVERT, SLOGAN

Run = Callable[..., Any]
SMALL = ("-m", "smollm2-135m")
VOICES = """voices:
  copy: {summary: Written freely., needs: {parameters: 1b}}
  joined: {summary: The brief's own words.}
prompt: slogan.j2"""


@pytest.fixture(autouse=True)
def opened(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the scripted generator stand for the model of the settings."""

    def generator(project: Project, progress: object = None, **again: bool) -> ScriptedGenerator:
        project.opened = project.source
        shop.generators.append(ScriptedGenerator(lambda request, index: shop.answer(request, index)))
        return shop.generators[-1]

    monkeypatch.setattr(Project, "generator", generator)


def test_a_model_too_small_is_told_first_and_its_pieces_are_flagged(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("prompt:", "needs: {parameters: 1b}\nprompt:", 1))
    why = "written by a model smaller than this type needs (135M of 1B): take qwen2.5-1.5b"
    batch = ("batch", "shop/slogan", "sample", *SMALL, "--out", "made")
    for argv in ((*batch, "--dry-run"), batch, ("generate", "shop/slogan", "product=Hat", *SMALL)):
        assert aigc(*argv).err.splitlines()[0] == f"shop/slogan will be flagged: {why}"
    (shop.folder / "aigc.yaml").write_text("model: smollm2-135m\n")
    shown = aigc("show", "shop/slogan")
    assert why in shown.err and "\nNeeds: 1B parameters\n" in shown.out
    assert aigc("show", "shop/slogan", "--json").json["needs"] == {"parameters": 10**9, "languages": []}
    assert f"2 flagged by needs (first 0001): the piece: {why}" in aigc("job", "made").out
    assert not (shop.folder / "made/lines.txt").exists(), "nothing is ready to be published"
    aigc(*batch, "--with-flagged")
    assert len((shop.folder / "made/lines.txt").read_text().splitlines()) == 3
    assert "with_flagged: true" in (shop.folder / "made/job.yaml").read_text()
    assert aigc("generate", "shop/slogan", "product=Hat", "-m", "qwen2.5-1.5b").code == 0


def test_the_voice_in_use_is_told_chosen_and_written_down(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("prompt: slogan.j2", VOICES))
    batch = ("batch", "shop/slogan", "sample", *SMALL, "--out", "made")
    used = "shop/slogan writes in its voice 'joined': the brief's own words."
    line = f"{used} Its voice 'copy' needs a model with 1B parameters, which smollm2-135m has not."
    assert aigc(*batch, "--dry-run").err.splitlines()[0] == line
    ran = aigc(*batch)
    assert ran.code == 0 and "voice: joined" in (shop.folder / "made/job.yaml").read_text()
    asked = len(shop.asked)
    ran = aigc(*batch, "--voice", "copy")
    assert ran.code == 1 and "2 flagged" in ran.out and len(shop.asked) == asked + 2, "another voice is another piece"
    assert "voice: copy" in (shop.folder / "made/job.yaml").read_text()
    shown = aigc("show", "shop/slogan", "--json").json["voices"]
    assert [(one["name"], one["used"]) for one in shown] == [("copy", True), ("joined", False)], "of a model not known"
    assert "  copy    used  1B parameters  Written freely." in aigc("show", "shop/slogan").out
    refused = aigc(*batch, "--voice", "cop")
    assert refused.code == 2
    assert "-o voice=cop: shop/slogan has no voice 'cop'; did you mean 'copy'?" in refused.err
    shop.write("aigc.yaml", "voice: cop\n")
    assert "aigc.yaml:1: shop/slogan has no voice 'cop'" in aigc("show", "shop/slogan").err
    assert aigc("show", "shop/advert").code == 0, "a type without voices has nothing against it"


def test_keys_of_types_without_voices_do_not_know_any(aigc: Run, shop: Any) -> None:
    batch = ("batch", "shop/slogan", "sample", *SMALL, "--out", "made")
    aigc(*batch)
    asked = len(shop.asked)
    aigc(*batch, "-o", "voice=copy")
    assert len(shop.asked) == asked


def test_where_plain_texts_stand_in_that_is_said(aigc: Run, shop: Any) -> None:
    needing = SLOGAN.replace("prompt:", "needs: {parameters: 1b}\nfallback: Plain\nprompt:", 1)
    shop.write("templates/shop/slogan.yaml", needing)
    told = (
        "shop/slogan: pieces with lines of the model will be flagged, those with the brief's own words alone will not: "
        "written by a model smaller than"
    )
    argv = ("batch", "shop/slogan", "sample", *SMALL, "--dry-run")
    assert aigc(*argv).err.splitlines()[0].startswith(told)
    (line,) = aigc(*argv, "--json").json["needs"]
    assert line.startswith(told)


def test_rows_that_will_be_flagged_are_counted_by_reason(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("maxLength: 20", "maxLength: 99"))
    apron = "Leinenschürze mit zwei Taschen"
    shop.write("rows.csv", f"product\n{apron}\nWollmütze für den kalten Winter\nA hat that keeps you warm in winter\n")
    batch = ("batch", "shop/slogan", "rows.csv", "-m", "qwen2.5-1.5b", "--out", "made")
    line = "2 briefs will be flagged: the row is in German, which this type does not write (en, zh)\n"
    assert line in aigc(*batch, "--dry-run").err
    why = "the row is in German, which this type does not write (en, zh)"
    assert aigc(*batch, "--dry-run", "--json").json["flagged"] == [{"message": why, "briefs": 2}]
    ran = aigc(*batch)
    assert line in ran.err and "1 accepted, 2 flagged" in ran.out
    contradicted = aigc(*batch, "--set", "language=zh", "--dry-run").err
    assert "1 brief will be flagged: the row is in English, and its language says zh\n" in contradicted


def test_rows_too_short_to_tell_are_flagged_as_their_file_is_also_when_written_again(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("maxLength: 20", "maxLength: 99"))
    shop.write("rows.csv", "product\nLeinenschürze mit zwei Taschen vorne\nGartenbank Teak\nTasse\n")
    batch = ("batch", "shop/slogan", "rows.csv", "-m", "qwen2.5-1.5b", "--out", "made")
    line = "3 briefs will be flagged: the row is in German, which this type does not write (en, zh)\n"
    assert line in aigc(*batch, "--dry-run").err
    assert "3 pieces: 3 flagged" in aigc(*batch).out
    asked = len(shop.asked)
    assert "3 pieces: 3 flagged" in aigc(*batch, "--retry", "flagged").out and len(shop.asked) == asked + 3
    shop.write("rows.csv", "product\nA hat that keeps you warm in winter\nGartenbank Teak\nTasse\n")
    assert "3 accepted" in aigc(*batch).out, "they are other briefs in another file"


def test_a_row_without_language_gets_its_own_before_it_is_written(aigc: Run, shop: Any) -> None:
    shop.write("rows.csv", "product,language\n保温杯可装两大杯茶,\n龙井,zh\nHat,\n")
    aigc("batch", "shop/slogan", "rows.csv", "-m", "qwen2.5-1.5b", "--out", "made")
    made = [json.loads(line) for line in (shop.folder / "made/artifacts.jsonl").read_text("utf-8").splitlines()]
    languages = [one["brief"]["values"]["language"] for one in made]
    assert languages == ["zh", "zh", "zh"], "the last is too short to tell, and most rows are in Chinese"
    assert aigc("generate", "shop/slogan", "product=帽子", "--json", "-m", "qwen2.5-1.5b").json["brief"]["values"] == {
        "product": "帽子",
        "tags": None,
        "language": "zh",
    }


def test_types_are_shown_where_nothing_writes(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("prompt: slogan.j2", VOICES))
    del shop.plugins["gpt"]
    assert "en zh" in aigc("types").out and "copy    used" in aigc("show", "shop/slogan").out


def test_a_dry_run_shows_no_stage_of_another_voice(aigc: Run, shop: Any) -> None:
    spoken = ADVERT.replace("stages:", "voices: {calm: , loud: }\nstages:", 1)
    spoken = spoken.replace("  closing:\n    prompt", "  closing:\n    voices: [loud]\n    prompt", 1)
    shop.write("templates/shop/advert.yaml", spoken)
    shop.write("rows.csv", "product,facts\nCup,light\n")
    batch = ("batch", "shop/advert", "rows.csv", *SMALL, "--out", "made", "--dry-run")
    told = aigc(*batch).out
    assert "stage lines, the task" in told and "stage closing" not in told
    calm, loud = (aigc(*batch, *voice, "--json").json["prompts"][0]["requests"] for voice in ([], ["--voice", "loud"]))
    assert [one["stage"] for one in calm] == [one["stage"] for one in loud] == ["lines", "closing"]
    assert "not run in the voice 'calm'" in calm[1]["why"] and "not run" not in loud[1]["why"]


SPOKEN = """
aigc: 1
name: shop/spoken
version: 1
summary: What a model writes, where it is asked.
exports: [lines]
brief:
  product: {type: string}
  ask: {type: boolean, default: false}
  language: {type: string, enum: [en, zh], default: en}
stages:
  line: {foreach: "[product] if ask else []", prompt: line.j2, output: {type: string}}
output:
  line: {type: string, from: "{{ stages.line | first | d(product) }}"}
"""


def test_no_brief_is_flagged_for_a_language_of_which_no_model_is_asked(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/spoken.yaml", SPOKEN)
    shop.write("hats.csv", "product,ask\n帽子,no\n草帽,yes\n")
    ran = aigc("batch", "shop/spoken", "hats.csv", "--set", "language=zh", *SMALL, "--out", "hats", "--dry-run")
    assert "1 brief will be flagged: written in Chinese by a model that does not know it" in ran.err, ran.err
