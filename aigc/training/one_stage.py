"""One stage of a content type as a content type of its own, so that the real pipeline writes and judges its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from jinja2 import TemplateError, meta, nodes

from aigc.content import ContentType, Stage, make_environment
from aigc.errors import NotFound, UsageError, did_you_mean
from aigc.plugs.extension import Bound
from aigc.types import Json, texts_in

ITEM = "item"  # no input may be called so: templates know a foreach item by that name
RESULTS = re.compile(r"\bstages\b")


def one_stage(content_type: ContentType, stage_name: str) -> ContentType:
    """Return a simple-form type of one stage: its prompt, its output, its checks; a type that has one alone as it is.

    A stage with `foreach` goes over a list of the one item in the brief's values; see `stage_values`. A fallback that
    is made of other stages' results is dropped. NotFound where there is no such stage, UsageError where its prompt,
    post-processors or checks need other stages' results.
    """
    stage = stage_named(content_type, stage_name)
    if not content_type.composed:
        return content_type
    if needs := _needs_results(stage):
        what = f"{content_type.name}: stage {stage.name!r} cannot be written alone"
        raise UsageError(f"{what}: its {needs} has other stages' results in it")
    fallback = {name: text for name, text in stage.fallback.items() if not RESULTS.search(text)}
    alone = replace(stage, foreach=f"[{ITEM}]" if stage.foreach else "", fallback=fallback)
    return replace(
        content_type,
        stages=(alone,),
        output=stage.output,
        composed=False,
        postprocess=(),
        checks=(),
        exports=("jsonl",),
        examples=(),
        demands=replace(content_type.demands, spoken={}),
    )


def stage_named(content_type: ContentType, name: str) -> Stage:
    """Return the stage of that name; NotFound suggests the nearest."""
    for stage in content_type.stages:
        if stage.name == name:
            return stage
    hint = did_you_mean(name, [stage.name for stage in content_type.stages])
    raise NotFound(f"{content_type.name}: no stage {name!r}", hint=hint)


def stage_values(stage: Stage, values: Mapping[str, Json], item: Json) -> dict[str, Json]:
    """Return a brief's values as the one-stage type of `stage` takes them, with the foreach item among them."""
    return {**values, ITEM: item} if stage.foreach else dict(values)


def _needs_results(stage: Stage) -> str:
    """Return what of a stage has other stages' results in it, or nothing."""
    if any(_uses_results(tree) for tree in _trees(stage.template)):
        return "prompt"
    for what, steps in (("list of post-processors", stage.postprocess), ("list of checks", stage.checks)):
        if any(_options_use_results(step) for step in steps):
            return what
    return ""


def _options_use_results(step: Bound) -> bool:
    return any("{{" in text and RESULTS.search(text) for text in texts_in(list(step.values.values())))


def _uses_results(tree: nodes.Template) -> bool:
    return any(node.name == "stages" and node.ctx == "load" for node in tree.find_all(nodes.Name))


def _trees(template: str) -> Iterator[nodes.Template]:
    """Yield a template and all that it extends, includes or imports, as parsed. They were checked at load."""
    environment = make_environment()
    assert environment.loader is not None
    waiting, seen = [template], set()
    if (file := Path(template)).is_absolute():
        waiting = [environment.find_template(file.name, file.parent, file.parent.parent)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            source, place, _ = environment.loader.get_source(environment, name)
            tree = environment.parse(source, name, place)
        except TemplateError:  # gone since, or of a plugin's own syntax; rendering will say so
            continue
        yield tree
        waiting += [
            environment.join_path(reference, name) for reference in meta.find_referenced_templates(tree) if reference
        ]
