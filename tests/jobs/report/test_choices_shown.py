"""Suggestions in the report: with the text that they could replace, each with the command that takes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.jobs import write_report
from aigc.ledger import Ledger, opened_ledger
from aigc.types import Decision, Suggestion

from .chromium import Chromium, found
from .conftest import EVIL, piece, write_ledger
from .test_report import report


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    """This is a job whose first piece has suggestions for two headlines, of which one was picked and one refused."""
    texts = ("Warm hands", 'It\'s "hot"', EVIL)
    offers = tuple(
        Suggestion(field=f"headlines[{line}]", stage="lines", item=line, text=text, score=-at)
        for line in (0, 1)
        for at, text in enumerate(texts)
    )
    one = replace(piece("it's 1", fields={"headlines": ["Mug", "Pot", "Pan"]}), suggestions=offers)
    folder = write_ledger(tmp_path / "spring jobs", [one, piece("0002")])
    ledger = Ledger(folder / "job.sqlite")
    for verb, told in (("picked", texts[1]), ("refused", texts[0])):
        decision = Decision(id="it's 1", verb=verb, field="headlines[1]", texts=(told,), values={}, was="Pot")  # type: ignore[arg-type]
        ledger.reviews.decide(decision, one)
    ledger.close()
    return folder


def test_a_text_has_its_suggestions_and_what_people_made_of_them(chosen: Path, advert: ContentType) -> None:
    page = report(chosen, advert)
    (head, first), (other, second) = page.lines
    assert head[-1] == 1 and other[-1] == 0, "one place is undecided"
    one, two, three = dict(first["fields"])["headlines"]["texts"]
    assert one["place"] == "headlines[0]" and "by" not in one
    assert one["choices"] == [["Warm hands", False], ['It\'s "hot"', False], [EVIL, False]]
    assert (two["text"], two["by"], two["was"], two["stale"]) == (['It\'s "hot"'], "picked", "Pot", True)
    assert [refused for _, refused in two["choices"]] == [True, False, False]
    assert "choices" not in three and "choices" not in dict(second["fields"])["headlines"]["texts"][0]


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("spring jobs", "spring jobs"),
        ("../{work}/spring jobs", "../{work}/spring jobs"),
        ("{parent}/spring jobs", "spring jobs"),
    ],
)
def test_its_commands_name_the_folder_as_it_was_typed(
    chosen: Path, advert: ContentType, monkeypatch: pytest.MonkeyPatch, typed: str, named: str
) -> None:
    monkeypatch.chdir(chosen.parent)
    work = {"work": chosen.parent.name, "parent": str(chosen.parent)}
    report(Path(typed.format(**work)), advert)
    text = (chosen / "report.html").read_text("utf-8")
    assert f'<body data-folder="{named.format(**work)}">' in text
    assert str(Path.cwd()) not in text, "it is sent to others"


def test_a_folder_of_the_user_elsewhere_is_named_from_home(
    chosen: Path, advert: ContentType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    ledger = Ledger(chosen / "job.sqlite")
    ledger.note(model=str(tmp_path / "models/own.gguf on vllm"))
    ledger.close()
    report(chosen, advert)
    text = (chosen / "report.html").read_text("utf-8")
    assert '<body data-folder="~/spring jobs">' in text and "<b>~/models/own.gguf on vllm</b>" in text
    assert str(tmp_path) not in text


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_they_open_by_a_click(chosen: Path, advert: ContentType) -> None:
    program = found()
    assert program, "these tests need Chromium: apt-get install chromium"
    browser = Chromium(program)
    try:
        with opened_ledger(chosen) as ledger:
            browser.open(write_report(chosen, ledger, advert))
        first = ".text:nth-of-type(1) .choices-of"
        assert browser.texts(".choices-of summary") == ["3 suggestions", "3 suggestions"]
        assert not browser.ask(f"document.querySelector('{first} li').checkVisibility()")
        browser.click(f"{first} summary")
        assert browser.ask(f"document.querySelector('{first} li').checkVisibility()")
        assert browser.texts(f"{first} .words") == ["Warm hands", 'It\'s "hot"', EVIL], "as text, never as markup"
        assert browser.texts(f"{first} code")[0] == f"aigc pick '{chosen}' 'it'\\''s 1' 'headlines[0]' 1"
        assert browser.texts(".by") == ["picked"] and "The model has: Pot" in browser.texts(".text .note")[0]
        browser.ask("document.body.dataset.folder = '-out'")
        browser.ask("dispatchEvent(new HashChangeEvent('hashchange'))")
        assert browser.texts(f"{first} code")[0].startswith("aigc pick -- -out 'it'"), "no option"
        browser.ask("document.body.dataset.folder = '~/my jobs'")
        browser.ask("dispatchEvent(new HashChangeEvent('hashchange'))")
        assert browser.texts(f"{first} code")[0].startswith("aigc pick ~/'my jobs' 'it'"), "which a shell knows"
        assert browser.ask("document.title") == "spring jobs · shop/advert"
    finally:
        browser.close()
