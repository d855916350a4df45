"""What people decided of a job's pieces is learnt: picks and own words are good lines, what they replaced is worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aigc.errors import UsageError
from aigc.jobs import at_desk
from aigc.learner.learner_options import Objective
from aigc.ledger import Ledger
from aigc.training.account import Account
from aigc.training.sources import gather
from aigc.types import Suggestion

from .conftest import PAGE, Works

NAME = "spring: b1 lines[0]"  # the model's "Has steps" stands there; its "steps that is far too long" was not taken


@pytest.fixture
def suggested(works: Works) -> Path:
    """This is a job whose second piece has suggestions for its first line."""
    return suggest(works.write())


def suggest(folder: Path) -> Path:
    ledger = Ledger(folder / "job.sqlite")
    with ledger._database.change() as db:
        offers = [
            {"field": "lines[0]", "stage": "lines", "item": 0, "text": text, "score": -at}
            for at, text in enumerate(("Dims by touch", "Steps, dim steps"))
        ]
        from aigc.ledger.record import json_text

        db.execute(
            "update pieces set artifact = json_set(artifact, '$.suggestions', json(?)) where id = 'b1'",
            (json_text(offers),),
        )
    assert isinstance(ledger.pieces.entry("b1").artifact.suggestions[0], Suggestion)
    ledger.close()
    return folder


def rows(works: Works, folder: Path, objective: Objective = "sft") -> Account:
    return gather(works.project, [str(folder)], objective=objective)


def test_a_pick_is_learnt_in_place_of_what_stood(works: Works, suggested: Path) -> None:
    before = rows(works, suggested)
    with at_desk(works.project, suggested) as desk:
        desk.take("b1", "lines[0]", 1)
    after = rows(works, suggested)
    (old,) = [one for one in before.kept if one.where == NAME]
    (new,) = [one for one in after.kept if one.where.startswith(NAME)]
    assert old.answer == "Has steps" and new.answer == "Dims by touch" and new.by == "model"
    assert replace(old, where="", answer="") == replace(new, where="", answer=""), "the prompt is the item's"
    assert {one.answer for one in after.kept} - {one.answer for one in before.kept} == {"Dims by touch"}
    told = {one.where: one.told for one in after.left_out}
    assert told[f"{NAME} not picked 1"] == told[f"{NAME} candidate 2"] == "a person took another text"


def test_own_words_are_a_persons(works: Works, suggested: Path) -> None:
    with at_desk(works.project, suggested) as desk:
        desk.write("b1", "lines[0]", "Touch to dim")
        desk.write("b1", "lines[1]", "Warm light")
    found = {one.answer: one for one in rows(works, suggested).kept if one.by == "person"}
    assert set(found) == {"Touch to dim", "Warm light"}
    assert found["Warm light"].item == "warms up the room", "whose place no suggestion told"


def test_pairs_hold_it_against_what_it_replaced_and_what_was_refused(works: Works, suggested: Path) -> None:
    with at_desk(works.project, suggested) as desk:
        desk.take("b1", "lines[0]", 1)
        desk.refuse("b1", "lines[0]", 2)
    account = rows(works, suggested, "dpo")
    pairs = {(one.answer, one.rejected) for one in account.kept if one.where.startswith(NAME)}
    assert pairs == {("Dims by touch", "Has steps"), ("Dims by touch", "Steps, dim steps")}
    assert f"{NAME} picked" in account.paired
    verdicts = {one.answer: one.good for one in rows(works, suggested, "kto").kept if one.where.startswith(NAME)}
    assert verdicts == {"Dims by touch": True, "Steps, dim steps": False}


def test_a_picked_line_is_learnt_as_the_model_wrote_it(works: Works, suggested: Path) -> None:
    ledger = Ledger(suggested / "job.sqlite")
    with ledger._database.change() as db:
        (writing,) = db.execute("select writing from pieces where id = 'b1'").fetchone()
        which = "writing = ? and stage = 'lines' and item = 0 and not taken"
        db.execute(f"update lines set text = 'dims by TOUCH' where {which}", (writing,))
    ledger.close()
    with at_desk(works.project, suggested) as desk:
        desk.take("b1", "lines[0]", 1)
    assert "dims by TOUCH" in {one.answer for one in rows(works, suggested).kept}


def test_what_is_undone_kept_or_of_another_brief_is_not_learnt(works: Works, suggested: Path) -> None:
    before = rows(works, suggested)
    with at_desk(works.project, suggested) as desk:
        desk.take("b1", "lines[0]", 1)
        desk.undo("b1", "lines[0]")
        desk.keep("b1", "lines[0]")
    assert rows(works, suggested) == before
    with at_desk(works.project, suggested) as desk:
        desk.take("b1", "lines[0]", 1)
    ledger = Ledger(suggested / "job.sqlite")
    with ledger._database.change() as db:
        db.execute("update pieces set brief = json_set(brief, '$.product', 'tin lamp') where id = 'b1'")
    ledger.close()
    assert "Dims by touch" not in {one.answer for one in rows(works, suggested).kept}


def test_a_pick_of_an_item_that_is_not_asked_for_is_named(works: Works, suggested: Path) -> None:
    with at_desk(works.project, suggested) as desk:
        desk.take("b1", "lines[0]", 1)
    works.files["templates/shop/page.yaml"] = PAGE.replace("foreach: facts", "foreach: facts[5:]")
    told = {one.where: one.told for one in rows(works, suggested).left_out}
    assert told["spring: b1 lines[0] picked"] == "is not asked for today"


def test_a_job_that_kept_no_lines_has_its_picks(works: Works) -> None:
    folder = suggest(works.write(keep_lines="none"))
    with pytest.raises(UsageError):
        rows(works, folder)
    with at_desk(works.project, folder) as desk:
        desk.take("b1", "lines[0]", 1)
    (one,) = rows(works, folder).kept
    assert one.answer == "Dims by touch" and one.item == "dims in steps"
    assert one.prompt is not None and "dims in steps" in one.prompt.messages[-1].content
