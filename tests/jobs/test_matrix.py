"""Briefs crossed with languages, tones and variants: stable ids, and only the new cells when a value comes later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.asking import open_rows, read_briefs, spoken
from aigc.asking.matrix import crossed, part
from aigc.content import ContentType
from aigc.errors import UsageError
from aigc.jobs import read_artifacts
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Request

from .conftest import Shop

PAGE = """
aigc: 1
name: shop/page
summary: A page.
brief:
  product: {type: string, maxLength: 10}
  language: {type: string, enum: [en, zh, de], default: en}
  tone: {type: string, maxLength: 20, default: plain}
  url: {type: string, format: uri, default: null}
  sizes: {type: array, items: {type: integer}, default: []}
prompt: page.j2
output: {type: string}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }} {{ language }} {{ tone }}{% endblock %}"
CSV = "id,product,language\nmug,Mug,de\ntent,Tent,de\n"


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project({"templates/shop/page.yaml": PAGE, "templates/shop/page.j2": TASK})


@pytest.fixture
def page(project: Project) -> ContentType:
    return project.content_type("shop/page")


@pytest.fixture
def cross(project: Project, page: ContentType, tmp_path: Path) -> Callable[..., list[Brief | Artifact]]:
    def cross(*said: str, content: str = CSV, **options: Any) -> list[Brief | Artifact]:
        (tmp_path / "items.csv").write_text(content, encoding="utf-8")
        cells = crossed(spoken(dict(one.split("=", 1) for one in said)), page)
        rows = open_rows(tmp_path / "items.csv", project.registry)
        return list(read_briefs(rows, page, project.environment, cells=cells, **options))

    return cross


def test_every_brief_is_crossed_with_every_value_in_order(cross: Callable[..., list[Brief]]) -> None:
    found = cross("language=en,zh", "tone=plain,very bold")
    assert [one.id for one in found] == [
        *("mug/en/plain", "mug/en/very-bold", "mug/zh/plain", "mug/zh/very-bold"),
        *("tent/en/plain", "tent/en/very-bold", "tent/zh/plain", "tent/zh/very-bold"),
    ]
    assert found[3].values == {"product": "Mug", "language": "zh", "tone": "very bold", "url": None, "sizes": []}
    assert list(found[3].values) == ["product", "language", "tone", "url", "sizes"], "in the order they are declared"
    assert {one.source for one in found[:4]} == {"items.csv:2"}


def test_variants_are_draws_of_the_same_values(cross: Callable[..., list[Brief]]) -> None:
    found = cross("language=zh", "variants=3")
    assert [(one.id, one.draw) for one in found[:3]] == [("mug/zh/1", 0), ("mug/zh/2", 1), ("mug/zh/3", 2)]
    assert found[0].values == found[2].values


def test_limit_counts_rows_and_rows_without_an_id_are_numbered(cross: Callable[..., list[Brief]]) -> None:
    assert len(cross("language=en,zh", limit=1)) == 2
    assert [one.id for one in cross("tone=a,b", content="product\nMug\n")] == ["0001/a", "0001/b"]


def test_values_are_read_as_their_input_wants_them(cross: Callable[..., list[Brief]]) -> None:
    (one, *_) = cross("sizes=1;2")
    assert (one.values["sizes"], one.id) == ([1, 2], "mug/1+2")


def test_a_set_expression_sees_what_the_row_is_crossed_with(cross: Callable[..., list[Brief]]) -> None:
    literals = {"url": "https://example.com/{{ language }}/{{ id }}"}
    found = cross("language=en,zh", literals=literals)
    assert [one.values["url"] for one in found[:2]] == ["https://example.com/en/mug", "https://example.com/zh/mug"]


