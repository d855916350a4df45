"""The value of an expression over a row's cells. What is unknown leaves no half of a value behind: "{{ price }} €" is
unknown where the price is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aigc.asking.notes import stands_in
from aigc.content import evaluate
from aigc.content.environment import TemplateEnvironment
from aigc.content.numbers import is_currency
from aigc.errors import BriefError, ContentTypeError
from aigc.types import Json, Row

NUMBER_FILTER = re.compile(r"\|\s*(?:number|money|float|int)\b")
NAMED = 3  # columns
SHOWN = 60  # characters of a cell
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


def computed_inputs(
    expressions: Mapping[str, str],
    row: Row,
    known: Mapping[str, Json],
    feeding: Mapping[str, str],
    environment: TemplateEnvironment,
) -> dict[str, Json]:
    """Return what expressions over a row give, by the inputs that they are for; `feeding` is input → column. BriefError
    names the row, the input, and the columns that are at fault, with what they hold."""
    found: dict[str, Json] = {}
    for name, text in expressions.items():
        try:
            found[name] = computed(text, known, environment)
        except ContentTypeError as error:
            cells = _at_fault(text, row, feeding, error.message)
            raise BriefError(f"{row.where}: {name}: {error.message}{cells}", hint=error.hint) from None
    return found


def _at_fault(text: str, row: Row, feeding: Mapping[str, str], message: str) -> str:
    """Name the columns that an expression is about: those whose cells a message quotes, else all, with their cells."""
    inputs = {column for name, column in feeding.items() if stands_in(name, text)}
    named = [one for one, value in row.values.items() if one in inputs or stands_in(one, text)]
    quoted = [one for one in named if row.values[one] not in (None, "") and repr(row.values[one]) in message]
    if quoted:
        return f" (column {', '.join(map(repr, quoted[:NAMED]))})"
    held = (f"{one!r} is {_shown(row.values[one])}" for one in named[:NAMED])
    return f" (column {', '.join(held)})" if named else ""


def _shown(value: Json) -> str:
    if value in (None, ""):
        return "empty"
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _is_rest(value: str, text: str) -> bool:
    """Say whether a value is but what stands around the expressions of a text, and nothing without these: a sign or a
    currency, or what is written beside a number."""
    if "{%" in text or not (rest := OUTPUT.sub("", text).split()) or value.split() != rest:
        return False
    return bool(NUMBER_FILTER.search(text)) or all(is_currency(one) or not any(map(str.isalnum, one)) for one in rest)
