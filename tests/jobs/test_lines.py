"""The lines of a job: the same however it ended, with the piece wherever it goes, and no more than was asked for."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from aigc.errors import UsageError
from aigc.jobs import run
from aigc.jobs.keys import Keys
from aigc.jobs.ray.assignment import packed
from aigc.jobs.ray.author import Author
from aigc.ledger import KeptLine, Ledger, opened_ledger
from aigc.ledger.database import FORMAT
from aigc.ledger.pieces import Pieces
from aigc.plugs.extension import generator
from aigc.plugs.hookspecs import hookimpl
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, KeepLines
from aigc.writing.line_log import request_digest

from .conftest import TASK, Shop, briefs
from .test_kill import PAGE, moody

FORMAT_1 = Path(__file__).parents[1] / "ledger/format1.sql"  # as the version before lines left it, interrupted


@pytest.fixture
def open_shop(make_project: Callable[..., Project], tmp_path: Path) -> Callable[..., Shop]:
    """This opens a shop of pages: three lines of two candidates each and a close, often too long at first."""

    def opened(folder: str = "out", aigc_yaml: str = "", **options: str) -> Shop:
        files = {"aigc.yaml": aigc_yaml, "templates/shop/page.yaml": PAGE, "templates/shop/item.j2": TASK}
        shop = Shop(make_project(files, **options), tmp_path / folder, "shop/page")
        shop.generator = ScriptedGenerator(moody, capacity=4, lump=3)
        return shop

    return opened


def kept(shop: Shop) -> list[KeptLine]:
    with opened_ledger(shop.folder) as ledger:
        return list(ledger.lines.kept())


def by_brief(lines: list[KeptLine]) -> dict[str, list[tuple[bool, str, bool, tuple[str, ...]]]]:
    found: dict[str, list[tuple[bool, str, bool, tuple[str, ...]]]] = {}
    for one in lines:
        found.setdefault(one.brief.id, []).append((one.replaced, one.line.text, one.line.taken, one.line.fields))
    return found


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_lines_come_with_their_brief_the_status_of_the_piece_and_the_field(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.run([*"ab"])
    lines = kept(shop)
    assert [one.brief.id for one in lines] == sorted(one.brief.id for one in lines)
    with opened_ledger(shop.folder) as ledger:
        pieces = {one.artifact.id: one for one in ledger.pieces.entries()}
    asked = {request_digest(one) for one in shop.generator.requests}
    for one in lines:
        piece = pieces[one.brief.id]
        assert (one.brief, one.status, one.key) == (piece.artifact.brief, piece.artifact.status, piece.key)
        assert not one.replaced and one.line.request in asked and one.line.prompt
    assert len(lines) == sum(one.sampling.n for one in shop.generator.requests)
    fields = {one.line.fields for one in lines if one.line.taken}
    assert fields == {("lines[0]",), ("lines[1]",), ("lines[2]",), ("close",)}
    rejected = [one.line for one in lines if one.line.findings]
    assert rejected and all(line.findings[0].message.endswith("characters, at most 12") for line in rejected)


@pytest.mark.parametrize("keep", ["none", "taken", "all"])
def test_no_more_is_kept_than_was_asked_for(open_shop: Callable[..., Shop], keep: str) -> None:
    shop = open_shop(keep_lines=keep)
    shop.run([*"abc"])
    lines = kept(shop)
    assert bool(lines) == (keep != "none") and any(not one.line.taken for one in lines) == (keep == "all")
    assert len([one for one in lines if one.line.taken]) == (0 if keep == "none" else 12)


def test_unasked_a_small_job_keeps_all_and_a_large_one_what_was_taken(
    open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run.ALL_LINES == 10_000
    monkeypatch.setattr(run, "ALL_LINES", 3)
    small, large = open_shop("small"), open_shop("large")
    small.run([*"abc"])
    large.run([*"abcd"])
    assert not all(one.line.taken for one in kept(small)) and all(one.line.taken for one in kept(large))


@pytest.mark.parametrize("where", ["aigc.yaml", "-o keep_lines=al", "job file"])
def test_another_word_is_refused_where_it_stands(open_shop: Callable[..., Shop], where: str) -> None:
    with pytest.raises(UsageError, match="keep_lines: 'al' is not one of 'none', 'taken', 'all'") as caught:
        if where == "aigc.yaml":
            open_shop(aigc_yaml="seed: 1\nkeep_lines: al\n")
        elif where == "job file":
            Project.open(open_shop().folder.parent, laid={"keep_lines": ("al", "spring.yaml:3")})
        else:
            open_shop(keep_lines="al")
    place = {"aigc.yaml": "aigc.yaml:2: ", "job file": "spring.yaml:3: "}.get(where, f"{where}: ")
    assert place in caught.value.message and caught.value.hint == "did you mean 'all'?"


def test_what_is_kept_is_no_part_of_a_key(open_shop: Callable[..., Shop]) -> None:
    open_shop(keep_lines="none").run([*"ab"])
    again = open_shop(keep_lines="all")
    assert (again.run([*"ab"]).reused, again.asked, kept(again)) == (2, 0, [])


# -- the same lines whatever happened ---------------------------------------------------------------------------------


def test_answers_from_the_ledger_give_the_same_lines(
    open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = open_shop("whole"), open_shop("cut")
    whole.run([*"abcde"], reuse=False)
    with monkeypatch.context() as patch, pytest.raises(Exception, match="briefs have no artifact"):
        patch.setattr(Pieces, "finish", lambda *given: None)  # as if it had been killed before
        cut.run([*"abcde"], reuse=False)
    asked = cut.asked
    cut.run([*"abcde"], reuse=False)
    assert cut.asked == asked and by_brief(kept(cut)) == by_brief(kept(whole))
    assert [one.line for one in kept(cut)] == [one.line for one in kept(whole)]


class Lone:
    """This is a generator's plugin for a worker."""

    @hookimpl
    def aigc_generators(self) -> list[object]:
        @generator(name="moody")
        def moody_one(model: str) -> ScriptedGenerator:
            """This answers as the others here do."""
            return ScriptedGenerator(moody)

        return [moody_one]


