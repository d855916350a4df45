"""`response_format`: which texts may be an answer. What cannot be held is refused, never left to chance."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from aigc.serving.wire import Body
from aigc.types import Grammar, Json

ANY_OBJECT = {"type": "object"}


class FreeText(Body):
    type: Literal["text"]


class AnyObject(Body):
    type: Literal["json_object"]


class NamedSchema(Body):
    """This is a JSON Schema as chats have it: within `json_schema`."""

    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class HeldObject(Body):
    type: Literal["json_schema"]
    json_schema: NamedSchema


class FlatSchema(NamedSchema):
    """This is a JSON Schema as responses have it: beside `type`."""

    type: Literal["json_schema"]
    name: str = "answer"


ResponseFormat: TypeAlias = Annotated[FreeText | AnyObject | HeldObject, Field(discriminator="type")]
TextFormat: TypeAlias = Annotated[FreeText | AnyObject | FlatSchema, Field(discriminator="type")]


def grammar_of(format_: FreeText | AnyObject | HeldObject | FlatSchema | None) -> Grammar | None:
    """Return the grammar of a response format; None where any text will do."""
    if format_ is None or isinstance(format_, FreeText):
        return None
    if isinstance(format_, AnyObject):
        return schema_grammar(ANY_OBJECT)
    return schema_grammar(format_.json_schema.schema_ if isinstance(format_, HeldObject) else format_.schema_)


def schema_grammar(schema: Json) -> Grammar:
    """Return the grammar of a JSON Schema; one that cannot be held fails when the model is asked."""
    return Grammar(kind="json", source=json.dumps(schema, sort_keys=True, separators=(",", ":")))
