"""Sheets hide whose a text is, and their keys lead back to it; a job's folder is read as files of JSONL are."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.jobs import open_job
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Request

Rows = list[dict[str, Any]]


@pytest.fixture
def own(briefs: Rows, rows_file: Callable[..., Path]) -> Path:
    lines = [
        "Tea in 4 minutes",
        "Heats in 4 minutes",
        "Light in hand at 1.1 kg",
        "Lost the key? No matter",
        "Two turns",
    ]
    facts = [(briefs[at], briefs[at]["facts"][which]) for at, which in ((0, 0), (0, 0), (0, 1), (1, 0), (1, 1))]
    rows = [
        {"brief": brief, "fact": fact, "text": line, "kind": "line"}
        for (brief, fact), line in zip(facts, lines, strict=True)
    ]
    rows += [
        {"brief": briefs[1], "fact": "2 m long", "text": f"{at} of 2 m", "kind": "suggestion"} for at in "abcdefgh"
    ]
    rows.append({"brief": briefs[2], "fact": "5分钟出味", "text": "5分钟喝上冷泡茶", "kind": "line"})
    return rows_file("secret-writer.jsonl", rows)


def read(path: Path) -> tuple[Rows, Rows]:
    """Return a sheet as its two files have it, and its key."""
    with path.with_name(f"{path.name}.csv").open(encoding="utf-8-sig", newline="") as file:
        sheet = list(csv.DictReader(file))
    twin, key = (
        [json.loads(line) for line in path.with_name(f"{path.name}{end}.jsonl").read_text("utf-8").splitlines()]
        for end in ("", "-key")
    )
    assert twin == sheet
    return sheet, key


def test_a_sheet_hides_sources_and_its_key_leads_back(script: Any, own: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "lines"
    for seed in range(4):
        script("make_sheet").main(["lines", str(own), "--out", str(out), "--seed", str(seed), "--language", "en"])
        sheet, (head, *key) = read(out)
        assert head == {"design": "lines", "seed": seed, "briefs": 2, "languages": ["en"], "facts": 4}
        assert list(sheet[0]) == ["item", "brief", "facts", "fact", "A", "B", "A_faulty", "B_faulty", "better"]
        text = out.with_name("lines.csv").read_text(encoding="utf-8")
        assert not [word for word in ("secret", "writer", "plain", "source") if word in text]
        assert len(sheet) == 4  # the line that is the fact word for word is on no sheet
        for seen, hidden in zip(sheet, key, strict=True):
            assert seen["item"] == hidden["item"]
            assert seen[hidden["own"]] == hidden["text"] and hidden["source"] == "secret-writer"
            other = "BA"["AB".index(hidden["own"])]
            assert seen[other].casefold() == seen["fact"] == hidden["fact"]
    sides, orders = set(), set()
    for seed in range(12):
        script("make_sheet").main(["lines", str(own), "--out", str(out), "--seed", str(seed)])
        _, (_, *key) = read(out)
        sides |= {(one["text"], one["own"]) for one in key}
        orders.add(tuple(one["text"] for one in key))
    assert len(sides) == 10 and len(orders) > 6


def test_the_same_seed_makes_the_same_sheet(script: Any, own: Path, tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        script("make_sheet").main(["suggestions", str(own), "--out", str(tmp_path / name), "--seed", "7"])
        made.append(read(tmp_path / name))
    assert made[0] == made[1]


def test_five_are_offered_a_fact_the_accepted_line_among_them(script: Any, own: Path, tmp_path: Path) -> None:
    script("make_sheet").main(["suggestions", str(own), "--out", str(tmp_path / "five")])
    sheet, (head, *key) = read(tmp_path / "five")
    assert head["facts"] == 5
    offered = [one for one in key if one["fact"] == "2 m long"]
    assert sorted(one["text"] for one in offered) == ["Two turns", "a of 2 m", "b of 2 m", "c of 2 m", "d of 2 m"]
    assert [one["kind"] for one in offered].count("line") == 1
    assert {row["plain"] for row in sheet if row["fact"] == "2 m long"} == {"2 m long"}
    runs = [row["fact"] for at, row in enumerate(sheet) if not at or sheet[at - 1]["fact"] != row["fact"]]
    assert len(runs) == len(set(runs))  # each fact's lines stand together


def test_descriptions_meet_the_one_most_like_them(
    script: Any, briefs: Rows, rows_file: Callable[..., Path], tmp_path: Path
) -> None:
    def rows(*texts: str) -> Rows:
        return [{"brief": briefs[0], "text": text, "kind": "description"} for text in texts]

    new = rows_file("new.jsonl", rows("In 4 minutes it heats, and at 1.1 kg you lift it.", "A kettle for tea."))
    today = rows_file("today.jsonl", rows("A kettle.", "Heats in 4 minutes, weighs 1.1 kg."))
    script("make_sheet").main(["descriptions", f"new={new}", f"old={today}", "--out", str(tmp_path / "pairs")])
    _, (_, *key) = read(tmp_path / "pairs")
    assert {(one["text"][:4], one["against"][:7]) for one in key} == {("In 4", "Heats i"), ("A ke", "A kettl")}


def test_pieces_of_two_sources_stand_alone(
    script: Any, briefs: Rows, rows_file: Callable[..., Path], tmp_path: Path
) -> None:
    rows = [{"brief": briefs[0], "text": f"Text {at}.", "kind": "meta", "status": "flagged"} for at in range(4)]
    rows.append({**rows[0], "text": "Text 4.", "kind": "description"})
    one, other = rows_file("one.jsonl", rows), rows_file("other.jsonl", rows)
    script("make_sheet").main(["pieces", f"large={one}", f"small={other}", "--out", str(tmp_path / "metas")])
    sheet, (_, *key) = read(tmp_path / "metas")
    marks = ["unsupported", "contradiction", "no_language", "publish", "why"]
    assert list(sheet[0])[3:] == ["text", *marks]
    assert [(row["item"], row["text"]) for row in sheet] == [(row["item"], row["text"]) for row in key]
    assert [one["source"] for one in key].count("small") == 5 and key[0]["status"] == "flagged"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Heats in 4 Minutes", True),
        ("Gooseneck Kettle: Heats in 4 Minutes", True),
        ("Order now: heat in 4 minutes", True),
        ("Tea in 4 minutes", False),
        ("Heats in 40 minutes", False),
    ],
)
def test_a_line_that_adds_name_call_or_filler_is_plain(script: Any, text: str, plain: bool) -> None:
    assert script("plainness").says_no_more(text, "Gooseneck kettle heats in 4 minutes", "en") is plain


def test_the_same_in_chinese(script: Any) -> None:
    says_no_more = script("plainness").says_no_more
    assert says_no_more("立即选购冷泡茶，5分钟出味", "冷泡茶 5分钟出味", "zh")
    assert not says_no_more("5分钟喝上冷泡茶", "冷泡茶 5分钟出味", "zh")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"text": "Tea", "kind": "line"}, ':1: a row has "brief" (an object), "text" and "kind"'),
        (
            {"brief": {"product": "Pot", "facts": ["red"]}, "fact": "blue", "text": "T", "kind": "line"},
            "no fact 'blue'",
        ),
        ({"brief": {"product": "Pot", "facts": ["red"]}, "text": "T", "kind": "meta"}, "there is no line in it"),
    ],
)
def test_a_wrong_row_is_named(
    script: Any, rows_file: Callable[..., Path], row: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as refused:
        script("make_sheet").main(["lines", str(rows_file("rows.jsonl", [row])), "--out", str(tmp_path / "no")])
    assert sentence in str(refused.value)


AD = """
aigc: 1
name: shop/ad
summary: An ad.
brief:
  product: {type: string}
  benefits: {type: array, items: {type: string}}
