"""Mails say the brief's own words, look like no spam, and leave as files that mail programs read."""

from __future__ import annotations

import csv
import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.errors import JobError
from aigc.testing import open_project, run_cli
from aigc.types import Artifact, Brief, Draft, Field, Finding, Provenance
from aigc_plugins.email.mail_brief import MailBrief
from aigc_plugins.email.mail_checks import (
    has_one_link,
    mail_can_be_left,
    no_spam_words,
    subject_reads_well,
    subject_said_once,
)
from aigc_plugins.email.mail_files import mail_files
from aigc_plugins.email.mail_lists import mail_list, mail_platform, mail_platforms, merge_fields
from aigc_plugins.email.mail_parts import body, framed, preheader, subject
from aigc_plugins.formats.sound_text import sound_line

PROMISES = re.compile(r"free|guarantee|always|best|\d|save|sale|discount|免费|保证|一定|最", re.IGNORECASE)
WISHES = re.compile("Best wishes|All the best")
BIN = {
    "product": "compost bin",
    "facts": ["holds 300 litres", "opens at the bottom", "weighs 9 kg"],
    "brand": "Meadowly",
}
MAIL = {
    "subject": "Bin: 10% off",
    "preheader": "Holds 300 litres.",
    "body": "A bin.\n\n- one\n- two",
    "url": "https://a.b/c",
}


def piece(name: str = "bin", **fields: Any) -> Artifact:
    return Artifact(
        id=name,
        status="accepted",
        fields=fields,
        brief=Brief(id=name, values={}),
        provenance=Provenance(content_type="email/offer", version=1, model="tiny"),
    )


def draft(fields: dict[str, Any], **values: Any) -> Draft:
    return Draft(fields=fields, brief=Brief(id="1", values=values), schema={})


def findings(check: Any, text: str, **values: Any) -> list[str]:
    where = Field(path="subject", schema={}, draft=draft({"subject": text}, **values))
    return [one.message for one in check(text, where)]


def written(tmp_path: Path, name: str, **row: Any) -> dict[str, Any]:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    run_cli("batch", name, str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "made"))
    made: dict[str, Any] = json.loads((tmp_path / "made" / "artifacts.jsonl").read_text("utf-8"))
    return made


