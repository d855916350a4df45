"""WHAT to write: content types, prompt rendering, schema words, measures.

One YAML file and its Jinja templates become a validated `ContentType`; a brief's values become a `Prompt`; an output
schema becomes a `Grammar`, and JSON Schema for programs; a text is counted the way a platform counts. Values are walked
together with their schemas in `walk`. Everything wrong is said at load, as `file:line: message; did you mean …?`.

Knows: YAML, Jinja, our schema words. Does not know: plugins' content, models, tensors, jobs. Imports no torch.
Names are imported on first use, because counting a text should not load a template engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aigc.content.brief import brief_values
    from aigc.content.by_brief import once_per_brief as once_per_brief
    from aigc.content.content_type import MAIN, TEXT, ContentType, Example, Schema, Stage
    from aigc.content.environment import make_environment
    from aigc.content.grammar import choices, free_form, output_grammar, with_kept
    from aigc.content.json_schema import input_schema, output_schema
    from aigc.content.load import load_content_type
    from aigc.content.measures import COUNTERS, Counter, limit_of, links_in, measure
    from aigc.content.parse import parse_output
    from aigc.content.prompt import evaluate, render_prompt
    from aigc.content.prompt_identity import prompt_hash
    from aigc.content.schema import schema_problems as schema_problems
    from aigc.content.shorten import drop_cut_word, drop_dangling, ends_dangling, trim

_ROOMS = {
    "brief": ("brief_values",),
    "by_brief": ("once_per_brief",),
    "content_type": ("MAIN", "TEXT", "ContentType", "Example", "Schema", "Stage"),
    "environment": ("make_environment",),
    "grammar": ("choices", "free_form", "output_grammar", "with_kept"),
    "json_schema": ("input_schema", "output_schema"),
    "load": ("load_content_type",),
    "measures": ("COUNTERS", "Counter", "limit_of", "links_in", "measure"),
    "parse": ("parse_output",),
    "prompt": ("evaluate", "render_prompt"),
    "prompt_identity": ("prompt_hash",),
    "schema": ("schema_problems",),
    "shorten": ("drop_cut_word", "drop_dangling", "ends_dangling", "trim"),
}

__all__ = [
    "COUNTERS",
    "MAIN",
    "TEXT",
    "ContentType",
    "Counter",
    "Example",
    "Schema",
    "Stage",
    "brief_values",
    "choices",
    "drop_cut_word",
    "drop_dangling",
    "ends_dangling",
    "evaluate",
    "free_form",
    "input_schema",
    "limit_of",
    "links_in",
    "load_content_type",
    "make_environment",
    "measure",
    "once_per_brief",
    "output_grammar",
    "output_schema",
    "parse_output",
    "prompt_hash",
    "render_prompt",
    "schema_problems",
    "trim",
    "with_kept",
]


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            found: object = getattr(import_module(f"{__name__}.{room}"), name)
            globals()[name] = found  # so that the next one finds it without asking here
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