stages:
  lines:
    foreach: benefits
    prompt: ad.j2
    output: {type: string, limit: {chars: 30}}
    checks: [limits]
    fallback: "{{ item }}"
    repair: {attempts: 0}
output:
  headlines: {type: array, items: {type: string}, from: "{{ [product] + stages.lines }}"}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}"


def write_job(folder: Path, name: str, answer: Callable[[Request, int], str]) -> Path:
    """Write two ads by a scripted model; lines that are too long fall back to the fact."""
    (folder / "templates/shop").mkdir(parents=True, exist_ok=True)
    (folder / "templates/shop/ad.yaml").write_text(AD)
    (folder / "templates/shop/ad.j2").write_text(TASK)
    (folder / "aigc.yaml").write_text("keep_lines: taken\n")
    project = Project.open(folder)
    with open_job(project, project.content_type("shop/ad"), folder / name, reuse=False) as job:
        facts = {"Kettle": ["heats in 4 minutes", "weighs 1.1 kg"], "Lock": ["opens without a key"]}
        job.register(Brief(id=one, values={"product": one, "benefits": facts[one]}) for one in facts)
        job.write(ScriptedGenerator(answer))
        job.finish([])
    return folder / name


def test_jobs_are_read_by_their_kept_lines(script: Any, tmp_path: Path) -> None:
    def copy(request: Request, index: int) -> str:
        fact = request.prompt.messages[-1].content
        return "x" * 40 if "kg" in fact else f"Why wait? {fact}"[:30]

    facts = write_job(tmp_path, "facts", lambda request, index: request.prompt.messages[-1].content.title())
    own = write_job(tmp_path, "copy", copy)
    pieces = [json.loads(line) for line in (own / "artifacts.jsonl").read_text("utf-8").splitlines()]
    offered = {"field": "headlines[2]", "stage": "lines", "item": 1, "text": "1.1 kg in your hand", "score": 1.0}
    pieces[0]["suggestions"] = [offered]
    (own / "artifacts.jsonl").write_text("".join(json.dumps(piece) + "\n" for piece in pieces))
    make, sources = script("make_sheet").main, [f"new={own}", f"old={facts}"]
    make(["lines", *sources, "--out", str(tmp_path / "lines")])
    _, (head, *key) = read(tmp_path / "lines")
    assert head["facts"] == 3
    assert {(one["fact"], one["text"], one["against"]) for one in key} == {
        ("heats in 4 minutes", "Why wait? heats in 4 minutes", "Heats In 4 Minutes"),
        ("opens without a key", "Why wait? opens without a key", "Opens Without A Key"),
    }  # the one that fell back to its fact is plain
    make(["suggestions", *sources, "--out", str(tmp_path / "five")])
    _, (_, *key) = read(tmp_path / "five")
    assert sorted((one["kind"], one["fact"]) for one in key)[-1] == ("suggestion", "weighs 1.1 kg") and len(key) == 3
    make(["pieces", f"new={own}", "--out", str(tmp_path / "whole")])
    sheet, _ = read(tmp_path / "whole")
    assert sorted(row["text"].split("\n\n")[0] for row in sheet) == ["Kettle", "Lock"]
