"""Rows of a content type: its examples, and lines that people wrote, judged as a model's answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.errors import NotFound, UsageError
from aigc.training.sources import gather
from aigc.types import Message

from .conftest import PAGE, Works

Write = Callable[..., Path]
LINES = "templates/shop/training/page.jsonl"


def test_shots_are_in_the_prompt_or_are_rows(works: Works) -> None:
    shown = gather(works.project, ["shop/page"])
    assert (len(shown.kept), shown.reasons()) == (0, {"in the prompt": 2})
    bare = gather(works.project, ["shop/page"], shots=False)
    assert [(one.answer, one.item, one.by) for one in bare.kept] == [
        ("Two drawers", "two drawers", "person"),
        ("Folds flat", "folds flat", "person"),
    ]
    assert bare.kept[0].prompt is not None
    assert bare.kept[0].prompt.messages == (
        Message(role="system", content="Write a line."),
        Message(role="user", content="Fact: two drawers"),
    )


def test_lines_in_the_types_folder_are_judged_rows_of_their_stage(works: Works, write_lines: Write) -> None:
    rows = [
        {"stage": "lines", "item": "opens with one hand", "output": "Opens one-handed", "product": "door"},
        {"stage": "lines", "item": "is heavy", "output": "Is far too heavy for one line", "product": "door"},
        {"stage": "lines", "item": "is cheap", "output": "Is cheap"},
        {"stage": "close", "brief": {"product": "door"}, "output": {"text": "Come in"}},
        {"stage": "close", "output": "Come in"},
        {"stage": "lines", "output": "Shines"},
        {"stage": "line", "item": "a", "output": "Shines"},
        {"stage": "lines", "item": "a", "ouput": "Shines"},
        {"item": "a", "output": "Shines"},
        {"stage": "lines", "item": "a", "output": ""},
        {"stage": "lines", "item": "a", "output": "A", "product": 7, "language": "fr"},
    ]
    write_lines(rows, LINES)
    account = gather(works.project, ["shop/page"])
    assert account.rows == len(rows) + 2
    kept = {one.where: one for one in account.kept}
    assert [*kept] == ["page.jsonl:1", "page.jsonl:4"]
    first = kept["page.jsonl:1"]
    assert (first.answer, first.stage, first.item, first.by) == (
        "Opens one-handed",
        "lines",
        "opens with one hand",
        "person",
    )
    assert first.prompt and [turn.content for turn in first.prompt.messages][-1] == "Fact: opens with one hand"
    assert any(turn.content == "Two drawers" for turn in first.prompt.messages), "prompts show the shots"
    assert first.group == kept["page.jsonl:4"].group == "shop/page: door"
    told = {one.where: f"{one.reason}: {one.told}" for one in account.left_out}
    assert told["page.jsonl:2"] == "breaks its type's limits: has 29 characters, at most 20"
    assert told["page.jsonl:3"].startswith("breaks its type's limits: ") and "cheap" in told["page.jsonl:3"]
    assert "'product'" in told["page.jsonl:5"] and told["page.jsonl:5"].startswith("cannot be decoded")
    assert told["page.jsonl:6"].startswith("cannot be decoded: has no `item`")
    assert told["page.jsonl:7"].endswith("no stage 'line'; did you mean 'lines'?")
    assert "did you mean 'ouput'?" in told["page.jsonl:8"]
    assert told["page.jsonl:9"].endswith("one of lines, close")
    assert told["page.jsonl:10"].startswith("empty")
    assert "language" in told["page.jsonl:11"]


def test_columns_of_a_file_stand_for_names(works: Works, write_lines: Write) -> None:
    path = write_lines([{"fact": "sings", "line": "Sings", "product": "bird"}], "birds.jsonl")
    given = {"content_type": "shop/page", "stage": "lines", "columns": {"item": "fact", "output": "line"}}
    (sample,) = gather(works.project, [str(path)], **given).kept  # type: ignore[arg-type]
    assert (sample.item, sample.answer, sample.values["product"]) == ("sings", "Sings", "bird")
    with pytest.raises(UsageError, match=r"--map output: .*birds.jsonl has no column 'lin'; did you mean 'line'\?"):
        gather(works.project, [str(path)], **{**given, "columns": {"output": "lin"}})  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no stage 'lins'; did you mean 'lines'"):
        gather(works.project, [str(path)], **{**given, "stage": "lins"})  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="did you mean 'shop/page'"):
        gather(works.project, [str(path)], **{**given, "content_type": "shop/pag"})  # type: ignore[arg-type]


def test_a_table_of_lines_is_read_too(works: Works, tmp_path: Path) -> None:
    path = tmp_path / "templates/shop/training/page.csv"
    path.parent.mkdir(parents=True)
    path.write_text("stage,item,output\nlines,sings,Sings\nlines,hums,Hums\n", encoding="utf-8")
    assert [one.answer for one in gather(works.project, ["shop/page"]).kept] == ["Sings", "Hums"]
    assert [one.answer for one in gather(works.project, [str(path)]).kept] == ["Sings", "Hums"], "by its place"


def test_a_file_for_several_types_says_which(works: Works, write_lines: Write) -> None:
    works.files["templates/shop/card.yaml"] = PAGE.replace("shop/page", "shop/card")
    row = {"stage": "lines", "item": "a", "output": "A"}
    path = write_lines(
        [{**row, "type": "page"}, {**row, "type": "shop/card", "output": "B"}, row], "templates/shop/training/all.jsonl"
    )
    account = gather(works.project, ["shop/page"])
    assert [one.answer for one in account.kept] == ["A"]
    assert [one.told for one in account.left_out if one.reason == "cannot be decoded"] == [
        "names no `type`, of which there are several here: card, page"
    ]
    account = gather(works.project, [str(path)])
    assert [(one.content_type, one.answer) for one in account.kept] == [("shop/page", "A"), ("shop/card", "B")]
    assert [one.told for one in account.left_out] == ["names no `type`"]


def test_examples_of_the_simple_form(works: Works) -> None:
    works.files["templates/shop/item.yaml"] = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
prompt: close.j2
output:
  title: {type: string, limit: {chars: 12}}
  rank: {type: integer}
checks: [limits]
examples:
  - {name: lamp, brief: {product: lamp}, output: {title: A lamp, rank: 1}}
  - {name: shot, shot: true, brief: {product: rug}, output: {title: A rug, rank: 2}}
  - {name: bad, brief: {product: cup}, completion: far too long for a title, status: rejected}
"""
    account = gather(works.project, ["shop/item"])
    assert [(one.answer, one.stage) for one in account.kept] == [('{"title":"A lamp","rank":1}', "main")]
    assert account.reasons() == {"in the prompt": 1, "rejected": 1}
    bare = gather(works.project, ["shop/item"], shots=False)
    assert [one.answer for one in bare.kept] == ['{"title":"A lamp","rank":1}', '{"title":"A rug","rank":2}']


