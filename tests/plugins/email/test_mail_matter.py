"""A series has no more mails than its facts fill, and what is joined is not booked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from aigc.testing import run_cli
from aigc_plugins.email.mail_brief import MailBrief
from aigc_plugins.email.mail_lists import mail_list
from aigc_plugins.email.mail_parts import framed, subject

BIN = {
    "product": "compost bin",
    "facts": ["holds 300 litres", "opens at the bottom", "weighs 9 kg"],
    "brand": "Meadowly",
}


def written(tmp_path: Path, name: str, **row: Any) -> dict[str, Any]:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    run_cli("batch", name, str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "made"))
    made: dict[str, Any] = json.loads((tmp_path / "made" / "artifacts.jsonl").read_text("utf-8"))
    return made


def test_no_mail_between_tells_but_one_short_fact(tmp_path: Path) -> None:
    row = BIN | {"url": "https://a.b/c", "mails": 5, "days": [0, 2, 4, 6, 9]}
    made = written(tmp_path, "email/sequence", **row)
    assert [mail["day"] for mail in made["fields"]["mails"]] == [0, 2, 9] and made["status"] == "flagged"
    told = [one["message"] for one in made["findings"] if one["check"] == "mails_have_matter"]
    assert told == ["the brief has 3 facts, which make 3 mails, not the 5 asked for"]
    facts = ["The wood comes from a forest in the hills behind our own workshop", "holds 300 litres", "weighs 9 kg"]
    row = {**row, "facts": [*facts, "It is put together in ten minutes with nothing but your hands"], "days": []}
    assert len(written(tmp_path / "long", "email/sequence", **row | {"mails": 4})["fields"]["mails"]) == 4
    thin = written(tmp_path / "thin", "email/sequence", **row | {"facts": ["holds 300 litres"], "story": "We began."})
    assert thin["status"] == "flagged" and "one tells but a few words" in json.dumps(thin["findings"])


@pytest.mark.parametrize(
    ("product", "category", "buttons"),
    [
        ("Membership of the canal trust", "membership", {"Read more", "Find out more"}),
        ("图书馆年度会员", "", {"了解更多", "详细内容"}),
    ],
)
def test_nobody_books_a_membership(product: str, category: str, buttons: set[str]) -> None:
    language = "en" if product.isascii() else "zh"
    told = MailBrief.of({"product": product, "category": category, "facts": ["一年有效"], "language": language})
    assert {framed(told, at)["button"] for at in range(4)} <= buttons


def test_tools_are_not_read_as_having() -> None:
    told = MailBrief.of({"product": "围棋启蒙课", "facts": ["学具有磁性棋盘一副", "每班八人"], "language": "zh"})
    assert told.facts[0] == "学具：磁性棋盘一副" and subject(told)[0] == "围棋启蒙课：每班八人"
    assert MailBrief.of({"product": "鞋垫", "facts": ["材料具有弹性"], "language": "zh"}).facts == ("材料具有弹性",)
    commas = [
        line for part in mail_list("wording").values() if "subject" in str(part) for line in part["zh"]["subject"]
    ]
    assert not [line for line in commas if line.startswith("{name}，")]


def test_a_sender_is_named_once_and_a_price_for_many_is_no_yours() -> None:
    own = framed(MailBrief.of(BIN | {"address": "Meadowly, Mill Lane 1"}))
    assert own["footer"] == "Meadowly, Mill Lane 1"
    assert framed(MailBrief.of(BIN | {"address": "meadowly"}))["footer"] == "meadowly"
    assert MailBrief.of(BIN | {"price": "£9.50 for 25"}).price == "Price: £9.50 for 25."


def test_a_list_is_one_and_a_welcome_is_not_empty(tmp_path: Path) -> None:
    facts = ["four Tuesday evenings from 12 January", "needles and yarn are there", "You bring two jumpers with holes"]
    row = {"product": "Mending wool", "category": "course", "facts": [*facts, "eight places", "there is tea"]}
    made = written(tmp_path, "email/sequence", **row, url="https://a.b/c")
    bodies = [mail["body"] for mail in made["fields"]["mails"]]
    assert any(fact in bodies[0].lower() for fact in map(str.lower, row["facts"]))
    assert "the course “Mending wool”" in bodies[0]
    assert all(text.split(":\n\n")[1].startswith("- ") for text in bodies if ":\n\n" in text)


def test_a_series_has_as_many_mails_as_asked_where_the_facts_fill_them_and_tells_the_offer_first_too(
    tmp_path: Path,
) -> None:
    facts = ["ten Sunday mornings at our apiary", "the programme takes up to 18 people", "suits and gloves are lent"]
    facts += ["you open a hive in the second week", "teachers have kept bees for over 20 years"]
    facts += ["after the course you can rent a hive for a year", "parking is free"]
    row = {"product": "Beginners' beekeeping programme", "facts": facts, "mails": 5, "url": "https://a.b/c"}
    made = written(tmp_path, "email/sequence", **row, offer="10% off within 14 days", price="from £240")
    mails = made["fields"]["mails"]
    assert len(mails) == 5 and "10% off" in mails[0]["postscript"]
    assert mails[-1]["body"].count("\n- ") == len(facts) and "Price: from £240." in mails[-1]["body"]
    told = "\n".join(mail["body"] for mail in mails)
    assert not re.search("closer look|There is more|on our page|Still thinking", told)
    bin = written(tmp_path / "bin", "email/sequence", **BIN, url="https://a.b/c")
    assert bin["fields"]["mails"][1]["body"].startswith("Our compost bin ")


def test_an_offer_is_told_twice_and_what_takes_long_stands_late(tmp_path: Path) -> None:
    facts = [
        "making them takes about five weeks",
        "not suitable for bathrooms",
        "six woods",
        "fitted by our own joiners",
    ]
    row = {"product": "Made-to-measure shutters", "facts": facts, "url": "https://a.b/c"}
    made = written(tmp_path, "email/offer", **row, offer="free fitting in May", price="from £390")["fields"]
    text = json.dumps(made).lower()
    assert text.count("free fitting") == 2 and made["postscript"] == "" and "Price: from £390." in made["body"]
    assert made["body"].index("ix woods") < made["body"].index("five weeks") < made["body"].index("ot suitable")
    assert "five weeks" not in made["subject"] + made["preheader"]
