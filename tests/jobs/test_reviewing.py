"""What people decide of a job's pieces stands through reruns, `--fresh`, stops and changed briefs, and is read."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from aigc import scorer
from aigc.errors import JobError, NotFound, UsageError
from aigc.jobs import at_desk, label_rows, read_artifacts, review_setup
from aigc.jobs.lock import HOLDER, only_run
from aigc.ledger import opened_ledger
from aigc.plugs.hookspecs import hookimpl
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Candidate, Decision, Request, by_field

from .conftest import Shop

PAGE = """
aigc: 1
name: shop/page
summary: A page.
brief:
  product: {type: string}
stages:
  lines:
    foreach: "[product, product + '!']"
    prompt: item.j2
    output: {type: string, limit: {chars: 20}}
    candidates: 4
    repair: {attempts: 0}
    fallback: "{{ item }}"
    pick: {by: [likely], floor: 90, suggest: 3}
output:
  lines: {type: array, items: {type: string, limit: {chars: 20}}, from: "{{ stages.lines }}"}
checks: [{forbidden_words: {words: [cheap]}}, {forbidden_words: {words: [nice], severity: warn}}]
exports: [csv]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}"
FILES = {"templates/shop/page.yaml": PAGE, "templates/shop/item.j2": TASK}
PLACE = "lines[1]"


@scorer
def likely(candidates: Sequence[Candidate]) -> Sequence[float]:
    """Prefer what ends in a high figure."""
    return [float(one.text[-1]) for one in candidates]


class Plugin:
    """This is a plugin of one scorer."""

    @hookimpl
    def aigc_scorers(self) -> list[object]:
        return [likely]


def answer(request: Request, index: int) -> str:
    return f"{request.prompt.messages[-1].content} take {index}"


@pytest.fixture
def page(make_project: Callable[..., Project], tmp_path: Path) -> Shop:
    """This is a shop whose pages stand as their fallbacks, with three suggestions for each line."""
    project = make_project(FILES)
    project.registry.add(Plugin(), "plugin")
    shop = Shop(project, tmp_path / "out", "shop/page")
    shop.generator = ScriptedGenerator(answer, capacity=4, lump=3)
    shop.run(["mug", "pot"], exports=["csv"])
    return shop


def piece(shop: Shop, name: str = "00") -> Artifact:
    with opened_ledger(shop.folder) as ledger:
        return ledger.pieces.entry(name).artifact