def test_a_bad_row_fails_once_per_cell(cross: Callable[..., list[Brief | Artifact]]) -> None:
    found = cross("language=en,zh", content="id,product\na,far too long a name\nb,Mug\nb,Cup\n")
    assert [(one.id, type(one)) for one in found] == [
        *(("a/en", Artifact), ("a/zh", Artifact), ("b/en", Brief), ("b/zh", Brief)),
        *(("b@4/en", Artifact), ("b@4/zh", Artifact)),
    ]
    bad = cross("language=en,zh", literals={"url": "{{ language if language == 'zh' else 'https://a.b/' }}"})
    assert [type(one) for one in bad[:2]] == [Brief, Artifact], "an expression may go wrong in one cell alone"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("language=en,fr", "--matrix language=en,fr: language is 'fr', not one of en, zh, de"),
        ("langage=en", "--matrix langage=en: shop/page has no input 'langage'; did you mean 'language'?"),
        ("varants=3", "did you mean 'variants'?"),
        ("tone=", "'tone' has no values"),
        ("tone=a,", "--matrix tone=a,: a value of 'tone' is empty"),
        ("tone=a,b,a", "'tone' has a twice"),
        ("tone=a b,a/b", "'tone' has a/b twice; both would be called 'a-b' in ids"),
        ("variants=0", "variants is how many texts of one brief, from 1 to 1000"),
        ("variants=en,zh", "variants is how many texts"),
        ("sizes=1,two", "sizes[0] must be a whole number, not 'two'"),
        (f"tone={','.join(map(str, range(200)))} variants=100", "the matrix makes 20,000 of every brief, at most"),
    ],
)
def test_what_is_wrong_with_a_matrix_is_said(page: ContentType, said: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        crossed(spoken(dict(one.split("=", 1) for one in _words(said))), page)
    assert message in str(caught.value)


def _words(said: str) -> list[str]:
    first, _, rest = said.partition(" variants")
    return [first, f"variants{rest}"] if rest else [first]


def test_an_axis_is_not_given_twice(page: ContentType) -> None:
    with pytest.raises(UsageError, match="'tone' is also given by --map or --set"):
        crossed(spoken({"tone": "a"}), page, ["tone"])


def test_parts_of_ids_are_short_and_readable() -> None:
    assert part("C++") == "C++" and part(True) == "true" and part("a / b\nc") == "a-b-c" and part("正式") == "正式"
    assert len(part("x" * 99)) == 40 and part("x" * 99) != part("x" * 98)
    assert spoken({"tone": 'dry, "short, warm"'})["tone"][1][0] == "short, warm"


@pytest.mark.parametrize("later", ["en,zh,de", "de,en,zh"])
def test_a_value_that_comes_later_writes_its_cells_only(
    project: Project, tmp_path: Path, cross: Callable[..., list[Brief]], later: str
) -> None:
    shop = Shop(project, tmp_path / "out", "shop/page")
    shop.run(iter(cross("language=en,zh", "variants=2")))
    before = {one.id: one.fields for one in read_artifacts(shop.folder)}
    report = shop.run(iter(cross(f"language={later}", "variants=2")), reuse=False)
    assert (shop.asked, report.reused, report.briefs) == (12, 8, 12)
    after = {one.id: one.fields for one in read_artifacts(shop.folder)}
    assert before.items() <= after.items() and len(after) == 12
    assert shop.run(iter(cross(f"language={later}", "variants=3")), reuse=False).reused == 12
    assert shop.run(iter(cross(f"language={later}", "variants=3", "tone=plain")), reuse=False).reused == 18, (
        "an axis of one value that was the default changes names, not texts"
    )


def test_variants_are_asked_with_seeds_of_their_own(
    project: Project, tmp_path: Path, cross: Callable[..., list[Brief]]
) -> None:
    def seeded(request: Request, index: int) -> str:
        return f"{request.prompt.messages[-1].content} {request.sampling.seed}"

    shop = Shop(project, tmp_path / "out", "shop/page")
    shop.generator = ScriptedGenerator(seeded)
    shop.run(iter(cross("language=en,zh", "variants=4")))
    assert len({one.fields["text"] for one in read_artifacts(shop.folder)}) == 16
