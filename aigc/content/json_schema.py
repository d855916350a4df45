"""What a content type takes and gives, as JSON Schema: for programs that ask for pieces or read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aigc.content.content_type import ContentType, Schema
from aigc.content.schema import required
from aigc.content.type_keys import CHECKS_ONLY, EXPORT_ONLY, FROM_SOURCES
from aigc.content.walk import closed_object, inner_words
from aigc.types import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OURS = frozenset(
    {"from", "fallback", EXPORT_ONLY, CHECKS_ONLY, FROM_SOURCES}
)  # how a field comes about, and who sees it, is no property of its value


def input_schema(content_type: ContentType) -> dict[str, Json]:
    """Return the JSON Schema of a brief."""
    return _document(content_type.brief, required(content_type.brief))


def output_schema(content_type: ContentType) -> dict[str, Json]:
    """Return the JSON Schema of an artifact's fields. A platform's own counting stands under `x-limit`."""
    return _document(content_type.output, list(content_type.output))


def _document(fields: Mapping[str, Schema], needed: Sequence[str]) -> dict[str, Json]:
    return {"$schema": DIALECT, **closed_object({name: _pure(schema) for name, schema in fields.items()}, needed)}


def _pure(schema: Schema) -> dict[str, Json]:
    """Return a schema in the words of JSON Schema alone, in their order."""
    words = {"x-limit" if word == "limit" else word: value for word, value in schema.items() if word not in OURS}
    return words | inner_words(schema, _pure)
