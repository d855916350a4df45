"""An FAQ from tickets: like questions together, what most replies say, and nothing personal anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import BriefError
from aigc.testing import run_cli
from aigc_plugins.support.faq_answers import told_alike
from aigc_plugins.support.faq_parts import FaqEntry, entries_of
from aigc_plugins.support.like_questions import Ticket, like_questions
from aigc_plugins.support.personal import masked
from aigc_plugins.support.ticket_files import ticket_briefs
from aigc_plugins.support.ticket_text import answers_of, own_text, questions_of

PERSONAL = {
    "e-mail": ("write to jo.field@buyer.example", "jo.field@buyer.example"),
    "e-mail in words": ("write to jo.field (at) buyer (dot) example", "buyer (dot)"),
    "telephone": ("call +44 113 496 0123", "496"),
    "telephone in brackets": ("call (555) 010-0199 please", "0199"),
    "手机": ("手机13800138000", "13800138000"),
    "座机": ("电话：0571-88123456", "88123456"),
    "order": ("my order 48213-AB is late", "48213"),
    "order with a hash": ("about #A-4711", "4711"),
    "订单号": ("订单号：20261102377 没到", "20261102377"),
    "tracking": ("tracking number 1Z999AA10123456784", "1Z999"),
    "快递单号": ("快递单号 SF1029384756", "SF1029"),
    "IBAN": ("refund it to DE89 3704 0044 0532 0130 00", "3704"),
    "card": ("my card is 4111 1111 1111 1111", "1111"),
    "银行卡": ("银行卡号6222021234567890123", "6222"),
    "身份证": ("身份证号11010519491231002X", "110105"),
    "SSN": ("SSN 078-05-1120", "1120"),
    "NI number": ("NI QQ 12 34 56 C", "34 56"),
    "passport": ("passport number X1234567", "X1234567"),
    "护照": ("护照号：E12345678", "E12345678"),
    "plate": ("车停在楼下，苏E·A1234", "A1234"),
    "VAT": ("VAT DE123456789", "123456789"),
    "IP": ("from 203.0.113.77", "113.77"),
    "IPv6": ("from 2001:db8:0:0:8:800:200c:417a", "417a"),
    "MAC": ("device 00:1A:2B:3C:4D:5E", "3C:4D"),
    "street": ("send it to 12 Old Mill Road, Leeds", "Old Mill"),
    "地址": ("寄到苏州市平江路12号3栋502室", "平江路"),
    "postcode": ("I live at LS1 4AP", "4AP"),
    "birth": ("I was born on 12 May 1987", "1987"),
    "web page": ("see https://social.example/jo.field?id=9", "jo.field"),
    "handle": ("I am @jo_field there", "jo_field"),
    "name told": ("My name is Jo Field", "Jo Field"),
    "我叫": ("我叫李小雷，", "李小雷"),
    "先生": ("王建国先生要退货", "王建国"),
    "Mrs": ("Mrs. Field has it", "Field"),
    "password": ("my password is hunter2!", "hunter2"),
    "user name": ("username: jofield88", "jofield88"),
    "微信": ("微信号：jo_field_88", "jo_field_88"),
    "QQ": ("QQ 123456789", "123456789"),
    "voucher": ("voucher code SPRING-77X", "77X"),
    "IMEI": ("IMEI 490154203237518", "490154"),
    "place": ("I am at 53.8008, -1.5491", "1.5491"),
    "wallet": ("pay 0x52908400098527886E0F7030069857D2E4169EE7", "5290"),
    "serial": ("serial number: KX7-2210-Q", "2210"),
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_what_is_personal_is_masked(kind: str) -> None:
    text, told = PERSONAL[kind]
    assert told in text and told not in masked(text)


def test_nothing_personal_comes_into_the_folder_of_a_job(tmp_path: Path) -> None:
    assert len(PERSONAL) >= 30
    rows = [
        {
            "id": f"T{at}",
            "requester": "Jo Field",
            "question": f"Hi, how do I wash the rain coat? {text}",
            "answer": f"Hello Jo,\nThe rain coat can be washed at 30 degrees. {text}.\nRegards,\nKim Brook",
        }
        for at, (text, _) in enumerate(PERSONAL.values())
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "desk.jsonl").write_text(lines, encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: [desk.jsonl]\nnames: [Kim Brook]\n")
    assert artifact["fields"]["faq"] == [
        {"question": "How do I wash the rain coat?", "answer": "The rain coat can be washed at 30 degrees."}
    ]
    told = [secret for _, secret in PERSONAL.values()] + ["Jo", "Kim"]
    for file in (tmp_path / "made").rglob("*"):
        if file.suffix in (".jsonl", ".html", ".md"):
            text = file.read_text("utf-8")
            pieces = [line for line in text.splitlines() if "rain coat" in line]
            assert not [one for one in told if any(f"{one}" in line for line in pieces)], file


def made(folder: Path, manifest: str, *, flagged: bool = False) -> list[dict[str, Any]]:
    (folder / "desk.tickets").write_text(manifest, encoding="utf-8")
    ran = run_cli("batch", "support/faq", "desk.tickets", "--out", "made", cwd=folder)
    assert ran.code == flagged
    return [json.loads(line) for line in (folder / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()]


CSV = """Ticket ID,Subject,Description,Reply
1,Track,How can I track my parcel?,"Follow the link in the shipping mail. Parcels take 3 days."
2,,"Hello, how do I track my parcel with order 4821377?","Hi,
Follow the link in the shipping mail. Parcels take 5 days.
Regards"
3,Where is it,Where can I track my parcel?,"Follow the link in the shipping mail. You get a refund of 20 euros."
4,Wash,Can I wash the coat?,Wash it at 30 degrees.
"""


def test_where_replies_differ_the_piece_is_flagged_and_a_lone_promise_left_out(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(CSV, encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: export.csv\ntitle: Parcels\n", flagged=True)
    assert artifact["status"] == "flagged" and artifact["fields"]["title"] == "Parcels"
    assert artifact["fields"]["faq"] == [
        {"question": "How can I track my parcel?", "answer": "Follow the link in the shipping mail."}
    ]
    assert artifact["fields"]["citations"] == ["3: 1, 2, 3"]
    told = {one["check"]: one["message"] for one in artifact["findings"]}
    assert "left out: 'Parcels take 3 days.' (1) against 'Parcels take 5 days.' (2)" in told["replies_agree"]
    assert "20 euros" in told["nothing_left_out"] and "(3)" in told["nothing_left_out"]


AGAINST = """Ticket ID,Description,Reply
1,How long does delivery take?,Parcels arrive within 3 working days. We ship from Bergen.
2,How long does delivery take to Oslo?,Delivery takes 5 working days. We ship from Bergen.
3,How long does the delivery take?,Parcels arrive within 3 working days. We ship from Bergen.
4,Can I return the coat?,You can return the coat within 30 days.
5,Can I return a coat?,"No, coats cannot be returned. The coat must not be worn in a storm."
6,Can I return the coat please?,You can return the coat within 30 days. The mail has no label.
"""


def test_a_reply_that_contradicts_an_answer_is_named_beside_it(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(AGAINST, encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: export.csv\ntitle: Shop\n", flagged=True)
    told = [one["message"] for one in artifact["findings"] if one["check"] == "replies_agree"]
    assert told[0].startswith("'How long does delivery take?': the replies differ; 'Parcels arrive within 3 working")
    assert told[0].endswith(" days.' (1, 3) against 'Delivery takes 5 working days.' (2)")
    assert told[1].startswith("'Can I return the coat?': the replies differ; 'You can return the coat within 30 days.'")
    assert told[1].endswith(" (4, 6) against 'No, coats cannot be returned.' (5)") and len(told) == 2
    assert artifact["status"] == "flagged" and not [o for o in artifact["findings"] if o["check"] == "nothing_left_out"]


CHINESE = """工单号,问题,回复
1,雨靴可以退货吗？,收到后七天内可以退货。
2,请问雨靴可以退货吗？,收到后七天内可以退货。
3,雨靴能不能退货？,很抱歉，雨靴不能退货。
4,快递几天能到？,一般三天送达。
5,请问快递几天能到？,一般三天送达。
6,快递要几天能到？,您的快递五天左右会到。
"""


def test_a_chinese_reply_that_contradicts_an_answer_is_named_beside_it(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(CHINESE, encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: export.csv\nlanguage: zh\n", flagged=True)
    told = [one["message"] for one in artifact["findings"] if one["check"] == "replies_agree"]
    assert len(told) == 2, told
    assert "七天内可以退货" in told[0] and "不能退货" in told[0] and "(3)" in told[0]
    assert "三天" in told[1] and "五天" in told[1] and "(6)" in told[1]


def test_folders_of_mails_chats_and_exports_are_read(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    answer = "The coat is washed at 30 degrees."
    (inbox / "a.txt").write_text(f"Customer: Can I wash the rain coat?\nAgent: {answer}\n", encoding="utf-8")
    (inbox / "b.eml").write_text(
        f"From: Kim Brook <kim@desk.example>\nTo: Jo Field <jo@buyer.example>\nSubject: Re: Coat\n\n{answer}\nKim\n\n"
        "On 5 May 2026, Jo Field wrote:\n> How is the rain coat washed?\n",
        encoding="utf-8",
    )
    zendesk = {
        "id": 7,
        "subject": "Coat",
        "requester_id": 1,
        "comments": [
            {"author_id": 1, "plain_body": "Is it fine to wash the rain coat?", "public": True},
            {"author_id": 2, "plain_body": "Ask the boss first.", "public": False},
            {"author_id": 2, "plain_body": answer, "public": True},
        ],
    }
    (inbox / "c.json").write_text(json.dumps({"tickets": [zendesk]}), encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: [inbox]\n")
    assert artifact["fields"]["citations"] == ["3: a, b, 7"] and artifact["status"] == "accepted"
    assert artifact["fields"]["faq"][0]["answer"] == answer
    assert "boss" not in json.dumps(artifact) and "Kim" not in json.dumps(artifact)
    page = next((tmp_path / "made" / "html").glob("*.html")).read_text("utf-8")
    assert '"@type": "FAQPage"' in page and "rain coat" in page and "citations" not in page.lower()


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ("tickets: [../other.csv]\n", "leads out"),
        ("tickets: [none.csv]\n", "there is no 'none.csv'"),
        ("title: x\n", "names no tickets"),
        ("tickets: [export.csv]\ncolumns: {asked: Description}\n", "'asked' is none of"),
        ("tickets: [export.csv]\ncolumns: {answer: Nothing}\n", "no ticket has a question and an answer"),
        ("tickets: [export.csv\n", "desk.tickets:2"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(tmp_path: Path, manifest: str, told: str) -> None:
    (tmp_path / "export.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "desk.tickets").write_text(manifest, encoding="utf-8")
    ran = run_cli("batch", "support/faq", "desk.tickets", "--out", "made", cwd=tmp_path)
    assert ran.code != 0 and told in ran.err


def test_one_piece_for_each_question(tmp_path: Path) -> None:
    text = CSV + "5,Wash,How do I wash the coat?,Wash it at 30 degrees.\n"
    (tmp_path / "export.csv").write_text(text.replace("Parcels take 5 days", "Parcels take 3 days"), encoding="utf-8")
    pieces = made(tmp_path, "tickets: export.csv\nper: question\n")
    assert [len(one["fields"]["faq"]) for one in pieces] == [1, 1]


def test_the_own_address_is_kept_where_the_brief_says_so(tmp_path: Path) -> None:
    text = CSV.replace("Wash it at 30 degrees.", "Write to help@desk.example about it.")
    text += "5,Wash,How do I wash the coat?,Write to help@desk.example about it.\n"
    (tmp_path / "export.csv").write_text(text.replace("Parcels take 5 days", "Parcels take 3 days"), encoding="utf-8")
    (artifact,) = made(tmp_path, "tickets: export.csv\nkeep: [help@desk.example]\n")
    assert artifact["fields"]["faq"][1]["answer"] == "Write to help@desk.example about it."


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        (["How long does delivery take?", "When is my parcel delivered? Delivery takes so long"], ["Is the tent dry?"]),
        (["雨靴怎么换大一码？", "请问雨靴可以换大一码吗？"], ["发票怎么开？"]),
    ],
)
def test_like_questions_stand_together(asked: list[str], others: list[str]) -> None:
    tickets = [Ticket(id=one, question=one, answer="x") for one in (*asked, *others)]
    assert [one.id for one in like_questions(tickets)[0]] == asked


def test_greetings_ends_and_quoted_mails_are_cut_off() -> None:
    text = "Dear team,\nplease, where is the invoice?\nBest regards\nJo\n\nOn 5 May, you wrote:\n> hi"
    assert own_text(text) == "please, where is the invoice?"
    assert questions_of(own_text(text)) == ["Where is the invoice?"]
    assert own_text("您好，发票怎么开？\n谢谢！") == "发票怎么开？"


def test_aliases_in_a_tickets_file_are_refused_by_their_line(tmp_path: Path) -> None:
    many = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    (tmp_path / "x.tickets").write_text(f"tickets: [x.csv]\na0: &a0 [x]\n{many}", encoding="utf-8")
    with pytest.raises(BriefError, match=r"x\.tickets:3: anchors"):
        next(iter(ticket_briefs(tmp_path / "x.tickets")))


def test_a_single_name_or_address_needs_no_list(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(
        "question,answer\nHow do I wash the milk can?,Kim says at thirty degrees. Write to help@us.example.\n", "utf-8"
    )
    (tmp_path / "x.tickets").write_text("tickets: x.csv\nnames: Kim\nkeep: help@us.example\n", encoding="utf-8")
    (row,) = ticket_briefs(tmp_path / "x.tickets")
    (ticket,) = row.values["tickets"]
    assert "milk" in ticket["question"] and "Kim" not in ticket["answer"] and "help@us.example" in ticket["answer"]


def test_a_reply_is_told_without_regret_for_one_person() -> None:
    assert answers_of("Sorry, there is milk in the buns.") == ["There is milk in the buns."]
    assert answers_of("抱歉，小面包里有牛奶。") == ["小面包里有牛奶。"]
    assert answers_of("非常抱歉，雨靴不能退货。") == ["雨靴不能退货。"] and not answers_of("很抱歉，给您添麻烦了。")
    assert answers_of("We are sorry, but coats stay sold. We are sorry for it.") == ["Coats stay sold."]


def asked_and_answered(*pairs: tuple[str, str], language: str = "en") -> tuple[dict[str, str], list[FaqEntry]]:
    tickets = [{"id": str(at), "question": asked, "answer": told} for at, (asked, told) in enumerate(pairs, 1)]
    found = list(entries_of({"tickets": tickets, "language": language}))
    return {one.question: one.answer for one in found}, found


AGES = "Children from eight years on may take part with an adult."


@pytest.mark.parametrize(
    ("pairs", "shown"),
    [
        (
            [("Can my son of ten take part?", AGES), ("From what age are children allowed?", f"{AGES} See you soon.")],
            {"From what age are children allowed?": AGES},
        ),
        (
            [
                ("are you open on bank holidays?", "On bank holidays we are open from 10 am to 4 pm."),
                ("what time do you close on easter monday", "On bank holidays we are open from 10 am to 4 pm."),
            ],
            {"Are you open on bank holidays?": "On bank holidays we are open from 10 am to 4 pm."},
        ),
        (
            [
                ("馆里让拍照吗？", "可以拍照，不能开闪光灯。"),
                ("能带三脚架吗？", "可以拍照，不能开闪光灯，三脚架也不能带入。"),
            ],
            {"能带三脚架吗？": "可以拍照，不能开闪光灯，三脚架也不能带入。"},
        ),
    ],
)
def test_unlike_questions_stand_together_where_the_replies_leave_no_doubt(
    pairs: list[tuple[str, str]], shown: dict[str, str]
) -> None:
    told, _ = asked_and_answered(*pairs)
    assert list(told.values()) == list(shown.values()) and len(told) == 1


def test_what_is_replied_to_all_joins_no_questions() -> None:
    usual = "Please have your customer card at hand when you come to the shop."
    matters = ["boots are resoled in a week", "keys are cut while you wait", "bags need a new strap", "zips get mended"]
    pairs = [(f"What about {one.split()[0]}?", f"{one.capitalize()}. {usual}") for one in matters * 3]
    _, found = asked_and_answered(*pairs)
    assert sorted(len(one.tickets) for one in found) == [3, 3, 3, 3]


def test_what_limits_an_answer_is_kept() -> None:
    told, _ = asked_and_answered(
        ("Is there milk in the buns?", "There is butter and milk in the buns, but none in the seeded rolls."),
        ("are the buns dairy free?", "Sorry, there is butter and milk in the buns. The seeded rolls have none."),
    )
    assert list(told.values()) == ["There is butter and milk in the buns, but none in the seeded rolls."]
    told, _ = asked_and_answered(
        ("请假了课还能补吗？", "您好，提前一天请假的课可以在本期内补上。"),
        ("孩子发烧请假，可以补课吗", "提前一天请假的课可以在本期内补上，临时请假补不了。"),
        language="zh",
    )
    assert list(told.values()) == ["提前一天请假的课可以在本期内补上，临时请假补不了。"]


def test_what_one_reply_adds_for_one_customer_or_with_a_number_is_not_kept() -> None:
    told, found = asked_and_answered(
        ("Where can I park?", "There is a car park behind the church."),
        ("Do you have parking?", "There is a car park behind the church, 200 metres from the door."),
    )
    assert list(told.values()) == ["There is a car park behind the church."] and "200" in found[0].alone[0]
    told, _ = asked_and_answered(
        ("Where can I park?", "There is a car park behind the church."),
        ("Do you have parking?", "There is a car park behind the church, as I told you yesterday."),
    )
    assert list(told.values()) == ["There is a car park behind the church."]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dogs are allowed in the garden.", "Dogs are not allowed in the garden."),
        ("You get a certificate if you attended 80 % of it.", "You get a certificate if you attended 75 % of it."),
        ("周末上午十点有免费讲解。", "周末上午十一点有免费讲解。"),
    ],
)
def test_replies_that_deny_each_other_are_disputed(one: str, other: str) -> None:
    _, found = asked_and_answered(("May dogs come?", one), ("May I bring my dogs?", other))
    assert " against " in found[0].disputed[0] and found[0].answer == ""


def test_a_question_in_a_hurry_is_mended_and_a_reply_loses_its_yes() -> None:
    assert Ticket(id="1", question="can i pay by card", answer="x").questions == ["Can I pay by card?"]
    assert answers_of("Yes, every dish with a dot is gluten-free.") == ["Every dish with a dot is gluten-free."]
    assert answers_of("可以的，四点半停止入场哦。") == ["四点半停止入场。"]
    assert answers_of("No, dogs stay outside.") == ["No, dogs stay outside."]


def test_a_card_for_its_owner_names_nobody() -> None:
    assert masked("凭学生证半价，限本人使用。") == "凭学生证半价，限本人使用。"
    assert "李小雷" not in masked("本人李小雷，想退票。")


@pytest.mark.parametrize(
    ("replies", "told"),
    [
        (
            ["No, you can rent shoes for £3.", "You can rent shoes for £3.", "You can rent shoes for £3, sizes 28 up."],
            "You can rent shoes for £3.",
        ),
        (
            [
                "请带身份证原件、租房合同和照片。",
                "需要身份证原件、租房合同和照片，到二楼5号窗口。",
                "请带身份证原件、租房合同和照片。",
            ],
            "请带身份证原件、租房合同和照片。",
        ),
    ],
)
def test_replies_that_go_on_from_one_differ_in_nothing(replies: list[str], told: str) -> None:
    [alike] = told_alike([Ticket(id=str(at), question="?", answer=one) for at, one in enumerate(replies)])
    assert not alike.disputed and alike.wording(of=len(replies)) == told
    against = ["Shoes can be rented for £3.", "Shoes can be rented for £4.", "Shoes can be rented for £3, 28 up."]
    [opposed] = told_alike([Ticket(id=str(at), question="?", answer=one) for at, one in enumerate(against)])
    assert opposed.disputed
