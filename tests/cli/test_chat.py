"""`aigc chat`: one message or many, from pages or a model; commands, history, what cannot be done."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc_plugins import formats, rules, support, text

Run = Callable[..., Any]

PAGES = """# Help

## How do I return something?

Within 30 days.

## What does a return from abroad cost?

9 euros.
"""


@pytest.fixture(autouse=True)
def plugins(shop: Any) -> None:
    """This has the bundled plugins that support/reply takes, and scripted answers."""
    shop.plugins |= {"shop": formats, "rules": rules, "text": text, "support": support}
    for name in ("slogan", "advert"):
        (shop.folder / f"templates/shop/{name}.yaml").unlink()
    (shop.folder / "help").mkdir()
    (shop.folder / "help/help.md").write_text(PAGES, encoding="utf-8")
    shop.answer = lambda request, index: "A mug is a cup."


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def lines(*given: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in given)))

    return lines


def test_a_page_answers_with_its_place_and_no_model(aigc: Run, shop: Any) -> None:
    ran = aigc("chat", "--kb", "help", "Can I send it back?", "--json").json
    assert ran["text"].startswith("Within 30 days.\n\nThis reply was put together by an AI")
    assert ran["citations"] == ["help.md:5 Help → How do I return something?"]
    assert (ran["needs_human"], ran["silent"], ran["conversation"]) == (False, False, 1)
    assert shop.asked == []
    assert (shop.folder / ".aigc/chats.sqlite").is_file() and (shop.folder / ".aigc/knowledge.sqlite").is_file()


def test_what_no_page_says_is_for_a_person(aigc: Run) -> None:
    ran = aigc("chat", "--kb", "help", "Do you sell laptops?")
    assert (ran.code, ran.out) == (0, "I pass this on to a person of our team.\n")
    assert "A person is needed: no page comes near" in ran.err


def test_a_message_that_goes_on_is_read_with_the_one_before(aigc: Run, typed: Callable[..., None]) -> None:
    typed("What does a return cost?", "And from abroad?", "And laptops?")
    first, *_, abroad, laptops = aigc("chat", "--kb", "help").out.splitlines()
    assert (first, abroad, laptops) == ("9 euros.", "9 euros.", "I pass this on to a person of our team.")


def test_a_person_takes_over_and_gives_back(aigc: Run, typed: Callable[..., None]) -> None:
    typed(
        "Can I send it back?",
        "/takeover",
        "Anybody there?",
        "/say Yes.",
        "/release",
        "/agian",
        "How to return?",
        "/quit",
        "x",
    )
    ran = aigc("chat", "--kb", "help")
    assert ran.out.count("Within 30 days.") == 2
    assert "/agian: is no command; did you mean '/again'?" in ran.err
    found = aigc("chat", "--find", "anybody", "--json").json["turns"]
    assert [(one["speaker"], one["place"]) for one in found] == [("customer", 3)]


def test_a_model_answers_again_and_goes_on(aigc: Run, shop: Any, typed: Callable[..., None]) -> None:
    (shop.folder / "joan.json").write_text('{"name": "Joan"}')
    (shop.folder / "who.md").write_text("You are a potter.")
    typed("What is a mug?", "/again")
    ran = aigc("chat", "--persona", "who.md", "--customer", "joan.json")
    assert ran.out.splitlines() == ["A mug is a cup."] * 2
    typed("And a cup?")
    assert "customer: What is a mug?" in aigc("chat", "--continue").out
    assert aigc("chat", "--find", "cup", "--json").json["turns"][0]["text"] == "A mug is a cup."


def test_what_cannot_be_done_is_said(aigc: Run) -> None:
    for args, what in (
        (("--continue",), "there is no conversation yet"),
        (("--json",), "is for one message or for --find"),
        (("--kb", "help", "--sources", "help", "x"), "both name a folder"),
        (("--kb", "hepl", "x"), "hepl: there is no such folder of sources"),
        (("--persona", "nobody.md", "x"), "nobody.md"),
        (("--find", " "), "there is no word to find"),
    ):
        ran = aigc("chat", *args)
        assert ran.code == 2 and what in ran.err, args
    assert aigc("chat", "--find", "nothing").code == 1


def test_ctrl_c_stops_an_answer_and_not_the_chat(aigc: Run, shop: Any, typed: Callable[..., None]) -> None:
    def interrupted(request: Any, index: int) -> str:
        shop.answer = lambda request, index: "Later."
        raise KeyboardInterrupt

    shop.answer = interrupted
    typed("One", "Two")
    ran = aigc("chat")
    assert "stopped; /again answers anew" in ran.err
    assert ran.out.splitlines()[-1] == "Later."


def test_outside_a_project_conversations_are_the_users(
    aigc: Run, shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    aigc("chat", "--kb", str(shop.folder / "help"), "Can I send it back?")
    assert (tmp_path / "cache" / "chats.sqlite").is_file()
