"""Which language a brief wants, and whether a model knows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aigc.models import Catalogue, smallest_that_knows, unknown_language

CATALOGUE = Catalogue.load()


@pytest.mark.parametrize(
    ("languages", "values", "unknown"),
    [
        (["en"], {"language": "zh", "product": "Mug"}, "zh"),
        (["en"], {"language": "zh-TW"}, "zh"),
        (["en", "zh"], {"language": "zh", "product": "杯子"}, ""),
        (["en"], {"language": "en", "product": "折叠电动自行车", "facts": ["续航40公里"]}, "zh"),
        (["en"], {"product": "Longjing tea 龙井 in a tin"}, ""),
        (["ja", "en"], {"product": "折叠"}, ""),
        (["zh"], {"product": "コーヒーカップ"}, "ja"),
        (["en"], {"product": "Кружка", "price": 3, "tags": None}, "ru"),
        (["en"], {"product": "Crème brûlée", "language": "plain English"}, ""),
        (["en"], {"price": "50 €"}, ""),
        (["en"], {"product": "—"}, ""),
        (["en"], {"product": "帽子", "url": "https://shop.example.com/hats/wool"}, "zh"),
        (["en"], {"product": "见www.example.com/hats，羊毛帽"}, "zh"),
        (["en"], {"url": "https://example.com/帽"}, "zh"),
    ],
)
def test_a_language_the_model_does_not_know(languages: list[str], values: dict[str, Any], unknown: str) -> None:
    model = replace(CATALOGUE.get("smollm2-135m"), languages=tuple(languages))
    assert unknown_language(model, values) == unknown


def test_the_smallest_model_that_knows_a_language_is_one_anybody_may_fetch() -> None:
    assert smallest_that_knows("zh", CATALOGUE) == "qwen2.5-0.5b" and smallest_that_knows("xx", CATALOGUE) == ""
    assert smallest_that_knows("nl", CATALOGUE).startswith("gemma"), "where no other does"
