"""Rows of a job: each kept line once, with the prompt as it would be sent today and today's verdict."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from aigc.errors import NotFound, UsageError
from aigc.ledger import opened_ledger
from aigc.testing import ScriptedGenerator
from aigc.training.job_rows import SeenResults
from aigc.training.sources import gather
from aigc.types import Line
from aigc_plugins import scorers

from .conftest import CLOSE, LINE, PAGE, Works


def lines_of(folder: Path) -> list[Line]:
    with opened_ledger(folder) as ledger:
        return [one.line for one in ledger.lines.kept()]


def test_taken_lines_are_samples_with_the_prompts_that_were_sent(works: Works) -> None:
    folder = works.write()
    account = gather(works.project, [str(folder)])
    sent = {(one.about.brief, one.about.stage, one.about.item, one.prompt) for one in works.generator.requests}  # type: ignore[union-attr]
    taken = [line for line in lines_of(folder) if line.taken]
    assert Counter(one.answer for one in account.kept) == Counter(line.text for line in taken) and len(taken) == 8
    assert [*dict.fromkeys(one.group for one in account.kept)] == ["spring: b0", "spring: b1", "spring: b2"]
    for sample in account.kept:
        name = sample.group.removeprefix("spring: ")
        items = {
            item for brief, stage, item, prompt in sent if (brief, stage, prompt) == (name, sample.stage, sample.prompt)
        }
        assert items, "its prompt was sent for that brief and stage"
        assert sample.item == (sample.values["facts"][items.pop()] if sample.stage == "lines" else None)
        assert sample.content_type == "shop/page" and sample.values["product"] in sample.subject


def test_every_line_and_every_fallback_is_named_once_with_its_reason(works: Works) -> None:
    folder = works.write()
    account = gather(works.project, [str(folder)])
    lines = lines_of(folder)
    assert account.rows == len(lines) + 1, "one text was a fallback"
    names = [one.where for one in (*account.kept, *account.left_out)]
    assert len(set(names)) == len(names)
    told = {one.where: (one.reason, one.told) for one in account.left_out}
    cut = told["spring: b0 lines[0] candidate 2"]
    assert cut == ("breaks its type's limits", "has 31 characters, at most 20")
    assert told["spring: b0 lines[1]"][0] == "rejected" and "cheap" in told["spring: b0 lines[1]"][1]
    assert told["spring: b2 fallback lines[1]"] == ("no model text", "no model wrote it")
    assert account.reasons() == {"breaks its type's limits": 11, "rejected": 3, "no model text": 1}


def test_a_changed_template_gives_todays_prompts(works: Works) -> None:
    folder = works.write()
    works.files["templates/shop/line.j2"] = LINE.replace("Fact:", "The fact is:")
    account = gather(works.project, [str(folder)])
    prompts = [one.prompt for one in account.kept if one.stage == "lines"]
    assert prompts and all(one and one.messages[-1].content.startswith("The fact is: ") for one in prompts)


def test_a_check_of_today_refuses_what_was_taken_then(works: Works) -> None:
    folder = works.write()
    works.files["templates/shop/page.yaml"] = PAGE.replace("words: [cheap]", "words: [cheap, cold]")
    account = gather(works.project, [str(folder)])
    refused = {one.answer for one in gather(works.project, [str(folder)]).kept}
    assert "Has cold" not in refused
    assert any(one.reason == "rejected" and "cold" in one.told for one in account.left_out)


def test_a_job_that_kept_what_was_taken_only_gives_the_same_samples(works: Works) -> None:
    every = gather(works.project, [str(works.write("all"))])
    taken = gather(works.project, [str(works.write("taken", keep_lines="taken"))])
    assert [(one.prompt, one.answer, one.item) for one in taken.kept] == [
        (one.prompt, one.answer, one.item) for one in every.kept
    ]
    assert taken.reasons() == {"no model text": 1}, "the fallback, and no empty text in place of a line"


def test_a_job_without_lines_says_how_to_keep_them(works: Works) -> None:
    with pytest.raises(UsageError, match=r"none: there is nothing kept .*--no-reuse -o keep_lines=all"):
        gather(works.project, [str(works.write("none", keep_lines="none"))])


def test_a_job_whose_type_is_gone_says_so(works: Works) -> None:
    folder = works.write()
    (works.folder / "templates/shop/page.yaml").unlink()
    works.files = {}
    with pytest.raises(NotFound, match=r"spring: no content type named 'shop/page'"):
        gather(works.project, [str(folder)])


def test_a_brief_that_does_not_fit_any_more_is_named(works: Works) -> None:
    folder = works.write()
    works.files["templates/shop/page.yaml"] = PAGE.replace(
        "product: {type: string}", "product: {type: string, maxLength: 8}"
    )
    account = gather(works.project, [str(folder)])
    told = {one.told for one in account.left_out if one.reason == "cannot be decoded"}
    assert len(told) == 2 and all(one.startswith("its brief: product") for one in told)
    assert {one.values["product"] for one in account.kept} == {"wool rug"}


def test_an_answer_that_was_cut_off_is_left_out_even_where_its_piece_took_it(works: Works) -> None:
    folder = works.write()
    with sqlite3.connect(folder / "job.sqlite") as db:
        db.execute("update lines set finish_reason = 'length' where text = 'Has six'")
    account = gather(works.project, [str(folder)])
    (cut,) = [one for one in account.left_out if one.reason == "has no end"]
    assert cut.where == "spring: b0 lines[0]" and all(one.answer != "Has six" for one in account.kept)


def test_lines_of_replaced_pieces_are_named_and_not_used(works: Works) -> None:
    works.write()
    folder = works.write(products=["brass lamp", "wool rug"])
    account = gather(works.project, [str(folder)])
    gone = [one.where for one in account.left_out if "written again" in one.told]
    assert len(gone) == 8 and all(where.startswith("spring: b0 ") for where in gone)
    assert {one.group for one in account.kept} == {"spring: b1", "spring: b2"}
    assert account.rows == len(lines_of(folder)) + 1


def test_pairs_name_every_line_once(works: Works) -> None:
    folder = works.write()
    account = gather(works.project, [str(folder)], objective="dpo")
    assert account.rows == len(lines_of(folder)) + 1
    names = [*(one.where for one in (*account.kept, *account.left_out)), *account.paired]
    assert len(set(names)) == len(names)
    (pair,) = [one for one in account.kept if one.where == "spring: b0 lines[0] candidate 2"]
    assert (pair.answer, pair.rejected) == ("Has six", "six that is far too long for it")
    assert "spring: b0 lines[0]" in account.paired
    tree = [one for one in account.kept if one.answer == "one tree 0"]
    assert [one.rejected for one in tree] == ["cheap tree"], "two refused candidates with one text are one pair"
    assert account.reasons()["twin"] == 1
    assert all(one.rejected and one.rejected != one.answer for one in account.kept)


def test_verdicts_are_good_or_bad(works: Works) -> None:
    folder = works.write()
    account = gather(works.project, [str(folder)], objective="kto")
    verdicts = {one.answer: one.good for one in account.kept}
    assert verdicts["Has six"] is True and verdicts["six that is far too long for it"] is False
    assert account.rows == len(lines_of(folder)) + 1


def test_without_shots_prompts_show_none(works: Works) -> None:
    folder = works.write()
    shown, bare = (gather(works.project, [str(folder)], shots=shots).kept for shots in (True, False))
    assert any("Two drawers" in turn.content for one in shown for turn in one.prompt.messages)  # type: ignore[union-attr]
    assert not any("drawers" in turn.content for one in bare for turn in one.prompt.messages)  # type: ignore[union-attr]
    assert [one.answer for one in shown] == [one.answer for one in bare]


def test_a_rejected_pieces_lines_are_left_out(works: Works) -> None:
    works.files["templates/shop/page.yaml"] = PAGE.replace('    fallback: "{{ item }}"\n', "").replace(
        "close: {type: string, from:", "close: {type: string, limit: {chars: 7}, from:"
    )
    folder = works.write()
    account = gather(works.project, [str(folder)])
    with opened_ledger(folder) as ledger:
        stand = {f"spring: {one.id}" for one in ledger.pieces.artifacts(["accepted", "flagged"])}
    assert {one.group for one in account.kept} == stand == {"spring: b2"}
    told = {one.where: one.told for one in account.left_out}
    assert told["spring: b1 lines[0]"].startswith("its piece is rejected: close: ")


def test_a_line_of_which_one_field_was_taken_is_not_learnt_whole(works: Works) -> None:
    works.files["templates/shop/page.yaml"] = """