def lines(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [line for one in inside for line in lines(one)]


def test_no_line_of_ours_promises_or_claims_anything() -> None:
    told = lines(mail_list("wording"))
    assert len(told) > 80 and [line for line in told if PROMISES.search(WISHES.sub("", line))] == []
    assert [line for line in told if any(no_spam_words(line))] == []


def test_the_subject_tells_the_offer_and_the_preheader_something_else() -> None:
    brief = MailBrief.of(BIN | {"offer": "10% off until 30 April"})
    assert subject(brief)[0] == "Compost bin: 10% off until 30 April"
    assert preheader(brief) == "Holds 300 litres and opens at the bottom."
    plain = MailBrief.of(BIN)
    assert subject(plain)[0] == "Compost bin: holds 300 litres" and "300" not in preheader(plain)
    alone = MailBrief.of(BIN | {"facts": ["holds 300 litres"]})
    assert preheader(alone) in lines(mail_list("wording")["preheader"]["en"])


def test_a_long_fact_stands_in_no_subject() -> None:
    brief = MailBrief.of(BIN | {"facts": ["holds " + "a very great deal of " * 5 + "leaves", "weighs 9 kg"]})
    assert subject(brief)[0] == "Compost bin: weighs 9 kg"
    told = subject(MailBrief.of({"product": "Bin for " + "leaves and " * 7, "facts": ["x" * 70]}))[0]
    assert told != "Bin" and "bin" in told.lower() and len(told) <= 60


def test_the_text_tells_every_fact_once_and_the_price() -> None:
    told = body(MailBrief.of(BIN | {"price": "€49", "story": "we began in a shed"}))
    assert told.startswith("We began in a shed.\n\n") and "\n\nYours for €49.\n\n" in told
    assert [told.lower().count(fact) for fact in BIN["facts"]] == [1, 1, 1]
    assert "售价" in body(MailBrief.of({"product": "雨靴", "facts": ["天然橡胶"], "price": "¥99", "language": "zh"}))


def test_what_is_no_sentence_stands_in_a_list_and_no_mail_is_a_bare_fragment(tmp_path: Path) -> None:
    facts = ["two evenings a week", "groups of six", "you speak at once", "recordings stay for a year"]
    facts += ["there are snacks", "we mark your homework"]
    brief = {"product": "Italian for beginners", "facts": facts, "offer": "the first evening is free", "mails": 4}
    mails = written(tmp_path, "email/sequence", **brief, url="https://a.b/c")["fields"]["mails"]
    assert "- Two evenings a week\n- Groups of six" in mails[0]["body"]
    assert [mails[1]["body"].split("\n\n")[1], mails[2]["body"].split("\n\n")[1]] == [
        "You speak at once. There are snacks.",
        "We mark your homework. Recordings stay for a year.",
    ]
    assert mails[3]["subject"] == "Italian for beginners: the first evening is free"
    assert len({mail["preheader"] for mail in mails}) == 4 and "free" not in mails[3]["preheader"]


def test_nobody_orders_a_market() -> None:
    market = MailBrief.of({"product": "Spring flea market", "facts": ["60 stalls"]})
    assert {framed(market, at)["button"] for at in range(4)} <= {"Read more", "Find out more"}


def test_a_program_fills_in_the_name_and_the_way_out() -> None:
    assert all(told.source and told.checked_on for told in mail_platforms().values())
    parts = framed(MailBrief.of(BIN | {"platform": "mailchimp", "offer": "two for one"}))
    assert "*|FNAME|*" in parts["greeting"] and parts["unsubscribe"] == "*|UNSUB|*"
    assert parts["footer"] == "Meadowly, *|LIST:ADDRESSLINE|*"
    assert parts["postscript"] in ("P.S. Two for one.", "PS: Two for one.")
    own = framed(MailBrief.of(BIN | {"address": "Mill Lane 1", "unsubscribe": "https://a.b/u", "button": "Look"}))
    assert (own["footer"], own["unsubscribe"], own["button"]) == ("Meadowly, Mill Lane 1", "https://a.b/u", "Look")
    assert "{" not in own["greeting"] and own["postscript"] == ""
    assert merge_fields("klaviyo") == ["{{ first_name }}", "{% unsubscribe_link %}", "{{ organization.full_address }}"]
    with pytest.raises(JobError, match="none called 'mailchip'"):
        mail_platform("mailchip")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Compost bin: holds 300 litres", ""),
        ("Re: your order", "looks like an answer"),
        ("回复：您的订单", "looks like an answer"),
        ("A HUGE sale", "shouts"),
        ("NEW and BIG", "shouts"),
        ("The USB lamp of IKEA", ""),  # IKEA is the brand, USB short
        ("Now! Today!", "exclamation"),
        ("Everything there is to say about the compost bin", "45 are advised"),
        ("关于堆肥桶的所有内容都在这一封邮件里请您慢慢看一看吧", "45 are advised"),
    ],
)
def test_a_subject_neither_shouts_nor_feigns_an_answer(text: str, told: str) -> None:
    found = findings(subject_reads_well, text, brand="IKEA")
    assert (told in found[0] and len(found) == 1) if told else not found


@pytest.mark.parametrize(
    ("text", "spam"),
    [
        ("Free delivery on all bins", False),
        ("FREE!!! bins", True),
        ("Act now and see", True),
        ("We react nowhere", False),
        ("恭喜您中奖", True),
        ("满300元减40元", False),
        ("$$ for you", True),
        ("No obligation", True),
    ],
)
def test_what_is_taken_for_spam_is_refused(text: str, spam: bool) -> None:
    assert bool(list(no_spam_words(text))) == spam


def test_a_subject_is_said_once() -> None:
    def told(**fields: Any) -> list[str]:
        return [one.field for one in subject_said_once(draft(MAIL | fields, product="Bin"))]

    assert told() == []
    assert told(preheader="Bin – 10% off!") == ["preheader"]
    assert told(body="It is here.\n\nBin: 10% off.") == ["body"]
    assert told(mails=[MAIL, MAIL]) == ["mails[1].subject"]


def test_a_mail_has_one_link() -> None:
    def told(**fields: Any) -> list[str]:
        return [one.field for one in has_one_link(draft(MAIL | fields))]

    assert told() == [] and told(body="See https://a.b/c here.") == []
    assert told(body="See https://other.com/d here.") == ["body"] and told(postscript="Or other.com") == ["postscript"]


