"""`aigc write`: a text from a sentence, changes of it, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc_plugins import formats, rules, text

Run = Callable[..., Any]

NOTE = "The office is closed on Monday. We are back on Tuesday."


@pytest.fixture(autouse=True)
def plugins(shop: Any) -> None:
    """This has the bundled plugins that text/write takes, and scripted answers."""
    shop.plugins |= {"shop": formats, "rules": rules, "text": text}
    for name in ("slogan", "advert"):
        (shop.folder / f"templates/shop/{name}.yaml").unlink()
    shop.answer = lambda request, index: NOTE


def asked(shop: Any) -> str:
    return str(shop.asked[-1])


def test_a_text_is_written_and_kept_under_a_number(aigc: Run, shop: Any) -> None:
    ran = aigc("write", "A short", "note")
    assert (ran.code, ran.out) == (0, NOTE + "\n")
    assert "Text 1; to change it: aigc write --piece 1 --shorter" in ran.err
    assert asked(shop) == "A short note"
    assert aigc("write", "Another", "--json").json["id"] == "2"
    assert (shop.folder / ".aigc/written/content.jsonl").read_text(encoding="utf-8").count("\n") == 2
    (found, _) = aigc("find", "tuesday", "--json").json["pieces"]
    assert (found["job"], found["type"]) == (".aigc/written", "text/write")


def test_the_last_one_is_made_shorter_goes_on_and_is_translated(aigc: Run, shop: Any) -> None:
    aigc("write", "A note")
    shop.answer = lambda request, index: "Closed on Monday."
    assert aigc("write", "--shorter").out == "Closed on Monday.\n"
    assert asked(shop).startswith(NOTE) and "half as many words" in asked(shop)
    shop.answer = lambda request, index: "Tuesday is fine."
    assert aigc("write", "--more").out == "Closed on Monday.\n\nTuesday is fine.\n"
    shop.answer = lambda request, index: "办公室周一关闭，周二重新开放，欢迎来信。"
    ran = aigc("write", "--in", "zh", "--json").json
    assert (ran["status"], ran["brief"]["values"]["language"], ran["id"]) == ("accepted", "zh", "4")
    assert asked(shop).startswith("Closed on Monday.\n\nTuesday is fine.") and asked(shop).endswith("请用中文写。")
    shop.answer = lambda request, index: "周一关闭。"
    assert aigc("write", "--shorter", "--json").json["brief"]["values"]["language"] == "zh", "it stays in its language"


def test_any_one_is_changed_as_the_words_say(aigc: Run, shop: Any) -> None:
    aigc("write", "A note")
    shop.answer = lambda request, index: "Something else of some length altogether."
    aigc("write", "Another")
    assert aigc("write", "--piece", "1", "Make it friendlier").code == 0
    assert asked(shop) == f"{NOTE}\n\nMake it friendlier"
    assert aigc("write", "--piece", "1", "--in", "de", "Sehr kurz").code == 1, "it is in English"
    assert asked(shop) == f"{NOTE}\n\nSehr kurz\n\nWrite it in German."


def test_what_is_not_shorter_adds_nothing_or_is_in_another_language_is_not_kept(aigc: Run, shop: Any) -> None:
    aigc("write", "A note")
    for how, why in (
        (("--shorter",), "the text before had"),
        (("--more",), "adds nothing"),
        (("--in", "zh"), "Chinese"),
    ):
        ran = aigc("write", *how)
        assert ran.code == 1 and "rejected" in ran.err and why in ran.err
    assert aigc("write", "--shorter", "--piece", "2").code == 2, "only the first was kept"


def test_what_cannot_be_done_is_said(aigc: Run, shop: Any, tmp_path: Path) -> None:
    assert 'aigc write "A short note' in aigc("write").err
    for flag in ("--shorter", "--more", "--in=zh"):
        ran = aigc("write", flag)
        assert ran.code == 2 and "nothing was written yet" in ran.err
    aigc("write", "A note")
    ran = aigc("write", "--piece", "7")
    assert ran.code == 2 and "--piece 7: there is no such text" in ran.err
    ran = aigc("write", "A note", "--in", "zz")
    assert ran.code == 2 and "--in zz: is no language" in ran.err
    assert shop.asked == ["A note"]


def test_a_small_model_and_a_language_that_it_does_not_know_are_told(aigc: Run, shop: Any) -> None:
    ran = aigc("write", "A note", "-m", "smollm2-135m")
    assert (ran.code, ran.out) == (0, NOTE + "\n")
    assert "text/write will be flagged: written by a model smaller than this type needs (135M of 3B): take" in ran.err
    shop.answer = lambda request, index: "办公室周一关闭，周二重新开放。"
    for words in (("写一张便条，说办公室周一关门",), ("A note", "--in", "zh")):
        ran = aigc("write", *words, "-m", "smollm2-135m")
        assert "will be flagged: written in Chinese by a model that does not know it" in ran.err
        assert "the row is in" not in ran.err, "what is to be translated is in another language"


def test_a_folder_of_ones_own_is_written_into_and_nothing_there_is_lost(aigc: Run, shop: Any) -> None:
    shop.write("mine/content.jsonl", "mine\n")
    ran = aigc("write", "A note", "--out", "mine")
    assert ran.code == 2 and (shop.folder / "mine/content.jsonl").read_text() == "mine\n" and not shop.asked
    ran = aigc("write", "A note", "--out", "ours")
    assert ran.code == 0 and "aigc write --piece 1 --out ours --shorter" in ran.err
    assert aigc("write", "--more", "--out", "ours", "--on", "ray").code == 2


def test_without_a_project_texts_are_kept_in_the_users_cache(
    aigc: Run, shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert aigc("write", "A note").code == 0
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "cache/written/.pieces.jsonl").is_file()
    assert len(aigc("find", "tuesday", "--json").json["pieces"]) == 1
    assert main(["find", "tuesday", "--in", "."]) == 1


def test_on_a_terminal_it_appears_as_it_is_written(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    shown: list[str] = []
    monkeypatch.setattr("aigc.cli.screen.echo_text", lambda text, nl=True: shown.append(text))
    aigc("write", "A note")
    assert "".join(shown) == NOTE
