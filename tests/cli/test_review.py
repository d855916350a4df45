"""`aigc review` and `aigc export --approved-only` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from aigc.cli import review
from aigc.jobs import at_desk
from aigc.project import Project
from aigc.serving import review_server, server
from aigc.testing import ScriptedGenerator, run_cli

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}}
prompt: line.j2
output: {type: string, limit: {chars: 20}}
exports: [csv]
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


@pytest.fixture
def job(make_project: Callable[..., Project], tmp_path: Path) -> Path:
    make_project({"templates/shop/line.yaml": LINE, "templates/shop/line.j2": TASK, "rows.csv": "product\nmug\npot\n"})
    script = ScriptedGenerator(lambda request, index: f"Buy {request.prompt.messages[-1].content}")
    ran = run_cli("batch", "shop/line", "rows.csv", "--out", "out", cwd=tmp_path, generator=script)
    assert ran.code == 0, ran.err
    return tmp_path / "out"


def test_only_what_was_approved_is_exported_when_that_is_asked(job: Path) -> None:
    asked = ("export", "out", "--to", "csv", "--approved-only")
    ran = run_cli(*asked, cwd=job.parent)
    assert ran.code == 3 and "no piece is approved" in ran.err and "aigc review out" in ran.err
    with at_desk(Project.open(job.parent), job) as desk:
        desk.approve("0002")
    ran = run_cli(*asked, cwd=job.parent)
    assert ran.code == 0 and "1 piece exported; left out: 1 not approved" in ran.err
    assert "mug" not in (job / "content.csv").read_text()
    ran = run_cli("export", "out", "--to", "csv", cwd=job.parent)
    assert ran.code == 0 and "mug" in (job / "content.csv").read_text(), "the next one says it anew"


def test_what_was_sent_back_is_left_out_and_told(job: Path) -> None:
    with at_desk(Project.open(job.parent), job) as desk:
        desk.reject("0001", note="dull")
    ran = run_cli("export", "out", "--to", "csv", cwd=job.parent)
    assert "1 piece exported; left out: 1 by people" in ran.err
    told = run_cli("export", "out", "--to", "csv", "--json", cwd=job.parent)
    assert json.loads(told.out)["left_out"] == 1


def test_counts_are_printed_and_in_json(job: Path) -> None:
    with at_desk(Project.open(job.parent), job) as desk:
        desk.reject("0001")
        desk.write("0002", "text", "Own")
    assert run_cli("review", "out", "--counts", cwd=job.parent).out == "out: 1 edited, 1 sent back\n"
    told = json.loads(run_cli("review", "out", "--counts", "--json", cwd=job.parent).out)
    assert told == {"out": {"approved": 0, "edited": 1, "rejected": 1, "stale": 0, "open": 0}}


def test_a_sheet_goes_out_and_comes_back(job: Path) -> None:
    ran = run_cli("review", "out", "--sheet", "sheet.xlsx", cwd=job.parent)
    assert ran.code == 0 and "aigc review out --from sheet.xlsx" in ran.err
    book = openpyxl.load_workbook(job.parent / "sheet.xlsx")
    table = book["review"]
    head = [one.value for one in table[1]]
    table.cell(2, head.index("text") + 1).value = "=Own"
    table.cell(2, head.index("text") + 1).data_type = "s"
    table.cell(3, head.index("decision") + 1).value = "aprove"
    book.save(job.parent / "sheet.xlsx")
    ran = run_cli("review", "out", "--from", "sheet.xlsx", cwd=job.parent)
    assert ran.code == 1 and "row 2: 0001: text edited" in ran.out and "did you mean 'approve'" in ran.out
    assert "2 rows: 1 taken, 1 wrong" in ran.err
    told = json.loads(run_cli("review", "out", "--from", "sheet.xlsx", "--json", cwd=job.parent).out)
    assert [one["done"] for one in told] == ["standing already", "wrong"]
    both = run_cli("review", "out", "--from", "a.xlsx", "--sheet", "b.xlsx", cwd=job.parent)
    assert both.code == 2 and "one of them" in both.err


def test_the_page_is_opened_with_its_token_in_no_log(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(review.webbrowser, "open", opened.append)

    def run(server: review_server.ReviewServer) -> int:
        server.room.close()
        server.bound.close()
        return 0

    monkeypatch.setattr(review_server.ReviewServer, "run", run)
    ran = run_cli("review", "out", cwd=job.parent)
    assert ran.code == 0 and len(opened) == 1
    address, _, token = opened[0].partition("/sign-in#token=")
    assert address.startswith("http://127.0.0.1:") and len(token) >= 16 and opened[0] in ran.err
    assert run_cli("review", "lost", cwd=job.parent).code != 0
    assert run_cli("review", "out", "--json", cwd=job.parent).code == 2


def test_a_job_is_served_for_review_beside_the_model(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def run(one: server.RunningServer) -> int:
        seen.update(jobs=[*one.room.jobs] if one.room else [])
        one.service.close()
        one.room and one.room.close()
        one.board.close()
        one.bound.close()
        return 0

    monkeypatch.setattr(server.RunningServer, "run", run)
    script = ScriptedGenerator(lambda request, index: "x")
    ran = run_cli("serve", "--port", "0", "--job", "out", cwd=job.parent, generator=script)
    assert ran.code == 0, ran.err
    assert seen == {"jobs": ["out"]} and "/review" in ran.err