aigc: 1
name: shop/page
summary: A page.
brief: {product: {type: string}, facts: {type: array, items: {type: string}}, language: {type: string}}
prompt: close.j2
output: {title: {type: string, limit: {chars: 12}}, body: {type: string, limit: {chars: 12}}}
"""
    tries = ['{"title": "A table", "body": "far too long for it"}', '{"title": "A table", "body": "Of oak"}']
    works.generator = ScriptedGenerator(lambda request, index: tries[request.about.attempt])  # type: ignore[union-attr]
    account = gather(works.project, [str(works.write(products=["oak table"]))])
    assert [one.answer for one in account.kept] == tries[1:]
    assert [(one.where, one.reason) for one in account.left_out] == [("spring: b0 main", "breaks its type's limits")]


def test_rows_are_read_in_the_voice_that_their_job_was_written_in(works: Works) -> None:
    voiced = PAGE.replace("stages:", "voices: {free: {}, plain: {}}\nstages:", 1)
    voiced = voiced.replace(
        "    foreach: facts", "    voices: [plain]\n    foreach: \"{{ facts if voice == 'plain' else [] }}\""
    )
    works.files["templates/shop/page.yaml"] = voiced.replace(
        '"{{ stages.lines }}"', '"{{ stages.lines or [product] }}"'
    )
    folder = works.write(products=["oak table"], voice="plain")
    project = works.project
    assert project.voice(project.content_type("shop/page")) == "free"
    account = gather(project, [str(folder)])
    assert {(one.stage, one.item) for one in account.kept} >= {("lines", "seats six"), ("lines", "made of one tree")}
    assert all(one.told != "is not asked for today" for one in account.left_out)


def test_an_input_that_is_gone_is_not_missed(works: Works) -> None:
    folder = works.write()
    works.files["templates/shop/page.yaml"] = PAGE.replace(
        "  language: {type: string, enum: [en, zh], default: en}\n", ""
    )
    (kept, *_) = gather(works.project, [str(folder)]).kept
    assert [*kept.values] == ["product", "facts"]


def test_what_later_stages_go_over_is_known_as_it_was(works: Works) -> None:
    works.files["templates/shop/page.yaml"] = PAGE.replace(
        "    prompt: close.j2", "    foreach: stages.lines\n    prompt: close.j2"
    ).replace("close: {type: string, from", "close: {type: array, items: {type: string}, from")
    works.files["templates/shop/close.j2"] = CLOSE.replace("{{ product }}", "{{ item }}")
    account = gather(works.project, [str(works.write())])
    closing = [one for one in account.kept if one.stage == "close"]
    assert closing and all(one.prompt and one.prompt.messages[-1].content == f"Close for {one.item}" for one in closing)


def test_a_candidate_that_says_what_the_taken_one_says_is_its_twin(works: Works) -> None:
    works.generator = ScriptedGenerator(lambda request, index: "Has six")
    account = gather(works.project, [str(works.write(products=["oak table"]))])
    assert account.reasons() == {"twin": 3} and len(account.kept) == 3


@pytest.mark.parametrize("floor", [-99, 99])
def test_of_what_is_picked_only_the_pick_is_learnt(works: Works, floor: int) -> None:
    works.files["templates/shop/page.yaml"] = PAGE.replace(
        "    examples:\n", f"    pick: {{by: [length], floor: {floor}}}\n    examples:\n", 1
    )
    works.plugins["scorers"] = scorers
    works.generator = ScriptedGenerator(lambda request, index: f"Line {'x' * index}", likely=lambda request: -1.0)
    account = gather(works.project, [str(works.write(products=["oak table"]))])
    lines = [one for one in account.kept if one.stage == "lines"]
    assert [one.answer for one in lines] == ([] if floor == 99 else ["Line x", "Line x"])
    assert account.reasons()["not picked"] == (4 if floor == 99 else 2)


def test_later_stages_went_over_what_was_there_first() -> None:
    seen = SeenResults()
    seen.written("lines", 0, "first")
    seen.written("lines", 0, "written again for the whole piece's sake")
    assert seen.results == {"lines": {0: "first"}}