@pytest.mark.parametrize("keep", ["none", "taken", "all"])
def test_a_worker_sends_the_same_lines(
    open_shop: Callable[..., Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: KeepLines
) -> None:
    shop = open_shop("here", keep_lines=keep)
    shop.run([*"abc"])
    project = open_shop("there", generator="moody").project
    project.registry.add(Lone(), "lone")
    monkeypatch.setattr(Registry, "discover", lambda **which: project.registry)
    with (
        closing(Author(packed(project, project.content_type("shop/page"), keep_lines=keep))) as author,
        closing(Ledger(tmp_path / "there.sqlite")) as ledger,
    ):
        ledger.briefs.register(briefs([*"abc"]), Keys(shop.project, shop.project.content_type("shop/page")))
        for finished in author.block([(brief, {}) for brief in briefs([*"abc"])]):
            ledger.pieces.finish(pickle.loads(pickle.dumps(finished)))
        ledger.commit()
        assert list(ledger.lines.kept()) == kept(shop)


# -- with the piece, wherever it goes ---------------------------------------------------------------------------------


def test_a_piece_that_is_replaced_keeps_its_lines_in_the_history(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(keep_lines="taken")
    shop.run([*"ab"])
    before = by_brief(kept(shop))
    shop.run([*"ac"])
    after = by_brief(kept(shop))
    assert after["00"] == before["00"], "it stands"
    gone = [(True, *line[1:]) for line in before["01"]]
    assert [line for line in after["01"] if line[0]] == gone and len(after["01"]) == 8
    shop.run([*"a"])
    assert all(one.replaced for one in kept(shop) if one.brief.id == "01") and len(kept(shop)) == 12
    assert {one.brief.values["product"] for one in kept(shop)} == {*"abc"}


def test_lines_go_with_what_is_replaced_where_no_more_are_kept(open_shop: Callable[..., Shop]) -> None:
    open_shop().run([*"ab"])
    open_shop(keep_lines="none").run([*"ac"])
    assert {(one.brief.values["product"], one.replaced) for one in kept(open_shop())} == {("a", False), ("b", True)}


def test_a_piece_that_comes_back_brings_its_lines_and_none_is_there_twice(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.run([*"ab"], reuse=False)
    before = kept(shop)
    shop.run([*"a"], reuse=False)
    assert {one.replaced for one in kept(shop) if one.brief.id == "01"} == {True}
    assert shop.run([*"ab"], reuse=False).reused == 2
    assert kept(shop) == before
    shop.run([*"a"], reuse=False)
    assert len(kept(shop)) == len(before), "nor is it after another turn"


def test_what_is_written_afresh_has_lines_of_its_own(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.run([*"ab"])
    first = [one.line for one in kept(shop)]
    shop.run([*"ab"], retry=["accepted", "rejected"])
    now = kept(shop)
    assert {repr(one.line) for one in now if one.replaced} == {repr(line) for line in first}
    assert {one.line.request for one in now if not one.replaced}.isdisjoint(line.request for line in first)


def test_lines_of_a_failed_piece_go_when_it_is_tried_again(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.run([*"a"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        db.execute("update pieces set status = 'failed'")
    old = kept(shop)
    shop.run([*"a"], retry=["failed"], reuse=False)
    assert not any(one.replaced for one in kept(shop)) and len(kept(shop)) == len(old)
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        assert db.execute("select count(distinct writing) from lines").fetchone() == (1,)


def test_a_browser_shows_a_row_per_candidate(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.run([*"ab"])
    shop.run([*"a"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        rows = db.execute("select id, replaced, stage, item, candidate, text, taken, fields from candidates").fetchall()
    assert [row[:2] for row in rows] == [(one.brief.id, int(one.replaced)) for one in kept(shop)]
    assert ("00", 0, "close", 0, 0, rows[0][5], 1, "close") == rows[0]


# -- a ledger of the version before -----------------------------------------------------------------------------------


@pytest.fixture
def old(open_shop: Callable[..., Shop]) -> Shop:
    """This is a shop whose job the version before began: two pieces stand, one is begun, two wait, two are history."""
    shop = open_shop()
    shop.folder.mkdir()
    keys = Keys(shop.project, shop.project.content_type("shop/page"))
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        db.executescript(FORMAT_1.read_text(encoding="utf-8"))
        for name, product in zip(("00", "01", "02", "03", "04"), "abdef", strict=True):
            brief = Brief(id=name, values={"product": product})
            db.execute("update pieces set key = ? where id = ?", (keys(brief), name))
    return shop


def version(shop: Shop) -> int:
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        return int(db.execute("pragma user_version").fetchone()[0])


def test_a_job_that_the_version_before_began_goes_on(old: Shop) -> None:
    report = old.run([*"abdef"], reuse=False)
    assert (report.reused, report.counts["accepted"], report.waiting, version(old)) == (2, 4, 0, FORMAT)
    lines = by_brief(kept(old))
    assert sorted(lines) == ["02", "03", "04"], "what was written before has none"
    assert old.run([*"abdef"], reuse=False).reused == 5


def test_looking_at_it_changes_nothing(old: Shop) -> None:
    from aigc.jobs import write_report

    with opened_ledger(old.folder) as ledger:
        assert (ledger.totals.counts().total(), list(ledger.lines.kept())) == (5, [])
        assert [one.writing for one in ledger.pieces.entries()] == [0, 0]
        assert ledger.pieces.entry("01").artifact.status == "accepted"
        assert {one.language for one in ledger.briefs.waiting()} == {""}
        write_report(old.folder, ledger, None)
        ledger.note(whole=False)
    assert version(old) == 1


def test_it_becomes_one_of_this_version_whole_or_not_at_all(old: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.ledger import database

    read = database._read
    with monkeypatch.context() as patch, pytest.raises(Exception, match="no such table"):
        patch.setattr(database, "_read", lambda name: read(name) + "; insert into nowhere values (1);")
        old.run([*"abdef"])
    with sqlite3.connect(old.folder / "job.sqlite") as db:
        assert "writing" not in {row[1] for row in db.execute("pragma table_info(pieces)")}
    assert version(old) == 1 and old.run([*"abdef"], reuse=False).reused == 2


def test_it_then_is_as_a_new_one(old: Shop, open_shop: Callable[..., Shop]) -> None:
    def shape(shop: Shop) -> tuple[set[object], ...]:
        with sqlite3.connect(shop.folder / "job.sqlite") as db:
            rows = db.execute("select type, name, iif(type = 'table', '', sql) from sqlite_master").fetchall()
            tables = [name for kind, name, _ in rows if kind == "table"]
            columns = {(name, *row[1:]) for name in tables for row in db.execute(f"pragma table_info({name})")}
        made = {(kind, name, str(text).replace(" if not exists", "").lower()) for kind, name, text in rows}
        return made, columns

    old.run([*"abdef"])
    new = open_shop("new")
    new.run([*"abdef"])
    assert shape(old) == shape(new)
