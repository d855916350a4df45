"""`aigc show`: one content type as its author declared it, or anything else that has a name."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from aigc.asking import read_origin, sample_values
from aigc.cli import completing, prompts
from aigc.cli.adapter_told import warn_of_adapter
from aigc.cli.echo import echo, echo_text, print_json
from aigc.cli.extension_page import named, names
from aigc.cli.fitness_told import FitnessTold, needs_text
from aigc.cli.one_brief import brief_option, first_brief, is_table, read_brief
from aigc.cli.options import (
    Overrides,
    Pairs,
    inputs_argument,
    looking_options,
    mapping,
    open_project,
    refuse_voice,
    voice_option,
)
from aigc.cli.origin_page import origin_record, origin_text
from aigc.cli.readable import table
from aigc.cli.schemas import bounds, default_of, kind_of
from aigc.content import input_schema, output_schema
from aigc.content.type_keys import CHECKS_ONLY, EXPORT_ONLY, FROM_SOURCES
from aigc.errors import NotFound, UsageError, did_you_mean
from aigc.models.needs import Needs
from aigc.types import Brief
from aigc.writing.ranking import floor_of

if TYPE_CHECKING:
    from aigc.content import ContentType, Stage
    from aigc.content.content_type import Pick, Schema
    from aigc.plugs.extension import Bound
    from aigc.project import Project
    from aigc.types import Json

View = Literal["prompt", "schema", "grammar", "yaml"]


@click.command("show")
@click.argument("type_name", metavar="TYPE", shell_complete=completing.names)
@inputs_argument
@click.option("--prompt", "view", flag_value="prompt", help="The prompts these inputs (or an example's) lead to.")
@click.option("--schema", "view", flag_value="schema", help="JSON Schema of the brief and the output.")
@click.option("--grammar", "view", flag_value="grammar", help="What may be written, as compiled for decoding.")
@click.option("--yaml", "view", flag_value="yaml", help="The file itself.")
@brief_option
@voice_option
@looking_options
def command(
    type_name: str,
    inputs: Pairs,
    view: View | None,
    brief_file: str | None,
    voice: str | None,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Show a content type (inputs, limits, prompt, schema), or anything else by its name.

    That is a check, post-processor, scorer, exporter, importer, generator, filter or function of templates, with its
    options, or what the exports of a tool feed.

    \b
    Examples:
      aigc show ads/google-search
      aigc show seo/meta --prompt topic="Cold brew at home" keyword="cold brew"
      aigc show ads/google-search --prompt --brief kettle.json --voice copy
      aigc show templates/mine/banner.yaml --schema
      aigc show shopify
      aigc show forbidden_words
    """
    if (inputs or brief_file) and view != "prompt":
        what = "key=value inputs are" if inputs else "--brief is"
        raise UsageError(f"{what} for --prompt", hint=f"try `aigc show {type_name} --prompt …`")
    project = open_project(folder, Overrides(voice=voice))
    origins = project.registry.origin_files()
    if type_name in origins:
        _origin(project, origins[type_name][0], type_name, as_json=as_json)
        return 0
    if "/" not in type_name and not type_name.endswith((".yaml", ".yml")):
        _named(project, type_name, as_json=as_json)
        return 0
    content_type = project.content_type(type_name)
    refuse_voice(voice, content_type)
    if view == "prompt":
        given = mapping(inputs, "inputs")
        brief = _brief(project, content_type, brief_file, given)
        _prompts(project, content_type, brief, as_json=as_json)
    elif view == "schema":
        print_json({"brief": input_schema(content_type), "output": output_schema(content_type)})
    elif view == "grammar":
        _grammars(content_type, as_json=as_json)
    elif view == "yaml":
        text = content_type.file.read_text(encoding="utf-8-sig")
        print_json({"file": str(content_type.file), "yaml": text}) if as_json else echo_text(text, nl=False)
    elif as_json:
        FitnessTold(project, content_type).warn()
        warn_of_adapter(project, content_type)
        print_json(_record(project, content_type))
    else:
        FitnessTold(project, content_type).warn()
        warn_of_adapter(project, content_type)
        echo_text(_page(project, content_type))
    return 0


