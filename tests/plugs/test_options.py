"""One reader for all options: what fits a declared type, and what is said of what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

from aigc.errors import UsageError
from aigc.plugs.options import Option, Range, options_of, read_options, read_values, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Oven:
    """This is what may be set of an oven."""

    name: str = "oven"
    trays: Annotated[int, Range(1, 4)] = 1
    heat: Annotated[float, Range(0, above=True)] = 180
    fan: bool = False
    light: bool | None = None
    mode: Literal["bake", "grill"] = "bake"
    timer: Literal["short", "long"] | Literal[""] | None = ""
    racks: tuple[int, ...] = ()
    notes: Mapping[str, Any] = None  # type: ignore[assignment]
    size: set[int] | int = 1  # pydantic's


def read(**values: Any) -> Oven:
    return read_options(Oven, values, section="oven", where="shop.yaml:3")


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("trays", 2, 2),
        ("trays", "3", 3),
        ("trays", " 2.0 ", 2),
        ("heat", 200, 200.0),
        ("heat", "1e2", 100.0),
        ("fan", "yes", True),
        ("fan", "Off", False),
        ("fan", 1, True),
        ("light", None, None),
        ("light", "no", False),
        ("mode", "grill", "grill"),
        ("timer", "", ""),
        ("timer", "long", "long"),
        ("timer", None, None),
        ("racks", [1, "2"], (1, 2)),
        ("notes", {"a": [1]}, {"a": [1]}),
        ("size", ["1", 2], {1, 2}),
    ],
)
def test_a_value_or_a_text_that_says_it_is_taken(name: str, value: Any, wanted: Any) -> None:
    found = getattr(read(**{name: value}), name)
    assert (found, type(found)) == (wanted, type(wanted))


def test_a_list_can_be_said_on_a_command_line() -> None:
    words = Option(name="words", annotation=tuple[str, ...])
    assert words.read('[n/a, "a, b",c]', "") == ("n/a", "a, b", "c")
    assert words.read("[]", "") == ()
    assert Option(name="sizes", annotation=list[int]).read("[1, 2]", "") == [1, 2]


def test_a_large_number_keeps_all_its_digits() -> None:
    (seed,) = [Option(name="seed", annotation=int)]
    assert seed.read("12345678901234567891", "") == 12345678901234567891 == seed.read(12345678901234567891, "")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tray": 2}, "oven.tray: no such option; did you mean 'trays'?"),
        ({"trays": "many"}, "oven.trays: 'many' is not a whole number"),
        ({"trays": 1.5}, "oven.trays: 1.5 is not a whole number"),
        ({"trays": True}, "oven.trays: true is not a whole number"),
        ({"trays": None}, "oven.trays: has no value"),
        ({"trays": "0"}, "oven.trays: 0 is not from 1 to 4"),
        ({"heat": 0}, "oven.heat: 0 is not above 0"),
        ({"heat": "nan"}, "oven.heat: 'nan' is not a number"),
        ({"heat": [1]}, "oven.heat: a list is not a number"),
        ({"name": 7}, "oven.name: 7 is not text; put quotes around it"),
        ({"fan": "maybe"}, "oven.fan: 'maybe' is neither true nor false"),
        ({"fan": None}, "oven.fan: has no value"),
        ({"mode": "fry"}, "oven.mode: 'fry' is not one of 'bake', 'grill'"),
        ({"mode": ["bake"]}, "oven.mode: a list is not one of 'bake', 'grill'"),
        ({"timer": "lng"}, "oven.timer: 'lng' is not one of 'short', 'long'; did you mean 'long'?"),
        ({"racks": "1"}, "oven.racks: '1' is not a list; write it as [one, two]"),
        ({"racks": [1, "two"]}, "oven.racks: item 2: 'two' is not a whole number"),
        ({"notes": [1]}, "oven.notes: a list is not a mapping"),
        ({"size": "x"}, "oven.size: Input should be a valid set (got 'x')"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place_and_its_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(**values)
    assert str(caught.value) == f"shop.yaml:3: {message}"


def test_every_option_is_blamed_at_its_own_place() -> None:
    where = {"trays": "shop.yaml:4", "heat": "shop.yaml:5"}
    with pytest.raises(UsageError, match=r"^shop.yaml:5: heat: 'hot' is not a number$"):
        read_values(options_of(Oven), {"trays": 1, "heat": "hot"}, where=where)
    with pytest.raises(UsageError, match=r"^oven.fan: 'x' is neither true nor false$"):
        read_values(options_of(Oven), {"trays": 1, "fan": "x"}, section="oven", where=where)


def test_an_option_without_a_default_has_to_be_set() -> None:
    options = [Option.declared("word", Annotated[str, "a note"]), Option(name="times", annotation=int, default=1)]
    require(options, {"word": "x"}, "a.yaml:3: mentions")
    with pytest.raises(UsageError, match=r"^a.yaml:3: mentions needs the option 'word'"):
        require(options, {"times": 2}, "a.yaml:3: mentions")


@pytest.mark.parametrize(
    ("bounds", "text", "inside", "outside"),
    [
        (Range(1), "at least 1", [1, 9], [0]),
        (Range(most=3), "at most 3", [-9, 3], [4]),
        (Range(0, 1), "from 0 to 1", [0, 1], [-0.1, 1.1]),
        (Range(0, above=True), "above 0", [0.1], [0]),
        (Range(0, 1, above=True), "above 0 and at most 1", [1], [0, 2]),
        (Range(), "", [-1e9, 1e9], []),
    ],
)
def test_bounds(bounds: Range, text: str, inside: list[float], outside: list[float]) -> None:
    assert str(bounds) == text
    assert all(number in bounds for number in inside) and not any(number in bounds for number in outside)