def test_a_mail_says_how_to_leave() -> None:
    def told(**values: Any) -> list[Finding]:
        return list(mail_can_be_left(draft(MAIL, **values)))

    assert len(told()) == 2 and len(told(platform="brevo")) == 1 and told(platform="klaviyo") == []
    assert told(address="Mill Lane 1", unsubscribe="https://a.b/u") == []


@pytest.mark.parametrize(
    ("days", "fine"), [([], True), ([0, 3, 7], True), ([0, 3], False), ([0, 7, 3], False), ([0, 0, 3], False)]
)
def test_the_days_of_mails_ascend(tmp_path: Path, days: list[int], fine: bool) -> None:
    made = written(tmp_path, "email/sequence", **BIN, url="https://a.b/c", mails=3, days=days)
    assert (made["status"] == "accepted") == fine
    assert fine or {one["check"] for one in made["findings"]} >= {"mail_days_ascend"}


def test_a_series_welcomes_tells_a_fact_each_and_reminds(tmp_path: Path) -> None:
    facts = [*BIN["facts"], "keeps rats out", "is made of larch"]
    row = BIN | {"facts": facts, "offer": "two for one", "price": "€49", "url": "https://a.b/c"}
    made = written(tmp_path, "email/sequence", **row, mails=4)
    mails = made["fields"]["mails"]
    assert [(mail["kind"], mail["day"]) for mail in mails] == [
        ("welcome", 0),
        ("fact", 2),
        ("fact", 5),
        ("reminder", 9),
    ]
    told = [[fact for fact in facts if fact in mail["body"].lower()] for mail in mails]
    assert told == [facts[:1], facts[1:3], facts[3:], facts[:4]]  # the last is no copy of the others
    assert [bool(mail["postscript"]) for mail in mails] == [False, False, False, True]
    assert "€49" in mails[3]["body"] and len({mail["subject"] for mail in mails}) == 4
    few = written(tmp_path / "few", "email/sequence", **BIN | {"facts": ["weighs 9 kg"]}, url="https://a.b/c", mails=5)
    assert [mail["kind"] for mail in few["fields"]["mails"]] == ["welcome", "fact", "reminder"]
    assert (few["status"], few["findings"][0]["check"]) == ("flagged", "mails_have_matter")


