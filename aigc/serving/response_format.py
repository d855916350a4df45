"""`response_format`: which texts may be an answer. What cannot be held is refused, never left to chance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aigc.serving.refusals import Refusal
from aigc.types import Grammar, Json

if TYPE_CHECKING:
    from aigc.serving.chat_wire import ResponseFormat

ANY_OBJECT = {"type": "object"}


def grammar_of(format_: ResponseFormat | None) -> Grammar | None:
    """Return the grammar of a response format; None where any text will do."""
    if format_ is None or format_.type == "text":
        return None
    if format_.type == "json_object":
        return schema_grammar(ANY_OBJECT)
    schema = (format_.json_schema or {}).get("schema")
    if not isinstance(schema, dict):
        where = "response_format.json_schema.schema"
        raise Refusal(400, f"{where}: is missing, a JSON Schema", param=where, code="invalid_value")
    return schema_grammar(schema)


def schema_grammar(schema: Json) -> Grammar:
    """Return the grammar of a JSON Schema; one that cannot be held fails when the model is asked."""
    return Grammar(kind="json", source=json.dumps(schema, sort_keys=True, separators=(",", ":")))
