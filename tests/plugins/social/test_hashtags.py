"""A hashtag in its platform's form."""

from __future__ import annotations

import pytest

from aigc_plugins.social.hashtags import hashtag_form


@pytest.mark.parametrize(
    ("text", "form", "tag"),
    [
        ("rain boots", "#{tag}", "#RainBoots"),
        ("#RainBoots", "#{tag}", "#RainBoots"),
        ("雨靴", "#{tag}#", "#雨靴#"),
        ("#雨靴#", "#{tag}#", "#雨靴#"),
        ("2026", "#{tag}", "2026"),
        ("!", "#{tag}", "!"),
    ],
)
def test_a_tag_has_its_form(text: str, form: str, tag: str) -> None:
    assert hashtag_form(text, form=form) == tag