def _brief(project: Project, content_type: ContentType, file: str | None, given: Mapping[str, str]) -> Brief:
    """Return the brief to show prompts of: of a table that of its first row, without any a sample."""
    if file and is_table(Path(file)):
        return first_brief(project, content_type, file, given)
    if file or given:
        return read_brief(content_type, file, given)
    return Brief(id="", values=sample_values(project, content_type))


def _origin(project: Project, file: Path, name: str, *, as_json: bool) -> None:
    """Show what a tool's exports feed; to people also whatever else has its name, such as the format of that tool."""
    origin = read_origin(file)
    if as_json:
        print_json(origin_record(project, origin))
        return
    echo_text("\n\n".join([origin_text(project, origin), *(one.text for one in named(project, name))]))


def _named(project: Project, name: str, *, as_json: bool) -> None:
    found = named(project, name)
    if not found:
        known = (*project.content_files(), *project.registry.origin_files(), *names(project))
        raise NotFound(f"nothing here is named {name!r}", hint=did_you_mean(name, known))
    print_json([one.record for one in found]) if as_json else echo_text("\n\n".join(one.text for one in found))


def _prompts(project: Project, content_type: ContentType, brief: Brief, *, as_json: bool) -> None:
    stages = prompts.stage_prompts(project, content_type, brief)
    if not stages:
        echo(f"{content_type.name} asks no model, and so has no prompt", err=True)
    if as_json:
        print_json([prompts.preview_record(one) for one in stages])
        return
    for one in stages:
        number = f", the first of {one.requests}" if one.requests > 1 else ""
        pretended = f" ({one.why})" if one.why and one.first else ""
        echo(f"── stage {one.stage.name}{number}{pretended} ──", bold=True)
        echo_text(f"{prompts.preview_text(one)}\n")


def _grammars(content_type: ContentType, *, as_json: bool) -> None:
    records = [
        {
            "stage": stage.name,
            "kind": stage.grammar.kind if stage.grammar else None,
            "source": stage.grammar.source if stage.grammar else None,
        }
        for stage in content_type.stages
    ]
    if as_json:
        print_json(records)
        return
    for record in records:
        kind, source = record["kind"], record["source"] or ""
        echo(f"── stage {record['stage']}: {kind or 'free text'} ──", bold=True)
        echo_text(json.dumps(json.loads(source), ensure_ascii=False, indent=2) if kind == "json" else source)


def _record(project: Project, content_type: ContentType) -> dict[str, Json]:
    return {
        "name": content_type.name,
        "version": content_type.version,
        "summary": content_type.summary,
        "plugin": content_type.plugin,
        "file": str(content_type.file),
        "digest": content_type.digest,
        "brief": input_schema(content_type),
        "output": output_schema(content_type),
        "stages": [
            {
                "name": stage.name,
                "foreach": stage.foreach or None,
                "candidates": stage.candidates,
                "pick": _pick(stage.pick) if stage.pick else None,
                "attempts": stage.attempts,
                "postprocess": _bound(stage.postprocess),
                "checks": _bound(stage.checks),
            }
            for stage in content_type.stages
        ],
        "postprocess": _bound(content_type.postprocess),
        "checks": _bound(content_type.checks),
        "exports": list(content_type.exports),
        **_demands_record(project, content_type),
        "example": prompts.example_command(project, content_type),
    }


def _limits(schema: Schema) -> str:
    """Return what bounds an input, and whether exporters or checks alone see it."""
    seen = {"for exports only": schema.get(EXPORT_ONLY), "for checks only": schema.get(CHECKS_ONLY)}
    seen["else from sources"] = FROM_SOURCES in schema
    return ", ".join(filter(None, (bounds(schema), *(who for who, alone in seen.items() if alone))))


def _page(project: Project, content_type: ContentType) -> str:
    inputs = [
        (f"  {name}", kind_of(schema), _limits(schema), default_of(schema), str(schema.get("description", "")))
        for name, schema in content_type.brief.items()
    ]
    outputs = [(f"  {name}", kind_of(schema), bounds(schema)) for name, schema in content_type.output.items()]
    parts = [
        f"{content_type.name} (version {content_type.version}, from {content_type.plugin or 'project'})",
        content_type.summary,
        "\nInputs",
        table(inputs, head=("  name", "type", "limits", "default", "description")),
        "\nOutput",
        table(outputs, head=("  field", "type", "limits")),
        "\nStages",
        *([_stage_line(project, content_type, one) for one in content_type.stages] or ["  none: it asks no model"]),
        *_demands_lines(project, content_type),
    ]
    for title, steps in (("Post-processors", content_type.postprocess), ("Checks", content_type.checks)):
        if steps:
            parts += [f"\n{title}", *(f"  {_bound_text(one)}" for one in steps)]
    adapter = project.adapter(content_type.name)
    parts += [
        f"\nExports: {', '.join(content_type.exports)}",
        f"File: {content_type.file}",
        *([f"Adapter: {adapter}"] if adapter else []),
        f"\nTry:\n  {prompts.example_command(project, content_type)}",
    ]
    return "\n".join(parts)


