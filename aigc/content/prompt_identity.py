"""Whether the prompts of a content type are still what they were: a hash of what decides them, and of nothing else.

Every stage is rendered for briefs that are made of the inputs' own schemas, so that checks, examples to test and texts
of help count nothing: once with all inputs, once with those that have to be given, and once more for each further word
that an input may be. Templates may look at an input, an item or an earlier stage in ways that no made-up value fits;
then what counts are the templates' texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from jinja2 import TemplateError, meta

from aigc.content.content_type import ContentType, Schema, Stage, told_inputs
from aigc.content.demands import VOICE
from aigc.content.environment import TemplateEnvironment
from aigc.content.prompt import evaluate, render_prompt
from aigc.content.walk import item_schema, properties
from aigc.errors import ContentTypeError
from aigc.types import Json

LANGUAGE = "language"


def prompt_hash(environment: TemplateEnvironment, content_type: ContentType) -> str:
    """Return the SHA-256, in hex, of what decides a content type's prompts: templates, shots, globals and filters.

    That of `content_type.without_shots()` does not depend on shots.
    """
    briefs = list(_briefs(content_type))
    parts = [_stage_parts(environment, content_type, stage, briefs) for stage in content_type.stages]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _stage_parts(
    environment: TemplateEnvironment, content_type: ContentType, stage: Stage, briefs: list[dict[str, Json]]
) -> list[Json]:
    try:
        rendered = [_rendered(environment, content_type, stage, values, "") for values in briefs]
        return [*rendered, _rendered(environment, content_type, stage, briefs[0], "avoid")]
    except ContentTypeError:
        shots = [[shot.brief, shot.item, shot.output] for shot in stage.shots]
        return [stage.chat, shots, *_texts(environment, stage.template)]


def _rendered(
    environment: TemplateEnvironment, content_type: ContentType, stage: Stage, values: dict[str, Json], avoid: str
) -> Json:
    """Render a stage as messages; ContentTypeError where that takes values as no schema describes them."""
    stages: dict[str, Json] = {}
    for earlier in content_type.stages[: content_type.stages.index(stage)]:
        fields = {name: _made_up(name, words) for name, words in earlier.output.items()}
        one = earlier.name if earlier.single else fields
        stages[earlier.name] = [one] if earlier.foreach else one
    item = None
    if stage.foreach:
        items = evaluate(environment, stage.foreach, {**values, "stages": stages})
        shown = [shot.item for shot in stage.shots]  # fits where nothing comes of made-up values
        item = next(iter([*(items if isinstance(items, list) else ()), *shown]), None)
    prompt = render_prompt(environment, stage, values, item=item, index=0, stages=stages, avoid=avoid)
    return [prompt.chat, [[message.role, message.content] for message in prompt.messages]]


def _briefs(content_type: ContentType) -> Iterator[dict[str, Json]]:
    """Yield the values of the briefs that are rendered, those with all inputs first."""
    voices = list(content_type.demands.voices)
    inputs = {**told_inputs(content_type.brief), **({VOICE: {"enum": voices}} if voices else {})}
    full = {name: _made_up(name, schema) for name, schema in inputs.items()}
    yield full
    yield {name: schema["default"] if "default" in schema else full[name] for name, schema in inputs.items()}
    shown = [shot.brief.get(LANGUAGE) for stage in content_type.stages for shot in stage.shots]
    for name, schema in inputs.items():
        words = [*schema.get("enum", ()), *([False] if schema.get("type") == "boolean" else [])]
        words += [language for language in dict.fromkeys(shown) if name == LANGUAGE and language and not words]
        yield from ({**full, name: word} for word in words if word != full[name])


def _made_up(name: str, schema: Schema) -> Json:
    """Return a value that a schema describes: a text is the input's own name."""
    if schema.get("enum"):
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "array":
        return [_made_up(name, item_schema(schema)) for _ in range(max(1, int(schema.get("minItems", 1))))]
    if kind == "object":
        return {inside: _made_up(inside, words) for inside, words in properties(schema).items()}
    if kind == "boolean":
        return True
    if kind in ("number", "integer"):
        return schema.get("minimum", 1)
    return {"uri": f"https://example.com/{name}", "date": "2000-01-01", "email": f"{name}@example.com"}.get(
        str(schema.get("format")), name
    )


def _texts(environment: TemplateEnvironment, template: str) -> Iterator[str]:
    """Yield the texts of a template and of all that it builds on."""
    waiting, seen = [template], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        assert environment.loader is not None
        try:
            text = environment.loader.get_source(environment, name)[0]
            named = [one for one in meta.find_referenced_templates(environment.parse(text)) if one]
        except TemplateError:  # as when the content type was loaded, or the prompt could not be rendered anyway
            continue
        yield text
        waiting += [environment.join_path(one, name) for one in named]
