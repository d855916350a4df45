"""The same folder again: exactly what changed is written, and what was asked for anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aigc.errors import EngineError, JobError, NotFound
from aigc.jobs import open_job, read_artifacts, run_job, written_already
from aigc.ledger import opened_ledger
from aigc.ledger.completions import Completions
from aigc.ledger.pieces import Pieces
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Completion, Provenance, Request

from .conftest import ITEM, TASK, Shop, answer, briefs

WARNED = ITEM.replace(", limit: {chars: 12}", "").replace("limits", "min_words: {least: 9, severity: warn}")


def texts(shop: Shop) -> list[str]:
    return [one.fields.get("text", "") for one in read_artifacts(shop.folder)]


def history(shop: Shop) -> list[tuple[str, str]]:
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        return db.execute("select id, json_extract(artifact, '$.fields.text') from history order by seq").fetchall()


def seeded(request: Request, index: int) -> str:
    return f"{request.prompt.messages[-1].content} {request.sampling.seed % 97}"


def test_three_edited_rows_cost_three_generations_and_the_old_ones_are_kept(shop: Shop) -> None:
    shop.run([*"abcdef"])
    shop.run([*"aXcYeZ"])
    assert shop.asked == 9
    assert texts(shop) == [f"Buy {name}" for name in "aXcYeZ"]
    assert history(shop) == [("01", "Buy b"), ("03", "Buy d"), ("05", "Buy f")]


def test_pieces_that_are_written_again_unasked_are_counted(shop: Shop, make_project: Callable[..., Project]) -> None:
    def changed(products: str, **redo: object) -> int:
        content_type, asked = shop.project.content_type(shop.name), briefs([*products])
        with written_already(shop.project, content_type, shop.folder, **redo) as before:
            foreseen = [before(brief) for brief in asked].count("changed")
        with open_job(shop.project, content_type, shop.folder) as job:
            job.register(asked, **redo)
            assert job.changed == foreseen, "a dry run says the same"
            return job.changed

    assert changed("abcdef") == 0, "none is there yet"
    shop.run([*"abcdef"])
    assert changed("abcdef") == 0
    assert changed("aXcYefg") == 2, "two rows are other ones, one is new"
    types = {"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK}
    shop.project = make_project({**types, "aigc.yaml": "sampling: {temperature: 0.3}\n"})
    assert changed("abcdef") == 6
    shop.run([*"abcdef"])
    assert changed("abcdef") == 0
    assert changed("abcdef", fresh=True) == 0, "somebody asked for them"


def test_a_row_put_in_front_costs_one(shop: Shop) -> None:
    shop.run([*"abcdef"])
    report = shop.run([*"Xabcdef"], reuse=False)
    assert (shop.asked, report.reused) == (7, 6)
    assert texts(shop) == [f"Buy {name}" for name in "Xabcdef"]


def test_removed_rows_go_to_the_history_and_come_back(shop: Shop) -> None:
    shop.run([*"abcd"])
    assert shop.run([*"ab"]).briefs == 2
    assert [name for name, _ in history(shop)] == ["02", "03"]
    assert shop.run([*"abcd"], reuse=False).reused == 4
    assert shop.asked == 4


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("templates/shop/item.j2", "{{ product }}", "One {{ product }}"),
        ("templates/shop/item.yaml", "chars: 12", "chars: 13"),
        ("templates/shop/item.yaml", "checks: [limits]", "checks: [limits, no_placeholder]"),
        ("templates/shop/item.yaml", "checks:", "postprocess: [normalise_quotes]\nchecks:"),
        ("templates/shop/part.j2", "short", "long"),
        ("templates/item-base.j2", "Be", "Be very"),
        ("aigc.yaml", "", "policy: [no_placeholder]\n"),
        ("aigc.yaml", "policy: []", "policy: [{forbidden_words: {words: [cheap]}}]\n"),
        ("aigc.yaml", "", "seed: 4\n"),
        ("aigc.yaml", "", "sampling: {temperature: 0.3}\n"),
        ("aigc.yaml", "", "candidates: 2\n"),
        ("aigc.yaml", "", "model: other\n"),
        ("lora/adapter_model.safetensors", "old", "new"),
    ],
)
def test_whatever_makes_a_piece_makes_it_anew(
    shop: Shop, make_project: Callable[..., Project], file: str, old: str, new: str
) -> None:
    files = {
        "aigc.yaml": "policy: []\n" if "policy" in old else "",
        "templates/shop/item.yaml": ITEM,
        "templates/shop/item.j2": TASK,
    }
    if file not in files:
        files |= {
            "aigc.yaml": 'adapters: {"shop/*": lora}\n',
            "lora/adapter_model.safetensors": "old weights",
            "templates/shop/item.j2": TASK.replace("base.j2", "item-base.j2").replace(
                "{{", "{% include 'part.j2' %}{{"
            ),
            "templates/item-base.j2": "{% extends 'base.j2' %}{% block system %}Be brief.{% endblock %}",
            "templates/shop/part.j2": "{# short #}",
        }
    shop.project = make_project(files)
    shop.run([*"ab"])
    shop.project = make_project({**files, file: files[file].replace(old, new, 1)})
    assert (shop.run([*"ab"]).reused, shop.asked) == (0, 4)
    shop.project = make_project(files)
    assert (shop.run([*"ab"]).reused, shop.asked) == (2, 4), "taken back, the old ones stand again"


def test_retry_asks_the_flagged_and_rejected_for_another_text_and_the_failed_for_the_same(shop: Shop) -> None:
    seeds: dict[str, list[int]] = {}

    def moody(request: Request, index: int) -> str | Completion:
        text = request.prompt.messages[-1].content
        seeds.setdefault(text, []).append(request.sampling.seed)
        if text == "fails":
            return Completion(request_id=request.id, text="", finish_reason="error", error="no")
        return "far too long for it" if text == "long" and len(seeds[text]) == 1 else f"Buy {text}"

    shop.generator = ScriptedGenerator(moody)
    products = ["a", "long", "fails"]
    assert shop.run(products).counts == {"accepted": 1, "flagged": 0, "rejected": 1, "failed": 1}
    assert shop.run(products).reused == 3, "as they are unless they are asked for"
    assert shop.run(products, retry=["rejected"]).counts["accepted"] == 2
    assert len(set(seeds["long"])) == 2 and len(seeds["fails"]) == 1
    shop.run(products, retry=["failed"])
    assert len(seeds["fails"]) == 2 and len(set(seeds["fails"])) == 1 and len(seeds["a"]) == 1
    assert shop.run(products).reused == 3 and len(seeds["long"]) == 2


def test_a_flagged_piece_is_asked_for_another_text_and_only_the_named_ones(shop: Shop) -> None:
    seeds: list[int] = []

    def moody(request: Request, index: int) -> str:
        seeds.append(request.sampling.seed)
        return "far too long for it"

    shop.generator = ScriptedGenerator(moody)
    (shop.folder.parent / "templates/shop/item.yaml").write_text(WARNED, encoding="utf-8")
    products = [*"abc"]
    assert shop.run(products).counts["flagged"] == 3
    assert shop.run(products, retry=["flagged"], only=["01"]).reused == 2
    assert len(seeds) == len(set(seeds)) == 4
    assert shop.run(products, retry=["rejected"]).reused == 3
    assert shop.run(products, retry=["flagged", "failed"]).reused == 0
    assert len(seeds) == len(set(seeds)) == 7


def test_only_some_briefs(shop: Shop) -> None:
    report = shop.run([*"abc"], only=["01"])
    assert (report.waiting, report.counts["accepted"], shop.asked) == (2, 1, 1)
    assert shop.run([*"abc"], only=["01"], fresh=True).waiting == 2
    assert (shop.asked, texts(shop)) == (2, ["Buy b"])
    assert shop.run([*"abc"]).waiting == 0
    assert shop.asked == 4
    with pytest.raises(NotFound, match="no brief has the id '1'; did you mean '01'"):
        shop.run([*"abc"], only=["1"])


def test_only_a_finished_brief_writes_it_again_with_another_draw(shop: Shop) -> None:
    shop.generator = ScriptedGenerator(seeded)
    shop.run([*"abc"])
    before = texts(shop)
    assert shop.run([*"abc"], only=["01"]).reused == 2
    after = texts(shop)
    assert after[1] != before[1] and (after[0], after[2], shop.asked) == (before[0], before[2], 4)
    assert shop.run([*"abc"], only=["01"], retry=["flagged"]).reused == 3, "with a status only such ones"
    assert shop.run([*"abc"]).reused == 3 and texts(shop) == after


def test_fresh_writes_everything_again(shop: Shop) -> None:
    shop.run([*"abc"])
    before = (shop.folder / "artifacts.jsonl").read_bytes()
    assert shop.run([*"abc"], fresh=True).reused == 0
    assert shop.asked == 6 and (shop.folder / "artifacts.jsonl").read_bytes() == before
    stop = iter([False, True])
    shop.run([*"abc"], fresh=True, stopping=lambda: next(stop, True))
    assert shop.run([*"abc"]).reused < 3, "a fresh run that was stopped goes on as one"


def test_a_piece_of_another_job_of_the_project_is_taken_by_key(shop: Shop, tmp_path: Path) -> None:
    shop.run(["a", "b", "far too long for it"])
    other = Shop(shop.project, tmp_path / "other")
    assert (other.run(["x", "b", "a", "far too long for it"]).reused, other.asked) == (3, 1)
    assert texts(other) == ["Buy x", "Buy b", "Buy a", "Buy far too long for it"]
    third = Shop(shop.project, tmp_path / "third")
    assert (third.run([*"ab"], reuse=False).reused, third.asked) == (0, 2)
    fourth = Shop(shop.project, tmp_path / "fourth")
    assert (fourth.run([*"ab"], fresh=True).reused, fourth.asked) == (0, 2), "written again, whatever is there"


@pytest.mark.parametrize("left", [0, 50, 5000, -4096, None])
def test_a_store_that_was_cut_off_is_begun_anew(
    shop: Shop, tmp_path: Path, left: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    shop.run([*"ab"])
    store = shop.project.store()
    whole = store.read_bytes()
    store.write_bytes(b"no database at all " * 99 if left is None else whole[:left])
    other = Shop(shop.project, tmp_path / "other")
    assert (other.run([*"bc"]).counts["accepted"], other.asked) == (2, 2)
    assert ("pieces.sqlite.broken now, and a new one is begun" in caplog.text) == bool(left != 0)
    third = Shop(shop.project, tmp_path / "third")
    assert shop.run([*"ab"]).reused == 2
    assert (third.run([*"abc"]).reused, third.asked) == (3, 0), "each job puts its pieces there again"


def test_outside_a_project_no_job_looks_at_another(tmp_path: Path, registry: object) -> None:
    assert Project.open(tmp_path).store() is None


@pytest.mark.parametrize(("capacity", "lump"), [(1, 1), (3, 2), (64, 64)])
def test_a_text_depends_on_its_brief_alone(shop: Shop, tmp_path: Path, capacity: int, lump: int) -> None:
    alone: dict[str, str] = {}
    for at, name in enumerate("abcdefg"):
        one = Shop(shop.project, tmp_path / f"alone{at}")
        one.generator = ScriptedGenerator(seeded)
        one.run([name], reuse=False)
        alone[name] = texts(one)[0]
    assert len({text.split()[1] for text in alone.values()}) > 3
    shop.generator = ScriptedGenerator(seeded, capacity=capacity, lump=lump)
    shop.run([*"gbdface"], reuse=False)
    assert texts(shop) == [alone[name] for name in "gbdface"]
    for part in ("abc", "defg"):
        shard = Shop(shop.project, tmp_path / part)
        shard.generator = ScriptedGenerator(seeded)
        shard.run([*part], reuse=False)
        assert texts(shard) == [alone[name] for name in part]


def test_draws_of_one_brief_differ(shop: Shop) -> None:
    (brief,) = briefs(["mug"])
    shop.generator = ScriptedGenerator(seeded)
    drawn = [replace(brief, id=f"v{draw}", draw=draw) for draw in range(5)]
    shop.run(iter(drawn))
    assert len(set(texts(shop))) == 5
    assert [one.brief.draw for one in read_artifacts(shop.folder)] == [0, 1, 2, 3, 4]
    shop.run(iter(drawn), retry=["flagged"])
    assert shop.asked == 5


def test_a_bad_row_that_was_mended_is_written(shop: Shop) -> None:
    bad = Artifact(
        id="00",
        status="failed",
        fields={},
        brief=Brief(id="00", values={"product": ""}),
        provenance=Provenance(content_type="shop/item", version=1),
        reason="items.csv:2: product is empty",
    )
    shop.run(iter([bad, *briefs(["x", "b"])[1:]]))
    assert shop.run([*"ab"]).counts["failed"] == 0
    assert (shop.asked, history(shop)) == (2, [])
    again = shop.run(iter([replace(bad, reason="items.csv:2: no product"), *briefs(["a", "b"])[1:]]))
    assert list(again.reasons) == ["failed: items.csv:2: no product"]


def test_registering_is_all_or_nothing(shop: Shop) -> None:
    shop.run([*"abc"])

    def breaks() -> Iterator[Brief]:
        yield from briefs([*"xy"])
        raise OSError("the file is gone")

    with pytest.raises(OSError, match="the file is gone"):
        shop.run(breaks())
    assert texts(shop) == ["Buy a", "Buy b", "Buy c"]
    assert shop.run([*"abc"]).reused == 3


def test_a_job_in_one_call(shop: Shop) -> None:
    content_type = shop.project.content_type("shop/item")
    report = run_job(
        shop.project, ScriptedGenerator(answer), content_type, briefs([*"ab"]), shop.folder, exports=["csv"]
    )
    assert report.counts["accepted"] == 2 and report.usage.sampled == len("Buy aBuy b")


def test_what_each_stage_took_is_in_the_ledger(shop: Shop) -> None:
    shop.run([*"ab"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        rows = db.execute(
            "select id, stage, requests, completions, written_tokens, seconds >= 0 from overview"
        ).fetchall()
    (stage,) = {row[1] for row in rows}
    assert [(row[0], *row[2:]) for row in rows] == [("00", 1, 1, 5, 1), ("01", 1, 1, 5, 1)] and stage


def test_a_ledger_of_a_later_version_is_left_alone(shop: Shop) -> None:
    shop.run(["a"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        db.execute("pragma user_version = 99")
    with pytest.raises(JobError, match="was written by a later version"):
        shop.run(["a"])


def test_a_ledger_that_is_none_is_named(shop: Shop) -> None:
    shop.folder.mkdir()
    (shop.folder / "job.sqlite").write_text("name,price\nmug,9\n" * 99)
    with pytest.raises(JobError, match=r"job.sqlite: file is not a database"):
        shop.run(["a"])


def test_a_full_disk_is_one_sentence_and_keeps_what_was_finished(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    products = [f"{at:03}" for at in range(40)]
    record, most = Completions.record, []

    def fills(completions: Completions, answered: list[object]) -> None:
        database = completions._database
        most.append(database.ask("pragma page_count")[0][0] + 2)
        database.ask(f"pragma max_page_count = {most[0]}")
        record(completions, answered)

    monkeypatch.setattr(Completions, "record", fills)
    with pytest.raises(JobError, match=r"job.sqlite: database or disk is full; what was finished is kept"):
        shop.run(products)
    monkeypatch.undo()
    with opened_ledger(shop.folder) as ledger:
        counts = ledger.totals.counts()
    finished = 40 - counts["waiting"]
    assert counts.total() == 40 and 0 < finished < 40
    assert shop.run(products).reused == finished
    assert shop.asked <= 40 + shop.generator.capacity


def test_fresh_uses_no_answer_of_a_piece_that_was_begun(shop: Shop) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(JobError):
        patch.setattr(Pieces, "finish", lambda *given: None)  # as if it had been killed before
        shop.run([*"abcd"])
    with opened_ledger(shop.folder) as ledger:
        assert len(ledger.completions.recall()) == shop.asked == 4
    shop.run([*"abcd"], fresh=True, only=["01", "02"])
    assert shop.asked == 6
    shop.run([*"abcd"])
    assert shop.asked == 6


def test_when_the_generator_breaks_what_was_finished_is_kept(shop: Shop) -> None:
    class Breaks(ScriptedGenerator):
        steps = 0

        def step(self) -> list[Completion]:
            self.steps += 1
            if self.steps == 4:
                raise EngineError("the device is gone")
            return list(super().step())

    with pytest.raises(EngineError, match="the device is gone; what was finished is kept, the same command goes on"):
        shop.run([*"abcdefghijklm"], generator=Breaks(answer, capacity=4, lump=2))
    assert shop.run([*"abcdefghijklm"]).reused == 6
    assert shop.asked == 7


def test_stopping_begins_nothing_more_and_finishes_what_is_in_hand(shop: Shop) -> None:
    said = iter([False, False, False, True])
    report = shop.run([*"abcdefgh"], stopping=lambda: next(said, True))
    assert report.interrupted and (report.counts["accepted"], report.waiting) == (3, 5)
    assert len(read_artifacts(shop.folder)) == 3 and shop.asked == 3
    assert not shop.run([*"abcdefgh"]).interrupted
    assert shop.asked == 8


def test_a_folder_outlives_a_new_input_for_exports(shop: Shop, tmp_path: Path) -> None:
    shop.run([*"ab"], exports=["csv"])
    file = shop.project.content_type(shop.name).file
    file.write_text(ITEM.replace("  product", "  date: {type: string, default: null, export_only: true}\n  product"))
    project = Project.open(shop.project.folder)
    assert [one.brief.values for one in read_artifacts(shop.folder)] == [{"product": "a"}, {"product": "b"}]
    (path,) = project.registry.get("exporter", "csv", "test")(list(read_artifacts(shop.folder)), tmp_path)
    assert "Buy a" in path.read_text(encoding="utf-8-sig")
    dated = [Brief(id="00", values={"product": "a", "date": "2026-12-01"}), *briefs([*"ab"])[1:]]
    Shop(project, shop.folder).run(iter(dated), exports=["csv"])
    assert [one.brief.values.get("date") for one in read_artifacts(shop.folder)] == ["2026-12-01", None]
    assert texts(shop) == ["Buy a", "Buy b"]
