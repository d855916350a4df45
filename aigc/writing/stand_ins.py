"""What stands for the results of stages that have not run, so that later stages can be looked at before anything is."""

from __future__ import annotations

from aigc.content import ContentType, Stage
from aigc.content.content_type import Schema
from aigc.content.walk import item_schema, properties
from aigc.types import Json

STAND_IN = "something that an earlier stage writes, about as long as this"
ITEMS = 4  # of a list that an earlier stage writes


def stand_ins(content_type: ContentType) -> dict[str, Json]:
    """Return stage → one result as it may be."""
    return {stage.name: _stand_in(stage) for stage in content_type.stages}


def _stand_in(stage: Stage) -> Json:
    """Return what stands for one result of a stage: its first example's, else something of its shape."""
    for shot in stage.shots:
        return shot.output
    if stage.single:
        return STAND_IN
    return {name: _of_shape(schema) for name, schema in stage.output.items()}


def _of_shape(schema: Schema) -> Json:
    if schema.get("enum"):
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "array":
        many = min(max(ITEMS, int(schema.get("minItems", 0))), int(schema.get("maxItems", ITEMS)))
        return [_of_shape(item_schema(schema))] * many
    if kind == "object":
        return {name: _of_shape(inside) for name, inside in properties(schema).items()}
    return {"integer": 1, "number": 1.0, "boolean": True}.get(str(kind), STAND_IN)
