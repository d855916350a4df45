"""What a content type gives to try it with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.asking import sample_briefs, sample_values
from aigc.errors import NotFound
from aigc.project import Project

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string, maxLength: 10}
  language: {type: string, enum: [en, zh], default: en}
prompt: item.j2
output: {type: string}
"""
EXAMPLE = "examples:\n  - {brief: {product: Jug}, output: Buy a jug}\n"
Make = Callable[..., Project]


def files(item: str = ITEM, samples: str = "") -> dict[str, str]:
    ours = {"templates/shop/item.yaml": item, "templates/shop/item.j2": "{{ product }}"}
    return ours | ({"templates/shop/briefs/item.csv": samples} if samples else {})


def test_sample_briefs_stand_beside_the_type(make_project: Make, tmp_path: Path) -> None:
    project = make_project(files(samples="product\nMug\n") | {"templates/shop/briefs/another.csv": "product\nMug\n"})
    assert sample_briefs(project.content_type("shop/item")) == tmp_path / "templates/shop/briefs/item.csv"


def test_an_example_comes_first_with_its_defaults(make_project: Make) -> None:
    project = make_project(files(ITEM + EXAMPLE, "product\nMug\n"))
    assert sample_values(project, project.content_type("shop/item")) == {"product": "Jug", "language": "en"}


def test_without_an_example_it_is_the_first_good_row(make_project: Make) -> None:
    project = make_project(files(samples="product,language\nfar too long for it,en\nMug,zh\n"))
    assert sample_values(project, project.content_type("shop/item")) == {"product": "Mug", "language": "zh"}


@pytest.mark.parametrize("samples", ["", "product\nfar too long for it\n", "name\nMug\n"])
def test_a_type_with_nothing_to_try_says_so(make_project: Make, samples: str) -> None:
    project = make_project(files(samples=samples))
    with pytest.raises(NotFound, match="shop/item has no example to take; give its inputs as key=value"):
        sample_values(project, project.content_type("shop/item"))