def test_fields_of_an_output_may_be_columns(works: Works, tmp_path: Path) -> None:
    works.files["templates/shop/item.yaml"] = (
        "aigc: 1\nname: shop/item\nsummary: An item.\nbrief: {product: {type: string}}\nprompt: close.j2\n"
        "output: {title: {type: string}, tags: {type: array, items: {type: string}}}\n"
    )
    path = tmp_path / "items.csv"
    path.write_text('product,title,tags\nlamp,A lamp,"[""light"", ""brass""]"\n', encoding="utf-8")
    account = gather(works.project, [str(path)], content_type="shop/item")
    assert [one.answer for one in account.kept] == ['{"title":"A lamp","tags":["light","brass"]}']


def test_with_pairs_they_have_none(works: Works) -> None:
    assert gather(works.project, ["shop/page"], shots=False, objective="dpo").reasons() == {"has no pair": 2}
    assert all(one.good for one in gather(works.project, ["shop/page"], shots=False, objective="kto").kept)


@pytest.mark.parametrize(
    ("text", "type_name", "columns"),
    [
        ("Lines of March\ntype,stage,item,output\nshop/page,lines,is red,Is red\n", "", {}),
        ("Lines of March\nstage,item,output\nlines,is red,Is red\n", "shop/page", {}),
        ("Lines of March\nstage,fact,line\nlines,is red,Is red\n", "shop/page", {"item": "fact", "output": "line"}),
    ],
)
def test_a_table_of_lines_may_have_a_title_above_it(
    works: Works, tmp_path: Path, text: str, type_name: str, columns: dict[str, str]
) -> None:
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    account = gather(works.project, [str(tmp_path / "mine.csv")], content_type=type_name, columns=columns)
    assert [(one.where, one.stage, one.answer) for one in account.kept] == [("mine.csv:3", "lines", "Is red")]


def test_lines_beside_a_type_may_have_a_title_above_them(works: Works) -> None:
    file = works.folder / "templates/shop/training/page.csv"
    works.project  # noqa: B018 - makes the folder
    file.parent.mkdir()
    file.write_text("Lines of March\nstage,item,output\nlines,is red,Is red\n", encoding="utf-8")
    assert [one.where for one in gather(works.project, ["shop/page"]).kept] == ["page.csv:3"]
