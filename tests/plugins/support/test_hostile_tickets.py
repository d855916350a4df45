"""Tickets that are broken, odd or too many: named, or read in good time, and none costs the others."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import BriefError
from aigc_plugins.support.personal import MASK, masked
from aigc_plugins.support.ticket_files import ticket_briefs
from aigc_plugins.support.ticket_text import LONGEST_MESSAGE, own_text

SOON = 15.0  # seconds of the processor, of which the slow way takes minutes
ASKED = "How do I return a kettle?,Send it back within 30 days.\n"


def tickets(folder: Path, files: Mapping[str, str | bytes], manifest: str) -> list[dict[str, Any]]:
    for name, text in {**files, "desk.tickets": manifest}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return [ticket for row in ticket_briefs(folder / "desk.tickets") for ticket in row.values["tickets"]]


@pytest.mark.parametrize(
    ("name", "content", "manifest", "told"),
    [
        ("e.json", "{", "tickets: e.json", r"desk\.tickets: e\.json: is no sound \.json file"),
        ("e.json", b"\xe9", "tickets: e.json", r"desk\.tickets: e\.json: is no sound \.json file"),
        ("e.json", "[" * 9000, "tickets: e.json", r"e\.json: is no sound .*nested more than 100 deep"),
        ("in/a.eml", b"To: (((((\nCc: " + b"(" * 3000 + b"\n\nx\n", "tickets: in", r"a\.eml: is no sound \.eml file"),
        ("e.csv", "x", 'tickets: ["a\\0b"]', r"'a\\x00b' is no name of a file"),
        ("e.csv", "x", f"tickets: {'x' * 5000}", r"'x{80}' is no name of a file"),
        ("e.csv", "x", "tickets: e.csv\nat_least: many", r"at_least: 'many' is no whole number"),
        ("e.csv", "x", f"tickets: {'[' * 999}{']' * 999}", r"desk\.tickets: is nested too deep"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: str | bytes, manifest: str, told: str
) -> None:
    with pytest.raises(BriefError, match=told):
        tickets(tmp_path, {name: content}, manifest)


def test_a_mail_whose_characters_nobody_knows_is_read(tmp_path: Path) -> None:
    mail = (
        b"Content-Type: text/plain; charset=evil\n\nSend it back.\nOn Monday Kim wrote:\n> How do I return a kettle?\n"
    )
    assert [one["answer"] for one in tickets(tmp_path, {"in/a.eml": mail}, "tickets: in")] == ["Send it back."]


def test_marks_of_our_own_in_a_ticket_hurt_nobody(tmp_path: Path) -> None:
    rows = f"question,answer\n\ue000a\ue001 {ASKED}{ASKED}"
    assert len(tickets(tmp_path, {"e.csv": rows}, "tickets: e.csv")) == 2
    assert masked("\ue000a\ue001 help@shop.example", keep=["help@shop.example"]) == "\ue000a\ue001 help@shop.example"


def test_thousands_of_names_and_equal_ids_are_read_in_good_time(tmp_path: Path) -> None:
    rows = "".join(f"7,Firstname{one} Lastname{one},Lastname{one}: {ASKED}" for one in range(6000))
    began = time.process_time()
    found = tickets(tmp_path, {"e.csv": f"id,name,question,answer\n{rows}"}, "tickets: e.csv")
    assert time.process_time() - began < SOON
    assert [one["id"] for one in found[:3]] == ["7", "7+", "7+2"]
    assert len({one["id"] for one in found}) == 6000
    assert not [one for one in found if "Lastname" in json.dumps(one)]


def test_names_are_masked_whole_the_longest_first() -> None:
    names = ["Li Na", "Ann", "Ann Marie", "王小雷", "x" * 70 + " Brandt"]
    assert masked("li na, ann marie, Annabel, 王小雷说, Brandt", names=names) == f"{MASK}, Annabel, {MASK}说, {MASK}"


@pytest.mark.parametrize("part", ["a-", "\n", "aa.bb.", "A1-"])
def test_a_message_is_read_as_far_as_anybody_reads_one(part: str) -> None:
    began = time.process_time()
    text = own_text("How do I return it?\n" + part * 60_000)
    masked(text)
    assert time.process_time() - began < SOON
    assert text.startswith("How do I return it?") and len(text) <= LONGEST_MESSAGE
