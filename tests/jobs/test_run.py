"""A batch into a folder: N in, N accounted for, in order, resumed, exported."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from aigc import hookimpl
from aigc.asking import open_rows, read_briefs
from aigc.errors import JobError, NotFound, UsageError
from aigc.jobs import export, open_job, prepare_folder, read_artifacts
from aigc.jobs.folder_record import RECORD
from aigc.jobs.lock import only_run
from aigc.ledger import artifact_record, opened_ledger, standing
from aigc.ledger.assets import Assets
from aigc.ledger.record import artifact_of
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Completion, Delta, Finding, Provenance, Request, Usage
from aigc.writing.pipeline import Pipeline

from .conftest import Shop, answer, briefs


def test_every_brief_is_accounted_for_in_order(shop: Shop) -> None:
    report = shop.run([*"abcdefgh", "far too long for it"], exports=["csv", "jsonl"])
    assert report.counts == {"accepted": 8, "flagged": 0, "rejected": 1, "failed": 0}
    assert report.reasons == {"rejected: limits": 1}
    artifacts = read_artifacts(shop.folder)
    assert [artifact.id for artifact in artifacts] == [f"{at:02}" for at in range(9)]
    assert artifacts[0].fields == {"text": "Buy a"}
    *exports, page = report.files[1:]
    assert [path.name for path in exports] == ["content.csv", "content.jsonl"] and page.name == "report.html"
    assert all("far too long" not in path.read_text("utf-8-sig") for path in exports)
    assert "far too long" in page.read_text("utf-8")
    assert not list(shop.folder.glob("*partial*"))


def test_a_failed_row_is_kept_beside_the_others(shop: Shop) -> None:
    row = Artifact(
        id="01",
        status="failed",
        fields={},
        brief=Brief(id="01", values={}),
        provenance=Provenance(content_type="shop/item", version=1),
        reason="items.csv:3: no product",
    )
    report = shop.run(iter([Brief(id="00", values={"product": "a"}), row, Brief(id="02", values={"product": "b"})]))
    assert report.counts["failed"] == 1
    assert [artifact.status for artifact in read_artifacts(shop.folder)] == ["accepted", "failed", "accepted"]


def test_the_same_job_again_asks_nothing(shop: Shop) -> None:
    shop.run([*"abc"])
    before = (shop.folder / "artifacts.jsonl").read_bytes()
    report = shop.run([*"abc"])
    assert (shop.asked, report.reused) == (3, 3)
    assert (shop.folder / "artifacts.jsonl").read_bytes() == before


def test_only_what_changed_is_written_again(shop: Shop) -> None:
    shop.run([*"abc"])
    shop.run(["a", "x", "c", "d"])
    assert shop.asked == 5
    assert [artifact.fields["text"] for artifact in read_artifacts(shop.folder)] == ["Buy a", "Buy x", "Buy c", "Buy d"]


def test_interrupted_what_was_finished_is_kept_and_the_rest_goes_on(shop: Shop) -> None:
    heard = 0

    def stop_at_three(artifact: Artifact) -> None:
        nonlocal heard
        heard += 1
        if heard == 3:
            raise KeyboardInterrupt

    report = shop.run([*"abcdefgh"], heard=stop_at_three)
    assert report.interrupted
    assert len(read_artifacts(shop.folder)) == 3
    asked = shop.asked
    report = shop.run([*"abcdefgh"])
    assert (report.reused, report.briefs) == (3, 8)
    assert shop.asked == asked + 5


def test_an_interrupted_rerun_loses_nothing_it_had(shop: Shop) -> None:
    shop.run([*"abcdef"])

    def stop(artifact: Artifact) -> None:
        raise KeyboardInterrupt

    shop.run(["x", *"bcdef"], heard=stop)
    assert {artifact.id for artifact in read_artifacts(shop.folder)} == {f"{at:02}" for at in range(6)}


def test_an_artifact_survives_its_record(shop: Shop) -> None:
    artifact = Artifact(
        id="1",
        status="flagged",
        fields={"title": "杯子"},
        brief=Brief(id="1", values={"product": "杯"}, source="a.csv:2"),
        provenance=Provenance(content_type="a/b", version=2, fallbacks=("title",)),
        findings=(Finding(message="short", field="title", span=(0, 2), check="c", severity="warn"),),
        reason="title: short",
    )
    assert artifact_of(json.loads(json.dumps(artifact_record(artifact))), Assets(shop.folder)) == artifact


def test_export_takes_accepted_and_flagged_only(shop: Shop) -> None:
    shop.run(["a", "far too long for it"])
    (path,) = export(shop.project.registry, read_artifacts(shop.folder), shop.folder, ["csv"])
    text = path.read_text("utf-8-sig")
    assert "Buy a" in text
    assert "far too long" not in text


def test_a_folder_that_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written to"):
        prepare_folder(tmp_path / "file" / "out")


def test_a_folder_without_a_job_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no job"):
        read_artifacts(tmp_path)


def test_two_runs_on_one_folder_the_second_is_refused(shop: Shop) -> None:
    def again(artifact: Artifact) -> None:
        with pytest.raises(JobError, match=rf"another run \(process {os.getpid()} on .*\) is writing here"):
            shop.run([*"ab"])

    assert shop.run([*"ab"], heard=again).counts["accepted"] == 2
    assert shop.run([*"ab"]).reused == 2


def test_line_breaks_of_unicode_are_part_of_a_text(shop: Shop) -> None:
    report = shop.run(["a\u2028b", "c\x85d"])
    assert report.briefs == 2
    assert len(read_artifacts(shop.folder)) == 2


def test_what_is_no_longer_asked_for_is_set_aside_and_taken_up_again(shop: Shop) -> None:
    shop.run([*"abcd"])
    shop.run([*"ab"])
    assert len(read_artifacts(shop.folder)) == 2
    assert shop.run([*"abcd"]).reused == 4
    assert shop.asked == 4


def test_a_folder_belongs_to_one_content_type(shop: Shop) -> None:
    shop.run([*"ab"])
    with pytest.raises(UsageError, match="holds pieces of shop/item, not of seo/meta"):
        prepare_folder(shop.folder, "seo/meta")


def test_exports_of_pieces_no_longer_good_go(shop: Shop) -> None:
    shop.run(["a"], exports=["csv"])
    assert (shop.folder / "content.csv").exists()
    shop.run(["far too long for it"], exports=["csv"])
    assert not (shop.folder / "content.csv").exists()


def test_exports_stay_until_there_are_others(shop: Shop) -> None:
    shop.run(["a", "b"], exports=["csv"])
    before = (shop.folder / "content.csv").read_bytes()
    report = shop.run(["a", "b"], exports=["csv", "jsonl"], fresh=True, stopping=lambda: True)
    assert report.waiting == 2 and (shop.folder / "content.csv").read_bytes() == before
    shop.run(["a", "b"], exports=["csv"], only=["00"])
    assert (shop.folder / "content.csv").read_bytes() == before, "half of it is no replacement"
    (shop.folder / "content.csv").unlink()
    shop.run(["a", "b", "c"], exports=["csv"], stopping=lambda: True)
    assert not shop.run(["a", "far too long for it"], exports=["csv"]).waiting
    assert (shop.folder / "content.csv").read_bytes() != before


def test_single_pieces_in_one_folder_leave_each_other_alone(shop: Shop, tmp_path: Path) -> None:
    provenance = Provenance(content_type="shop/item", version=1)
    for title in ("One", "Two"):
        fields, brief = {"title": title}, Brief(id="1", values={})
        piece = Artifact(id="1", status="accepted", fields=fields, brief=brief, provenance=provenance)
        export(shop.project.registry, [piece], tmp_path / "notes", ["markdown"])
    assert {path.name for path in (tmp_path / "notes/markdown").iterdir()} == {"one.md", "two.md"}


def test_a_record_of_exports_cannot_reach_outside_the_folder(shop: Shop, tmp_path: Path) -> None:
    shop.run(["a"], exports=["csv"])
    (tmp_path / "mine.txt").write_text("mine")
    (shop.folder / RECORD).write_text('{"csv": ["../mine.txt"]}')
    shop.run(["a"], exports=["csv"])
    (shop.folder / RECORD).write_text("[1]")
    assert not shop.run(["a"], exports=["csv"]).problems
    assert (tmp_path / "mine.txt").exists()


def test_half_a_character_fails_its_row_alone(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "items.jsonl").write_text('{"product": "a\\ud83d"}\n{"product": "b"}\n')
    rows = open_rows(tmp_path / "items.jsonl", shop.project.registry)
    briefs = read_briefs(rows, shop.project.content_type("shop/item"), shop.project.environment)
    counts = shop.run(briefs).counts
    assert (counts["failed"], counts["accepted"]) == (1, 1)


def test_places_are_counted_not_ids(shop: Shop) -> None:
    twins = [Brief(id="x", values={"product": name}) for name in "ab"]
    assert shop.run(iter(twins)).briefs == 2
    assert [one.fields["text"] for one in read_artifacts(shop.folder)] == ["Buy a", "Buy b"]


def test_a_second_run_is_refused_before_its_model_loads(shop: Shop) -> None:
    prepare_folder(shop.folder)
    with only_run(shop.folder), pytest.raises(JobError, match="another run"):
        prepare_folder(shop.folder, "shop/item")
    prepare_folder(shop.folder, "shop/item")


def test_a_file_of_artifacts_alone_is_read_and_taken_up(shop: Shop) -> None:
    shop.run([*"abc"])
    (shop.folder / "job.sqlite").unlink()
    path = shop.folder / "artifacts.jsonl"
    assert len(read_artifacts(shop.folder)) == 3
    path.write_text(path.read_text("utf-8").replace('"lines"', '"rows"', 1), encoding="utf-8")
    with pytest.raises(UsageError, match="holds pieces of shop/item, not of seo/meta"):
        prepare_folder(shop.folder, "seo/meta")
    with pytest.raises(JobError, match=r"artifacts.jsonl:1: is not an artifact"):
        read_artifacts(shop.folder)
    (shop.folder.parent / ".aigc/pieces.sqlite").unlink()
    assert shop.run([*"abc"]).reused == 2


def test_a_line_cut_within_a_character_is_written_anew(shop: Shop) -> None:
    shop.run(["é"])
    path = shop.folder / "artifacts.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.partition("é".encode())[0] + b"\xc3")
    shop.run(["é"])
    assert (shop.asked, path.read_bytes()) == (1, whole)


def test_a_brief_without_an_artifact_is_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run([*"ab"])
    before = (shop.folder / "artifacts.jsonl").read_bytes()
    monkeypatch.setattr(Pipeline, "write", lambda pipeline, content_type, briefs: iter(list(briefs)[:0]))
    with pytest.raises(JobError, match="2 briefs have no artifact, '00' first"):
        shop.run([*"xy"])
    assert (shop.folder / "artifacts.jsonl").read_bytes() == before


def test_a_prompt_is_read_once_however_many_candidates_it_has(shop: Shop) -> None:
    shop.project.settings = replace(shop.project.settings, candidates=3)
    report = shop.run([*"ab"])
    read = sum(len(turn.content) for request in shop.generator.requests for turn in request.prompt.messages)
    assert report.usage == Usage(prompt=read, sampled=3 * len("Buy aBuy b"))
    with opened_ledger(shop.folder) as ledger:
        said = standing(ledger)
        assert (said.requests, said.prompt_tokens, said.written_tokens) == (2, read, 30)
        assert [(one.completions, one.prompt_tokens) for one in ledger.totals.stages()] == [(6, read)]
    assert sum(one.provenance.usage.prompt for one in read_artifacts(shop.folder)) == read


def test_plugins_hear_of_a_piece_once_it_is_recorded(shop: Shop) -> None:
    told: list[tuple[str, int]] = []

    class Observer:
        @hookimpl
        def aigc_artifact(self, artifact: Artifact) -> None:
            told.append((artifact.id, job.ledger.totals.counts()["accepted"]))

    shop.project.registry.add(Observer(), "observer")
    content_type = shop.project.content_type("shop/item")
    with open_job(shop.project, content_type, shop.folder) as job:
        job.register(briefs(["a", "b", "c"]))
        job.write(shop.generator)
    assert told == [("00", 1), ("01", 2), ("02", 3)]


@pytest.mark.parametrize(
    "odd",
    [
        '{"id": "2", "z": %s}' % ("[" * 900 + "]" * 900),
        "[" * 100_000,
        '{"id": "2"}',
        "5",
        ("usage.prompt", 2**63),
        ("usage.prompt", 10**400),
        ("provenance.lines", 2**63),
        ("provenance.fallbacks", 5),
        ("status", "good"),
        ("id", {"a": 1}),
        ("reason", [1]),
        ("fields", "x"),
        ("findings", [{"message": {}, "field": "", "span": None, "check": 1, "severity": "warn"}]),
        ("brief.values", None),
        ("review", {"refused": 1}),
    ],
)
def test_a_line_that_is_no_artifact_is_passed_over_when_a_ledger_is_gone(
    shop: Shop, odd: str | tuple[str, object]
) -> None:
    shop.run(["Mug", "Cup", "Pot"])
    for file in shop.folder.glob("*.sqlite*"):
        file.unlink()
    kept = shop.folder / "artifacts.jsonl"
    first, second, third = kept.read_text("utf-8").splitlines()
    if not isinstance(odd, str):
        line = json.loads(second)
        *way, name = odd[0].replace("usage", "provenance.usage").split(".")
        place = line
        for step in way:
            place = place[step]
        place[name] = odd[1]
        odd = json.dumps(line)
    kept.write_text("\n".join([first, odd, third, ""]), encoding="utf-8")
    asked = shop.asked
    report = shop.run(["Mug", "Cup", "Pot"], reuse=False)
    assert report.briefs == sum(report.counts.values()) == 3
    assert shop.asked == asked + 1, "what the others say is taken over"


def test_a_candidate_that_comes_twice_stands_for_no_other(shop: Shop) -> None:
    class Twice(ScriptedGenerator):
        def step(self) -> list[Completion | Delta]:
            return [event for event in super().step() for _ in range(2)]

    def longer(request: Request, index: int) -> str:
        return "far too long for it" if index == 0 else answer(request, index)

    shop.project.settings = replace(shop.project.settings, candidates=2)
    assert shop.run([*"abc"], generator=Twice(longer)).counts["accepted"] == 3
    with opened_ledger(shop.folder) as ledger:
        assert [(one.completions, one.requests) for one in ledger.totals.stages()] == [(6, 3)]
    assert [one.fields["text"] for one in read_artifacts(shop.folder)] == ["Buy a", "Buy b", "Buy c"]
