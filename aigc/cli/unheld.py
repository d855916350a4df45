"""Stages whose texts nothing holds to their brief: a small model makes things up there, and no check sees it."""

from __future__ import annotations

from collections.abc import Iterator

from aigc.cli.echo import echo
from aigc.content import ContentType, Stage
from aigc.content.content_type import MAIN
from aigc.content.walk import is_prose

HOLDING = frozenset(("keeps_to_fact", "supported_by_brief", "retells_facts", "translation_keeps"))


def tell_unheld(content_type: ContentType) -> None:
    """Say on stderr which stages of a type need a check of what they state, or a model that needs none."""
    if names := [stage.name for stage in unheld_stages(content_type)]:
        named = (
            "its text"
            if names == [MAIN]
            else f"what {' and '.join(map(repr, names))} {'write' if names[1:] else 'writes'}"
        )
        echo(
            f"{content_type.file}: nothing holds {named} to the brief, and a small model makes things up; "
            "add a check such as keeps_to_fact or supported_by_brief (`aigc show keeps_to_fact`), or say of which size "
            "a model must be: needs: {parameters: 3b}",
            err=True,
        )


def unheld_stages(content_type: ContentType) -> Iterator[Stage]:
    """Yield the stages that write free text by no check that holds it to the brief, for a model of any size."""
    demands = content_type.demands
    whole = {bound.name for bound in content_type.checks}
    for stage in content_type.stages:
        needs = (demands.needs, demands.stages.get(stage.name), *(one.needs for one in demands.voices.values()))
        free = any(schema.get("type") == "string" and is_prose(schema) for schema in stage.output.values())
        held = HOLDING & (whole | {bound.name for bound in stage.checks})
        if free and not held and not any(one and one.parameters for one in needs):
            yield stage
