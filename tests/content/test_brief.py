from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.content import ContentType, brief_values
from aigc.content.brief import coerced
from aigc.content.schema import problems
from aigc.content.yaml_lines import parse_yaml
from aigc.errors import BriefError

INPUTS: dict[str, dict[str, Any]] = {
    "product": {"type": "string", "minLength": 2, "maxLength": 80},
    "price": {"type": "number", "minimum": 0, "maximum": 1000, "default": None},
    "stock": {"type": "integer", "default": 1},
    "organic": {"type": "boolean", "default": False},
    "facts": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 3, "default": []},
    "sizes": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "default": None},
    "url": {"type": "string", "format": "uri", "default": None},
    "until": {"type": "string", "format": "date", "default": None},
    "sku": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$", "default": None},
    "faq": {"type": "object", "properties": {"q": {"type": "string"}, "n": {"type": "integer"}}, "default": None},
    "language": {"type": "string", "enum": ["en", "zh"], "default": "en"},
}
TYPE = ContentType(
    name="shop/line", version=1, summary="Lines.", brief=INPUTS, stages=(), output={"text": {}}, composed=False
)
DEFAULTS = {name: schema.get("default") for name, schema in INPUTS.items()}


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def read(**raw: Any) -> dict[str, Any]:
    return brief_values(TYPE, {"product": "Mug", **raw}, where="row.csv:3")


def refusal(**raw: Any) -> str:
    with pytest.raises(BriefError) as caught:
        read(**raw)
    return str(caught.value)


def test_defaults_fill_in_and_order_is_the_declared_one() -> None:
    values = brief_values(TYPE, {"language": "zh", "product": "Mug"}, where="here")
    assert values == {**DEFAULTS, "product": "Mug", "language": "zh"}
    assert list(values) == list(INPUTS)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"product": "  Cafe\u0301  "}, "Caf\u00e9"),
        ({"price": "12"}, 12),
        ({"price": "1,250.50"}, None),
        ({"price": "12.50"}, 12.5),
        ({"price": " "}, None),
        ({"price": None}, None),
        ({"price": float("nan")}, None),
        ({"stock": "3.0"}, 3),
        ({"stock": 3.0}, 3),
        ({"stock": ""}, 1),
        ({"organic": "Yes"}, True),
        ({"organic": "0"}, False),
        ({"organic": "否"}, False),
        ({"facts": "light; washable ;; "}, ["light", "washable"]),
        ({"facts": "容量0.9升；细长壶嘴"}, ["容量0.9升", "细长壶嘴"]),
        ({"facts": [" light ", "", None]}, ["light"]),
        ({"facts": "one fact"}, ["one fact"]),
        ({"facts": "light\r\nwashable;\n\n warm \n"}, ["light", "washable", "warm"]),
        ({"facts": " ; "}, []),
        ({"sizes": "36; 38"}, [36, 38]),
        ({"product": 3.0}, None),
        ({"product": 1984}, "1984"),
        ({"faq": {"q": " Why? ", "n": "3"}}, {"q": "Why?", "n": 3}),
        ({"url": "https://例子.cn/a?b=1"}, "https://例子.cn/a?b=1"),
        ({"until": "2026-02-28"}, "2026-02-28"),
    ],
)
def test_cells_become_what_the_schema_says(raw: dict[str, Any], value: Any) -> None:
    (name,) = raw
    if raw == {"price": "1,250.50"}:
        assert "price is 1250.5, at most 1000" in refusal(**raw)
    elif raw == {"product": 3.0}:
        assert "product has 1 character, at least 2" in refusal(**raw)
    else:
        found = read(**raw)[name]
        assert found == value
        assert type(found) is type(value)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"prodct": "Mug"}, "row.csv:3: unknown input 'prodct'; did you mean 'product'?"),
        ({"product": ""}, "row.csv:3: product is missing"),
        ({"product": "x" * 95}, "row.csv:3: product has 95 characters, at most 80"),
        ({"product": "x"}, "row.csv:3: product has 1 character, at least 2"),
        ({"price": "cheap"}, "row.csv:3: price must be a number, not 'cheap'"),
        ({"price": "12 kg"}, "row.csv:3: price must be a number, not '12 kg'"),
        ({"price": -1}, "row.csv:3: price is -1, at least 0"),
        ({"price": True}, "row.csv:3: price must be a number, not true"),
        ({"stock": "2.5"}, "row.csv:3: stock must be a whole number, not 2.5"),
        ({"organic": "perhaps"}, "row.csv:3: organic must be true or false, not 'perhaps'"),
        ({"facts": "a;b;c;d"}, "row.csv:3: facts has 4 items, at most 3"),
        ({"facts": ["x" * 21]}, "row.csv:3: facts[0] has 21 characters, at most 20"),
        ({"facts": True}, "row.csv:3: facts must be a list, not true"),
        ({"sizes": "36"}, "row.csv:3: sizes has 1 item, at least 2"),
        (
            {"url": "ftp://x.y"},
            "row.csv:3: url is 'ftp://x.y', which is no web address; it starts with https:// or http://",
        ),
        (
            {"url": "http://["},
            "row.csv:3: url is 'http://[', which is no web address; its host has no name that could be one",
        ),
        (
            {"url": "https://x.y/a b"},
            "row.csv:3: url is 'https://x.y/a b', which is no web address; it has white space",
        ),
        ({"url": "https://x.y\\a"}, "row.csv:3: url is 'https://x.y\\\\a', which is no web address; it has '\\\\'"),
        ({"until": "2026-02-30"}, "row.csv:3: until is '2026-02-30', which is no date; write it as 2026-12-31"),
        ({"until": "20260228"}, "row.csv:3: until is '20260228', which is no date; write it as 2026-12-31"),
        ({"sku": "a1"}, "row.csv:3: sku is 'a1', which does not match '^[A-Z]{2}[0-9]+$'"),
        ({"language": "fr"}, "row.csv:3: language is 'fr', not one of en, zh"),
        ({"language": "zhh"}, "row.csv:3: language is 'zhh', not one of en, zh; did you mean 'zh'?"),
        ({"faq": {"q": "Why?"}}, "row.csv:3: faq lacks 'n'"),
        ({"faq": {"q": "Why?", "n": 1, "m": 2}}, "row.csv:3: faq has the unknown key 'm'; known: n, q"),
    ],
)
def test_what_is_wrong_is_said_with_both_numbers(raw: dict[str, Any], message: str) -> None:
    assert refusal(**raw) == message


