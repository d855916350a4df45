"""Replies to questions and reviews: the brief's words between a greeting and an end, nothing promised besides."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aigc.testing import run_cli
from aigc_plugins.support.reply_parts import praise_in, reply_wording

PROMISES = re.compile(r"refund|free|guarantee|always|within|\d|退款|免费|保证|一定", re.IGNORECASE)


def written(tmp_path: Path, name: str, *rows: dict[str, object]) -> list[dict[str, object]]:
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert run_cli("batch", name, str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "made")).code in (0, 1)
    lines = (tmp_path / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_no_line_of_ours_promises_anything() -> None:
    def lines(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        inside = value.values() if isinstance(value, dict) else value
        return [line for one in inside for line in lines(one)]  # type: ignore[union-attr]

    assert [line for line in lines(reply_wording()) if PROMISES.search(line)] == []


def test_a_macro_greets_answers_and_ends(tmp_path: Path) -> None:
    row = {"topic": "returns", "answer": ["items come back within 30 days"], "steps": ["1. print the label"]}
    named, bare = written(tmp_path, "support/macro", row | {"brand": "Fernway"}, row | {"placeholders": False})
    text = str(named["fields"]["reply"])  # type: ignore[index]
    assert text.split("\n\n")[0] in ("Hi {{ticket.requester.first_name}},", "Hello {{ticket.requester.first_name}},")
    assert "30 days.\n\nPlease follow these steps:\n\n1. Print the label.\n\n" in text and text.endswith(
        "Fernway support"
    )
    assert "{{" not in str(bare["fields"]["reply"]) and bare["status"] == "accepted"  # type: ignore[index]


@pytest.mark.parametrize(("stars", "part"), [(5, "good"), (4, "good"), (3, "mixed"), (2, "bad"), (1, "bad")])
def test_a_review_is_answered_by_its_stars(tmp_path: Path, stars: int, part: str) -> None:
    row = {"review": "It is what it is.", "rating": stars, "contact": "help@example.com", "subject": "the zip"}
    (made,) = written(tmp_path, "support/review-reply", row)
    text = str(made["fields"]["reply"])  # type: ignore[index]
    lines = (
        reply_wording()[part]["en"]
        if part != "bad"
        else [line.format(subject="the zip") for line in reply_wording()["about"]["en"]["bad"]]
    )
    assert sum(line in text for line in lines) == 1 and made["status"] == "accepted"
    assert ("help@example.com" in text) == (part != "good") and "the zip" in text
    assert text.endswith(tuple(reply_wording()["again"]["en"])) == (part == "good")
    assert bool(re.search("sorry|apologies", text)) == (part != "good")


def replied(tmp_path: Path, **row: object) -> str:
    (made,) = written(tmp_path, "support/review-reply", row)
    return str(made["fields"]["reply"])  # type: ignore[index]


def test_a_word_of_praise_is_taken_up_and_what_was_amiss_is_regretted(tmp_path: Path) -> None:
    told = replied(tmp_path, review="Best rye outside Riga. She even knew my name!", rating=5)
    assert "“Best rye outside Riga”" in told and "sorry" not in told
    told = replied(tmp_path, review="Lovely rooms, but no heating for two days.", rating=4, subject="the heating")
    assert "“Lovely rooms”" in told and re.search("(?:sorry about|apologies for) the heating", told)
    told = replied(tmp_path, review="房间干净，就是隔音差。", rating=4, subject="隔音", language="zh")
    assert "“房间干净”" in told and re.search("抱歉|道歉", told)
    told = replied(tmp_path, review="老师很有耐心，孩子抢着练琴。", rating=5, subject="老师的耐心", language="zh")
    assert "“老师很有耐心”" in told


def test_a_number_is_called_and_not_written_to(tmp_path: Path) -> None:
    row = {"review": "It broke.", "rating": 1, "subject": "the zip"}
    assert "call us on +44 20 7946 0018" in replied(tmp_path, **row, contact="+44 20 7946 0018")
    assert "请拨打400-123-4567" in (told := replied(tmp_path, **row, contact="400-123-4567", language="zh")) or (
        "麻烦您拨打400-123-4567" in told
    )


@pytest.mark.parametrize(
    ("review", "sure", "told"),
    [
        ("My second one in twelve years.", True, "My second one in twelve years"),
        ("My second one in twelve years.", False, ""),
        ("The soup was cold. Friendly staff.", False, "Friendly staff"),
        ("My back has never felt better.", False, ""),
        ("Not good at all.", True, ""),
        ("鱼很新鲜，上菜慢。", False, "鱼很新鲜"),
        ("上菜慢。", True, ""),
    ],
)
def test_only_what_blames_nothing_is_quoted(review: str, sure: bool, told: str) -> None:
    assert praise_in(review, sure=sure) == told


def test_the_samples_are_accepted_and_a_macro_goes_to_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("macro", "review-reply"):
        assert run_cli("batch", f"support/{name}", "sample", "--out", name).code == 0
        assert run_cli("test", f"support/{name}").code == 0
    macros = json.loads(Path("macro", "zendesk-macros.json").read_text("utf-8"))["macros"]
    assert len(macros) == 5 and "{{ticket.requester.first_name}}" in json.dumps(macros, ensure_ascii=False)


def test_only_praise_is_quoted_and_a_complaint_is_taken_note_of(tmp_path: Path) -> None:
    assert "Bought" not in replied(tmp_path, review="Bought 6 hardy geraniums by mail order.", rating=5)
    told = replied(tmp_path, review="Lovely cake, but the queue was slow.", rating=4, subject="the cake")
    assert "“Lovely cake”" in told and any(one in told for one in reply_wording()["lacking"]["en"])
    assert not re.search("sorry|apologies", told)
    told = replied(tmp_path, review="菜很新鲜，就是等位太久。", rating=4, language="zh")
    assert any(one in told for one in reply_wording()["lacking"]["zh"])


@pytest.mark.parametrize(
    ("contact", "language", "told"),
    [
        ("前台电话0000-6611", "zh", "请致电前台0000-6611，"),
        ("客服热线：400-123-4567", "zh", "请致电客服热线400-123-4567，"),
        ("the front desk, tel. 0000 6611", "en", "call the front desk on 0000 6611 so"),
        ("help@desk.example", "en", "help@desk.example"),
    ],
)
def test_who_answers_a_number_is_called(tmp_path: Path, contact: str, language: str, told: str) -> None:
    assert told in replied(tmp_path, review="It broke.", rating=1, contact=contact, language=language)


def test_a_chinese_macro_ends_as_letters_do(tmp_path: Path) -> None:
    row = {"topic": "退货", "answer": ["七天内可退"], "language": "zh", "tone": "formal", "brand": "棉里"}
    (made,) = written(tmp_path, "support/macro", row)
    assert str(made["fields"]["reply"]).endswith("此致\n敬礼\n棉里客服")  # type: ignore[index]
    assert not [line for line in reply_wording()["closing"]["zh"] if "如果这" in line]


@pytest.mark.parametrize(
    ("review", "subject", "language"),
    [
        ("Never thought a tuner could be so good: no fuss, not once late.", "the tuning", "en"),
        ("老师非常耐心，孩子没有一次不想去，强烈推荐！", "钢琴课", "zh"),
        ("没想到这么好吃，一点也不腻。", "月饼", "zh"),
    ],
)
def test_nobody_apologises_for_praise(tmp_path: Path, review: str, subject: str, language: str) -> None:
    for rating in (4, 5):
        text = replied(tmp_path, review=review, rating=rating, subject=subject, language=language)
        assert not re.search("sorry|apologies|歉|不足|没能", text)


def test_four_stars_get_a_regret_only_for_what_the_review_blames(tmp_path: Path) -> None:
    row = {"review": "Great guide, but the bus was cold.", "rating": 4, "answer": ["the new bus has heating"]}
    assert re.search("(?:sorry about|apologies for) the bus", replied(tmp_path, subject="the bus", **row))
    assert not re.search("sorry|apologies", replied(tmp_path, subject="the walk", **row))


def test_nothing_is_looked_into_where_the_answer_is_told(tmp_path: Path) -> None:
    row = {"review": "We waited an hour.", "rating": 2, "contact": "table@desk.example"}
    assert "look into it" in replied(tmp_path, **row)
    assert "look into it" not in replied(tmp_path, answer=["two cooks were ill that evening"], **row)


def test_a_macro_regrets_and_tells_last_what_helps_where_the_steps_do_not(tmp_path: Path) -> None:
    answer = ["the battery is often empty", "if the screen still stays black, it is exchanged"]
    steps = ["charge it for two hours", "contact us with the number on its back"]
    (made,) = written(tmp_path, "support/macro", {"topic": "the screen stays black", "answer": answer, "steps": steps})
    text = str(made["fields"]["reply"])  # type: ignore[index]
    assert "sorry" in text and text.index("Charge it") < text.index("If the screen still stays black")
    assert "2. Reply to this message with the number" in text


def test_four_stars_praise_nothing_that_the_review_does_not(tmp_path: Path) -> None:
    text = replied(tmp_path, review="Lovely concert. Parking took us an hour.", rating=4, subject="parking")
    assert "parking" not in text and "Lovely concert" in text
