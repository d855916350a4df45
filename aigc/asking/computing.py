"""The value of an expression over a row's cells. What is unknown leaves no half of a value behind: "{{ price }} €" is
unknown where the price is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aigc.content import evaluate
from aigc.content.environment import TemplateEnvironment
from aigc.content.numbers import is_currency
from aigc.types import Json

NUMBER_FILTER = re.compile(r"\|\s*(?:number|money|float|int)\b")
OUTPUT = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def is_expression(value: Json) -> bool:
    """Say whether a value is computed from others."""
    return isinstance(value, str) and "{{" in value


def computed(text: str, known: Mapping[str, Json], environment: TemplateEnvironment) -> Json:
    """Return the value of an expression, a list without its empty items. ContentTypeError where it has none."""
    value = evaluate(environment, text, known)
    if isinstance(value, list):
        return [item for item in value if item not in (None, "")]
    return None if isinstance(value, str) and _is_rest(value, text) else value


def _is_rest(value: str, text: str) -> bool:
    """Say whether a value is but what stands around the expressions of a text, and nothing without these: a sign or a
    currency, or what is written beside a number."""
    if "{%" in text or not (rest := OUTPUT.sub("", text).split()) or value.split() != rest:
        return False
    return bool(NUMBER_FILTER.search(text)) or all(is_currency(one) or not any(map(str.isalnum, one)) for one in rest)