def test_a_pick_stands_in_all_that_people_read(page: Shop) -> None:
    assert piece(page).fields["lines"] == ["mug", "mug!"] and piece(page).review is None
    with at_desk(page.project, page.folder) as desk:
        offers = [one.text for one in desk.offers("00", PLACE)]
        assert offers == ["mug! take 3", "mug! take 2", "mug! take 1"]
        picked = desk.take("00", PLACE, 2)
    assert picked == piece(page) and picked.fields["lines"] == ["mug", "mug! take 2"]
    assert picked.review is not None and picked.review.models == {PLACE: "mug!"} and not picked.review.stale
    assert picked.provenance.fallbacks == ("lines[0]",), "that line is nobody's fallback any more"
    assert read_artifacts(page.folder)[0] == picked
    record = json.loads((page.folder / "artifacts.jsonl").read_text().splitlines()[0])
    assert record["fields"]["lines"][1] == "mug! take 2" and record["review"]["fields"] == {PLACE: "mug! take 2"}
    with (page.folder / "content.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.DictReader(file))["lines 2"] == "mug! take 2"
    assert "mug! take 2" in (page.folder / "report.html").read_text()
    assert "review" not in json.loads((page.folder / "artifacts.jsonl").read_text().splitlines()[1])


def test_own_words_are_held_to_what_the_stages_lines_are(page: Shop) -> None:
    text = PAGE.replace("    fallback:", "    checks: [{forbidden_words: {words: [best]}}]\n    fallback:")
    assert page.project.folder is not None
    (page.project.folder / "templates/shop/page.yaml").write_text(text)
    with at_desk(page.project, page.folder) as desk:
        with pytest.raises(UsageError, match=r"lines\[1\].*best.*forbidden_words"):
            desk.write("00", PLACE, "the best mug")
        assert desk.write("00", PLACE, "a good mug").status == "accepted"
        assert desk.take("00", PLACE, 1).fields["lines"] == ["mug", "mug! take 3"]


def test_it_survives_reruns_and_fresh(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
    before = (page.folder / "artifacts.jsonl").read_bytes()
    page.run(["mug", "pot"], exports=["csv"])
    assert (page.folder / "artifacts.jsonl").read_bytes() == before
    other = ScriptedGenerator(lambda request, index: f"anew {index}", capacity=4, lump=3)
    page.run(["mug", "pot"], exports=["csv"], generator=other, fresh=True)
    now = piece(page)
    assert now.fields["lines"] == ["mug", "mug! take 3"] and now.review is not None and not now.review.stale
    assert [one.text for one in by_field(now.suggestions)[PLACE]] == ["anew 3", "anew 2", "anew 1"]


def test_a_changed_brief_marks_it_stale_and_shows_both(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
    page.run(["jug", "pot"])
    review = piece(page).review
    assert piece(page).fields["lines"] == ["jug", "mug! take 3"]
    assert review is not None and review.stale == (PLACE,) and review.models == {PLACE: "jug!"}
    with at_desk(page.project, page.folder) as desk:
        assert not desk.write("00", PLACE, "Jug of jugs").review.stale  # type: ignore[union-attr]


@pytest.mark.parametrize("settled", ["by the same words", "by other words", "undone"])
def test_what_was_chosen_for_another_product_is_flagged_until_it_is_settled(page: Shop, settled: str) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
    for _ in range(2):
        page.run(["towel", "mug", "pot"], exports=["csv"])  # a row above: "00" is another product
        reason = f"{PLACE}: the brief changed since a person chose this"
        assert (piece(page).status, piece(page).reason) == ("flagged", reason)
        rows = (page.folder / "content.csv").read_text().splitlines()
        assert [row.partition(",")[0] for row in rows[1:]] == ["01", "02"], "one that is flagged is not exported"
    assert [one.message for one in piece(page).findings if one.check == "review"] == [reason.removeprefix(f"{PLACE}: ")]
    with at_desk(page.project, page.folder) as desk:
        assert desk.refuse("00", PLACE, 3).status == "flagged", "that says nothing of what stands"
        match settled:
            case "by the same words":
                now = desk.write("00", PLACE, "mug! take 3")
            case "by other words":
                now = desk.take("00", PLACE, 1)
            case _:
                now = desk.undo("00", PLACE)
    assert now.status == "accepted" and now.fields["lines"][1] in (page.folder / "content.csv").read_text()


def test_what_the_model_wrote_has_its_own_status_in_the_history(page: Shop, tmp_path: Path) -> None:
    page.run(["nice mug", "pot"])
    own = piece(page)
    assert own.status == "flagged"
    with at_desk(page.project, page.folder) as desk:
        desk.write("00", "lines[0]", "Mug")
        assert desk.write("00", PLACE, "Mug two").status == "accepted"
    page.run(["pot"])
    page.run(iter([Brief(id="other", values={"product": "nice mug"})]))
    assert piece(page, "other").fields == own.fields
    assert (piece(page, "other").status, piece(page, "other").reason) == (own.status, own.reason)
    with opened_ledger(page.folder) as ledger:
        assert ledger.totals.complaints(1)[0][0].checks == "forbidden_words"
    elsewhere = Shop(page.project, tmp_path / "elsewhere", "shop/page")
    elsewhere.run(["nice mug"])
    assert piece(elsewhere).status == "flagged" and not elsewhere.asked


def test_a_piece_is_judged_in_the_voice_that_it_was_written_in(
    page: Shop, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    voiced = PAGE.replace("stages:", "voices: {copy: {}, facts: {}}\nstages:", 1)
    voiced = voiced.replace("[nice]", "\"{{ ['nice'] if voice == 'facts' else ['dear'] }}\"")
    project = make_project(FILES | {"templates/shop/page.yaml": voiced}, voice="facts")
    project.registry.add(Plugin(), "plugin")
    shop = Shop(project, tmp_path / "voiced", "shop/page")
    shop.generator = page.generator
    shop.run(["mug"])
    today = make_project(FILES | {"templates/shop/page.yaml": voiced})
    today.registry.add(Plugin(), "plugin")
    assert today.voice(today.content_type("shop/page")) == "copy"
    with at_desk(today, shop.folder) as desk:
        assert desk.write("00", PLACE, "A nice mug").status == "flagged"


def test_it_waits_while_its_brief_is_not_asked_for(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("01", PLACE, 1)
    page.run(["mug"])
    page.run(["mug", "pot"])
    assert piece(page, "01").fields["lines"] == ["pot", "pot! take 3"]


def test_where_no_text_is_left_it_waits_too(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
    with sqlite3.connect(page.folder / "job.sqlite") as db:
        db.execute(
            "update pieces set artifact = json_set(artifact, '$.fields.lines', json('[\"one\"]')) where id = '00'"
        )
    now = piece(page)
    assert now.fields["lines"] == ["one"] and now.review is not None and now.review.models == {PLACE: None}


def test_the_status_is_worked_out_again_and_what_is_refused_cannot_stand(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        with pytest.raises(UsageError, match=r"00: lines\[1\]: .*at most 20.*cannot stand"):
            desk.write("00", PLACE, "far too long for any line at all")
        with pytest.raises(UsageError, match=r"00: lines\[1\]: .*cheap"):
            desk.write("00", PLACE, "A cheap mug")
        with pytest.raises(UsageError, match="an empty text"):
            desk.write("00", PLACE, "  ")
        assert desk.piece("00").review is None, "nothing was decided"
        assert desk.write("00", PLACE, "A nice mug").status == "flagged"
        with opened_ledger(page.folder) as ledger:
            assert ledger.totals.counts() == {"flagged": 1, "accepted": 1}
        assert desk.undo("00", PLACE).status == "accepted"
        assert desk.piece("00").review is None
    page.run(["mug", "pot"])
    assert piece(page).status == "accepted"


def test_what_else_is_found_today_is_no_part_of_a_decision(
    page: Shop, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    (tmp_path / "templates/shop/page.yaml").write_text(PAGE.replace("[nice]", "[mug]"))
    with at_desk(page.project, page.folder) as desk:
        assert desk.keep("00", PLACE).status == "accepted", "the model's own texts were judged when they were written"
        assert desk.take("00", PLACE, 1).reason.startswith("lines[1]: "), "what was taken is judged now"


def test_another_run_judges_a_piece_that_was_written_again(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.write("00", PLACE, "A nice mug")
    for _ in range(2):
        page.run(["mug", "pot"], fresh=True)
        assert piece(page).status == "flagged" and "nice" in piece(page).reason


def test_a_stop_between_writing_and_judging_loses_nothing(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.write("00", PLACE, "A nice mug")

    class Stops(ScriptedGenerator):
        def step(self) -> Sequence[object]:  # type: ignore[override]
            if len(self.requests) > 2:
                raise KeyboardInterrupt
            return super().step()

    assert page.run(["mug", "pot"], fresh=True, generator=Stops(answer, capacity=1, lump=1)).interrupted
    page.run(["mug", "pot"])
    assert piece(page).fields["lines"] == ["mug", "A nice mug"] and piece(page).status == "flagged"
    with sqlite3.connect(page.folder / "job.sqlite") as db:
        db.execute("update reviews set findings = null")
    assert piece(page).fields["lines"] == ["mug", "A nice mug"], "not judged yet, it is read all the same"


def test_refusals_are_kept_and_end_a_pick(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
        after = desk.refuse("00", PLACE, 1)
        assert after.fields["lines"] == ["mug", "mug!"], "what was picked and then refused stands no more"
        assert after.review is not None and after.review.refused == {PLACE: ("mug! take 3",)}
        every = desk.keep("00", PLACE)
        assert every.review is not None and len(every.review.refused[PLACE]) == 3
        again = desk.take("00", PLACE, 2)
        assert again.review is not None and again.review.refused == {PLACE: ("mug! take 3", "mug! take 1")}
    with opened_ledger(page.folder) as ledger:
        log = [*ledger.reviews.log()]
    assert [one.verb for one in log] == ["picked", "refused", "kept", "picked"]
    assert (log[-1].was, log[-1].stage, log[-1].item, len(log[-1].suggestions)) == ("mug!", "lines", 1, 3)
    assert log[-1].values == {"product": "mug"} and log[-1].at


def test_decisions_are_labels(page: Shop, tmp_path: Path) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
        desk.refuse("00", PLACE, 3)
        desk.keep("00", "lines[0]")
        desk.write("01", PLACE, "A pot of one's own")
        desk.take("01", "lines[0]", 1)
        desk.undo("01", "lines[0]")
    content_type = page.project.content_type("shop/page")
    with opened_ledger(page.folder) as ledger:
        setup = review_setup(page.project, content_type, ledger)
        rows = [*label_rows(setup, ledger.reviews.log())]
    assert {(one["id"], one["item"], one["text"]): one["label"] for one in rows} == {
        ("00", "mug!", "mug! take 3"): 2,
        ("00", "mug!", "mug!"): 1,
        ("00", "mug!", "mug! take 1"): 0,
        ("00", "mug", "mug"): 1,
        ("00", "mug", "mug take 3"): 1,
        ("00", "mug", "mug take 2"): 1,
        ("00", "mug", "mug take 1"): 1,
        ("01", "pot!", "A pot of one's own"): 2,
        ("01", "pot!", "pot!"): 1,
    }
    assert rows[0]["product"] == "mug" and rows[0]["stage"] == "lines"
    (tmp_path / "templates/shop/page.yaml").write_text(PAGE.replace("[product, product + '!']", "[product]"))
    content_type = page.project.content_type("shop/page")
    with opened_ledger(page.folder) as ledger:
        setup = review_setup(page.project, content_type, ledger)
        assert {one["item"] for one in label_rows(setup, ledger.reviews.log())} == {"mug"}, "the rest has no item today"


def test_what_stands_for_something_else_is_no_label(make_project: Callable[..., Project], tmp_path: Path) -> None:
    text = PAGE.replace("{{ item }}", "{{ item if index }}").replace(
        "{{ stages.lines }}", "{{ stages.lines + ['own'] }}"
    )
    project = make_project(FILES | {"templates/shop/page.yaml": text})
    project.registry.add(Plugin(), "plugin")
    shop = Shop(project, tmp_path / "out", "shop/page")
    shop.generator = ScriptedGenerator(answer, capacity=4, lump=3)
    shop.run(["mug", "pot"], exports=["csv"])
    with at_desk(project, shop.folder) as desk:
        assert desk.take("00", PLACE, 1).fields["lines"] == ["mug!", "mug take 3"]
        desk.keep("01", PLACE)
    with opened_ledger(shop.folder) as ledger:
        rows = [*label_rows(review_setup(project, project.content_type("shop/page"), ledger), ledger.reviews.log())]
    assert [(one["item"], one["text"], one["label"]) for one in rows] == [("mug", "mug take 3", 2)]


def test_labels_overwrite_no_inputs(page: Shop, tmp_path: Path) -> None:
    values = {"product": "mug", "text": "About mugs", "id": "7"}
    decision = Decision(id="00", field=PLACE, verb="picked", texts=("A mug",), values=values, stage="lines", item=1)
    with opened_ledger(page.folder) as ledger:
        setup = review_setup(page.project, page.project.content_type("shop/page"), ledger)
    (row,) = label_rows(setup, [decision])
    assert (row["text"], row["id"], row["product"]) == ("A mug", "00", "mug")
    assert row["brief"] == {"text": "About mugs", "id": "7"}


def test_misuse_names_the_nearest(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        with pytest.raises(NotFound, match=r"no piece has the id '000'.*did you mean '00'"):
            desk.take("000", PLACE, 1)
        with pytest.raises(UsageError, match=r"has no text 'line\[1\]'.*did you mean 'lines\[1\]'"):
            desk.take("00", "line[1]", 1)
        with pytest.raises(UsageError, match=r"no suggestion 4 for .*there are 1 to 3"):
            desk.take("00", PLACE, 4)
        with pytest.raises(UsageError, match="no suggestion 0"):
            desk.refuse("00", PLACE, 0)
        with pytest.raises(UsageError, match="nothing was decided"):
            desk.undo("00", PLACE)
    with pytest.raises(NotFound, match="no such folder"), at_desk(page.project, page.folder / "nowhere"):
        pass


def test_a_row_that_is_no_brief_cannot_be_picked_for(page: Shop) -> None:
    bad = Artifact(
        id="02",
        status="failed",
        reason="no product",
        fields={},
        brief=Brief(id="02", values={}),
        provenance=piece(page).provenance,
    )
    page.run(iter([Brief(id="00", values={"product": "mug"}), bad]))
    with at_desk(page.project, page.folder) as desk, pytest.raises(UsageError, match="nothing was written: no product"):
        desk.take("02", PLACE, 1)


def test_two_who_pick_at_once_both_do(page: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, free = threading.Event(), threading.Event()

    def first() -> None:
        with at_desk(page.project, page.folder) as desk:
            inside.set()
            free.wait(10)
            desk.take("00", PLACE, 1)

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    threading.Timer(0.3, free.set).start()
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", "lines[0]", 1)
    thread.join()
    assert piece(page).fields["lines"] == ["mug take 3", "mug! take 3"]


def test_who_writes_there_is_named(page: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.jobs.reviewing.PATIENCE", 0.1)
    with only_run(page.folder):
        (page.folder / HOLDER).write_text(json.dumps({"pid": os.getppid(), "host": "elsewhere"}))
        with pytest.raises(JobError, match=r"another run .* on elsewhere"), at_desk(page.project, page.folder):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_to_says_so(page: Shop) -> None:
    page.folder.chmod(0o500)
    try:
        with pytest.raises(JobError, match="cannot be written"), at_desk(page.project, page.folder):
            pass
    finally:
        page.folder.chmod(0o700)


def test_a_disk_that_refuses_keeps_the_decision(page: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **more: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aigc.jobs.staging.tempfile.mkdtemp", full)
    with pytest.raises(JobError, match="cannot be written"), at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
    assert piece(page).fields["lines"][1] == "mug! take 3"


def test_other_jobs_are_not_given_what_people_wrote(page: Shop, tmp_path: Path) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.write("00", PLACE, "A nice mug")
    page.run(["mug", "pot"])
    other = Shop(page.project, tmp_path / "other", "shop/page")
    other.generator = page.generator
    other.run(["mug", "pot"])
    assert piece(other).fields["lines"] == ["mug", "mug!"] and piece(other).status == "accepted"


def test_a_store_that_took_the_verdict_on_peoples_texts_is_mended(page: Shop, tmp_path: Path) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.write("00", PLACE, "A nice mug")
    store = page.project.store()
    with sqlite3.connect(store) as db:  # as an earlier version did
        done = db.execute("update made set status = 'flagged', reason = 'nice', checks = 'x' where id = '00'")
        assert done.rowcount == 1
    page.run(["mug", "pot"])
    assert piece(page).status == "flagged"
    with sqlite3.connect(store) as db:
        told = db.execute("select status, reason, checks from made order by id").fetchall()
    assert told == [("accepted", "", "")] * 2


def test_a_ledger_that_is_lost_leaves_what_people_decided_in_the_pieces(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", "lines[0]", 1, note="for Ada")
        desk.write("00", PLACE, "A nice mug")
        desk.refuse("01", PLACE, 2)
        desk.take("01", "lines[0]", 1)
    page.run(["mug", "jug"], exports=["csv"])
    before = {name: piece(page, name) for name in ("00", "01")}
    for file in page.folder.glob("job.sqlite*"):
        file.unlink()
    asked = page.asked
    page.run(["mug", "jug"], exports=["csv"])
    assert page.asked == asked, "nothing is written again"
    for name, was in before.items():
        now = piece(page, name)
        assert (now.fields, now.status, now.reason) == (was.fields, was.status, was.reason)
        assert now.review is not None and was.review is not None and now.review.by == was.review.by
        for fact in ("fields", "refused", "models", "stale", "at"):
            assert getattr(now.review, fact) == getattr(was.review, fact), fact
    assert before["01"].review.stale == ("lines[0]",)  # type: ignore[union-attr]
    with opened_ledger(page.folder) as ledger:
        log = [*ledger.reviews.log()]
        assert sorted(one.verb for one in log) == ["picked", "refused", "written", "written"], "one of them is stale"
        setup = review_setup(page.project, page.project.content_type("shop/page"), ledger)
        assert {row["label"] for row in label_rows(setup, log)} == {0, 1, 2}
    with at_desk(page.project, page.folder) as desk:
        desk.undo("00", "lines[0]")
        assert desk.undo("00", PLACE).fields["lines"] == ["mug", "mug!"], "what the model wrote is there"
        assert desk.piece("00").status == "accepted"


def test_twins_are_judged_by_what_the_model_wrote(page: Shop) -> None:
    with at_desk(page.project, page.folder) as desk:
        desk.take("00", PLACE, 1)
    with opened_ledger(page.folder) as ledger:
        assert ledger.pieces.as_written("00").fields["lines"] == ["mug", "mug!"]
        assert ledger.twins.fields("00")[1]["lines"] == ["mug", "mug!"]


def test_a_ledger_of_the_format_before_is_read_and_goes_on(page: Shop) -> None:
    with sqlite3.connect(page.folder / "job.sqlite") as db:
        db.executescript(
            "drop table reviews; drop table review_log; drop trigger judge_again; "
            "alter table pieces drop column language; alter table pieces drop column reading; pragma user_version = 2;"
        )
    with opened_ledger(page.folder) as ledger:
        assert [*ledger.reviews.log()] == [] and ledger.reviews.ids() == []
        assert ledger.pieces.entry("00").artifact.review is None and len([*ledger.pieces.artifact_lines()]) == 2
    with at_desk(page.project, page.folder) as desk:
        assert desk.take("00", PLACE, 1).fields["lines"][1] == "mug! take 3"
    assert page.run(["mug", "pot"]).reused == 2


def test_where_the_voice_suggests_nothing_that_is_said(make_project: Callable[..., Project], tmp_path: Path) -> None:
    voiced = PAGE.replace("stages:", "voices: {copy: {needs: {parameters: 1b}}, joined: {}}\nstages:", 1)
    voiced = voiced.replace("    foreach", "    voices: [copy]\n    foreach", 1)
    voiced = voiced.replace('"{{ stages.lines }}"', '"{{ stages.lines or [product] }}"')
    project = make_project(FILES | {"templates/shop/page.yaml": voiced}, voice="joined")
    project.registry.add(Plugin(), "plugin")
    shop = Shop(project, tmp_path / "voiced", "shop/page")
    shop.generator = ScriptedGenerator(answer)
    shop.run(["mug"])
    why = "there is none, as the voice joined suggests nothing; copy of a model with 1B does"
    with at_desk(project, shop.folder) as desk, pytest.raises(UsageError, match=why):
        desk.take("00", "lines[0]", 1)
