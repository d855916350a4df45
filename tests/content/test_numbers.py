"""Numbers as people write them, alone and as filters of an expression."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.content import evaluate
from aigc.content.environment import make_environment
from aigc.content.numbers import decimal_mark, read_money, read_number
from aigc.errors import ContentTypeError


def shown(expression: str, **values: Any) -> Any:
    return evaluate(make_environment(), expression, values)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("29,90 €", 29.9),
        ("$1,299.00", 1299),
        ("1 299,00 kr", 1299),
        ("1\u00a0299,00\u202f€", 1299),
        ("1.299,00 EUR", 1299),
        ("CHF 1'299.50", 1299.5),
        ("1’299.–", 1299),
        ("29,-", 29),
        ("１２００", 1200),
        ("￥１，２９９．００", 1299),
        ("₹12,50,000", 1250000),
        ("R$ 1.299.000,5", 1299000.5),
        ("−3,50 zł", -3.5),
        ("٣٫٥", 3.5),
        ("0,299", 0.299),
        ("1299,000", 1299),
    ],
)
def test_one_reading_needs_no_locale(text: str, amount: float) -> None:
    assert read_number(text) == amount and read_money(text) == amount


@pytest.mark.parametrize("text", ["", "abc", "IP67", "3k", "5 M", "3万", "2 x 30 g", "10-20", "12-pack", "1.2.3"])
@pytest.mark.parametrize("read", [read_number, read_money])
def test_what_is_not_one_number_is_refused(read: Any, text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        read(text)


@pytest.mark.parametrize("text", ["1,23,45", "12 34", "1,2,3", "1.299 00", "1 29,90.5", "1234.567.890"])
def test_digits_that_are_not_grouped_as_those_of_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="not grouped"):
        read_number(text, usual="en")


@pytest.mark.parametrize(("text", "number"), [("18.0 mpg", 18), ("15 %", 15), ("3,5 km/h", 3.5), ("-2 °C", -2)])
def test_a_number_may_have_one_unit_and_an_amount_none(text: str, number: float) -> None:
    assert read_number(text) == number
    with pytest.raises(ValueError, match="is no amount of money"):
        read_money(text)


def test_a_number_with_two_readings_is_read_by_its_locale_or_not_at_all() -> None:
    assert read_number("1,299", usual="en") == read_number("1.299", "de-DE") == 1299
    assert read_number("1,299", usual="de") == read_number("1.299", "de_CH", usual="de") == 1.299
    with pytest.raises(ValueError, match=r"'1,299' could be 1299 or 1\.299; say how"):
        read_number("1,299", usual="xx")
    with pytest.raises(ValueError, match="nothing is known of how 'xx' writes numbers"):
        read_number("1,299", "xx")


def test_an_amount_has_no_three_decimals() -> None:
    assert read_money("1,299") == read_money("1.299 €") == read_money("1.299 €", usual="de") == 1299
    with pytest.raises(ValueError, match=r"say how it is written, as in money\(locale='de'\)"):
        read_money("1.299 €", usual="en")
    assert read_money("1.299 €", locale="en") == 1.299


def test_an_amount_in_another_currency_is_refused() -> None:
    assert read_money("29,90 €", "EUR") == read_money("29,90", "€") == 29.9
    assert read_money("29 kr", "SEK") == read_money("29 kr", "NOK") == 29
    for currency in ("€", "nok"):
        with pytest.raises(ValueError, match=r"'\$24\.50' is not in "):
            read_money("$24.50", currency)
    with pytest.raises(ValueError, match="'Taler' is no currency"):
        read_money("29", "Taler")


MARKS = [(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("’", ","), ("", ","), ("", ".")]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 10**12),
    st.integers(0, 99),
    st.sampled_from(MARKS),
)
def test_what_a_locale_writes_is_read_back(whole: int, cents: int, marks: tuple[str, str]) -> None:
    group, decimal = marks
    text = f"{whole:,}".replace(",", group) + f"{decimal}{cents:02}"
    assert read_number(text) == read_money(f"{text} €") == float(f"{whole}.{cents:02}")


def test_locales() -> None:
    assert [decimal_mark(code) for code in ("de", "de-AT", "de_CH", "EN-za", "zh-Hans", "tlh", "")] == [
        *(",", ",", ".", ",", "."),
        *("", ""),
    ]


def test_the_filters_read_by_the_language_at_hand() -> None:
    assert shown("{{ (cost | money * 0.9) | round(2) }} €", cost="29,90 €") == "26.91 €"
    assert shown("weight | number", weight="1,299", language="de") == 1.299
    assert shown("weight | number", weight="1,299", language="de", locale="en-GB") == 1299
    assert shown("weight | number('de')", weight="1,299", language="en") == 1.299
    assert shown("weight | number", weight=None) is None and shown("weight | money", weight=" ") is None
    assert shown("weight | number", weight=2.5) == 2.5
    with pytest.raises(ContentTypeError, match=r"cost \| money\('€'\).*'\$24.50' is not in €"):
        shown("cost | money('€')", cost="$24.50")


def test_float_and_int_read_them_too_and_never_give_0_for_what_is_no_number() -> None:
    assert shown("x | float", x="29,90 €") == 29.9 and shown("x | int", x="１２００,5") == 1200
    assert shown("x | int(base=16)", x="1F") == 31
    assert shown("x | float(0)", x="soon") == 0 and shown("x | int(default=3)", x=None) == 3
    for text in ("soon", None, "3k"):
        for name in ("float", "int"):
            with pytest.raises(ContentTypeError, match="is no number"):
                shown(f"x | {name}", x=text)


def test_a_fraction_is_not_the_number_before_it() -> None:
    for text in ("1½", "1½ kg", "½"):
        with pytest.raises(ValueError, match="is no number"):
            read_number(text)
    assert read_number("5 m²") == 5


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("{{ price * 2 }}", "'29,90 €' is a text; `| number` or `| money` makes a number of one"),
        ("{{ 0.9 * price }}", "'29,90 €' is a text"),
        ("{{ price + 5 }}", "'29,90 €' is a text"),
        ("{{ plain + more }}", "'29.90' and '5' are texts; .* and ~ joins texts"),
        ("{{ words * 0.9 }}", "a text stands where a number is wanted"),
        ("{{ price > 20 }}", "a text stands where a number is wanted"),
        ("{{ nothing * 2 }}", "a value is unknown"),
    ],
)
def test_a_text_is_not_reckoned_with(expression: str, told: str) -> None:
    values = {"price": "29,90 €", "plain": "29.90", "more": "5", "words": "on request", "nothing": None}
    with pytest.raises(ContentTypeError, match=told):
        shown(expression, **values)


def test_texts_are_still_texts() -> None:
    assert shown("{{ '-' * 3 }}") == "---"
    assert shown("{{ a + b }}", a="Mug ", b="no. 5") == "Mug no. 5"
    assert shown("{{ '%s of 5' % a }}", a=3) == "3 of 5"
    assert shown("{{ a ~ b }}", a="29.90", b="5") == "29.905"


@pytest.mark.parametrize(
    "expression",
    ["{{ '%*d' | format(10**10, 1) }}", "{{ '%.*f' | format(10**9, 1.5) }}", "{{ '%.999999999f' | format(1.5) }}"],
)
def test_no_number_is_written_wider_than_anything_may_be(expression: str) -> None:
    with pytest.raises(ContentTypeError, match=r"makes 1[\d,]+ characters, at most 10,000,000"):
        shown(expression)
    with pytest.raises(ContentTypeError, match="round to 1000000000 digits, at most 400"):
        shown("{{ 1.5 | round(10**9) }}")


def test_what_is_unknown_makes_unknown_what_is_reckoned_with_it_over_a_row() -> None:
    rows = make_environment().over_rows()
    for expression in (
        "{{ (a | money) * 2 }}",
        "{{ '%.2f €' | format(a | money) }}",
        "{{ (a | number + 1) | round(2) }}",
    ):
        assert evaluate(rows, expression, {"a": None}) is None
        assert evaluate(rows, expression, {"a": "2"}) is not None
    with pytest.raises(ContentTypeError, match="a value is unknown"):
        evaluate(rows, "{{ a + ['one'] }}", {"a": None})