@pytest.mark.parametrize("host", [".com", "x..y", "x.y,https://z.y", ""])
def test_a_host_has_a_name(host: str) -> None:
    assert refusal(url=f"https://{host}").endswith("its host has no name that could be one")


@pytest.mark.parametrize(
    "link", ["https://x", "http://localhost:80/", "https://[::1]/a", "https://x.y./?a=1,2", "HTTPS://X.Y"]
)
def test_a_web_address(link: str) -> None:
    assert read(url=link)["url"] == link


def test_a_number_in_a_list_s_cell_is_its_item() -> None:
    assert read(facts=350)["facts"] == ["350"]
    (as_written,) = parse_yaml(b"facts: 2.50", "job.yaml", as_written=True).root.value.values()
    assert read(facts=as_written)["facts"] == ["2.50"]


def test_all_of_a_rows_problems_are_one_message() -> None:
    said = refusal(product="x", price="cheap", stock="2.5", language="fr", until="soon")
    assert said.startswith("row.csv:3: product has 1 character, at least 2; price must be a number, not 'cheap'; stock")
    assert said.endswith("; and 2 more")


@given(st.sampled_from(list(INPUTS)), st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.none())
def test_any_cell_is_a_valid_value_or_a_brief_error(name: str, cell: Any) -> None:
    try:
        values = brief_values(TYPE, {"product": "Mug", name: cell}, where="w")
    except BriefError as error:
        assert str(error).startswith("w: ")
    else:
        assert values[name] == INPUTS[name].get("default") or not list(problems(INPUTS[name], values[name], name))
        assert coerced(INPUTS[name], values[name]) in (values[name], None)


def test_half_a_character_is_no_text() -> None:
    for schema, value in (({"type": "string"}, "a\ud83d"), ({"type": "array"}, ["a", "\ud83d"]), ({}, {"\ud83d": 1})):
        (found,) = problems(schema, value, "product")
        assert found.startswith("product holds half a character (U+D83D at ")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("inf"), "price holds a number without end, which JSON has not"),
        ({"a": [1, float("nan")]}, "price holds a number without end, which JSON has not"),
        (7**400, "price is a number of more than 300 digits"),
        (nested(500), "price is nested more than 100 deep"),
    ],
)
def test_what_no_file_could_hold_is_no_value(value: Any, told: str) -> None:
    for kind in ("number", "integer", "object", "array"):
        assert list(problems({"type": kind}, value, "price")) == [told]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"product": "Mug \ud83d"}, "product has half a character"),
        ({"faq": {"q": [[[["\ud83d"]]]]}}, "faq has half a character"),
        ({"stock": 10**400}, "stock is a number of more than 300 digits"),
        ({"price": -(10**400)}, "price is a number of more than 300 digits"),
        ({"facts": nested(500)}, "facts is nested more than 100 deep"),
        ({"faq": {"q": nested(50_000)}}, "faq is nested more than 100 deep"),
    ],
)
def test_what_nothing_can_hold_is_no_input(raw: dict[str, Any], reason: str) -> None:
    with pytest.raises(BriefError) as caught:
        read(**raw)
    assert str(caught.value).endswith(f": {reason}")


def test_control_characters_are_taken_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    values = brief_values(TYPE, {"product": "\x1b[2JMug\x07", "facts": ["a\u202eb", "c\r\nd"]}, where="inputs")
    assert (values["product"], values["facts"]) == ("[2JMug", ["ab", "c\nd"])
    assert "inputs: control characters were taken out of 'product', 'facts'" in caplog.text
    caplog.clear()
    assert brief_values(TYPE, {"product": "Mug\r\n\u200d"}, where="inputs")["product"] == "Mug\n\u200d"
    assert not caplog.text
