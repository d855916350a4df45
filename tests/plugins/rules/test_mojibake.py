"""A text that was read in the wrong encoding, and what the message says where its file was garbled already."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aigc.types import Field
from aigc_plugins.rules.garbled import no_mojibake

GARBLED = ["hÃ¤lt warm", "MaramorÃÂla", "GRÃƒÂ–SSE", "itâ€™s warm", "a â€œquoteâ€\x9d", "5 â‚¬", "20 Â°C"]


@pytest.mark.parametrize("text", GARBLED)
def test_what_was_garbled_before_is_told_with_a_remedy(field: Callable[..., Field], text: str) -> None:
    (own,) = no_mojibake(text, field({"product": "Mug"}))
    assert own.message.endswith("read in the wrong encoding"), "the model's own fault"
    for given in (field({"product": "Mug", "facts": [text]}), field({"product": "Mug"}, item=text)):
        (told,) = no_mojibake(text.upper() if "Ã¤" in text else text, given)
        assert "so has the brief" in told.message and "save it as UTF-8" in told.message


@pytest.mark.parametrize(
    "text", ["hält warm", "it’s 5 €", "20 °C", "São Paulo", "CRÈME BRÛLÉE, naïve", "à la carte", "保温"]
)
def test_what_is_sound_passes(field: Callable[..., Field], text: str) -> None:
    assert not list(no_mojibake(text, field({"product": text})))