class Text(HTMLParser):
    """This is the words and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.links = "", list[str]()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]


def opened(path: Path) -> tuple[EmailMessage, str, Text]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage) and message.get_content_type() == "multipart/alternative"
    plain, page = message.iter_parts()
    return message, plain.get_content().replace("\r\n", "\n"), Text(page.get_content())


def test_the_files_of_a_mail_read_back(tmp_path: Path) -> None:
    around = {"greeting": "Hi *|FNAME|*,", "button": "See <it>", "postscript": "P.S. Two.", "unsubscribe": "*|UNSUB|*"}
    made = piece(**MAIL | around | {"signature": "Bye,\nMeadowly", "footer": "Mill Lane 1"})
    eml, page, text = mail_files([made], tmp_path, sender="Meadowly <hello@example.com>", ai_label="visible")
    message, plain, shown = opened(eml)
    assert message["Subject"] == MAIL["subject"] and message["From"] == "Meadowly <hello@example.com>"
    assert message["X-Unsent"] == "1" and message["To"] is None and '"Label": "1"' in message["X-AIGC"]
    for word in ("Hi *|FNAME|*,", "A bin.", "See <it>", "P.S. Two.", "Meadowly", "Mill Lane 1"):
        assert word in plain and word in shown.words, word
    assert "- one\n- two" in plain and "See <it>: https://a.b/c" in plain and "Unsubscribe: *|UNSUB|*" in plain
    assert shown.links == ["https://a.b/c", "*|UNSUB|*"] and MAIL["preheader"] in shown.words
    assert plain.endswith("with the help of AI.\n") and "with the help of AI." in shown.words
    assert page.read_text("utf-8").strip().endswith("</html>") and text.read_text("utf-8") == plain
    assert next(iter(mail_files([made], tmp_path, ai_label="off"))).read_bytes().count(b"X-AIGC") == 0


def test_each_mail_of_a_series_has_its_files(tmp_path: Path) -> None:
    paths = list(mail_files([piece("course", mails=[MAIL, MAIL | {"subject": "Two"}])], tmp_path))
    assert [path.name for path in paths if path.suffix == ".eml"] == ["course-1.eml", "course-2.eml"]
    assert opened(paths[3])[0]["Subject"] == "Two"


def test_the_same_mail_makes_the_same_file(tmp_path: Path) -> None:
    once, again = (next(iter(mail_files([piece(**MAIL)], tmp_path / name))).read_bytes() for name in "ab")
    assert once == again


@pytest.mark.parametrize(
    ("fields", "options", "message"),
    [
        ({"body": "x"}, {}, "bad: has no subject"),
        ({"subject": "x"}, {}, "bad: has no text beside its subject"),
        (MAIL | {"url": "javascript:alert(1)"}, {}, "bad: has the link 'javascript:alert"),
        (MAIL, {"sender": "Meadowly"}, "bad: cannot be sent by 'Meadowly'"),
        (MAIL, {"sender": "a@b.c, d@e.f"}, "cannot be sent by"),
    ],
)
def test_what_is_no_mail_is_refused(
    tmp_path: Path, fields: dict[str, Any], options: dict[str, str], message: str
) -> None:
    with pytest.raises(JobError) as caught:
        list(mail_files([piece(**MAIL), piece("bad", **fields)], tmp_path, **options))
    assert message in str(caught.value) and list(tmp_path.iterdir()) == []


def test_a_row_is_no_mail_yet_and_not_refused() -> None:
    refuses: Any = mail_files.refuses  # type: ignore[attr-defined]
    assert not list(refuses(piece(subject=None, body=None, url=None))) and not list(refuses(piece(mails=None)))
    assert list(refuses(piece(title=None)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=90))
def test_whatever_a_mail_says_its_file_says_too(tmp_path: Path, line: str, text: str) -> None:
    made = piece(subject=line, body=text, button=line, url="https://a.b/c")
    if list(mail_files.refuses(made)):  # type: ignore[attr-defined]
        return
    eml = next(mail_files([made], tmp_path))
    message, plain, shown = opened(eml)
    assert set(message.keys()) <= {"Subject", "X-Unsent", "MIME-Version", "Content-Type", "X-AIGC"}
    assert "".join(str(message["Subject"]).split()) == "".join(sound_line(line).split())
    assert shown.links == ["https://a.b/c"] or "http" in text
    assert "https://a.b/c" in plain


def test_the_samples_are_accepted_and_leave_as_mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("offer", "sequence"):
        assert run_cli("batch", f"email/{name}", "sample", "--out", name).code == 0
        assert run_cli("test", f"email/{name}").code == 0
        pieces = [json.loads(line) for line in Path(name, "artifacts.jsonl").read_text("utf-8").splitlines()]
        assert {one["status"] for one in pieces} == {"accepted"}
        mails = [mail for one in pieces for mail in one["fields"].get("mails", [one["fields"]])]
        found = {}
        for message, plain, shown in map(opened, Path(name, "email").glob("*.eml")):
            found[str(message["Subject"])] = (plain, shown)
        assert sorted(found) == sorted(mail["subject"] for mail in mails)
        for mail in mails:
            plain, shown = found[mail["subject"]]
            assert mail["url"] in shown.links and mail["body"] in plain and mail["preheader"] in shown.words
    with Path("offer", "content.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 8


def test_the_plugin_declares_what_it_has(tmp_path: Path) -> None:
    registry = open_project(tmp_path, {}, only=["email"]).registry
    assert [one.error for one in registry.plugins] == [""] and registry.names("exporter") == ["email"]


def test_a_price_that_a_fact_tells_is_not_said_again() -> None:
    told = {"product": "电路检修", "facts": ["工时费每小时120元"], "price": "每小时120元", "language": "zh"}
    assert body(MailBrief.of(told)).count("120元") == 1
    assert "价格：每次380元" in body(MailBrief.of({**told, "price": "每次380元"}))
    longer = {"product": "Lamp", "facts": ["$50 bulbs fit"], "price": "$5", "language": "en"}
    assert "$5." in body(MailBrief.of(longer))


@pytest.mark.parametrize("product", ["亲子露营周末", "毕业照旅拍", "二手相机寄卖"])
def test_nobody_is_asked_to_buy_what_may_be_a_service(product: str) -> None:
    told = MailBrief.of({"product": product, "facts": ["雨天改期"], "language": "zh"})
    assert not {framed(told, at)["button"] for at in range(4)} & {"在线选购", "商品详情"}
