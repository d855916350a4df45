"""What people approve stands through reruns, `--fresh`, another model and other pieces' changed briefs; what they send
back is written again, with the note."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from aigc.asking import Export
from aigc.errors import UsageError
from aigc.jobs import at_desk, open_job, read_artifacts
from aigc.ledger import opened_ledger
from aigc.ledger.rulings import Shelf
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Request, standpoint

from .conftest import Shop, briefs


def names(count: int, *, changed: int = 0) -> list[str]:
    return [f"m{at}" + ("b" if at < changed else "") for at in range(count)]


def other(request: Request, index: int) -> str:
    return "Take it"


def stands(folder: Path) -> dict[str, str]:
    with opened_ledger(folder) as ledger:
        return {one.id: one.standpoint for one in ledger.rulings.listed(Shelf(most=-1))[0]}


def texts(folder: Path) -> dict[str, str]:
    return {one.id: str(one.fields["text"]) for one in read_artifacts(folder)}


def reviewed(shop: Shop, *, edits: int, approvals: int) -> dict[str, str]:
    """This edits the first pieces, approves the last ones, and returns the texts that shall stand."""
    made = read_artifacts(shop.folder)
    with at_desk(shop.project, shop.folder, most=0) as desk:
        for one in made[:edits]:
            desk.write(one.id, "text", f"Own {one.id}")
        for one in made[-approvals:]:
            desk.approve(one.id)
        return {one.id: str(desk.piece(one.id).fields["text"]) for one in (*made[:edits], *made[-approvals:])}


def test_edits_and_approvals_stand_through_reruns_changed_briefs_and_fresh(shop: Shop) -> None:
    def run(products: list[str], **redo: object) -> None:
        made = [Brief(id=f"{at:04}", values={"product": name}) for at, name in enumerate(products)]
        shop.run(iter(made), **redo)

    run(names(1000))
    kept = reviewed(shop, edits=50, approvals=300)
    run(names(1000))
    assert kept.items() <= texts(shop.folder).items()
    run(names(1000, changed=30))  # of which all are edited
    changed = {one.id: one for one in read_artifacts(shop.folder)}
    assert {name: changed[name].fields["text"] for name in kept} == kept
    stale = [name for name in kept if changed[name].review and changed[name].review.stale]
    assert stale == [f"{at:04}" for at in range(30)] and changed["0000"].status == "flagged"
    shop.generator = ScriptedGenerator(other, capacity=64)
    run(names(1000, changed=30), fresh=True)
    assert kept.items() <= texts(shop.folder).items(), "another text beneath them changes nothing"
    assert shop.asked == 700, "approved pieces are not written again"
    held = stands(shop.folder)
    assert sum(one == "approved" for one in held.values()) == 300
    assert sum(one == "edited" for one in held.values()) == 50


def test_an_approved_piece_whose_brief_changes_is_written_again_and_says_so(shop: Shop) -> None:
    shop.run(["mug", "pot"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00", note="good")
        desk.approve("01")
    shop.run(["mug", "pan"])
    assert texts(shop.folder) == {"00": "Buy mug", "01": "Buy pan"}
    assert stands(shop.folder) == {"00": "approved", "01": "stale"}
    (first, second) = read_artifacts(shop.folder)
    assert first.review and first.review.ruling and first.review.ruling.note == "good"
    assert standpoint(second) == "stale"


def test_an_approved_piece_stands_whatever_else_would_make_it_now(shop: Shop) -> None:
    shop.run(["mug", "pot"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00")
    template = shop.project.folder / "templates/shop/item.j2"  # type: ignore[operator]
    template.write_text("{% extends 'base.j2' %}{% block task %}a {{ product }}{% endblock %}")
    again = Shop(type(shop.project).open(shop.project.folder, registry=shop.project.registry), shop.folder)
    again.run(["mug", "pot"])
    assert texts(shop.folder) == {"00": "Buy mug", "01": "Buy a pot"}
    with at_desk(again.project, shop.folder) as desk:
        desk.reopen("00")
    again.run(["mug", "pot"])
    assert texts(shop.folder)["00"] == "Buy a mug"


def test_what_is_sent_back_is_written_again_with_the_note_and_leaves_the_exports(shop: Shop) -> None:
    shop.run(["mug", "pot"], exports=["csv"])
    with at_desk(shop.project, shop.folder) as desk:
        assert standpoint(desk.reject("01", note="say what it is for")) == "rejected"
    assert "Buy pot" not in (shop.folder / "content.csv").read_text(), "at once"
    before = shop.asked
    shop.run(["mug", "pot"])
    (again,) = shop.generator.requests[before:]
    told = again.prompt.messages[-1].content
    assert told.startswith("pot") and told.endswith("An editor rejected an earlier version: say what it is for")
    assert stands(shop.folder) == {"00": "open", "01": "open"}
    shop.run(["mug", "pot"])
    assert shop.asked == before + 1, "once"


def test_an_edit_takes_an_approval_back(shop: Shop) -> None:
    shop.run(["mug"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00")
        assert standpoint(desk.write("00", "text", "Own")) == "stale"
        assert standpoint(desk.approve("00")) == "approved"
        assert standpoint(desk.reopen("00")) == "edited"
        with pytest.raises(UsageError, match="neither approved nor rejected"):
            desk.reopen("00")


def test_what_breaks_a_rule_cannot_be_approved(shop: Shop) -> None:
    shop.run(["a very long name"])
    with at_desk(shop.project, shop.folder) as desk, pytest.raises(UsageError, match="at most 12"):
        desk.approve("00")


def test_the_log_keeps_every_ruling_and_labels_are_of_places_alone(shop: Shop) -> None:
    shop.run(["mug"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.by = "mei"
        desk.approve("00")
        desk.write("00", "text", "Own")
        desk.reject("00", note="no")
        desk.reopen("00")
        assert [one.verb for one in desk.ledger.reviews.log()] == ["written"]
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        rows = db.execute('select decision, "by", note from review_log order by seq').fetchall()
    assert rows == [("approved", "mei", ""), ("written", "mei", ""), ("rejected", "mei", "no"), ("reopened", "mei", "")]


def test_exports_of_approved_pieces_stay_so_when_the_job_goes_on(shop: Shop) -> None:
    shop.run(["mug", "pot"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("01")
    with open_job(shop.project, shop.project.content_type(shop.name), shop.folder) as job:
        job.register(briefs(["mug", "pot"]))
        job.finish([Export(name="csv", approved_only=True)])
    assert "mug" not in (shop.folder / "content.csv").read_text()
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00")
    assert "mug" in (shop.folder / "content.csv").read_text()


def test_a_lost_ledger_is_taken_over_with_its_approvals(shop: Shop) -> None:
    shop.run(["mug", "pot"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00", note="good")
    for end in ("", "-wal", "-shm"):
        (shop.folder / f"job.sqlite{end}").unlink(missing_ok=True)
    shop.run(["mug", "pot"])
    assert stands(shop.folder) == {"00": "approved", "01": "open"}


def test_a_ledger_of_the_format_before_opens_and_goes_on(shop: Shop) -> None:
    shop.run(["mug", "pot"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        db.executescript("drop trigger rule_again; drop table rulings; pragma user_version = 4")
    assert [one.status for one in read_artifacts(shop.folder)] == ["accepted", "accepted"], "it is looked at as it is"
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00")
    assert stands(shop.folder) == {"00": "approved", "01": "open"}


def test_pieces_are_listed_by_standpoint_status_and_words(shop: Shop) -> None:
    shop.run(["mug", "pot", "a very long name", "猫碗"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.approve("00")
        desk.write("02", "text", "Own é")
        listed = desk.ledger.rulings.listed
        assert [one.id for one in listed(Shelf(standpoint="open"))[0]] == ["01", "03"]
        assert [one.id for one in listed(Shelf(words="POT"))[0]] == ["01"]
        assert [one.id for one in listed(Shelf(words="猫"))[0]] == ["03"]
        assert [one.id for one in listed(Shelf(words="own é"))[0]] == ["02"]
        found, many = listed(Shelf(first=1, most=2))
        assert ([one.id for one in found], many) == (["01", "02"], 4)
        assert dict(desk.ledger.rulings.counts()) == {"approved": 1, "open": 2, "edited": 1}


def test_old_lines_without_a_ruling_are_read_as_before(shop: Shop) -> None:
    shop.run(["mug"])
    with at_desk(shop.project, shop.folder) as desk:
        desk.write("00", "text", "Own")
    (line,) = (shop.folder / "artifacts.jsonl").read_text().splitlines()
    assert "ruling" not in json.loads(line)["review"]