def _demands_record(project: Project, content_type: ContentType) -> dict[str, Json]:
    """Return what a type needs, as a whole and in each voice, and the voice that is used."""
    demands = content_type.demands
    stages = {name: asdict(needs) for name, needs in demands.stages.items()}
    voices = [
        {"name": name, "summary": one.summary, "needs": asdict(one.needs), "used": name == project.voice(content_type)}
        for name, one in demands.voices.items()
    ]
    return {"needs": asdict(demands.needs), "stage_needs": stages, "voices": voices}


def _demands_lines(project: Project, content_type: ContentType) -> Iterator[str]:
    """Yield what a person wants to know of the same."""
    demands = content_type.demands
    if needs := needs_text(demands.needs):
        yield f"\nNeeds: {needs}"
    if demands.voices:
        used = project.voice(content_type)
        rows = [
            (f"  {name}", "used" if name == used else "", needs_text(one.needs), one.summary)
            for name, one in demands.voices.items()
        ]
        yield "\nVoices"
        yield table(rows, head=("  voice", "", "needs", "what it is"))


def _stage_line(project: Project, content_type: ContentType, stage: Stage) -> str:
    demands = content_type.demands
    parts = [f"one request per item of {stage.foreach}"] if stage.foreach else ["one request"]
    if stage.candidates > 1:
        parts.append(f"best of {stage.candidates}")
    parts.append(f"up to {stage.attempts} repairs")
    if voices := demands.spoken.get(stage.name):
        parts.append(f"in the voices {', '.join(voices)}" if len(voices) > 1 else f"in the voice {voices[0]}")
    if needs := needs_text(demands.stages.get(stage.name, Needs())):
        parts.append(f"needs {needs}")
    if stage.fallback:
        parts.append("then a fallback")
    if stage.pick:
        by = ", ".join(_bound_text(one) for one in stage.pick.by)
        judge = ", ".join(_bound_text(one) for one in stage.pick.judge)
        judged = f", with a judge also by {judge}" if judge else ""
        parts.append(f"picked by {by}{judged}{_floor(project, content_type, stage.pick)}")
    steps = [_bound_text(one) for one in (*stage.postprocess, *stage.checks)]
    return f"  {stage.name}: {', '.join(parts)}" + (f"\n    {'; '.join(steps)}" if steps else "")


def _floor(project: Project, content_type: ContentType, pick: Pick) -> str:
    """Say from which worth a candidate stands, in words that follow the scorers' names."""
    mix = project.mix(pick, project.adapter(content_type.name)) if pick.mix else None
    floor = floor_of(pick, mix)
    if floor == math.inf:
        return f" (no floor was fitted for {project.settings.model}: fallbacks and suggestions only)"
    only = f" in {', '.join(mix.floor_languages)} only" if mix and mix.floor_languages else ""
    return f" from {floor:g} on{only}" if floor > -math.inf else ""


def _pick(pick: Pick) -> dict[str, Json]:
    own = {"judge": _bound(pick.judge)} if pick.judge else {}
    return {"by": _bound(pick.by), **own, "mix": pick.mix or None, "floor": pick.floor, "suggest": pick.suggest}


def _bound(bound: tuple[Bound, ...]) -> list[dict[str, Json]]:
    return [{"name": one.name, "options": dict(one.values), "field": one.only or None} for one in bound]


def _bound_text(bound: Bound) -> str:
    only = [f"field={bound.only}"] if bound.only else []  # as it is called in YAML
    options = ", ".join([*only, *(f"{name}={value!r}" for name, value in bound.values.items())])
    severity = f" [{bound.severity}]" if bound.extension.kind == "check" else ""
    return f"{bound.name}{f'({options})' if options else ''}{severity}"
