"""A row whose expression takes too much fails alone; an importer that breaks is said with the file."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from aigc import importer
from aigc.asking import open_rows, read_briefs
from aigc.asking.headers import Needed
from aigc.asking.sheets import open_sheet
from aigc.errors import BriefError
from aigc.plugs.timeouts import Timeouts
from aigc.project import Project
from aigc.types import Artifact, Brief, Row

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief: {product: {type: string, maxLength: 90}, code: {type: string, pattern: "^(a|aa)+$", default: null}}
prompt: item.j2
output: {type: string}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
GOES_ON = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})


def read(project: Project, path: Path, **options: Any) -> list[Brief | Artifact]:
    rows = open_rows(path, project.registry)
    return list(read_briefs(rows, project.content_type("shop/item"), project.environment, **options))


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (
            f"{{% if name == 'Jug' %}}{GOES_ON}{{% endif %}}{{{{ name }}}}",
            "goes on too long, for more than 500,000 steps",
        ),
        ("{{ '%999999999d' % 1 if name == 'Jug' else name }}", "makes 1,000,000,0"),
        ("{{ name * 99999999 if name == 'Jug' else name }}", "makes 299,999,997 characters"),
        ("{{ 9 ** 9999999 if name == 'Jug' else name }}", "reckons with too large a number"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() if name == 'Jug' else name }}", "calls itself without end"),
    ],
)
def test_a_row_whose_expression_takes_too_much_fails_alone(
    expression: str, why: str, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "items.csv").write_text("id,name\na,Mug\nb,Jug\nc,Cup\n")
    mug, jug, cup = read(project, tmp_path / "items.csv", literals={"product": expression})
    assert isinstance(mug, Brief) and isinstance(cup, Brief) and cup.values["product"] == "Cup"
    assert isinstance(jug, Artifact) and jug.reason.startswith("items.csv:3: ") and why in jug.reason


def test_a_row_that_a_pattern_would_never_end_with_is_told(project: Project, tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text(f"product,code\nMug,aaa\nJug,{'a' * 3000}b\nCup,aa\n")
    mug, jug, cup = read(project, tmp_path / "items.csv")
    assert isinstance(mug, Brief) and isinstance(cup, Brief)
    assert isinstance(jug, Artifact) and "which does not match" in jug.reason


def test_a_row_that_takes_too_long_fails_alone(project: Project, tmp_path: Path) -> None:
    project.environment.timeouts = Timeouts(plugin=0.2, template=0.2)
    project.environment.globals["slow"] = lambda name: time.sleep(30) if name == "Jug" else name
    (tmp_path / "items.csv").write_text("id,name\na,Mug\nb,Jug\nc,Cup\n")
    _, jug, cup = read(project, tmp_path / "items.csv", literals={"product": "{{ slow(name) }}"})
    assert isinstance(jug, Artifact) and "takes longer than 0.2 s" in jug.reason
    assert isinstance(cup, Brief)


def put_in(project: Project, act: Callable[..., Any], **traits: Any) -> Path:
    def odd(path: Path) -> Any:
        """Do as the test says."""
        return act(path)

    made = importer(name="odd", suffixes=(".odd",), **traits)(odd)
    project.registry._extensions["importer", "odd"] = (made, "test")
    path = Path(str(project.folder)) / "items.odd"
    path.write_text("")
    return path


def raises(error: BaseException) -> Callable[..., Any]:
    def act(path: Path) -> Any:
        raise error

    return act


def breaks_midway(path: Path) -> Iterator[Row]:
    yield Row(values={"product": "Mug"}, where="items.odd:1")
    raise SystemExit(0)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (raises(SystemExit(0)), "items.odd: importer 'odd' broke: SystemExit: 0"),
        (raises(GeneratorExit()), "items.odd: importer 'odd' broke: GeneratorExit"),
        (raises(RecursionError()), "items.odd: is nested too deeply to be read"),
        (breaks_midway, "items.odd: importer 'odd' broke: SystemExit: 0"),
        (lambda path: None, "items.odd: importer 'odd' broke: TypeError"),
        (lambda path: [{"product": "Mug"}], "gave a mapping in place of a row"),
        (lambda path: [None], "gave nothing in place of a row"),
        (
            lambda path: (time.sleep(30) for _ in range(1)),
            r"importer 'odd' does not answer: it took longer than 0\.2 s",
        ),
    ],
)
def test_an_importer_that_breaks_is_named_with_the_file(act: Callable[..., Any], why: str, project: Project) -> None:
    project.registry.timeouts = Timeouts(files=0.2)
    path = put_in(project, act)
    with pytest.raises(BriefError, match=why):
        read(project, path)


def test_so_is_one_that_breaks_when_it_names_sheets(project: Project) -> None:
    path = put_in(project, lambda path: [], sheets=raises(SystemExit(0)))
    with pytest.raises(BriefError, match=r"items\.odd: importer 'odd' broke: SystemExit: 0"):
        open_sheet(path, project.registry, {}, Needed())


ODD_PARTS = {
    "a number that is none": (math.nan, "where values_ error faults cleaned"),
    "bytes": (b"x", "where id error faults cleaned values_ product"),
    "an iterator": (count(), "where id error faults cleaned values_ product"),
    "a mapping": ({"a": 1}, "where error cleaned faults"),
    "a huge number": (10**5000, "where error faults cleaned values_"),
    "names that are none": ({1: "x"}, "faults cleaned values_"),
}


@pytest.mark.parametrize(
    ("what", "part"), [(what, part) for what, (_, parts) in ODD_PARTS.items() for part in parts.split()]
)
def test_a_row_of_odd_parts_is_refused_by_the_importers_name_and_the_others_go_on(
    what: str, part: str, project: Project, tmp_path: Path
) -> None:
    value = ODD_PARTS[what][0]

    @importer(name="odd", suffixes=(".odd",))
    def rows(path: Path) -> Iterator[Row]:
        """Give one odd row between two."""
        yield Row(values={"id": "a", "product": "Mug"}, where="a")
        good: dict[str, Any] = {"values": {"id": "b", "product": "Jug"}, "where": "b"}
        if part in ("id", "product"):
            good["values"][part] = value
        else:
            good[part.rstrip("_")] = value
        yield Row(**good)
        yield Row(values={"id": "c", "product": "Cup"}, where="c")

    project.registry._extensions["importer", "odd"] = (rows, "test")
    (tmp_path / "x.odd").write_text("x")
    first, odd, last = read(project, tmp_path / "x.odd")
    assert isinstance(first, Brief) and isinstance(last, Brief) and (first.id, last.id) == ("a", "c")
    if part != "id":
        assert isinstance(odd, Artifact) and odd.status == "failed", odd
        assert "importer 'odd' gave" in odd.reason, odd.reason


def test_what_only_looks_odd_is_read(project: Project, tmp_path: Path) -> None:
    class Text(str):
        def __len__(self) -> int:
            raise SystemExit(0)

    class Cells(dict[str, Any]):
        def items(self) -> Any:
            raise SystemExit(0)

    @importer(name="odd", suffixes=(".odd",))
    def rows(path: Path) -> Iterator[Row]:
        """Give a row."""
        yield Row(values=Cells(id="a", product=Text("Mug")), where="a")

    project.registry._extensions["importer", "odd"] = (rows, "test")
    (tmp_path / "x.odd").write_text("x")
    (brief,) = read(project, tmp_path / "x.odd")
    assert isinstance(brief, Brief) and brief.values["product"] == "Mug" and type(brief.values["product"]) is str


def test_control_characters_of_a_row_are_no_part_of_its_brief_and_that_is_told(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"product": "\\u001b[2JMug\\u0007 \\u202egum\\u202c"}\n{"product": "Cup\\r\\n"}'
    )
    dirty, clean = read(project, tmp_path / "rows.jsonl")
    assert isinstance(dirty, Brief) and isinstance(clean, Brief)
    assert dirty.values["product"] == "[2JMug gum" and dirty.cleaned == {"product": ("invisible marks",)}
    assert clean.values["product"] == "Cup" and clean.cleaned == {}
