"""Questions of an FAQ are whole, meant for all and answered; what is asked most is never missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aigc.testing import run_cli
from aigc_plugins.support.faq_parts import entries_of, faq_entry
from aigc_plugins.support.like_questions import Ticket
from aigc_plugins.support.personal import masked
from aigc_plugins.support.shown_questions import shown_question


def made(folder: Path, manifest: str, *, flagged: bool = False) -> list[dict[str, Any]]:
    (folder / "desk.tickets").write_text(manifest, encoding="utf-8")
    assert run_cli("batch", "support/faq", "desk.tickets", "--out", "made", cwd=folder).code == flagged
    return [json.loads(line) for line in (folder / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()]


def shown_of(*pairs: tuple[str, str]) -> dict[str, str]:
    tickets = [{"id": str(at), "question": asked, "answer": told} for at, (asked, told) in enumerate(pairs, 1)]
    return {one.question: one.answer for one in entries_of({"tickets": tickets})}


NUMBER = "请致电前台0000-6611预约，当天可约。"


def test_the_own_number_is_kept_beside_chinese_and_what_is_asked_most_is_not_missing() -> None:
    pairs = [("怎么预约？", NUMBER), ("请问怎么预约参观？", NUMBER), ("预约怎么弄？", NUMBER)]
    tickets = [{"id": str(at), "question": asked, "answer": told} for at, (asked, told) in enumerate(pairs)]
    (found,) = entries_of({"tickets": tickets, "keep": ["0000-6611"], "language": "zh"})
    assert found.answer == NUMBER and len(found.tickets) == 3
    assert masked("前台电话：0000-6611。", keep=["0000-6611"]) == "前台电话：0000-6611。"
    assert "6611" not in masked("前台电话：0000-6611。") and "6611" not in masked("号码80000-66119", keep=["0000-6611"])


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("Can I pay by card, please?", "Can I pay by card?"),
        ("Where do I leave my son's lunch?", "Where do I leave my child's lunch?"),
        ("Can my son bring his bike?", "Can my son bring his bike?"),
        ("Price of a day pass for children?", "How much is a day pass for children?"),
        ("请问我儿子的午饭放哪里？", "孩子的午饭放哪里？"),
        ("我家孩子几岁能报名？", "孩子几岁能报名？"),
    ],
)
def test_a_question_is_shown_for_all(asked: str, shown: str) -> None:
    assert shown_question(asked) == shown


def test_a_fragment_gives_way_to_a_whole_question_and_is_flagged_alone(tmp_path: Path) -> None:
    told = "School jumpers are sold at the office on Fridays."
    fragment = "School jumper in size 9-10, where do you sell them?"
    found = shown_of((fragment, told), ("Where are school jumpers sold please?", told))
    assert list(found) == ["Where are school jumpers sold?"]
    (tmp_path / "export.csv").write_text(f'Ticket ID,Description,Reply\n1,"{fragment}",{told}\n2,"{fragment}",{told}\n')
    (artifact,) = made(tmp_path, "tickets: export.csv\n", flagged=True)
    assert [one["check"] for one in artifact["findings"]] == ["questions_stand_alone"]


def test_yes_or_no_answers_what_asks_for_it() -> None:
    told = "No, skis are rented at the shop across the road."
    found = shown_of(("Where do I rent skis?", told), ("Can I rent skis in the hut?", told))
    assert found == {"Can I rent skis in the hut?": told}
    found = shown_of(("Where do I rent skis?", told), ("Where can I rent skis for a day?", told))
    assert list(found.values()) == ["Skis are rented at the shop across the road."]


def test_what_is_asked_most_is_never_left_out_in_silence(tmp_path: Path) -> None:
    rows = "1,Can I return the coat?,You can return it.\n2,Can I return the coat?,Coats stay sold for ever.\n"
    rows += "3,Can I return the coat?,Ask at the till.\n4,Is there parking?,There is a car park behind the church.\n"
    rows += "5,Is there any parking?,There is a car park behind the church.\n"
    (tmp_path / "export.csv").write_text(f"Ticket ID,Description,Reply\n{rows}", encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: export.csv\n", flagged=True)
    (told,) = [one for one in artifact["findings"] if one["check"] == "most_asked_is_answered"]
    assert told["severity"] == "warn" and "(1, 2, 3)" in told["message"]


def test_a_name_has_its_capital_and_nothing_is_drawn_out() -> None:
    assert shown_question("can you come on a saturday") == "Can you come on a Saturday?"
    assert shown_question("充电多久能充满啊") == "充电多久能充满？"
    answer = "Yes, we ship to Norway. It takes 5 days."
    asked = ("do you ship to norway", "do you ship parcels to norway?")
    group = [Ticket(id=str(at), question=one, answer=answer) for at, one in enumerate(asked)]
    assert faq_entry(group).question == "Do you ship to Norway?"
