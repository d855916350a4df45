"""One stage as a content type: the same prompts, written and judged by the real pipeline."""

from __future__ import annotations

import pytest

from aigc.errors import NotFound, UsageError
from aigc.testing import ScriptedGenerator
from aigc.training.one_stage import one_stage, stage_values
from aigc.types import Brief

from .conftest import CLOSE, PAGE, PRODUCTS, Works, brief, moody


def test_a_stage_is_written_alone_with_the_prompt_that_it_has_in_the_whole(works: Works) -> None:
    project = works.project
    whole, alone = project.content_type("shop/page"), one_stage(project.content_type("shop/page"), "lines")
    asked, again = ScriptedGenerator(moody), ScriptedGenerator(moody)
    (_,) = project.pipeline(asked).write(whole, [brief(0, "oak table")])
    values = stage_values(alone.stages[0], brief(0, "oak table").values, PRODUCTS["oak table"][0])
    (piece,) = project.pipeline(again).write(alone, [Brief(id="x", values=values)])
    assert (piece.status, piece.fields) == ("accepted", {"text": "Has six"})
    assert [one.prompt for one in again.requests] == [asked.requests[0].prompt]
    assert again.requests[0].about is not None and again.requests[0].about.stage == "lines"


def test_its_checks_and_its_fallback_are_the_stages(works: Works) -> None:
    project = works.project
    alone = one_stage(project.content_type("shop/page"), "lines")
    values = stage_values(alone.stages[0], brief(0, "oak table").values, "holds")
    generator = ScriptedGenerator(lambda request, index: "cheap")
    (piece,) = project.pipeline(generator).write(alone, [Brief(id="x", values=values)])
    assert (piece.fields, piece.provenance.fallbacks) == ({"text": "holds"}, ("text",))


def test_a_type_of_one_prompt_stays_as_it_is(works: Works) -> None:
    works.files["templates/shop/item.yaml"] = (
        "aigc: 1\nname: shop/item\nsummary: An item.\nbrief: {product: {type: string}}\nprompt: close.j2\n"
        "output: {type: string}\n"
    )
    simple = works.project.content_type("shop/item")
    assert one_stage(simple, "main") is simple
    with pytest.raises(NotFound, match="no stage 'mian'; did you mean 'main'"):
        one_stage(simple, "mian")


@pytest.mark.parametrize("how", ["prompt", "include", "checks"])
def test_a_stage_that_needs_others_results_is_refused(works: Works, how: str) -> None:
    needs = CLOSE.replace("{{ product }}", "{{ stages.lines[0] }}")
    if how == "prompt":
        works.files["templates/shop/close.j2"] = needs
    elif how == "include":
        works.files["templates/shop/part.j2"] = "{{ stages.lines[0] }}"
        works.files["templates/shop/close.j2"] = CLOSE.replace("{{ product }}", "{% include 'part.j2' %}")
    else:
        checks = "    checks: [{forbidden_words: {words: '{{ stages.lines }}'}}]\noutput:\n  lines"
        works.files["templates/shop/page.yaml"] = PAGE.replace("output:\n  lines", checks)
    with pytest.raises(
        UsageError, match=r"shop/page: stage 'close' cannot be written alone: its .* has other stages' results"
    ):
        one_stage(works.project.content_type("shop/page"), "close")


def test_a_fallback_of_others_results_is_dropped(works: Works) -> None:
    works.files["templates/shop/page.yaml"] = PAGE.replace(
        "    prompt: close.j2\n", '    prompt: close.j2\n    fallback: "{{ stages.lines[0] }}"\n'
    )
    assert one_stage(works.project.content_type("shop/page"), "close").stages[0].fallback == {}
