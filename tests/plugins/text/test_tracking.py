"""UTM parameters come once, and leave the rest of an address as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc_plugins.text.tracking import utm


@pytest.mark.parametrize(
    ("address", "tracked"),
    [
        ("https://e.com", "https://e.com?utm_source=mail&utm_medium=e-mail&utm_campaign=spring_sale"),
        (
            "https://e.com/a?x=1#end",
            "https://e.com/a?x=1&utm_source=mail&utm_medium=e-mail&utm_campaign=spring_sale#end",
        ),
        ("https://e.com?UTM_Source=ads", "https://e.com?UTM_Source=ads&utm_medium=e-mail&utm_campaign=spring_sale"),
        ("mailto:a@e.com", "mailto:a@e.com"),
        ("See https://e.com", "See https://e.com"),
        ("", ""),
    ],
)
def test_an_address_is_tracked(address: str, tracked: str) -> None:
    assert utm(address, source="Mail", medium="e-mail", campaign="Spring Sale") == tracked


def test_values_are_escaped_and_those_of_ad_platforms_kept() -> None:
    assert utm("https://e.com", source="a&b", medium="春", term="{keyword}") == (
        "https://e.com?utm_source=a%26b&utm_medium=%E6%98%A5&utm_term={keyword}"
    )


@given(st.from_regex(r"https://e\.com/[a-z]{0,5}(\?[a-z]=[a-z0-9]{0,3})?(#[a-z]{1,3})?", fullmatch=True))
def test_twice_is_once(address: str) -> None:
    once = utm(address, source="x", medium="y")
    assert utm(once, source="x", medium="y") == once != address
