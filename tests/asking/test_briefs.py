"""Files people already have → briefs: what is wrong with a file stops at once, what is wrong with a row fails alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aigc.asking import open_rows, read_briefs
from aigc.asking.matrix import crossed
from aigc.asking.unused_columns import columns_not_used
from aigc.content import ContentType
from aigc.errors import BriefError
from aigc.project import Project
from aigc.types import Artifact, Brief, Row

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string, maxLength: 10}
  facts: {type: array, items: {type: string}, default: []}
  weight: {type: number, default: null}
  language: {type: string, enum: [en, zh], default: en}
prompt: item.j2
output: {type: string}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})


@pytest.fixture
def item(project: Project) -> ContentType:
    return project.content_type("shop/item")


@pytest.fixture
def read(project: Project, item: ContentType, tmp_path: Path) -> Callable[..., list[Brief | Artifact]]:
    def read(content: str | bytes, name: str = "items.csv", **options: object) -> list[Brief | Artifact]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_briefs(open_rows(path, project.registry), item, project.environment, **options))

    return read


def test_columns_feed_inputs_of_their_name(read) -> None:
    (one, two) = read("Product,facts,Weight,colour\nMug,dry; warm,,red\nCup,,3.5,\n")
    assert one.values == {"product": "Mug", "facts": ["dry", "warm"], "weight": None, "language": "en"}
    assert two.values["weight"] == 3.5, "an empty cell is unknown, not zero"
    assert one.source.endswith("items.csv:2")


def test_the_column_of_the_very_name_wins(read) -> None:
    (one,) = read('{"product": "Mug", "Product ": "Cup"}\n', "items.jsonl")
    assert one.values["product"] == "Mug"
    (one,) = read("PRODUCT,Product_\na,b\n", mapping={"product": "Product_"})
    assert one.values["product"] == "b"
    good, bad = read('{"product": "Mug"}\n{"PRODUCT": "a", "Product": "b"}\n', "items.jsonl")
    assert (good.id, bad.status) == ("0001", "failed")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_byte_order_marks_are_not_part_of_a_name(read, encoding) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (one,) = read((mark + "product\n杯子\n").encode(encoding))
    assert one.values["product"] == "杯子"


def test_columns_can_be_mapped_and_inputs_set(read) -> None:
    (one,) = read("name,lbs\nMug,2\n", mapping={"product": "name"}, literals={"language": "zh"})
    assert (one.values["product"], one.values["language"]) == ("Mug", "zh")


def test_a_set_expression_sees_the_row_and_drops_what_is_unknown(read) -> None:
    rows = "product,power hp,year\nMug,130,\n"
    facts = "{{ [power_hp ~ ' hp' if power_hp else none, year, row['power hp']] }}"
    (one,) = read(rows, literals={"facts": facts})
    assert one.values["facts"] == ["130 hp", "130"]


def test_an_expression_knows_the_rows_id_and_the_inputs_beside_it(read, item) -> None:
    said = {"facts": "{{ [id, language, product, weight] }}"}
    one, two = read("product,Language\nMug,\nCup,zh\n", literals=said)
    assert (one.values["facts"], two.values["facts"]) == (["0001", "en", "Mug"], ["0002", "zh", "Cup"])
    (named,) = read("id,product\nmug,Mug\n", literals=said)
    assert named.values["facts"] == ["mug", "en", "Mug"]
    cells = crossed({"language": [("zh", "here")], "variants": [(1, "here")]}, item)
    (alone,) = read("product\nMug\n", literals=said, cells=cells)
    assert (alone.id, alone.values["facts"]) == ("0001/zh/1", ["0001", "zh", "Mug"])


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("prodct\nMug\n", {}, "no column for the needed input 'product'; add --map product=COLUMN"),
        ("prodct\nMug\n", {}, "did you mean 'prodct'?"),
        (
            "name\nMug\n",
            {"mapping": {"product": "nme"}},
            "items.csv: --map product has no column 'nme'; did you mean 'name'?",
        ),
        ("name\nMug\n", {"mapping": {"prodct": "name"}}, "has no input 'prodct'; did you mean 'product'?"),
        ("product\nMug\n", {"literals": {"langage": "en"}}, "--set: shop/item has no input 'langage'"),
        ("name\nMug\n", {"literals": {"product": " "}}, "--set: product is empty"),
        (
            "product\nMug\n",
            {"literals": {"language": "zhh"}},
            "--set: language is 'zhh', not one of en, zh; did you mean 'zh'?",
        ),
        (
            "product\nMug\n",
            {"literals": {"language": "zhh"}, "places": {"language": "spring.yaml:4"}},
            "spring.yaml:4: language is 'zhh'",
        ),
        (
            "product,power\nMug,3\n",
            {"literals": {"facts": "{{ [pwer] }}"}},
            "--set facts: '{{ [pwer] }}': 'pwer' is undefined; did you mean 'power'?",
        ),
        (
            "product\nMug\n",
            {"literals": {"facts": "{{ id | uper }}"}},
            "--set facts: no filter named 'uper'; did you mean",
        ),
        ("product\nMug\n", {"literals": {"facts": "{{ [id }}"}}, "--set facts: "),
        ("", {}, "empty"),
        ("product\n", {}, "no rows"),
        ("product,product\na,b\n", {}, "product"),
        (
            "PRODUCT,Product_\na,b\n",
            {},
            "columns 'PRODUCT' and 'Product_' could both be 'product'; say which with --map",
        ),
    ],
)
def test_what_is_wrong_with_the_file_stops_at_once(read, content, options, said) -> None:
    with pytest.raises(BriefError) as caught:
        read(content, **options)
    assert said in str(caught.value)


def test_an_expression_may_do_without_a_name_and_fail_for_one_row(read) -> None:
    (one,) = read("product\nMug\n", literals={"facts": "{{ [tone if tone is defined else product] }}"})
    assert one.values["facts"] == ["Mug"]
    good, bad = read("product,weight\nMug,2\nCup,0\n", literals={"facts": "{{ [6 // (weight | int)] }}"})
    assert (good.values["facts"], bad.status) == (["3"], "failed")
    assert bad.reason.startswith("items.csv:3: facts: '{{ [6 // (weight | int)] }}': ") and "zero" in bad.reason
    divided = {"facts": "{{ [tone if tone is defined else 6 // (weight | int)] }}"}
    bad, good = read("product,weight\nCup,0\nMug,2\n", literals=divided)
    assert (bad.status, good.values["facts"]) == ("failed", ["3"]), "what one row lacks is no reason to refuse all"
    rows = '{"product": "Mug"}\n' * 30 + '{"product": "Cup", "tone": "dry"}\n'
    assert [one.status for one in read(rows, "items.jsonl", literals={"facts": "{{ [row.tone] }}"})[:2]] == [
        "failed"
    ] * 2


def test_all_missing_columns_are_said_at_once(make_project: Callable[..., Project]) -> None:
    both = ITEM.replace("facts: {type: array, items: {type: string}, default: []}", "price: {type: string}")
    project = make_project({"templates/shop/item.yaml": both, "templates/shop/item.j2": TASK})
    needy = project.content_type("shop/item")
    with pytest.raises(BriefError) as caught:
        list(read_briefs([Row(values={"name": "Mug", "cost": "2"}, where="a.csv:2")], needy, project.environment))
    assert "no column for the needed inputs 'product', 'price'" in str(caught.value)
    assert "--map product=COLUMN --map price=COLUMN" in str(caught.value)
    assert "columns: name, cost" in str(caught.value)


def test_what_is_wrong_with_a_row_fails_that_row_alone(read) -> None:
    good, long, bad, last = read("product,language\nMug,en\nAn endless name,en\nCup,fr\nPot,zh\n")
    assert isinstance(good, Brief)
    assert isinstance(last, Brief)
    assert (long.status, bad.status) == ("failed", "failed")
    assert "items.csv:3: product has 15 characters, at most 10" in long.reason
    assert "items.csv:4" in bad.reason


def test_a_broken_line_fails_alone(read) -> None:
    good, bad = read('{"product": "Mug"}\n{"product": \n', "items.jsonl")
    assert isinstance(good, Brief)
    assert bad.status == "failed"


def test_json_rows_need_not_have_the_same_keys(read) -> None:
    lacking, full = read('{"language": "en"}\n{"product": "Mug", "weight": 2, "facts": ["dry"]}\n', "items.jsonl")
    assert "product is missing" in lacking.reason
    assert full.values == {"product": "Mug", "facts": ["dry"], "weight": 2, "language": "en"}


def test_an_id_names_a_brief_once(read) -> None:
    one, two, three = read("id,product\nmug,Mug\nmug,Cup\n,Pot\n")
    assert (one.id, three.id) == ("mug", "0003")
    assert "id 'mug' is used twice, first at" in two.reason
    assert two.id not in ("mug", "0003")


@pytest.mark.parametrize(
    "odd", ["\\u001b[31m", "\\u0007", "\\u009b", "\\u0000", "\\u202e", "\\u2066", "\\ufeff", "\\u007f"]
)
def test_an_id_has_nothing_that_a_terminal_would_act_upon(read, odd: str) -> None:
    briefs = read(f'{{"id": "b{odd}7", "product": "Mug"}}\n{{"id": "b7{odd}", "product": "Cup"}}\n', "items.jsonl")
    assert all(one.id.isprintable() and "b" in one.id for one in briefs), [one.id for one in briefs]


def test_ids_that_look_alike_are_one(read) -> None:
    mug, cup = read('{"id": "b\\u200b7", "product": "Mug"}\n{"id": "b7\\u0007", "product": "Cup"}\n', "items.jsonl")
    assert mug.id == "b7" and "id 'b7' is used twice" in cup.reason
    family, persian = "\U0001f468\u200d\U0001f469", "می\u200cخواهم"
    briefs = read(f'{{"id": "{family}", "product": "Mug"}}\n{{"id": "{persian}", "product": "Cup"}}\n', "items.jsonl")
    assert [one.id for one in briefs] == [family, persian]


def test_a_row_fails_whose_id_is_endless(read) -> None:
    for before in ("", "mug,Cup\n"):
        *_, first, second, third = read(f"id,product\n{before}{'x' * 1001},Mug\n{'y' * 1000},Mug\n{'z' * 10**6},Mug\n")
        assert "the id has 1,001 characters, at most 1,000" in first.reason and len(first.id) == 4
        assert second.id == "y" * 1000 and isinstance(second, Brief)
        assert "the id has 1,000,000 characters" in third.reason and len(third.id) == 4


@pytest.mark.parametrize("column", ["ID", " Id "])
def test_a_column_of_ids_is_known_as_other_columns_are(read, item: ContentType, column: str) -> None:
    assert [row.id for row in read(f"{column},product\nmug,Mug\n")] == ["mug"]
    assert [row.id for row in read(f"{column},id,product\nmug,cup,Mug\n")] == ["cup"]
    row = Row(where="row 2", values={column: "mug", "product": "Mug"}, error="")
    assert columns_not_used([row], item, mapping={}, literals={}) == {}


def test_a_column_of_any_name_can_be_asked_to_name_the_briefs(read, item: ContentType) -> None:
    rows = "SKU,id,product\nA-1,x,Mug\n,y,Cup\n"
    assert [one.id for one in read(rows, mapping={"id": " SKU "})] == ["A-1", "0002"]
    row = Row(where="items.csv:2", values={"SKU": "A-1", "product": "Mug"})
    assert columns_not_used([row], item, mapping={"id": "SKU"}, literals={}) == {}
    with pytest.raises(BriefError, match="--map id has no column 'SKUU'; did you mean 'SKU'"):
        read(rows, mapping={"id": "SKUU"})
    with pytest.raises(BriefError, match="has no input 'id'; --map id=COLUMN names the pieces"):
        read(rows, literals={"id": "{{ SKU }}"})


def test_no_row_vanishes_behind_anothers_id(read) -> None:
    rows = read("id,product\nx,\nx,\nx,Mug\n,Cup\n0004,Pot\n")
    assert len({row.id for row in rows}) == 5
    assert [type(row) for row in rows] == [Artifact, Artifact, Artifact, Brief, Artifact]


def test_an_id_that_an_earlier_row_was_counted_by_is_taken(read) -> None:
    rows = read("id,product\n,Mug\n,Cup\n0002,Pot\n2,Pan\n0009,Jar\n")
    assert [row.id for row in rows] == ["0001", "0002", "0002@4", "2", "0009"]
    assert "id '0002' is used twice, first at row 2, which has no id and is counted" in rows[2].reason


def test_limit_takes_the_first_rows(read) -> None:
    assert len(read("product\na\nb\nc\n", limit=2)) == 2


def test_unreadable_files_are_named(project: Project, tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("product\n")
    with pytest.raises(BriefError, match=r"item.csv: no such file; did you mean '.*/items.csv'\?"):
        open_rows(tmp_path / "item.csv", project.registry)
    (tmp_path / "items.pdf").write_text("x")
    with pytest.raises(BriefError, match=r"no importer reads '.pdf'; known: .*\.csv"):
        open_rows(tmp_path / "items.pdf", project.registry)
    (tmp_path / "items.xls").write_text("x")
    with pytest.raises(BriefError, match=r"no importer reads '.xls'; save it as .xlsx or .csv; known: "):
        open_rows(tmp_path / "items.xls", project.registry)
    (tmp_path / "items").write_text("x")
    with pytest.raises(BriefError, match="no importer reads files without a suffix; known: "):
        open_rows(tmp_path / "items", project.registry)


def test_a_row_that_leaves_language_open_gets_its_own_or_that_of_most(
    read: Callable[..., list[Brief | Artifact]],
) -> None:
    rows = "product,facts,language\n帽子,羊毛帽保暖,\nHat,,\nCap,,en\n杯子,,\n"
    languages = [one.values["language"] for one in read(rows) if isinstance(one, Brief)]
    assert languages == ["zh", "zh", "en", "zh"]
    told = rows + "Hat,one red band,\n"
    *_, last = [one.values["language"] for one in read(told) if isinstance(one, Brief)]
    assert last == "en", "several words in Latin letters are not Chinese, whatever most rows are"
    languages = [one.values["language"] for one in read(rows, literals={"language": "en"}) if isinstance(one, Brief)]
    assert languages == ["en"] * 4, "it was said"


def test_rows_are_read_as_they_are_asked_for(project: Project, item: ContentType) -> None:
    taken = 0

    def rows() -> Iterator[Row]:
        nonlocal taken
        for taken in range(100_000):
            yield Row(values={"product": "Hat"}, where=f"rows:{taken}")

    briefs = read_briefs(rows(), item, project.environment)
    next(briefs)
    assert taken < 500


def test_an_expression_with_a_constant_that_is_none_is_told_of(read) -> None:
    with pytest.raises(BriefError, match=r"--set product: .*no element 2\.5"):
        read("id\n1\n", literals={"product": "{{ odd if 'ab'[2.5] else id }}"})
